import DataModel
import Planning

/// A named collection of a program: what one output of a step became.
struct Relation: Sendable {
    /// As SQL names it, without quotes.
    let name: String
    let schema: Schema
    /// What of event time stands in columns behind those of the schema.
    var eventTime: EventTimeColumns = []
    let windowing: Windowing
    /// Columns that the program made for itself.
    var hidden: [String] = []
}

/// Event time is carried in columns of its own, as microseconds since the epoch, where something further on reads it.
struct EventTimeColumns: OptionSet, Sendable {
    let rawValue: Int

    static let timestamp = EventTimeColumns(rawValue: 1)
    /// Windows that grouping has fixed; before that they follow from the timestamp.
    static let window = EventTimeColumns(rawValue: 2)
    /// The time attribute of a stream, in place of the timestamp.
    static let rowTime = EventTimeColumns(rawValue: 4)
    /// Windows as the engine attaches them to a stream, in place of our own.
    static let streamWindow = EventTimeColumns(rawValue: 8)
    /// The timestamp of a topic's record, where the topic is read to an end.
    static let recordTime = EventTimeColumns(rawValue: 16)

    static let all: EventTimeColumns = [.timestamp, .window, .rowTime, .streamWindow, .recordTime]

    static let timestampName = "event_timestamp__"
    static let windowStartName = "window_start__"
    static let windowEndName = "window_end__"
    static let rowTimeName = "row_time__"
    static let recordTimeName = "record_time__"
    static let windowTimeName = "window_time__"

    var names: [String] {
        (contains(.timestamp) ? [Self.timestampName] : [])
            + (contains(.window) ? [Self.windowStartName, Self.windowEndName] : [])
            + (contains(.rowTime) ? [Self.rowTimeName] : []) + (contains(.recordTime) ? [Self.recordTimeName] : [])
            + (contains(.streamWindow) ? ["window_opens__", "window_closes__", Self.windowTimeName] : [])
    }
}

/// One statement of a program, in the order in which they have to stand.
struct ProgramStatement: Sendable {
    enum Kind: Sendable {
        /// Files as a relation.
        case source(Relation, ReadOperation)
        /// A topic as a relation.
        case topicSource(Relation, TopicTable)
        /// A named query.
        case view(Relation, query: String)
        /// What leaves the program, into a folder below the staging folder.
        case sink(folder: String, query: String, schema: Schema, EngineProgram.Output.Purpose)
        /// What leaves the program for a topic.
        case topicSink(table: String, query: String, TopicTable)
        /// What is computed for its failures alone.
        case discard(table: String, query: String, schema: Schema)
    }

    let step: Step
    let kind: Kind
}

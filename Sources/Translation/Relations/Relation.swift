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

    static let timestampName = "event_timestamp__"
    static let windowStartName = "window_start__"
    static let windowEndName = "window_end__"

    var names: [String] {
        (contains(.timestamp) ? [Self.timestampName] : [])
            + (contains(.window) ? [Self.windowStartName, Self.windowEndName] : [])
    }
}

/// One statement of a program, in the order in which they have to stand.
struct ProgramStatement: Sendable {
    enum Kind: Sendable {
        /// Files as a relation.
        case source(Relation, ReadOperation)
        /// A named query.
        case view(Relation, query: String)
        /// What leaves the program, into a folder below the staging folder.
        case sink(folder: String, query: String, schema: Schema, EngineProgram.Output.Purpose)
        /// What is computed for its failures alone.
        case discard(table: String, query: String, schema: Schema)
    }

    let step: Step
    let kind: Kind
}

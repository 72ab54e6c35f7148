import DataModel
import Diagnostics
import Expressions
import Planning

/// Inputs that never end: there event time is the engine's own time attribute, since only that has a watermark, and
/// windows are the engine's. What would make the engine take rows back is refused.
///
/// Source: Flink's "Windowing table-valued functions" and "Window aggregation".
extension PlanLowering {
    private static let lateness =
        "rows that come more than the watermark delay (5 s unless the target says) behind later ones are lost"

    private var rowTime: String { quoted(EventTimeColumns.rowTimeName) }

    // MARK: Topics

    func access(_ step: Step, _ topic: TopicAccess) throws(Obstacle) {
        guard engine == .flink else {
            throw Obstacle(
                reason: "\(engine.title) is not given Kafka's records yet", hint: "run it on Flink: '--target flink'")
        }
        switch topic.direction {
        case .read: try receive(step, topic)
        case .write: try send(step, topic)
        }
    }

    private func receive(_ step: Step, _ topic: TopicAccess) throws(Obstacle) {
        let schema = try schema(step)
        if let field = schema.fields.first(where: { $0.type.holdsAny || $0.type.kind == .date }) {
            throw Obstacle(
                reason: "records have '\(field.name)' as \(field.type), which is not read from topics",
                hint: "give the field a type in 'schema'")
        }
        if step.errorOutput != nil, topic.format != .json {
            throw Obstacle(reason: "its records cannot fail, so nothing comes of 'error_handling'")
        }
        differs("a record's own timestamp is its event time, where Beam takes the moment of reading")
        var time: EventTimeColumns = []
        if carries(step) {
            time = isStreaming ? .rowTime : .recordTime
            if isStreaming {
                differs(Self.lateness)
            }
        }
        if case .read(_, isBounded: true) = topic.direction {
            differs("it reads the records that are there at the beginning, where Beam reads for a time")
        }
        let source = TopicTable(topic: topic, schema: schema, time: time, keepsFailures: step.errorOutput != nil)
        let relation = Relation(
            name: name(for: step.name + (source.needsView ? "_records" : "")), schema: schema, eventTime: time,
            windowing: .global)
        self.source(step, relation, source, isOutput: !source.needsView)
        guard source.needsView else { return }
        let record = { (name: String) in "t." + self.quoted(name) }
        var columns = schema.names.map(record)
        if isStreaming {
            columns += time.names.map(record)
        } else if !time.isEmpty {
            columns.append(
                "\(microseconds(of: record(EventTimeColumns.recordTimeName))) AS \(quoted(EventTimeColumns.timestampName))"
            )
        }
        let from = quoted(relation.name) + " AS t"
        let failure = record(TopicTable.failureColumn)
        define(
            step, schema: schema, eventTime: time == .recordTime ? .timestamp : time,
            query: SelectQuery(
                columns: columns, from: from, conditions: source.keepsFailures ? ["\(failure) IS NULL"] : []
            ).text)
        guard let output = step.errorOutput else { return }
        let errors = try self.schema(step, output)
        let parts = zip([TopicTable.failedRecordColumn, TopicTable.failureColumn], errors.names)
        define(
            step, output: output, schema: errors, eventTime: [],
            query: SelectQuery(
                columns: parts.map { "\(record($0)) AS \(quoted($1))" }, from: from,
                conditions: ["\(failure) IS NOT NULL"]
            ).text)
    }

    private func send(_ step: Step, _ topic: TopicAccess) throws(Obstacle) {
        let relation = try input(step)
        if let field = relation.schema.fields.first(where: { $0.type.holdsAny }) {
            throw Obstacle(
                reason: "the type of '\(field.name)' is open", hint: "give it one with 'output_type' or a conversion")
        }
        guard step.errorOutput == nil else {
            throw Obstacle(
                reason: "a row that has no text as a record ends the job, so nothing comes of 'error_handling'")
        }
        differs("a job that goes on after a failure may write records twice")
        sink(
            step,
            query: SelectQuery(columns: columns(of: relation, eventTime: false), from: quoted(relation.name)).text,
            TopicTable(topic: topic, schema: relation.schema, time: [], keepsFailures: false))
    }

    // MARK: Event time

    /// A source's event time is decided where it is read: behind it no watermark can be given.
    func assignStreamTimestamps(_ step: Step, _ timestamp: RowExpression) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        guard carries(step) else { return pass(relation, as: step) }
        guard var source = topics[relation.name], !source.needsView, step.errorOutput == nil,
            case .compiled(let compiled) = timestamp,
            case .success(let sql) = compiled.sql(dialect, field: { quoted(relation.schema.names[$0]) })
        else {
            throw Obstacle(
                reason: "a stream's timestamps are taken from its records where they are read",
                hint: "put the step right behind the source, with an expression that needs no Python")
        }
        var text = taken(sql)
        if timestamp.type.isNullable {
            text = required(text, timestamp.type, or: "TypeError: Cannot interpret None as Timestamp.")
        }
        guard let micros = microseconds(of: text, timestamp.type) else {
            throw Obstacle(reason: "a value of type \(timestamp.type) is no moment")
        }
        source.time = .rowTime
        source.rowTime = "CAST(\(moment(ofMicroseconds: micros)) AS TIMESTAMP_LTZ(3))"
        differs(Self.lateness)
        let named = Relation(
            name: name(for: step.name), schema: schema, eventTime: .rowTime,
            windowing: step.outputs[0].windowing)
        self.source(step, named, source, isOutput: true)
    }

    // MARK: Windows

    /// A relation `t` with the engine's windows: its own where grouping has fixed them, else by its time attribute.
    ///
    /// - Parameter keys: what sessions are formed by.
    func streamed(_ relation: Relation, keys: [String] = []) throws(Obstacle) -> (String, EventTimeColumns) {
        let plain = quoted(relation.name) + " AS t"
        if relation.windowing == .global { return (plain, relation.eventTime) }
        let isSession = if case .sessions = relation.windowing { true } else { false }
        if relation.eventTime.contains(.streamWindow) {
            if isSession { throw Obstacle(reason: "sessions of a stream are not merged a second time") }
            return (plain, relation.eventTime)
        }
        guard relation.eventTime.contains(.rowTime) else {
            throw Obstacle(reason: "some of its rows come from no stream, and have no event time beside those of one")
        }
        let table = "TABLE \(quoted(relation.name))"
        let time = "DESCRIPTOR(\(rowTime))"
        let arguments: [String]
        let function: String
        switch relation.windowing {
        case .global: return (plain, relation.eventTime)
        case .fixed(let size, let offset):
            function = "TUMBLE"
            arguments = [table, time, try interval(size)] + (offset == 0 ? [] : [try interval(offset)])
        case .sliding(let size, let period, let offset):
            guard size % period == 0 else {
                throw Obstacle(reason: "sliding windows of a stream must be a whole number of periods long")
            }
            function = "HOP"
            arguments =
                [table, time, try interval(period), try interval(size)] + (offset == 0 ? [] : [try interval(offset)])
        case .sessions(let gap):
            // Beam keeps sessions apart that merely touch.
            guard gap > granularity else { throw Obstacle(reason: "a gap of one millisecond is too short") }
            function = "SESSION"
            let partition = keys.isEmpty ? "" : " PARTITION BY (\(keys.joined(separator: ", ")))"
            arguments = [table + partition, time, try interval(gap - granularity)]
        }
        let columns =
            (relation.schema.names + relation.hidden + relation.eventTime.names).map(quoted)
            + zip(["window_start", "window_end", "window_time"], EventTimeColumns.streamWindow.names)
            .map { "\($0) AS \(quoted($1))" }
        let inner = SelectQuery(
            columns: columns, from: "TABLE(\(function)(\(arguments.joined(separator: ", "))))"
        ).text
        return ("(\n" + Self.indented(inner) + "\n) AS t", relation.eventTime.union(.streamWindow))
    }

    private func interval(_ microseconds: Int64) throws(Obstacle) -> String {
        guard microseconds % granularity == 0 else {
            throw Obstacle(reason: "the engine's windows are whole milliseconds long")
        }
        let milliseconds = microseconds / granularity
        let fraction = String(milliseconds % 1000)
        let digits = String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
        return "INTERVAL '\(milliseconds / 1000).\(digits)' SECOND(10, 3)"
    }

    /// The event time of a row `t` and the bounds of its window, as microseconds.
    func moments(_ relation: Relation, _ known: EventTimeColumns) -> (timestamp: String, start: String, end: String) {
        guard isStreaming else {
            let timestamp =
                known.contains(.timestamp)
                ? "t." + quoted(EventTimeColumns.timestampName) : integer(EventTime.minTimestamp)
            return (
                timestamp, "t." + quoted(EventTimeColumns.windowStartName),
                "t." + quoted(EventTimeColumns.windowEndName)
            )
        }
        let timestamp =
            known.contains(.rowTime)
            ? microseconds(of: "CAST(t.\(rowTime) AS TIMESTAMP_LTZ(3))") : integer(EventTime.minTimestamp)
        guard known.contains(.streamWindow) else {
            return (timestamp, integer(EventTime.minTimestamp), integer(EventTime.globalWindowEnd))
        }
        let bounds = EventTimeColumns.streamWindow.names.map {
            microseconds(of: "CAST(t.\(quoted($0)) AS TIMESTAMP_LTZ(3))")
        }
        // The gap was a millisecond shorter for the engine.
        guard case .sessions = relation.windowing else { return (timestamp, bounds[0], bounds[1]) }
        let isGrouped = relation.eventTime.contains(.streamWindow)
        return (
            isGrouped ? "(\(timestamp) + \(integer(granularity)))" : timestamp, bounds[0],
            "(\(bounds[1]) + \(integer(granularity)))"
        )
    }
}

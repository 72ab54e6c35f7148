import DataModel
import Diagnostics
import Expressions
import Planning

/// Event time as columns of microseconds: what the engines' own windows would do otherwise (sessions that touch merge,
/// batch jobs have none) is plain arithmetic here, with Beam's results.
extension PlanLowering {
    private var timestampName: String { quoted(EventTimeColumns.timestampName) }
    private var startName: String { quoted(EventTimeColumns.windowStartName) }
    private var endName: String { quoted(EventTimeColumns.windowEndName) }

    /// Beam's resolution of a window's last instant.
    var granularity: Int64 { 1000 }

    func assignTimestamps(_ step: Step, _ timestamp: RowExpression) throws(Obstacle) {
        if isStreaming { return try assignStreamTimestamps(step, timestamp) }
        let relation = try input(step)
        let schema = try schema(step)
        let catching = step.errorOutput != nil
        var moment = Computation(timestamp, at: step.expressionRange)
        if ![.int64, .double, .timestamp].contains(timestamp.type.kind) || catching && timestamp.type.isNullable {
            // What is no moment fails as Beam says it.
            moment = Computation(
                .expression(timestamp, step.expressionRange), type: .int64, conversion: .microseconds)
        }
        let computed = try compute(step, [moment], over: relation, catching: catching)
        var micros = computed.texts[0]
        if moment.conversion == nil {
            if timestamp.type.isNullable {
                micros = required(micros, timestamp.type, or: "TypeError: Cannot interpret None as Timestamp.")
            }
            micros = microseconds(of: micros, timestamp.type) ?? micros
        }
        let time: EventTimeColumns = carries(step) ? .timestamp : []
        let columns =
            schema.names.map { "t." + quoted($0) } + (time.isEmpty ? [] : ["\(micros) AS \(timestampName)"])
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(
                columns: columns, from: computed.from, conditions: computed.message.map { ["\($0) IS NULL"] } ?? []
            ).text)
        try defineErrors(step, computed, over: relation)
    }

    /// Windows that grouping had fixed are forgotten; a row in several becomes several.
    func window(_ step: Step) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        guard carries(step) else { return pass(relation, as: step) }
        var from = quoted(relation.name) + " AS t"
        // A stream's windows are attached where something groups by them.
        if !isStreaming, case .sliding = relation.windowing { from = try assigned(relation).from }
        let time = relation.eventTime.intersection([.timestamp, .rowTime])
        let columns = (schema.names + time.names).map { "t." + quoted($0) }
        define(step, schema: schema, eventTime: time, query: SelectQuery(columns: columns, from: from).text)
    }

    func extractWindowingInfo(_ step: Step, _ fields: [WindowingInfoField]) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let needsWindow = fields.contains { $0.property != .timestamp && $0.property != .paneInfo }
        let (from, known) = needsWindow ? try assigned(relation) : (quoted(relation.name) + " AS t", relation.eventTime)
        let moments = moments(relation, known)
        var columns = relation.schema.names.map { "t." + quoted($0) }
        for field in fields {
            let text: String
            switch field.property {
            case .timestamp: text = moment(ofMicroseconds: moments.timestamp)
            case .windowStart: text = moment(ofMicroseconds: moments.start)
            case .windowEnd: text = moment(ofMicroseconds: moments.end)
            case .windowType: text = relation.windowing == .global ? "'GlobalWindow'" : "'IntervalWindow'"
            case .windowString where relation.windowing == .global: text = "'GlobalWindow'"
            case .windowString:
                let bounds = [moments.start, moments.end].map { seconds(ofMicroseconds: $0) }
                text = concatenated(["'['", bounds[0], "', '", bounds[1], "')'"])
            case .windowObject, .paneInfo:
                throw Obstacle(reason: "'\(field.property.rawValue)' is an object of Beam's")
            }
            columns.append("\(text) AS \(quoted(field.name))")
        }
        let time = carries(step) ? known : []
        columns += time.names.map { "t." + quoted($0) }
        define(step, schema: schema, eventTime: time, query: SelectQuery(columns: columns, from: from).text)
    }

    /// A relation `t` with the windows of each row: its own where grouping has fixed them, else by timestamp.
    func assigned(_ relation: Relation) throws(Obstacle) -> (from: String, eventTime: EventTimeColumns) {
        if isStreaming { return try streamed(relation) }
        let plain = quoted(relation.name) + " AS t"
        if relation.eventTime.contains(.window) { return (plain, relation.eventTime) }
        let timestamp = relation.eventTime.contains(.timestamp) ? timestampName : integer(EventTime.minTimestamp)
        let start: String
        let end: String
        var from = quoted(relation.name)
        var condition: [String] = []
        switch relation.windowing {
        case .global:
            start = integer(EventTime.minTimestamp)
            end = integer(EventTime.globalWindowEnd)
        case .fixed(let size, let offset):
            start = windowStart(of: timestamp, period: size, offset: offset)
            end = "\(start) + \(integer(size))"
        case .sessions(let gap):
            start = timestamp
            end = "\(timestamp) + \(integer(gap))"
        case .sliding(let size, let period, let offset):
            // Each row once for every window that it can be in, the last one first.
            let count = (size + period - 1) / period
            let numbers = (0..<count).map { "(\(dialect.literal(.int($0), .int64) ?? "\($0)"))" }
            from += " CROSS JOIN (VALUES \(numbers.joined(separator: ", "))) AS earlier(number__)"
            start =
                "\(windowStart(of: timestamp, period: period, offset: offset)) - number__ * \(integer(period))"
            end = "\(start) + \(integer(size))"
            condition = ["\(start) > \(timestamp) - \(integer(size))"]
        }
        let columns =
            (relation.schema.names + relation.hidden + relation.eventTime.names).map(quoted)
            + ["\(start) AS \(startName)", "\(end) AS \(endName)"]
        let inner = SelectQuery(columns: columns, from: from, conditions: condition).text
        return ("(\n" + Self.indented(inner) + "\n) AS t", relation.eventTime.union(.window))
    }

    static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
    }

    private func windowStart(of timestamp: String, period: Int64, offset: Int64) -> String {
        let shifted = offset == 0 ? timestamp : "\(timestamp) - \(integer(offset))"
        return "\(timestamp) - \(floorModulo(shifted, period))"
    }

    // MARK: Grouping

    func aggregate(_ step: Step, _ aggregate: AggregateOperation) throws(Obstacle) {
        let source = try input(step)
        let schema = try schema(step)
        let hasWindow = aggregate.windowing != .global
        let computed = try compute(
            step, aggregate.calls.map { Computation(.compiled($0.value), at: $0.range) }, over: source,
            catching: step.errorOutput != nil)
        let values = computed.texts
        var relation = computed.relation
        if computed.message != nil {
            relation = helper(
                step, "kept", of: relation, hidden: [],
                query: SelectQuery(columns: ["t.*"], from: computed.from, conditions: isOK(computed)).text)
        }
        var from = quoted(relation.name) + " AS t"
        if isStreaming {
            from = try streamed(relation, keys: aggregate.keys.map { quoted(relation.schema.names[$0]) }).0
        } else if case .sessions(let gap) = aggregate.windowing {
            from = try sessions(relation, keys: aggregate.keys, gap: gap)
        } else if hasWindow {
            from = try assigned(relation).from
        }
        let keys = aggregate.keys.map { key(relation.schema.fields[$0]) }
        var groups = keys
        var columns = zip(keys, schema.names).map { "\($0) AS \(quoted($1))" }
        var window: [String] = []
        if isStreaming {
            guard hasWindow else { throw Obstacle(reason: "beside a stream, an input without windows is not grouped") }
            groups += EventTimeColumns.streamWindow.names.map { "t." + quoted($0) }
        } else if case .sessions = aggregate.windowing {
            groups.append("t.session__")
            window = ["min(t.\(startName))", "max(t.\(endName))"]
        } else if hasWindow {
            groups += ["t.\(startName)", "t.\(endName)"]
            window = ["t.\(startName)", "t.\(endName)"]
        }
        for (index, call) in aggregate.calls.enumerated() {
            let field = schema.fields[aggregate.keys.count + index]
            columns.append("\(try fold(call, values[index])) AS \(quoted(field.name))")
        }
        var time: EventTimeColumns = []
        if isStreaming, carries(step) {
            time = [.rowTime, .streamWindow]
            columns.append(
                "t.\(quoted(EventTimeColumns.windowTimeName)) AS \(quoted(EventTimeColumns.rowTimeName))")
            columns += EventTimeColumns.streamWindow.names.map { "t." + quoted($0) }
        } else if carries(step), hasWindow {
            time = [.timestamp, .window]
            columns += [
                "\(window[1]) - \(integer(granularity)) AS \(timestampName)", "\(window[0]) AS \(startName)",
                "\(window[1]) AS \(endName)",
            ]
        }
        // Without keys SQL makes a group of nothing, where the pipeline has none.
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(
                columns: columns, from: from, groups: groups, having: groups.isEmpty ? "count(*) > 0" : nil
            ).text)
        if computed.message != nil { try defineErrors(step, computed, over: source) }
    }

    /// A field that rows are grouped by.
    private func key(_ field: Field) -> String {
        let name = "t." + quoted(field.name)
        // Of values of no fixed type equal ones have equal texts, but for the two zeros.
        return field.type.isAny ? "CASE WHEN \(name) = '-0.0' THEN '0.0' ELSE \(name) END" : name
    }

    /// The rows of a relation with the number of their session among those of their key. Sessions that merely touch
    /// stay apart, as in Beam.
    private func sessions(_ relation: Relation, keys: [Int], gap: Int64) throws(Obstacle) -> String {
        let (from, _) = try assigned(relation)
        let timestamp = relation.eventTime.contains(.timestamp) ? "t." + timestampName : integer(EventTime.minTimestamp)
        let names = keys.map { key(relation.schema.fields[$0]) }
        let partition = names.isEmpty ? "" : "PARTITION BY \(names.joined(separator: ", ")) "
        let over = "OVER (\(partition)ORDER BY \(timestamp)"
        let begins = SelectQuery(
            columns: [
                "t.*",
                "CASE WHEN \(timestamp) - lag(\(timestamp)) \(over)) < \(integer(gap)) THEN 0 ELSE 1 END AS begins__",
            ], from: from
        ).text
        let numbered = SelectQuery(
            columns: ["t.*", "sum(begins__) \(over) ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session__"],
            from: "(\n" + Self.indented(begins) + "\n) AS t"
        ).text
        return "(\n" + Self.indented(numbered) + "\n) AS t"
    }
}

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
    private var granularity: Int64 { 1000 }

    func assignTimestamps(_ step: Step, _ timestamp: RowExpression) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let computed = try compute(
            step, [(timestamp, step.expressionRange)], over: relation, catching: step.errorOutput != nil)
        var text = computed.texts[0]
        if timestamp.type.isNullable {
            guard computed.message == nil, let type = dialect.typeName(timestamp.type) else {
                throw Obstacle(reason: "the timestamp may be null, and such rows cannot be kept apart")
            }
            let message = dialect.string("TypeError: Cannot interpret None as Timestamp.")
            text = "coalesce(\(text), CAST(raise_error(\(message)) AS \(type)))"
        }
        let micros: String
        switch timestamp.type.kind {
        case .int64: micros = "(\(text) * 1000000L)"
        case .double: micros = "CAST(bround(\(text) * 1000000D) AS BIGINT)"
        case .timestamp: micros = "unix_micros(\(text))"
        default: throw Obstacle(reason: "the timestamp is of type \(timestamp.type)")
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
        if case .sliding = relation.windowing { from = assigned(relation).from }
        let time = relation.eventTime.intersection(.timestamp)
        let columns = (schema.names + time.names).map { "t." + quoted($0) }
        define(step, schema: schema, eventTime: time, query: SelectQuery(columns: columns, from: from).text)
    }

    func extractWindowingInfo(_ step: Step, _ fields: [WindowingInfoField]) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let needsWindow = fields.contains { $0.property != .timestamp && $0.property != .paneInfo }
        let (from, known) = needsWindow ? assigned(relation) : (quoted(relation.name) + " AS t", relation.eventTime)
        let timestamp = known.contains(.timestamp) ? "t." + timestampName : "\(EventTime.minTimestamp)L"
        var columns = relation.schema.names.map { "t." + quoted($0) }
        for field in fields {
            let text: String
            switch field.property {
            case .timestamp: text = "timestamp_micros(\(timestamp))"
            case .windowStart: text = "timestamp_micros(t.\(startName))"
            case .windowEnd: text = "timestamp_micros(t.\(endName))"
            case .windowType: text = relation.windowing == .global ? "'GlobalWindow'" : "'IntervalWindow'"
            case .windowString where relation.windowing == .global: text = "'GlobalWindow'"
            case .windowString:
                // Seconds as Python spells a float: at least one digit behind the point, and no zero behind that.
                let bounds = [startName, endName].map { name in
                    "regexp_replace(CAST(CAST(CAST(t.\(name) AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(26, 6)) AS STRING), "
                        + "'0{1,5}$', '')"
                }
                text = "concat('[', \(bounds[0]), ', ', \(bounds[1]), ')')"
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
    func assigned(_ relation: Relation) -> (from: String, eventTime: EventTimeColumns) {
        let plain = quoted(relation.name) + " AS t"
        if relation.eventTime.contains(.window) { return (plain, relation.eventTime) }
        let timestamp = relation.eventTime.contains(.timestamp) ? timestampName : "\(EventTime.minTimestamp)L"
        let start: String
        let end: String
        var from = quoted(relation.name)
        var condition: [String] = []
        switch relation.windowing {
        case .global:
            start = "\(EventTime.minTimestamp)L"
            end = "\(EventTime.globalWindowEnd)L"
        case .fixed(let size, let offset):
            start = Self.start(of: timestamp, period: size, offset: offset)
            end = "\(start) + \(size)L"
        case .sessions(let gap):
            start = timestamp
            end = "\(timestamp) + \(gap)L"
        case .sliding(let size, let period, let offset):
            // Each row once for every window that it can be in, the last one first.
            let count = (size + period - 1) / period
            let numbers = (0..<count).map { "(\($0)L)" }.joined(separator: ", ")
            from += " CROSS JOIN (VALUES \(numbers)) AS earlier(number)"
            start = "\(Self.start(of: timestamp, period: period, offset: offset)) - number * \(period)L"
            end = "\(start) + \(size)L"
            condition = ["\(start) > \(timestamp) - \(size)L"]
        }
        let columns =
            (relation.schema.names + relation.eventTime.names).map(quoted)
            + ["\(start) AS \(startName)", "\(end) AS \(endName)"]
        let inner = SelectQuery(columns: columns, from: from, conditions: condition).text
        return ("(\n" + Self.indented(inner) + "\n) AS t", relation.eventTime.union(.window))
    }

    static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
    }

    private static func start(of timestamp: String, period: Int64, offset: Int64) -> String {
        let shifted = offset == 0 ? timestamp : "\(timestamp) - \(offset)L"
        return "\(timestamp) - pmod(\(shifted), \(period)L)"
    }

    // MARK: Grouping

    func aggregate(_ step: Step, _ aggregate: AggregateOperation) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let hasWindow = aggregate.windowing != .global
        var values: [String] = []
        for call in aggregate.calls { values.append(try value(of: call, over: relation)) }
        var from = quoted(relation.name) + " AS t"
        if case .sessions(let gap) = aggregate.windowing {
            from = sessions(relation, keys: aggregate.keys, gap: gap)
        } else if hasWindow {
            from = assigned(relation).from
        }
        let keys = aggregate.keys.map { "t." + quoted(relation.schema.names[$0]) }
        var groups = keys
        var columns = keys
        var window: [String] = []
        if case .sessions = aggregate.windowing {
            groups.append("t.session__")
            window = ["min(t.\(startName))", "max(t.\(endName))"]
        } else if hasWindow {
            groups += ["t.\(startName)", "t.\(endName)"]
            window = ["t.\(startName)", "t.\(endName)"]
        }
        for (index, call) in aggregate.calls.enumerated() {
            let field = schema.fields[aggregate.keys.count + index]
            columns.append("\(try fold(call, values[index], field.type)) AS \(quoted(field.name))")
        }
        var time: EventTimeColumns = []
        if carries(step), hasWindow {
            time = [.timestamp, .window]
            columns += [
                "\(window[1]) - \(granularity)L AS \(timestampName)", "\(window[0]) AS \(startName)",
                "\(window[1]) AS \(endName)",
            ]
        }
        // Without keys SQL makes a group of nothing, where the pipeline has none.
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(
                columns: columns, from: from, groups: groups, having: groups.isEmpty ? "count(*) > 0" : nil
            ).text)
    }

    private func value(of call: AggregateOperation.Call, over relation: Relation) throws(Obstacle) -> String {
        switch call.value.sql(dialect, field: { "t." + dialect.quoted(relation.schema.names[$0]) }) {
        case .success(let sql):
            for difference in sql.differences { differs(difference) }
            return sql.enclosed
        case .failure(let obstacle):
            throw Obstacle(
                reason: "the value of '\(call.destination)' \(obstacle.reason)", range: call.range,
                hint: "compute it in a MapToFields before the Combine")
        }
    }

    private func fold(_ call: AggregateOperation.Call, _ value: String, _ type: FieldType) throws(Obstacle) -> String {
        let own = call.value.type
        // Null is no number in Python: it ends the job there, too.
        let message = dialect.string("\(call.function.rawValue) of '\(call.destination)' meets null")
        let value =
            own.isNullable && call.function != .count && call.function != .group
            ? "coalesce(\(value), CAST(raise_error(\(message)) AS \(dialect.typeName(own) ?? "STRING")))" : value
        let isNumber = own.kind == .int64 || own.kind == .double
        switch call.function {
        case .count: return "count(*)"
        case .sum where isNumber:
            if own.kind == .double {
                differs("sums of floats differ in the last digits, as rows come in another order")
            }
            return "sum(\(value))"
        case .mean where own.kind == .int64:
            return "CAST(sum(CAST(\(value) AS DECIMAL(38, 0))) AS DOUBLE) / count(*)"
        case .mean where own.kind == .double:
            differs("means of floats differ in the last digits, as rows come in another order")
            return "avg(\(value))"
        case .min where isNumber || own.kind == .string: return "min(\(value))"
        case .max where isNumber || own.kind == .string: return "max(\(value))"
        case .any where own.kind == .boolean: return "bool_or(\(value))"
        case .all where own.kind == .boolean: return "bool_and(\(value))"
        case .group:
            differs("the order within '\(call.destination)' is left open")
            // Null is an element, too, which lists of bare values would leave out.
            return "transform(collect_list(struct(\(value) AS value)), element -> element.value)"
        case .concat:
            guard case .list = own.kind else { break }
            differs("the order within '\(call.destination)' is left open")
            return "flatten(collect_list(\(value)))"
        default: break
        }
        throw Obstacle(reason: "'\(call.function.rawValue)' of \(own) has no equivalent", range: call.range)
    }

    /// The rows of a relation with the number of their session among those of their key. Sessions that merely touch
    /// stay apart, as in Beam.
    private func sessions(_ relation: Relation, keys: [Int], gap: Int64) -> String {
        let (from, _) = assigned(relation)
        let timestamp = relation.eventTime.contains(.timestamp) ? "t." + timestampName : "\(EventTime.minTimestamp)L"
        let names = keys.map { "t." + quoted(relation.schema.names[$0]) }
        let partition = names.isEmpty ? "" : "PARTITION BY \(names.joined(separator: ", ")) "
        let over = "OVER (\(partition)ORDER BY \(timestamp)"
        let begins = SelectQuery(
            columns: [
                "t.*", "CASE WHEN \(timestamp) - lag(\(timestamp)) \(over)) < \(gap)L THEN 0 ELSE 1 END AS begins__",
            ], from: from
        ).text
        let numbered = SelectQuery(
            columns: ["t.*", "sum(begins__) \(over) ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session__"],
            from: "(\n" + Self.indented(begins) + "\n) AS t"
        ).text
        return "(\n" + Self.indented(numbered) + "\n) AS t"
    }

    // MARK: Joining

    func join(_ step: Step, _ join: JoinOperation) throws(Obstacle) {
        let schema = try schema(step)
        var relations: [Relation] = []
        for index in step.inputs.indices { relations.append(try input(step, index)) }
        guard relations.allSatisfy({ $0.windowing == .global }) else {
            throw Obstacle(reason: "joins within windows are not translated")
        }
        func column(_ reference: JoinOperation.FieldReference) -> String {
            "input_\(reference.input).\(quoted(relations[reference.input].schema.names[reference.field]))"
        }
        var from = "\(quoted(relations[0].name)) AS input_0"
        for (index, stage) in join.stages.enumerated() {
            let kind = ["inner": "JOIN", "left": "LEFT JOIN", "right": "RIGHT JOIN", "outer": "FULL JOIN"]
            var conditions: [String] = []
            for (left, right) in stage.equalities {
                let reference = JoinOperation.FieldReference(input: index + 1, field: right)
                let types = [left, reference].map { relations[$0.input].schema.fields[$0.field].type.kind }
                guard types[0] == types[1], types[0] == .int64 || types[0] == .string || types[0] == .boolean else {
                    throw Obstacle(reason: "keys that are no integers or texts compare otherwise in SQL")
                }
                conditions.append("\(column(left)) = \(column(reference))")
            }
            from +=
                "\n\(kind[stage.kind.rawValue] ?? "JOIN") \(quoted(relations[index + 1].name)) AS input_\(index + 1)"
            from += " ON " + conditions.joined(separator: " AND ")
        }
        let columns = zip(join.outputs, schema.names).map { "\(column($0)) AS \(quoted($1))" }
        define(step, schema: schema, eventTime: [], query: SelectQuery(columns: columns, from: from).text)
    }
}

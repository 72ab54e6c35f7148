import DataModel
import Diagnostics
import Planning

/// Rows of several inputs beside each other.
extension PlanLowering {
    func join(_ step: Step, _ join: JoinOperation) throws(Obstacle) {
        let schema = try schema(step)
        var relations: [Relation] = []
        for index in step.inputs.indices { relations.append(try input(step, index)) }
        let hasWindow = relations.contains { $0.windowing != .global }
        for relation in relations {
            if case .sessions = relation.windowing, isStreaming || !relation.eventTime.contains(.window) {
                throw Obstacle(reason: "sessions are merged only by grouping, and nothing groups before the join")
            }
        }
        if isStreaming, !hasWindow { throw Obstacle(reason: "beside a stream, inputs without windows are not joined") }
        var sources: [String] = []
        for (index, relation) in relations.enumerated() {
            let from = hasWindow ? String(try assigned(relation).from.dropLast(" AS t".count)) : quoted(relation.name)
            sources.append("\(from) AS input_\(index)")
        }
        func column(_ reference: JoinOperation.FieldReference) -> String {
            "input_\(reference.input).\(quoted(relations[reference.input].schema.names[reference.field]))"
        }
        /// A bound of the window, which the rows of all inputs up to one share; only those of outer joins may be absent.
        func bound(_ name: String, upTo last: Int) -> String {
            let isInner = join.stages.prefix(last).allSatisfy { $0.kind == .inner || $0.kind == .left }
            let names = (0...last).map { "input_\($0).\(quoted(name))" }
            return isInner || last == 0 ? names[0] : "coalesce(\(names.joined(separator: ", ")))"
        }
        let bounds = Array((isStreaming ? EventTimeColumns.streamWindow : .window).names.prefix(2))
        var from = sources[0]
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
            if hasWindow {
                conditions += bounds.map { "\(bound($0, upTo: index)) = input_\(index + 1).\(quoted($0))" }
            }
            from += "\n\(kind[stage.kind.rawValue] ?? "JOIN") \(sources[index + 1])"
            from += " ON " + conditions.joined(separator: " AND ")
        }
        var columns = zip(join.outputs, schema.names).map { "\(column($0)) AS \(quoted($1))" }
        var time: EventTimeColumns = hasWindow && carries(step) ? [.timestamp, .window] : []
        if isStreaming, carries(step) {
            guard join.stages.allSatisfy({ $0.kind == .inner || $0.kind == .left }) else {
                throw Obstacle(reason: "the windows of rows without a partner are not known behind a join of streams")
            }
            time = [.rowTime, .streamWindow]
            let names = EventTimeColumns.streamWindow.names.map { "input_0." + quoted($0) }
            columns += ["\(names[2]) AS \(quoted(EventTimeColumns.rowTimeName))"] + names
        } else if !time.isEmpty {
            let window = bounds.map { bound($0, upTo: join.stages.count) }
            columns += [
                "\(window[1]) - \(integer(granularity)) AS \(quoted(EventTimeColumns.timestampName))",
                "\(window[0]) AS \(quoted(bounds[0]))", "\(window[1]) AS \(quoted(bounds[1]))",
            ]
        }
        define(step, schema: schema, eventTime: time, query: SelectQuery(columns: columns, from: from).text)
    }
}

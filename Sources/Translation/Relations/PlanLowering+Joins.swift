import DataModel
import Diagnostics
import Planning

/// Rows of several inputs beside each other.
extension PlanLowering {
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

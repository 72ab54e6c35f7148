import DataModel
import Planning

/// Rows that become several, and rows that are checked.
extension PlanLowering {
    func explode(_ step: Step, _ explode: ExplodeOperation) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let fields = explode.fields.map { relation.schema.fields[$0] }
        let areLists = fields.allSatisfy { field in
            if case .list = field.type.kind { !field.type.isNullable } else { false }
        }
        guard areLists, explode.isCrossProduct || fields.count == 1 else {
            return try explodeInPython(step, explode, relation, schema)
        }
        var from = quoted(relation.name) + " AS t"
        var texts = relation.schema.names.map { "t." + quoted($0) }
        for (number, index) in explode.fields.enumerated() {
            guard case .list(let element) = relation.schema.fields[index].type.kind else { continue }
            let part = try elements(of: texts[index], element, number)
            from += "\n" + part.join
            texts[index] = part.element
        }
        try defineExploded(step, texts, from: from, [], relation, schema)
        try defineErrors(step, nil, over: relation)
    }

    /// What Python iterates over is no list in SQL: texts, maps, values of no fixed type, and null, which fails.
    private func explodeInPython(
        _ step: Step, _ explode: ExplodeOperation, _ relation: Relation, _ schema: Schema
    ) throws(Obstacle) {
        let isZip = !explode.isCrossProduct && explode.fields.count > 1
        let types = explode.fields.map { isZip ? schema.fields[$0].type.nullable : schema.fields[$0].type }
        let rows = Schema(types.enumerated().map { Field("element_\($0.offset)", $0.element) })
        let element = types.count == 1 ? types[0] : .row(rows)
        let computed = try compute(
            step,
            [
                Computation(
                    .hosted(
                        .elements(fields: explode.fields, isZip: isZip),
                        reason: isZip
                            ? "SQL has no way to read several lists side by side"
                            : "SQL iterates only over lists that are never null"), type: .list(element))
            ], over: relation, catching: step.errorOutput != nil)
        let part = try elements(of: computed.texts[0], element, 0)
        var texts = relation.schema.names.map { "t." + quoted($0) }
        for (number, index) in explode.fields.enumerated() {
            texts[index] = types.count == 1 ? part.element : part.fields[number]
        }
        try defineExploded(step, texts, from: computed.from + "\n" + part.join, isOK(computed), relation, schema)
        try defineErrors(step, computed, over: relation)
    }

    private func defineExploded(
        _ step: Step, _ texts: [String], from: String, _ conditions: [String], _ relation: Relation, _ schema: Schema
    ) throws(Obstacle) {
        let time = carried(step, relation)
        let columns = zip(texts, schema.names).map { "\($0) AS \(quoted($1))" } + time.names.map { "t." + quoted($0) }
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(columns: columns, from: from, conditions: conditions).text)
    }

    func matchFiles(_ step: Step, _ match: MatchFilesOperation) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let computed = try compute(
            step,
            [
                Computation(
                    .hosted(
                        .files(match, schema, folder: workingDirectory), reason: "SQL does not list files"),
                    type: .list(.row(schema)))
            ], over: relation, catching: step.errorOutput != nil)
        differs("files are looked for where the engine runs")
        let part = try elements(of: computed.texts[0], .row(schema), 0)
        let time = carried(step, relation)
        let columns =
            zip(part.fields, schema.names).map { "\($0) AS \(quoted($1))" } + time.names.map { "t." + quoted($0) }
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(
                columns: columns, from: computed.from + "\n" + part.join, conditions: isOK(computed)
            ).text)
        try defineErrors(step, computed, over: relation)
    }

    func validate(_ step: Step, _ rules: JSONSchema) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let catching = step.errorOutput != nil
        // The fields that the schema gives another type follow behind the check.
        let changed = schema.fields.indices.filter { index in
            relation.schema.fields[index].type.kind != schema.fields[index].type.kind
        }
        let reason = "JSON Schema is checked in Python"
        let computed = try compute(
            step,
            [Computation(.hosted(.validation(rules), reason: reason), type: .boolean)]
                + changed.map { Computation.field($0, as: schema.fields[$0].type) },
            over: relation, catching: catching)
        var texts = relation.schema.names.map { "t." + quoted($0) }
        for (index, text) in zip(changed, computed.texts.dropFirst()) { texts[index] = text }
        let time = carried(step, relation)
        let columns = zip(texts, schema.names).map { "\($0) AS \(quoted($1))" } + time.names.map { "t." + quoted($0) }
        // The check is asked for, or an engine would leave it out.
        let conditions = catching ? isOK(computed) : [computed.texts[0]]
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(columns: columns, from: computed.from, conditions: conditions).text)
        try defineErrors(step, computed, over: relation)
    }
}

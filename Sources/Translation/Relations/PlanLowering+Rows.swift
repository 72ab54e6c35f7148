import DataModel
import Diagnostics
import Expressions
import Planning

/// Steps that handle one row at a time.
extension PlanLowering {
    func lower(_ step: Step) throws(Obstacle) {
        switch step.operation {
        case .create(let rows): try create(step, rows)
        case .read(let read): try self.read(step, read)
        case .project(let fields): try project(step, fields)
        case .filter(let keep): try filter(step, keep)
        case .partition(let partition): try self.partition(step, partition)
        case .explode(let explode): try self.explode(step, explode)
        case .assignTimestamps(let timestamp): try assignTimestamps(step, timestamp)
        case .window: try window(step)
        case .extractWindowingInfo(let fields): try extractWindowingInfo(step, fields)
        case .aggregate(let aggregate): try self.aggregate(step, aggregate)
        case .join(let join): try self.join(step, join)
        case .flatten: try flatten(step)
        case .reshuffle: pass(try input(step), as: step)
        case .log, .assertEqual: try bringBack(step)
        case .write(let write): try self.write(step, write)
        case .stripErrorMetadata(let field): try stripErrorMetadata(step, field)
        case .validate(let rules): try validate(step, rules)
        case .matchFiles(let match): try matchFiles(step, match)
        case .foreign(let foreign):
            if let topic = foreign.topic { return try access(step, topic) }
            throw Obstacle(
                reason: "it needs \(foreign.requirement) beside the rows: \(foreign.reason)", range: foreign.range)
        }
    }

    /// The columns of a relation under their own names, event time included where it is carried on.
    func columns(of relation: Relation, eventTime: Bool, alias: String? = nil) -> [String] {
        let prefix = alias.map { $0 + "." } ?? ""
        return (relation.schema.names + (eventTime ? relation.eventTime.names : [])).map { prefix + quoted($0) }
    }

    private func create(_ step: Step, _ rows: [RowValue]) throws(Obstacle) {
        let schema = try schema(step)
        var lines: [String] = []
        for row in rows {
            var values: [String] = []
            for field in schema.fields {
                guard let literal = dialect.literal(row[field.name] ?? .null, field.type) else {
                    throw Obstacle(reason: "a value of '\(field.name)' cannot be written in SQL")
                }
                values.append(literal)
            }
            lines.append("(" + values.joined(separator: ", ") + ")")
        }
        let names = schema.names.map(quoted)
        guard !schema.fields.isEmpty else { throw Obstacle(reason: "its rows have no fields") }
        let isEmpty = lines.isEmpty
        if isEmpty {
            lines = ["(" + schema.fields.compactMap { dialect.literal(.null, $0.type) }.joined(separator: ", ") + ")"]
        }
        let values =
            "(VALUES\n  " + lines.joined(separator: ",\n  ") + "\n) AS rows__(\(names.joined(separator: ", ")))"
        let query = SelectQuery(columns: names, from: values, conditions: isEmpty ? ["FALSE"] : [])
        define(step, schema: schema, eventTime: [], query: query.text)
    }

    // MARK: Rows

    func carried(_ step: Step, _ relation: Relation, output: Int = 0) -> EventTimeColumns {
        carries(step, output) ? relation.eventTime : []
    }

    func isOK(_ computed: Computed) -> [String] { computed.message.map { ["\($0) IS NULL"] } ?? [] }

    private func project(_ step: Step, _ fields: [ProjectedField]) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let computed = try compute(
            step,
            zip(fields, schema.fields).map { Computation(.expression($0.expression, $0.range), type: $1.type) },
            over: relation, catching: step.errorOutput != nil)
        var columns = zip(computed.texts, schema.fields).map { "\($0) AS \(quoted($1.name))" }
        let time = carried(step, relation)
        columns += time.names.map { "t." + quoted($0) }
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(columns: columns, from: computed.from, conditions: isOK(computed)).text)
        try defineErrors(step, computed, over: relation)
    }

    /// A condition for rows whose expression is true in Python's sense.
    private func truth(_ text: String, _ type: FieldType) throws(Obstacle) -> String {
        let test: String
        switch type.kind {
        case .boolean: test = text
        case .int64, .double: test = "(\(text) <> 0)"
        case .string: test = "(\(text) <> '')"
        default: throw Obstacle(reason: "a value of type \(type) decides, which SQL takes neither for true nor false")
        }
        return type.isNullable ? "coalesce(\(test), FALSE)" : test
    }

    private func filter(_ step: Step, _ keep: RowExpression) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        var test = Computation(keep, at: step.expressionRange)
        if ![.boolean, .int64, .double, .string].contains(keep.type.kind) {
            test = Computation(.expression(keep, step.expressionRange), type: .boolean, conversion: .truth)
        }
        let computed = try compute(step, [test], over: relation, catching: step.errorOutput != nil)
        let condition = try truth(computed.texts[0], test.type)
        let time = carried(step, relation)
        let names = (schema.names + time.names).map { "t." + quoted($0) }
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(columns: names, from: computed.from, conditions: isOK(computed) + [condition]).text)
        try defineErrors(step, computed, over: relation)
    }

    private func partition(_ step: Step, _ partition: PartitionOperation) throws(Obstacle) {
        let relation = try input(step)
        var name = Computation(partition.by, at: step.expressionRange)
        let failsUnknown = partition.unknownOutput == nil && step.errorOutput != nil
        if failsUnknown {
            name = Computation(
                .expression(partition.by, step.expressionRange), type: .string, conversion: .known(partition.outputs))
        } else if partition.by.type.kind != .string {
            name = Computation(
                .expression(partition.by, step.expressionRange), type: .string.nullable, conversion: .name)
        }
        let computed = try compute(step, [name], over: relation, catching: step.errorOutput != nil)
        var by = computed.texts[0]
        let known = partition.outputs.map { dialect.string($0) }.joined(separator: ", ")
        if partition.unknownOutput == nil, !failsUnknown {
            // Whichever output is read, a row for none ends the job.
            by = required(
                "CASE WHEN \(by) IN (\(known)) THEN \(by) END", .string.nullable, or: "ValueError: Unknown output name")
        }
        for (index, output) in partition.outputs.enumerated() {
            let time = carried(step, relation, output: index)
            let names = (relation.schema.names + time.names).map { "t." + quoted($0) }
            define(
                step, output: index, schema: relation.schema, eventTime: time,
                query: SelectQuery(
                    columns: names, from: computed.from,
                    conditions: isOK(computed) + ["\(by) = \(dialect.string(output))"]
                ).text)
        }
        if let unknown = partition.unknownOutput {
            let time = carried(step, relation, output: unknown)
            define(
                step, output: unknown, schema: relation.schema, eventTime: time,
                query: SelectQuery(
                    columns: (relation.schema.names + time.names).map { "t." + quoted($0) }, from: computed.from,
                    conditions: isOK(computed) + ["coalesce(\(by) NOT IN (\(known)), TRUE)"]
                ).text)
        }
        try defineErrors(step, computed, over: relation)
    }

    private func stripErrorMetadata(_ step: Step, _ field: Int) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let element = "t." + quoted(relation.schema.names[field])
        let time = carried(step, relation)
        let columns =
            schema.names.map { "\(element).\(quoted($0)) AS \(quoted($0))" } + time.names.map { "t." + quoted($0) }
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(columns: columns, from: quoted(relation.name) + " AS t").text)
    }

    private func flatten(_ step: Step) throws(Obstacle) {
        let schema = try schema(step)
        var relations: [Relation] = []
        for index in step.inputs.indices { relations.append(try input(step, index)) }
        var time: EventTimeColumns = carries(step) && relations.contains { !$0.eventTime.isEmpty } ? [.timestamp] : []
        if carries(step), relations.contains(where: { $0.eventTime.contains(.window) }) { time.insert(.window) }
        if isStreaming, carries(step) {
            time = relations.dropFirst().reduce(relations.first?.eventTime ?? []) { $0.intersection($1.eventTime) }
            guard time.contains(.rowTime) else {
                throw Obstacle(
                    reason: "some of its rows come from no stream, and have no event time beside those of one")
            }
        }
        var parts: [String] = []
        for relation in relations {
            let opened = try opened(step, relation, to: schema)
            let (from, known) =
                time.contains(.window)
                ? try assigned(opened.relation) : (quoted(opened.relation.name) + " AS t", relation.eventTime)
            var columns: [String] = []
            for field in schema.fields {
                var text = "t." + quoted(field.name)
                if let opened = opened.texts[field.name] {
                    text = opened
                } else {
                    text = try converted(text, relation.schema[field.name]?.type, to: field.type)
                }
                columns.append("\(text) AS \(quoted(field.name))")
            }
            columns += time.names.map { name in
                known.names.contains(name)
                    ? "t." + quoted(name) : "\(integer(EventTime.minTimestamp)) AS \(quoted(name))"
            }
            parts.append(SelectQuery(columns: columns, from: from).text)
        }
        define(step, schema: schema, eventTime: time, query: parts.joined(separator: "\nUNION ALL\n"))
    }

    /// The fields of a relation that Python has to bring to a type which leaves its values open.
    private func opened(
        _ step: Step, _ relation: Relation, to schema: Schema
    ) throws(Obstacle) -> (relation: Relation, texts: [String: String]) {
        var names: [String] = []
        var computations: [Computation] = []
        for (index, field) in relation.schema.fields.enumerated() {
            guard let type = schema[field.name]?.type, type.kind != field.type.kind,
                type.holdsAny || field.type.holdsAny
            else { continue }
            names.append(field.name)
            computations.append(.field(index, as: type))
        }
        let computed = try compute(step, computations, over: relation, catching: false)
        return (computed.relation, Dictionary(uniqueKeysWithValues: zip(names, computed.texts)))
    }

    // MARK: Ends

    private func bringBack(_ step: Step) throws(Obstacle) {
        let relation = try input(step)
        for field in relation.schema.fields where dialect.typeName(field.type) == nil {
            throw Obstacle(reason: "the field '\(field.name)' has the type \(field.type)")
        }
        sink(
            step,
            query: SelectQuery(columns: columns(of: relation, eventTime: false), from: quoted(relation.name)).text,
            schema: relation.schema, .rows(relation.schema))
        if !step.outputs.isEmpty { pass(relation, as: step) }
    }
}

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
        case .validate: throw Obstacle(reason: "JSON Schema is checked only by the embedded engine")
        case .matchFiles: throw Obstacle(reason: "files are listed only by the embedded engine")
        case .foreign(let foreign):
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

    // MARK: Expressions

    /// The expressions of a step as columns of SQL, those that SQL does not have through one Python function.
    struct Computed {
        /// What the expressions are computed over, as `t`.
        let relation: Relation
        let from: String
        let texts: [String]
        /// The SQL of the message and the traceback of a failing row, where failures are caught.
        var message: String?
        var stack: String?
    }

    /// - Parameter catching: whether failing rows are kept apart: whatever may fail is then Python's.
    func compute(
        _ step: Step, _ expressions: [(RowExpression, SourceRange?)], over relation: Relation, catching: Bool
    ) throws(Obstacle) -> Computed {
        var texts = [String?](repeating: nil, count: expressions.count)
        var hosted: [(index: Int, function: ForeignFunction)] = []
        for (index, (expression, range)) in expressions.enumerated() {
            switch expression {
            case .compiled(let compiled) where !(catching && compiled.canFail):
                switch compiled.sql(dialect, field: { "t." + dialect.quoted(relation.schema.names[$0]) }) {
                case .success(let sql):
                    texts[index] = taken(sql)
                case .failure(let obstacle):
                    let reason = "the expression \(obstacle.reason)"
                    hosted.append((index, expression.asFunction(at: range, path: plan.path, reason: reason)))
                }
            case .compiled:
                let reason = "failing rows are kept apart, with Python's own messages"
                hosted.append((index, expression.asFunction(at: range, path: plan.path, reason: reason)))
            case .function(let function): hosted.append((index, function))
            }
        }
        guard let first = hosted.first else {
            return Computed(
                relation: relation, from: quoted(relation.name) + " AS t", texts: texts.compactMap { $0 })
        }
        let read = Set(hosted.flatMap(\.function.fields)).sorted()
        let arguments = Schema(read.map { relation.schema.fields[$0] })
        var result = hosted.enumerated().map { Field("value_\($0.offset)", $0.element.function.type) }
        let own = result
        if catching {
            result = result.map { Field($0.name, $0.type.nullable) }
            result += [
                Field(PythonFunction.messageField, .string.nullable),
                Field(PythonFunction.stackField, .string.nullable),
            ]
        }
        let function = PythonFunction(
            name: name(for: step.name + "_function"), step: step, kind: .values(hosted.map(\.function)),
            arguments: arguments, result: Schema(result), catchesErrors: catching)
        try add(function, reason: first.function.reason)
        // Moments travel as microseconds.
        let passed = arguments.fields.map { field in
            let name = "t." + quoted(field.name)
            return field.type.kind == .timestamp ? microseconds(of: name) : name
        }
        let call = "\(function.name)(\(passed.joined(separator: ", ")))"
        let results = hostedResults(of: function)
        for (offset, text) in results.fields.prefix(own.count).enumerated() { texts[hosted[offset].index] = text }
        let source = quoted(relation.name) + " AS t"
        let query =
            switch dialect {
            case .spark: SelectQuery(columns: ["t.*", "\(call) AS result__"], from: source)
            case .flink:
                SelectQuery(
                    columns: ["t.*"] + results.hidden.map { "r.\($0)" },
                    from: "\(source), LATERAL TABLE(\(call)) AS r (\(results.hidden.joined(separator: ", ")))")
            }
        let tried = helper(step, "tried", of: relation, hidden: results.hidden, query: query.text)
        return Computed(
            relation: tried, from: quoted(tried.name) + " AS t", texts: texts.compactMap { $0 },
            message: catching ? results.fields[own.count] : nil, stack: catching ? results.fields[own.count + 1] : nil)
    }

    /// The columns that a call's results stand in, and what each field of them is called.
    private func hostedResults(of function: PythonFunction) -> (hidden: [String], fields: [String]) {
        switch dialect {
        case .spark: return (["result__"], function.result.names.map { "t.result__.\(quoted($0))" })
        case .flink:
            let names = function.result.names.indices.map { "result_\($0)__" }
            return (names, names.map { "t." + $0 })
        }
    }

    /// Defines the error output of a step: the failing rows, the message and the traceback.
    func defineErrors(_ step: Step, _ computed: Computed?, over relation: Relation) throws(Obstacle) {
        guard let output = step.errorOutput else { return }
        let schema = try schema(step, output)
        guard let element = schema.fields.first, let type = dialect.typeName(element.type) else {
            throw Obstacle(reason: "its failing rows have no fixed type")
        }
        let parts = relation.schema.names.map { (name: $0, text: "t." + quoted($0)) }
        var columns = ["\(row(of: parts, as: type)) AS \(quoted(element.name))"]
        let message = computed?.message ?? "''"
        columns += ["\(message) AS `msg`", "\(computed?.stack ?? "''") AS `stack`"]
        let carried = carries(step, output) ? relation.eventTime : []
        columns += carried.names.map { "t." + quoted($0) }
        let query = SelectQuery(
            columns: columns, from: computed?.from ?? quoted(relation.name) + " AS t",
            conditions: [computed?.message.map { "\($0) IS NOT NULL" } ?? "FALSE"])
        define(step, output: output, schema: schema, eventTime: carried, query: query.text)
    }

    private func carried(_ step: Step, _ relation: Relation, output: Int = 0) -> EventTimeColumns {
        carries(step, output) ? relation.eventTime : []
    }

    private func isOK(_ computed: Computed) -> [String] { computed.message.map { ["\($0) IS NULL"] } ?? [] }

    private func project(_ step: Step, _ fields: [ProjectedField]) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        let computed = try compute(
            step, fields.map { ($0.expression, $0.range) }, over: relation, catching: step.errorOutput != nil)
        var columns: [String] = []
        for (index, (text, field)) in zip(computed.texts, schema.fields).enumerated() {
            let own = fields[index].expression.type
            let isSame = own.kind == field.type.kind
            let cast = isSame ? text : dialect.typeName(field.type).map { "CAST(\(text) AS \($0))" } ?? text
            columns.append("\(cast) AS \(quoted(field.name))")
        }
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
        let computed = try compute(
            step, [(keep, step.expressionRange)], over: relation, catching: step.errorOutput != nil)
        let condition = try truth(computed.texts[0], keep.type)
        let time = carried(step, relation)
        let names = (schema.names + time.names).map { "t." + quoted($0) }
        define(
            step, schema: schema, eventTime: time,
            query: SelectQuery(columns: names, from: computed.from, conditions: isOK(computed) + [condition]).text)
        try defineErrors(step, computed, over: relation)
    }

    private func partition(_ step: Step, _ partition: PartitionOperation) throws(Obstacle) {
        let relation = try input(step)
        guard partition.by.type.kind == .string else {
            throw Obstacle(reason: "'by' gives \(partition.by.type), not a text")
        }
        let computed = try compute(
            step, [(partition.by, step.expressionRange)], over: relation, catching: step.errorOutput != nil)
        var by = computed.texts[0]
        let known = partition.outputs.map { dialect.string($0) }.joined(separator: ", ")
        if partition.unknownOutput == nil {
            if step.errorOutput != nil {
                throw Obstacle(
                    reason: "rows for none of its outputs are kept apart", hint: "give the step an 'unknown_output'")
            }
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

    private func explode(_ step: Step, _ explode: ExplodeOperation) throws(Obstacle) {
        let relation = try input(step)
        let schema = try schema(step)
        guard step.errorOutput == nil else { throw Obstacle(reason: "SQL cannot keep rows apart that have no list") }
        guard explode.isCrossProduct || explode.fields.count == 1 else {
            throw Obstacle(reason: "SQL has no way to read several lists side by side")
        }
        var from = quoted(relation.name) + " AS t"
        var texts = relation.schema.names.map { "t." + quoted($0) }
        for (number, field) in explode.fields.enumerated() {
            let type = relation.schema.fields[field].type
            guard case .list(let element) = type.kind, !type.isNullable else {
                throw Obstacle(reason: "'\(relation.schema.names[field])' is of type \(type), not a list in every row")
            }
            let part = try elements(of: "t." + quoted(relation.schema.names[field]), element, number)
            from += "\n" + part.join
            texts[field] = part.element
        }
        let time = carried(step, relation)
        let columns = zip(texts, schema.names).map { "\($0) AS \(quoted($1))" } + time.names.map { "t." + quoted($0) }
        define(step, schema: schema, eventTime: time, query: SelectQuery(columns: columns, from: from).text)
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
        var parts: [String] = []
        for relation in relations {
            let (from, known) =
                time.contains(.window) ? assigned(relation) : (quoted(relation.name) + " AS t", relation.eventTime)
            var columns: [String] = []
            for field in schema.fields {
                let text = try converted(
                    "t." + quoted(field.name), relation.schema[field.name]?.type, to: field.type)
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

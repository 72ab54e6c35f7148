import DataModel
import Diagnostics
import Expressions
import Planning

/// What steps compute row by row: in SQL where it has the meaning, else in Python that the engine hosts.
extension PlanLowering {
    /// One column that a step computes.
    struct Computation {
        enum Source {
            case expression(RowExpression, SourceRange?)
            /// What Python does in any case, and why.
            case hosted(PythonFunction.Part.Source, reason: String)
        }

        let source: Source
        /// The column's type.
        let type: FieldType
        /// What Python turns the value into.
        var conversion: PythonFunction.Part.Conversion?

        init(_ source: Source, type: FieldType, conversion: PythonFunction.Part.Conversion? = nil) {
            self.source = source
            self.type = type
            self.conversion = conversion
        }

        /// An expression as it is.
        init(_ expression: RowExpression, at range: SourceRange?) {
            self.init(.expression(expression, range), type: expression.type)
        }

        /// A field brought to another type, where one of the two leaves its values open.
        static func field(_ index: Int, as type: FieldType) -> Computation {
            Computation(.hosted(.field(index), reason: "values of no fixed type are converted by Python"), type: type)
        }
    }

    /// The computations of a step as columns of SQL.
    struct Computed {
        /// What the columns are computed over, as `t`.
        let relation: Relation
        let from: String
        let texts: [String]
        /// The SQL of the message and the traceback of a failing row, where failures are caught.
        var message: String?
        var stack: String?
    }

    /// - Parameter catching: whether failing rows are kept apart: whatever may fail is then Python's.
    func compute(
        _ step: Step, _ computations: [Computation], over relation: Relation, catching: Bool
    ) throws(Obstacle) -> Computed {
        var texts = [String?](repeating: nil, count: computations.count)
        var hosted: [(index: Int, part: PythonFunction.Part, own: FieldType, reason: String)] = []
        for (index, computation) in computations.enumerated() {
            switch computation.source {
            case .hosted(let source, let reason):
                let part = PythonFunction.Part(source: source, conversion: computation.conversion)
                hosted.append((index, part, computation.type, reason))
            case .expression(let expression, let range):
                let native = native(expression, computation, over: relation, catching: catching)
                if case .success(let sql) = native {
                    texts[index] = cast(taken(sql), expression.type, to: computation.type)
                    continue
                }
                guard case .failure(let obstacle) = native else { continue }
                let function = expression.asFunction(at: range, path: plan.path, reason: obstacle.reason)
                let part = PythonFunction.Part(source: .code(function), conversion: computation.conversion)
                let isOpen = function.type.holdsAny || computation.conversion != nil
                hosted.append((index, part, isOpen ? computation.type : function.type, function.reason))
            }
        }
        guard let first = hosted.first else {
            return Computed(
                relation: relation, from: quoted(relation.name) + " AS t", texts: texts.compactMap { $0 })
        }
        let readsAll = hosted.contains { $0.part.fields == nil }
        var read = Set(hosted.flatMap { $0.part.fields ?? [] }).sorted()
        // Flink takes a call without arguments for a constant, which it cannot compute.
        if read.isEmpty, let any = relation.schema.fields.firstIndex(where: { PythonFunction.isCarried($0.type) }) {
            read = [any]
        }
        let arguments = readsAll ? relation.schema : Schema(read.map { relation.schema.fields[$0] })
        let function = PythonFunction(
            name: name(for: step.name + "_function"), step: step, parts: hosted.map(\.part), input: relation.schema,
            arguments: arguments,
            result: Schema(hosted.enumerated().map { Field("value_\($0.offset)", $0.element.own) }),
            catchesErrors: catching)
        try add(function, reason: first.reason)
        // Moments travel as microseconds.
        let passed = arguments.fields.map { field in
            let name = "t." + quoted(field.name)
            return field.type.kind == .timestamp ? microseconds(of: name) : name
        }
        let call = "\(function.name)(\(passed.joined(separator: ", ")))"
        let results = hostedResults(of: function)
        for (text, item) in zip(results.fields, hosted) {
            let value = item.own.kind == .timestamp ? moment(ofMicroseconds: text) : text
            texts[item.index] = cast(value, item.own, to: computations[item.index].type)
        }
        let source = quoted(relation.name) + " AS t"
        let query =
            switch dialect {
            case .spark: SelectQuery(columns: ["t.*", "\(call) AS result__"], from: source)
            case .flink:
                SelectQuery(
                    columns: ["t.*"] + results.hidden.map { "r.\($0)" },
                    from: "\(source), LATERAL TABLE(\(call)) AS r "
                        + "(\((results.hidden + ["called__"]).joined(separator: ", ")))")
            }
        let tried = helper(step, "tried", of: relation, hidden: results.hidden, query: query.text)
        return Computed(
            relation: tried, from: quoted(tried.name) + " AS t", texts: texts.compactMap { $0 },
            message: catching ? results.fields[hosted.count] : nil,
            stack: catching ? results.fields[hosted.count + 1] : nil)
    }

    private struct NotNative: Error {
        let reason: String
    }

    private func native(
        _ expression: RowExpression, _ computation: Computation, over relation: Relation, catching: Bool
    ) -> Result<SQLText, NotNative> {
        guard case .compiled(let compiled) = expression else { return .failure(NotNative(reason: "it is Python")) }
        let isOpen = compiled.type.holdsAny || computation.type.holdsAny
        if computation.conversion != nil || isOpen && compiled.type.kind != computation.type.kind {
            return .failure(NotNative(reason: "values of no fixed type are converted by Python"))
        }
        if catching, compiled.canFail {
            return .failure(NotNative(reason: "failing rows are kept apart, with Python's own messages"))
        }
        return compiled.sql(dialect) { "t." + dialect.quoted(relation.schema.names[$0]) }
            .mapError { NotNative(reason: "the expression \($0.reason)") }
    }

    private func cast(_ text: String, _ own: FieldType, to type: FieldType) -> String {
        guard own.kind != type.kind, let name = dialect.typeName(type) else { return text }
        return "CAST(\(text) AS \(name))"
    }

    /// The columns that a call's results stand in, and what each field of them is called.
    private func hostedResults(of function: PythonFunction) -> (hidden: [String], fields: [String]) {
        switch dialect {
        case .spark: return (["result__"], function.engineResult.names.map { "t.result__.\(quoted($0))" })
        case .flink:
            let names = function.engineResult.names.indices.map { "result_\($0)__" }
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
}

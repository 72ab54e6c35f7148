import DataModel
import Diagnostics
import Expressions
import PipelineSpec

extension TransformDefinition {
    static let combine = TransformDefinition(
        "Combine", category: "Grouping", summary: "groups rows and folds their values",
        documentation: """
            Functions: `sum`, `max`, `min`, `all`, `any`, `mean`, `count`, `group` (a list of the values) and `concat`
            (one list of all lists). The output has the keys, then the aggregates. With windows, each window has its
            own groups.
            """,
        example: """
            type: Combine
            config:
              group_by: shop
              combine:
                total: {value: price, fn: sum}
                sales: {value: price, fn: count}
            """,
        parameters: [
            Parameter("group_by", .fieldNames, required: true, "The keys; `[]` makes one group of everything."),
            Parameter(
                "combine", .map, required: true,
                "For each new field a function, or `value` (an expression, by default the field's own name) and `fn`."),
            .language, .dependencies,
        ]
    ) { context in CombineRule(context: context).result() }

    static let flatten = TransformDefinition(
        "Flatten", category: "Grouping", summary: "puts the rows of several inputs together",
        documentation: "Fields that an input lacks are null in its rows.",
        example: "type: Flatten\ninput: [Orders, Returns]", inputs: .several
    ) { context in
        let schemas = context.inputs.compactMap(\.output.schema)
        guard schemas.count == context.inputs.count, let first = schemas.first else { return context.unknown() }
        let merged = schemas.dropFirst().reduce(first) { $0 == $1 ? $0 : $0.union($1) }
        return StepResult(.flatten, schema: merged)
    }
}

private struct CombineRule {
    let context: StepContext

    func result() -> StepResult? {
        guard let node = context["combine"], let pairs = node.mapping else { return nil }
        let language = context.language()
        let keys = context.names("group_by")
        var isValid = true
        var fields: [Field] = []
        var indexes: [Int] = []
        if let schema = context.schema {
            for (name, range) in keys {
                guard let index = context.field(name, at: range, in: schema) else {
                    isValid = false
                    continue
                }
                if indexes.contains(index) { continue }
                indexes.append(index)
                fields.append(schema.fields[index])
            }
        }
        if pairs.isEmpty {
            context.report(
                .missingParameter, "'combine' names no aggregate", at: node.firstLine,
                hint: "add one, such as 'total: {value: price, fn: sum}'")
            return nil
        }
        var calls: [AggregateOperation.Call] = []
        var foreign: ForeignOperation?
        var isUnknown = context.schema == nil
        for pair in pairs {
            let name = pair.key.scalar?.text ?? ""
            if keys.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                context.report(
                    .fieldRedefined, "'\(name)' is already a key of 'group_by'", at: pair.key.range,
                    hint: "give the aggregate another name")
                isValid = false
                continue
            }
            switch aggregate(pair, name, language) {
            case .call(let call, let type):
                calls.append(call)
                fields.append(Field(name, type))
            case .foreign(let operation):
                foreign = foreign ?? operation
                fields.append(Field(name, .any))
            case .unknown:
                isUnknown = true
                fields.append(Field(name, .any))
            case .invalid: isValid = false
            }
        }
        guard isValid else { return nil }
        if let foreign {
            return context.foreign(foreign, schema: context.schema == nil ? nil : Schema(fields))
        }
        if isUnknown { return context.unknown() }
        let operation = AggregateOperation(
            keys: indexes, calls: calls, windowing: context.inputs.first?.output.windowing ?? .global)
        return StepResult(.aggregate(operation), schema: Schema(fields))
    }

    private enum Aggregate {
        case call(AggregateOperation.Call, FieldType)
        case foreign(ForeignOperation)
        case unknown
        case invalid
    }

    private func aggregate(_ pair: YAMLPair, _ name: String, _ language: ExpressionLanguage) -> Aggregate {
        let what = "aggregate '\(name)'"
        var value = pair.key
        var function = pair.value
        if pair.value.mapping != nil, pair.value["type"] == nil {
            for part in pair.value.mapping ?? [] {
                guard let key = part.key.scalar?.text, key != "value", key != "fn" else { continue }
                context.report(
                    .unknownParameter, "\(what) has no part '\(key)'", at: part.key.range,
                    hint: Suggestion.hint(for: key, among: ["value", "fn"], listing: "parts"))
                return .invalid
            }
            guard let fn = pair.value["fn"] else {
                context.report(
                    .missingParameter, "\(what) has no function", at: pair.value.firstLine,
                    hint: "add 'fn', such as 'fn: sum'")
                return .invalid
            }
            function = fn
            value = pair.value["value"] ?? pair.key
        }
        let functions = AggregateOperation.Function.allCases.map(\.rawValue)
        let typeNode = function.mapping == nil ? function : function["type"]
        guard let typeNode, let text = typeNode.string else {
            context.report(
                .wrongParameterType, "'fn' expects a string, but this is \(function.kindName)", at: function.firstLine,
                hint: "write a function such as 'sum'")
            return .invalid
        }
        if let requirement = [.sql: "sql", .calcite: "sql", .java: "java", .javascript: "javascript"][language] {
            return .foreign(
                ForeignOperation(
                    requirement: requirement, reason: "\(what) is written in \(language.rawValue)",
                    range: typeNode.range, code: text))
        }
        guard let known = AggregateOperation.Function(rawValue: text) else {
            if language == .python {
                return .foreign(
                    ForeignOperation(
                        requirement: "python", reason: "\(what) calls '\(text)', which only Python can run",
                        range: typeNode.range, code: text))
            }
            context.report(
                .unknownAggregation, "'\(text)' is not a function of 'Combine'", at: typeNode.range,
                hint: Suggestion.hint(for: text, among: functions, listing: "functions"))
            return .invalid
        }
        // As in Beam, the value may be any Python expression, whatever the language.
        switch context.expression(value, schema: context.schema, language: .python, what: what) {
        case .foreign(let operation, _): return .foreign(operation)
        case .unknown: return .unknown
        case .native(let expression, let range):
            guard let type = Self.type(of: known, over: expression.type) else {
                context.report(
                    .wrongAggregation, "'\(text)' cannot fold values of type \(expression.type)", at: range,
                    hint: text == "concat"
                        ? "use 'group' for a list of the values"
                        : "convert them in 'value', such as 'value: float(\(name))'")
                return .invalid
            }
            return .call(
                .init(destination: name, function: known, value: expression, range: range), type)
        }
    }

    /// The type of a function's result; `nil` where every value would fail.
    static func type(of function: AggregateOperation.Function, over type: FieldType) -> FieldType? {
        switch function {
        case .count: return .int64
        case .all, .any: return .boolean
        case .min, .max: return type.nonNull
        case .group: return .list(type)
        case .concat:
            switch type.kind {
            case .list: return type.nonNull
            case .any: return .list(.any)
            default: return nil
            }
        case .sum:
            switch type.kind {
            case .boolean: return .int64
            case .int64, .double, .decimal, .duration, .any: return type.nonNull
            default: return nil
            }
        case .mean:
            switch type.kind {
            case .boolean, .int64, .double: return .double
            case .decimal, .duration: return type.nonNull
            case .any: return .any
            default: return nil
            }
        }
    }
}

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
            .language, .dependencies, .worker,
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

    /// One aggregate as it is planned.
    private struct Call {
        enum Fold {
            case known(AggregateOperation.Function)
            /// Folds the list of a group's values.
            case foreign(source: String, arguments: JSONText?, range: SourceRange)
        }

        let name: String
        let fold: Fold
        let value: RowExpression
        let range: SourceRange
        let type: FieldType
    }

    func result() -> StepResult? {
        guard let node = context["combine"], let pairs = node.mapping else { return nil }
        let language = context.language()
        let keys = context.names("group_by")
        var isValid = true
        var indexes: [Int] = []
        if let schema = context.schema {
            for (name, range) in keys {
                guard let index = context.field(name, at: range, in: schema) else {
                    isValid = false
                    continue
                }
                if !indexes.contains(index) { indexes.append(index) }
            }
        }
        if pairs.isEmpty {
            context.report(
                .missingParameter, "'combine' names no aggregate", at: node.firstLine,
                hint: "add one, such as 'total: {value: price, fn: sum}'")
            return nil
        }
        var calls: [Call] = []
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
            case .call(let call): calls.append(call)
            case .foreign(let operation): foreign = foreign ?? operation
            case .unknown: isUnknown = true
            case .invalid: isValid = false
            }
        }
        guard isValid else { return nil }
        if let foreign { return context.foreign(foreign, schema: nil) }
        guard !isUnknown, let schema = context.schema else { return context.unknown() }
        return plan(calls, keys: indexes, of: schema)
    }

    /// Values that only a worker computes are computed before grouping, folds that only a worker knows fold lists
    /// behind it: grouping itself is always ours.
    private func plan(_ calls: [Call], keys: [Int], of schema: Schema) -> StepResult? {
        var schema = schema
        var keys = keys
        var calls = calls
        var preludes: [StepResult.Prelude] = []
        let keyFields = keys.map { schema.fields[$0] }
        if calls.contains(where: { $0.value.function != nil }) {
            let fields = keyFields + calls.map { Field($0.name, $0.value.type) }
            let references = references(keyFields, in: schema)
            let values = calls.map { ProjectedField(name: $0.name, expression: $0.value, range: $0.range) }
            guard references.count == keys.count else { return nil }
            schema = Schema(fields)
            preludes.append(.init(suffix: "Values", operation: .project(references + values), schema: schema))
            keys = Array(keys.indices)
            calls = calls.compactMap { call in
                Self.reference(call.name, in: schema).map {
                    Call(name: call.name, fold: call.fold, value: .compiled($0), range: call.range, type: call.type)
                }
            }
        }
        let aggregateCalls = calls.compactMap { call -> AggregateOperation.Call? in
            guard case .compiled(let value) = call.value else { return nil }
            let function: AggregateOperation.Function = if case .known(let known) = call.fold { known } else { .group }
            return .init(destination: call.name, function: function, value: value, range: call.range)
        }
        let operation = AggregateOperation(
            keys: keys, calls: aggregateCalls, windowing: context.inputs.first?.output.windowing ?? .global)
        let grouped = Schema(
            keyFields
                + calls.map { call in
                    if case .known = call.fold { return Field(call.name, call.type) }
                    return Field(call.name, .list(call.value.type))
                })
        guard calls.contains(where: { if case .foreign = $0.fold { true } else { false } }) else {
            return StepResult(.aggregate(operation), schema: grouped, preludes: preludes)
        }
        preludes.append(.init(suffix: "Group", operation: .aggregate(operation), schema: grouped))
        var projected = references(keyFields, in: grouped)
        for (index, call) in calls.enumerated() {
            switch call.fold {
            case .known:
                projected += references([Field(call.name, call.type)], in: grouped)
            case .foreign(let source, let arguments, let range):
                let isName = source.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
                let function = ForeignFunction(
                    language: .python, form: .combine, source: source, path: range.file.path,
                    line: range.startPosition.line, arguments: arguments, type: call.type,
                    fields: [keyFields.count + index],
                    requirements: isName
                        ? PythonRequirements.of(name: source, declared: context.declaredDependencies)
                        : PythonRequirements.of(code: source, declared: context.declaredDependencies),
                    reason: "aggregate '\(call.name)' calls '\(source)'", range: range, limits: context.workerLimits)
                projected.append(ProjectedField(name: call.name, expression: .function(function), range: range))
            }
        }
        let output = Schema(keyFields + calls.map { Field($0.name, $0.type) })
        return StepResult(.project(projected), schema: output, preludes: preludes)
    }

    private func references(_ fields: [Field], in schema: Schema) -> [ProjectedField] {
        fields.compactMap { field in
            Self.reference(field.name, in: schema).map {
                ProjectedField(name: field.name, expression: .compiled($0), range: nil)
            }
        }
    }

    private static func reference(_ name: String, in schema: Schema) -> CompiledExpression? {
        guard
            case .native(let reference, _) = ExpressionCompiler(schema: schema).compile(
                ExpressionSource(name, language: .python))
        else { return nil }
        return reference
    }

    private enum Aggregate {
        case call(Call)
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
        let known = AggregateOperation.Function(rawValue: text)
        guard known != nil || language == .python else {
            context.report(
                .unknownAggregation, "'\(text)' is not a function of 'Combine'", at: typeNode.range,
                hint: Suggestion.hint(for: text, among: functions, listing: "functions"))
            return .invalid
        }
        // As in Beam, the value may be any Python expression, whatever the language.
        switch context.expression(value, schema: context.schema, language: .python, what: what) {
        case .foreign(let operation, _): return .foreign(operation)
        case .unknown: return .unknown
        case .known(let expression, let range):
            guard let known else {
                let fold = Call.Fold.foreign(
                    source: text, arguments: function["config"]?.json, range: typeNode.range)
                return .call(Call(name: name, fold: fold, value: expression, range: range, type: .any))
            }
            guard let type = Self.type(of: known, over: expression.type) else {
                context.report(
                    .wrongAggregation, "'\(text)' cannot fold values of type \(expression.type)", at: range,
                    hint: text == "concat"
                        ? "use 'group' for a list of the values"
                        : "convert them in 'value', such as 'value: float(\(name))'")
                return .invalid
            }
            return .call(Call(name: name, fold: .known(known), value: expression, range: range, type: type))
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

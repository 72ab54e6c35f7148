import DataModel
import Diagnostics
import Expressions
import PipelineSpec

extension TransformDefinition {
    static let mapToFields = TransformDefinition(
        "MapToFields", category: "Elementwise", summary: "makes new rows with one expression a field",
        documentation: "With `append: true` the fields of the input come first, without those below `drop`.",
        example: """
            type: MapToFields
            config:
              language: python
              append: true
              fields:
                total: price * quantity
            """,
        supportsErrorHandling: true,
        parameters: [
            Parameter("fields", .expressionMap, required: true, "An expression for each new field."),
            Parameter("append", .boolean, default: "false", "Whether to keep the fields of the input."),
            Parameter("drop", .fieldNames, default: "[]", "Fields of the input that `append` does not keep."),
            .language, .dependencies, .worker,
        ]
    ) { context in MapToFieldsRule(context: context).result() }
}

private struct MapToFieldsRule {
    let context: StepContext

    func result() -> StepResult? {
        let language = context.language()
        let schema = context.schema
        let appends = context.flag("append") ?? false
        guard let pairs = context["fields"]?.mapping else { return nil }
        let drops = context.names("drop")
        var isValid = true
        if let first = drops.first, !appends {
            context.report(
                .dropWithoutAppend, "'drop' has no effect without 'append'", at: first.range,
                hint: "add 'append: true', or remove 'drop'")
            isValid = false
        }
        if let schema {
            for drop in drops where context.field(drop.name, at: drop.range, in: schema) == nil { isValid = false }
        }
        let kept = appends ? schema?.fields.filter { field in !drops.contains { same($0.name, field.name) } } ?? [] : []
        for pair in pairs {
            guard let name = pair.key.scalar?.text, kept.contains(where: { same($0.name, name) }) else { continue }
            context.report(
                .fieldRedefined, "'\(name)' is already a field of the input", at: pair.key.range,
                hint: "add 'drop: [\(name)]', or give the new field another name")
            isValid = false
        }
        var projected: [ProjectedField] = []
        var fields: [Field] = []
        for field in kept {
            guard let schema,
                case .native(let reference, _) = ExpressionCompiler(schema: schema).compile(
                    ExpressionSource(field.name, language: .python))
            else { continue }
            projected.append(ProjectedField(name: field.name, expression: .compiled(reference), range: nil))
            fields.append(field)
        }
        var foreign: ForeignOperation?
        var isUnknown = schema == nil
        for pair in pairs {
            let name = pair.key.scalar?.text ?? ""
            switch context.expression(pair.value, schema: schema, language: language, what: "field '\(name)'") {
            case .known(let expression, let range):
                projected.append(ProjectedField(name: name, expression: expression, range: range))
                fields.append(Field(name, expression.type))
            case .foreign(let operation, let type):
                foreign = foreign ?? operation
                fields.append(Field(name, type))
            case .unknown(let type):
                isUnknown = true
                fields.append(Field(name, type ?? .any))
            }
        }
        guard isValid else { return nil }
        if let foreign {
            let known = schema == nil && appends ? nil : Schema(fields)
            return context.foreign(foreign, schema: known)
        }
        if isUnknown { return context.unknown() }
        return StepResult(.project(projected), schema: Schema(fields))
    }

    private func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}

import DataModel
import Diagnostics
import PipelineSpec

extension TransformDefinition {
    static let join = TransformDefinition(
        "Join", category: "Grouping", summary: "joins inputs on equal fields",
        documentation: """
            Inputs join from left to right in the order of `input`; null equals nothing. Without `fields` the output
            has all fields of all inputs; a name that is taken gets a number behind it.
            """,
        example: """
            type: Join
            input:
              orders: ReadOrders
              shops: ReadShops
            config:
              type: left
              equalities:
                - {orders: shop_id, shops: id}
              fields:
                orders: [id, price]
                shops: {shop: name}
            """, inputs: .several,
        parameters: [
            Parameter(
                "equalities", .oneOf([.string, .list(.map)]), required: true,
                "A field that all inputs have, or a list of maps from inputs to fields that must be equal."),
            Parameter(
                "type", .oneOf([.string, .map]), default: "inner",
                "`inner`, `left`, `right`, `outer`, or `{outer: [inputs]}`."),
            Parameter(
                "fields", .map, "For each input a list of fields, or a map from new names to fields."),
        ]
    ) { context in JoinRule(context: context).result() }
}

private struct JoinRule {
    let context: StepContext

    func result() -> StepResult? {
        let inputs = context.inputs
        guard inputs.count >= 2 else {
            context.report(
                .missingInput, "'Join' needs at least two inputs", at: context.spec.typeRange,
                hint: "write 'input' as a map, such as 'input: {left: A, right: B}'")
            return nil
        }
        guard inputs.allSatisfy({ $0.output.schema != nil }) else { return context.unknown() }
        let schemas = inputs.map { $0.output.schema ?? .empty }
        guard let kinds = kinds(), let pairs = equalities(schemas) else { return nil }
        guard let stages = stages(kinds, pairs) else { return nil }
        var nullable = [Bool](repeating: false, count: inputs.count)
        for (index, kind) in kinds.enumerated() {
            if kind == .left || kind == .outer { nullable[index + 1] = true }
            if kind == .right || kind == .outer { for earlier in 0...index { nullable[earlier] = true } }
        }
        guard let outputs = outputs(schemas) else { return nil }
        let fields = outputs.map { name, reference in
            let type = schemas[reference.input].fields[reference.field].type
            return Field(name, nullable[reference.input] ? type.nullable : type)
        }
        return StepResult(
            .join(JoinOperation(stages: stages, outputs: outputs.map(\.1))), schema: Schema(fields))
    }

    private func index(of input: String, at range: SourceRange) -> Int? {
        if let index = context.inputs.firstIndex(where: { $0.name.utf8.elementsEqual(input.utf8) }) { return index }
        context.report(
            .unknownInput, "'\(input)' is not an input of the join", at: range,
            hint: Suggestion.hint(for: input, among: context.inputs.map(\.name), listing: "inputs"))
        return nil
    }

    // MARK: Kinds

    /// How each input but the first joins its predecessor, as Beam's `generate_join_type` has it.
    private func kinds() -> [JoinOperation.Kind]? {
        guard let node = context["type"] else { return context.inputs.dropFirst().map { _ in .inner } }
        if let text = node.string {
            guard let kind = JoinOperation.Kind(rawValue: text) else {
                return invalidKind("'\(text)' is not a type of join", node, text)
            }
            return context.inputs.dropFirst().map { _ in kind }
        }
        guard let pairs = node.mapping, pairs.count == 1, let items = node["outer"]?.sequence else {
            return invalidKind("'type' of a join expects a name or '{outer: [inputs]}'", node, "")
        }
        var isOuter = [Bool](repeating: false, count: context.inputs.count)
        for item in items {
            guard let index = index(of: item.scalar?.text ?? "", at: item.range) else { return nil }
            isOuter[index] = true
        }
        return zip(isOuter, isOuter.dropFirst()).map { left, right in
            left ? (right ? .outer : .left) : (right ? .right : .inner)
        }
    }

    private func invalidKind(_ message: String, _ node: YAMLNode, _ text: String) -> [JoinOperation.Kind]? {
        context.report(
            .wrongParameterType, message, at: node.firstLine,
            hint: Suggestion.hint(for: text, among: ["inner", "left", "right", "outer"], listing: "types"))
        return nil
    }

    // MARK: Equalities

    private typealias Pair = (left: JoinOperation.FieldReference, right: JoinOperation.FieldReference)

    private func equalities(_ schemas: [Schema]) -> [Pair]? {
        guard let node = context["equalities"] else { return nil }
        var pairs: [Pair] = []
        if let name = node.string {
            var references: [JoinOperation.FieldReference] = []
            for (input, schema) in schemas.enumerated() {
                guard let field = field(name, of: input, schema, at: node.range) else { return nil }
                references.append(.init(input: input, field: field))
            }
            for reference in references.dropFirst() { pairs.append((references[0], reference)) }
            return checked(pairs, schemas, at: node.range)
        }
        for item in node.sequence ?? [] {
            var references: [JoinOperation.FieldReference] = []
            for pair in item.mapping ?? [] {
                guard let input = index(of: pair.key.scalar?.text ?? "", at: pair.key.range),
                    let field = field(pair.value.scalar?.text ?? "", of: input, schemas[input], at: pair.value.range)
                else { return nil }
                references.append(.init(input: input, field: field))
            }
            guard references.count >= 2 else {
                context.report(
                    .invalidJoin, "an equality needs the fields of at least two inputs", at: item.firstLine,
                    hint: "write it as '{input1: field, input2: field}'")
                return nil
            }
            for reference in references.dropFirst() { pairs.append((references[0], reference)) }
        }
        guard isConnected(pairs) else {
            context.report(
                .invalidJoin, "the equalities do not connect all inputs", at: node.firstLine,
                notes: ["inputs: \(context.inputs.map(\.name).joined(separator: ", "))"],
                hint: "add an equality for each input that has none")
            return nil
        }
        return checked(pairs, schemas, at: node.firstLine)
    }

    private func field(_ name: String, of input: Int, _ schema: Schema, at range: SourceRange) -> Int? {
        if let index = schema.index(of: name) { return index }
        context.report(
            .unknownInputField, "'\(name)' is not a field of the input '\(context.inputs[input].name)'", at: range,
            notes: ["input '\(context.inputs[input].name)' has: \(schema.names.joined(separator: ", "))"],
            hint: Suggestion.hint(for: name, among: schema.names, listing: "fields"))
        return nil
    }

    /// Fields whose types can never be equal are a mistake.
    private func checked(_ pairs: [Pair], _ schemas: [Schema], at range: SourceRange) -> [Pair]? {
        for pair in pairs {
            let left = schemas[pair.left.input].fields[pair.left.field]
            let right = schemas[pair.right.input].fields[pair.right.field]
            let areComparable =
                left.type.kind == right.type.kind || left.type.isAny || right.type.isAny
                || left.type.isNumeric && right.type.isNumeric
            guard !areComparable else { continue }
            context.report(
                .invalidJoin,
                "'\(left.name)' is \(left.type) and '\(right.name)' is \(right.type): they are never equal",
                at: range, hint: "convert one of them with 'MapToFields' before the join")
            return nil
        }
        return pairs
    }

    private func isConnected(_ pairs: [Pair]) -> Bool {
        var reached: Set<Int> = [0]
        var grew = true
        while grew {
            grew = false
            for pair in pairs where reached.contains(pair.left.input) != reached.contains(pair.right.input) {
                reached.insert(pair.left.input)
                reached.insert(pair.right.input)
                grew = true
            }
        }
        return reached.count == context.inputs.count
    }

    /// Each equality belongs to the later of its inputs.
    private func stages(_ kinds: [JoinOperation.Kind], _ pairs: [Pair]) -> [JoinOperation.Stage]? {
        var equalities = [[(left: JoinOperation.FieldReference, right: Int)]](repeating: [], count: kinds.count)
        for pair in pairs where pair.left.input != pair.right.input {
            let (early, late) =
                pair.left.input < pair.right.input ? (pair.left, pair.right) : (pair.right, pair.left)
            equalities[late.input - 1].append((early, late.field))
        }
        for (index, list) in equalities.enumerated() where list.isEmpty {
            context.report(
                .invalidJoin,
                "no equality ties '\(context.inputs[index + 1].name)' to an input before it",
                at: context["equalities"]?.firstLine,
                hint: "put the inputs in an order in which each has an equality with an earlier one")
            return nil
        }
        return zip(kinds, equalities).map { JoinOperation.Stage(kind: $0, equalities: $1) }
    }

    // MARK: Outputs

    private func outputs(_ schemas: [Schema]) -> [(String, JoinOperation.FieldReference)]? {
        var outputs: [(String, JoinOperation.FieldReference)] = []
        var taken: Set<[UInt8]> = []
        let fields = context["fields"]
        var listed: Set<Int> = []
        for pair in fields?.mapping ?? [] {
            guard let input = index(of: pair.key.scalar?.text ?? "", at: pair.key.range) else { return nil }
            listed.insert(input)
            var wanted: [(name: YAMLNode, field: YAMLNode)] = []
            if let items = pair.value.sequence {
                wanted = items.map { ($0, $0) }
            } else if let pairs = pair.value.mapping {
                wanted = pairs.map { ($0.key, $0.value) }
            } else if pair.value.string == "*" {
                listed.remove(input)
                continue
            } else {
                context.report(
                    .wrongParameterType, "the fields of an input are a list or a map, not \(pair.value.kindName)",
                    at: pair.value.firstLine, hint: "write '[a, b]' or '{new: old}'")
                return nil
            }
            for (nameNode, fieldNode) in wanted {
                let name = nameNode.scalar?.text ?? ""
                guard
                    let field = field(
                        fieldNode.scalar?.text ?? "", of: input, schemas[input], at: fieldNode.range)
                else { return nil }
                guard taken.insert(Array(name.utf8)).inserted else {
                    context.report(
                        .fieldRedefined, "the output has two fields '\(name)'", at: nameNode.range,
                        hint: "rename one with a map, such as '{other_\(name): \(name)}'")
                    return nil
                }
                outputs.append((name, .init(input: input, field: field)))
            }
        }
        for (input, schema) in schemas.enumerated() where !listed.contains(input) {
            for (index, field) in schema.fields.enumerated() {
                var name = field.name
                var number = 0
                while !taken.insert(Array(name.utf8)).inserted {
                    name = "\(field.name)\(number)"
                    number += 1
                }
                outputs.append((name, .init(input: input, field: index)))
            }
        }
        return outputs
    }
}

import Diagnostics
import PipelineSpec

/// Checks a step's `config` against the parameters of its transform.
struct ParameterChecks {
    let context: StepContext

    /// Whether all is well; what is not has been reported.
    func check(_ definition: TransformDefinition) -> Bool {
        guard definition.checksParameters else { return true }
        let config = context.spec.config
        var isValid = true
        for pair in config?.mapping ?? [] {
            let key = pair.key.scalar?.text ?? ""
            guard let parameter = definition.allParameters.first(where: { $0.name.utf8.elementsEqual(key.utf8) }) else {
                reportUnknown(key, pair, definition)
                isValid = false
                continue
            }
            if !check(pair.value, parameter.type, "'\(key)'") { isValid = false }
        }
        for parameter in definition.parameters where parameter.isRequired {
            let written = config?[parameter.name]
            if let written, !written.isNull { continue }
            context.report(
                .missingParameter, "'\(definition.name)' needs the parameter '\(parameter.name)'",
                at: context.spec.typeRange,
                hint: "add '\(parameter.name)': \(parameter.type.expectation)")
            isValid = false
        }
        return isValid
    }

    private func reportUnknown(_ key: String, _ pair: YAMLPair, _ definition: TransformDefinition) {
        let names = definition.allParameters.map(\.name)
        if key == "error_handling" {
            context.report(
                .unknownParameter, "'\(definition.name)' has no error handling", at: pair.key.range,
                hint: "remove 'error_handling'; a failing row ends the run")
        } else if definition.unsupportedParameters.contains(key) {
            context.report(
                .unknownParameter, "pandas' parameter '\(key)' is not supported by Beamstack", at: pair.key.range,
                notes: ["parameters: " + names.map { "'\($0)'" }.joined(separator: ", ")])
        } else {
            context.report(
                .unknownParameter, "'\(definition.name)' has no parameter '\(key)'", at: pair.key.range,
                hint: names.count == 1 && definition.parameters.isEmpty
                    ? "it takes none"
                    : Suggestion.hint(for: key, among: names, listing: "parameters"))
        }
    }

    /// Whether the value is one of the type.
    private func check(_ node: YAMLNode, _ type: ParameterType, _ what: String) -> Bool {
        if node.isNull { return true }
        switch type {
        case .list(let element):
            guard let items = node.sequence else { return mismatch(node, type, what) }
            // All items are looked at, so that all problems are reported at once.
            return items.map { check($0, element, "an item of \(what)") }.allSatisfy { $0 }
        case .object(let parameters):
            guard let pairs = node.mapping else { return mismatch(node, type, what) }
            return pairs.map { pair in
                let key = pair.key.scalar?.text ?? ""
                guard let parameter = parameters.first(where: { $0.name == key }) else {
                    context.report(
                        .unknownParameter, "\(what) has no part '\(key)'", at: pair.key.range,
                        hint: Suggestion.hint(for: key, among: parameters.map(\.name), listing: "parts"))
                    return false
                }
                return check(pair.value, parameter.type, "'\(key)'")
            }.allSatisfy { $0 }
        case .choice(let choices):
            guard let text = node.scalar?.text, choices.contains(text) else {
                context.report(
                    .wrongParameterType, "\(what) cannot be \(node.scalar.map { "'\($0.text)'" } ?? node.kindName)",
                    at: node.firstLine,
                    hint: Suggestion.hint(for: node.scalar?.text ?? "", among: choices, listing: "choices"))
                return false
            }
            return true
        default:
            return node.matches(type) || mismatch(node, type, what)
        }
    }

    private func mismatch(_ node: YAMLNode, _ type: ParameterType, _ what: String) -> Bool {
        var hint: String?
        switch (type, node.scalar?.value) {
        case (.string, .some), (.path, .some), (.fieldName, .some), (.fieldNames, .some):
            hint = "write it in quotes: '\(node.scalar?.text ?? "")'"
        case (.integer, .string?), (.number, .string?), (.boolean, .string?):
            if node.scalar?.style != .plain { hint = "write it without quotes" }
        case (.elements, _) where node.mapping != nil, (.list, _) where node.sequence == nil:
            hint = "start each item with '- '"
        default: break
        }
        context.report(
            .wrongParameterType, "\(what) expects \(type.expectation), but this is \(node.kindName)",
            at: node.firstLine, hint: hint ?? "write \(type.expectation)")
        return false
    }
}

extension YAMLNode {
    /// Where to point for a value: a whole block says nothing, its first line does.
    var firstLine: SourceRange {
        let text = range.file.utf8
        guard range.start < range.end, let newline = text[range.start..<range.end].firstIndex(of: 0x0A) else {
            return range
        }
        return SourceRange(file: range.file, start: range.start, end: newline)
    }

    fileprivate func matches(_ type: ParameterType) -> Bool {
        switch type {
        case .string, .path, .fieldName: return string != nil
        case .integer: if case .int? = scalar?.value { return true } else { return false }
        case .number:
            switch scalar?.value {
            case .int?, .float?: return true
            default: return false
            }
        case .boolean: if case .bool? = scalar?.value { return true } else { return false }
        case .map, .jsonSchema, .expressionMap, .windowing, .errorHandling: return mapping != nil
        case .object: return mapping != nil
        case .any: return true
        case .expression: return mapping != nil || scalar != nil
        case .fieldNames: return string != nil || (sequence?.allSatisfy { $0.string != nil } ?? false)
        case .elements: return sequence != nil
        case .list(let element): return sequence?.allSatisfy { $0.matches(element) } ?? false
        case .choice(let choices): return scalar.map { choices.contains($0.text) } ?? false
        case .oneOf(let types): return types.contains { matches($0) }
        }
    }
}

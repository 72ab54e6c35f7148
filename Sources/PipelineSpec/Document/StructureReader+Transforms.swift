import Diagnostics

extension StructureReader {
    // MARK: The pipeline

    mutating func pipeline(_ node: YAMLNode) -> PipelineBlock? {
        if node.sequence != nil {
            let transforms = self.transforms(node, in: "'pipeline'", isChain: false)
            return PipelineBlock(
                type: nil, transforms: transforms, extraTransforms: [], source: nil, sink: nil, windowing: nil,
                resourceHints: nil, range: node.range)
        }
        guard let pairs = map(node, "'pipeline'", hint: "give it 'transforms', or 'source' and 'sink'") else {
            return nil
        }
        checkKeys(of: pairs, in: "'pipeline'", allowed: SpecKeys.pipeline) { key in
            switch key {
            case "options", "providers", "tests": "'\(key)' stands beside 'pipeline', not below it"
            case "config", "name", "input", "output": "the pipeline itself has no '\(key)'"
            default: nil
            }
        }
        var type: SpecText?
        if let typeNode = node["type"], let text = text(typeNode, "'type'") {
            type = text
            if text.text != "composite", text.text != "chain" {
                report(
                    .invalidStructure, "a pipeline is 'composite' or 'chain', not '\(text.text)'", at: text.range,
                    hint: Suggestion.hint(for: text.text, among: ["composite", "chain"], listing: "types")
                        .map { $0 + "; a single transform goes below 'transforms'" })
            }
        }
        let parts = nestedParts(node, isChain: type?.text == "chain", in: "'pipeline'")
        requireTransforms(node, in: "'pipeline'", at: node.place)
        return PipelineBlock(
            type: type, transforms: parts.transforms, extraTransforms: parts.extra, source: parts.source,
            sink: parts.sink, windowing: node["windowing"], resourceHints: resourceHints(node), range: node.range)
    }

    private mutating func requireTransforms(_ node: YAMLNode, in what: String, at range: SourceRange) {
        if node["transforms"] != nil || (node["source"] != nil && node["sink"] != nil) { return }
        report(
            .invalidStructure, "\(what) has no 'transforms'", at: range,
            hint: "list them below 'transforms', or give both 'source' and 'sink'")
    }

    private mutating func resourceHints(_ node: YAMLNode) -> YAMLNode? {
        guard let hints = node["resource_hints"], map(hints, "'resource_hints'") != nil else { return nil }
        return hints
    }

    private struct NestedParts {
        var transforms: [TransformSpec] = []
        var extra: [TransformSpec] = []
        var source: TransformSpec?
        var sink: TransformSpec?
    }

    private mutating func nestedParts(_ node: YAMLNode, isChain: Bool, in what: String) -> NestedParts {
        var parts = NestedParts()
        if let list = node["transforms"] { parts.transforms = transforms(list, in: what, isChain: isChain) }
        if let list = node["extra_transforms"] {
            if !isChain {
                report(
                    .invalidStructure, "'extra_transforms' belongs to a chain", at: list.place,
                    hint: "put them below 'transforms', or write 'type: chain'")
            }
            parts.extra = transforms(list, in: "'extra_transforms'", isChain: false)
        }
        if let source = node["source"] {
            parts.source = transform(source, isInChain: isChain, isFirst: true)
        }
        if let sink = node["sink"] {
            parts.sink = transform(sink, isInChain: isChain, isFirst: false)
        }
        return parts
    }

    // MARK: Transforms

    mutating func transforms(_ node: YAMLNode, in what: String, isChain: Bool) -> [TransformSpec] {
        let items = list(
            node, what.hasSuffix("transforms'") ? what : "'transforms'", hint: "start each transform with '- '")
        var result: [TransformSpec] = []
        for (index, item) in items.enumerated() {
            if let transform = transform(item, isInChain: isChain, isFirst: index == 0) { result.append(transform) }
        }
        return result
    }

    /// A transform; `nil` where it has no type to speak of.
    mutating func transform(_ node: YAMLNode, isInChain: Bool, isFirst: Bool) -> TransformSpec? {
        guard let pairs = map(node, "a transform", hint: "write 'type: NAME', with parameters below 'config'") else {
            return nil
        }
        let name = node["name"].flatMap { $0.isNull ? nil : text($0, "'name'") }
        guard let typeNode = node["type"] else {
            reportMissingType(node, pairs, name)
            return nil
        }
        guard let type = text(typeNode, "'type'") else { return nil }
        let isNested = type.text == "composite" || type.text == "chain"
        checkTransformKeys(pairs, type, isNested)
        let input = connection(node, "input")
        let output = connection(node, "output")
        if isInChain { checkImplicit(node, input, isFirst, type) }
        var parts = NestedParts()
        if isNested {
            parts = nestedParts(node, isChain: type.text == "chain", in: "'\(type.text)'")
            requireTransforms(node, in: "'\(name?.text ?? type.text)'", at: type.range)
        }
        var config = node["config"]
        if let written = config, map(written, "'config'", hint: "remove it if there are no parameters") == nil {
            config = nil
        }
        return TransformSpec(
            type: type, name: name, input: input, output: output, config: config, windowing: node["windowing"],
            resourceHints: resourceHints(node), outputSchema: node["output_schema"], transforms: parts.transforms,
            extraTransforms: parts.extra, source: parts.source, sink: parts.sink, node: node)
    }

    private mutating func reportMissingType(_ node: YAMLNode, _ pairs: [YAMLPair], _ name: SpecText?) {
        var hint = "add 'type: NAME'"
        // A list of `- ReadFromText: {...}` is how other tools write it.
        if let near = pairs.first(where: { pair in
            pair.key.scalar.map { Suggestion.nearest(to: $0.text, among: ["type"]) != nil } ?? false
        })?.key {
            report(
                .missingType, "the transform has no 'type'", at: near.range,
                hint: "did you mean 'type' instead of '\(near.scalar?.text ?? "")'?")
            return
        }
        if pairs.count == 1, let key = pairs.first?.key.scalar?.text, !SpecKeys.leaf.contains(key) {
            hint = "write 'type: \(key)' and put its parameters below 'config'"
        }
        let label = name.map { "the transform '\($0.text)'" } ?? "the transform"
        report(.missingType, "\(label) has no 'type'", at: name?.range ?? node.place, hint: hint)
    }

    private mutating func checkTransformKeys(_ pairs: [YAMLPair], _ type: SpecText, _ isNested: Bool) {
        let allowed = isNested ? SpecKeys.nested : SpecKeys.leaf
        checkKeys(of: pairs, in: "transform '\(type.text)'", allowed: allowed) { key in
            if isNested {
                return key == "config" ? "a \(type.text) has no parameters; give them to the transforms inside" : nil
            }
            switch key {
            case "transforms", "source", "sink", "extra_transforms":
                return "'\(key)' belongs to a 'composite' or a 'chain'"
            default:
                if let near = Suggestion.nearest(to: key, among: allowed) { return "did you mean '\(near)'?" }
                return "parameters go below 'config'"
            }
        }
    }

    private mutating func checkImplicit(
        _ node: YAMLNode, _ input: ConnectionSpec, _ isFirst: Bool, _ type: SpecText
    ) {
        for key in ["input", "output"] {
            guard let pair = node.mapping?.first(where: { $0.key.scalar?.text == key }) else { continue }
            // The first transform may say that it has no input, as `source` does.
            if key == "input", isFirst, case .explicitlyNone = input { continue }
            report(
                .chainConnection, "'\(type.text)' is part of a chain and cannot have an '\(key)'", at: pair.key.range,
                hint: "remove it: a chain connects its transforms itself; or use 'type: composite'")
        }
    }

    // MARK: Connections

    private mutating func connection(_ node: YAMLNode, _ key: String) -> ConnectionSpec {
        guard let value = node[key] else { return .absent }
        switch value.content {
        case .scalar:
            if value.isNull { return .explicitlyNone(value.range) }
            return text(value, "'\(key)'").map { .one($0) } ?? .absent
        case .sequence(let items):
            if items.isEmpty { return .explicitlyNone(value.range) }
            return .list(references(items, key), value.range)
        case .mapping(let pairs):
            if pairs.isEmpty { return .explicitlyNone(value.range) }
            var entries: [ConnectionSpec.Entry] = []
            for pair in pairs {
                guard let name = text(pair.key, "a name in '\(key)'") else { continue }
                if let items = pair.value.sequence {
                    entries.append(ConnectionSpec.Entry(name: name, references: references(items, key)))
                } else if let reference = text(pair.value, "'\(name.text)' in '\(key)'") {
                    entries.append(ConnectionSpec.Entry(name: name, references: [reference]))
                }
            }
            return .map(entries, value.range)
        }
    }

    private mutating func references(_ items: [YAMLNode], _ key: String) -> [SpecText] {
        var result: [SpecText] = []
        for item in items {
            if let reference = text(item, "a reference in '\(key)'") { result.append(reference) }
        }
        return result
    }

    // MARK: Provider bodies

    /// A provider's body: a block of its own for `composite` and `chain`, else a single transform.
    mutating func body(_ node: YAMLNode) -> TransformSpec? {
        transform(node, isInChain: false, isFirst: true)
    }
}

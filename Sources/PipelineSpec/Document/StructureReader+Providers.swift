import Diagnostics

extension StructureReader {
    /// Reads a list of providers and what it includes.
    ///
    /// - Parameters:
    ///   - path: the file that holds the list; included files are relative to it.
    ///   - load: gives the nodes of an included listing, having reported why there are none.
    ///   - open: the listings being read, outermost first, to find one that includes itself.
    mutating func providers(
        _ node: YAMLNode, path: String, open: [String] = [],
        load: (_ path: String, _ include: SpecText, _ reader: inout StructureReader) -> YAMLNode?
    ) -> [ProviderSpec] {
        var result: [ProviderSpec] = []
        for item in list(node, open.isEmpty ? "'providers'" : "a providers file", hint: "start each provider with '- '")
        {
            guard let pairs = map(item, "a provider") else { continue }
            guard let include = item["include"] else {
                if let provider = provider(item, pairs, path) { result.append(provider) }
                continue
            }
            guard let written = text(include, "'include'") else { continue }
            if pairs.count > 1 {
                checkKeys(of: pairs, in: "a provider with 'include'", allowed: ["include"])
            }
            let included = TextPath.join(TextPath.directory(of: path), written.text)
            guard !open.contains(included), open.count < 50 else {
                report(.missingInclude, "'\(included)' includes itself", at: written.range)
                continue
            }
            if let listing = load(included, written, &self) {
                result += providers(listing, path: included, open: open + [included], load: load)
            }
        }
        return result
    }

    private mutating func provider(_ node: YAMLNode, _ pairs: [YAMLPair], _ path: String) -> ProviderSpec? {
        checkKeys(of: pairs, in: "a provider", allowed: SpecKeys.provider + ["include"])
        guard let typeNode = node["type"] else {
            report(
                .missingType, "the provider has no 'type'", at: node.place,
                hint: "add a type such as 'python' or 'yaml', or 'include: FILE'")
            return nil
        }
        guard let type = text(typeNode, "'type'") else { return nil }
        var config = node["config"]
        if let written = config, !written.isNull, map(written, "'config'") == nil { config = nil }
        var transforms: [ProviderSpec.Transform] = []
        var yamlTransforms: [ProviderSpec.YAMLTransform] = []
        if let list = node["transforms"] {
            for pair in map(list, "'transforms' of a provider", hint: "write 'NAME: DEFINITION' for each") ?? [] {
                guard let name = text(pair.key, "a transform's name") else { continue }
                transforms.append(ProviderSpec.Transform(name: name, value: pair.value))
                if type.text == "yaml", let transform = yamlTransform(name, pair.value, path) {
                    yamlTransforms.append(transform)
                }
            }
        } else {
            report(
                .invalidStructure, "the provider has no 'transforms'", at: type.range,
                hint: "name what it provides below 'transforms'")
        }
        return ProviderSpec(
            type: type, config: config, transforms: transforms, yamlTransforms: yamlTransforms,
            directory: TextPath.directory(of: path), node: node)
    }

    private mutating func yamlTransform(
        _ name: SpecText, _ node: YAMLNode, _ path: String
    ) -> ProviderSpec.YAMLTransform? {
        guard let pairs = map(node, "the definition of '\(name.text)'", hint: "give it a 'body'") else { return nil }
        checkKeys(of: pairs, in: "the definition of '\(name.text)'", allowed: SpecKeys.yamlTransform)
        guard let body = node["body"] else {
            report(
                .invalidStructure, "'\(name.text)' has no 'body'", at: name.range, hint: "add 'body:' with a transform")
            return nil
        }
        if body.mapping == nil, body.string == nil {
            report(
                .invalidStructure, "'body' must be a map or a text, found \(body.kindName)", at: body.place)
            return nil
        }
        var requiresInputs = true
        if let written = node["requires_inputs"] {
            if case .bool(let value)? = written.scalar?.value {
                requiresInputs = value
            } else {
                report(
                    .invalidStructure, "'requires_inputs' must be a boolean, found \(written.kindName)",
                    at: written.place, hint: "write true or false")
            }
        }
        if let schema = node["config_schema"] { _ = map(schema, "'config_schema'") }
        return ProviderSpec.YAMLTransform(
            name: name, configSchema: node["config_schema"], requiresInputs: requiresInputs,
            description: node["description"]?.string, body: body, directory: TextPath.directory(of: path))
    }
}

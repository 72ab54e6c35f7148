extension TemplateValue {
    /// The value of `--set NAME=VALUE`: JSON where it begins with `{` or `[`, else the text as it is.
    ///
    /// - Throws: `JSONReader.Failure` with what is wrong with the JSON and where.
    public init(commandLine text: String) throws(JSONReader.Failure) {
        if let first = text.utf8.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            self = try JSONReader.parse(text)
        } else {
            self = .string(text)
        }
    }

    /// A JSON text, such as the content of a file of variables.
    ///
    /// - Throws: `JSONReader.Failure` with what is wrong with the JSON and where.
    public init(json text: String) throws(JSONReader.Failure) {
        self = try JSONReader.parse(text)
    }

    /// The value of a YAML node, to hand a transform's `config` to a provider's body.
    public init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let items): self = .list(items.map { TemplateValue($0) })
        case .mapping(let pairs):
            self = .dictionary(pairs.map { Entry($0.key.scalar?.text ?? "", TemplateValue($0.value)) })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: self = .null
            case .bool(let value): self = .bool(value)
            case .int(let value): self = .int(value)
            case .float(let value): self = .double(value)
            case .string(let text), .bigInt(let text): self = .string(text)
            case .timestamp(let timestamp): self = .string(timestamp.text)
            case .binary: self = .string(scalar.text)
            }
        }
    }
}

import Diagnostics

extension PipelineDocument {
    /// The same file with other transforms in its pipeline, connected by their inputs alone, and without tests.
    public func replacing(transforms: [TransformSpec]) -> PipelineDocument {
        let block = PipelineBlock(
            type: nil, transforms: transforms, extraTransforms: [], source: nil, sink: nil,
            windowing: pipeline.windowing, resourceHints: pipeline.resourceHints, range: pipeline.range)
        return PipelineDocument(
            file: file, rendered: rendered, root: root, pipeline: block, options: options, providers: providers,
            tests: [])
    }
}

extension TransformSpec {
    /// The same transform under another name or with other inputs.
    public func replacing(name: SpecText?, input: ConnectionSpec) -> TransformSpec {
        TransformSpec(
            type: type, name: name, input: input, output: output, config: config, windowing: windowing,
            resourceHints: resourceHints, outputSchema: outputSchema, transforms: transforms,
            extraTransforms: extraTransforms, source: source, sink: sink, node: node)
    }

    /// A transform that no file holds, such as the stand-in for a mocked source; problems point at `node`.
    ///
    /// - Parameter config: parameters and their values.
    public static func standIn(
        type: String, name: SpecText, input: ConnectionSpec, config: [(name: String, value: YAMLNode)] = [],
        at node: YAMLNode
    ) -> TransformSpec {
        let pairs = config.map { parameter in
            let key = YAMLScalar(text: parameter.name, style: .plain, value: .string(parameter.name), runs: [])
            return YAMLPair(key: YAMLNode(.scalar(key), replacing: node), value: parameter.value)
        }
        return TransformSpec(
            type: SpecText(type, at: node.range), name: name, input: input, output: .absent,
            config: pairs.isEmpty ? nil : YAMLNode(.mapping(pairs), replacing: node), windowing: nil,
            resourceHints: nil, outputSchema: nil, transforms: [], extraTransforms: [], source: nil, sink: nil,
            node: node)
    }
}

extension ConnectionSpec {
    /// All references, in order.
    public var references: [Reference] {
        switch self {
        case .absent, .explicitlyNone: []
        case .one(let reference): [reference]
        case .list(let references, _): references
        case .map(let entries, _): entries.flatMap(\.references)
        }
    }

    /// The same shape with each reference replaced.
    public func mapReferences(_ transform: (Reference) -> Reference) -> ConnectionSpec {
        switch self {
        case .absent, .explicitlyNone: self
        case .one(let reference): .one(transform(reference))
        case .list(let references, let range): .list(references.map(transform), range)
        case .map(let entries, let range):
            .map(entries.map { Entry(name: $0.name, references: $0.references.map(transform)) }, range)
        }
    }
}

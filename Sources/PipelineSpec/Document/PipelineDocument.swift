public import Diagnostics

/// A pipeline file as it was written: every part with its place, nothing resolved or normalized.
public struct PipelineDocument: Sendable {
    /// The main file, before rendering.
    public let file: SourceFile
    /// What the YAML was parsed from.
    public let rendered: RenderedText
    public let root: YAMLNode
    public let pipeline: PipelineBlock
    /// The map below `options`; `nil` without one.
    public let options: YAMLNode?
    /// In order of the file, those of an `include` in its place.
    public let providers: [ProviderSpec]
    public let tests: [TestSpec]
}

/// A text that a person wrote, such as a transform's type.
public struct SpecText: Sendable {
    public let text: String
    public let range: SourceRange

    public init(_ text: String, at range: SourceRange) {
        self.text = text
        self.range = range
    }
}

/// What stands below `pipeline`, or the body of a YAML provider's transform.
public struct PipelineBlock: Sendable {
    /// `composite` or `chain`; `nil` where not written, which means `composite`.
    public let type: SpecText?
    public let transforms: [TransformSpec]
    /// Side branches of a chain.
    public let extraTransforms: [TransformSpec]
    public let source: TransformSpec?
    public let sink: TransformSpec?
    public let windowing: YAMLNode?
    public let resourceHints: YAMLNode?
    public let range: SourceRange

    public var isChain: Bool { type?.text == "chain" }
}

/// One transform, leaf or nested.
public final class TransformSpec: Sendable {
    public let type: SpecText
    public let name: SpecText?
    public let input: ConnectionSpec
    public let output: ConnectionSpec
    /// The map below `config`.
    public let config: YAMLNode?
    public let windowing: YAMLNode?
    public let resourceHints: YAMLNode?
    /// `output_schema` beside `type`; the one below `config` stays there.
    public let outputSchema: YAMLNode?
    public let transforms: [TransformSpec]
    public let extraTransforms: [TransformSpec]
    public let source: TransformSpec?
    public let sink: TransformSpec?
    public let range: SourceRange
    public let node: YAMLNode

    public var typeRange: SourceRange { type.range }
    public var isChain: Bool { type.text == "chain" }
    public var isComposite: Bool { type.text == "composite" }

    init(
        type: SpecText, name: SpecText?, input: ConnectionSpec, output: ConnectionSpec, config: YAMLNode?,
        windowing: YAMLNode?, resourceHints: YAMLNode?, outputSchema: YAMLNode?, transforms: [TransformSpec],
        extraTransforms: [TransformSpec], source: TransformSpec?, sink: TransformSpec?, node: YAMLNode
    ) {
        self.type = type
        self.name = name
        self.input = input
        self.output = output
        self.config = config
        self.windowing = windowing
        self.resourceHints = resourceHints
        self.outputSchema = outputSchema
        self.transforms = transforms
        self.extraTransforms = extraTransforms
        self.source = source
        self.sink = sink
        self.node = node
        range = node.range
    }
}

/// The value of `input` or `output`.
public enum ConnectionSpec: Sendable {
    /// A reference to a transform or to one of its outputs, as written.
    public typealias Reference = SpecText

    /// One entry of the map form.
    public struct Entry: Sendable {
        public let name: SpecText
        /// More than one where a list was given: an implicit Flatten.
        public let references: [Reference]
    }

    /// The key is not there.
    case absent
    /// `{}`, `[]` or null: explicitly no input.
    case explicitlyNone(SourceRange)
    case one(Reference)
    case list([Reference], SourceRange)
    case map([Entry], SourceRange)

    public var isAbsent: Bool {
        if case .absent = self { true } else { false }
    }
}

/// One test below `tests`.
public struct TestSpec: Sendable {
    /// Elements given or expected at one place.
    public struct Elements: Sendable {
        public let name: SpecText?
        /// The list below `elements`.
        public let elements: YAMLNode?
        public let range: SourceRange
    }

    public let name: SpecText?
    public let mockInputs: [Elements]
    public let mockOutputs: [Elements]
    public let expectedInputs: [Elements]
    public let expectedOutputs: [Elements]
    public let allowedSources: [SpecText]
    public let node: YAMLNode

    public var range: SourceRange { node.range }
}

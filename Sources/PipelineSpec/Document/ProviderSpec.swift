public import Diagnostics

/// One provider of transforms, written in the pipeline file or in an included listing.
public struct ProviderSpec: Sendable {
    /// A name below `transforms` and what it stands for: a callable, a URN, a YAML transform.
    public struct Transform: Sendable {
        public let name: SpecText
        public let value: YAMLNode
    }

    /// A transform of a `yaml` provider.
    public struct YAMLTransform: Sendable {
        public let name: SpecText
        /// The map with `properties`; `nil` means no parameters.
        public let configSchema: YAMLNode?
        /// Whether the transform must have an input; true unless written otherwise.
        public let requiresInputs: Bool
        public let description: String?
        /// A map, or a string that is YAML once rendered.
        public let body: YAMLNode
        /// Where relative includes of the body are looked up first.
        public let directory: String
    }

    /// `python`, `yaml`, `javaJar`, …
    public let type: SpecText
    public let config: YAMLNode?
    public let transforms: [Transform]
    /// Filled for `type: yaml` only.
    public let yamlTransforms: [YAMLTransform]
    /// The directory of the file that holds the provider.
    public let directory: String
    public let node: YAMLNode

    public var range: SourceRange { node.range }
}

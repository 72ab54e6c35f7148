import Diagnostics

/// What the reference says about one transform, taken from the catalogue.
struct ReferenceEntry: Sendable {
    let name: String
    let category: String
    /// One line.
    let summary: String
    /// Markdown.
    let documentation: String
    /// A pipeline, or a part of one, as YAML.
    let example: String?
    let parameters: [ReferenceParameter]
    let inputs: String
    let outputs: String
    let supportsErrorHandling: Bool
    /// What has to host the transform where Beamstack's own engine cannot run it.
    let requirement: String?
}

/// One parameter of a transform, as the reference shows it.
struct ReferenceParameter: Sendable {
    let name: String
    /// Such as `list of string`.
    let type: String
    /// JSON Schema of the values.
    let schema: JSONText
    let isRequired: Bool
    let defaultValue: String?
    /// Markdown of one paragraph.
    let documentation: String
    /// Parts of an object.
    let nested: [ReferenceParameter]
}

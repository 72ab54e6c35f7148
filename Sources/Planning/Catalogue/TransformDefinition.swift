/// What Beamstack knows about one transform; checks, the reference and editors' schemas derive from it.
public struct TransformDefinition: Sendable {
    /// How many collections a transform reads.
    public enum Inputs: Sendable {
        case none
        case one
        /// One or more, by name or in a list.
        case several
        /// Any number; none only if the pipeline says so with `input: {}`.
        case optional
    }

    public let name: String
    public let category: String
    /// One line.
    public let summary: String
    /// Markdown.
    public let documentation: String
    /// A pipeline or a part of one.
    public let example: String?
    public let parameters: [Parameter]
    public let inputs: Inputs
    /// What comes out, in words.
    public let outputs: String
    public let supportsErrorHandling: Bool
    /// What has to host the transform where Beamstack's own engine cannot run it.
    public let requirement: String?
    /// Parameters that Beam hands on to pandas and Beamstack has no counterpart for.
    let unsupportedParameters: [String]
    /// Whether the parameters are known here; not so where a person's own code takes them.
    let checksParameters: Bool
    /// Parameters and input schemas to the operation and the output schemas; `nil` after reporting why not.
    let rule: @Sendable (StepContext) -> StepResult?

    init(
        _ name: String, category: String, summary: String, documentation: String = "", example: String? = nil,
        inputs: Inputs = .one, outputs: String = "one", supportsErrorHandling: Bool = false,
        requirement: String? = nil, parameters: [Parameter] = [], unsupportedParameters: [String] = [],
        checksParameters: Bool = true, rule: @escaping @Sendable (StepContext) -> StepResult?
    ) {
        self.name = name
        self.category = category
        self.summary = summary
        self.documentation = documentation
        self.example = example
        self.inputs = inputs
        self.outputs = outputs
        self.supportsErrorHandling = supportsErrorHandling
        self.requirement = requirement
        self.parameters = parameters
        self.unsupportedParameters = unsupportedParameters
        self.checksParameters = checksParameters
        self.rule = rule
    }

    /// All that `config` may hold.
    var allParameters: [Parameter] {
        parameters + (supportsErrorHandling ? [.errorHandling] : []) + [.outputSchema]
    }
}

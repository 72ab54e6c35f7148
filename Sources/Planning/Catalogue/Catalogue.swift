import Diagnostics

/// All transforms that Beamstack knows.
public struct Catalogue: Sendable {
    public let transforms: [TransformDefinition]
    private let positions: [String: Int]

    public init(_ transforms: [TransformDefinition]) {
        self.transforms = transforms
        positions = Dictionary(transforms.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Beam's built-in transforms.
    public static let standard: Catalogue = {
        let rows: [TransformDefinition] = [
            .mapToFields, .filter, .explode, .partition, .assignTimestamps, .combine, .join, .flatten, .windowInto,
            .extractWindowingInfo, .reshuffle, .logForTesting, .assertEqual, .validateWithSchema,
            .stripErrorMetadata, .matchAll,
        ]
        var all: [TransformDefinition] = [.create]
        all += FileTransforms.all
        all += ColumnarFiles.all
        all += rows
        all += Databases.all
        all += VectorSearch.all
        all += MachineLearning.all
        all += Kafka.all
        all += ForeignTransforms.all
        return Catalogue(all)
    }()

    public subscript(name: String) -> TransformDefinition? {
        positions[name].map { transforms[$0] }
    }

    public var names: [String] { transforms.map(\.name) }

    /// The documentation of all transforms.
    public var reference: TransformReference {
        TransformReference(entries: transforms.map(Self.entry))
    }

    private static func entry(_ definition: TransformDefinition) -> ReferenceEntry {
        let inputs =
            switch definition.inputs {
            case .none: "none"
            case .one: "one"
            case .several: "one or more"
            case .optional: "any number"
            }
        return ReferenceEntry(
            name: definition.name, category: definition.category, summary: definition.summary,
            documentation: definition.documentation, example: definition.example,
            parameters: definition.allParameters.map(parameter), inputs: inputs, outputs: definition.outputs,
            supportsErrorHandling: definition.supportsErrorHandling, requirement: definition.requirement)
    }

    private static func parameter(_ parameter: Parameter) -> ReferenceParameter {
        var nested: [ReferenceParameter] = []
        if case .object(let parts) = parameter.type { nested = parts.map(Self.parameter) }
        return ReferenceParameter(
            name: parameter.name, type: parameter.type.description, schema: parameter.type.schema,
            isRequired: parameter.isRequired, defaultValue: parameter.defaultValue,
            documentation: parameter.documentation, nested: nested)
    }
}

import DataModel
import Diagnostics
import PipelineSpec

/// Transforms that only another language or system can run: checked and planned, not run.
enum ForeignTransforms {
    static let all: [TransformDefinition] =
        [sql, PythonTransforms.pyTransform]
        + machineLearning + systems

    /// Sources that never come to an end by themselves.
    private static let endless: Set<String> = [
        "ReadFromPubSub", "ReadFromKinesis", "ReadFromJms", "ReadFromIbmMQ", "ReadFromDebezium",
        "ReadFromSpannerCDC",
    ]

    /// A transform of which only the parameters are known.
    private static func foreign(
        _ name: String, category: String, summary: String, needs requirement: String, reason: String,
        inputs: TransformDefinition.Inputs? = nil, errors: Bool = false, parameters: [Parameter]
    ) -> TransformDefinition {
        let reads = name.hasPrefix("ReadFrom")
        return TransformDefinition(
            name, category: category, summary: summary, documentation: "Not run by Beamstack's own engine: \(reason).",
            inputs: inputs ?? (reads ? .none : .one), outputs: name.hasPrefix("WriteTo") ? "none" : "one",
            supportsErrorHandling: errors, requirement: requirement, parameters: parameters
        ) { context in
            // Some systems have schemas of their own kinds, which are not ours to judge.
            let judge = StepContext(
                spec: context.spec, name: context.name, inputs: [], errorHandling: nil, services: context.services)
            let schema = context["schema"].flatMap { node in
                node["properties"] == nil ? nil : JSONSchema.schema(of: node, context: judge)
            }
            var result = context.foreign(
                requirement, "'\(name)' \(reason)", at: context.spec.typeRange, schema: reads ? schema : nil,
                code: context.string("query") ?? context.string("constructor"))
            if name.hasPrefix("WriteTo") { result.outputs = [] }
            result.isBounded = !endless.contains(name)
            return result
        }
    }

    private static let sql = foreign(
        "Sql", category: "Grouping", summary: "a query over the inputs", needs: "sql",
        reason: "needs a SQL engine", inputs: .several,
        parameters: [
            Parameter("query", .string, required: true, "The table is `PCOLLECTION`, or the names of `input`."),
            Parameter("dialect", .string, "The query's dialect."),
        ])

    private static let machineLearning = [
        foreign(
            "DicomSearch", category: "Machine learning", summary: "searches a DICOM store", needs: "google-cloud",
            reason: "needs Google Cloud", errors: true,
            parameters: [
                Parameter("buffer_size", .integer, default: "8", "Searches at once."),
                Parameter("max_workers", .integer, default: "5", "Threads."),
            ])
    ]

    /// Systems with their parameters; a `!` marks a required one.
    private static let systems: [TransformDefinition] = ExternalSystem.all.flatMap { system in
        system.transforms.map { name, parameters in
            foreign(
                name, category: name.hasPrefix("ReadFrom") ? "Sources" : "Sinks",
                summary: (name.hasPrefix("ReadFrom") ? "reads from " : "writes to ") + system.title,
                needs: system.requirement, reason: "needs a connection to \(system.title)", errors: true,
                parameters: parameters.split(separator: " ").map { word in
                    let isRequired = word.hasSuffix("!")
                    let parameter = String(isRequired ? word.dropLast() : word)
                    return Parameter(
                        parameter, parameter == "schema" ? .oneOf([.jsonSchema, .string]) : .any, required: isRequired,
                        "As in Beam.")
                })
        }
    }
}

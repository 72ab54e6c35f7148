import DataModel
import Diagnostics
import PipelineSpec

/// Models, and what they are fed with; worker processes run them.
enum MachineLearning {
    static let all: [TransformDefinition] = [runInference, anomalyDetection, mlTransform, enrichment]

    // MARK: RunInference

    static let runInference = TransformDefinition(
        "RunInference", category: "Machine learning", summary: "asks a model about each row",
        documentation: """
            Appends what a model says of each row, as Beam does: a row with `example`, `inference` and `model_id`, or what
            `postprocess` makes of it. With `output_type` the field is the model's plain result instead. A model is loaded
            once in each worker, and gets rows in batches.

            | `model_handler.type` | the model | what its `config` names |
            |---|---|---|
            | `PythonModelHandler` | a function or a class of any Python package | `model`, `method`, `field` |
            | `SklearnModelHandlerNumpy`, `…Pandas` | a pickled model of scikit-learn | `model_uri`, `features` |
            | `OnnxModelHandlerNumpy` | an ONNX file | `model_uri`, `features` |
            | `PytorchModelHandlerTensor` | TorchScript, or a class and its state | `torch_script_model_path` |
            | `HuggingFacePipelineModelHandler` | a pipeline of transformers | `task`, `model` |
            | `OpenAIModelHandler` | an endpoint that speaks OpenAI's protocol | `model`, `base_url`, `prompt` |

            See [Machine learning](../machine-learning.md) for all of their parameters.
            """,
        example: """
            type: RunInference
            config:
              dependencies: [vaderSentiment]
              model_handler:
                type: PythonModelHandler
                config:
                  model: vaderSentiment.vaderSentiment.SentimentIntensityAnalyzer
                  method: polarity_scores
                  field: text
            """, supportsErrorHandling: true,
        parameters: [
            Parameter("model_handler", specification, required: true, "The model: `type` and `config`."),
            Parameter("inference_tag", .string, default: "inference", "The field that takes the result."),
            Parameter("inference_args", .map, "Arguments that the model gets with each batch."),
            Parameter(
                "output_type", .oneOf([.string, .jsonSchema]),
                "The type of the plain result, in JSON Schema; without it the field is Beam's prediction."),
            .dependencies, .worker,
        ]
    ) { context in
        guard let handler = context["model_handler"], let type = handler["type"]?.string else {
            return missingType(context, "model_handler", "such as {type: PythonModelHandler, config: {model: …}}")
        }
        if !["HuggingFacePipelineModelHandler", "VertexAIModelHandlerJSON"].contains(type) {
            context.reportNotPortable(
                "Beam's YAML does not know the model handler '\(type)'", at: handler["type"]?.range)
        }
        if let node = context["output_type"] {
            context.reportNotPortable("Beam does not know 'output_type'", at: node.range)
        }
        let code = ["preprocess", "postprocess", "inference_fn"].compactMap { handler["config"]?[$0] }
        var result = FieldType.any
        if let declared = context["output_type"] {
            guard let type = JSONSchema.type(of: declared, context: context) else { return nil }
            result = type.nullable
        } else if handler["config"]?["postprocess"] == nil {
            result = .row(prediction).nullable
        }
        let tag = context.string("inference_tag") ?? "inference"
        return context.task(
            "inference.run", kind: .transform,
            requirements: PythonPackages.modelHandler(type, handler["config"], declared: context.declaredDependencies),
            runsUserCode: !code.isEmpty, reason: "'RunInference' runs a model in Python",
            schema: context.schema.flatMap { $0.index(of: tag) == nil ? Schema($0.fields + [Field(tag, result)]) : nil }
        )
    }

    /// Beam's `PredictionResult`.
    private static let prediction = Schema([
        Field("example", .any), Field("inference", .any), Field("model_id", .string.nullable),
    ])

    // MARK: AnomalyDetection

    static let anomalyDetection = TransformDefinition(
        "AnomalyDetection", category: "Machine learning", summary: "scores how unusual each row is",
        documentation: """
            Scores each row by those before it, with Beam's detectors, thresholds and votes, and their results to the last
            digit. Rows come out as `example`, the row, and `predictions`: a list of `model_id`, `score`, `label` (1 for an
            outlier, 0 for none, -2 while too little has been seen), `threshold` and `info`. Order matters, so one worker
            sees all rows.

            | `type` | the score |
            |---|---|
            | `ZScore` | standard deviations from the mean |
            | `RobustZScore` | median absolute deviations from the median |
            | `IQR` | interquartile ranges from the nearer quartile |
            | `EnsembleAnomalyDetector` | several detectors, with an `aggregation_strategy`: `AnyVote`, `AllVote`, \
            `MajorityVote`, `AverageScore` or `MaxScore` |

            See [Machine learning](../machine-learning.md) for thresholds and trackers.
            """,
        example: """
            type: AnomalyDetection
            config:
              detector:
                type: ZScore
                config:
                  features: [temperature]
                  threshold_criterion: {type: FixedThreshold, config: {cutoff: 2.5}}
            """,
        parameters: [
            Parameter("detector", specification, required: true, "The detector: `type` and `config`."),
            Parameter(
                "key", .fieldNames, "Fields whose values have detectors of their own; Beam has keyed input instead."),
            .dependencies, .worker,
        ]
    ) { context in
        guard let detector = context["detector"], detector["type"]?.string != nil else {
            return missingType(context, "detector", "such as {type: ZScore, config: {features: [NAME]}}")
        }
        if let schema = context.schema {
            let keys = context.names("key")
            let found = keys.compactMap { context.field($0.name, at: $0.range, in: schema) }
            guard found.count == keys.count else { return nil }
        }
        if let node = context["key"] { context.reportNotPortable("Beam does not know 'key'", at: node.range) }
        // Only trackers that compute a window anew each time leave it to NumPy.
        let needsNumPy = detector.hasType { $0.hasPrefix("Simple") }
        return context.task(
            "anomaly.detect", kind: .transform,
            requirements: (needsNumPy ? [PythonPackages.numpy] : []) + context.declaredDependencies,
            reason: "'AnomalyDetection' scores rows in Python",
            schema: context.schema.map { input in
                Schema([Field("example", .row(input)), Field("predictions", .list(.row(anomaly)))])
            })
    }

    /// Beam's `AnomalyPrediction`.
    private static let anomaly: Schema = {
        let own = [
            Field("model_id", .string.nullable), Field("score", .double.nullable), Field("label", .int64.nullable),
            Field("threshold", .double.nullable), Field("info", .string),
        ]
        return Schema(own + [Field("source_predictions", .list(.row(Schema(own))).nullable)])
    }()

    // MARK: Parts

    private static let specification = ParameterType.object([
        Parameter("type", .string, required: true, "Which one."), Parameter("config", .map, "Its parameters."),
    ])

    private static func missingType(_ context: StepContext, _ parameter: String, _ hint: String) -> StepResult? {
        context.report(
            .missingParameter, "'\(parameter)' has no 'type'", at: context[parameter]?.firstLine, hint: hint)
        return nil
    }
}

extension YAMLNode {
    /// Whether a `type` somewhere inside meets a condition.
    fileprivate func hasType(where condition: (String) -> Bool) -> Bool {
        if let type = self["type"]?.string, condition(type) { return true }
        return (mapping?.map(\.value) ?? sequence ?? []).contains { $0.hasType(where: condition) }
    }
}

extension PythonPackages {
    /// What the handler of a model needs, and the code around it.
    static func modelHandler(_ type: String, _ config: YAMLNode?, declared: [String]) -> [String] {
        let own: [String] =
            switch type {
            case "SklearnModelHandlerNumpy": [numpy, "scikit-learn"]
            case "SklearnModelHandlerPandas": [numpy, "pandas", "scikit-learn"]
            case "OnnxModelHandlerNumpy": [numpy, "onnxruntime"]
            case "PytorchModelHandlerTensor": [numpy, "torch"]
            case "HuggingFacePipelineModelHandler", "HuggingFacePipeline": [numpy, "torch", "transformers>=4.40"]
            default: []
            }
        let code = ["preprocess", "postprocess", "inference_fn", "model", "model_class"]
            .compactMap { config?[$0] }.compactMap { ($0["callable"] ?? $0).string }
        let packaged = ["model_uri", "torch_script_model_path", "state_dict_path", "model"]
            .compactMap { config?[$0]?.string }.compactMap(package)
        return PythonRequirements.of(code: code.joined(separator: "\n"), declared: own + packaged + declared)
    }

    /// The package of `package:NAME/path`.
    private static func package(_ text: String) -> String? {
        guard text.hasPrefix("package:") else { return nil }
        return text.dropFirst("package:".count).split(separator: Character("/")).first.map(String.init)
    }
}

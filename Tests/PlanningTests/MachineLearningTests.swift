import DataModel
import Diagnostics
import Testing

@testable import Planning

@Suite struct MachineLearningTests {
    /// The operation of the last of some transforms, and the schema of what comes out.
    private func planned(
        _ transforms: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (task: WorkerTask, schema: Schema?) {
        let result = PlannerFixture().plan(PlannerFixture.orders(transforms))
        #expect(result.problems.isEmpty, sourceLocation: sourceLocation)
        let step = try #require(result.plan?.steps.last, sourceLocation: sourceLocation)
        guard case .foreign(let operation) = step.operation else { throw FixtureError.isNotForeign }
        return (try #require(operation.task, sourceLocation: sourceLocation), step.outputs.first?.schema)
    }

    private enum FixtureError: Error { case isNotForeign }

    private func inference(_ handler: String, more: String = "") -> String {
        "- {type: RunInference, config: {model_handler: {\(handler)}\(more)}}"
    }

    // MARK: RunInference

    @Test(arguments: [
        ("type: SklearnModelHandlerNumpy, config: {model_uri: m.pkl}", ["numpy", "scikit-learn"]),
        (
            "type: OnnxModelHandlerNumpy, config: {model_uri: 'package:some-models/m.onnx'}",
            ["onnxruntime", "some-models"]
        ),
        ("type: OpenAIModelHandler, config: {model: m, prompt: '{note}'}", []),
        ("type: PythonModelHandler, config: {model: math.sqrt, field: price}", []),
        (#"type: PythonModelHandler, config: {model: {callable: "import pandas\nlambda row: 1"}}"#, ["pandas<2.4"]),
    ])
    func onlyTheHandlersPackagesAreNeeded(handler: String, packages: [String]) throws {
        let requirements = try planned(inference(handler)).task.requirements
        for package in packages { #expect(requirements.contains(package)) }
        if packages.isEmpty { #expect(requirements.isEmpty) }
        #expect(!requirements.contains("torch"))
    }

    @Test(arguments: [
        ("", "row<example: any, inference: any, model_id: string?>?"),
        (", output_type: number", "double?"),
        (", output_type: {type: array, items: {type: string}}", "list<string>?"),
    ])
    func theResultHasItsType(more: String, type: String) throws {
        let schema = try planned(inference("type: PythonModelHandler, config: {model: m.f}", more: more)).schema
        #expect(schema?.fields.last?.name == "inference")
        #expect(schema?.fields.last?.type.description == type)
        #expect(schema?.count == 6)
    }

    @Test func codeOfThePipelineIsNotRunByChecks() throws {
        let handler =
            "type: SklearnModelHandlerNumpy, config: {model_uri: m.pkl, preprocess: {callable: 'lambda row: [1]'}}"
        #expect(try planned(inference(handler)).task.runsUserCode)
        #expect(try !planned(inference("type: SklearnModelHandlerNumpy, config: {model_uri: m.pkl}")).task.runsUserCode)
    }

    // MARK: AnomalyDetection

    @Test func predictionsStandBesideTheirRow() throws {
        let (task, schema) = try planned(
            "- {type: AnomalyDetection, config: {detector: {type: IQR, config: {features: [price]}}}}")
        #expect(task.requirements.isEmpty, "the bare interpreter is enough")
        #expect(schema?.names == ["example", "predictions"])
        let simple = "{type: SimpleSlidingMeanTracker, config: {window_size: 9}}"
        let detector = "{type: ZScore, config: {features: [price], sub_stat_tracker: \(simple)}}"
        #expect(
            try planned("- {type: AnomalyDetection, config: {detector: \(detector)}}").task.requirements == ["numpy"])
    }

    // MARK: MLTransform

    @Test(arguments: [
        ("{type: ScaleTo01, config: {columns: [price]}}", []),
        ("{type: WordLlamaEmbeddings, config: {columns: [note]}}", ["wordllama>=0.4"]),
        (
            "{type: SentenceTransformerEmbeddings, config: {columns: [note], model_name: m}}",
            ["sentence-transformers>=3"]
        ),
    ])
    func onlyTheTransformsPackagesAreNeeded(transform: String, packages: [String]) throws {
        let task = try planned("- {type: MLTransform, config: {transforms: [\(transform)]}}").task
        #expect(task.requirements == [PythonPackages.arrow, PythonPackages.numpy] + packages)
        #expect(!task.connects && !task.runsUserCode)
    }

    // MARK: Mistakes

    @Test(arguments: [
        (
            "- {type: MLTransform, config: {transforms: [{type: «ScaleTo02», config: {columns: [price]}}]}}",
            "wrong-parameter-type: 'type' cannot be 'ScaleTo02'", "did you mean 'ScaleTo01'?"
        ),
        (
            "- {type: AnomalyDetection, config: {detector: {type: ZScore}, key: «shopp»}}",
            "unknown-input-field: 'shopp' is not a field of the input", "did you mean 'shop'?"
        ),
        (
            "- {type: RunInference, config: {model_handler: «{config: {}}»}}",
            "missing-parameter: 'model_handler' has no 'type'",
            "such as {type: PythonModelHandler, config: {model: …}}"
        ),
    ])
    func mistakesAreFoundWithoutAWorker(transform: String, problem: String, hint: String) {
        let result = PlannerFixture().plan(PlannerFixture.orders(transform))
        #expect(result.problems == [problem])
        #expect(result.diagnostics.first?.hint == hint)
    }
}

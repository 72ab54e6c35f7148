import DataModel
import Diagnostics
import PipelineSpec

extension StepContext {
    /// The step as one that a worker runs: its outputs are what the worker says, where it can be asked.
    ///
    /// - Parameters:
    ///   - configuration: replaces what stands below `config` in the file, less the parameters that every transform has.
    ///   - reason: why it is no step of our own engine, for `plan`: `'RunInference' runs a model in Python`.
    ///   - schema: what comes out where the file says so and no worker need be asked.
    ///   - places: where the parts of a `configuration` of its own stand in the file.
    func task(
        _ name: String, kind: WorkerTask.Kind, requirements: [String], configuration: JSONText? = nil,
        runsUserCode: Bool = false, connects: Bool = false, reason: String, schema: Schema? = nil,
        places: [WorkerTask.Place]? = nil
    ) -> StepResult? {
        let task = WorkerTask(
            name, kind: kind, configuration: configuration ?? workerConfiguration,
            requirements: requirements, runsUserCode: runsUserCode, connects: connects,
            places: [WorkerTask.Place(path: [], range: spec.typeRange)]
                + (places ?? config?.places() ?? []).filter { !$0.path.isEmpty },
            limits: workerLimits)
        let schemas = inputs.compactMap(\.output.schema)
        guard schemas.count == inputs.count else { return unknown(outputs: kind == .sink ? [] : ["output"]) }
        let description: TaskDescription?
        do throws(Diagnostic) {
            description = try services.inspector.description(
                of: task, inputs: schemas, step: WorkerStep(name: self.name, range: spec.typeRange))
        } catch {
            var problem = error
            let isTolerated = problem.isAboutMissingFiles && !services.options.missingFilesAreErrors
            if isTolerated { problem.severity = .warning }
            report(problem)
            guard isTolerated else { return nil }
            description = nil
        }
        let operation = ForeignOperation(
            requirement: "python", reason: reason, range: spec.typeRange, dependencies: requirements, task: task,
            description: description)
        let outputs =
            switch (kind, description) {
            case (.sink, _): [StepResult.Output]()
            case (_, let description?):
                description.outputs.map {
                    StepResult.Output(name: $0.name, schema: $0.schema, bareElement: $0.bareElement)
                }
            case (_, nil): [StepResult.Output(name: "output", schema: schema)]
            }
        var result = StepResult(.foreign(operation), outputs: outputs)
        result.hasMoreOutputs = kind == .transform && description == nil
        return result
    }

    /// `config` as JSON, less the parameters that every transform may have.
    var workerConfiguration: JSONText {
        let general: Set<String> = ["error_handling", "output_schema", "worker", "dependencies"]
        return .object(
            (config?.mapping ?? []).compactMap { pair in
                guard let key = pair.key.scalar?.text, !general.contains(key) else { return nil }
                return JSONText.Member(key, pair.value.json)
            })
    }

    /// What `worker` says: how long a batch may take, and how often it is tried again.
    var workerLimits: WorkerLimits {
        let settings = self["worker"]
        return WorkerLimits(
            timeout: settings?["timeout"]?.number, restarts: Int(settings?["restarts"]?.integer ?? 0))
    }

    /// What `dependencies` lists.
    var declaredDependencies: [String] { self["dependencies"]?.sequence?.compactMap(\.string) ?? [] }
}

extension Parameter {
    static let worker = Parameter(
        "worker",
        .object([
            Parameter("timeout", .number, "Seconds that one batch of rows may take; without it, any time."),
            Parameter(
                "restarts", .integer, default: "0",
                "How often a batch is given to a new process after its own crashed or hung."),
        ]), "Limits of the worker processes that run the step.")
}

/// Requirement specifiers of what our own tasks import, in one place.
public enum PythonPackages {
    static let arrow = "pyarrow>=17"
    public static let beam = "apache-beam[yaml]==2.77.0"
    static let numpy = "numpy"
    static let javascript = "quickjs-ng"
}

import Diagnostics
import Engine
import PipelineSpec
import Planning
import Platform
import Projects

/// The record of one `run`, on whatever engine.
struct RunRecord {
    let recorder: JobRecorder
    private let target: Target
    private let options: JobOptions
    private let restartOf: String?

    init(_ command: RunCommand, on target: Target, variables: [String: TemplateValue]) {
        self.target = target
        restartOf = command.restartOf
        options = JobOptions(
            variables: command.templates.recorded, workers: command.workers, memory: command.memory?.bytes)
        let secrets = options.variables.compactMap { variable -> String? in
            guard case .string(let text)? = variables[variable.name], variable.isSecret else { return nil }
            return text
        }
        recorder = JobRecorder(secrets: secrets) { Output.report([$0]) }
    }

    func start(_ document: PipelineDocument) {
        let path = document.file.path
        let name = Path.name(of: path)
        recorder.started(
            JobRecord(
                name: name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name,
                pipeline: FileSystem.absolutePath(of: path) ?? path, workingDirectory: FileSystem.currentDirectory,
                contentHash: JobRecord.hash(of: document.file.utf8), target: target.definition.name,
                engine: target.definition.engine, place: target.definition.place, cluster: target.definition.cluster,
                address: address, state: .running, options: options, version: BeamstackVersion.text,
                restartOf: restartOf))
    }

    /// As it was written: a resolved one may hold a secret.
    private var address: String? {
        switch target.engine {
        case .embedded: nil
        case .spark(let master): target.definition.address?.description ?? master
        case .flink(let address): target.definition.address?.description ?? address
        }
    }

    func follow(_ metrics: RunMetrics, of plan: Plan) {
        recorder.follow { zip(plan.steps, metrics.steps).map { JobStep($0, $1) } }
    }

    func finish(_ outputs: [String]) { recorder.ended(.finished, outputs: outputs) }

    func fail(_ error: any Error, isStopped: Bool) {
        let diagnostics: [Diagnostic]? =
            switch error {
            case let error as DiagnosticsError: error.diagnostics
            case let error as Diagnostic: [error]
            case is CommandFailure: nil
            default: [Diagnostic(.jobFailed, "\(error)", at: nil)]
            }
        recorder.ended(isStopped ? .stopped : .failed, failure: diagnostics.map { JobFailure($0) })
    }
}

extension JobStep {
    init(_ step: Step) {
        self.init(name: step.name, transform: step.transform, place: step.range?.location)
    }

    init(_ step: Step, _ metrics: StepMetrics) {
        self.init(
            name: step.name, transform: step.transform, place: step.range?.location, recordsIn: metrics.recordsIn,
            outputs: metrics.outputNames.indices.map {
                Output(name: metrics.outputNames[$0], records: metrics.recordsOut($0))
            },
            failures: metrics.failures, bytes: metrics.bytes, busyMicroseconds: metrics.busyNanoseconds / 1000)
    }
}

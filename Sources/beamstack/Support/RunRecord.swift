import Diagnostics
import Engine
import PipelineSpec
import Planning
import Platform
import Projects

/// The record of one `run`, on whatever engine.
struct RunRecord {
    let recorder: JobRecorder
    /// Where a job that has a process of its own keeps what it says and makes.
    let folder: JobFolder?
    private let target: Target
    private let options: JobOptions
    private let restartOf: String?
    private let adopted: String?

    /// - Parameter adopting: the job that another process has added, and that this one does.
    init(_ job: PipelineJob, adopting id: String? = nil) {
        target = job.target
        adopted = id
        folder = id.map { JobFolder(of: $0) }
        restartOf = job.arguments.restartOf
        options = JobOptions(
            command: job.command, variables: job.arguments.templates.recorded, workers: job.arguments.workers,
            memory: job.arguments.memory?.bytes)
        let variables = job.variables
        let secrets = options.variables.compactMap { variable -> String? in
            guard case .string(let text)? = variables[variable.name], variable.isSecret else { return nil }
            return text
        }
        recorder = JobRecorder(secrets: secrets) { Output.report([$0]) }
    }

    /// Begins the record of a run in this process.
    func start(_ document: PipelineDocument) {
        guard let adopted else { return add(document, .running) }
        recorder.adopt(adopted)
        if let folder { recorder.change { $0.logs = [folder.output, folder.messages] } }
        // What others have left behind must not wait until somebody looks, nor anybody for it.
        Threads.start { if let store = try? JobSupport.store() { try? JobSupport.keeper(store).settleAbandoned() } }
    }

    /// Begins the record of a run in a process that is about to be started.
    func submit(_ document: PipelineDocument) { add(document, .submitted) }

    /// The job is at work.
    func running() { recorder.running() }

    private func add(_ document: PipelineDocument, _ state: JobState) {
        let path = document.file.path
        let name = Path.name(of: path)
        recorder.started(
            JobRecord(
                name: name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name,
                pipeline: FileSystem.absolutePath(of: path) ?? path, workingDirectory: FileSystem.currentDirectory,
                contentHash: JobRecord.hash(of: document.file.utf8), target: target.definition.name,
                engine: target.definition.engine, place: target.definition.place, cluster: target.definition.cluster,
                address: address, state: state, options: options, version: BeamstackVersion.text,
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
        recorder.follow { JobCounts(steps: zip(plan.steps, metrics.steps).map { JobStep($0, $1) }) }
    }

    func finish(_ outputs: [String]) { recorder.ended(.finished, outputs: outputs) }

    func fail(_ error: any Error, isStopped: Bool) {
        recorder.ended(isStopped ? .stopped : .failed, failure: Self.failure(error))
    }

    /// What an error is in a record; `nil` for one that has been told already.
    static func failure(_ error: any Error) -> JobFailure? {
        let diagnostics: [Diagnostic]? =
            switch error {
            case let error as DiagnosticsError: error.diagnostics
            case let error as Diagnostic: [error]
            case is CommandFailure: nil
            default: [Diagnostic(.jobFailed, "\(error)", at: nil)]
            }
        return diagnostics.map { JobFailure($0) }
    }
}

extension JobStep {
    init(_ step: Step) {
        self.init(name: step.name, transform: step.transform, place: step.range?.location)
    }

    init(_ step: Step, _ metrics: StepMetrics) {
        self.init(
            name: step.name, transform: step.transform, place: step.range?.location,
            recordsIn: step.inputs.isEmpty ? nil : metrics.recordsIn,
            outputs: metrics.outputNames.indices.map {
                Output(name: metrics.outputNames[$0], records: metrics.recordsOut($0))
            },
            failures: metrics.failures, bytes: metrics.bytes, busyMicroseconds: metrics.busyNanoseconds / 1000)
    }
}

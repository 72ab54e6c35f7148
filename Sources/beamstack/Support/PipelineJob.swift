import Diagnostics
import Engine
import PipelineSpec
import Planning
import Platform
import Projects

/// One run of a pipeline on a target.
struct PipelineJob {
    let arguments: RunArguments
    /// The name of the command.
    let command: String
    let showsProgress: Bool
    let target: Target
    let variables: [String: TemplateValue]

    init(_ arguments: RunArguments, command: String, showsProgress: Bool) throws {
        self.arguments = arguments
        self.command = command
        self.showsProgress = showsProgress
        variables = try arguments.templates.variables()
        target = try Target(named: arguments.place.target, forPipeline: arguments.file, workers: arguments.workers)
    }

    /// Whether another process finds the same pipeline under the same name: not in a pipe.
    var canBeReadAgain: Bool {
        let path = arguments.file
        return !path.hasPrefix("/dev/") && (try? FileSystem.status(of: path))?.kind == .file
    }

    /// What is expected of the plan, as far as it can be told without running anything.
    private func estimate(of plan: Plan) -> JobEstimate {
        let profile = ProfileStore(pipeline: arguments.file).profile(of: plan)
        return JobEstimate(
            TargetEstimation(plan, on: target, workers: arguments.workers).estimate(profile: profile),
            isSampled: profile != nil)
    }

    /// Runs the pipeline in this process.
    func execute(_ record: RunRecord?) throws {
        let loader = PipelineLoader(
            variables: variables, options: PlanningOptions(missingFilesAreErrors: true),
            workers: WorkerSupport(for: arguments.file, use: .running))
        let definition = target.definition
        let threads = arguments.workers ?? definition.parallelism ?? Host.coreCount
        let memory = arguments.memory?.bytes ?? (definition.engine == .embedded ? definition.memory : nil)
        var runner = PipelineRunner(
            loader: loader, workers: threads, memoryBudget: memory ?? RunOptions.defaultMemoryBudget,
            showsProgress: showsProgress, record: record)
        if case .embedded = target.engine {
            // Runs of milliseconds are not held up for an estimate that nobody asked for.
            if ProfileStore(pipeline: arguments.file).isThere { runner.expectation = { estimate(of: $0) } }
            return try runner.run(arguments.file)
        }
        let session = try TargetSession(target, workers: arguments.workers, memory: arguments.memory?.bytes)
        defer { session.close() }
        let planRunner = try session.runner(
            loader.workers, isVerbose: arguments.verbose, showsProgress: showsProgress, recorder: record?.recorder,
            folder: record?.folder,
            savepoint: try arguments.restartOf.flatMap { try JobSupport.store().job($0)?.savepoint })
        try runner.run(arguments.file) { plan, cancellation in
            if let record { record.recorder.change { $0.estimate = estimate(of: plan) } }
            return try planRunner.run(plan, cancellation, EngineReturns())
        }
    }
}

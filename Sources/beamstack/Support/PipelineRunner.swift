import Connectors
import Diagnostics
import Engine
import PipelineSpec
import Planning
import Platform
import Projects
import Workers

/// Plans and runs a pipeline, and again with wider types where the data turns out to need them.
struct PipelineRunner {
    let loader: PipelineLoader
    let workers: Int
    let memoryBudget: Int
    let showsProgress: Bool
    let record: RunRecord?
    /// What is expected of a plan, where that is to be kept with the record.
    var expectation: (Plan) -> JobEstimate? = { _ in nil }

    func run(_ path: String) throws {
        try run(path) { plan, cancellation in try execute(plan, cancellation) }
    }

    /// Plans a pipeline and has `execute` run it.
    ///
    /// - Parameter execute: returns the files that were written.
    func run(_ path: String, execute: (Plan, Cancellation) throws -> [String]) throws {
        let (document, problems) = loader.document(path)
        guard let document, !problems.hasErrors else {
            Output.report(problems)
            throw CommandFailure.failed
        }
        record?.start(document)
        let cancellation = Cancellation()
        let workers = loader.workers.pool
        Interruption.whenInterrupted {
            cancellation.cancel()
            workers.cancel()
        }
        defer { workers.shutDown() }
        do {
            let outputs = try plan(document, problems, cancellation, execute)
            record?.finish(outputs)
        } catch {
            record?.fail(error, isStopped: cancellation.isCancelled)
            throw error
        }
    }

    private func plan(
        _ document: PipelineDocument, _ problems: [Diagnostic], _ cancellation: Cancellation,
        _ execute: (Plan, Cancellation) throws -> [String]
    ) throws -> [String] {
        var isFirst = true
        while true {
            let (plan, diagnostics) = loader.plan(document)
            guard let plan, !diagnostics.hasErrors else { throw DiagnosticsError(problems + diagnostics) }
            if isFirst { Output.report(problems + diagnostics) }
            isFirst = false
            do {
                try prescan(plan)
                return try execute(plan, cancellation)
            } catch let drift as SchemaDrift {
                // Nothing has been committed or printed: the run starts again with the type that the data needs.
                Output.report([drift.note(in: plan)])
                loader.inspector.widen(drift)
            }
        }
    }

    /// A plan that prints rows as it goes cannot start again: its sources' types are made sure of first.
    private func prescan(_ plan: Plan) throws {
        let prints = plan.steps.contains { if case .log = $0.operation { true } else { false } }
        guard prints else { return }
        for step in plan.steps {
            guard case .read(let read) = step.operation else { continue }
            try loader.inspector.prescan(read)
        }
    }

    private func execute(_ plan: Plan, _ cancellation: Cancellation) throws -> [String] {
        let obstacles = EmbeddedEngine.obstacles(to: plan)
        guard obstacles.isEmpty else { throw DiagnosticsError(obstacles) }
        let options = RunOptions(
            workers: workers, memoryBudget: memoryBudget, temporaryDirectory: Environment["TMPDIR"] ?? "/tmp",
            printsLogPrefixes: Terminal.isTerminal(.output), logOutput: { Output.write($0) })
        let engine = EmbeddedEngine(
            connectors: LocalConnectors(workers: loader.workers.pool), workers: loader.workers.pool, options: options)
        let metrics = EmbeddedEngine.metrics(for: plan)
        let progress = showsProgress ? ProgressLine(plan: plan, metrics: metrics) : nil
        progress?.start()
        record?.running()
        record?.follow(metrics, of: plan)
        if let record, let estimate = expectation(plan) { record.recorder.change { $0.estimate = estimate } }
        do {
            let result = try engine.run(plan, metrics: metrics, cancellation: cancellation)
            progress?.finish(result)
            return result.outputs
        } catch {
            progress?.stop()
            throw error
        }
    }
}

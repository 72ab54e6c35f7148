import Connectors
import Deployment
import Engine
import Planning
import Platform

/// What is done here before and after an engine's job.
enum EngineResults {
    /// Makes what outputs are that get no rows, so that also another process can put it in place.
    static func prepare(_ staging: StagingFolder, support: WorkerSupport) throws {
        for plan in staging.plansForNothing { try run(plan, support, EngineReturns()) }
    }

    /// Prints or compares the rows that came back, and puts all outputs in place.
    ///
    /// - Returns: the files that were written.
    static func finish(
        _ staging: StagingFolder, support: WorkerSupport, _ returns: EngineReturns = EngineReturns()
    ) throws -> [String] {
        for (step, plan) in try staging.localPlans() { try take(step, plan, support, returns) }
        return try staging.publish()
    }

    /// Prints the rows that a stream's job has given back since, and puts the files in place that are complete.
    static func `continue`(
        _ publication: inout StreamPublication, support: WorkerSupport, _ returns: EngineReturns
    ) throws {
        for (step, plan) in try publication.returned() { try take(step, plan, support, returns) }
        try publication.publish()
    }

    private static func take(_ step: Step, _ plan: Plan, _ support: WorkerSupport, _ returns: EngineReturns) throws {
        if let take = returns.rows, case .log = step.operation, case .create(let rows)? = plan.steps.first?.operation {
            take(step, rows)
        } else {
            try run(plan, support, returns)
        }
    }

    private static func run(_ plan: Plan, _ support: WorkerSupport, _ returns: EngineReturns) throws {
        let options = RunOptions(
            workers: 1, temporaryDirectory: Environment["TMPDIR"] ?? "/tmp",
            printsLogPrefixes: returns.hasLogPrefixes, logOutput: returns.log)
        let engine = EmbeddedEngine(
            connectors: LocalConnectors(workers: support.pool), workers: support.pool, options: options)
        _ = try engine.run(plan, metrics: EmbeddedEngine.metrics(for: plan), cancellation: Cancellation())
    }
}

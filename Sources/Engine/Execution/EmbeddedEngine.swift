public import DataModel
public import Diagnostics
public import Planning
public import Workers

/// Runs plans in this process: native, columnar, on all cores, in bounded memory.
public struct EmbeddedEngine: Sendable {
    private let connectors: any Connectors
    private let workers: (any WorkerHost)?
    private let options: RunOptions

    /// - Parameter workers: runs foreign steps; without it they are obstacles.
    public init(connectors: any Connectors, workers: (any WorkerHost)? = nil, options: RunOptions) {
        self.connectors = connectors
        self.workers = workers
        self.options = options
    }

    /// What stands in the way of running a plan here: steps that no worker can host.
    public static func obstacles(to plan: Plan) -> [Diagnostic] {
        plan.foreignSteps.filter { $0.foreign.task == nil }.map { step, foreign in
            Diagnostic(
                .foreignStep, "step '\(step.name)' cannot run on the embedded engine: \(foreign.reason)",
                at: foreign.range ?? step.range, notes: ["it needs: \(foreign.requirement)"],
                hint: "'beamstack plan' shows every step and what it needs")
        }
    }

    /// Counters for a run of the plan, to be watched while it goes on.
    public static func metrics(for plan: Plan) -> RunMetrics { RunMetrics(plan: plan) }

    /// Runs the plan to its end and commits its outputs.
    ///
    /// Throws `DiagnosticsError` for everything a user can mend, and `SchemaDrift` where data has other types than the
    /// plan was made with; outputs are then as they were before.
    public func run(
        _ plan: Plan, metrics: RunMetrics? = nil, cancellation: Cancellation = Cancellation()
    ) throws -> RunResult {
        try execute(plan, collecting: [], metrics: metrics, cancellation: cancellation).result
    }

    /// Runs the plan and returns the rows of some outputs, in order. Writes are left out: nothing is changed outside.
    public func collect(
        _ plan: Plan, outputs: [OutputReference], cancellation: Cancellation = Cancellation()
    ) throws -> [OutputReference: [RowValue]] {
        try execute(plan, collecting: outputs, metrics: nil, cancellation: cancellation).rows
    }

    private func execute(
        _ plan: Plan, collecting: [OutputReference], metrics: RunMetrics?, cancellation: Cancellation
    ) throws -> (result: RunResult, rows: [OutputReference: [RowValue]]) {
        let obstacles = Self.obstacles(to: plan)
        guard obstacles.isEmpty else { throw DiagnosticsError(obstacles) }
        let metrics = metrics ?? RunMetrics(plan: plan)
        let execution = Execution(
            plan: plan, collecting: collecting, metrics: metrics, connectors: connectors, workers: workers,
            options: options)
        do {
            return try execution.run(cancellation: cancellation)
        } catch let error as RowError {
            throw DiagnosticsError([error.diagnostic])
        } catch let diagnostic as Diagnostic {
            throw DiagnosticsError([diagnostic])
        }
    }
}

import Connectors
import DataModel
import Deployment
import Engine
import Planning
import Platform

/// Runs plans on one target, one after the other.
protocol PlanRunner {
    /// - Returns: the files that were written.
    func run(_ plan: Plan, _ cancellation: Cancellation, _ returns: EngineReturns) throws -> [String]
}

/// What becomes of rows that end on this machine.
struct EngineReturns {
    /// Takes what LogForTesting prints.
    var log: @Sendable ([UInt8]) -> Void = { Output.write($0) }
    var hasLogPrefixes = Terminal.isTerminal(.output)
    /// Takes the rows of steps that print or compare, instead of that.
    var rows: ((Step, [RowValue]) -> Void)?
}

/// The embedded engine, without a record or a line of progress.
struct EmbeddedRunner: PlanRunner {
    let workers: Int
    let memory: Int?
    let support: WorkerSupport

    func run(_ plan: Plan, _ cancellation: Cancellation, _ returns: EngineReturns) throws -> [String] {
        let options = RunOptions(
            workers: workers, memoryBudget: memory ?? RunOptions.defaultMemoryBudget,
            temporaryDirectory: Environment["TMPDIR"] ?? "/tmp", printsLogPrefixes: returns.hasLogPrefixes,
            logOutput: returns.log)
        let engine = EmbeddedEngine(
            connectors: LocalConnectors(workers: support.pool), workers: support.pool, options: options)
        return try engine.run(plan, metrics: EmbeddedEngine.metrics(for: plan), cancellation: cancellation).outputs
    }
}

extension PlanRunner {
    /// The rows of some outputs. What the plan writes is left out: nothing is changed outside.
    func collect(
        _ plan: Plan, _ outputs: [OutputReference], _ cancellation: Cancellation = Cancellation()
    ) throws -> [OutputReference: [RowValue]] {
        var (collecting, numbers) = plan.pruned(to: outputs)
        var references: [Int: OutputReference] = [:]
        for output in outputs {
            let id = collecting.steps.count
            references[id] = output
            let source = OutputReference(step: numbers[output.step] ?? 0, output: output.output)
            collecting.steps.append(
                Step(
                    id: id, name: "\(plan.steps[output.step].name) \(id)", transform: "LogForTesting",
                    range: plan.steps[output.step].range, operation: .log(LogOperation(level: "INFO", prefix: "")),
                    inputs: [StepInput(name: "input", source: source)], outputs: []))
        }
        var rows: [OutputReference: [RowValue]] = Dictionary(outputs.map { ($0, []) }) { first, _ in first }
        var returns = EngineReturns()
        returns.rows = { step, found in
            if let reference = references[step.id] { rows[reference] = found }
        }
        _ = try run(collecting, cancellation, returns)
        return rows
    }
}

extension Plan {
    /// The steps that some outputs need, numbered anew; steps that print only pass rows on.
    ///
    /// - Returns: also the new number of each step.
    fileprivate func pruned(to outputs: [OutputReference]) -> (plan: Plan, numbers: [Int: Int]) {
        var needed = Set(outputs.map(\.step))
        for step in steps.reversed() where needed.contains(step.id) { needed.formUnion(step.inputs.map(\.source.step)) }
        var numbers: [Int: Int] = [:]
        var kept: [Step] = []
        for step in steps where needed.contains(step.id) {
            numbers[step.id] = kept.count
            let inputs = step.inputs.map { input in
                let source = OutputReference(step: numbers[input.source.step] ?? 0, output: input.source.output)
                return StepInput(name: input.name, source: source)
            }
            var operation = step.operation
            switch operation {
            case .log, .write: operation = .reshuffle
            default: break
            }
            kept.append(step.replacing(id: kept.count, operation: operation, inputs: inputs))
        }
        return (Plan(path: path, steps: kept), numbers)
    }
}

extension Step {
    /// The same step doing something else, or elsewhere in a plan.
    func replacing(id: Int? = nil, operation: Planning.Operation, inputs: [StepInput]? = nil) -> Step {
        Step(
            id: id ?? self.id, name: name, transform: transform, range: range, expressionRange: expressionRange,
            operation: operation, inputs: inputs ?? self.inputs, outputs: outputs, errorHandling: errorHandling,
            resourceHints: resourceHints)
    }
}

import DataModel
import Diagnostics
import Planning
import Platform

/// What one worker carries while it takes one morsel through the operators.
final class WorkerContext {
    /// Which worker, from 0.
    let worker: Int
    /// The place of the morsel in the run: sinks put rows back into this order.
    var sequence = 0
    /// What each sink made of this morsel so far, by the sink's step.
    var pieces: [Int: [any Sendable]] = [:]
    /// Nanoseconds spent in operators further down, to be taken off the time of the one above.
    var nestedNanoseconds = 0

    init(worker: Int) {
        self.worker = worker
    }
}

/// A step at work: takes batches, gives batches to the operators behind it.
///
/// Operators are wired before the workers start and do not change afterwards; what a run changes in a sink lies behind
/// its own locks.
class Operator: @unchecked Sendable {  // see above
    struct Port {
        let target: Operator
        let input: Int
    }

    let step: Step
    let metrics: StepMetrics
    /// For each output, who reads it.
    var consumers: [[Port]]

    init(step: Step, metrics: StepMetrics) {
        self.step = step
        self.metrics = metrics
        consumers = Array(repeating: [], count: max(1, step.outputs.count))
    }

    /// Handles a batch of the given input; runs on any worker.
    func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        try emit(batch, in: context)
    }

    final func receive(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        metrics.add(batch.count, to: .recordsIn)
        let outer = context.nestedNanoseconds
        context.nestedNanoseconds = 0
        let start = Int(MonotonicClock.nanoseconds)
        defer {
            let elapsed = Int(MonotonicClock.nanoseconds) - start
            metrics.add(max(0, elapsed - context.nestedNanoseconds), to: .busyNanoseconds)
            context.nestedNanoseconds = outer + elapsed
        }
        try process(batch, input: input, in: context)
    }

    final func emit(_ batch: Batch, output: Int = 0, in context: WorkerContext) throws {
        guard batch.count > 0 else { return }
        metrics.addOutput(batch.count, to: output)
        guard output < consumers.count else { return }
        for port in consumers[output] {
            try port.target.receive(batch, input: port.input, in: context)
        }
    }

    /// The schema of an output; engines are given plans in which every schema is known.
    final func schema(ofOutput output: Int = 0) -> Schema {
        output < step.outputs.count ? step.outputs[output].schema ?? .empty : .empty
    }
}

/// An operator that keeps or writes rows: it sees whole morsels in order.
class SinkOperator: Operator, @unchecked Sendable {  // as Operator
    /// Called before a stage that feeds this sink: its first morsel has this number.
    func begin(at sequence: Int) {}

    /// Called when a worker has finished a morsel, also one that gave this sink nothing.
    func finishMorsel(_ context: WorkerContext) throws {}

    /// Called once when every stage that feeds this sink is done.
    func finishInput() throws {}

    /// Keeps something until the morsel is finished.
    final func keep(_ piece: any Sendable, in context: WorkerContext) {
        context.pieces[step.id, default: []].append(piece)
    }

    final func takePieces<Piece>(_ type: Piece.Type, from context: WorkerContext) -> [Piece] {
        (context.pieces.removeValue(forKey: step.id) ?? []).compactMap { $0 as? Piece }
    }
}

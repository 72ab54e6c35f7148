import DataModel
import Diagnostics
import Dispatch
import Planning
import Synchronization
import Workers

/// Takes the morsels of one stage through its operators, on all workers.
final class StageRunner: Sendable {
    private struct State {
        var next: Int
        var isAtEnd = false
        /// The failure of the earliest morsel: later ones may fail, too, but are not what a serial run would report.
        var failure: (sequence: Int, error: any Error)?
    }

    private let stage: Stage
    private let reader: any RecordReader
    private let cancellation: Cancellation
    private let state: Mutex<State>

    /// - Parameter first: the number of the stage's first morsel.
    init(_ stage: Stage, reader: any RecordReader, first: Int, cancellation: Cancellation) {
        self.stage = stage
        self.reader = reader
        self.cancellation = cancellation
        state = Mutex(State(next: first))
    }

    /// Returns the number after the last morsel.
    func run(workers: Int) throws -> Int {
        let first = state.withLock { $0.next }
        for sink in stage.sinks { sink.begin(at: first) }
        if workers == 1 {
            work(WorkerContext(worker: 0))
        } else {
            DispatchQueue.concurrentPerform(iterations: workers) { work(WorkerContext(worker: $0)) }
        }
        return try state.withLock { state in
            if let failure = state.failure { throw failure.error }
            return state.next
        }
    }

    private func work(_ context: WorkerContext) {
        while let morsel = takeMorsel(context) {
            do {
                try push(morsel, context)
                for sink in stage.sinks { try sink.finishMorsel(context) }
            } catch {
                fail(error, at: context.sequence)
                return
            }
        }
    }

    private func takeMorsel(_ context: WorkerContext) -> (any Morsel)? {
        state.withLock { state in
            guard !state.isAtEnd, state.failure == nil else { return nil }
            do {
                if cancellation.isCancelled {
                    throw Diagnostic(.cancelled, "the run was stopped before its end", at: stage.head.step.range)
                }
                guard let morsel = try reader.next() else {
                    state.isAtEnd = true
                    return nil
                }
                context.sequence = state.next
                state.next += 1
                return morsel
            } catch {
                state.failure = (state.next, error)
                return nil
            }
        }
    }

    private func fail(_ error: any Error, at sequence: Int) {
        state.withLock { state in
            if state.failure.map({ sequence < $0.sequence }) ?? true { state.failure = (sequence, error) }
        }
    }

    private func push(_ morsel: any Morsel, _ context: WorkerContext) throws {
        if case .joinRemainder(let join, let side) = stage.source, let morsel = morsel as? RemainderMorsel {
            return try join.emit(morsel.remainder, side: side, in: context)
        }
        stage.head.metrics.add(morsel.byteCount, to: .bytes)
        try morsel.parse { batch in
            switch stage.source {
            case .keptProbe(let join): try join.probe(batch, in: context)
            case .collection(_, let output): try stage.head.emit(batch, output: output, in: context)
            default: try stage.head.emit(batch, in: context)
            }
        }
    }
}

/// Morsels that are all there from the start.
final class MorselList: RecordReader {
    private let morsels: [any Morsel]
    private let position = Mutex(0)

    init(_ morsels: [any Morsel]) {
        self.morsels = morsels
    }

    var totalBytes: Int64? { nil }

    func next() -> (any Morsel)? {
        position.withLock { position in
            guard position < morsels.count else { return nil }
            position += 1
            return morsels[position - 1]
        }
    }
}

import DataModel
import Diagnostics
import Planning
import Platform
import Synchronization

/// A sink with a process of its own until it has committed or aborted.
final class PooledSink: TaskSink {
    private let opening: PooledTask.Opening
    private let number: Int
    private let needed: [Int]?
    private let wantsTime: Bool
    private struct State {
        /// `nil` once the sink is done or has failed.
        var process: WorkerProcess?
        /// Whether the worker has a batch of which it has said nothing yet.
        var owesReply = false
    }

    private let state: Mutex<State>

    init(_ opening: PooledTask.Opening, needed: [Int]?, wantsTime: Bool) throws(WorkerFault) {
        self.opening = opening
        self.needed = needed
        self.wantsTime = wantsTime
        // Not the number of the open task: a second sink of it must not meet what the first has left.
        number = opening.pool.newTaskNumber()
        let process = try opening.pool.take(opening.environment, task: number, step: opening.step.name)
        do throws(WorkerFault) {
            _ = try opening.open(number, in: process)
        } catch {
            if error.endsProcess { opening.pool.discard(process) } else { opening.pool.giveBack(process) }
            throw error
        }
        state = Mutex(State(process: process))
    }

    deinit { state.withLock { $0.process }.map(opening.pool.discard) }

    func encode(_ batch: Batch) throws -> [UInt8] {
        try opening.encoded(batch, needed: needed, wantsTime: wantsTime)
    }

    func write(_ encoded: [UInt8]) throws {
        let timeout = opening.task.limits.timeout
        try working { process throws(WorkerFault) in
            try settle(process)
            try process.send(
                TaskMessages.request("write", number), bodies: [encoded],
                deadline: timeout.map { MonotonicClock.seconds + $0 }, allowed: timeout)
            state.withLock { $0.owesReply = true }
        }
    }

    /// Waits for what the worker says of the last batch.
    private func settle(_ process: WorkerProcess) throws(WorkerFault) {
        let owes = state.withLock { state in
            defer { state.owesReply = false }
            return state.owesReply
        }
        guard owes else { return }
        let timeout = opening.task.limits.timeout
        _ = try process.reply(deadline: timeout.map { MonotonicClock.seconds + $0 }, allowed: timeout)
    }

    func prepare() throws -> Int64 { Int64(try ask("prepare").header["bytes"]?.int ?? 0) }

    func commit() throws -> [String] {
        let written = try ask("commit").header["written"]?.strings ?? []
        release()
        return written
    }

    func abort() {
        _ = try? ask("abort", timeout: 30)
        release()
    }

    private func ask(_ operation: String, timeout: Double? = nil) throws -> Frame {
        try working { process throws(WorkerFault) in
            if operation == "abort" { try? settle(process) } else { try settle(process) }
            return try process.ask(TaskMessages.request(operation, number), timeout: timeout)
        }
    }

    private func working<Result>(_ body: (WorkerProcess) throws(WorkerFault) -> Result) throws -> Result {
        guard let process = state.withLock({ $0.process }) else {
            throw Diagnostic(
                .workerFailed, "the worker of '\(opening.step.name)' has ended already", at: opening.step.range)
        }
        do throws(WorkerFault) {
            return try body(process)
        } catch {
            if error.endsProcess {
                state.withLock { $0.process = nil }
                opening.pool.discard(process)
            }
            throw error.diagnostic(opening.task, opening.step)
        }
    }

    /// Closes the task and lets others have the process.
    private func release() {
        guard
            let process = state.withLock({ state in
                defer { state.process = nil }
                return state.process
            })
        else { return }
        do throws(WorkerFault) {
            _ = try process.ask(TaskMessages.request("close", number), timeout: 10)
            process.tasks[number] = nil
            opening.pool.giveBack(process)
        } catch {
            opening.pool.discard(process)
        }
    }
}

import DataModel
import Diagnostics
import Planning
import Synchronization

/// A sink with a process of its own until it has committed or aborted.
final class PooledSink: TaskSink {
    private let opening: PooledTask.Opening
    private let number: Int
    private let needed: [Int]?
    private let wantsTime: Bool
    /// `nil` once the sink is done or has failed.
    private let process: Mutex<WorkerProcess?>

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
        self.process = Mutex(process)
    }

    deinit { process.withLock { $0 }.map(opening.pool.discard) }

    func write(_ batch: Batch) throws {
        let body = try opening.encoded(batch, needed: needed, wantsTime: wantsTime)
        _ = try ask("write", bodies: [body], timeout: opening.task.limits.timeout)
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

    private func ask(_ operation: String, bodies: [[UInt8]] = [], timeout: Double? = nil) throws -> Frame {
        guard let process = process.withLock({ $0 }) else {
            throw Diagnostic(
                .workerFailed, "the worker of '\(opening.step.name)' has ended already", at: opening.step.range)
        }
        do throws(WorkerFault) {
            return try process.ask(TaskMessages.request(operation, number), bodies: bodies, timeout: timeout)
        } catch {
            if error.endsProcess {
                self.process.withLock { $0 = nil }
                opening.pool.discard(process)
            }
            throw error.diagnostic(opening.task, opening.step)
        }
    }

    /// Closes the task and lets others have the process.
    private func release() {
        guard
            let process = process.withLock({ process in
                defer { process = nil }
                return process
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

import DataModel
import Diagnostics
import Planning
import Platform
import Synchronization

/// A task that any process of the pool can work on: it is opened in each on its first use there.
final class PooledTask: OpenTask {
    /// What is needed of a source; the number tells which processes know it.
    private struct Pruning {
        var number = 0
        var members: [JSONText.Member] = []
    }

    /// Everything that opening it in another process takes.
    struct Opening: Sendable {
        let pool: WorkerPool
        let task: WorkerTask
        let step: WorkerStep
        let environment: WorkerEnvironment
        let schemas: [[UInt8]]

        func open(_ number: Int, in process: WorkerProcess) throws(WorkerFault) -> Frame {
            let frame = try process.ask(
                TaskMessages.request(
                    "open", number,
                    [
                        "name": .string(task.name), "config": task.configuration,
                        "folder": .string(pool.options.pipelineFolder),
                        "temporary": .string(pool.options.temporaryFolder),
                    ]), bodies: schemas)
            process.tasks[number] = 0
            return frame
        }

        /// What the worker needs of a batch, as it is sent.
        func encoded(_ batch: Batch, needed: [Int]?, wantsTime: Bool) throws -> [UInt8] {
            var part = batch
            if let needed, needed.count < batch.columns.count {
                part = batch.with(
                    schema: Schema(needed.map { batch.schema.fields[$0] }), columns: needed.map { batch.columns[$0] })
            }
            if wantsTime { part = EventTimeColumns.attach(to: part, hasWindows: true) }
            do throws(WorkerFault) {
                return try WorkerFault.encoding { try ArrowStream.encode(schema: part.schema, batches: [part]) }
            } catch {
                throw error.diagnostic(task, step)
            }
        }
    }

    let description: TaskDescription
    let wantsTime: Bool
    private let opening: Opening
    private let number: Int
    private let sent: [Schema]
    private let needed: [[Int]]
    private let pruning = Mutex(Pruning())

    init(
        _ pool: WorkerPool, _ task: WorkerTask, inputs: [Schema], step: WorkerStep, environment: WorkerEnvironment
    ) throws(WorkerFault) {
        var schemas: [[UInt8]] = []
        for schema in inputs {
            schemas.append(try WorkerFault.encoding { try ArrowStream.encode(schema: schema, batches: []) })
        }
        let opening = Opening(pool: pool, task: task, step: step, environment: environment, schemas: schemas)
        let number = pool.newTaskNumber()
        let opened = try pool.withProcess(environment, task: number, step: step.name) { process throws(WorkerFault) in
            try TaskMessages.opened(try opening.open(number, in: process), inputs: inputs)
        }
        self.opening = opening
        self.number = number
        description = opened.description
        sent = opened.sent
        wantsTime = opened.wantsTime
        needed = opened.description.neededFields.map { $0.sorted() }
    }

    func process(_ batch: Batch, input: Int) throws -> TaskResult {
        let body = try encoded(batch, input: input)
        return try retrying { process throws(WorkerFault) in
            let frame = try process.ask(
                TaskMessages.request("process", self.number, ["input": .integer(input)]), bodies: [body],
                timeout: self.opening.task.limits.timeout)
            return try self.result(frame, batch)
        }
    }

    private func encoded(_ batch: Batch, input: Int) throws -> [UInt8] {
        try opening.encoded(batch, needed: needed.indices.contains(input) ? needed[input] : nil, wantsTime: wantsTime)
    }

    private func result(_ frame: Frame, _ input: Batch) throws(WorkerFault) -> TaskResult {
        let present = frame.header["present"]?.elements ?? []
        let rows = frame.header["rows"]?.elements ?? []
        var batches: [Batch?] = []
        var body = 0
        for index in sent.indices {
            guard index < present.count, present[index].bool == true else {
                batches.append(nil)
                continue
            }
            let decoded = try frame.decode(body)
            body += 1
            let hasRows = index < rows.count && rows[index].bool == true
            let batch =
                decoded.batches.count == 1
                ? decoded.batches[0] : Batch.concatenate(decoded.batches, schema: decoded.schema)
            batches.append(
                try ResultBatches.restored(
                    batch, hasRows: hasRows, input: input, promised: sent[index]))
        }
        let isOneToOne = sent.indices.map { $0 >= rows.count || rows[$0].bool != true }
        return TaskResult(batches: batches, isOneToOne: isOneToOne, failures: TaskMessages.failures(frame.header))
    }

    func run(inputs: [String], outputs: [String]) throws {
        _ = try ask(
            "run",
            ["inputs": .array(inputs.map(JSONText.string)), "outputs": .array(outputs.map(JSONText.string))])
    }

    func prune(columns: [String]?, comparisons: [FieldComparison]) throws {
        let members: [JSONText.Member] = [
            JSONText.Member("columns", columns.map { .array($0.map(JSONText.string)) } ?? .null),
            JSONText.Member("comparisons", .array(comparisons.compactMap(TaskMessages.json))),
        ]
        pruning.withLock { pruning in
            pruning.number += 1
            pruning.members = members
        }
    }

    func partitions() throws -> [TaskPartition] { TaskMessages.partitions(try ask("partitions").header) }

    func read(_ partition: TaskPartition, emit: (Batch) throws -> Void) throws {
        var hasEmitted = false
        var attempt = 0
        while true {
            do {
                return try readOnce(partition) { batch in
                    hasEmitted = true
                    try emit(batch)
                }
            } catch let fault as WorkerFault {
                // What has been given on cannot be taken back.
                guard fault.allowsRestart, !hasEmitted, attempt < opening.task.limits.restarts else {
                    throw fault.diagnostic(opening.task, opening.step)
                }
                attempt += 1
            }
        }
    }

    private func readOnce(_ partition: TaskPartition, _ emit: (Batch) throws -> Void) throws {
        let pool = opening.pool
        let timeout = opening.task.limits.timeout
        let process = try pool.take(opening.environment, task: number, step: opening.step.name)
        do {
            try prepare(process)
            func deadline() -> Double? { timeout.map { MonotonicClock.seconds + $0 } }
            var frame = try process.ask(
                TaskMessages.request("read", number, ["partition": partition.content]), timeout: timeout)
            while frame.header["more"]?.bool == true {
                for batch in try frame.decode(0).batches {
                    try emit(EventTimeColumns.detach(from: batch))
                }
                frame = try process.reply(deadline: deadline(), allowed: timeout)
            }
        } catch let fault as WorkerFault where !fault.endsProcess {
            pool.giveBack(process)
            throw fault
        } catch {
            // Replies that nobody wants any more are still to come.
            pool.discard(process)
            throw error
        }
        pool.giveBack(process)
    }

    func openSink() throws -> any TaskSink {
        do throws(WorkerFault) {
            return try PooledSink(opening, needed: needed.first, wantsTime: wantsTime)
        } catch {
            throw error.diagnostic(opening.task, opening.step)
        }
    }

    func close() {
        for process in opening.pool.takeIdle(opening.environment, having: number) {
            let log = opening.pool.options.log
            let name = opening.step.name
            process.onLine = { log(name, $0) }
            do throws(WorkerFault) {
                _ = try process.ask(TaskMessages.request("close", number), timeout: 10)
                process.tasks[number] = nil
                opening.pool.giveBack(process)
            } catch {
                // The rows are done: a task that cannot end well only costs its process.
                opening.pool.discard(process)
            }
        }
    }
}

extension PooledTask {
    /// Has a process know the task as it is now.
    private func prepare(_ process: WorkerProcess) throws(WorkerFault) {
        if process.tasks[number] == nil { _ = try opening.open(number, in: process) }
        let wanted = pruning.withLock { $0 }
        if process.tasks[number] != wanted.number {
            _ = try process.ask(TaskMessages.request("prune", number) + wanted.members)
            process.tasks[number] = wanted.number
        }
    }

    private func ask(_ operation: String, _ members: KeyValuePairs<String, JSONText> = [:]) throws -> Frame {
        try once { process throws(WorkerFault) in
            try process.ask(TaskMessages.request(operation, self.number, members))
        }
    }

    private func once<Result>(_ body: (WorkerProcess) throws(WorkerFault) -> Result) throws -> Result {
        do throws(WorkerFault) {
            return try attempt(body)
        } catch {
            throw error.diagnostic(opening.task, opening.step)
        }
    }

    private func retrying<Result>(_ body: (WorkerProcess) throws(WorkerFault) -> Result) throws -> Result {
        var failures = 0
        while true {
            do throws(WorkerFault) {
                return try attempt(body)
            } catch {
                guard error.allowsRestart, failures < opening.task.limits.restarts else {
                    throw error.diagnostic(opening.task, opening.step)
                }
                failures += 1
                opening.pool.options.log(
                    opening.step.name,
                    "\(error.diagnostic(opening.task, opening.step).message); "
                        + "the batch goes to a new process (\(failures) of \(opening.task.limits.restarts))")
            }
        }
    }

    private func attempt<Result>(
        _ body: (WorkerProcess) throws(WorkerFault) -> Result
    ) throws(WorkerFault) -> Result {
        try opening.pool.withProcess(
            opening.environment, task: number, step: opening.step.name
        ) { process throws(WorkerFault) in
            try prepare(process)
            return try body(process)
        }
    }
}

extension WorkerFault {
    /// What cannot be encoded is our own fault or the data's, not the process's.
    static func encoding(_ body: () throws -> [UInt8]) throws(WorkerFault) -> [UInt8] {
        do { return try body() } catch { throw .unsendable("\(error)") }
    }
}

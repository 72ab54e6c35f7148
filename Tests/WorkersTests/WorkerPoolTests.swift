import DataModel
import Diagnostics
import Foundation
import Planning
import Platform
import Synchronization
import Testing

@testable import Workers

/// Real processes of the real Python, with a package that does what a test needs.
@Suite(.serialized)
struct WorkerPoolTests {
    @Test func aTaskIsOpenedAndGivesBackWhatItGets() throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let task = try pool.open(Fixtures.task("echo"), inputs: [Fixtures.schema], step: Fixtures.step)
        #expect(task.description.mode == .elementwise)
        #expect(task.description.outputs.map(\.schema) == [Fixtures.schema])
        #expect(task.description.neededFields == [[0, 1]])
        let batch = Fixtures.batch(1000)
        let result = try task.process(batch, input: 0)
        #expect(Fixtures.text(result.batches[0]) == Fixtures.text(batch))
        #expect(result.isOneToOne == [true])
        #expect(pool.processCount == 1)
        let failing = try pool.open(Fixtures.task("fails"), inputs: [Fixtures.schema], step: Fixtures.step)
        let failures = try failing.process(Fixtures.batch(2), input: 0).failures
        #expect(failures.map(\.row) == [1])
        #expect(failures.map(\.type) == ["KeyError"])
        #expect(pool.processCount == 1)
    }

    @Test func eventTimeSurvives() throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let plain = Fixtures.batch(3)
        let times = Buffer<Int64>([1, 2, 3])
        let windows = WindowColumn(starts: Buffer([0, 0, 2]), ends: Buffer([2, 2, 4]))
        let batch = Batch(
            schema: plain.schema, columns: plain.columns, count: 3, timestamps: times, windows: windows)
        for name in ["echo", "time"] {
            let task = try pool.open(Fixtures.task(name), inputs: [Fixtures.schema], step: Fixtures.step)
            #expect(task.wantsTime == (name == "time"))
            let result = try #require(try task.process(batch, input: 0).batches[0])
            #expect(result.timestamps?.toArray() == [1, 2, 3])
            #expect(result.windows?.ends.toArray() == [2, 2, 4])
            #expect(result.schema == Fixtures.schema)
        }
    }

    @Test func refusalsAreShownWhereTheyBelong() throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let file = SourceFile(path: "p.yaml", text: "config:\n  colour: blue\n")
        let range = SourceRange(file: file, start: 10, end: 22)
        let task = Fixtures.task("refuses", places: [.init(path: ["colour"], range: range)])
        let refused = problem { _ = try pool.open(task, inputs: [Fixtures.schema], step: Fixtures.step) }
        #expect(refused?.code.id == "invalid-configuration")
        #expect(refused?.message == "no such colour")
        #expect(refused?.range == range)
        #expect(refused?.hint == "say red")
        #expect(refused?.notes == ["a note"])
        let raised = problem {
            _ = try pool.open(Fixtures.task("raises"), inputs: [Fixtures.schema], step: Fixtures.step)
        }
        #expect(raised?.code.id == "worker-failed")
        #expect(raised?.message == "the worker of 'Step' failed: ValueError: bad")
        #expect(pool.processCount == 1)
    }

    @Test(arguments: [
        ("exits", "worker-crashed", "exit status 7"), ("killed", "worker-crashed", "signal 9 (SIGKILL)"),
        ("faults", "worker-crashed", "signal 11 (SIGSEGV)"), ("child", "worker-crashed", "exit status 3"),
        ("garbage", "worker-failed", "protocol"), ("header", "worker-failed", "protocol"),
        ("lengths", "worker-failed", "length"),
    ])
    func aWorkerThatBreaksIsAProblemAtItsStep(_ name: String, _ code: String, _ words: String) throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let task = try pool.open(Fixtures.task(name), inputs: [Fixtures.schema], step: Fixtures.step)
        let found = problem { _ = try task.process(Fixtures.batch(10), input: 0) }
        #expect(found?.code.id == code)
        #expect(found?.message.contains(words) == true, "\(found?.message ?? "nothing")")
        #expect(found?.message.contains("'Step'") == true)
        if name == "exits" { #expect(found?.notes == ["it printed: the last words"]) }
        #expect(pool.processCount == 0)
    }

    @Test(arguments: ["exits", "killed", "garbage", "hangs"])
    func aBatchIsTriedAgainInANewProcess(_ name: String) throws {
        let log = Log()
        let pool = Fixtures.pool(log)
        defer { pool.shutDown() }
        let marker = Fixtures.temporaryFolder("marker") + "/seen"
        let task = try pool.open(
            Fixtures.task(
                name, ["marker": .string(marker)],
                limits: WorkerLimits(timeout: name == "hangs" ? 0.3 : nil, restarts: 1)),
            inputs: [Fixtures.schema], step: Fixtures.step)
        let batch = Fixtures.batch(10)
        #expect(Fixtures.text(try task.process(batch, input: 0).batches[0]) == Fixtures.text(batch))
        #expect(log.lines.contains { $0.contains("(1 of 1)") })
    }

    @Test func aWorkerThatHangsIsStopped() throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let task = try pool.open(
            Fixtures.task("hangs", limits: WorkerLimits(timeout: 0.2)), inputs: [Fixtures.schema],
            step: Fixtures.step)
        let start = MonotonicClock.seconds
        let found = problem { _ = try task.process(Fixtures.batch(10), input: 0) }
        #expect(found?.code.id == "worker-timed-out")
        #expect(found?.message == "a batch of 'Step' took longer than 0.2 s")
        #expect(MonotonicClock.seconds - start < 2)
        #expect(pool.processCount == 0)
    }

    @Test func aDeadIdleProcessIsReplaced() throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let task = try pool.open(Fixtures.task("echo"), inputs: [Fixtures.schema], step: Fixtures.step)
        let environment = try pool.environment(for: Fixtures.task("echo"), Fixtures.step)
        let process = try pool.take(environment, task: 1, step: "Step")
        pool.giveBack(process)
        process.child.kill()
        _ = process.child.wait(milliseconds: 1000)
        #expect(try task.process(Fixtures.batch(5), input: 0).batches[0]?.count == 5)
        #expect(pool.processCount == 1)
    }

    @Test func whatWorkersPrintGoesToTheLogBeforeTheirResult() throws {
        let log = Log()
        let pool = Fixtures.pool(log)
        let task = try pool.open(
            Fixtures.task("prints", ["lines": 20_000]), inputs: [Fixtures.schema], step: Fixtures.step)
        _ = try task.process(Fixtures.batch(1), input: 0)
        #expect(log.lines == (0..<20_000).map { "line \($0)" })
        pool.shutDown()
        #expect(log.lines.last == "an error without an end")
        #expect(log.steps.first == "Step")
    }

    @Test func manyThreadsHaveAProcessEachAndNothingStays() throws {
        let before = Fixtures.descriptorCount
        let processes = Mutex<Set<Int32>>([])
        do {
            let pool = Fixtures.pool()
            let task = try pool.open(Fixtures.task("echo"), inputs: [Fixtures.schema], step: Fixtures.step)
            let failures = Atomic(0)
            Threads.concurrently(8) { thread in
                for round in 0..<20 {
                    let batch = Fixtures.batch(thread * 100 + round)
                    let result = try? task.process(batch, input: 0)
                    if Fixtures.text(result?.batches[0]) != Fixtures.text(batch) {
                        failures.add(1, ordering: .relaxed)
                    }
                }
            }
            #expect(failures.load(ordering: .relaxed) == 0)
            #expect((1...8).contains(pool.processCount))
            processes.withLock { $0 = pool.processIDs }
            pool.shutDown()
            #expect(pool.processCount == 0)
        }
        for process in processes.withLock({ $0 }) { #expect(kill(process, 0) == -1, "process \(process) is left") }
        // Eight processes have four pipes each; other tests open a few files meanwhile.
        if let before, let after = Fixtures.descriptorCount { #expect(after < before + 16) }
    }

    @Test func nestedCallsTakeProcessesOfTheirOwn() throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let source = try pool.open(
            Fixtures.task("source", kind: .source), inputs: [Fixtures.schema], step: Fixtures.step)
        let task = try pool.open(Fixtures.task("echo"), inputs: [Fixtures.schema], step: Fixtures.step)
        let partitions = try source.partitions()
        _ = try source.process(Fixtures.batch(7), input: 0)
        #expect(partitions.map(\.byteCount) == [8, 8, 8])
        try source.prune(columns: ["id"], comparisons: [FieldComparison(field: "id", comparison: "<", value: .int(3))])
        var rows = 0
        try source.read(partitions[2]) { batch in
            rows += batch.count
            let result = try task.process(Fixtures.batch(4), input: 0)
            #expect(result.batches[0]?.count == 4)
        }
        #expect(rows == 21)
        #expect(pool.processCount == 2)
    }

    @Test func whoeverStopsAReadHasNoDebrisAfterwards() throws {
        struct Enough: Error {}
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let source = try pool.open(
            Fixtures.task("source", kind: .source), inputs: [Fixtures.schema], step: Fixtures.step)
        let partitions = try source.partitions()
        _ = try source.process(Fixtures.batch(7), input: 0)
        #expect(throws: Enough.self) { try source.read(partitions[2]) { _ in throw Enough() } }
        #expect(try source.partitions().count == 3)
    }

    @Test func aSinkHasOneProcessUntilItCommits() throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let task = try pool.open(Fixtures.task("sink", kind: .sink), inputs: [Fixtures.schema], step: Fixtures.step)
        let sink = try task.openSink()
        try sink.write(try sink.encode(Fixtures.batch(10)))
        let other = try task.openSink()
        #expect(pool.processCount == 2)
        #expect(try sink.prepare() == 5)
        #expect(try sink.commit() == ["a", "b"])
        other.abort()
        #expect(problem { try sink.write(try sink.encode(Fixtures.batch(1))) }?.code.id == "worker-failed")
    }

    @Test func sinksAreNotTriedAgain() throws {
        let pool = Fixtures.pool()
        defer { pool.shutDown() }
        let task = try pool.open(
            Fixtures.task("exits", kind: .sink, limits: WorkerLimits(restarts: 5)), inputs: [Fixtures.schema],
            step: Fixtures.step)
        let sink = try task.openSink()
        // What becomes of a batch shows in the next call.
        try sink.write(try sink.encode(Fixtures.batch(1)))
        #expect(problem { _ = try sink.prepare() }?.code.id == "worker-crashed")
    }

    @Test func cancellingEndsCallsThatWait() throws {
        let pool = Fixtures.pool()
        let task = try pool.open(Fixtures.task("hangs"), inputs: [Fixtures.schema], step: Fixtures.step)
        let cancelled = Atomic<UInt64>(0)
        Threads.start {
            Threads.sleep(milliseconds: 200)
            cancelled.store(MonotonicClock.nanoseconds, ordering: .releasing)
            pool.cancel()
        }
        let found = problem { _ = try task.process(Fixtures.batch(10), input: 0) }
        let late = Double(MonotonicClock.nanoseconds - cancelled.load(ordering: .acquiring)) / 1e9
        #expect(found?.code.id == "cancelled")
        #expect(late < 0.1)
        #expect(problem { _ = try task.process(Fixtures.batch(10), input: 0) }?.code.id == "cancelled")
        pool.shutDown()
        #expect(pool.processCount == 0)
    }
}

import DataModel
import Diagnostics
import Planning
import Platform
import Testing

@testable import Workers

/// The worker that is part of the binary, on the bare interpreter.
@Suite(.serialized)
struct EmbeddedWorkerTests {
    private static let cache = Fixtures.temporaryFolder("embedded")

    private static func pool(_ log: Log = Log()) -> WorkerPool {
        WorkerPool(WorkerOptions(cache: cache, log: { log.add($0, $1) }))
    }

    private static func open(
        _ pool: WorkerPool, _ source: String, type: FieldType = .any, limits: WorkerLimits = WorkerLimits()
    ) throws -> any OpenTask {
        let function: JSONText = [
            "language": "python", "form": "callable", "source": .string(source), "path": "p.yaml", "line": 3,
        ]
        let task = WorkerTask(
            "functions.rows", kind: .transform,
            configuration: ["functions": [function], "outputNames": ["value"]], runsUserCode: true, limits: limits)
        return try pool.open(
            task, inputs: [Fixtures.schema, Schema([Field("value", type)])], step: Fixtures.step)
    }

    @Test func aFunctionRunsAndReadsOnlyWhatItNeeds() throws {
        let pool = Self.pool()
        defer { pool.shutDown() }
        let task = try Self.open(pool, "lambda row: row.id * 2", type: .int64)
        #expect(task.description.neededFields[0] == [0])
        #expect(task.description.outputs.map(\.schema) == [Schema([Field("value", .int64)])])
        let result = try task.process(Fixtures.batch(3), input: 0)
        #expect(Fixtures.text(result.batches[0]) == [#"{"value":0}"#, #"{"value":2}"#, #"{"value":4}"#])
        #expect(result.isOneToOne == [true])
        let empty = try task.process(Fixtures.batch(0), input: 0)
        #expect(empty.batches[0]?.count == 0)
        task.close()
    }

    @Test func valuesOfAnyTypeComeBack() throws {
        let pool = Self.pool()
        defer { pool.shutDown() }
        let task = try Self.open(pool, "lambda row: [row.id, {'a': row.name}] if row.id % 2 else row.name")
        let result = try task.process(Fixtures.batch(3), input: 0)
        #expect(
            Fixtures.text(result.batches[0]) == [#"{"value":null}"#, #"{"value":[1,{"a":"n1"}]}"#, #"{"value":"n2"}"#])
    }

    @Test func rowsThatFailAreNamed() throws {
        let pool = Self.pool()
        defer { pool.shutDown() }
        let task = try Self.open(pool, "lambda row: 1 // row.id", type: .int64)
        let failures = try task.process(Fixtures.batch(3), input: 0).failures
        #expect(failures.map(\.row) == [0])
        #expect(failures.map(\.type) == ["ZeroDivisionError"])
        #expect(failures.first?.message == "integer division or modulo by zero")
        #expect(failures.first?.trace.contains("p.yaml") == true)
    }

    @Test func whatTheFunctionPrintsIsLogged() throws {
        let log = Log()
        let pool = Self.pool(log)
        defer { pool.shutDown() }
        let task = try Self.open(pool, "lambda row: print('row', row.id)")
        _ = try task.process(Fixtures.batch(2), input: 0)
        #expect(log.lines == ["row 0", "row 1"])
    }

    @Test func codeThatDoesNotCompileIsRefused() throws {
        let pool = Self.pool()
        defer { pool.shutDown() }
        #expect(problem { _ = try Self.open(pool, "lambda row: (") }?.code.id == "invalid-callable")
    }

    @Test func aFunctionThatEndsItsProcessIsACrash() throws {
        let pool = Self.pool()
        defer { pool.shutDown() }
        let task = try Self.open(pool, "lambda row: __import__('os')._exit(4)")
        let found = problem { _ = try task.process(Fixtures.batch(2), input: 0) }
        #expect(found?.code.id == "worker-crashed")
        #expect(found?.message == "the worker of 'Step' ended with exit status 4")
    }

    @Test func aFunctionThatHangsIsStopped() throws {
        let pool = Self.pool()
        defer { pool.shutDown() }
        let task = try Self.open(
            pool, "lambda row: __import__('time').sleep(1000)", limits: WorkerLimits(timeout: 0.3))
        #expect(problem { _ = try task.process(Fixtures.batch(2), input: 0) }?.code.id == "worker-timed-out")
    }
}

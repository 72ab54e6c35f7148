import Diagnostics
import Foundation
import Platform
import Testing

@testable import Projects

struct JobStoreTests {
    private let folder: StateForTests

    init() throws { folder = try StateForTests() }

    private func store() throws -> JobStore { try JobStore(path: folder.database) }

    @Test func whatIsAddedIsThereForTheNextCommand() throws {
        var job = JobRecord.example("orders", state: .running)
        job.contentHash = "0123456789abcdef"
        job.cluster = "lab"
        job.address = "spark://127.0.0.1:7077"
        job.engineJobID = "app-1"
        job.startedAt = 5
        job.endedAt = 7
        job.engineState = "RUNNING"
        job.steps = [
            JobStep(
                name: "Read \"me\"\n", transform: "ReadFromCsv", place: "a.yaml:1:2", recordsIn: 1,
                outputs: [.init(name: "good", records: 2), .init(name: "bad", records: 3)], failures: 4, bytes: 5,
                busyMicroseconds: 6)
        ]
        job.operators = [
            JobOperator(name: "Source: é", recordsIn: nil, recordsOut: 9, parallelism: 2, state: "RUNNING")
        ]
        job.failure = JobFailure([Diagnostic(.jobFailed, "it 'failed'", at: nil)])
        job.programFolder = "/p"
        job.stagingFolder = "/s"
        job.logs = ["/l/1", "/l/2"]
        job.savepoint = "file:/sp"
        job.outputs = ["/o"]
        job.options = JobOptions(
            variables: [.init("a", .text("b")), .init("c", .file("/c")), .init("d", .withheld)], workers: 2, memory: 3)
        job.process = ProcessIdentity(processID: 12, start: "x-1")
        job.isStopRequested = true
        job.version = "1"
        job.restartOf = "orders-2222"
        let id = try store().add(job)
        job.id = id
        #expect(id.hasPrefix("orders-"))
        #expect(try store().job(id) == job)
    }

    @Test func columnsAreThoseOfTheRow() {
        #expect(JobStoreSchema.list == JobStoreSchema.columns.joined(separator: ", "))
        #expect(JobStoreSchema.insertion.count { $0 == "?" } == JobStoreSchema.columns.count)
        #expect(JobRecord.example("a").row.count == JobStoreSchema.columns.count)
    }

    @Test func newestComesFirstAndStatesAreChosen() throws {
        let store = try store()
        let ids = try [JobState.finished, .running, .failed].map { try store.add(.example("a", state: $0)) }
        #expect(try store.all().map(\.id) == ids.reversed())
        #expect(try store.all(states: [.running, .failed], limit: 1).map(\.id) == [ids[2]])
        #expect(try store.all(states: []).isEmpty)
        #expect(try store.remove([ids[0], "unknown-2222"]) == 1)
        #expect(try store.update(ids[0]) { $0.state = .lost } == nil)
    }

    @Test func aJobIsFoundByWhatAPersonTypes() throws {
        let store = try store()
        let first = try store.add(.example("orders", state: .finished))
        let second = try store.add(.example("orders", state: .running))
        let other = try store.add(.example("orders eu", state: .running))
        #expect(try store.find(first).id == first)
        #expect(try store.find(String(other.prefix(11))).id == other)
        #expect(try store.find(String(first.suffix(4))).id == first)
        #expect(try store.find("orders").id == second)
        #expect(try store.find("orders", states: [.finished], isOne: true).id == first)
        #expect(throws: Diagnostic.self) { try store.find("orders", isOne: true) }
        let problem = #expect(throws: Diagnostic.self) { try store.find("ordesr") }
        #expect(problem?.hint == "did you mean 'orders'?")
        #expect(throws: Diagnostic.self) { try store.find("") }
        #expect(throws: Diagnostic.self) { try store.find("%") }
    }

    @Test func recordsBelongToTheirOwner() throws {
        _ = try store()
        let mode = try FileManager.default.attributesOfItem(atPath: folder.database)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func databasesOfEarlierVersionsAreBroughtUpToDate() throws {
        let first = JobStoreSchema.migrations
        let id = try JobStore(path: folder.database, patience: 100, migrations: first).add(.example("old"))
        let later = first + ["ALTER TABLE jobs ADD COLUMN note TEXT", "CREATE INDEX by_note ON jobs (note)"]
        let store = try JobStore(path: folder.database, patience: 100, migrations: later)
        #expect(try store.find("old").id == id)
        // And one of a later version is left alone.
        let problem = #expect(throws: Diagnostic.self) { try self.store() }
        #expect(problem?.message.contains("newer version") == true)
    }

    @Test func aMigrationThatFailsChangesNothing() throws {
        #expect(throws: Diagnostic.self) {
            try JobStore(
                path: folder.database, patience: 100,
                migrations: ["CREATE TABLE a (b)", "INSERT INTO nowhere VALUES (1)"])
        }
        let store = try store()
        #expect(try store.all().isEmpty)
    }

    @Test(arguments: [0, 100, 4096, 9000]) func damageIsTold(_ place: Int) throws {
        do {
            let store = try store()
            for _ in 0..<20 { try store.add(.example("a")) }
        }
        let connection = try SQLiteConnection(folder.database, patience: 100)
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        bytes.replaceSubrange(place..<min(place + 600, bytes.count), with: Data(repeating: 0x5A, count: 600))
        for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.database + name) }
        try bytes.write(to: URL(fileURLWithPath: folder.database))
        // It may still be read in part; what is told is told as a diagnostic, and nothing crashes.
        do {
            let store = try store()
            _ = try store.all()
            _ = try store.add(.example("b"))
        } catch {
            #expect((error as? Diagnostic)?.code == .jobStoreUnusable)
        }
    }

    @Test func aFolderThatCannotBeMadeIsTold() throws {
        let file = folder.path + "/file"
        try Data().write(to: URL(fileURLWithPath: file))
        let problem = #expect(throws: Diagnostic.self) { try JobStore(path: file + "/jobs.db") }
        #expect(problem?.code == .jobStoreUnusable)
    }

    @Test func aWriterThatHangsIsNotWaitedForLong() throws {
        let store = try JobStore(path: folder.database, patience: 200)
        let hanging = try SQLiteConnection(folder.database, patience: 100)
        try hanging.execute("BEGIN IMMEDIATE")
        let start = MonotonicClock.seconds
        let problem = #expect(throws: Diagnostic.self) { try store.add(.example("a")) }
        #expect(MonotonicClock.seconds - start < 5)
        #expect(problem?.message.contains("another process") == true)
        // Readers do not wait.
        #expect(try store.all().isEmpty)
        try hanging.execute("ROLLBACK")
        try store.add(.example("a"))
    }

    @Test func manyWritersLoseNothing() throws {
        let path = folder.database
        Threads.concurrently(8) { writer in
            // Each as a process does it: the first ones find no database.
            for number in 0..<20 {
                guard let store = try? JobStore(path: path), let id = try? store.add(.example("w\(writer)")) else {
                    Issue.record("writer \(writer) cannot add job \(number)")
                    continue
                }
                _ = try? store.update(id) { $0.state = .finished }
            }
        }
        let all = try store().all()
        #expect(all.count == 160)
        #expect(Set(all.map(\.id)).count == 160)
        #expect(all.allSatisfy { $0.state == .finished })
    }

    @Test func changesOfOneJobDoNotOverwriteEachOther() throws {
        let path = folder.database
        let id = try store().add(.example("a"))
        Threads.concurrently(4) { writer in
            guard let store = try? JobStore(path: path) else { return }
            for _ in 0..<25 { _ = try? store.update(id) { $0.outputs.append("\(writer)") } }
        }
        #expect(try store().job(id)?.outputs.count == 100)
    }

    @Test func theLogIsFoldedIntoTheDatabase() throws {
        for _ in 0..<60 {
            let store = try store()
            let id = try store.add(.example("a"))
            try store.update(id) { $0.state = .finished }
        }
        let log = try FileSystem.status(of: folder.database + "-wal")?.sizeInBytes ?? 0
        #expect(log < 400 << 10)
        #expect(try FileSystem.status(of: folder.database)?.sizeInBytes ?? 0 > 8192)
        #expect(try store().all().count == 60)
    }
}

/// A state folder that goes away with its last reference.
final class StateForTests: Sendable {
    let path: String
    var database: String { path + "/state/jobs.db" }

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/beamstack-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension JobRecord {
    static func example(_ name: String, state: JobState = .submitted) -> JobRecord {
        JobRecord(
            name: name, pipeline: "/pipelines/\(name).yaml", workingDirectory: "/pipelines", target: "local",
            engine: .embedded, state: state)
    }
}

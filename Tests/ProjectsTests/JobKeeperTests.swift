import Diagnostics
import Foundation
import Platform
import Synchronization
import Testing

@testable import Projects

struct JobKeeperTests {
    private let folder: StateForTests
    private let store: JobStore

    init() throws {
        folder = try StateForTests()
        store = try JobStore(path: folder.database)
    }

    /// An engine whose answers are those of real ones, put down beforehand: states cannot be had from one at will.
    private final class Answers: EngineJobs {
        let next: Mutex<Result<EngineJobStatus?, EngineUnavailable>>
        let stops = Mutex<[JobStop]>([])

        init(_ first: Result<EngineJobStatus?, EngineUnavailable>) { next = Mutex(first) }

        func status(of engineJobID: String) throws -> EngineJobStatus? { try next.withLock { $0 }.get() }

        func stop(_ engineJobID: String, _ way: JobStop) throws -> String? {
            stops.withLock { $0.append(way) }
            next.withLock { $0 = .success(EngineJobStatus(state: .stopped, engineState: "CANCELED")) }
            return way == .cancel ? nil : "file:/savepoints/1"
        }

        func log(of engineJobID: String, from offsets: [String: Int]) throws -> [EngineLog] { [] }
    }

    private func keeper(_ answers: Answers) -> JobKeeper { JobKeeper(store: store) { _ in answers } }

    private func onEngine(_ state: JobState = .running) throws -> JobRecord {
        var job = JobRecord.example("orders", state: state)
        job.engineJobID = "7f"
        job.steps = [JobStep(name: "Parse", transform: "MapToFields", place: "orders.yaml:7:5")]
        return try #require(try store.job(try store.add(job)))
    }

    private func add(_ job: JobRecord) throws -> JobRecord { try #require(try store.job(try store.add(job))) }

    private var nobody: JobKeeper {
        JobKeeper(store: store) { _ in
            throw EngineUnavailable.gone(Diagnostic(.jobLost, "there is no cluster 'lab' on this machine", at: nil))
        }
    }

    @Test func aRunWhoseProcessLivesGoesOn() throws {
        var job = JobRecord.example("a", state: .running)
        job.process = .current
        #expect(try nobody.refreshed(try add(job)).record.state == .running)
    }

    @Test func aRunWhoseProcessIsGoneIsLost() throws {
        var job = JobRecord.example("a", state: .running)
        // The number is taken, by another process.
        job.process = ProcessIdentity(processID: Host.processID, start: "long ago")
        let lost = try nobody.refreshed(try add(job)).record
        #expect(lost.state == .lost)
        #expect(lost.endedAt != nil)
        #expect(lost.failure?.text.contains("the process that ran it is gone") == true)
        #expect(try store.job(lost.id) == lost)
    }

    @Test func aRunThatEndedMeanwhileIsNotLost() throws {
        var job = JobRecord.example("a", state: .running)
        job.process = ProcessIdentity(processID: Host.processID, start: "long ago")
        let seen = try add(job)
        try store.update(seen.id) { $0.state = .finished }
        #expect(try nobody.refreshed(seen).record.state == .finished)
    }

    @Test func whatWasAskedToStopAndIsGoneIsStopped() throws {
        var job = JobRecord.example("a", state: .running)
        job.isStopRequested = true
        #expect(try nobody.refreshed(try add(job)).record.state == .stopped)
    }

    @Test func theEngineTellsOfItsJobs() throws {
        let operators = [
            JobOperator(name: "Source: Read", recordsIn: 0, recordsOut: 12, parallelism: 2, state: "RUNNING")
        ]
        let answers = Answers(
            .success(EngineJobStatus(state: .restarting, engineState: "RESTARTING", startedAt: 9, operators: operators))
        )
        let now = try keeper(answers).refreshed(try onEngine()).record
        #expect(now.state == .restarting)
        #expect(now.engineState == "RESTARTING")
        #expect(now.startedAt == 9)
        #expect(now.operators == operators)
    }

    @Test func anExceptionIsCutToItsCause() throws {
        let trace = """
            org.apache.flink.runtime.JobException: Recovery is suppressed by FixedDelayRestartBackoffTimeStrategy
            \tat org.apache.flink.runtime.executiongraph.failover.ExecutionFailureHandler.handleFailure(X.java:219)
            Caused by: java.io.IOException: Failed to deserialize CSV row.
            \tat org.apache.flink.formats.csv.CsvRowDataDeserializationSchema.deserialize(Y.java:1)
            Caused by: java.lang.NumberFormatException: For input string: "twelve"
            \tat java.base/java.lang.Long.parseLong(Long.java:711)
            \t... 12 more
            """
        let operators = [
            JobOperator(name: "Calc(Parse) -> x", recordsIn: 1, recordsOut: 0, parallelism: 1, state: "FAILED")
        ]
        let answers = Answers(
            .success(EngineJobStatus(state: .failed, engineState: "FAILED", operators: operators, exception: trace)))
        let failed = try keeper(answers).refreshed(try onEngine()).record
        #expect(failed.state == .failed)
        let text = try #require(failed.failure?.text)
        #expect(text.contains(#"NumberFormatException: For input string: "twelve""#))
        #expect(text.contains("in step 'Parse' (MapToFields), orders.yaml:7:5"))
        #expect(!text.contains("\tat "))
    }

    @Test func aJobWhoseClusterIsGoneIsLost() throws {
        let lost = try nobody.refreshed(try onEngine()).record
        #expect(lost.state == .lost)
        #expect(lost.failure?.text.contains("there is no cluster 'lab'") == true)
    }

    @Test func aJobThatTheEngineDoesNotKnowIsLostUntilItDoes() throws {
        let answers = Answers(.success(nil))
        let lost = try keeper(answers).refreshed(try onEngine()).record
        #expect(lost.state == .lost)
        answers.next.withLock { $0 = .success(EngineJobStatus(state: .running, engineState: "RUNNING")) }
        let found = try keeper(answers).refreshed(lost).record
        #expect(found.state == .running)
        #expect(found.failure == nil)
        #expect(found.endedAt == nil)
    }

    /// Its name stands in the store before the engine has it, so that it is found should the process die in between.
    @Test func aJobThatIsBeingHandedOverIsNotLost() throws {
        let answers = Answers(.success(nil))
        var job = JobRecord.example("orders", state: .submitted)
        (job.engineJobID, job.process) = ("7f", .current)
        let submitted = try add(job)
        #expect(try keeper(answers).refreshed(submitted).record.state == .submitted)
        try store.update(submitted.id) { $0.process = nil }
        answers.next.withLock { $0 = .success(EngineJobStatus(state: .running, engineState: "RUNNING")) }
        let abandoned = try #require(try store.job(submitted.id))
        #expect(try keeper(answers).refreshed(abandoned).record.state == .running)
    }

    @Test func anEngineThatDoesNotAnswerLosesNothing() throws {
        let silent = EngineUnavailable.unreachable(Diagnostic(.jobLost, "nothing listens at http://x", at: nil))
        let account = try keeper(Answers(.failure(silent))).refreshed(try onEngine())
        #expect(account.record.state == .running)
        #expect(account.warning?.severity == .warning)
    }

    @Test func outputsAreInPlaceBeforeAJobIsFinished() throws {
        var job = try onEngine()
        job.stagingFolder = "/staging"
        job.process = .current
        let id = try store.add(job)
        let done = Answers(.success(EngineJobStatus(state: .finished, engineState: "FINISHED")))
        #expect(try keeper(done).refreshed(try #require(try store.job(id))).record.state == .running)
    }

    /// What a place does for jobs whose process is gone, noting what was asked of it.
    private final class Aftermath: JobAftermath {
        let outcome: Result<[String], Diagnostic>
        let cleared = Mutex<[String]>([])

        init(_ outcome: Result<[String], Diagnostic>) { self.outcome = outcome }

        func publish(_ record: JobRecord) throws -> [String] { try outcome.get() }
        func clear(_ record: JobRecord) { cleared.withLock { $0.append(record.stagingFolder ?? "") } }
    }

    private func unpublished(_ engineJobID: String?) throws -> JobRecord {
        var job = JobRecord.example("orders", state: .running)
        job.engineJobID = engineJobID
        job.stagingFolder = "/staging"
        job.process = ProcessIdentity(processID: 1, start: "another boot")
        return try add(job)
    }

    @Test func whatNobodyHasPublishedIsPublishedOnceTheEngineHasFinished() throws {
        let answers = Answers(.success(EngineJobStatus(state: .running, engineState: "RUNNING")))
        let aftermath = Aftermath(.success(["/out/a.csv"]))
        let keeper = JobKeeper(store: store, aftermath: aftermath) { _ in answers }
        let job = try unpublished("7f")
        #expect(try keeper.refreshed(job).record.state == .running, "it goes on without its process")
        answers.next.withLock { $0 = .success(EngineJobStatus(state: .finished, engineState: "FINISHED", endedAt: 7)) }
        let record = try keeper.refreshed(job).record
        #expect(record.state == .finished && record.outputs == ["/out/a.csv"] && record.stagingFolder == nil)
        #expect(try keeper.refreshed(record).record == record)
        #expect(aftermath.cleared.withLock { $0 }.isEmpty)
    }

    @Test func aDriverThatHadDoneItsPartIsNotLost() throws {
        let job = try unpublished(nil)
        try store.update(job.id) { $0.engineState = JobRecord.finishedByEngine }
        let keeper = JobKeeper(store: store, aftermath: Aftermath(.success(["/out/a.csv"]))) { _ in
            throw EngineUnavailable.gone(Diagnostic(.jobLost, "gone", at: nil))
        }
        try keeper.settleAbandoned()
        #expect(try store.job(job.id)?.state == .finished)
    }

    @Test(arguments: [(DiagnosticCode.jobLost, JobState.lost), (.jobFailed, .failed)])
    func whatCannotBePublishedIsTold(_ code: DiagnosticCode, _ state: JobState) throws {
        let job = try unpublished("7f")
        let done = Answers(.success(EngineJobStatus(state: .finished, engineState: "FINISHED")))
        let aftermath = Aftermath(.failure(Diagnostic(code, "no room", at: nil)))
        let keeper = JobKeeper(store: store, aftermath: aftermath) { _ in done }
        let record = try keeper.refreshed(job).record
        #expect(record.state == state)
        #expect(record.failure?.text.contains("no room") == true)
    }

    @Test func whatAProcessLeftIsClearedAwayWhenItsJobCannotGoOn() throws {
        let aftermath = Aftermath(.success([]))
        let lost = try unpublished(nil)
        let record = try JobKeeper(store: store, aftermath: aftermath) { _ in
            throw EngineUnavailable.gone(Diagnostic(.jobLost, "gone", at: nil))
        }.refreshed(lost).record
        #expect(record.state == .lost && record.stagingFolder == nil)
        let failed = Answers(.success(EngineJobStatus(state: .failed, engineState: "FAILED")))
        let second = try JobKeeper(store: store, aftermath: aftermath) { _ in failed }.refreshed(try unpublished("8"))
        #expect(second.record.state == .failed && second.record.stagingFolder == nil)
        #expect(aftermath.cleared.withLock { $0 } == ["/staging", "/staging"])
        // An engine that is recovering may know the job again in a moment.
        let unknown = try unpublished("9")
        let third = try JobKeeper(store: store, aftermath: aftermath) { _ in Answers(.success(nil)) }.refreshed(unknown)
        #expect(third.record.state == .lost && third.record.stagingFolder == "/staging")
        #expect(aftermath.cleared.withLock { $0.count } == 2)
    }

    @Test func stoppingWaitsForTheEnd() throws {
        let answers = Answers(.success(EngineJobStatus(state: .running, engineState: "RUNNING")))
        let way = JobStop.savepoint(folder: nil, drain: true)
        let ended = try keeper(answers).stop(try onEngine(), way)
        #expect(ended.state == .stopped)
        #expect(ended.savepoint == "file:/savepoints/1")
        #expect(answers.stops.withLock { $0 } == [way])
        let problem = #expect(throws: Diagnostic.self) { try keeper(answers).stop(ended) }
        #expect(problem?.code == .jobEnded)
    }

    @Test func theEmbeddedEngineHasNoSavepoints() throws {
        var job = JobRecord.example("a", state: .running)
        job.process = .current
        let problem = #expect(throws: Diagnostic.self) {
            try nobody.stop(try add(job), .savepoint(folder: nil, drain: false))
        }
        #expect(problem?.code == .jobNotStopped)
    }

    @Test func logsGoOnWhereTheyWereLeft() throws {
        let log = folder.path + "/driver.log"
        try Data("one\n".utf8).write(to: URL(fileURLWithPath: log))
        var job = JobRecord.example("a", state: .finished)
        job.logs = [log]
        var offsets: [String: Int] = [:]
        #expect(try nobody.log(of: job, from: &offsets).map(\.text) == ["one\n"])
        #expect(try nobody.log(of: job, from: &offsets).isEmpty)
        try Data("one\ntwo\n".utf8).write(to: URL(fileURLWithPath: log))
        #expect(try nobody.log(of: job, from: &offsets).map(\.text) == ["two\n"])
        try Data("new\n".utf8).write(to: URL(fileURLWithPath: log))
        #expect(try nobody.log(of: job, from: &offsets).map(\.text) == ["new\n"])
        try FileManager.default.removeItem(atPath: log)
        #expect(try nobody.log(of: job, from: &offsets).isEmpty)
    }

    @Test func aRecorderWithoutAStoreWarnsOnce() throws {
        let warnings = Mutex<[Diagnostic]>([])
        let recorder = JobRecorder(path: "/dev/null/jobs.db") { problem in warnings.withLock { $0.append(problem) } }
        recorder.started(.example("a"))
        recorder.follow { JobCounts(steps: []) }
        recorder.change { $0.engineJobID = "x" }
        recorder.ended(.finished)
        #expect(warnings.withLock { $0.map(\.severity) } == [.warning])
    }

    @Test func aRecorderKeepsSecretsOutOfErrors() throws {
        let recorder = JobRecorder(path: folder.database, secrets: ["hunter\"2"]) { Issue.record("\($0.message)") }
        recorder.started(.example("a"))
        let id = try #require(recorder.id)
        recorder.ended(.failed, failure: JobFailure([Diagnostic(.jobFailed, "no access with hunter\"2", at: nil)]))
        let failure = try #require(try store.job(id)?.failure)
        #expect(failure.text.contains("no access with ***"))
        #expect(!failure.json.contains("hunter"))
        #expect(try store.job(id)?.state == .failed)
    }
}

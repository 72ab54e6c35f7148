public import Diagnostics
import Platform

/// Brings records up to date with what runs the jobs, and ends jobs.
public struct JobKeeper: Sendable {
    /// A record as it is now, and why that may not be the whole truth.
    public struct Account: Sendable {
        public let record: JobRecord
        public let warning: Diagnostic?
    }

    private let store: JobStore
    private let aftermath: any JobAftermath
    private let engines: @Sendable (JobRecord) throws -> any EngineJobs

    /// - Parameters:
    ///   - aftermath: brings jobs to their end whose process is gone.
    ///   - engines: the engine that runs a job, by its record; throws `EngineUnavailable` where it is gone.
    public init(
        store: JobStore, aftermath: (any JobAftermath)? = nil,
        engines: @escaping @Sendable (JobRecord) throws -> any EngineJobs
    ) {
        self.store = store
        self.aftermath = aftermath ?? NoAftermath()
        self.engines = engines
    }

    /// Asks what runs a job how it is. A job that has ended is as it was written down; a lost one may be found again.
    public func refreshed(_ record: JobRecord) throws(Diagnostic) -> Account {
        if let engineJobID = record.engineJobID {
            guard !record.state.isFinal || record.state == .lost else { return Account(record: record, warning: nil) }
            return try ask(record, engineJobID)
        }
        guard !record.state.isFinal, record.process?.isAlive != true else {
            return Account(record: record, warning: nil)
        }
        return Account(record: try settle(record, .gone("the process that ran it is gone")), warning: nil)
    }

    /// Brings the jobs to their end whose processes have left them.
    public func settleAbandoned() throws(Diagnostic) {
        for record in try store.all(states: Set(JobState.allCases.filter { !$0.isFinal }))
        where record.process?.isAlive != true { _ = try refreshed(record) }
    }

    private func ask(_ record: JobRecord, _ engineJobID: String) throws(Diagnostic) -> Account {
        let status: EngineJobStatus?
        do {
            status = try engines(record).status(of: engineJobID)
        } catch EngineUnavailable.gone(let diagnostic) {
            return Account(record: try settle(record, .gone(diagnostic.message)), warning: nil)
        } catch {
            return Account(record: record, warning: Self.warning(error, record))
        }
        guard let status else {
            // It is being handed over.
            if record.isAwaited { return Account(record: record, warning: nil) }
            return Account(record: try settle(record, .unknown("its engine does not know it")), warning: nil)
        }
        let current = try store.update(record.id) { job in Self.apply(status, to: &job) } ?? record
        guard status.state.isFinal, current.process?.isAlive != true else {
            return Account(record: current, warning: nil)
        }
        return Account(record: try settle(current, .told(status.state)), warning: nil)
    }

    // MARK: Without a process

    /// How a job ended that has no process to tell.
    private enum End {
        /// What ran it exists no more.
        case gone(String)
        /// The engine says nothing about it, yet; it may be recovering.
        case unknown(String)
        case told(JobState)

        var isFinished: Bool { if case .told(.finished) = self { true } else { false } }
    }

    /// Does what the process would have done that is gone.
    private func settle(_ record: JobRecord, _ end: End) throws(Diagnostic) -> JobRecord {
        let folder = JobFolder(of: record.id, state: Path.directory(of: store.path))
        let settled = try folder.exclusively { () throws(Diagnostic) in
            // It may have ended in good order since, or another command has been here.
            guard let found = try store.job(record.id), found.process == record.process,
                found.engineJobID == record.engineJobID
            else { return try store.job(record.id) }
            if found.isUnpublished || end.isFinished, found.state == .lost || !found.state.isFinal {
                return try publish(found)
            }
            switch end {
            case .told where found.state.isFinal && found.stagingFolder != nil, .gone where !found.state.isFinal:
                aftermath.clear(found)
            // A job that its engine does not know may yet be recovered.
            default: break
            }
            return try store.update(record.id) { job in
                guard job.process == found.process, job.engineJobID == found.engineJobID else { return }
                switch end {
                case .gone(let reason), .unknown(let reason):
                    guard !job.state.isFinal else { return }
                    if job.isStopRequested { Self.end(&job, .stopped) } else { Self.lose(&job, reason) }
                    if case .gone = end { job.stagingFolder = nil }
                case .told: if job.state.isFinal { job.stagingFolder = nil }
                }
            }
        }
        return (settled ?? nil) ?? record
    }

    private func publish(_ record: JobRecord) throws(Diagnostic) -> JobRecord? {
        let outputs: [String]
        do {
            outputs = try aftermath.publish(record)
        } catch {
            let failure = (error as? Diagnostic) ?? Diagnostic(.jobFailed, "\(error)", at: nil)
            return try store.update(record.id) { job in
                Self.end(&job, failure.code == .jobLost ? .lost : .failed)
                job.failure = JobFailure([failure])
                // Nobody tries again.
                job.engineState = nil
                job.stagingFolder = failure.code == .jobLost ? nil : job.stagingFolder
            }
        }
        return try store.update(record.id) { job in
            // The end of one that was taken for lost was none.
            if job.state == .lost { job.endedAt = nil }
            job.state = .finished
            job.endedAt = job.endedAt ?? WallClock.microseconds
            job.outputs = outputs
            job.stagingFolder = nil
            job.failure = nil
        }
    }

    private static func apply(_ status: EngineJobStatus, to job: inout JobRecord) {
        // What the command wrote that ran the job is final: it knows about the outputs, too.
        guard !job.state.isFinal || job.state == .lost else { return }
        job.engineState = status.engineState
        job.startedAt = status.startedAt ?? job.startedAt
        if !status.operators.isEmpty { job.operators = status.operators }
        // Outputs are in place when they have been published.
        if status.state == .finished, job.stagingFolder != nil { return }
        job.state = job.isStopRequested && status.state == .failed ? .stopped : status.state
        job.endedAt = status.state.isFinal ? status.endedAt ?? job.endedAt ?? WallClock.microseconds : nil
        if !status.state.isFinal { job.failure = nil }
        guard status.state == .failed, let exception = status.exception else { return }
        let failed = status.operators.filter { $0.state == "FAILED" }.map(\.name)
        let cause = FailureCause(of: exception, steps: job.steps, failedOperators: failed)
        job.failure = JobFailure([
            Diagnostic(
                .jobFailed, cause.message, at: nil,
                notes: cause.step.map {
                    ["in step '\($0.name)' (\($0.transform))" + ($0.place.map { ", \($0)" } ?? "")]
                }
                    ?? [])
        ])
    }

    private static func lose(_ job: inout JobRecord, _ reason: String) {
        end(&job, .lost)
        job.failure = JobFailure([
            Diagnostic(
                .jobLost, "the job was lost: \(reason)", at: nil, hint: "'beamstack restart \(job.id)' runs it again")
        ])
    }

    private static func end(_ job: inout JobRecord, _ state: JobState) {
        job.state = state
        job.endedAt = WallClock.microseconds
    }

    private static func warning(_ error: any Error, _ record: JobRecord) -> Diagnostic {
        var diagnostic: Diagnostic
        switch error {
        case let error as EngineUnavailable: diagnostic = error.diagnostic
        case let error as Diagnostic: diagnostic = error
        case let error as DiagnosticsError: diagnostic = error.diagnostics.first ?? unreachable(record, "\(error)")
        default: diagnostic = unreachable(record, "\(error)")
        }
        diagnostic.severity = .warning
        diagnostic.notes.append("'\(record.id)' is shown as it was last known")
        return diagnostic
    }

    private static func unreachable(_ record: JobRecord, _ reason: String) -> Diagnostic {
        Diagnostic(.jobLost, "the engine of '\(record.id)' cannot be asked: \(reason)", at: nil)
    }

    // MARK: Ending

    /// Ends a job and waits until it has.
    ///
    /// - Parameter patience: milliseconds that the job is given.
    public func stop(
        _ record: JobRecord, _ way: JobStop = .cancel, patience: Int = 60_000
    ) throws -> JobRecord {
        let current = try refreshed(record).record
        guard !current.state.isFinal else {
            throw Diagnostic(.jobEnded, "'\(record.id)' is \(current.state.rawValue) already", at: nil)
        }
        if let engineJobID = current.engineJobID, !current.isAwaited {
            // What is drained has come to its own end.
            if case .savepoint(_, drain: true) = way {
            } else {
                try store.update(current.id) { $0.isStopRequested = true }
            }
            do {
                if let savepoint = try engines(current).stop(engineJobID, way) {
                    try store.update(current.id) { $0.savepoint = savepoint }
                }
            } catch {
                try store.update(current.id) { $0.isStopRequested = false }
                throw (error as? EngineUnavailable)?.diagnostic ?? error
            }
        } else {
            guard way == .cancel else {
                throw Diagnostic(
                    .jobNotStopped, "'\(record.id)' runs on \(current.engine.title), which has no savepoints", at: nil,
                    hint: "leave --savepoint and --drain out")
            }
            try store.update(current.id) { $0.isStopRequested = true }
            current.process?.terminate()
        }
        let ended = try wait(for: current, patience)
        guard case .savepoint(_, drain: false) = way, ended.state == .finished else { return ended }
        // To the engine both are an end in good order; this one is only a pause.
        return try store.update(ended.id) { $0.state = .stopped } ?? ended
    }

    private func wait(for record: JobRecord, _ patience: Int) throws -> JobRecord {
        let start = MonotonicClock.seconds
        var hasInsisted = false
        while true {
            let current = try refreshed(record).record
            if current.state.isFinal { return current }
            let waited = Int((MonotonicClock.seconds - start) * 1000)
            // A run that does not come to a clean end is ended by a second signal.
            if current.engineJobID == nil || current.isAwaited, waited > patience / 2, !hasInsisted {
                hasInsisted = true
                current.process?.terminate()
            }
            guard waited < patience else {
                throw Diagnostic(
                    .jobNotStopped, "'\(record.id)' was asked to end and still goes on", at: nil,
                    hint: "'beamstack jobs show \(record.id)' tells how it is")
            }
            Threads.sleep(milliseconds: min(500, 20 + waited / 4))
        }
    }

    // MARK: Logs

    /// What was added to a job's logs since.
    ///
    /// - Parameter offsets: where each log was left; it is brought up to date.
    public func log(of record: JobRecord, from offsets: inout [String: Int]) throws -> [EngineLog] {
        var parts: [EngineLog] = []
        if let engineJobID = record.engineJobID {
            do {
                parts += try engines(record).log(of: engineJobID, from: offsets)
            } catch {
                // Files may tell what the engine no longer can.
                if record.logs.isEmpty { throw (error as? EngineUnavailable)?.diagnostic ?? error }
            }
        }
        for path in record.logs {
            let name = Path.name(of: path)
            if let part = LocalLog.part(of: path, from: offsets[name] ?? 0) { parts.append(part) }
        }
        for part in parts { offsets[part.name] = part.end }
        return parts.filter { !$0.text.isEmpty }
    }
}

/// A log on this machine.
enum LocalLog {
    /// A log is shown in parts of this size at most.
    private static let limit = 4 << 20

    static func part(of path: String, from offset: Int) -> EngineLog? {
        guard let file = try? OpenFile(path), let size = (try? file.status())?.sizeInBytes else { return nil }
        // A log that became shorter was begun anew.
        let start = Int(size) < offset ? 0 : offset
        let count = min(Self.limit, Int(size) - start)
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        let read = bytes.withUnsafeMutableBytes { room -> Int in
            guard let memory = room.baseAddress else { return 0 }
            return (try? file.read(into: memory, count: room.count, at: Int64(start))) ?? 0
        }
        bytes.removeLast(bytes.count - read)
        // A part ends with a whole line, unless the log's last one has no end.
        if count == Self.limit, let end = bytes.lastIndex(of: UInt8(ascii: "\n")) {
            bytes.removeLast(bytes.count - end - 1)
        }
        return EngineLog(
            name: Path.name(of: path), text: String(decoding: bytes, as: UTF8.self), end: start + bytes.count)
    }
}

extension JobEngine {
    /// As its makers write it.
    public var title: String {
        switch self {
        case .embedded: "the embedded engine"
        case .flink: "Apache Flink"
        case .spark: "Apache Spark"
        }
    }
}

public import Diagnostics
import Platform
import Synchronization

/// Keeps the record of the job that this process runs. A store that cannot be used costs a warning, never the job.
public final class JobRecorder: Sendable {
    private struct State {
        var store: JobStore?
        var id: String?
        var hasWarned = false
        /// What the job has counted so far.
        var counts: (@Sendable () -> JobCounts)?
        var isFollowed = false
    }

    private let path: String
    private let secrets: [String]
    private let warn: @Sendable (Diagnostic) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - secrets: texts that errors may quote and records must not.
    ///   - warn: told once why there is no record.
    public init(
        path: String = JobStore.path(), secrets: [String] = [], warn: @escaping @Sendable (Diagnostic) -> Void
    ) {
        self.path = path
        // Short values would blacken half of every message.
        self.secrets = secrets.filter { $0.utf8.count >= 4 }
        self.warn = warn
    }

    /// The job's identifier, where there is a record.
    public var id: String? { state.withLock(\.id) }

    /// Adds the job, as running in this process unless it says otherwise.
    public func started(_ job: JobRecord) {
        perform { (state) throws(Diagnostic) in
            var job = job
            if job.process == nil { job.process = ProcessIdentity.current }
            if job.state == .running, job.startedAt == nil { job.startedAt = job.submittedAt }
            // A person waits: a second for others that write, not more.
            let store = try JobStore(path: path, patience: 1000)
            state.store = store
            state.id = try store.add(job)
        }
    }

    /// Goes on with a job that another process has added; from now on it belongs to this one.
    public func adopt(_ id: String) {
        perform { (state) throws(Diagnostic) in
            let store = try JobStore(path: path, patience: 5000)
            state.store = store
            state.id = id
            try store.update(id) { job in
                job.process = ProcessIdentity.current
                // Between two owners it may have looked lost.
                if job.state == .lost { (job.state, job.failure, job.endedAt) = (.submitted, nil, nil) }
            }
        }
    }

    /// Writes down that the job has been taken and is at work.
    public func running() {
        change { job in
            guard !job.state.isFinal else { return }
            job.state = .running
            job.startedAt = job.startedAt ?? WallClock.microseconds
        }
    }

    /// Changes the job's record.
    public func change(_ change: @Sendable (inout JobRecord) -> Void) {
        perform { (state) throws(Diagnostic) in
            guard let id = state.id else { return }
            try state.store?.update(id, change)
        }
    }

    /// Writes down how the job ended and closes the store.
    public func ended(_ final: JobState, failure: JobFailure? = nil, outputs: [String] = []) {
        let failure = failure?.without(secrets)
        let counts = state.withLock(\.counts)?()
        change { job in
            job.state = final == .failed && job.isStopRequested ? .stopped : final
            job.endedAt = WallClock.microseconds
            if let counts { job.take(counts) }
            if let failure { job.failure = failure }
            job.outputs = outputs.map { $0.contains("://") ? $0 : Path.join(job.workingDirectory, $0) }
            job.stagingFolder = nil
        }
        close()
    }

    /// Nothing is recorded from here on.
    public func close() {
        state.withLock { state in
            state.store = nil
            state.id = nil
        }
    }

    /// Writes the counts of the steps down every two seconds and at the job's end, so that others can watch it.
    public func follow(_ counts: @escaping @Sendable () -> JobCounts) {
        let isFirst = state.withLock { state in
            state.counts = counts
            defer { state.isFollowed = true }
            return !state.isFollowed && state.id != nil
        }
        guard isFirst else { return }
        Threads.start { [weak self] in
            while true {
                for _ in 0..<20 {
                    Threads.sleep(milliseconds: 100)
                    guard self?.id != nil else { return }
                }
                guard let counts = self?.state.withLock(\.counts)?() else { return }
                self?.change { if !$0.state.isFinal { $0.take(counts) } }
            }
        }
    }

    private func perform(_ body: (inout State) throws(Diagnostic) -> Void) {
        let problem: Diagnostic? = state.withLock { state in
            do throws(Diagnostic) {
                try body(&state)
                return nil
            } catch {
                state.store = nil
                state.id = nil
                if state.hasWarned { return nil }
                state.hasWarned = true
                return error
            }
        }
        guard var problem else { return }
        problem.severity = .warning
        problem.notes.append("the job itself goes on; '--no-record' runs one without a record")
        warn(problem)
    }
}

/// What a job has counted so far.
public struct JobCounts: Sendable {
    /// The plan's steps.
    public var steps: [JobStep]
    /// The engine's own parts.
    public var operators: [JobOperator]

    public init(steps: [JobStep], operators: [JobOperator] = []) {
        self.steps = steps
        self.operators = operators
    }
}

extension JobRecord {
    fileprivate mutating func take(_ counts: JobCounts) {
        steps = counts.steps
        operators = counts.operators
    }
}

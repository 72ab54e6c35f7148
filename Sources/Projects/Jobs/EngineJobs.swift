public import Diagnostics

/// The jobs of one cluster, as its engine tells of them and lets itself be told.
public protocol EngineJobs: Sendable {
    /// What the engine says of a job now; `nil` where it does not know the job.
    ///
    /// - Throws: `EngineUnavailable` where the engine cannot be asked.
    func status(of engineJobID: String) throws -> EngineJobStatus?

    /// Ends a job.
    ///
    /// - Returns: where its state was saved, if it was.
    func stop(_ engineJobID: String, _ way: JobStop) throws -> String?

    /// Lines of the engine's logs that concern a job, oldest first, from an offset in bytes per log on.
    func log(of engineJobID: String, from offsets: [String: Int]) throws -> [EngineLog]
}

/// Why an engine cannot be asked.
public enum EngineUnavailable: Error, Sendable {
    /// What ran the job exists no more: the job is lost.
    case gone(Diagnostic)
    /// Nobody answers now; the job may go on.
    case unreachable(Diagnostic)

    public var diagnostic: Diagnostic {
        switch self {
        case .gone(let diagnostic), .unreachable(let diagnostic): diagnostic
        }
    }
}

/// How a job is ended.
public enum JobStop: Sendable, Equatable {
    /// At once; what it did since its last checkpoint is forgotten.
    case cancel
    /// With its state saved, so that it can go on later; `drain` lets event time run to its end first.
    case savepoint(folder: String?, drain: Bool)
}

/// A job as its engine sees it.
public struct EngineJobStatus: Sendable {
    public let state: JobState
    /// The engine's own word for the state.
    public let engineState: String
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let startedAt: Int64?
    public let endedAt: Int64?
    public let operators: [JobOperator]
    /// The engine's exception, whole.
    public let exception: String?

    public init(
        state: JobState, engineState: String, startedAt: Int64? = nil, endedAt: Int64? = nil,
        operators: [JobOperator] = [], exception: String? = nil
    ) {
        self.state = state
        self.engineState = engineState
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.operators = operators
        self.exception = exception
    }
}

/// What one operator of an engine has counted.
public struct JobOperator: Sendable, Equatable {
    /// The engine's name for it.
    public let name: String
    public let recordsIn: Int?
    public let recordsOut: Int?
    public let parallelism: Int?
    /// The engine's own word.
    public let state: String

    public init(name: String, recordsIn: Int?, recordsOut: Int?, parallelism: Int?, state: String) {
        self.name = name
        self.recordsIn = recordsIn
        self.recordsOut = recordsOut
        self.parallelism = parallelism
        self.state = state
    }
}

/// A part of one log.
public struct EngineLog: Sendable {
    /// Such as `taskmanager-1`.
    public let name: String
    public let text: String
    /// Where the next part begins, in bytes.
    public let end: Int

    public init(name: String, text: String, end: Int) {
        self.name = name
        self.text = text
        self.end = end
    }
}

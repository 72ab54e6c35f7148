public import Platform

/// What runs a job.
public enum JobEngine: String, Sendable, CaseIterable {
    /// The engine of Beamstack itself, in the process of the command.
    case embedded
    case flink
    case spark
}

/// Where an engine runs.
public enum Place: String, Sendable, CaseIterable {
    /// Processes of this machine.
    case local
    case docker
    case kubernetes
}

/// Everything that is remembered of one job.
///
/// Times are microseconds since 1970-01-01T00:00:00Z.
public struct JobRecord: Sendable, Equatable {
    /// Short and typeable, such as `orders-7f3k`; the store gives it.
    public internal(set) var id: String
    public var name: String
    /// The pipeline's file, from the root of the file system.
    public var pipeline: String
    /// The working directory of the command, which paths in the pipeline count from.
    public var workingDirectory: String
    /// Tells whether the file is still what ran.
    public var contentHash: String?
    /// The name of the target that was asked for.
    public var target: String
    public var engine: JobEngine
    public var place: Place
    /// A cluster that `create` has made.
    public var cluster: String?
    /// Where the engine is reached.
    public var address: String?
    /// The engine's own name for the job. With one, the engine is asked how the job is; without, it is `process`.
    public var engineJobID: String?
    public var state: JobState
    /// The engine's own word for the state.
    public var engineState: String?
    public var submittedAt: Int64
    public var startedAt: Int64?
    public var endedAt: Int64?
    /// The steps of the plan, with what was counted for each.
    public var steps: [JobStep]
    /// The engine's own parts of the job, where it has others than the plan.
    public var operators: [JobOperator]
    public var failure: JobFailure?
    /// Holds the program that was generated for the engine.
    public var programFolder: String?
    /// Holds outputs that are not published yet.
    public var stagingFolder: String?
    /// Files on this machine with what the job's processes said.
    public var logs: [String]
    public var savepoint: String?
    /// The files that were published.
    public var outputs: [String]
    public var options: JobOptions
    /// The process without which the job cannot go on; `nil` for one that only needs its engine.
    public var process: ProcessIdentity?
    /// Whether a person has asked for the end.
    public var isStopRequested: Bool
    /// The version of Beamstack.
    public var version: String?
    /// The job that this one runs again.
    public var restartOf: String?
    /// What was expected of it.
    public var estimate: JobEstimate?

    public init(
        name: String, pipeline: String, workingDirectory: String = "", contentHash: String? = nil, target: String,
        engine: JobEngine, place: Place = .local, cluster: String? = nil, address: String? = nil,
        engineJobID: String? = nil, state: JobState = .submitted, submittedAt: Int64 = WallClock.microseconds,
        startedAt: Int64? = nil, steps: [JobStep] = [], programFolder: String? = nil, stagingFolder: String? = nil,
        logs: [String] = [], options: JobOptions = JobOptions(), process: ProcessIdentity? = nil,
        version: String? = nil, restartOf: String? = nil
    ) {
        id = ""
        self.name = name
        self.pipeline = pipeline
        self.workingDirectory = workingDirectory
        self.contentHash = contentHash
        self.target = target
        self.engine = engine
        self.place = place
        self.cluster = cluster
        self.address = address
        self.engineJobID = engineJobID
        self.state = state
        self.submittedAt = submittedAt
        self.startedAt = startedAt
        self.steps = steps
        self.programFolder = programFolder
        self.stagingFolder = stagingFolder
        self.logs = logs
        self.options = options
        self.process = process
        self.version = version
        self.restartOf = restartOf
        operators = []
        outputs = []
        isStopRequested = false
    }

    /// `engineState` where the engine has done its part; outputs may not be in place yet.
    public static let finishedByEngine = "FINISHED"

    /// Whether all that is left to do is to bring the outputs to their places.
    var isUnpublished: Bool { stagingFolder != nil && engineState == Self.finishedByEngine }

    /// Whether its engine was not heard to know it, and the process that hands it over is at work.
    var isAwaited: Bool { engineState == nil && process?.isAlive == true }

    /// How long it has run or ran.
    public func duration(now: Int64 = WallClock.microseconds) -> Int64? {
        startedAt.map { max(0, (endedAt ?? (state.isFinal ? $0 : now)) - $0) }
    }
}

/// One step of a pipeline and what was counted for it.
public struct JobStep: Sendable, Equatable {
    /// One output of a step.
    public struct Output: Sendable, Equatable {
        public let name: String
        /// `nil` where nobody counts them.
        public let records: Int?

        public init(name: String, records: Int?) {
            self.name = name
            self.records = records
        }
    }

    public let name: String
    public let transform: String
    /// `path:line:column` of the step in its pipeline.
    public let place: String?
    /// `nil` for a step that reads no other, and where nobody counts them.
    public var recordsIn: Int?
    public var outputs: [Output]
    public var failures: Int
    /// Read by a source or written by a sink.
    public var bytes: Int
    /// Time spent in it on all workers together.
    public var busyMicroseconds: Int

    public init(
        name: String, transform: String, place: String? = nil, recordsIn: Int? = nil, outputs: [Output] = [],
        failures: Int = 0, bytes: Int = 0, busyMicroseconds: Int = 0
    ) {
        self.name = name
        self.transform = transform
        self.place = place
        self.recordsIn = recordsIn
        self.outputs = outputs
        self.failures = failures
        self.bytes = bytes
        self.busyMicroseconds = busyMicroseconds
    }

    /// Of all outputs; `nil` where one of them is not known.
    public var recordsOut: Int? {
        let counts = outputs.compactMap(\.records)
        return counts.count == outputs.count && !outputs.isEmpty ? counts.reduce(0, +) : nil
    }
}

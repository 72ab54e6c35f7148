public import Diagnostics

/// What a worker process does for one step: the step's foreign part, named and configured.
///
/// The Python class of that name in `CWorkerPrograms/python` does the work; this is all that the plan knows of it.
public struct WorkerTask: Sendable {
    public enum Kind: String, Sendable {
        /// Rows in, rows out.
        case transform
        /// Partitions that are read independently of one another.
        case source
        /// Rows in; what it wrote appears whole or not at all.
        case sink
    }

    /// The task's name, such as `parquet.read`.
    public let name: String
    public let kind: Kind
    /// An object. It may hold secrets: it goes to the worker through a pipe, and is never printed.
    public let configuration: JSONText
    /// Packages the worker's environment must have, as pip's requirement specifiers; none for the bare interpreter.
    public let requirements: [String]
    /// Whether opening the task runs code that came with the pipeline, which `validate` must not do.
    public let runsUserCode: Bool
    /// Whether opening the task talks to another machine or a server, which `validate` must not do either.
    public let connects: Bool
    /// Where the parts of the configuration stand in the file.
    public let places: [Place]
    public let limits: WorkerLimits

    /// A part of the configuration and its place in the file.
    public struct Place: Sendable {
        /// Keys and indexes from the configuration's root, such as `["model_handler", "config", "model"]`.
        public let path: [String]
        public let range: SourceRange

        public init(path: [String], range: SourceRange) {
            self.path = path
            self.range = range
        }
    }

    public init(
        _ name: String, kind: Kind, configuration: JSONText, requirements: [String] = [], runsUserCode: Bool = false,
        connects: Bool = false, places: [Place] = [], limits: WorkerLimits = WorkerLimits()
    ) {
        self.name = name
        self.kind = kind
        self.configuration = configuration
        self.requirements = requirements
        self.runsUserCode = runsUserCode
        self.connects = connects
        self.places = places
        self.limits = limits
    }

    /// The most exact place for a path: its own, or that of what holds it.
    public func range(of path: [String]) -> SourceRange? {
        var path = path[...]
        while true {
            if let place = places.first(where: { $0.path[...] == path }) { return place.range }
            if path.isEmpty { return nil }
            path = path.dropLast()
        }
    }
}

/// How long a worker may take, and what happens when its process ends in the middle of a batch.
public struct WorkerLimits: Hashable, Sendable {
    /// Seconds that one batch may take before the worker counts as hanging; `nil` for ever.
    public var timeout: Double?
    /// How often a batch is given to a new process after its own crashed or hung, before the run fails.
    public var restarts: Int

    public init(timeout: Double? = nil, restarts: Int = 0) {
        self.timeout = timeout
        self.restarts = restarts
    }
}

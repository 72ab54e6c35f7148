public import Diagnostics

/// Where a pipeline can run, under the name that `--target` takes.
public struct TargetDefinition: Sendable {
    public let name: String
    public let engine: JobEngine
    public var place: Place
    /// A cluster that `create` has made.
    public var cluster: String?
    /// Where the engine takes jobs, where it is no cluster of ours.
    public var address: SecretText?
    /// Tasks that a step may be split into.
    public var parallelism: Int?
    /// Processes of the engine that do the work: TaskManagers, executors.
    public var workers: Int?
    /// Tasks that one worker runs at once.
    public var slots: Int?
    /// Bytes of one worker; of the embedded engine, what grouping and joining may hold.
    public var memory: Int?
    /// What processes of their own get, where a place starts some for the job.
    public var resources: TargetResources
    /// Libraries that jobs bring along, such as connectors, as the file names them.
    public var jars: [String]
    /// The engine's own settings, handed over as they are.
    public var settings: [TargetSetting]
    /// The name in the project's file; `nil` for what needs no definition.
    public let range: SourceRange?

    public init(
        name: String, engine: JobEngine, place: Place = .local, cluster: String? = nil, range: SourceRange? = nil
    ) {
        self.name = name
        self.engine = engine
        self.place = place
        self.cluster = cluster
        self.range = range
        resources = TargetResources()
        jars = []
        settings = []
    }

    /// The targets that there are without a file: our own engine, and the others for one run.
    public static let builtIn = [
        TargetDefinition(name: "local", engine: .embedded), TargetDefinition(name: "flink", engine: .flink),
        TargetDefinition(name: "spark", engine: .spark),
    ]
}

/// What the processes of one job get.
public struct TargetResources: Sendable, Equatable {
    public struct Amount: Sendable, Equatable {
        /// Cores, also parts of one.
        public var cpu: Double?
        /// Bytes.
        public var memory: Int?
    }

    /// Of the process that leads: the JobManager, the driver.
    public var driver = Amount()
    /// Of each worker.
    public var worker = Amount()
}

/// One of the engine's own settings.
public struct TargetSetting: Sendable {
    /// With dots, such as `execution.checkpointing.interval`.
    public let name: String
    public let value: SecretText
}

/// A cluster that `create` has made: a target by its name.
public struct KnownCluster: Sendable {
    public let name: String
    public let engine: JobEngine

    public init(name: String, engine: JobEngine) {
        self.name = name
        self.engine = engine
    }
}

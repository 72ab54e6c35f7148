import Diagnostics
public import Platform
public import Translation

/// What `create` is asked for; what is not said follows from the machine.
public struct ClusterRequest: Sendable {
    public let name: String
    public let engine: TargetEngine
    public var workers: Int?
    public var slots: Int?
    public var memoryInBytes: Int64?
    /// The process with whose end the cluster ends; `nil` for one that stays.
    public var owner: ProcessIdentity?

    public init(
        name: String, engine: TargetEngine, workers: Int? = nil, slots: Int? = nil, memoryInBytes: Int64? = nil,
        owner: ProcessIdentity? = nil
    ) {
        self.name = name
        self.engine = engine
        self.workers = workers
        self.slots = slots
        self.memoryInBytes = memoryInBytes
        self.owner = owner
    }

    /// The whole size, with the parts that are not said taken from `known`.
    func size(known: ClusterSize? = nil) throws(Diagnostic) -> ClusterSize {
        let workers = workers ?? known?.workers ?? 1
        try ClusterSize.check(workers: workers)
        let slots = slots ?? known?.slots ?? max(1, Host.coreCount / workers)
        let memory = memoryInBytes ?? known?.memoryInBytes ?? engine.usualMemory
        let size = ClusterSize(workers: workers, slots: slots, memoryInBytes: memory)
        try size.check(for: engine)
        return size
    }
}

extension TargetEngine {
    /// Of one worker: what the engine itself takes where nobody says more.
    fileprivate var usualMemory: Int64 { self == .flink ? Int64(1728) << 20 : Int64(1) << 30 }

    fileprivate var smallestMemory: Int64 {
        self == .flink ? FlinkMemory.smallestProcess : SparkCluster.smallestExecutor
    }
}

extension ClusterSize {
    static func check(workers: Int) throws(Diagnostic) {
        guard (1...64).contains(workers) else {
            throw Diagnostic(.invalidCluster, "a cluster on one machine has 1 to 64 workers, not \(workers)", at: nil)
        }
    }

    /// Sees to it that the engine can start, and that the machine can hold it.
    func check(for engine: TargetEngine) throws(Diagnostic) {
        try Self.check(workers: workers)
        guard (1...256).contains(slots) else {
            throw Diagnostic(.invalidCluster, "a worker has 1 to 256 slots, not \(slots)", at: nil)
        }
        guard memoryInBytes >= engine.smallestMemory else {
            throw Diagnostic(
                .invalidCluster,
                "a worker of \(engine.title) does not start with \(Self.text(memoryInBytes)) of memory", at: nil,
                hint: "give each at least \(Self.text(engine.smallestMemory))")
        }
        let (total, overflows) = memoryInBytes.multipliedReportingOverflow(by: Int64(workers))
        if let machine = Host.memoryInBytes, overflows || total > machine {
            throw Diagnostic(
                .invalidCluster,
                "\(workers) worker\(workers == 1 ? "" : "s") of \(Self.text(memoryInBytes)) do not fit into the "
                    + "\(Self.text(machine)) of this machine", at: nil, hint: "take less --memory or fewer --workers")
        }
    }

    /// `1.7 GB`
    public static func text(_ bytes: Int64) -> String {
        let megabytes = bytes / 1_000_000
        return megabytes < 1000 ? "\(megabytes) MB" : "\(Double(megabytes / 100) / 10) GB"
    }
}

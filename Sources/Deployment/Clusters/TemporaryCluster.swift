public import Diagnostics
import Platform
import Synchronization
public import Translation

/// A cluster for this process alone: made when it is first needed, gone when the process is, however that ends.
public final class TemporaryCluster: Sendable {
    private let manager: ClusterManager
    private let engine: TargetEngine
    private let slots: Int?
    private let memoryInBytes: Int64?
    private let installation: @Sendable () throws(Diagnostic) -> EngineInstallation
    private let made = Mutex<ClusterRecord?>(nil)

    /// - Parameters:
    ///   - slots: tasks that run at once; as many as the machine has cores, if `nil`.
    ///   - installation: gives the engine to use.
    public init(
        _ engine: TargetEngine, slots: Int? = nil, memoryInBytes: Int64? = nil, manager: ClusterManager,
        installation: @escaping @Sendable () throws(Diagnostic) -> EngineInstallation
    ) {
        self.engine = engine
        self.slots = slots
        self.memoryInBytes = memoryInBytes
        self.manager = manager
        self.installation = installation
    }

    /// The cluster, which is started on the first call.
    public func record() throws(Diagnostic) -> ClusterRecord {
        if let record = made.withLock({ $0 }) { return record }
        let owner = ProcessIdentity.current
        let request = ClusterRequest(
            name: "run-\(owner.processID)", engine: engine, workers: 1, slots: slots, memoryInBytes: memoryInBytes,
            owner: owner)
        let record = try manager.create(request, installation: installation)
        made.withLock { $0 = record }
        return record
    }

    /// Ends the cluster, if there is one.
    public func remove() {
        guard
            let record = made.withLock({ record in
                defer { record = nil }
                return record
            })
        else { return }
        // Where it does not end at once, its supervisor goes on when this process is gone.
        try? manager.delete(record.name, force: true)
    }
}

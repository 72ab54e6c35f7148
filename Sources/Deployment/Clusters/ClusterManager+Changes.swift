public import Diagnostics
import Platform
import Translation

extension ClusterManager {
    /// Gives a cluster another number of workers, and waits until they have registered or left.
    public func scale(_ name: String, workers: Int) throws(Diagnostic) -> ClusterRecord {
        try ClusterSize.check(workers: workers)
        var record: ClusterRecord
        do {
            let lock = try store.lock()
            defer { withExtendedLifetime(lock) {} }
            record = try store.existing(name)
            guard ClusterSupervisor.identity(in: record.folder) != nil else { throw Self.down(record) }
            record.size.workers = workers
            try record.size.check(for: record.engine)
            try write(record, isNew: false)
        }
        try waitUntilReady(record)
        return record
    }

    /// Ends a cluster with all of its processes and removes its files.
    ///
    /// - Parameter force: also where it runs jobs.
    public func delete(_ name: String, force: Bool) throws(Diagnostic) {
        let record = try store.existing(name)
        let jobs = ClusterStatus(of: record).runningJobs ?? 0
        if jobs > 0, !force {
            throw Diagnostic(
                .clusterBusy, "the cluster '\(name)' runs \(jobs) job\(jobs == 1 ? "" : "s")", at: nil,
                hint: "add --force to end \(jobs == 1 ? "it" : "them") with the cluster")
        }
        try remove(record)
    }

    /// Ends the supervisor, which ends the processes; does so itself where the supervisor is gone or hangs.
    func remove(_ record: ClusterRecord) throws(Diagnostic) {
        let lock = try store.lock()
        defer { withExtendedLifetime(lock) {} }
        if let supervisor = ClusterSupervisor.identity(in: record.folder) {
            supervisor.terminate()
            let deadline = MonotonicClock.seconds + 12
            while supervisor.isAlive, MonotonicClock.seconds < deadline { Threads.sleep(milliseconds: 20) }
            supervisor.killSession()
        }
        let left = record.processes
        for process in left { process.identity.killSession() }
        let deadline = MonotonicClock.seconds + 5
        while MonotonicClock.seconds < deadline, left.contains(where: \.identity.hasSession) {
            Threads.sleep(milliseconds: 20)
        }
        do throws(SystemError) {
            try FileSystem.removeTree(record.folder)
        } catch {
            throw Diagnostic(
                .clusterFailed, "the files of the cluster '\(record.name)' cannot be removed: \(error)", at: nil)
        }
        // A process that is still alive is one that the system does not let go, or that is not ours to end.
        if let process = left.first(where: \.isAlive) {
            throw Diagnostic(
                .clusterFailed,
                "the \(process.role) of '\(record.name)' (process \(process.identity.processID)) does not end",
                at: nil)
        }
    }

    /// What to say where a command needs a cluster that runs.
    public static func down(_ record: ClusterRecord) -> Diagnostic {
        Diagnostic(
            .clusterDown, "the cluster '\(record.name)' is down or has nobody who looks after it", at: nil,
            hint: "'beamstack create \(record.engine.rawValue) \(record.name)' starts it again")
    }
}

import Deployment
import Diagnostics
import Platform
import Projects

/// What the commands about jobs share.
enum JobSupport {
    static func store() throws -> JobStore { try JobStore() }

    /// The store, where there is one: looking for jobs makes none.
    static func existing() throws -> JobStore? {
        guard let found = try? FileSystem.status(of: JobStore.path()), found.kind == .file else { return nil }
        return try JobStore()
    }

    static func keeper(_ store: JobStore) -> JobKeeper {
        JobKeeper(store: store, aftermath: LocalAftermath()) { record in try engine(of: record) }
    }

    /// Records as they are now; what cannot be asked is told.
    static func refreshed(_ records: [JobRecord], in store: JobStore) throws -> [JobRecord] {
        let keeper = keeper(store)
        return try records.map { record in
            let account = try keeper.refreshed(record)
            if let warning = account.warning { Output.report([warning]) }
            return account.record
        }
    }

    /// The engine that knows a job.
    private static func engine(of record: JobRecord) throws -> any EngineJobs {
        if let cluster = record.cluster {
            do {
                _ = try ClusterStore().existing(cluster)
            } catch {
                throw EngineUnavailable.gone(error)
            }
        }
        if record.engine == .flink, let written = record.address {
            let address = try SecretText(written: written).resolved()
            let jobs = FlinkJobs(address: address)
            // On this machine nobody comes back to an address that is no cluster's any more.
            let isKnown = ClusterStore().all.contains { $0.address == address }
            if address.hasPrefix("http://127.0.0.1:"), !isKnown, !jobs.isReachable {
                throw EngineUnavailable.gone(
                    Diagnostic(.jobLost, "its cluster, Flink at \(written), is gone", at: nil))
            }
            return jobs
        }
        throw EngineUnavailable.unreachable(
            Diagnostic(.jobLost, "jobs on \(record.engine.title) cannot be asked for", at: nil))
    }

    /// Removes what was made for a job and nobody needs without it.
    static func removeFolders(of record: JobRecord) {
        JobFolder(of: record.id).remove()
        LocalAftermath.removeStaging(record)
    }
}

public import Diagnostics
public import Platform
import Translation

/// How a cluster is at this moment: what the system says of its processes, and what it says of itself.
public struct ClusterStatus: Sendable {
    public enum State: String, Sendable {
        /// Its processes do not know each other yet.
        case starting
        /// Takes jobs, on all of its workers.
        case ready
        /// Something of it is missing.
        case degraded
        /// None of its processes runs.
        case down
    }

    public let record: ClusterRecord
    public let state: State
    /// What brings lost processes back; `nil` where nobody does.
    public let supervisor: ProcessIdentity?
    public let processes: [ClusterProcess]
    /// Workers that the cluster itself counts; `nil` where it does not answer.
    public let workers: Int?
    public let freeSlots: Int?
    public let runningJobs: Int?

    /// Looks at a cluster.
    public init(of record: ClusterRecord) {
        self.record = record
        supervisor = ClusterSupervisor.identity(in: record.folder)
        processes = record.processes
        let hasProcesses = processes.contains(where: \.isAlive)
        let answer = hasProcesses ? record.clusterEngine.ask() : nil
        workers = answer?.workers
        freeSlots = answer?.freeSlots
        runningJobs = answer?.runningJobs
        let isComplete =
            answer?.workers == record.size.workers && answer?.slots == record.totalSlots
            && processes.allSatisfy(\.isAlive)
        let now = WallClock.microseconds
        let isYoung = processes.contains { $0.isAlive && now - $0.startedAt < 30_000_000 } || processes.isEmpty
        if isComplete {
            state = .ready
        } else if !hasProcesses, supervisor == nil {
            state = .down
        } else {
            state = supervisor != nil && isYoung ? .starting : .degraded
        }
    }

    public var json: JSONText {
        .object([
            "name": .string(record.name), "engine": .string(record.engine.rawValue),
            "version": .string(record.version), "state": .string(state.rawValue),
            "isSupervised": .boolean(supervisor != nil), "address": .string(record.address),
            "web": .string(record.webAddress), "submission": .string(record.submissionAddress),
            "workers": .integer(record.size.workers), "slots": .integer(record.size.slots),
            "memory": .integer(record.size.memoryInBytes), "registeredWorkers": workers.map(JSONText.integer) ?? .null,
            "freeSlots": freeSlots.map(JSONText.integer) ?? .null,
            "runningJobs": runningJobs.map(JSONText.integer) ?? .null, "home": .string(record.home),
            "folder": .string(record.folder), "createdAt": .integer(record.createdAt),
            "processes": .array(processes.map(\.json)), "logs": .array(record.logFiles.map(JSONText.string)),
        ])
    }
}

extension ClusterProcess {
    fileprivate var json: JSONText {
        .object([
            "role": .string(role), "pid": .integer(Int(identity.processID)), "isAlive": .boolean(isAlive),
            "startedAt": .integer(startedAt), "restarts": .integer(restarts), "lastEnding": .optional(lastEnding),
            "memory": .integer(identity.residentMemoryInBytes), "metrics": .optional(metricsAddress),
        ])
    }
}

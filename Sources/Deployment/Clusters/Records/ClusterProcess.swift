import Diagnostics
public import Platform

/// One process of a cluster, as its supervisor sees it.
public struct ClusterProcess: Sendable {
    /// What it is there for, with a number where there are several: `jobmanager`, `taskmanager-2`, `worker-1`.
    public let role: String
    public internal(set) var identity: ProcessIdentity
    /// Microseconds since 1970-01-01T00:00:00Z.
    public internal(set) var startedAt: Int64
    /// How often it had to be started again.
    public internal(set) var restarts: Int
    /// How it ended the last time, such as `signal 9 (SIGKILL)`.
    public internal(set) var lastEnding: String?
    /// Where Prometheus may ask for its metrics, if it may.
    public internal(set) var metricsAddress: String?

    public var isAlive: Bool { identity.isAlive }
}

extension ClusterProcess {
    static let fileName = "processes.json"

    static func list(in folder: String) -> [ClusterProcess] {
        guard let bytes = try? OpenFile.contents(of: Path.join(folder, fileName), limit: 1 << 22),
            case .array(let entries)? = bytes.withUnsafeBytes({ JSONText.parse($0) })
        else { return [] }
        return entries.compactMap { entry in
            guard let role = entry["role"]?.string, let number = entry["pid"]?.int, let start = entry["start"]?.string
            else { return nil }
            return ClusterProcess(
                role: role, identity: ProcessIdentity(processID: Int32(truncatingIfNeeded: number), start: start),
                startedAt: Int64(entry["startedAt"]?.int ?? 0), restarts: entry["restarts"]?.int ?? 0,
                lastEnding: entry["lastEnding"]?.string, metricsAddress: entry["metrics"]?.string)
        }
    }

    static func save(_ list: [ClusterProcess], in folder: String) throws(SystemError) {
        let entries = list.map { process in
            JSONText.object([
                "role": .string(process.role), "pid": .integer(Int(process.identity.processID)),
                "start": .string(process.identity.start), "startedAt": .integer(process.startedAt),
                "restarts": .integer(process.restarts), "lastEnding": .optional(process.lastEnding),
                "metrics": .optional(process.metricsAddress),
            ])
        }
        try OpenFile.write(Array((JSONText.array(entries).pretty + "\n").utf8), to: Path.join(folder, fileName))
    }
}

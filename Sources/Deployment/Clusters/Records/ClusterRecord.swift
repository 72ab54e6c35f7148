import Diagnostics
public import Platform
public import Translation

/// A cluster that `create` has made on this machine: what it was asked to be, and where it is reached.
public struct ClusterRecord: Sendable {
    public let name: String
    public let engine: TargetEngine
    /// The engine's, such as `2.3.0`.
    public let version: String
    /// The folder of the installation: `FLINK_HOME` or `SPARK_HOME`.
    public let home: String
    /// The program that runs the engine.
    public let java: String
    /// Holds all that belongs to the cluster.
    public let folder: String
    public internal(set) var size: ClusterSize
    public internal(set) var ports: ClusterPorts
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let createdAt: Int64
    /// Folders for the class path of all processes, before the engine's own.
    public internal(set) var extensions: [String]
    /// The process with whose end the cluster ends, as one that was made for a single run does.
    public var owner: ProcessIdentity?

    /// Where jobs are handed in and asked for: Flink's REST API, `http://127.0.0.1:8081`, or Spark's master,
    /// `spark://127.0.0.1:7077`.
    public var address: String {
        switch engine {
        case .flink: "http://127.0.0.1:\(ports.web)"
        case .spark: "spark://127.0.0.1:\(ports.rpc)"
        }
    }

    /// The engine's pages for people.
    public var webAddress: String { "http://127.0.0.1:\(ports.web)" }

    /// The REST API that takes jobs: Flink's only one, or that of Spark's master.
    public var submissionAddress: String {
        switch engine {
        case .flink: address
        case .spark: "http://127.0.0.1:\(ports.submission)"
        }
    }

    /// Where the engine's own settings lie: `FLINK_CONF_DIR` or `SPARK_CONF_DIR`.
    public var configurationFolder: String { Path.join(folder, "conf") }
    public var logFolder: String { Path.join(folder, "logs") }
    /// Flink's checkpoints; jobs may name another one.
    public var checkpointFolder: String { Path.join(folder, "checkpoints") }
    /// Where savepoints go that are told no other place.
    public var savepointFolder: String { Path.join(folder, "savepoints") }
    /// Spark's account of each application, which outlives it.
    public var eventLogFolder: String { Path.join(folder, "events") }

    /// The logs of all processes that there are or were, sorted by name.
    public var logFiles: [String] {
        ((try? FileSystem.names(in: logFolder)) ?? []).map { Path.join(logFolder, $0) }
    }

    /// The processes that the supervisor keeps running, as it last wrote them down.
    public var processes: [ClusterProcess] { ClusterProcess.list(in: folder) }

    /// What all workers can do at once.
    public var totalSlots: Int { size.workers * size.slots }
}

/// How much of the machine a cluster may take.
public struct ClusterSize: Sendable, Hashable {
    /// TaskManagers, or Spark's workers.
    public var workers: Int
    /// Tasks that one worker runs at once.
    public var slots: Int
    /// Of one worker: a whole TaskManager, or what Spark's executors get on one.
    public var memoryInBytes: Int64

    public init(workers: Int, slots: Int, memoryInBytes: Int64) {
        self.workers = workers
        self.slots = slots
        self.memoryInBytes = memoryInBytes
    }
}

/// The ports that stay a cluster's own for its life.
public struct ClusterPorts: Sendable, Hashable {
    /// The pages for people, and Flink's REST API.
    public var web: Int
    /// What workers connect to.
    public var rpc: Int
    /// The master's REST API for submissions; Flink has none of its own.
    public var submission: Int
    /// ZooKeeper's, which remembers Flink's jobs when the JobManager is lost.
    public var coordination: Int

    var all: Set<Int> { [web, rpc, submission, coordination].filter { $0 > 0 }.reduce(into: []) { $0.insert($1) } }
}

extension ClusterRecord {
    static let fileName = "cluster.json"

    var json: JSONText {
        let owner = owner.map { JSONText.object(["pid": .integer(Int($0.processID)), "start": .string($0.start)]) }
        return .object([
            "format": 1, "name": .string(name), "engine": .string(engine.rawValue), "version": .string(version),
            "home": .string(home), "java": .string(java), "createdAt": .integer(createdAt),
            "workers": .integer(size.workers), "slots": .integer(size.slots), "memory": .integer(size.memoryInBytes),
            "webPort": .integer(ports.web), "rpcPort": .integer(ports.rpc),
            "submissionPort": .integer(ports.submission), "coordinationPort": .integer(ports.coordination),
            "extensions": .array(extensions.map(JSONText.string)), "owner": owner ?? .null,
        ])
    }

    /// Reads the record of a cluster's folder; `nil` where there is none that can be read.
    init?(folder: String) {
        guard let bytes = try? OpenFile.contents(of: Path.join(folder, Self.fileName), limit: 1 << 20),
            let json = bytes.withUnsafeBytes({ JSONText.parse($0) }),
            let name = json["name"]?.string, let engine = json["engine"]?.string.flatMap(TargetEngine.init),
            let version = json["version"]?.string, let home = json["home"]?.string, let java = json["java"]?.string,
            let workers = json["workers"]?.int, let slots = json["slots"]?.int, let memory = json["memory"]?.int,
            let web = json["webPort"]?.int, let rpc = json["rpcPort"]?.int,
            let submission = json["submissionPort"]?.int, let coordination = json["coordinationPort"]?.int
        else { return nil }
        self.init(
            name: name, engine: engine, version: version, home: home, java: java, folder: folder,
            size: ClusterSize(workers: workers, slots: slots, memoryInBytes: Int64(memory)),
            ports: ClusterPorts(web: web, rpc: rpc, submission: submission, coordination: coordination),
            createdAt: Int64(json["createdAt"]?.int ?? 0), extensions: json["extensions"]?.strings ?? [])
        if let pid = json["owner"]?["pid"]?.int, let start = json["owner"]?["start"]?.string {
            owner = ProcessIdentity(processID: Int32(truncatingIfNeeded: pid), start: start)
        }
    }

    func save() throws(SystemError) {
        try OpenFile.write(Array((json.pretty + "\n").utf8), to: Path.join(folder, Self.fileName))
    }
}

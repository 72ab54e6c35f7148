import Diagnostics
public import Platform
import Synchronization

/// Keeps the processes of one cluster running: a process of its own, which no command has to wait for.
///
/// It is told what to do by files: the record says how many workers there should be. It tells by files: which processes
/// there are, and the log. One that was killed leaves the cluster running, and the next one takes its processes over.
public final class ClusterSupervisor: Sendable {
    static let lockName = "supervisor.lock"
    static let logName = "supervisor.log"
    private static let identityName = "supervisor.json"

    private let folder: String
    private let isStopping = Mutex(false)

    /// - Parameter folder: the cluster's.
    public init(folder: String) {
        self.folder = folder
    }

    /// Ends all processes, then `run` returns.
    public func stop() { isStopping.withLock { $0 = true } }

    /// Works until `stop` is called or the cluster's folder is gone.
    ///
    /// - Returns: `false` where the cluster has a supervisor already.
    public func run() throws(SystemError) -> Bool {
        guard let lock = try FileLock(Path.join(folder, Self.lockName)) else { return false }
        defer { withExtendedLifetime(lock) {} }
        // What the cluster's processes write without being told where goes there, too.
        try FileSystem.changeDirectory(to: folder)
        let own = ProcessIdentity.current
        let identity = JSONText.object(["pid": .integer(Int(own.processID)), "start": .string(own.start)])
        try OpenFile.write(Array(identity.compact.utf8), to: Path.join(folder, Self.identityName))
        var crew = ClusterCrew(folder: folder)
        while !isStopping.withLock({ $0 }), FileSystem.isDirectory(folder) {
            if let record = ClusterRecord(folder: folder) {
                if let owner = record.owner, !owner.isAlive { return try abandon(crew) }
                crew.reconcile(with: record)
            }
            Threads.sleep(milliseconds: 100)
        }
        crew.dismissAll()
        return true
    }

    /// Ends a cluster whose owner is gone, and removes all of it.
    private func abandon(_ crew: ClusterCrew) throws(SystemError) -> Bool {
        var crew = crew
        crew.dismissAll()
        try FileSystem.removeTree(folder)
        return true
    }

    /// The supervisor of a cluster; `nil` where none runs.
    static func identity(in folder: String) -> ProcessIdentity? {
        guard let bytes = try? OpenFile.contents(of: Path.join(folder, identityName), limit: 4096),
            let json = bytes.withUnsafeBytes({ JSONText.parse($0) }),
            let number = json["pid"]?.int, let start = json["start"]?.string
        else { return nil }
        let identity = ProcessIdentity(processID: Int32(truncatingIfNeeded: number), start: start)
        return identity.isAlive ? identity : nil
    }

    /// Starts the supervisor of a cluster, which starts the cluster.
    ///
    /// - Parameter command: the program and the first arguments that lead to `run` with the folder as the last one.
    static func start(_ command: [String], folder: String) throws(SystemError) {
        guard let program = command.first else { return }
        _ = try DetachedProcess.start(
            program, arguments: command.dropFirst() + [folder], output: Path.join(folder, logName))
    }
}

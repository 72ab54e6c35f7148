public import Diagnostics
public import Platform

/// The clusters of this machine: a folder for each, in the state folder.
public struct ClusterStore: Sendable {
    /// The folder of all clusters.
    public let root: String

    public init(state: String = StateFolder.standard) {
        self.init(root: Path.join(state, "clusters"))
    }

    init(root: String) { self.root = root }

    /// All clusters, sorted by name.
    public var all: [ClusterRecord] {
        ((try? FileSystem.names(in: root)) ?? []).compactMap { ClusterRecord(folder: folder($0)) }
    }

    /// The cluster of a name; `nil` where there is none.
    public func find(_ name: String) -> ClusterRecord? {
        Self.problem(withName: name) == nil ? ClusterRecord(folder: folder(name)) : nil
    }

    /// The cluster of a name.
    ///
    /// - Throws: what there is instead.
    public func existing(_ name: String) throws(Diagnostic) -> ClusterRecord {
        if let record = find(name) { return record }
        let names = all.map(\.name)
        throw Diagnostic(
            .unknownCluster, "there is no cluster '\(name)' on this machine", at: nil,
            hint: Suggestion.hint(for: name, among: names, listing: "clusters")
                ?? "'beamstack create flink \(name)' makes one")
    }

    func folder(_ name: String) -> String { Path.join(root, name) }

    /// Why a text cannot name a cluster. Names are also those of folders and of targets.
    static func problem(withName name: String) -> String? {
        if ["local", "embedded"].contains(name) { return "means the engine of Beamstack itself" }
        let letters = name.utf8
        guard let first = letters.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), letters.count <= 40,
            letters.last != UInt8(ascii: "-"),
            letters.allSatisfy({
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (48...57).contains($0) || $0 == 45
            })
        else { return "is no name for a cluster: up to 40 lower-case letters, digits and '-', a letter first" }
        return nil
    }

    /// Keeps other commands from changing clusters for as long as it is held.
    func lock() throws(Diagnostic) -> FileLock {
        do throws(SystemError) {
            try FileSystem.createDirectories(root)
            let path = Path.join(root, ".lock")
            let deadline = MonotonicClock.seconds + 30
            while true {
                if let lock = try FileLock(path) { return lock }
                if MonotonicClock.seconds > deadline { throw SystemError(code: 11, operation: "lock", path: path) }
                Threads.sleep(milliseconds: 20)
            }
        } catch {
            throw Diagnostic(
                .clusterFailed, "the records of clusters cannot be written: \(error)", at: nil,
                hint: "the variable BEAMSTACK_STATE names another folder for them")
        }
    }
}

import Diagnostics
import Platform

/// The folders that a person keeps clusters in, one for each state folder that was ever used.
///
/// A cluster listens at its ports only seconds after they were chosen. Within a folder its record keeps others off them;
/// commands with another state folder learn here where to look for records.
struct ClusterFolders {
    private let list: String
    private let lock: String

    /// - Parameter cache: the same for all of a person's commands.
    init(cache: String) {
        list = Path.join(cache, "cluster-folders")
        lock = list + ".lock"
    }

    /// Chooses ports and writes them down while nobody else does.
    ///
    /// - Parameters:
    ///   - root: the folder of the clusters at hand.
    ///   - body: takes the ports that clusters of other folders have.
    func exclusively<Result>(
        _ root: String, _ body: (_ taken: Set<Int>) throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        let held = hold()
        defer { withExtendedLifetime(held) {} }
        let others = folders.filter { $0 != root && FileSystem.isDirectory($0) }
        let text = (others + [root]).map { $0 + "\n" }.joined()
        // Where nothing can be written, two at once stay as rare as they are.
        if !folders.contains(root) { try? OpenFile.write(Array(text.utf8), to: list) }
        return try body(
            others.reduce(into: Set<Int>()) { taken, folder in
                for record in ClusterStore(root: folder).all { taken.formUnion(record.ports.all) }
            })
    }

    private var folders: [String] {
        guard let bytes = try? OpenFile.contents(of: list, limit: 1 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func hold() -> FileLock? {
        try? FileSystem.createDirectories(Path.directory(of: list))
        let deadline = MonotonicClock.seconds + 10
        while MonotonicClock.seconds < deadline {
            do throws(SystemError) {
                if let held = try FileLock(lock) { return held }
            } catch {
                return nil
            }
            Threads.sleep(milliseconds: 10)
        }
        return nil
    }
}

public import Diagnostics
import Platform

/// The environments that there are, for the person who looks after the disk.
public struct EnvironmentList: Sendable {
    /// One of them.
    public struct Entry: Sendable {
        public let id: String
        public let requirements: [String]
        /// The Python's version; `nil` for one that was never completed.
        public let python: String?
        public let sizeInBytes: Int64
        /// Seconds since the epoch.
        public let lastUsed: Double

        public var json: JSONText {
            .object([
                "id": .string(id), "requirements": .array(requirements.map(JSONText.string)),
                "python": .optional(python), "sizeInBytes": .integer(sizeInBytes), "lastUsed": .number(lastUsed),
                "isComplete": .boolean(python != nil),
            ])
        }
    }

    private let environments: Environments

    public init(cache: String = CacheFolder.standard) {
        environments = Environments(cache: cache)
    }

    /// All environments, those used last first.
    public var entries: [Entry] {
        let names = (try? FileSystem.names(in: environments.root)) ?? []
        return names.filter { FileSystem.isDirectory(environments.folder($0)) }.map(entry)
            .sorted { ($1.lastUsed, $0.id) < ($0.lastUsed, $1.id) }
    }

    private func entry(_ id: String) -> Entry {
        let folder = environments.folder(id)
        let marker = Path.join(folder, Environments.marker)
        let record = (try? OpenFile.contents(of: marker, limit: 1 << 20)).flatMap { bytes in
            bytes.withUnsafeBytes { JSONText.parse($0) }
        }
        let place = record == nil ? folder : marker
        return Entry(
            id: id, requirements: record?["requirements"]?.strings ?? [], python: record?["python"]?.string,
            sizeInBytes: record?["sizeInBytes"]?.int.map(Int64.init) ?? FileSystem.treeSize(folder),
            lastUsed: (try? FileSystem.status(of: place)).flatMap { $0?.lastUpdated } ?? 0)
    }

    /// Removes an environment. Gives `false` if somebody makes or uses it just now.
    ///
    /// - Throws: a note of what could not be removed.
    public func remove(_ id: String) throws(Diagnostic) -> Bool {
        let folder = environments.folder(id)
        do throws(SystemError) {
            guard let lock = try FileLock(folder + ".lock"), let use = try FileLock(folder + ".use") else {
                return false
            }
            defer { withExtendedLifetime((lock, use)) {} }
            // Without the marker it does not count any more, wherever the removal ends.
            try FileSystem.removeTree(Path.join(folder, Environments.marker))
            try FileSystem.removeTree(folder)
            try FileSystem.removeTree(folder + ".log")
            // The locks' files stay: removing one would let two others lock two files of the same name.
            return true
        } catch {
            throw Diagnostic(.environmentFailed, "the environment '\(id)' cannot be removed: \(error)", at: nil)
        }
    }
}

import DataModel
import Diagnostics
import Engine
import Planning
import Workers

/// The objects of a store that one path or pattern stands for, read by ranges through a worker.
final class RemoteObjects: Sendable {
    /// URLs of the objects, sorted.
    let paths: [String]
    let entries: [FileEntry]
    private let sizes: [String: Int64]
    private let task: any OpenTask
    private let range: SourceRange?

    /// Throws a diagnostic where nothing matches or the store does not answer.
    init(_ pattern: String, at range: SourceRange?, workers: any WorkerHost) throws(Diagnostic) {
        self.range = range
        task = try workers.open(
            .objectStore("object_store.read", kind: .source, path: pattern, at: range), inputs: [],
            step: WorkerStep(name: pattern, range: range))
        do {
            entries = try task.partitions().compactMap { partition -> FileEntry? in
                guard let path = partition.content["path"]?.string else { return nil }
                return FileEntry(
                    path: path, sizeInBytes: Int64(partition.byteCount ?? 0),
                    lastUpdated: Double(partition.content["modified"]?.int ?? 0))
            }
        } catch {
            task.close()
            throw Self.diagnostic(error, pattern, range)
        }
        paths = entries.map(\.path)
        sizes = Dictionary(entries.map { ($0.path, $0.sizeInBytes) }, uniquingKeysWith: { first, _ in first })
    }

    deinit { task.close() }

    func file(_ path: String) throws(Diagnostic) -> RemoteFile {
        RemoteFile(path, size: sizes[path] ?? 0, in: self)
    }

    /// Appends a range of an object.
    func fetch(_ path: String, size: Int64, offset: Int64, count: Int, to bytes: Buffer<UInt8>) throws(Diagnostic) {
        let content = JSONText.object([
            "path": .string(path), "size": .integer(size), "offset": .integer(offset), "length": .integer(Int64(count)),
        ])
        do {
            try task.read(TaskPartition(content: content, byteCount: count)) { batch in
                guard case .string(let pieces)? = batch.columns.first?.data else { return }
                for row in 0..<batch.count { bytes.append(bytes: pieces[row]) }
            }
        } catch {
            throw Self.diagnostic(error, path, range)
        }
    }

    private static func diagnostic(_ error: any Error, _ path: String, _ range: SourceRange?) -> Diagnostic {
        error as? Diagnostic ?? Diagnostic(.unreadableData, "cannot read '\(path)': \(error)", at: range)
    }
}

extension WorkerTask {
    /// A task that talks to an object store about a path of the pipeline.
    static func objectStore(_ name: String, kind: Kind, path: String, at range: SourceRange?) -> WorkerTask {
        WorkerTask(
            name, kind: kind, configuration: .object(["path": .string(path)]), requirements: RemotePath.requirements,
            connects: true, places: range.map { [Place(path: [], range: $0), Place(path: ["path"], range: $0)] } ?? [])
    }
}

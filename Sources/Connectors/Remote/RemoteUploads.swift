import DataModel
import Diagnostics
import Planning
import Platform
import Synchronization
import Workers

/// The objects that one step writes, uploaded by a worker and visible all together.
///
/// Files are made on this machine first: a windowed write has many at once, and what a store wants for each is a part of
/// several megabytes.
final class RemoteUploads: Sendable {
    /// Takes the files in the making.
    let folder = Environment["TMPDIR"] ?? "/tmp"
    private static let pieceSize = 1 << 20
    private static let schema = Schema([
        Field("path", FieldType(.string, isNullable: false)), Field("bytes", FieldType(.bytes, isNullable: false)),
    ])
    private let task: any OpenTask
    private let sink: any TaskSink
    private let range: SourceRange?
    private let path: String
    private let isDone = Mutex(false)

    init(_ path: String, at range: SourceRange?, workers: any WorkerHost) throws(Diagnostic) {
        self.path = path
        self.range = range
        task = try workers.open(
            .objectStore("object_store.write", kind: .sink, path: path, at: range), inputs: [Self.schema],
            step: WorkerStep(name: path, range: range))
        do {
            sink = try task.openSink()
        } catch {
            task.close()
            throw error as? Diagnostic ?? Diagnostic(.unwritableFile, "cannot write '\(path)': \(error)", at: range)
        }
    }

    deinit { task.close() }

    /// Uploads a file of this machine.
    func send(_ file: String, as url: String) throws(Diagnostic) {
        do {
            let input = try OpenFile(file)
            var isFirst = true
            while true {
                let bytes = Buffer<UInt8>(capacity: Self.pieceSize)
                bytes.count = try input.read(into: bytes.pointer, count: Self.pieceSize)
                // An empty file is an object, too.
                if bytes.count == 0, !isFirst { return }
                isFirst = false
                try sink.write(try sink.encode(Self.batch(url, bytes)))
            }
        } catch {
            throw diagnostic(error)
        }
    }

    private static func batch(_ url: String, _ bytes: Buffer<UInt8>) -> Batch {
        let name = Buffer<UInt8>(Array(url.utf8))
        func column(_ field: Int, _ content: Buffer<UInt8>) -> Column {
            Column(
                type: schema.fields[field].type, count: 1,
                data: .string(
                    StringBuffer(offsets: Buffer<Int32>([0, Int32(truncatingIfNeeded: content.count)]), bytes: content))
            )
        }
        return Batch(schema: schema, columns: [column(0, name), column(1, bytes)], count: 1)
    }

    func prepare() throws(Diagnostic) {
        do { _ = try sink.prepare() } catch { throw diagnostic(error) }
    }

    /// Makes the objects visible; returns their URLs.
    func commit() throws(Diagnostic) -> [String] {
        isDone.withLock { $0 = true }
        do { return try sink.commit() } catch { throw diagnostic(error) }
    }

    func abort() {
        let wasDone = isDone.withLock { isDone in
            defer { isDone = true }
            return isDone
        }
        if !wasDone { sink.abort() }
    }

    private func diagnostic(_ error: any Error) -> Diagnostic {
        error as? Diagnostic ?? Diagnostic(.unwritableFile, "cannot write '\(path)': \(error)", at: range)
    }
}

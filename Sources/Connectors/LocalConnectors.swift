public import DataModel
public import Diagnostics
public import Engine
public import Planning
import Platform
public import Workers

/// Reads and writes local files, and objects of stores that workers reach.
public struct LocalConnectors: Connectors {
    /// Bytes that one morsel stands for, the same on every machine: how rows are cut into batches follows from it.
    let blockSize: Int
    private let workers: (any WorkerHost)?

    /// - Parameter workers: reach object stores; without them only local files are there.
    public init(workers: (any WorkerHost)? = nil) {
        self.init(blockSize: 1 << 20, workers: workers)
    }

    /// Tests use tiny blocks, so that every record meets a boundary.
    init(blockSize: Int, workers: (any WorkerHost)? = nil) {
        self.blockSize = blockSize
        self.workers = workers
    }

    public func reader(
        for read: ReadOperation, schema: Schema, neededFields: Set<Int>
    ) throws(Diagnostic) -> any RecordReader {
        let (files, context) = try FilePattern.files(of: read, workers: workers)
        switch read.format {
        case .csv(let options):
            return CSVReader(
                context, options: options, files: files, schema: schema, neededFields: neededFields,
                blockSize: blockSize)
        case .text: return TextReader(context, files: files, schema: schema, blockSize: blockSize)
        case .json(let options):
            return JSONReader(
                context, isLines: options.isLines, files: files, schema: schema, neededFields: neededFields,
                blockSize: blockSize)
        case .tfrecord(let validates):
            return TFRecordReader(context, validates: validates, files: files, schema: schema, blockSize: blockSize)
        }
    }

    public func writer(
        for write: WriteOperation, schema: Schema, windowing: Windowing
    ) throws(Diagnostic) -> any RecordWriter {
        var uploads: RemoteUploads?
        let path: String
        if RemotePath.isRemote(write.path), let workers {
            uploads = try RemoteUploads(write.path, at: write.range, workers: workers)
            path = write.path
        } else {
            path = try FilePattern.localPath(write.path, at: write.range, doing: "write")
        }
        let encoder: any RowEncoder =
            switch write.format {
            case .csv(let options):
                CSVEncoder(schema: schema, delimiter: options.delimiter, hasHeader: options.hasHeader)
            case .json: JSONEncoder(schema: schema)
            case .text: TextEncoder()
            case .tfrecord: TFRecordEncoder()
            }
        // Beam's text and TFRecord sinks write one set of files whatever the windows are.
        let isWindowed =
            switch write.format {
            case .csv, .json: true
            case .text, .tfrecord: false
            }
        return FileWriter(
            write, path: path, encoder: encoder, windowing: isWindowed ? windowing : .global, uploads: uploads)
    }

    public func files(matching pattern: String) throws(Diagnostic) -> [FileEntry] {
        if RemotePath.isRemote(pattern), let workers {
            return try RemoteObjects(pattern, at: nil, workers: workers).entries
        }
        let path = try FilePattern.localPath(pattern, at: nil, doing: "list")
        do throws(SystemError) {
            var entries: [FileEntry] = []
            for file in try Glob.files(matching: path) {
                guard let status = try FileSystem.status(of: file) else { continue }
                entries.append(
                    FileEntry(path: file, sizeInBytes: status.sizeInBytes, lastUpdated: status.lastUpdated))
            }
            return entries
        } catch {
            throw Diagnostic(.unreadableData, "\(error)", at: nil)
        }
    }
}

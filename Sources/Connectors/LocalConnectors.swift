public import DataModel
public import Diagnostics
public import Engine
public import Planning
import Platform

/// Reads and writes local files.
public struct LocalConnectors: Connectors {
    /// Bytes that one morsel stands for, the same on every machine: how rows are cut into batches follows from it.
    let blockSize: Int

    public init() {
        self.init(blockSize: 1 << 20)
    }

    /// Tests use tiny blocks, so that every record meets a boundary.
    init(blockSize: Int) {
        self.blockSize = blockSize
    }

    public func reader(
        for read: ReadOperation, schema: Schema, neededFields: Set<Int>
    ) throws(Diagnostic) -> any RecordReader {
        let files = try FilePattern.files(of: read)
        let context = ReadContext(read: read)
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
        let path = try FilePattern.localPath(write.path, at: write.range, doing: "write")
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
        return FileWriter(write, path: path, encoder: encoder, windowing: isWindowed ? windowing : .global)
    }

    public func files(matching pattern: String) throws(Diagnostic) -> [FileEntry] {
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

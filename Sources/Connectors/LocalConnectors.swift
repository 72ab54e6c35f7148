public import DataModel
public import Diagnostics
public import Engine
public import Planning
import Platform

/// Reads and writes local files.
public struct LocalConnectors: Connectors {
    /// Bytes that one morsel stands for. Results do not depend on it, but how rows are cut into batches does.
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
        case .json, .text, .tfrecord:
            throw context.problem(.unreadableFile, "not yet")
        }
    }

    public func writer(
        for write: WriteOperation, schema: Schema, windowing: Windowing
    ) throws(Diagnostic) -> any RecordWriter {
        throw Diagnostic(.unwritableFile, "not yet", at: write.range)
    }

    public func files(matching pattern: String) throws(Diagnostic) -> [FileEntry] { [] }
}

import DataModel
import Diagnostics
import Engine
import Planning
import Platform

/// Gives the rows of CSV files, file by file in the order of their paths.
final class CSVReader: RecordReader, @unchecked Sendable {  // `next` is called by one thread at a time
    let totalBytes: Int64?
    private let files: [String]
    private let schema: Schema
    private let neededFields: Set<Int>
    private let options: CSVOptions
    private let dialect: CSVDialect
    private let context: ReadContext
    private let pool: BlockPool
    private var nextFile = 0
    private var current: (blocks: BlockReader<CSVDialect>, layout: CSVLayout?)?
    private var firstPath: String?

    init(
        _ context: ReadContext, options: CSVOptions, files: [String], schema: Schema, neededFields: Set<Int>,
        blockSize: Int
    ) {
        self.context = context
        self.options = options
        self.files = files
        self.schema = schema
        self.neededFields = neededFields
        dialect = CSVDialect(delimiter: options.delimiter, comment: options.comment)
        pool = BlockPool(blockSize: blockSize)
        totalBytes = InputFile.totalSize(of: files)
    }

    func next() throws(Diagnostic) -> (any Morsel)? {
        while true {
            guard var (blocks, layout) = current else {
                guard nextFile < files.count else { return nil }
                let path = files[nextFile]
                nextFile += 1
                current = (
                    try BlockReader(path: path, boundary: dialect, context: context, pool: pool), nil
                )
                continue
            }
            current = nil
            guard let block = try blocks.next() else { continue }
            if layout == nil,
                let header = try CSVHeader.read(
                    from: block, path: blocks.file.path, options: options, context: context)
            {
                layout = try header.layout(
                    path: blocks.file.path, schema: schema, neededFields: neededFields, options: options,
                    firstPath: firstPath ?? blocks.file.path, context: context)
                firstPath = firstPath ?? blocks.file.path
            }
            current = (blocks, layout)
            guard let layout, block.start < block.end else {
                pool.giveBack(block)
                continue
            }
            return CSVMorsel(
                block: block, layout: layout, schema: schema, dialect: dialect, context: context, pool: pool)
        }
    }
}

extension InputFile {
    /// The size of all files together, as progress counts it; `nil` where one is not a plain file or is compressed.
    static func totalSize(of paths: [String]) -> Int64? {
        var total: Int64 = 0
        for path in paths {
            guard let status = try? FileSystem.status(of: path), status.kind == .file, !path.hasSuffix(".gz") else {
                return nil
            }
            total += status.sizeInBytes
        }
        return total
    }
}

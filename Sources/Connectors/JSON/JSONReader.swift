import DataModel
import Diagnostics
import Engine
import Planning
import Platform

/// Gives the objects of JSON files, file by file in the order of their paths.
final class JSONReader: RecordReader, @unchecked Sendable {  // `next` is called by one thread at a time
    private enum Source {
        case lines(BlockReader<LineBoundary>)
        case array(JSONArrayReader)
    }

    let totalBytes: Int64?
    private let files: [String]
    private let isLines: Bool
    private let schema: Schema
    private let neededFields: Set<Int>
    private let keys: JSONKeys
    private let context: ReadContext
    private let pool: BlockPool
    private var nextFile = 0
    private var current: Source?

    init(
        _ context: ReadContext, isLines: Bool, files: [String], schema: Schema, neededFields: Set<Int>,
        blockSize: Int
    ) {
        self.context = context
        self.isLines = isLines
        self.files = files
        self.schema = schema
        self.neededFields = neededFields
        keys = JSONKeys(schema)
        pool = BlockPool(blockSize: blockSize)
        totalBytes = InputFile.totalSize(of: files)
    }

    func next() throws(Diagnostic) -> (any Morsel)? {
        while true {
            guard let source = current else {
                guard nextFile < files.count else { return nil }
                let path = files[nextFile]
                nextFile += 1
                current =
                    isLines
                    ? .lines(try BlockReader(path: path, boundary: LineBoundary(), context: context, pool: pool))
                    : .array(try JSONArrayReader(path: path, context: context, blockSize: pool.blockSize))
                continue
            }
            current = nil
            let block: Block?
            switch source {
            case .lines(var blocks):
                block = try blocks.next()
                block?.skipByteOrderMark()
                if block != nil { current = .lines(blocks) }
            case .array(let array):
                block = try array.next()
                if block != nil { current = source }
            }
            guard let block else { continue }
            return JSONMorsel(
                block: block, path: files[nextFile - 1], isLines: isLines, schema: schema, neededFields: neededFields,
                keys: keys, context: context, pool: pool)
        }
    }
}

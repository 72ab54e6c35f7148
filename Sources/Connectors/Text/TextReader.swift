import DataModel
import Diagnostics
import Engine
import Planning
import Platform

/// Gives the lines of text files, file by file in the order of their paths.
final class TextReader: RecordReader, @unchecked Sendable {  // `next` is called by one thread at a time
    let totalBytes: Int64?
    private let schema: Schema
    private let context: ReadContext
    private let pool: BlockPool
    private var blocks: FileBlocks<LineBoundary>

    init(_ context: ReadContext, files: [String], schema: Schema, blockSize: Int) {
        self.context = context
        self.schema = schema
        pool = BlockPool(blockSize: blockSize)
        blocks = FileBlocks(files, boundary: LineBoundary(), context: context, pool: pool)
        totalBytes = InputFile.totalSize(of: files)
    }

    func next() throws(Diagnostic) -> (any Morsel)? {
        guard let (block, path) = try blocks.next() else { return nil }
        return TextMorsel(block: block, path: path, schema: schema, context: context, pool: pool)
    }
}

/// A block of lines.
struct TextMorsel: Morsel {
    let block: Block
    let path: String
    let schema: Schema
    let context: ReadContext
    let pool: BlockPool

    var byteCount: Int { block.end }

    func parse() throws -> Batch {
        defer { pool.giveBack(block) }
        let base = UnsafePointer(block.memory)
        if let place = block.firstInvalidUTF8() {
            throw context.problem(
                .invalidUTF8, UTF8Validation.message(base[place]), file: path,
                offset: block.fileOffset + Int64(place), hint: UTF8Validation.hint())
        }
        let bytes = Buffer<UInt8>(capacity: block.end)
        let offsets = Buffer<Int32>(capacity: block.end / 32 + 16)
        offsets.append(0)
        let newline = SIMD16<UInt8>(repeating: CSVDialect.newline)
        var lineStart = 0
        var group = 0
        while group < block.end {
            var matches = Word.matches(base + group, newline, newline)
            if block.end - group < 64 { matches &= (1 &<< UInt64(truncatingIfNeeded: block.end - group)) &- 1 }
            while matches != 0 {
                let end = group &+ matches.trailingZeroBitCount
                matches &= matches &- 1
                let isWide = end > lineStart && base[end &- 1] == CSVDialect.carriageReturn
                bytes.append(base + lineStart, count: end &- lineStart &- (isWide ? 1 : 0))
                offsets.append(Int32(truncatingIfNeeded: bytes.count))
                lineStart = end &+ 1
            }
            group &+= 64
        }
        let count = offsets.count - 1
        let type = schema.fields.first?.type ?? .string
        let column = Column(type: type, count: count, data: .string(StringBuffer(offsets: offsets, bytes: bytes)))
        return Batch(schema: schema, columns: [column], count: count)
    }
}

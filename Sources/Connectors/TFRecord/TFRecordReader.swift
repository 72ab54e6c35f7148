import DataModel
import Diagnostics
import Engine
import Planning
import Platform

/// TFRecord's frames: a length of eight bytes, its checksum of four, the data, its checksum of four; little endian.
struct TFRecordBoundary: RecordBoundary {
    static let frameSize = 16

    var terminator: UInt8? { nil }

    func lastRecordEnd(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var position = 0
        while let end = Self.end(of: position, in: bytes) { position = end }
        return position
    }

    /// The end of the frame that begins at a place; `nil` where it is not all there.
    static func end(of position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let base = bytes.baseAddress, bytes.count - position >= frameSize else { return nil }
        let length = Word.load(base + position)
        guard length <= UInt64(bytes.count - position - frameSize) else { return nil }
        return position + frameSize + Int(length)
    }
}

/// Gives the records of TFRecord files, file by file in the order of their paths.
final class TFRecordReader: RecordReader, @unchecked Sendable {  // `next` is called by one thread at a time
    let totalBytes: Int64?
    private let schema: Schema
    private let validates: Bool
    private let context: ReadContext
    private let pool: BlockPool
    private var blocks: FileBlocks<TFRecordBoundary>

    init(_ context: ReadContext, validates: Bool, files: [String], schema: Schema, blockSize: Int) {
        self.context = context
        self.validates = validates
        self.schema = schema
        pool = BlockPool(blockSize: blockSize)
        blocks = FileBlocks(files, boundary: TFRecordBoundary(), context: context, pool: pool)
        totalBytes = InputFile.totalSize(of: files)
    }

    func next() throws(Diagnostic) -> (any Morsel)? {
        guard let (block, path) = try blocks.next() else { return nil }
        return TFRecordMorsel(
            block: block, path: path, validates: validates, schema: schema, context: context, pool: pool)
    }
}

/// A block of frames.
struct TFRecordMorsel: Morsel {
    let block: Block
    let path: String
    let validates: Bool
    let schema: Schema
    let context: ReadContext
    let pool: BlockPool

    var byteCount: Int { block.end }

    func parse() throws -> Batch {
        defer { pool.giveBack(block) }
        let content = UnsafeBufferPointer(start: UnsafePointer(block.memory), count: block.end)
        let bytes = Buffer<UInt8>(capacity: block.end)
        let offsets = Buffer<Int32>(capacity: 64)
        offsets.append(0)
        var position = 0
        while position < block.end {
            let end = TFRecordBoundary.end(of: position, in: content)
            if validates, block.end - position >= 12 {
                try check(content, position, 8, "length")
            }
            guard let end else { throw problem("the file ends within a record", position) }
            if validates { try check(content, position + 12, end - position - TFRecordBoundary.frameSize, "data") }
            bytes.append(block.memory + position + 12, count: end - position - TFRecordBoundary.frameSize)
            offsets.append(Int32(truncatingIfNeeded: bytes.count))
            position = end
        }
        let count = offsets.count - 1
        let type = schema.fields.first?.type ?? .bytes
        let column = Column(type: type, count: count, data: .string(StringBuffer(offsets: offsets, bytes: bytes)))
        return Batch(schema: schema, columns: [column], count: count)
    }

    private func check(
        _ content: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int, _ what: String
    ) throws(Diagnostic) {
        let computed = CRC32C.masked(UnsafeBufferPointer(rebasing: content[start..<(start + count)]))
        var stored: UInt32 = 0
        for index in 0..<4 { stored |= UInt32(content[start + count + index]) << UInt32(8 * index) }
        if computed != stored { throw problem("the checksum of a record's \(what) is wrong", start) }
    }

    private func problem(_ message: String, _ position: Int) -> Diagnostic {
        context.problem(
            .damagedTFRecord, "'\(path)' byte \(block.fileOffset + Int64(position)): \(message)",
            hint: "the file is incomplete, damaged or not TFRecord; make it anew")
    }
}

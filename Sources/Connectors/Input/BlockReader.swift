import Diagnostics
import Platform

/// Where a format's records end.
protocol RecordBoundary: Sendable {
    /// The end of the last whole record in `bytes`, which begin where a record begins; 0 where none ends.
    func lastRecordEnd(in bytes: UnsafeBufferPointer<UInt8>) -> Int

    /// What the last record must end with, and is given where the file lacks it.
    var terminator: UInt8? { get }
}

extension RecordBoundary {
    var terminator: UInt8? { UInt8(ascii: "\n") }
}

/// Cuts a file into blocks that end where records end.
///
/// Cuts depend on the block size alone, never on who reads: the same file gives the same blocks on any machine.
struct BlockReader<Boundary: RecordBoundary> {
    /// Longer records are an error, such as a file that is one line or a quote that never ends.
    static var maximumRecordSize: Int { 256 << 20 }

    let file: InputFile
    private let boundary: Boundary
    private let context: ReadContext
    private let pool: BlockPool
    /// Holds the beginning of a record whose end the last block did not have.
    private var following: Block?
    private var nextOffset: Int64 = 0
    private var isAtEnd = false
    private var isFinished = false

    init(path: String, boundary: Boundary, context: ReadContext, pool: BlockPool) throws(Diagnostic) {
        file = try InputFile(path, context)
        self.boundary = boundary
        self.context = context
        self.pool = pool
    }

    /// The next block, or `nil` at the end of the file.
    mutating func next() throws(Diagnostic) -> Block? {
        if isFinished { return nil }
        let block = following ?? pool.take()
        following = nil
        block.fileOffset = nextOffset
        while true {
            while block.end < block.capacity, !isAtEnd {
                let count = try file.read(into: block.memory + block.end, count: block.capacity - block.end)
                if count == 0 { isAtEnd = true }
                block.end += count
            }
            if isAtEnd {
                isFinished = true
                return finish(block)
            }
            let end = boundary.lastRecordEnd(in: UnsafeBufferPointer(start: block.memory, count: block.end))
            if end > 0 {
                cut(block, at: end)
                return block
            }
            guard block.capacity < Self.maximumRecordSize else {
                throw context.problem(
                    .recordTooLong, "a record is longer than \(Self.maximumRecordSize >> 20) MiB", file: file.path,
                    offset: block.fileOffset, hint: "look for a quote that is never closed, or for missing newlines")
            }
            block.grow(to: max(64, block.capacity * 2))
        }
    }

    private mutating func cut(_ block: Block, at end: Int) {
        let rest = block.end - end
        if rest > 0 {
            let tail = pool.take()
            tail.append(block.memory + end, count: rest)
            if tail.capacity <= rest { tail.grow(to: rest * 2) }
            following = tail
        }
        block.end = end
        nextOffset += Int64(end)
    }

    private func finish(_ block: Block) -> Block? {
        guard block.end > 0 else {
            pool.giveBack(block)
            return nil
        }
        if let terminator = boundary.terminator, block.memory[block.end - 1] != terminator {
            block.grow(to: block.end + 1)
            block.memory[block.end] = terminator
            block.end += 1
        }
        return block
    }
}

/// One record a line.
struct LineBoundary: RecordBoundary {
    func lastRecordEnd(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    }
}

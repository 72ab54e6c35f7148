import Synchronization

/// A piece of a file that ends where a record ends, in memory that can be read a little past its end.
///
/// One thread fills it, then one worker reads it, then it goes back to its pool.
final class Block: @unchecked Sendable {  // handed from one owner to the next, never shared
    /// Kernels load whole vectors: so many bytes after the last may be read, whatever they hold.
    static let padding = 64

    private(set) var memory: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int
    /// Where the records begin: after a byte order mark or header.
    var start = 0
    var end = 0
    /// The place of the block's first byte in the file, after decompression.
    var fileOffset: Int64 = 0

    init(capacity: Int) {
        self.capacity = capacity
        memory = .allocate(capacity: capacity + Self.padding)
        memory.initialize(repeating: 0, count: capacity + Self.padding)
    }

    deinit { memory.deallocate() }

    /// Makes room for `wanted` bytes in all and keeps those that are there.
    func grow(to wanted: Int) {
        guard wanted > capacity else { return }
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted + Self.padding)
        moved.update(from: memory, count: end)
        (moved + end).initialize(repeating: 0, count: wanted + Self.padding - end)
        memory.deallocate()
        memory = moved
        capacity = wanted
    }

    func append(_ bytes: UnsafePointer<UInt8>, count: Int) {
        grow(to: end + count)
        (memory + end).update(from: bytes, count: count)
        end += count
    }
}

/// Blocks to use again: fresh memory would cost a page fault every 4 KiB.
final class BlockPool: Sendable {
    private let free = Mutex<[Block]>([])
    let blockSize: Int

    init(blockSize: Int) {
        self.blockSize = blockSize
    }

    func take() -> Block {
        let block = free.withLock { $0.popLast() } ?? Block(capacity: blockSize)
        (block.start, block.end, block.fileOffset) = (0, 0, 0)
        return block
    }

    /// Keeps a few blocks of the usual size.
    func giveBack(_ block: Block) {
        guard block.capacity <= 2 * blockSize else { return }
        free.withLock { if $0.count < 32 { $0.append(block) } }
    }
}

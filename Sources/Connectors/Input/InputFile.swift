import Diagnostics
import Planning
import Platform
import Workers

/// A file's bytes from start to end, decompressed where it is gzip or Zstandard.
final class InputFile: @unchecked Sendable {  // used by one thread at a time: `RecordReader.next` is serialised
    private enum Bytes {
        case local(OpenFile)
        case remote(RemoteFile)
    }

    let path: String
    private let bytes: Bytes
    private let context: ReadContext
    private var decompressor: (any Decompressor)?
    /// What was read to look at the magic bytes.
    private var pending: [UInt8] = []

    init(_ path: String, _ context: ReadContext) throws(Diagnostic) {
        self.path = path
        self.context = context
        if let remote = try context.remoteFile(path) {
            bytes = .remote(remote)
        } else {
            do throws(SystemError) {
                bytes = .local(try OpenFile(path))
            } catch {
                throw context.unreadable(error)
            }
        }
        pending = try first(CompressionFormat.magicSize)
        let format: CompressionFormat? =
            switch context.read.compression {
            case .automatic: CompressionFormat(magic: pending)
            case .uncompressed: nil
            case .gzip: .gzip
            }
        if let format {
            guard let decompressor = format.decompressor(compressed: pending) else {
                throw context.problem(.unreadableData, "cannot decompress '\(path)': out of memory")
            }
            self.decompressor = decompressor
            isGzip = format == .gzip
            pending = []
        }
    }

    private var isGzip = false

    var isCompressed: Bool { decompressor != nil }

    /// Goes to a byte of a file that is not compressed, for samples.
    func read(into memory: UnsafeMutablePointer<UInt8>, count: Int, at offset: Int64) throws(Diagnostic) -> Int {
        switch bytes {
        case .remote(let file): return try file.read(into: memory, count: count, at: offset)
        case .local(let file):
            do throws(SystemError) {
                return try file.read(into: memory, count: count, at: offset)
            } catch {
                throw context.unreadable(error)
            }
        }
    }

    /// Reads up to `count` bytes; 0 at the end.
    func read(into memory: UnsafeMutablePointer<UInt8>, count: Int) throws(Diagnostic) -> Int {
        guard let decompressor else {
            if pending.isEmpty { return try readStored(into: memory, count: count) }
            let given = min(count, pending.count)
            for index in 0..<given { memory[index] = pending[index] }
            pending.removeFirst(given)
            return given
        }
        let outcome = try decompressor.decompress(
            into: memory, count: count,
            from: { (room, limit) throws(Diagnostic) in try self.readStored(into: room, count: limit) })
        switch outcome {
        case .bytes(let produced): return produced
        case .damaged(let reason):
            throw context.problem(
                isGzip ? .damagedGzip : .damagedFile, "cannot decompress '\(path)': \(reason)",
                hint: isGzip
                    ? "the file is incomplete or not gzip; make it anew, or set 'compression' if it is not gzip"
                    : "the file is incomplete; make it anew")
        }
    }

    /// Reads up to `count` bytes as they are stored; 0 at the end.
    private func readStored(into memory: UnsafeMutableRawPointer, count: Int) throws(Diagnostic) -> Int {
        switch bytes {
        case .remote(let file): return try file.read(into: memory, count: count)
        case .local(let file):
            do throws(SystemError) {
                return try file.read(into: memory, count: count)
            } catch {
                throw context.unreadable(error)
            }
        }
    }

    /// The file's first bytes, fewer only if there are no more.
    private func first(_ limit: Int) throws(Diagnostic) -> [UInt8] {
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: limit)
        defer { room.deallocate() }
        var total = 0
        while total < limit {
            let count = try readStored(into: room + total, count: limit - total)
            if count == 0 { break }
            total += count
        }
        return Array(UnsafeBufferPointer(start: room, count: total))
    }
}

import Diagnostics
import Planning
import Platform
import Workers

/// A file's bytes from start to end, decompressed where it is gzip.
final class InputFile: @unchecked Sendable {  // used by one thread at a time: `RecordReader.next` is serialised
    let path: String
    private let file: OpenFile
    private let context: ReadContext
    private var inflater: GzipInflater?
    /// What was read to look at the magic bytes.
    private var pending: [UInt8]

    init(_ path: String, _ context: ReadContext) throws(Diagnostic) {
        self.path = path
        self.context = context
        do throws(SystemError) {
            file = try OpenFile(path)
            pending = try file.read(upTo: 2)
        } catch {
            throw context.unreadable(error)
        }
        let isGzip =
            switch context.read.compression {
            case .automatic: pending == GzipInflater.magic
            case .uncompressed: false
            case .gzip: true
            }
        if isGzip {
            guard let inflater = GzipInflater(compressed: pending) else {
                throw context.problem(.damagedGzip, "cannot decompress '\(path)': out of memory")
            }
            self.inflater = inflater
            pending = []
        }
    }

    var isCompressed: Bool { inflater != nil }

    /// Goes to a byte of a file that is not compressed, for samples.
    func read(into memory: UnsafeMutablePointer<UInt8>, count: Int, at offset: Int64) throws(Diagnostic) -> Int {
        do throws(SystemError) {
            return try file.read(into: memory, count: count, at: offset)
        } catch {
            throw context.unreadable(error)
        }
    }

    /// Reads up to `count` bytes; 0 at the end.
    func read(into memory: UnsafeMutablePointer<UInt8>, count: Int) throws(Diagnostic) -> Int {
        do {
            guard let inflater else { return try readPlain(into: memory, count: count) }
            switch try inflater.inflate(
                into: memory, count: count,
                from: { (room, limit) throws(SystemError) in
                    try self.file.read(into: room, count: limit)
                })
            {
            case .bytes(let produced): return produced
            case .damaged(let reason):
                throw context.problem(
                    .damagedGzip, "cannot decompress '\(path)': \(reason)",
                    hint: "the file is incomplete or not gzip; make it anew, or set 'compression' if it is not gzip")
            }
        } catch let error as SystemError {
            throw context.unreadable(error)
        } catch let error as Diagnostic {
            throw error
        } catch {
            throw context.problem(.unreadableData, "cannot read '\(path)': \(error)")
        }
    }

    private func readPlain(into memory: UnsafeMutablePointer<UInt8>, count: Int) throws(SystemError) -> Int {
        if pending.isEmpty { return try file.read(into: memory, count: count) }
        let given = min(count, pending.count)
        for index in 0..<given { memory[index] = pending[index] }
        pending.removeFirst(given)
        return given
    }
}

extension OpenFile {
    /// The next bytes, fewer only at the end.
    fileprivate func read(upTo limit: Int) throws(SystemError) -> [UInt8] {
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: limit)
        defer { room.deallocate() }
        var total = 0
        while total < limit {
            let count = try read(into: room + total, count: limit - total)
            if count == 0 { break }
            total += count
        }
        return Array(UnsafeBufferPointer(start: room, count: total))
    }
}

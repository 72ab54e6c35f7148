import DataModel
import Diagnostics

/// An object's bytes in order; a few megabytes are fetched at a time, since each question to a store takes its time.
final class RemoteFile {
    /// The first piece is small, for those who look only at the beginning; each further one is twice as large up to this.
    private static let largestPiece = 8 << 20
    private static let smallestPiece = 256 << 10

    let path: String
    private let size: Int64
    private let objects: RemoteObjects
    private var piece = Buffer<UInt8>()
    private var taken = 0
    private var nextOffset: Int64 = 0
    private var pieceSize = smallestPiece

    init(_ path: String, size: Int64, in objects: RemoteObjects) {
        self.path = path
        self.size = size
        self.objects = objects
    }

    /// Reads up to `count` bytes; 0 at the end.
    func read(into memory: UnsafeMutableRawPointer, count: Int) throws(Diagnostic) -> Int {
        if taken == piece.count {
            let wanted = Int(min(Int64(pieceSize), size - nextOffset))
            if wanted <= 0 { return 0 }
            piece = Buffer<UInt8>(capacity: wanted)
            taken = 0
            try objects.fetch(path, size: size, offset: nextOffset, count: wanted, to: piece)
            nextOffset += Int64(wanted)
            pieceSize = min(Self.largestPiece, pieceSize * 2)
        }
        let given = min(count, piece.count - taken)
        memory.copyMemory(from: piece.pointer + taken, byteCount: given)
        taken += given
        return given
    }

    /// Reads up to `count` bytes at an offset; less at the end only. The place of the other `read` stays.
    func read(into memory: UnsafeMutablePointer<UInt8>, count: Int, at offset: Int64) throws(Diagnostic) -> Int {
        let wanted = Int(min(Int64(count), size - offset))
        if wanted <= 0 { return 0 }
        let bytes = Buffer<UInt8>(capacity: wanted)
        try objects.fetch(path, size: size, offset: offset, count: wanted, to: bytes)
        memory.update(from: bytes.pointer, count: bytes.count)
        return bytes.count
    }
}

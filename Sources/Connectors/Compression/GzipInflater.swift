import CZlib
import Diagnostics

/// Decompresses gzip of any number of members, one after the other.
final class GzipInflater: Decompressor {
    private static let inputSize = 1 << 17
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutablePointer<UInt8>
    private var isAtMemberEnd = false
    private var isFinished = false

    /// `compressed` are the file's first bytes, already read; `nil` where zlib finds no memory.
    init?(compressed: [UInt8]) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(capacity: Self.inputSize)
        for (index, byte) in compressed.enumerated() { input[index] = byte }
        stream.pointee.next_in = input
        stream.pointee.avail_in = uInt(compressed.count)
        // 16 asks for the gzip format.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK { return nil }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    func decompress(
        into memory: UnsafeMutablePointer<UInt8>, count: Int,
        from read: (UnsafeMutableRawPointer, Int) throws(Diagnostic) -> Int
    ) throws(Diagnostic) -> DecompressionOutcome {
        guard !isFinished, count > 0 else { return .bytes(0) }
        stream.pointee.next_out = memory
        stream.pointee.avail_out = uInt(clamping: count)
        let wanted = Int(stream.pointee.avail_out)
        while stream.pointee.avail_out > 0 {
            if stream.pointee.avail_in == 0 {
                let got = try read(input, Self.inputSize)
                stream.pointee.next_in = input
                stream.pointee.avail_in = uInt(got)
                if got == 0 {
                    isFinished = true
                    if !isAtMemberEnd { return .damaged("it ends too early") }
                    break
                }
            }
            if isAtMemberEnd {
                // Zero bytes may pad the file after its last member.
                while stream.pointee.avail_in > 0, stream.pointee.next_in?.pointee == 0 {
                    stream.pointee.next_in = stream.pointee.next_in?.advanced(by: 1)
                    stream.pointee.avail_in -= 1
                }
                if stream.pointee.avail_in == 0 { continue }
                inflateReset(stream)
                isAtMemberEnd = false
            }
            switch CZlib.inflate(stream, Z_NO_FLUSH) {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: isAtMemberEnd = true
            default:
                isFinished = true
                return .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "its data is damaged")
            }
        }
        return .bytes(wanted - Int(stream.pointee.avail_out))
    }
}

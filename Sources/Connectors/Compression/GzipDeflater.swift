import CZlib
import Platform

/// Compresses to one gzip member.
final class GzipDeflater: Compressor {
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutablePointer<UInt8>
    private static let outputSize = 1 << 17

    /// `nil` where zlib finds no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(capacity: Self.outputSize)
        // 16 asks for the gzip format; 8 is zlib's own choice of memory.
        let status = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK { return nil }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    func compress(
        _ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool,
        to write: (UnsafeBufferPointer<UInt8>) throws(SystemError) -> Void
    ) throws(SystemError) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = uInt(clamping: bytes.count)
        while true {
            stream.pointee.next_out = output
            stream.pointee.avail_out = uInt(Self.outputSize)
            let status = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            let produced = Self.outputSize - Int(stream.pointee.avail_out)
            try write(UnsafeBufferPointer(start: output, count: produced))
            if isLast ? status != Z_OK : stream.pointee.avail_out > 0 { return }
        }
    }
}

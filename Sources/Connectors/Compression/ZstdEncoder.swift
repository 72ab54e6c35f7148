import CZstd
import Platform

/// Compresses to one Zstandard frame, with the checksum that `zstd` itself adds.
final class ZstdEncoder: Compressor {
    private let stream: OpaquePointer
    private let output: UnsafeMutablePointer<UInt8>
    private let outputSize = max(1 << 17, ZSTD_CStreamOutSize())

    /// `nil` where there is no memory.
    init?() {
        guard let stream = ZSTD_createCStream() else { return nil }
        self.stream = stream
        ZSTD_CCtx_setParameter(stream, ZSTD_c_checksumFlag, 1)
        output = .allocate(capacity: outputSize)
    }

    deinit {
        ZSTD_freeCStream(stream)
        output.deallocate()
    }

    func compress(
        _ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool,
        to write: (UnsafeBufferPointer<UInt8>) throws(SystemError) -> Void
    ) throws(SystemError) {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            var piece = ZSTD_outBuffer(dst: output, size: outputSize, pos: 0)
            let left = ZSTD_compressStream2(stream, &piece, &input, isLast ? ZSTD_e_end : ZSTD_e_continue)
            if ZSTD_isError(left) != 0 {
                throw SystemError(code: 0, operation: "compress (\(String(cString: ZSTD_getErrorName(left))))")
            }
            try write(UnsafeBufferPointer(start: output, count: piece.pos))
            if isLast ? left == 0 : input.pos == input.size { return }
        }
    }
}

import CZstd
import Diagnostics

/// Decompresses Zstandard of any number of frames, one after the other.
final class ZstdDecoder: Decompressor {
    private let stream: OpaquePointer
    private let input: UnsafeMutablePointer<UInt8>
    private let inputSize = max(1 << 17, ZSTD_DStreamInSize())
    private var inputCount: Int
    private var position = 0
    private var isAtFrameEnd = true
    private var isFinished = false

    /// `compressed` are the file's first bytes, already read; `nil` where there is no memory.
    init?(compressed: [UInt8]) {
        guard let stream = ZSTD_createDStream() else { return nil }
        self.stream = stream
        input = .allocate(capacity: inputSize)
        for (index, byte) in compressed.enumerated() { input[index] = byte }
        inputCount = compressed.count
        // `zstd --long=31` makes frames that want a window of 2 GiB; what decoders accept by default is 128 MiB, which
        // also bounds the memory that a stranger's file can take.
    }

    deinit {
        ZSTD_freeDStream(stream)
        input.deallocate()
    }

    func decompress(
        into memory: UnsafeMutablePointer<UInt8>, count: Int,
        from read: (UnsafeMutableRawPointer, Int) throws(Diagnostic) -> Int
    ) throws(Diagnostic) -> DecompressionOutcome {
        guard !isFinished, count > 0 else { return .bytes(0) }
        var output = ZSTD_outBuffer(dst: memory, size: count, pos: 0)
        while output.pos < count {
            // What is left of the last input may hold the end of a frame without any bytes of it.
            if position == inputCount {
                inputCount = try read(input, inputSize)
                position = 0
                if inputCount == 0 {
                    // The decoder may hold bytes that had no room in the last output.
                    let before = output.pos
                    if let reason = step(&output) { return .damaged(reason) }
                    if output.pos > before { continue }
                    isFinished = true
                    if !isAtFrameEnd { return .damaged("it ends too early") }
                    break
                }
            }
            if let reason = step(&output) { return .damaged(reason) }
        }
        return .bytes(output.pos)
    }

    /// Decodes a piece; returns what is wrong with it.
    private func step(_ output: inout ZSTD_outBuffer) -> String? {
        var piece = ZSTD_inBuffer(src: input, size: inputCount, pos: position)
        // A call without input at a frame's end would begin another frame.
        if position == inputCount, isAtFrameEnd { return nil }
        let status = ZSTD_decompressStream(stream, &output, &piece)
        position = piece.pos
        if ZSTD_isError(status) != 0 {
            isFinished = true
            return String(cString: ZSTD_getErrorName(status))
        }
        isAtFrameEnd = status == 0
        return nil
    }
}

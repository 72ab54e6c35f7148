import Diagnostics

/// Turns a file's compressed bytes into what they stand for.
protocol Decompressor: AnyObject {
    /// Fills `memory` with what comes next; `read` gives compressed bytes, 0 at the file's end.
    func decompress(
        into memory: UnsafeMutablePointer<UInt8>, count: Int,
        from read: (UnsafeMutableRawPointer, Int) throws(Diagnostic) -> Int
    ) throws(Diagnostic) -> DecompressionOutcome
}

enum DecompressionOutcome {
    /// So many bytes; 0 at the end.
    case bytes(Int)
    case damaged(String)
}

/// The formats that files may be compressed with.
enum CompressionFormat {
    case gzip
    case zstd

    /// The format that a file's first bytes are of.
    init?(magic bytes: [UInt8]) {
        if bytes.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) || Self.isSkippableFrame(bytes) {
            self = .zstd
        } else {
            return nil
        }
    }

    /// Programs that compress in parallel begin with a frame of Zstandard that holds no data.
    private static func isSkippableFrame(_ bytes: [UInt8]) -> Bool {
        bytes.count == magicSize && bytes[0] & 0xF0 == 0x50 && bytes[1...] == [0x2A, 0x4D, 0x18]
    }

    /// The format that a file's name stands for.
    init?(name: String) {
        if name.hasSuffix(".gz") {
            self = .gzip
        } else if name.hasSuffix(".zst") {
            self = .zstd
        } else {
            return nil
        }
    }

    /// So many bytes tell the formats apart.
    static let magicSize = 4

    /// `nil` where there is no memory for it. `compressed` are the file's first bytes, already read.
    func decompressor(compressed: [UInt8]) -> (any Decompressor)? {
        switch self {
        case .gzip: GzipInflater(compressed: compressed)
        case .zstd: ZstdDecoder(compressed: compressed)
        }
    }

    /// `nil` where there is no memory for it.
    func compressor() -> (any Compressor)? {
        switch self {
        case .gzip: GzipDeflater()
        case .zstd: ZstdEncoder()
        }
    }
}

import Planning

/// Finds the texts that stand for null in CSV.
enum NullSpelling {
    /// All are at most eight bytes long: each as one word, with zeros behind it.
    private static let words: Set<UInt64> = Set(
        CSVOptions.nullTexts.map { text in
            text.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        })

    /// Whether a text can be one of them, by its first byte.
    @inline(__always)
    static func mayStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "N"), UInt8(ascii: "n"), UInt8(ascii: "#"), UInt8(ascii: "-"), UInt8(ascii: "1"),
            UInt8(ascii: "<"):
            true
        default: false
        }
    }

    static func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= 8 else { return false }
        guard let first = text.first else { return true }
        guard mayStart(first) else { return false }
        var word: UInt64 = 0
        for byte in text.reversed() { word = word << 8 | UInt64(byte) }
        return words.contains(word)
    }
}

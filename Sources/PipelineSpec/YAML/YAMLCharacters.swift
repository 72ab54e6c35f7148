/// The characters that YAML allows in a text.
enum YAMLCharacters {
    /// Throws at the first control character, byte order mark excepted.
    static func check(_ bytes: [UInt8]) throws(YAMLProblem) {
        for (offset, byte) in bytes.enumerated() {
            if byte >= 0x20, byte < 0x7F { continue }
            if byte == 0x0A || byte == 0x0D || byte == 0x09 { continue }
            if byte == 0xC2, offset + 1 < bytes.count, bytes[offset + 1] < 0xA0, bytes[offset + 1] != 0x85 {
                throw problem(UInt32(bytes[offset + 1]), offset..<(offset + 2))
            }
            if byte == 0xEF, offset + 2 < bytes.count, bytes[offset + 1] == 0xBF, bytes[offset + 2] >= 0xBE {
                throw problem(0xFFC0 | UInt32(bytes[offset + 2] & 0x3F), offset..<(offset + 3))
            }
            if byte < 0x20 || byte == 0x7F { throw problem(UInt32(byte), offset..<(offset + 1)) }
        }
    }

    private static func problem(_ value: UInt32, _ range: Range<Int>) -> YAMLProblem {
        let digits = String(value, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return YAMLProblem(
            "the character U+\(padded) is not allowed in YAML", at: range,
            hint: "remove it, or write it as an escape in double quotes, such as \"\\u\(padded)\"")
    }
}

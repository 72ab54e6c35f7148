import DataModel

/// Escapes in JSON strings.
enum JSONStrings {
    /// Appends what a string says that has escapes; its bytes are those between the quotes, at `position` of the block.
    static func unescape(
        _ raw: UnsafeBufferPointer<UInt8>, at position: Int, to out: inout [UInt8]
    ) throws(JSONFailure) {
        var index = 0
        while index < raw.count {
            let byte = raw[index]
            guard byte == UInt8(ascii: "\\") else {
                out.append(byte)
                index += 1
                continue
            }
            index += 1
            guard index < raw.count else { break }
            switch raw[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(raw[index])
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "u"):
                let (scalar, length) = try scalar(raw, index + 1, at: position)
                out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                index += length - 1
                index += 1
                continue
            default:
                throw JSONFailure(position: position + index - 1, message: "there is no such escape")
            }
            index += 1
        }
    }

    /// The scalar of `XXXX` or `XXXX\uXXXX`, and how many bytes behind the first `u` it takes, itself included.
    private static func scalar(
        _ raw: UnsafeBufferPointer<UInt8>, _ start: Int, at position: Int
    ) throws(JSONFailure) -> (Unicode.Scalar, Int) {
        guard let high = unit(raw, start) else {
            throw JSONFailure(position: position + start - 2, message: "'\\u' needs four hexadecimal digits")
        }
        if let scalar = Unicode.Scalar(high) { return (scalar, 5) }
        if high < 0xDC00, start + 9 < raw.count, raw[start + 4] == UInt8(ascii: "\\"),
            raw[start + 5] == UInt8(ascii: "u"), let low = unit(raw, start + 6), (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        {
            return (scalar, 11)
        }
        throw JSONFailure(position: position + start - 2, message: "half of a surrogate pair is no character")
    }

    private static func unit(_ raw: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32? {
        guard start + 4 <= raw.count else { return nil }
        var unit: UInt32 = 0
        for byte in raw[start..<(start + 4)] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }
}

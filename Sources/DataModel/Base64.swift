/// RFC 4648's standard alphabet, with padding.
public enum Base64 {
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var pending = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            pending += 1
            if pending == 3 {
                for shift: UInt32 in [18, 12, 6, 0] { encoded.append(alphabet[Int(bits >> shift & 63)]) }
                (bits, pending) = (0, 0)
            }
        }
        if pending > 0 {
            bits <<= UInt32(24 - 8 * pending)
            for index in 0..<4 {
                let isData = index <= pending
                encoded.append(isData ? alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
            }
        }
        return encoded
    }

    /// The bytes of a text; `nil` where it has other characters.
    public static func decode(_ text: String) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var pending = 0
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let digit = digit(byte) else { return nil }
            bits = bits << 6 | digit
            pending += 6
            if pending >= 8 {
                pending -= 8
                decoded.append(UInt8(truncatingIfNeeded: bits >> UInt32(pending)))
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

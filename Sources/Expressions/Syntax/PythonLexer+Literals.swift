extension PythonLexer {
    /// Reads a number; the offset stands at its first character.
    mutating func number() throws(PythonSyntaxError) -> PythonToken.Kind {
        let start = offset
        if byte() == UInt8(ascii: "0"), let mark = byte(1), let radix = Self.radixes[mark | 0x20] {
            offset += 2
            let digits = digits { Self.digitValue($0) < radix }
            try endNumber(start, isValid: !digits.isEmpty)
            return Int64(digits, radix: radix).map { .int($0) } ?? .bigInt
        }
        var text = digits(isDigit)
        var isDouble = false
        if byte() == UInt8(ascii: ".") {
            isDouble = true
            offset += 1
            text += "." + digits(isDigit)
        }
        if let mark = byte(), mark | 0x20 == UInt8(ascii: "e"),
            byte(1).map(isDigit) == true
                || (byte(1) == UInt8(ascii: "-") || byte(1) == UInt8(ascii: "+")) && byte(2).map(isDigit) == true
        {
            isDouble = true
            offset += 1
            text += "e"
            if let sign = byte(), !isDigit(sign) {
                text += sign == UInt8(ascii: "-") ? "-" : ""
                offset += 1
            }
            text += digits(isDigit)
        }
        if let mark = byte(), mark | 0x20 == UInt8(ascii: "j") {
            offset += 1
            try endNumber(start, isValid: true)
            return .imaginary
        }
        try endNumber(start, isValid: !text.isEmpty)
        if isDouble {
            if text.hasPrefix(".") { text = "0" + text }
            text = text.replacingSuffixDot()
            return .double(Double(text) ?? .infinity)
        }
        if text.utf8.count > 1, text.utf8.first == UInt8(ascii: "0"), text.utf8.contains(where: { $0 != 0x30 }) {
            throw PythonSyntaxError(
                "a whole number must not start with 0", start..<offset, hint: "write '0o…' for an octal number")
        }
        return Int64(text).map { .int($0) } ?? .bigInt
    }

    private static let radixes: [UInt8: Int] = [
        UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2,
    ]

    static func digitValue(_ byte: UInt8) -> Int {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: 99
        }
    }

    private mutating func digits(_ isDigit: (UInt8) -> Bool) -> String {
        var text: [UInt8] = []
        while let next = byte() {
            if next == UInt8(ascii: "_"), byte(1).map(isDigit) == true {
                offset += 1
            } else if isDigit(next) {
                text.append(next)
                offset += 1
            } else {
                break
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func endNumber(_ start: Int, isValid: Bool) throws(PythonSyntaxError) {
        let next = byte() ?? 0
        let isLetter = next | 0x20 >= 0x61 && next | 0x20 <= 0x7A || next == UInt8(ascii: "_")
        // Python reads `1if x else y` as a number and a word; only what cannot start a keyword is refused.
        let startsKeyword = "aiofn".utf8.contains(next)
        guard isValid, !isLetter || startsKeyword else {
            throw PythonSyntaxError("invalid number", start..<min(offset + 1, end))
        }
    }

    /// Reads a string; the offset stands at its opening quote, behind its prefix.
    mutating func string(prefix: [UInt8]) throws(PythonSyntaxError) -> PythonToken.Kind {
        let start = offset - prefix.count
        let quote = byte() ?? 0
        let isTriple = byte(1) == quote && byte(2) == quote
        offset += isTriple ? 3 : 1
        let contentStart = offset
        while let next = byte() {
            if next == UInt8(ascii: "\\") {
                offset += 2
            } else if next == quote, !isTriple || byte(1) == quote && byte(2) == quote {
                let content = contentStart..<offset
                offset += isTriple ? 3 : 1
                return try stringToken(prefix, content)
            } else if next == UInt8(ascii: "\n"), !isTriple {
                break
            } else {
                offset += 1
            }
        }
        offset = min(offset, end)
        throw PythonSyntaxError(
            "the string is never closed", start..<min(start + prefix.count + 1, end),
            hint: "end it with \(Character(Unicode.Scalar(quote)))")
    }

    private func stringToken(_ prefix: [UInt8], _ content: Range<Int>) throws(PythonSyntaxError) -> PythonToken.Kind {
        let isRaw = prefix.contains(UInt8(ascii: "r"))
        if prefix.contains(UInt8(ascii: "f")) { return .formatted(content: content, isRaw: isRaw) }
        let isBytes = prefix.contains(UInt8(ascii: "b"))
        if isBytes, let bad = content.first(where: { bytes[$0] >= 0x80 }) {
            throw PythonSyntaxError("bytes can only contain ASCII characters", bad..<bad + 1)
        }
        let text = try Self.unescaped(bytes, content, isRaw: isRaw, isBytes: isBytes)
        return isBytes ? .bytes(text) : .string(String(decoding: text, as: UTF8.self))
    }

    /// The text of a string literal with its escapes replaced.
    static func unescaped(
        _ bytes: [UInt8], _ range: Range<Int>, isRaw: Bool, isBytes: Bool
    ) throws(PythonSyntaxError) -> [UInt8] {
        var result: [UInt8] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\r") {
                // Python's line breaks are \n whatever the file has.
                result.append(UInt8(ascii: "\n"))
                offset += offset + 1 < range.upperBound && bytes[offset + 1] == UInt8(ascii: "\n") ? 2 : 1
                continue
            }
            guard byte == UInt8(ascii: "\\"), !isRaw, offset + 1 < range.upperBound else {
                result.append(byte)
                offset += 1
                continue
            }
            let escape = bytes[offset + 1]
            offset += 2
            switch escape {
            case UInt8(ascii: "\n"): break
            case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): result.append(escape)
            case UInt8(ascii: "a"): result.append(7)
            case UInt8(ascii: "b"): result.append(8)
            case UInt8(ascii: "f"): result.append(12)
            case UInt8(ascii: "n"): result.append(10)
            case UInt8(ascii: "r"): result.append(13)
            case UInt8(ascii: "t"): result.append(9)
            case UInt8(ascii: "v"): result.append(11)
            case 0x30...0x37:
                var value = Int(escape) - 0x30
                var length = 1
                while length < 3, offset < range.upperBound, (0x30...0x37).contains(bytes[offset]) {
                    value = value * 8 + Int(bytes[offset]) - 0x30
                    offset += 1
                    length += 1
                }
                append(UInt32(value), to: &result, isBytes: isBytes)
            case UInt8(ascii: "x"):
                let value = try hexadecimal(bytes, &offset, 2, range)
                append(value, to: &result, isBytes: isBytes)
            case UInt8(ascii: "u") where !isBytes, UInt8(ascii: "U") where !isBytes:
                let start = offset - 2
                let value = try hexadecimal(bytes, &offset, escape == UInt8(ascii: "u") ? 4 : 8, range)
                guard Unicode.Scalar(value) != nil else {
                    throw PythonSyntaxError("the escape names no character", start..<offset)
                }
                append(value, to: &result, isBytes: false)
            case UInt8(ascii: "N") where !isBytes:
                throw PythonSyntaxError(
                    "character names are not supported", offset - 2..<offset, hint: "write the character itself")
            default:
                result.append(UInt8(ascii: "\\"))
                result.append(escape)
            }
        }
        return result
    }

    private static func append(_ value: UInt32, to result: inout [UInt8], isBytes: Bool) {
        if isBytes {
            result.append(UInt8(truncatingIfNeeded: value))
        } else if let scalar = Unicode.Scalar(value) {
            result += Array(String(Character(scalar)).utf8)
        }
    }

    private static func hexadecimal(
        _ bytes: [UInt8], _ offset: inout Int, _ length: Int, _ range: Range<Int>
    ) throws(PythonSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        let start = offset
        for _ in 0..<length {
            guard offset < range.upperBound, digitValue(bytes[offset]) < 16 else {
                throw PythonSyntaxError("the escape needs \(length) hexadecimal digits", start - 2..<offset)
            }
            value = value << 4 | UInt32(digitValue(bytes[offset]))
            offset += 1
        }
        return value
    }
}

extension String {
    /// Swift's number reader wants a digit behind the point where Python does not.
    fileprivate func replacingSuffixDot() -> String {
        var result: [UInt8] = []
        let bytes = Array(utf8)
        for (index, byte) in bytes.enumerated() {
            result.append(byte)
            if byte == UInt8(ascii: "."), index + 1 == bytes.count || bytes[index + 1] == UInt8(ascii: "e") {
                result.append(UInt8(ascii: "0"))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

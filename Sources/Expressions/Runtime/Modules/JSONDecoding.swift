import DataModel

/// `json.loads`, with CPython's errors and their places in code points.
struct JSONDecoding {
    private let text: [UInt8]
    private var at = 0

    static func decode(_ text: String) throws(PythonError) -> Value {
        var decoding = JSONDecoding(text: Array(text.utf8))
        decoding.skipSpace()
        let value = try decoding.value(depth: 0)
        decoding.skipSpace()
        guard decoding.at == decoding.text.count else { throw decoding.error("Extra data", at: decoding.at) }
        return value
    }

    private init(text: [UInt8]) { self.text = text }

    private func error(_ message: String, at offset: Int) -> PythonError {
        let before = text.prefix(offset)
        func scalars(_ bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 & 0xC0 != 0x80 } }
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = scalars(before[lineStart...]) + 1
        return PythonError("JSONDecodeError", "\(message): line \(line) column \(column) (char \(scalars(before)))")
    }

    private var byte: UInt8? { at < text.count ? text[at] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { at += 1 }
    }

    private mutating func accepts(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard at + count <= text.count else { return false }
        for index in 0..<count where text[at + index] != word.utf8Start[index] { return false }
        at += count
        return true
    }

    private mutating func value(depth: Int) throws(PythonError) -> Value {
        guard depth < PythonRuntime.maximumDepth else {
            throw PythonError(
                "RecursionError", "maximum recursion depth exceeded while decoding a JSON document")
        }
        switch byte {
        case UInt8(ascii: "\"")?: return .string(try string())
        case UInt8(ascii: "{")?: return .map(try object(depth: depth))
        case UInt8(ascii: "[")?: return .list(try array(depth: depth))
        default: break
        }
        if accepts("null") { return .null }
        if accepts("true") { return .boolean(true) }
        if accepts("false") { return .boolean(false) }
        if accepts("NaN") { return .double(.nan) }
        if accepts("Infinity") { return .double(.infinity) }
        if accepts("-Infinity") { return .double(-.infinity) }
        return try number()
    }

    private mutating func number() throws(PythonError) -> Value {
        let start = at
        var end = at
        func digit(_ index: Int) -> Bool { index < text.count && (0x30...0x39).contains(text[index]) }
        if end < text.count, text[end] == UInt8(ascii: "-") { end += 1 }
        guard digit(end) else { throw error("Expecting value", at: start) }
        if text[end] == UInt8(ascii: "0") { end += 1 } else { while digit(end) { end += 1 } }
        var isFloat = false
        if end < text.count, text[end] == UInt8(ascii: "."), digit(end + 1) {
            isFloat = true
            end += 1
            while digit(end) { end += 1 }
        }
        if end < text.count, text[end] | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            if exponent < text.count, text[exponent] == UInt8(ascii: "+") || text[exponent] == UInt8(ascii: "-") {
                exponent += 1
            }
            if digit(exponent) {
                isFloat = true
                end = exponent
                while digit(end) { end += 1 }
            }
        }
        at = end
        let literal = String(decoding: text[start..<end], as: UTF8.self)
        if isFloat { return .double(Double(literal) ?? 0) }
        guard let number = Int64(literal) else { throw .integerTooLarge }
        return .int(number)
    }

    private mutating func array(depth: Int) throws(PythonError) -> [Value] {
        at += 1
        skipSpace()
        var elements: [Value] = []
        if byte == UInt8(ascii: "]") {
            at += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            switch byte {
            case UInt8(ascii: "]")?:
                at += 1
                return elements
            case UInt8(ascii: ",")?:
                at += 1
                skipSpace()
            default: throw error("Expecting ',' delimiter", at: at)
            }
        }
    }

    private mutating func object(depth: Int) throws(PythonError) -> MapValue {
        at += 1
        skipSpace()
        var map = MapValue()
        if byte == UInt8(ascii: "}") {
            at += 1
            return map
        }
        while true {
            guard byte == UInt8(ascii: "\"") else {
                throw error("Expecting property name enclosed in double quotes", at: at)
            }
            let key = try string()
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw error("Expecting ':' delimiter", at: at) }
            at += 1
            skipSpace()
            map[.string(key)] = try value(depth: depth + 1)
            skipSpace()
            switch byte {
            case UInt8(ascii: "}")?:
                at += 1
                return map
            case UInt8(ascii: ",")?:
                at += 1
                skipSpace()
            default: throw error("Expecting ',' delimiter", at: at)
            }
        }
    }

    private mutating func string() throws(PythonError) -> String {
        let begin = at
        at += 1
        var out: [UInt8] = []
        while true {
            guard let byte else { throw error("Unterminated string starting at", at: begin) }
            if byte < 0x20 { throw error("Invalid control character at", at: at) }
            at += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: out, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                out.append(byte)
                continue
            }
            guard let escape = self.byte else { throw error("Unterminated string starting at", at: begin) }
            at += 1
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(escape)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "u"): out += try unicodeEscape()
            default: throw error("Invalid \\escape", at: at - 2)
            }
        }
    }

    private mutating func unicodeEscape() throws(PythonError) -> [UInt8] {
        guard let unit = codeUnit(at: at) else { throw error("Invalid \\uXXXX escape", at: at - 1) }
        at += 4
        var code = unit
        if (0xD800..<0xDC00).contains(unit), at + 1 < text.count, text[at] == UInt8(ascii: "\\"),
            text[at + 1] == UInt8(ascii: "u"), let low = codeUnit(at: at + 2), (0xDC00..<0xE000).contains(low)
        {
            at += 6
            code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .valueError("lone surrogates are not supported") }
        return Array(String(scalar).utf8)
    }

    private func codeUnit(at offset: Int) -> UInt32? {
        guard offset + 4 <= text.count else { return nil }
        var code: UInt32 = 0
        for byte in text[offset..<offset + 4] {
            switch byte {
            case 0x30...0x39: code = code << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: code = code << 4 | UInt32(byte - 0x41 + 10)
            case 0x61...0x66: code = code << 4 | UInt32(byte - 0x61 + 10)
            default: return nil
            }
        }
        return code
    }
}

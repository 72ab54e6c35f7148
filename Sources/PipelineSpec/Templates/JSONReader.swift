/// Reads JSON given on the command line.
public struct JSONReader {
    /// What is wrong and where.
    public struct Failure: Error, Equatable {
        public let message: String
        /// UTF-8 offset in the text.
        public let offset: Int

        /// A failure at a UTF-8 offset.
        public init(message: String, offset: Int) {
            self.message = message
            self.offset = offset
        }
    }

    private static let maximumDepth = 100

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    static func parse(_ text: String) throws(Failure) -> TemplateValue {
        var reader = JSONReader(bytes: Array(text.utf8))
        let value = try reader.value()
        reader.skipSpaces()
        guard reader.index == reader.bytes.count else { throw reader.failure("expected the end of the JSON") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func failure(_ message: String) -> Failure {
        let found =
            index < bytes.count
            ? "'" + String(decoding: bytes[index...].prefix(1), as: UTF8.self) + "'" : "the end of the text"
        return Failure(message: "\(message), found \(found)", offset: index)
    }

    private mutating func skipSpaces() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func value() throws(Failure) -> TemplateValue {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw Failure(message: "the JSON is nested too deep", offset: index) }
        skipSpaces()
        guard index < bytes.count else { throw failure("expected a value") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default:
            for (word, value) in [("true", TemplateValue.bool(true)), ("false", .bool(false)), ("null", .null)]
            where bytes[index...].starts(with: word.utf8) {
                index += word.utf8.count
                return value
            }
            throw failure("expected a value")
        }
    }

    private mutating func object() throws(Failure) -> TemplateValue {
        index += 1
        var entries: [TemplateValue.Entry] = []
        if take("}") { return .dictionary([]) }
        repeat {
            skipSpaces()
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw failure("expected a name in double quotes")
            }
            let key = try string()
            guard take(":") else { throw failure("expected ':'") }
            let entry = TemplateValue.Entry(key, try value())
            // The last of two equal names counts, as in Python.
            entries.removeAll { $0.key.utf8.elementsEqual(key.utf8) }
            entries.append(entry)
        } while take(",")
        guard take("}") else { throw failure("expected ',' or '}'") }
        return .dictionary(entries)
    }

    private mutating func array() throws(Failure) -> TemplateValue {
        index += 1
        var items: [TemplateValue] = []
        if take("]") { return .list([]) }
        repeat { items.append(try value()) } while take(",")
        guard take("]") else { throw failure("expected ',' or ']'") }
        return .list(items)
    }

    private mutating func number() throws(Failure) -> TemplateValue {
        let start = index
        while index < bytes.count, "+-.eE0123456789".utf8.contains(bytes[index]) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let integer = Int64(text) { return .int(integer) }
        guard let number = Double(text) else { throw Failure(message: "'\(text)' is not a number", offset: start) }
        return .double(number)
    }

    private mutating func string() throws(Failure) -> String {
        let start = index
        index += 1
        var text: [UInt8] = []
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") {
                text += Array(String(Character(try escape())).utf8)
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        guard index < bytes.count else { throw Failure(message: "the text is never closed", offset: start) }
        index += 1
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        index += 1
        guard index < bytes.count else { throw failure("expected an escape") }
        index += 1
        switch bytes[index - 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "u"):
            let high = try hex()
            guard high & 0xFC00 == 0xD800, bytes[index...].starts(with: "\\u".utf8) else {
                return Unicode.Scalar(high) ?? "\u{FFFD}"
            }
            index += 2
            let low = try hex()
            guard low & 0xFC00 == 0xDC00 else { return "\u{FFFD}" }
            return Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF) ?? "\u{FFFD}"
        default:
            index -= 1
            throw failure("unknown escape")
        }
    }

    private mutating func hex() throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard index < bytes.count, let digit = Character(UnicodeScalar(bytes[index])).hexDigitValue else {
                throw failure("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}

/// A JSON text in the making: the machine formats are built as values, so that nothing a stranger wrote can break out.
public indirect enum JSONText: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// Not a number and the infinities, which JSON lacks, are written as `null`.
    case number(Double)
    case string(String)
    case array([JSONText])
    /// Members in the order in which they are written.
    case object([Member])

    /// One name and value of an object.
    public struct Member: Sendable {
        public let name: String
        public let value: JSONText

        public init(_ name: String, _ value: JSONText) {
            self.name = name
            self.value = value
        }
    }

    /// An object whose absent values are left out.
    public static func object(_ members: KeyValuePairs<String, JSONText?>) -> JSONText {
        .object(members.compactMap { name, value in value.map { Member(name, $0) } })
    }

    /// `null` for no text.
    public static func optional(_ text: String?) -> JSONText { text.map(JSONText.string) ?? .null }

    public static func integer(_ number: Int) -> JSONText { .integer(Int64(number)) }

    /// A JSON string literal: quotes, backslashes and control characters escaped, everything else as it is.
    ///
    /// U+2028 and U+2029 are escaped as well, so that the text may stand inside JavaScript.
    public static func quoted(_ text: String) -> String {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        quoted.reserveCapacity(text.utf8.count + 2)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\"".utf8
            case "\\": quoted += "\\\\".utf8
            case "\n": quoted += "\\n".utf8
            case "\r": quoted += "\\r".utf8
            case "\t": quoted += "\\t".utf8
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value & ~1 == 0x2028:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u".utf8
                quoted += String(repeating: "0", count: 4 - digits.utf8.count).utf8
                quoted += digits.utf8
            default: quoted += UTF8.encode(scalar)?.map { $0 } ?? []
            }
        }
        quoted.append(UInt8(ascii: "\""))
        return String(decoding: quoted, as: UTF8.self)
    }

    /// The text on one line, without spaces between tokens.
    public var compact: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number): number.isFinite ? "\(number)" : "null"
        case .string(let text): Self.quoted(text)
        case .array(let elements): "[" + elements.map(\.compact).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.compact }.joined(separator: ",") + "}"
        }
    }

    /// The text over several lines, indented by two spaces; ends without a line break.
    public var pretty: String { pretty(indent: "") }

    private func pretty(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + $0.pretty(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { inner + Self.quoted($0.name) + ": " + $0.value.pretty(indent: inner) }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        default: return compact
        }
    }
}

extension JSONText: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral text: String) { self = .string(text) }
    public init(integerLiteral number: Int64) { self = .integer(number) }
    public init(booleanLiteral flag: Bool) { self = .boolean(flag) }
    public init(arrayLiteral elements: JSONText...) { self = .array(elements) }
    public init(dictionaryLiteral members: (String, JSONText)...) {
        self = .object(members.map { Member($0.0, $0.1) })
    }
}

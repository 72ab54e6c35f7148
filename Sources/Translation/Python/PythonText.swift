import Diagnostics

/// Values as Python writes them.
enum PythonText {
    /// A text literal: raw between triple quotes where it has several lines, so that code stays readable.
    static func string(_ text: String) -> String {
        let isPlain = !text.contains("\\") && !text.contains("\"\"\"") && text.utf8.last != UInt8(ascii: "\"")
        let hasOnlyText = text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" }
        if text.contains("\n"), isPlain, hasOnlyText { return "\"\"\"\(text)\"\"\"" }
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                literal += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }

    static func list(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }

    static func value(_ json: JSONText) -> String {
        switch json {
        case .null: "None"
        case .boolean(let flag): flag ? "True" : "False"
        case .string(let text): string(text)
        case .array(let elements): list(elements.map(value))
        case .object(let members):
            "{" + members.map { "\(string($0.name)): \(value($0.value))" }.joined(separator: ", ") + "}"
        default: json.compact
        }
    }
}

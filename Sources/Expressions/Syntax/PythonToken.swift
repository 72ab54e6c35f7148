/// One word of Python.
struct PythonToken: Sendable {
    enum Kind: Sendable, Equatable {
        case name(String)
        case keyword(String)
        case int(Int64)
        /// A whole number outside 64 bits.
        case bigInt
        case double(Double)
        case imaginary
        case string(String)
        case bytes([UInt8])
        /// An f-string; the range is that of what stands between the quotes.
        case formatted(content: Range<Int>, isRaw: Bool)
        case symbol(String)
        case newline
        case indent
        case dedent
        case end
    }

    let kind: Kind
    let range: Range<Int>

    static let keywords: Set<String> = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    ]

    /// How an error message names the token.
    var description: String {
        switch kind {
        case .name(let text), .keyword(let text), .symbol(let text): "'\(text)'"
        case .int, .bigInt, .double, .imaginary: "a number"
        case .string, .bytes, .formatted: "a string"
        case .newline, .indent, .dedent: "a new line"
        case .end: "the end"
        }
    }
}

/// Splits Python into words.
///
/// Source of the rules: the Python 3.11 reference, chapter 2.
struct PythonLexer {
    let bytes: [UInt8]
    let end: Int
    var offset: Int
    /// Whether line breaks end statements; an expression may run over lines as if it stood in parentheses.
    private let hasStatements: Bool
    private var brackets: [(symbol: UInt8, offset: Int)] = []
    private var indents = [0]
    private var tokens: [PythonToken] = []

    init(_ bytes: [UInt8], range: Range<Int>, hasStatements: Bool) {
        self.bytes = bytes
        self.hasStatements = hasStatements
        offset = range.lowerBound
        end = range.upperBound
    }

    static func tokens(
        of bytes: [UInt8], in range: Range<Int>, hasStatements: Bool
    ) throws(PythonSyntaxError) -> [PythonToken] {
        var lexer = PythonLexer(bytes, range: range, hasStatements: hasStatements)
        return try lexer.run()
    }

    func byte(_ distance: Int = 0) -> UInt8? {
        offset + distance < end ? bytes[offset + distance] : nil
    }

    private mutating func run() throws(PythonSyntaxError) -> [PythonToken] {
        if hasStatements { try startLine() }
        while let next = byte() {
            switch next {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0C, UInt8(ascii: "\r"): offset += 1
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "\n"):
                offset += 1
                if hasStatements, brackets.isEmpty {
                    add(.newline, from: offset - 1)
                    try startLine()
                }
            case UInt8(ascii: "\\"):
                guard byte(1) == UInt8(ascii: "\n") || byte(1) == UInt8(ascii: "\r") else {
                    throw PythonSyntaxError("unexpected '\\'", offset..<offset + 1)
                }
                offset += byte(1) == UInt8(ascii: "\r") && byte(2) == UInt8(ascii: "\n") ? 3 : 2
            default: try word(next)
            }
        }
        if let open = brackets.last {
            throw PythonSyntaxError(
                "'\(Character(Unicode.Scalar(open.symbol)))' is never closed", open.offset..<open.offset + 1)
        }
        if hasStatements {
            if let last = tokens.last, last.kind != .newline { add(.newline, from: offset) }
            for _ in indents.dropFirst() { add(.dedent, from: offset) }
        }
        add(.end, from: offset)
        return tokens
    }

    private mutating func add(_ kind: PythonToken.Kind, from start: Int) {
        tokens.append(PythonToken(kind: kind, range: start..<offset))
    }

    private mutating func skipComment() {
        while let next = byte(), next != UInt8(ascii: "\n") { offset += 1 }
    }

    /// Reads the indentation of the next line that is not blank.
    private mutating func startLine() throws(PythonSyntaxError) {
        var width = 0
        let lineStart = offset
        scan: while let next = byte() {
            switch next {
            case UInt8(ascii: " "): width += 1
            case UInt8(ascii: "\t"): width = (width / 8 + 1) * 8
            case UInt8(ascii: "\r"), 0x0C: break
            case UInt8(ascii: "\n"): width = 0
            case UInt8(ascii: "#"):
                skipComment()
                continue scan
            default: break scan
            }
            offset += 1
        }
        guard byte() != nil else { return }
        if width > indents[indents.count - 1] {
            guard indents.count < 100 else {
                throw PythonSyntaxError("blocks are nested more than 100 levels deep", lineStart..<offset)
            }
            indents.append(width)
            // Text from YAML may be indented as a whole: the first line sets the level.
            if tokens.isEmpty { indents = [width] } else { add(.indent, from: offset) }
        }
        while indents.count > 1, width < indents[indents.count - 1] {
            indents.removeLast()
            add(.dedent, from: offset)
        }
        if width != indents[indents.count - 1] {
            throw PythonSyntaxError(
                "the indentation matches no block around it", lineStart..<max(offset, lineStart + 1))
        }
    }

    private mutating func word(_ first: UInt8) throws(PythonSyntaxError) {
        let start = offset
        if isDigit(first) || first == UInt8(ascii: ".") && byte(1).map(isDigit) == true {
            let kind = try number()
            return add(kind, from: start)
        }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            let kind = try string(prefix: [])
            return add(kind, from: start)
        }
        if isNameStart(first) {
            while let next = byte(), isNameStart(next) || isDigit(next) { offset += 1 }
            let text = String(decoding: bytes[start..<offset], as: UTF8.self)
            if let quote = byte(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), text.utf8.count <= 2 {
                let prefix = Array(text.lowercased().utf8)
                if Self.stringPrefixes.contains(String(decoding: prefix, as: UTF8.self)) {
                    let kind = try string(prefix: prefix)
                    return add(kind, from: start)
                }
            }
            return add(PythonToken.keywords.contains(text) ? .keyword(text) : .name(text), from: start)
        }
        try symbol(first)
    }

    private static let stringPrefixes: Set<String> = ["r", "u", "b", "f", "br", "rb", "fr", "rf"]

    func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private func isNameStart(_ byte: UInt8) -> Bool {
        byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    private static let symbols3 = ["**=", "//=", "<<=", ">>=", "...", "===", "!=="]
    private static let symbols2 = [
        "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=",
        ":=", "&&", "||", "<>", "=>", "++", "--", "??",
    ]
    private static let symbols1 = "+-*/%@<>()[]{},:;.=&|^~"

    private mutating func symbol(_ first: UInt8) throws(PythonSyntaxError) {
        let start = offset
        func text(_ length: Int) -> String {
            String(decoding: bytes[start..<min(start + length, end)], as: UTF8.self)
        }
        if Self.symbols3.contains(text(3)) {
            offset += 3
        } else if Self.symbols2.contains(text(2)) {
            offset += 2
        } else if first < 0x80, Self.symbols1.utf8.contains(first) {
            offset += 1
        } else {
            throw unknown(first)
        }
        let symbol = String(decoding: bytes[start..<offset], as: UTF8.self)
        if let hint = Self.hints[symbol] {
            throw PythonSyntaxError("'\(symbol)' is not a Python operator", start..<offset, hint: hint)
        }
        if symbol == "++" || symbol == "--" {
            // Two signs in a row are two operators.
            offset = start + 1
            return add(.symbol(text(1)), from: start)
        }
        try balance(symbol, at: start)
        add(.symbol(symbol), from: start)
    }

    private static let hints = [
        "&&": "use 'and'", "||": "use 'or'", "<>": "use '!='", "===": "use '=='", "!==": "use '!='",
        "=>": "use '>=' to compare", "??": "write 'a if a is not None else b'",
    ]

    private func unknown(_ byte: UInt8) -> PythonSyntaxError {
        switch byte {
        case UInt8(ascii: "!"):
            return PythonSyntaxError("'!' is not a Python operator", offset..<offset + 1, hint: "use 'not x'")
        case UInt8(ascii: "?"):
            return PythonSyntaxError(
                "'?' is not a Python operator", offset..<offset + 1, hint: "write 'b if a else c' for 'a ? b : c'")
        case UInt8(ascii: "`"):
            return PythonSyntaxError(
                "'`' is not Python", offset..<offset + 1, hint: "names need no quotes, strings take ' or \"")
        default:
            return PythonSyntaxError(
                "'\(byte < 0x20 ? "a control character" : String(Character(Unicode.Scalar(byte))))' is not Python",
                offset..<offset + 1)
        }
    }

    private mutating func balance(_ symbol: String, at start: Int) throws(PythonSyntaxError) {
        switch symbol {
        case "(", "[", "{":
            guard brackets.count < 100 else {
                throw PythonSyntaxError("brackets are nested more than 100 levels deep", start..<start + 1)
            }
            brackets.append((bytes[start], start))
        case ")", "]", "}":
            guard let open = brackets.popLast() else {
                throw PythonSyntaxError("'\(symbol)' closes nothing", start..<start + 1)
            }
            let expected =
                switch open.symbol {
                case UInt8(ascii: "("): ")"
                case UInt8(ascii: "["): "]"
                default: "}"
                }
            guard symbol == expected else {
                throw PythonSyntaxError(
                    "'\(symbol)' stands where '\(expected)' would close '\(Character(Unicode.Scalar(open.symbol)))'",
                    start..<start + 1)
            }
        default: break
        }
    }
}

import Diagnostics

/// Cuts a template into text and the tokens of its tags, by the rules of Jinja's default environment.
struct TemplateLexer {
    private let source: RenderedText
    private let bytes: [UInt8]
    private var index = 0
    private var tokens: [TemplateToken] = []

    static func tokenize(_ source: RenderedText) throws(Diagnostic) -> [TemplateToken] {
        var lexer = TemplateLexer(source)
        try lexer.run()
        return lexer.tokens
    }

    private init(_ source: RenderedText) {
        self.source = source
        bytes = source.utf8
    }

    private func at(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    private func error(_ message: String, _ range: Range<Int>, hint: String? = nil) -> Diagnostic {
        Diagnostic(.templateSyntax, message, at: source.map.range(of: range), hint: hint)
    }

    private mutating func emit(_ kind: TemplateToken.Kind, _ range: Range<Int>) {
        tokens.append(TemplateToken(kind: kind, range: range))
    }

    // MARK: Outside of tags

    private mutating func run() throws(Diagnostic) {
        var textStart = 0
        while index < bytes.count {
            let next = at(index + 1)
            guard bytes[index] == UInt8(ascii: "{"),
                next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#")
            else {
                index += 1
                continue
            }
            emitText(textStart, strippingBefore: index)
            let start = index
            index += 2
            if at(index) == UInt8(ascii: "-") || at(index) == UInt8(ascii: "+") { index += 1 }
            switch next {
            case UInt8(ascii: "#"): try skipComment(start)
            case UInt8(ascii: "%"):
                if try !scanRaw(start) {
                    emit(.blockStart, start..<index)
                    try scanTag(UInt8(ascii: "%"), start)
                }
            default:
                emit(.outputStart, start..<index)
                try scanTag(UInt8(ascii: "}"), start)
            }
            textStart = index
        }
        emitText(textStart, strippingBefore: nil)
        emit(.end, bytes.count..<bytes.count)
    }

    /// Emits text up to a tag; a `-` behind the tag's opening takes the white space before it away.
    private mutating func emitText(_ start: Int, strippingBefore tag: Int?) {
        var end = tag ?? bytes.count
        if let tag, at(tag + 2) == UInt8(ascii: "-") {
            while end > start, MappedText.isSpace(bytes[end - 1]) { end -= 1 }
        }
        if end > start { emit(.text, start..<end) }
    }

    private mutating func skipSpaces() {
        while index < bytes.count, MappedText.isSpace(bytes[index]) { index += 1 }
    }

    /// Moves over `x}` with an optional `-` or `+` before it; whether it stands here.
    private mutating func takeClosing(_ byte: UInt8) -> Bool {
        var end = index
        let sign = at(end)
        let mayHavePlus = byte != UInt8(ascii: "}")
        if sign == UInt8(ascii: "-") || (mayHavePlus && sign == UInt8(ascii: "+")) { end += 1 }
        guard at(end) == byte, at(end + 1) == UInt8(ascii: "}") else { return false }
        index = end + 2
        if sign == UInt8(ascii: "-") { skipSpaces() }
        return true
    }

    private mutating func skipComment(_ start: Int) throws(Diagnostic) {
        while index < bytes.count {
            if takeClosing(UInt8(ascii: "#")) { return }
            index += 1
        }
        throw error("the comment is never closed", start..<(start + 2), hint: "add '#}'")
    }

    /// `{% raw %} … {% endraw %}`; false where the tag is another.
    private mutating func scanRaw(_ start: Int) throws(Diagnostic) -> Bool {
        let saved = index
        skipSpaces()
        guard takeWord("raw") else {
            index = saved
            return false
        }
        skipSpaces()
        guard takeClosing(UInt8(ascii: "%")) else {
            index = saved
            return false
        }
        let textStart = index
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "{"), at(index + 1) == UInt8(ascii: "%") {
                let tag = index
                index += 2
                if at(index) == UInt8(ascii: "-") || at(index) == UInt8(ascii: "+") { index += 1 }
                skipSpaces()
                if takeWord("endraw") {
                    skipSpaces()
                    if takeClosing(UInt8(ascii: "%")) {
                        emitText(textStart, strippingBefore: tag)
                        return true
                    }
                }
                index = tag
            }
            index += 1
        }
        throw error("'raw' is never closed", start..<saved, hint: "add '{% endraw %}'")
    }

    private mutating func takeWord(_ word: String) -> Bool {
        guard bytes[index...].starts(with: word.utf8) else { return false }
        let end = index + word.utf8.count
        guard !Self.isNamePart(at(end)) else { return false }
        index = end
        return true
    }

    // MARK: Inside of tags

    private static func isNameStart(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_")
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }

    /// The tokens up to `}}` or `%}`.
    private mutating func scanTag(_ closing: UInt8, _ start: Int) throws(Diagnostic) {
        var open: [(bracket: UInt8, offset: Int)] = []
        while true {
            skipSpaces()
            guard index < bytes.count else {
                let close = closing == UInt8(ascii: "%") ? "%}" : "}}"
                throw error("the tag is never closed", start..<(start + 2), hint: "add '\(close)'")
            }
            let tokenStart = index
            if open.isEmpty, takeClosing(closing) {
                emit(closing == UInt8(ascii: "%") ? .blockEnd : .outputEnd, tokenStart..<index)
                return
            }
            let byte = bytes[index]
            switch byte {
            case _ where Self.isNameStart(byte):
                while index < bytes.count, Self.isNamePart(bytes[index]) { index += 1 }
                emit(.name(String(decoding: bytes[tokenStart..<index], as: UTF8.self)), tokenStart..<index)
            case _ where Self.isDigit(byte): try scanNumber()
            case UInt8(ascii: "'"), UInt8(ascii: "\""): try scanString(byte)
            default:
                try scanSymbol(&open)
            }
        }
    }

    private mutating func scanSymbol(_ open: inout [(bracket: UInt8, offset: Int)]) throws(Diagnostic) {
        let start = index
        let byte = bytes[index]
        for pair in ["//", "**", "==", "!=", ">=", "<="] where bytes[index...].starts(with: pair.utf8) {
            index += 2
            emit(.symbol(pair), start..<index)
            return
        }
        guard "+-*/%~<>=.:|,()[]{}".utf8.contains(byte) else {
            var end = index + 1
            while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
            let text = String(decoding: bytes[start..<end], as: UTF8.self)
            throw error("unexpected '\(text)' in a template tag", start..<end)
        }
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): open.append((byte, index))
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            let expected: UInt8 =
                byte == UInt8(ascii: ")")
                ? UInt8(ascii: "(") : byte == UInt8(ascii: "]") ? UInt8(ascii: "[") : UInt8(ascii: "{")
            guard open.popLast()?.bracket == expected else {
                throw error("'\(String(UnicodeScalar(byte)))' closes nothing", start..<(start + 1))
            }
        default: break
        }
        index += 1
        emit(.symbol(String(UnicodeScalar(byte))), start..<index)
    }

    private mutating func scanNumber() throws(Diagnostic) {
        let start = index
        var radix = 10
        if at(index) == UInt8(ascii: "0") {
            switch at(index + 1) | 0x20 {
            case UInt8(ascii: "x"): radix = 16
            case UInt8(ascii: "o"): radix = 8
            case UInt8(ascii: "b"): radix = 2
            default: break
            }
        }
        var isFloat = false
        if radix != 10 {
            index += 2
            while Self.isNamePart(at(index)) { index += 1 }
        } else {
            scanDigits()
            if at(index) == UInt8(ascii: "."), Self.isDigit(at(index + 1)) {
                isFloat = true
                index += 1
                scanDigits()
            }
            if at(index) | 0x20 == UInt8(ascii: "e") {
                let sign = at(index + 1) == UInt8(ascii: "-") || at(index + 1) == UInt8(ascii: "+") ? 1 : 0
                if Self.isDigit(at(index + 1 + sign)) {
                    isFloat = true
                    index += 1 + sign
                    scanDigits()
                }
            }
        }
        let text = String(decoding: bytes[start..<index].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        if isFloat, let value = Double(text) {
            emit(.float(value), start..<index)
        } else if let value = Int64(radix == 10 ? text : String(text.dropFirst(2)), radix: radix) {
            emit(.integer(value), start..<index)
        } else {
            throw error("'\(text)' is not a number of 64 bits", start..<index)
        }
    }

    private mutating func scanDigits() {
        while Self.isDigit(at(index)) || (at(index) == UInt8(ascii: "_") && Self.isDigit(at(index + 1))) { index += 1 }
    }

    private mutating func scanString(_ quote: UInt8) throws(Diagnostic) {
        let start = index
        index += 1
        var text: [UInt8] = []
        while index < bytes.count, bytes[index] != quote {
            if bytes[index] == UInt8(ascii: "\\") {
                scanEscape(into: &text)
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        guard index < bytes.count else {
            throw error("the quote is never closed", start..<(start + 1), hint: "add the closing quote")
        }
        index += 1
        emit(.string(String(decoding: text, as: UTF8.self)), start..<index)
    }

    /// Python's escapes; an unknown one keeps its backslash.
    private mutating func scanEscape(into text: inout [UInt8]) {
        let next = at(index + 1)
        index += 2
        var digits = 0
        switch next {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(next)
        case UInt8(ascii: "\n"): break
        case UInt8(ascii: "a"): text.append(0x07)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "v"): text.append(0x0B)
        case UInt8(ascii: "0"): text.append(0)
        case UInt8(ascii: "x"): digits = 2
        case UInt8(ascii: "u"): digits = 4
        case UInt8(ascii: "U"): digits = 8
        default: text += [UInt8(ascii: "\\"), next]
        }
        guard digits > 0 else { return }
        let hex = String(decoding: bytes[min(index, bytes.count)..<min(index + digits, bytes.count)], as: UTF8.self)
        if hex.utf8.count == digits, let value = UInt32(hex, radix: 16), let scalar = UnicodeScalar(value) {
            text += Array(String(Character(scalar)).utf8)
            index += digits
        } else {
            text += [UInt8(ascii: "\\"), next]
        }
    }
}

import Diagnostics

/// A mistake in the YAML, before it has a file.
struct YAMLProblem: Error {
    var code: DiagnosticCode
    var message: String
    var range: Range<Int>
    var hint: String?
    var related: (message: String, range: Range<Int>)?

    init(
        _ message: String, at range: Range<Int>, hint: String? = nil,
        related: (message: String, range: Range<Int>)? = nil, code: DiagnosticCode = .yamlSyntax
    ) {
        self.code = code
        self.message = message
        self.range = range
        self.hint = hint
        self.related = related
    }

    func diagnostic(in map: SourceMap) -> Diagnostic {
        Diagnostic(
            code, message, at: map.range(of: range), hint: hint,
            related: related.map { [Diagnostic.Related($0.message, at: map.range(of: $0.range))] } ?? [])
    }
}

/// libyaml's findings in words a person understands, at the place where the mistake is to be mended.
struct YAMLSyntaxWording {
    var bytes: [UInt8]
    var problem: String
    var context: String
    /// Where libyaml noticed, and where what it was reading began.
    var place: Int
    var contextPlace: Int

    var reworded: YAMLProblem {
        switch problem {
        case "mapping values are not allowed in this context": misplacedColon
        case "found character that cannot start any token": unexpectedCharacter
        case "found a tab character where an indentation space is expected",
            "found a tab character that violates indentation":
            YAMLProblem("a tab cannot indent YAML", at: at(tabPlace), hint: Self.tabHint)
        case "found unexpected end of stream", "found unexpected document indicator":
            YAMLProblem(
                "the quote is never closed", at: at(contextPlace),
                hint: "add the closing \(byte(contextPlace) == UInt8(ascii: "'") ? "'" : "\"")")
        case "could not find expected ':'": missingColon
        case "block sequence entries are not allowed in this context":
            YAMLProblem(
                "a list item cannot start here", at: at(place),
                hint: "put the '-' on a line of its own, indented below its key")
        case "did not find expected ',' or ']'": missingBracket("]", "[")
        case "did not find expected ',' or '}'": missingBracket("}", "{")
        case "did not find expected key": badIndentation("a key of this map", startsAt: "the map starts here")
        case "did not find expected '-' indicator":
            badIndentation("'-' or the end of this list", startsAt: "the list starts here")
        case "did not find expected node content":
            YAMLProblem("expected a value, found \(found)", at: at(place), hint: quoteHint)
        case "found unknown escape character":
            YAMLProblem(
                "unknown escape in a double-quoted text", at: place..<min(bytes.count, place + 2),
                hint: "write '\\\\' for a backslash, or use single quotes, which have no escapes")
        case "did not find expected comment or line break":
            YAMLProblem(
                "the text of a block must start on the next line", at: at(place),
                hint: "begin the text on the next line, indented; or write the value in quotes")
        case "did not find expected alphabetic or numeric character":
            YAMLProblem(
                "'\(character(contextPlace))' is not followed by a name", at: at(contextPlace),
                hint: "write the value in quotes: a text that starts with '*' or '&' is an alias or an anchor in YAML")
        case "did not find expected <document start>":
            YAMLProblem(
                "expected the end of the file, found \(found)", at: at(place),
                hint: "a file holds one value; lines of one block must start in the same column")
        case let text where text.hasPrefix("Maximum nesting level"):
            YAMLProblem("nested too deep", at: at(place), code: .yamlTooLarge)
        default:
            YAMLProblem(context.isEmpty ? problem : "\(problem) \(context)", at: at(place))
        }
    }

    private static let tabHint = "YAML does not allow tabs for indentation; write spaces"
    private var quoteHint: String? {
        byte(place).map { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "}") } == true
            ? "write the value in quotes if '\(character(place))' belongs to its text" : nil
    }

    private func byte(_ offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

    private func character(_ offset: Int) -> String {
        guard bytes.indices.contains(offset) else { return "" }
        var end = offset + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }

    private func at(_ offset: Int) -> Range<Int> {
        let start = min(offset, bytes.count)
        return start..<min(bytes.count, start + max(1, character(start).utf8.count))
    }

    private var found: String {
        switch byte(place) {
        case nil: "the end of the file"
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): "the end of the line"
        default: "'\(character(place))'"
        }
    }

    private func lineStart(_ offset: Int) -> Int {
        var start = min(offset, bytes.count)
        while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
        return start
    }

    /// The first tab of the line, libyaml often notices behind it.
    private var tabPlace: Int {
        var index = lineStart(place)
        while index < bytes.count, bytes[index] != 0x0A {
            if bytes[index] == 0x09 { return index }
            index += 1
        }
        return place
    }

    private func isIndentedByTab(_ offset: Int) -> Bool {
        bytes[lineStart(offset)..<bytes.count].prefix { $0 == 0x20 || $0 == 0x09 }.contains(0x09)
    }

    private var misplacedColon: YAMLProblem {
        if isIndentedByTab(place) {
            return YAMLProblem("a tab cannot indent YAML", at: at(tabPlace), hint: Self.tabHint)
        }
        return YAMLProblem(
            "a second ': ' in one value", at: at(place),
            hint: "write the whole value in quotes if the ': ' belongs to its text; else check the indentation")
    }

    private var unexpectedCharacter: YAMLProblem {
        if byte(place) == 0x09 { return YAMLProblem("a tab cannot indent YAML", at: at(place), hint: Self.tabHint) }
        return YAMLProblem(
            "'\(character(place))' cannot start a value", at: at(place),
            hint: "write the value in quotes: a text may not start with '\(character(place))'")
    }

    private var missingColon: YAMLProblem {
        if isIndentedByTab(place) {
            return YAMLProblem("a tab cannot indent YAML", at: at(tabPlace), hint: Self.tabHint)
        }
        var end = min(contextPlace, bytes.count)
        while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
        while end > contextPlace + 1, bytes[end - 1] == 0x20 { end -= 1 }
        return YAMLProblem(
            "expected 'key: value', but this line has no ': '", at: contextPlace..<max(end, contextPlace),
            hint: "write a space after the ':', or indent the line if it continues the one above")
    }

    private func missingBracket(_ closing: String, _ opening: String) -> YAMLProblem {
        if place >= bytes.count {
            return YAMLProblem(
                "'\(opening)' is never closed", at: at(contextPlace), hint: "add the closing '\(closing)'")
        }
        return YAMLProblem(
            "expected ',' or '\(closing)', found \(found)", at: at(place), related: ("opened here", at(contextPlace)))
    }

    private func badIndentation(_ what: String, startsAt: String) -> YAMLProblem {
        if isIndentedByTab(place) {
            return YAMLProblem("a tab cannot indent YAML", at: at(tabPlace), hint: Self.tabHint)
        }
        if byte(place) == UInt8(ascii: "]") || byte(place) == UInt8(ascii: "}") {
            return YAMLProblem(
                "'\(character(place))' closes nothing", at: at(place), hint: "remove it, or write the value in quotes")
        }
        return YAMLProblem(
            "expected \(what), found \(found)", at: at(place), hint: "lines of one block must start in the same column",
            related: (startsAt, at(contextPlace)))
    }
}

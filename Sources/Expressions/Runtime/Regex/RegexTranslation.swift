/// A Python regular expression rewritten for PCRE2, with Python's own errors where Python would refuse it.
///
/// Groups lose their names (the translation numbers them), classes and escapes that mean something else in PCRE2 are
/// spelt out, and syntax that only PCRE2 has is an error as in Python. Source: CPython 3.11's `re._parser`.
struct RegexTranslation {
    /// Python's values of `re.IGNORECASE` and its sisters.
    struct Flags: OptionSet, Hashable, Sendable {
        let rawValue: Int64
        static let ignoreCase = Flags(rawValue: 2)
        static let multiline = Flags(rawValue: 8)
        static let dotAll = Flags(rawValue: 16)
        static let unicode = Flags(rawValue: 32)
        static let verbose = Flags(rawValue: 64)
        static let ascii = Flags(rawValue: 256)
    }

    var output = ""
    var groupCount = 0
    var names: [(name: String, index: Int)] = []
    var flags: Flags

    let scalars: [Unicode.Scalar]
    var at = 0
    var openGroups: [(position: Int, isVerbose: Bool)] = []
    var closedGroups: Set<Int> = []
    var openNumbers: [Int?] = []
    var conditions: [(number: Int, position: Int)] = []
    var isVerbose: Bool
    /// What a quantifier would repeat.
    var last = Item.nothing

    enum Item { case nothing, atom, repeated }

    init(_ pattern: String, flags: Flags) throws(PythonError) {
        scalars = Array(pattern.unicodeScalars)
        self.flags = flags
        isVerbose = flags.contains(.verbose)
        while at < scalars.count { try next() }
        if let open = openGroups.last {
            throw error("missing ), unterminated subpattern", at: open.position)
        }
        if let missing = conditions.first(where: { $0.number > groupCount }) {
            throw error("invalid group reference \(missing.number)", at: missing.position)
        }
    }

    func error(_ message: String, at position: Int) -> PythonError {
        var text = "\(message) at position \(position)"
        if scalars.contains("\n") {
            let before = scalars.prefix(position)
            let line = before.count { $0 == "\n" } + 1
            let column = position - (before.lastIndex(of: "\n") ?? -1)
            text += " (line \(line), column \(column))"
        }
        return PythonError("error", text)
    }

    func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        at + offset < scalars.count ? scalars[at + offset] : nil
    }

    mutating func literal(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x80, !("a"..."z").contains(scalar), !("A"..."Z").contains(scalar),
            !("0"..."9").contains(scalar), scalar != "_"
        {
            output += "\\x{\(String(scalar.value, radix: 16))}"
        } else {
            output.unicodeScalars.append(scalar)
        }
    }

    mutating func next() throws(PythonError) {
        let scalar = scalars[at]
        if isVerbose {
            if " \t\n\r\u{B}\u{C}".unicodeScalars.contains(scalar) {
                at += 1
                return
            }
            if scalar == "#" {
                while at < scalars.count, scalars[at] != "\n" { at += 1 }
                return
            }
        }
        switch scalar {
        case "\\":
            let isAssertion = peek(1).map("AbBZ".unicodeScalars.contains) ?? false
            try escape()
            last = isAssertion ? .nothing : .atom
        case "[":
            try characterClass()
            last = .atom
        case "(": try group()
        case ")":
            guard let open = openGroups.popLast() else { throw error("unbalanced parenthesis", at: at) }
            isVerbose = open.isVerbose
            if let number = openNumbers.popLast() ?? nil { closedGroups.insert(number) }
            output += ")"
            at += 1
            last = .atom
        case "|":
            output += "|"
            at += 1
            last = .nothing
        case "^", "$":
            output.unicodeScalars.append(scalar)
            at += 1
            last = .nothing
        case ".":
            output += "."
            at += 1
            last = .atom
        case "*", "+", "?", "{": try quantifier(scalar)
        default:
            literal(scalar)
            at += 1
            last = .atom
        }
    }

    // MARK: Quantifiers

    mutating func quantifier(_ scalar: Unicode.Scalar) throws(PythonError) {
        let start = at
        var text = String(scalar)
        if scalar == "{" {
            guard let bounds = try bounds() else {
                literal("{")
                at = start + 1
                last = .atom
                return
            }
            text = bounds
        } else {
            at += 1
        }
        switch last {
        case .nothing: throw error("nothing to repeat", at: start)
        case .repeated: throw error("multiple repeat", at: start)
        case .atom: break
        }
        if let suffix = peek(), suffix == "?" || suffix == "+" {
            text.unicodeScalars.append(suffix)
            at += 1
        }
        output += text
        last = .repeated
    }

    /// `{m}`, `{m,}`, `{,n}`, `{m,n}`; `nil` where the brace stands for itself.
    mutating func bounds() throws(PythonError) -> String? {
        let start = at
        at += 1
        if peek() == "}" { return nil }
        func digits() -> String {
            var text = ""
            while let digit = peek(), ("0"..."9").contains(digit) {
                text.unicodeScalars.append(digit)
                at += 1
            }
            return text
        }
        let low = digits()
        var high = low
        var isOpen = false
        if peek() == "," {
            at += 1
            high = digits()
            isOpen = high.isEmpty
        }
        guard peek() == "}" else { return nil }
        at += 1
        guard let minimum = low.isEmpty ? 0 : Int(low), let maximum = isOpen ? Int.max : Int(high) else {
            throw PythonError.overflow("the repetition number is too large")
        }
        guard minimum <= maximum else {
            throw error("min repeat greater than max repeat", at: start + 1)
        }
        guard minimum <= 65535, isOpen || maximum <= 65535 else {
            throw PythonError.overflow("the repetition number is too large")
        }
        return isOpen ? "{\(minimum),}" : "{\(minimum),\(maximum)}"
    }

    // MARK: Escapes

    private static let spaces =
        "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}"
        + "\\x{3000}"

    mutating func escape() throws(PythonError) {
        guard let code = peek(1) else { throw error("bad escape (end of pattern)", at: at) }
        switch code {
        case "A", "b", "B", "d", "D", "w", "W":
            output += "\\" + String(code)
            at += 2
        case "Z":
            output += "\\z"
            at += 2
        case "s", "S":
            let isASCII = flags.contains(.ascii)
            let isNegated = code == "S"
            output += isASCII ? "\\" + String(code) : "[\(isNegated ? "^" : "")\(RegexTranslation.spaces)]"
            at += 2
        case "1"..."9": try reference()
        default: literal(try character(inClass: false))
        }
    }

    /// A backreference, or the octal escape that three octal digits are.
    mutating func reference() throws(PythonError) {
        let start = at
        var text = String(scalars[at + 1])
        at += 2
        if let digit = peek(), ("0"..."9").contains(digit) {
            if let third = peek(1), ("0"..."7").contains(third), ("0"..."7").contains(digit),
                ("0"..."7").contains(scalars[start + 1])
            {
                text.unicodeScalars.append(digit)
                text.unicodeScalars.append(third)
                at += 2
                let code = UInt32(text, radix: 8) ?? 0
                guard code <= 0o377, let scalar = Unicode.Scalar(code) else {
                    throw error("octal escape value \\\(text) outside of range 0-0o377", at: start)
                }
                literal(scalar)
                return
            }
            text.unicodeScalars.append(digit)
            at += 1
        }
        let number = Int(text) ?? 0
        guard number <= groupCount else { throw error("invalid group reference \(number)", at: start + 1) }
        guard closedGroups.contains(number) else { throw error("cannot refer to an open group", at: start) }
        output += "\\g{\(number)}"
    }

    /// The character that an escape names; `at` stands on the backslash.
    mutating func character(inClass: Bool) throws(PythonError) -> Unicode.Scalar {
        let start = at
        guard let code = peek(1) else { throw error("bad escape (end of pattern)", at: at) }
        at += 2
        switch code {
        case "a": return "\u{7}"
        case "b" where inClass: return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{B}"
        case "x": return try hexadecimal(2, start)
        case "u": return try hexadecimal(4, start)
        case "U": return try hexadecimal(8, start)
        case "0"..."7":
            var text = String(code)
            while text.utf8.count < 3, let digit = peek(), ("0"..."7").contains(digit) {
                text.unicodeScalars.append(digit)
                at += 1
            }
            guard let number = UInt32(text, radix: 8), number <= 0o377, let scalar = Unicode.Scalar(number) else {
                throw error("octal escape value \\\(text) outside of range 0-0o377", at: start)
            }
            return scalar
        case "8", "9", "a"..."z", "A"..."Z": throw error("bad escape \\\(code)", at: start)
        default: return code
        }
    }

    mutating func hexadecimal(_ width: Int, _ start: Int) throws(PythonError) -> Unicode.Scalar {
        var text = ""
        while text.utf8.count < width, let digit = peek(), digit.isASCII, Character(digit).isHexDigit {
            text.unicodeScalars.append(digit)
            at += 1
        }
        let code = scalars[start + 1]
        guard text.utf8.count == width else { throw error("incomplete escape \\\(code)\(text)", at: start) }
        guard let scalar = UInt32(text, radix: 16).flatMap(Unicode.Scalar.init) else {
            throw error("bad escape \\\(code)\(text)", at: start)
        }
        return scalar
    }

    // MARK: Classes

    mutating func characterClass() throws(PythonError) {
        let open = at
        output += "["
        at += 1
        if peek() == "^" {
            output += "^"
            at += 1
        }
        let first = at
        while true {
            guard let scalar = peek() else { throw error("unterminated character set", at: open) }
            if scalar == "]", at > first { break }
            let start = at
            let low = try classMember()
            guard peek() == "-", let after = peek(1) else { continue }
            if after == "]" { continue }
            guard let low else {
                at += 1
                _ = try classMember(emits: false)
                throw error("bad character range \(written(start..<at))", at: start)
            }
            at += 1
            guard let high = try classMember(emits: false), high.value >= low.value else {
                throw error("bad character range \(written(start..<at))", at: start)
            }
            output += "-"
            literal(high)
        }
        at += 1
        output += "]"
    }

    func written(_ range: Range<Int>) -> String {
        scalars[range].reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    /// One character of a class, or `nil` for a class within it such as `\d`.
    mutating func classMember(emits: Bool = true) throws(PythonError) -> Unicode.Scalar? {
        guard let scalar = peek() else { throw error("unterminated character set", at: at) }
        guard scalar == "\\" else {
            at += 1
            if emits { literal(scalar) }
            return scalar
        }
        if let code = peek(1), "dDwWsS".unicodeScalars.contains(code) {
            at += 2
            if emits { output += code == "s" && !flags.contains(.ascii) ? RegexTranslation.spaces : "\\\(code)" }
            return nil
        }
        let character = try character(inClass: true)
        if emits { literal(character) }
        return character
    }
}

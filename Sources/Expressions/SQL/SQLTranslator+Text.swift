import DataModel

extension SQLTranslator {
    /// The characters that Python's `strip` takes for white space.
    private static let whiteSpace = String(
        String.UnicodeScalarView((0..<0x3001).compactMap(Unicode.Scalar.init).filter(UnicodeTraits.isSpace)))

    mutating func method(
        _ receiver: TypedExpression, _ name: String, _ arguments: TypedExpression.Arguments, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard let arguments = arguments.plain else { throw unknown(name, node) }
        if case .map = receiver.type.kind { return try mapMethod(receiver, name, arguments, node) }
        guard receiver.type.kind == .string else { throw unknown(name, node) }
        let texts = arguments.allSatisfy { $0.type.kind == .string }
        let missing = "AttributeError: 'NoneType' object has no attribute '\(name)'"
        func argumentError(_ name: String) -> String { "TypeError: \(name) must be str, not NoneType" }
        let text = try operand(receiver, missing)
        switch (name, arguments.count) {
        case ("upper", 0), ("lower", 0):
            guard dialect == .flink else { return SQLTerm(text: "\(name)(\(text.text))") }
            differ("letters newer than the Unicode of the engine's Java keep their case")
            return call(name == "upper" ? .textUpper : .textLower, [text.text])
        case ("strip", 0), ("lstrip", 0), ("rstrip", 0), ("strip", 1), ("lstrip", 1), ("rstrip", 1):
            return try strip(name, text, arguments.first, node)
        case ("replace", 2) where texts:
            let (old, new) = (
                try operand(arguments[0], argumentError("replace() argument 1")),
                try operand(arguments[1], argumentError("replace() argument 2"))
            )
            if dialect == .flink { return call(.textReplace, [text.text, old.text, new.text]) }
            guard isNonEmptyText(arguments[0]) else {
                throw obstacle("replaces what may be an empty text, which \(dialect.title) leaves alone", node)
            }
            return SQLTerm(text: "replace(\(text.text), \(old.text), \(new.text))")
        case ("startswith", 1) where texts, ("endswith", 1) where texts:
            let affix = try operand(
                arguments[0], "TypeError: \(name) first arg must be str or a tuple of str, not NoneType")
            if dialect == .flink {
                return call(name == "startswith" ? .textStartsWith : .textEndsWith, [text.text, affix.text])
            }
            return SQLTerm(text: "\(name)(\(text.text), \(affix.text))")
        case ("find", 1) where texts:
            let part = try operand(arguments[0], argumentError("argument"))
            if dialect == .flink { return call(.textFind, [text.text, part.text]) }
            return SQLTerm(text: "CAST(locate(\(part.text), \(text.text)) AS BIGINT) - 1L", precedence: .additive)
        case ("count", 1) where texts && dialect == .flink:
            return call(.textCount, [text.text, try operand(arguments[0], argumentError("argument")).text])
        case ("split", 0) where dialect == .flink: return call(.textWords, [text.text])
        case ("split", 1) where texts:
            let separator = try operand(arguments[0], argumentError("separator"))
            if dialect == .flink { return call(.textSplit, [text.text, separator.text]) }
            guard case .constant(.string(let constant)) = arguments[0].kind, isNonEmptyText(arguments[0]) else {
                throw obstacle("splits at a text that is only known row by row", node)
            }
            return SQLTerm(text: "split(\(text.text), \(dialect.string(Self.quotedPattern(constant))), -1)")
        case ("join", 1): return try join(text, arguments[0], node)
        default: throw unknown(name, node)
        }
    }

    private func unknown(_ name: String, _ node: TypedExpression) -> SQLObstacle {
        obstacle("calls '\(name)', for which \(dialect.title) has nothing with the same meaning", node)
    }

    private func isNonEmptyText(_ node: TypedExpression) -> Bool {
        if case .constant(.string(let text)) = node.kind { !text.utf8.isEmpty } else { false }
    }

    /// A text as a regular expression of Java's that matches it alone.
    private static func quotedPattern(_ text: String) -> String {
        var pattern = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar), scalar.value > 0x20,
                scalar.value != 0x7F
            {
                pattern += "\\"
            }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern
    }

    private mutating func strip(
        _ name: String, _ text: SQLTerm, _ characters: TypedExpression?, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let set: SQLTerm
        if let characters {
            if case .constant(.null) = characters.kind {
                set = SQLTerm(text: dialect.string(Self.whiteSpace))
            } else {
                guard characters.type.kind == .string else { throw unknown(name, node) }
                // None stands for white space.
                guard !characters.type.isNullable else {
                    throw obstacle("strips characters that may be None", node)
                }
                set = try operand(characters, "")
            }
        } else {
            set = SQLTerm(text: dialect.string(Self.whiteSpace))
        }
        switch dialect {
        case .flink:
            let function: FlinkFunction =
                name == "strip" ? .textStrip : name == "lstrip" ? .textStripLeft : .textStripRight
            return call(function, characters == nil ? [text.text] : [text.text, set.text])
        case .spark:
            let side = name == "strip" ? "BOTH" : name == "lstrip" ? "LEADING" : "TRAILING"
            return SQLTerm(text: "trim(\(side) \(set.text) FROM \(text.text))")
        }
    }

    private mutating func join(
        _ separator: SQLTerm, _ list: TypedExpression, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        // The checker wraps what is joined into `list(…)`.
        var list = list
        if case .function("list", let arguments) = list.kind, let inner = arguments.single { list = inner }
        guard case .list(let element) = list.type.kind, element.kind == .string else { throw unknown("join", node) }
        let items = try required(list, "TypeError: can only join an iterable")
        if dialect == .flink { return call(.textJoin, [separator.text, items.text]) }
        guard !element.isNullable else {
            throw obstacle("joins texts of which some may be None, which \(dialect.title) leaves out", node)
        }
        return SQLTerm(text: "array_join(\(items.text), \(separator.text))")
    }

    mutating func repetition(
        _ text: TypedExpression, _ count: TypedExpression, _ textError: String, _ countError: String
    ) throws(SQLObstacle) -> SQLTerm {
        let (term, times) = (try operand(text, textError), try operand(count, countError))
        guard dialect == .flink else {
            guard case .constant(.int(let number)) = count.kind, number <= 1000 else {
                throw obstacle("repeats a text as often as a field says", count)
            }
            return SQLTerm(text: "repeat(\(term.text), \(max(number, 0)))")
        }
        return call(.textRepeat, [term.text, times.text])
    }

    // MARK: Formatting

    mutating func formatted(
        _ parts: [TypedExpression.FormattedPart], _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        var pieces: [String] = []
        for part in parts {
            if !part.literal.utf8.isEmpty { pieces.append(dialect.string(part.literal)) }
            guard let value = part.value else { continue }
            guard part.conversion == nil || part.conversion == UInt8(ascii: "s") else {
                throw obstacle("makes the 'repr' of a value", node)
            }
            if part.specification.isEmpty {
                pieces.append(try self.text(of: value, node).text(.unary))
            } else {
                pieces.append(try fixed(value, part, node).text(.unary))
            }
        }
        guard let first = pieces.first else { return SQLTerm(text: dialect.literal(.string(""), .string) ?? "''") }
        if pieces.count == 1 {
            return SQLTerm(text: first.hasPrefix("'") ? "CAST(\(first) AS STRING)" : first, precedence: .additive)
        }
        return SQLTerm(text: pieces.joined(separator: " || "), precedence: .additive)
    }

    /// `{x:.2f}`.
    private mutating func fixed(
        _ value: TypedExpression, _ part: TypedExpression.FormattedPart, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let specification = part.specification.map(\.literal).joined()
        let digits = specification.dropFirst().dropLast()
        guard part.conversion == nil, part.specification.allSatisfy({ $0.value == nil }), value.type.kind == .double,
            specification.hasPrefix("."), specification.hasSuffix("f"), let count = Int(digits),
            (0...20).contains(count), digits.allSatisfy(\.isNumber)
        else { throw obstacle("formats a value with '\(specification)'", node) }
        let term = try required(value, "TypeError: unsupported format string passed to NoneType.__format__")
        if dialect == .flink { return call(.floatFixed, [term.text, "\(count)"]) }
        let repeated = try repeatable(term, node)
        differ("a float formatted to more than 17 digits has zeros behind them")
        let pattern = "0" + (count > 0 ? "." + String(repeating: "0", count: count) : "")
        return SQLTerm(
            text: "CASE WHEN isnan(\(repeated.text)) THEN 'nan' WHEN \(repeated.text(.additive)) = DOUBLE('Infinity') "
                + "THEN 'inf' WHEN \(repeated.text(.additive)) = DOUBLE('-Infinity') THEN '-inf' "
                + "ELSE format_number(\(repeated.text), '\(pattern)') END")
    }

    /// `str(value)`.
    mutating func text(of node: TypedExpression, _ whole: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        let term = try value(node)
        var text: SQLTerm
        switch node.type.kind {
        case .string: text = term
        case .int64: text = SQLTerm(text: "CAST(\(term.text) AS STRING)")
        case .boolean:
            guard term.isNullable else {
                return SQLTerm(text: "CASE WHEN \(term.text) THEN 'True' ELSE 'False' END")
            }
            let repeated = try repeatable(term, node)
            return SQLTerm(
                text: "CASE WHEN \(repeated.text(.additive)) IS NULL THEN 'None' WHEN \(repeated.text) THEN 'True' "
                    + "ELSE 'False' END")
        case .double where dialect == .flink: text = call(.floatText, [term.text])
        case .double: throw obstacle("makes the text of a float, which \(dialect.title) writes otherwise", whole)
        default: throw obstacle("makes the text of a value of type \(node.type.nonNull)", whole)
        }
        if term.isNullable { text = SQLTerm(text: "COALESCE(\(text.text), 'None')") }
        return text
    }
}

import Diagnostics

/// The filters behind `|`.
enum TemplateFilters {
    static let names: Set<String> = [
        "indent", "default", "d", "upper", "lower", "title", "capitalize", "trim", "replace", "join", "length", "count",
        "first", "last", "list", "int", "float", "string", "round", "abs", "sort", "unique", "reverse", "map", "select",
        "reject", "selectattr", "rejectattr", "sum", "min", "max", "dictsort", "items", "tojson", "batch", "slice",
        "format", "wordcount", "truncate", "center", "escape", "e", "forceescape", "safe", "urlencode", "groupby",
        "attr", "striptags",
    ]

    /// Filters that go through a sequence, `TemplateEvaluator+SequenceFilters`.
    static let ofSequences: Set<String> = [
        "join", "first", "last", "list", "sort", "unique", "map", "select", "reject", "selectattr", "rejectattr", "sum",
        "min", "max", "batch", "slice", "groupby",
    ]
}

extension TemplateEvaluator {
    func filter(
        _ operand: TemplateExpression?, _ name: String, _ arguments: TemplateArguments, _ range: Range<Int>,
        _ scope: TemplateScope, _ block: RuntimeValue?
    ) throws(Diagnostic) -> RuntimeValue {
        let value: RuntimeValue
        if let operand { value = try evaluate(operand, in: scope, block: block) } else { value = block ?? .none }
        return try apply(name, to: value, try evaluate(arguments, in: scope), range)
    }

    func apply(
        _ name: String, to value: RuntimeValue, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        if name == "default" || name == "d" {
            let isMissing: Bool
            if case .undefined = value {
                isMissing = true
            } else {
                isMissing = try arguments.flag(1, "boolean") && !value.isTrue
            }
            return isMissing ? try arguments.value(0, "default_value") ?? .string("") : value
        }
        let value = try defined(value)
        if TemplateFilters.ofSequences.contains(name) { return try applyToSequence(name, value, arguments, range) }
        switch name {
        case "indent": return .string(try indented(PythonText.str(value), arguments, range))
        case "trim":
            if try arguments.text(0, "chars") == nil { return .string(PythonText.str(value).trimmed) }
            return try callMethod("strip", of: .string(PythonText.str(value)), arguments, range)
        case "upper", "lower", "capitalize", "center":
            var arguments = arguments
            if name == "center", arguments.positional.isEmpty, arguments.keywords.isEmpty {
                arguments.positional = [.int(80)]
            }
            return try callMethod(name, of: .string(PythonText.str(value)), arguments, range)
        case "title": return .string(Self.titled(PythonText.str(value).string))
        case "replace": return try callMethod("replace", of: .string(PythonText.str(value)), arguments, range)
        case "length", "count": return .int(Int64(try length(value, range)))
        case "int": return try integer(value, arguments)
        case "float": return try float(value, arguments)
        case "string": return .string(PythonText.str(value))
        case "round": return try rounded(value, arguments, range)
        case "abs": return try absolute(value, range)
        case "reverse": return try reversed(value, range)
        case "dictsort": return try dictionarySorted(value, arguments, range)
        case "items":
            guard case .dictionary = value else {
                throw failure("'items' needs a dictionary, found \(value.typeName)", range)
            }
            return try callMethod("items", of: value, EvaluatedArguments(), range)
        case "tojson":
            guard let text = PythonText.json(value) else {
                throw failure("a value of type \(value.typeName) cannot be written as JSON", range)
            }
            return .string(text)
        case "format":
            let items: [RuntimeValue]
            if arguments.keywords.isEmpty {
                items = arguments.positional
            } else {
                let dictionary = RuntimeDictionary()
                for (name, value) in arguments.keywords { dictionary[name] = value }
                items = [.dictionary(dictionary)]
            }
            return .string(try PythonFormat(self, range).printf(PythonText.str(value).string, items))
        case "wordcount": return .int(Int64(Self.words(PythonText.str(value).string)))
        case "truncate": return .string(try truncated(PythonText.str(value).string, arguments))
        case "escape", "e", "forceescape": return .string(Self.escaped(PythonText.str(value).string))
        case "urlencode": return .string(try urlEncoded(value, range))
        case "attr":
            guard let name = try arguments.text(0, "name") else { throw failure("'attr' needs a name", range) }
            return try attribute(value, name, range)
                ?? .undefined(failure("a value of type \(value.typeName) has no '\(name)'", range))
        default: return value
        }
    }

    /// Jinja's `indent`, which keeps where each line was written.
    private func indented(
        _ text: MappedText, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> MappedText {
        var indentation = MappedText()
        switch try arguments.value(0, "width") {
        case .some(.string(let text)): indentation = text
        case let width:
            let count = Int(max(0, min(width?.integer ?? 4, 10_000)))
            indentation = MappedText(String(repeating: " ", count: count))
        }
        let indentsFirst = try arguments.flag(1, "first")
        let indentsBlank = try arguments.flag(2, "blank")
        // As in Jinja a line break is added first, so that a last empty line stays one.
        var padded = text
        padded.append("\n")
        var result = MappedText()
        for (index, line) in padded.lines.enumerated() {
            if index > 0 { result.append("\n") }
            let isIndented = index == 0 ? indentsFirst : (line.count > 0 || indentsBlank)
            if isIndented { result.append(indentation) }
            result.append(line)
            try checkSize(result.count, range)
        }
        return result
    }

    func length(_ value: RuntimeValue, _ range: Range<Int>) throws(Diagnostic) -> Int {
        switch value {
        case .string(let text): return text.string.unicodeScalars.count
        case .list(let list): return list.items.count
        case .tuple(let items): return items.count
        case .dictionary(let dictionary): return dictionary.keys.count
        default: throw failure("a value of type \(value.typeName) has no length", range)
        }
    }

    private static func titled(_ text: String) -> String {
        var result = ""
        var word = ""
        func flush() {
            result += PythonStrings.capitalized(word)
            word = ""
        }
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace || "-({[<".unicodeScalars.contains(scalar) {
                flush()
                result.unicodeScalars.append(scalar)
            } else {
                word.unicodeScalars.append(scalar)
            }
        }
        flush()
        return result
    }

    // MARK: Numbers

    private func integer(_ value: RuntimeValue, _ arguments: EvaluatedArguments) throws(Diagnostic) -> RuntimeValue {
        let fallback = try arguments.value(0, "default") ?? .int(0)
        if let integer = value.integer { return .int(integer) }
        var number: Double?
        if case .float(let value) = value { number = value }
        if case .string(let text) = value {
            let base = try arguments.integer(1, "base") ?? 10
            var digits = text.trimmed.string.filter { $0 != "_" }.lowercased()
            for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where base == radix && digits.hasPrefix(prefix) {
                digits = String(digits.dropFirst(2))
            }
            if (2...36).contains(base), let integer = Int64(digits, radix: base) { return .int(integer) }
            number = Self.number(text.trimmed.string)
        }
        guard let number, let integer = Int64(exactly: number.rounded(.towardZero)) else { return fallback }
        return .int(integer)
    }

    private func float(_ value: RuntimeValue, _ arguments: EvaluatedArguments) throws(Diagnostic) -> RuntimeValue {
        if let number = value.number { return .float(number) }
        if case .string(let text) = value, let number = Self.number(text.trimmed.string) { return .float(number) }
        return try arguments.value(0, "default") ?? .float(0)
    }

    /// Python's `float(text)`: no hexadecimal form, which Swift would read.
    private static func number(_ text: String) -> Double? {
        guard !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") || $0 | 0x20 == UInt8(ascii: "p") }) else {
            return nil
        }
        return Double(text.filter { $0 != "_" })
    }

    private func rounded(
        _ value: RuntimeValue, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        let places = try arguments.integer(0, "precision") ?? 0
        let method = try arguments.text(1, "method") ?? "common"
        guard let number = value.number else { throw failure("'round' needs a number, found \(value.typeName)", range) }
        switch method {
        case "common":
            if value.integer != nil, places >= 0 { return value }
            let result = SystemMath.round(number, places)
            if value.integer != nil, let integer = Int64(exactly: result) { return .int(integer) }
            return .float(result)
        case "ceil", "floor":
            let scale = SystemMath.power(10, Double(places))
            return .float((number * scale).rounded(method == "ceil" ? .up : .down) / scale)
        default: throw failure("the method must be 'common', 'ceil' or 'floor'", range)
        }
    }

    private func absolute(_ value: RuntimeValue, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        if case .float(let number) = value { return .float(abs(number)) }
        guard let integer = value.integer else { throw failure("'abs' needs a number, found \(value.typeName)", range) }
        return integer < 0 ? try negated(.int(integer), range) : .int(integer)
    }

    // MARK: Texts

    private static func words(_ text: String) -> Int {
        var count = 0
        var isInside = false
        for scalar in text.unicodeScalars {
            let isWord =
                scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            if isWord, !isInside { count += 1 }
            isInside = isWord
        }
        return count
    }

    private func truncated(_ text: String, _ arguments: EvaluatedArguments) throws(Diagnostic) -> String {
        let length = try arguments.integer(0, "length") ?? 255
        let killsWords = try arguments.flag(1, "killwords")
        let end = try arguments.text(2, "end") ?? "..."
        let leeway = try arguments.integer(3, "leeway") ?? 5
        let scalars = Array(text.unicodeScalars)
        if scalars.count <= length + leeway { return text }
        var kept = scalars.prefix(max(0, length - end.unicodeScalars.count))
        if !killsWords, let space = kept.lastIndex(of: " ") { kept = kept[..<space] }
        return String(String.UnicodeScalarView(kept)) + end
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&#39;"
            case "\"": result += "&#34;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private func urlEncoded(_ value: RuntimeValue, _ range: Range<Int>) throws(Diagnostic) -> String {
        var pairs: [(RuntimeValue, RuntimeValue)] = []
        switch value {
        case .dictionary(let dictionary): pairs = Array(zip(dictionary.keys, dictionary.values))
        case .list(let list):
            for item in list.items {
                let pair = try items(of: item, range)
                guard pair.count == 2 else { throw failure("'urlencode' needs pairs", range) }
                pairs.append((pair[0], pair[1]))
            }
        default: return Self.quoted(PythonText.str(value), keepsSlash: true)
        }
        return pairs.map {
            Self.quoted(PythonText.str($0.0), keepsSlash: false) + "="
                + Self.quoted(PythonText.str($0.1), keepsSlash: false)
        }.joined(separator: "&")
    }

    private static func quoted(_ text: MappedText, keepsSlash: Bool) -> String {
        var result = ""
        for byte in text.bytes {
            let character = UnicodeScalar(byte)
            let isPlain = byte < 0x80 && (character.properties.isAlphabetic || character.properties.numericType != nil)
            if isPlain || "_.-~".utf8.contains(byte) || (keepsSlash && byte == UInt8(ascii: "/")) {
                result.unicodeScalars.append(character)
            } else if byte == 0x20, !keepsSlash {
                result += "+"
            } else {
                result += "%" + PythonText.hex(UInt32(byte), 2).uppercased()
            }
        }
        return result
    }

    // MARK: Collections

    private func reversed(_ value: RuntimeValue, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        if case .string(let text) = value {
            return .string(String(String.UnicodeScalarView(text.string.unicodeScalars.reversed())))
        }
        return .list(try items(of: value, range).reversed())
    }

    private func dictionarySorted(
        _ value: RuntimeValue, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        guard case .dictionary(let dictionary) = value else {
            throw failure("'dictsort' needs a dictionary, found \(value.typeName)", range)
        }
        let isCaseSensitive = try arguments.flag(0, "case_sensitive")
        let byValue = try arguments.text(1, "by") == "value"
        let pairs = Array(zip(dictionary.keys, dictionary.values))
        let sorted = PythonComparison.sorted(pairs, reversed: try arguments.flag(2, "reverse")) { pair in
            Self.sortKey(byValue ? pair.1 : pair.0, isCaseSensitive)
        }
        guard let sorted else { throw failure("the keys have no order", range) }
        return .list(sorted.map { .tuple([$0.0, $0.1]) })
    }

    static func sortKey(_ value: RuntimeValue, _ isCaseSensitive: Bool) -> RuntimeValue {
        if !isCaseSensitive, case .string(let text) = value { return .string(text.string.lowercased()) }
        return value
    }
}

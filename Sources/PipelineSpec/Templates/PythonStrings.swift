import Diagnostics

/// The methods of Python's strings.
struct PythonStrings {
    private let evaluator: TemplateEvaluator
    private let range: Range<Int>

    init(_ evaluator: TemplateEvaluator, _ range: Range<Int>) {
        self.evaluator = evaluator
        self.range = range
    }

    static func find(_ part: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard part.count <= bytes.count - start else { return nil }
        guard let first = part.first else { return start }
        var index = start
        let last = bytes.count - part.count
        while index <= last {
            if bytes[index] == first, bytes[index..<(index + part.count)].elementsEqual(part) { return index }
            index += 1
        }
        return nil
    }

    static func split(_ bytes: [UInt8], by separator: [UInt8], limit: Int) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var start = 0
        while result.count < limit, let found = find(separator, in: bytes, from: start) {
            result.append(Array(bytes[start..<found]))
            start = found + separator.count
        }
        return result + [Array(bytes[start...])]
    }

    static func text(_ bytes: some Sequence<UInt8>) -> RuntimeValue {
        .string(String(decoding: Array(bytes), as: UTF8.self))
    }

    func call(
        _ name: String, _ value: MappedText, _ arguments: EvaluatedArguments
    ) throws(Diagnostic) -> RuntimeValue {
        try evaluator.checkSize(value.count, range)
        let text = value.string
        switch name {
        case "upper": return .string(text.uppercased())
        case "lower", "casefold": return .string(text.lowercased())
        case "capitalize": return .string(Self.capitalized(text))
        case "title": return .string(Self.titled(text))
        case "swapcase":
            return .string(
                text.unicodeScalars.map {
                    $0.properties.isUppercase ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
                }.joined())
        case "strip", "lstrip", "rstrip": return .string(try strip(name, value, arguments))
        case "split", "rsplit", "splitlines": return .list(try split(name, value, arguments))
        case "partition", "rpartition": return try partition(name, value, arguments)
        case "replace":
            let (old, new) = (try required(arguments, 0, "old"), try required(arguments, 1, "new"))
            return .string(try replaced(text, old, new, limit: try arguments.integer(2, "count") ?? -1))
        case "startswith", "endswith": return try affix(name, value, arguments)
        case "removeprefix":
            let prefix = Array(try required(arguments, 0, "prefix").utf8)
            return .string(value.bytes.starts(with: prefix) ? value.slice(prefix.count..<value.count) : value)
        case "removesuffix":
            let suffix = Array(try required(arguments, 0, "suffix").utf8)
            let matches = !suffix.isEmpty && value.bytes.suffix(suffix.count).elementsEqual(suffix)
            return .string(matches ? value.slice(0..<(value.count - suffix.count)) : value)
        case "join":
            return .string(try joined(try evaluator.items(of: arguments.value(0, "iterable") ?? .none, range), value))
        case "format": return .string(try PythonFormat(evaluator, range).format(text, arguments))
        case "find", "rfind", "index", "count": return try search(name, text, arguments)
        case "zfill", "ljust", "rjust", "center": return .string(try padded(name, text, arguments))
        default: return .bool(Self.check(name, text))
        }
    }

    private func required(_ arguments: EvaluatedArguments, _ index: Int, _ name: String) throws(Diagnostic) -> String {
        guard let text = try arguments.text(index, name) else {
            throw evaluator.failure("the argument '\(name)' is missing", range)
        }
        return text
    }

    static func capitalized(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.first else { return "" }
        return first.properties.titlecaseMapping + String(String.UnicodeScalarView(scalars.dropFirst())).lowercased()
    }

    static func titled(_ text: String) -> String {
        var result = ""
        var isInside = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            result += isInside ? properties.lowercaseMapping : properties.titlecaseMapping
            isInside = properties.isCased
        }
        return result
    }

    private func strip(
        _ name: String, _ value: MappedText, _ arguments: EvaluatedArguments
    ) throws(Diagnostic) -> MappedText {
        let characters = try arguments.text(0, "chars").map { Set($0.unicodeScalars) }
        let isStripped: (Unicode.Scalar) -> Bool = { characters?.contains($0) ?? $0.properties.isWhitespace }
        let scalars = Array(value.string.unicodeScalars)
        var start = 0
        var end = scalars.count
        if name != "rstrip" { while start < end, isStripped(scalars[start]) { start += 1 } }
        if name != "lstrip" { while end > start, isStripped(scalars[end - 1]) { end -= 1 } }
        let lower = scalars[..<start].reduce(0) { $0 + UTF8.width($1) }
        let upper = lower + scalars[start..<end].reduce(0) { $0 + UTF8.width($1) }
        return value.slice(lower..<upper)
    }

    private func split(
        _ name: String, _ value: MappedText, _ arguments: EvaluatedArguments
    ) throws(Diagnostic) -> [RuntimeValue] {
        if name == "splitlines" { return value.lines.map { .string($0) } }
        let limit = try arguments.integer(1, "maxsplit") ?? -1
        let maximum = limit < 0 ? Int.max : limit
        var separator = Array((try arguments.text(0, "sep") ?? "").utf8)
        guard !separator.isEmpty else {
            let words = value.bytes.split(
                maxSplits: maximum, omittingEmptySubsequences: true, whereSeparator: MappedText.isSpace)
            return words.map { part in
                Self.text(part.drop { MappedText.isSpace($0) })
            }
        }
        if name == "split" { return Self.split(value.bytes, by: separator, limit: maximum).map { Self.text($0) } }
        separator.reverse()
        return Self.split(value.bytes.reversed(), by: separator, limit: maximum).reversed().map {
            Self.text($0.reversed())
        }
    }

    private func partition(
        _ name: String, _ value: MappedText, _ arguments: EvaluatedArguments
    ) throws(Diagnostic) -> RuntimeValue {
        let separator = Array(try required(arguments, 0, "sep").utf8)
        guard !separator.isEmpty else { throw evaluator.failure("the separator is empty", range) }
        let parts = Self.split(value.bytes, by: separator, limit: .max)
        guard parts.count > 1 else {
            let empty = RuntimeValue.string("")
            return .tuple(name == "partition" ? [.string(value), empty, empty] : [empty, empty, .string(value)])
        }
        let head = name == "partition" ? 1 : parts.count - 1
        return .tuple([
            Self.text(parts[..<head].joined(separator: separator)), Self.text(separator),
            Self.text(parts[head...].joined(separator: separator)),
        ])
    }

    func replaced(_ text: String, _ old: String, _ new: String, limit: Int) throws(Diagnostic) -> String {
        let maximum = limit < 0 ? Int.max : limit
        let replacement = Array(new.utf8)
        if old.isEmpty {
            var result: [UInt8] = []
            var count = 0
            for scalar in text.unicodeScalars {
                if count < maximum { result += replacement }
                count += 1
                result += Array(String(Character(scalar)).utf8)
            }
            if count < maximum { result += replacement }
            try evaluator.checkSize(result.count, range)
            return String(decoding: result, as: UTF8.self)
        }
        let parts = Self.split(Array(text.utf8), by: Array(old.utf8), limit: maximum)
        let size = parts.reduce(0) { $0 + $1.count }
        try evaluator.checkSize(size + (parts.count - 1) * replacement.count, range)
        return String(decoding: Array(parts.joined(separator: replacement)), as: UTF8.self)
    }

    func joined(_ items: [RuntimeValue], _ separator: MappedText) throws(Diagnostic) -> MappedText {
        var result = MappedText()
        for (index, item) in items.enumerated() {
            if index > 0 { result.append(separator) }
            result.append(PythonText.str(try evaluator.defined(item)))
            try evaluator.checkSize(result.count, range)
        }
        return result
    }

    private func affix(
        _ name: String, _ value: MappedText, _ arguments: EvaluatedArguments
    ) throws(Diagnostic) -> RuntimeValue {
        var choices: [RuntimeValue] = []
        switch try arguments.value(0, "prefix") {
        case .some(.tuple(let items)): choices = items
        case .some(let one): choices = [one]
        case nil: throw evaluator.failure("'\(name)' needs a text", range)
        }
        return .bool(
            choices.contains { choice in
                let part = PythonText.str(choice).bytes
                return name == "startswith"
                    ? value.bytes.starts(with: part)
                    : value.count >= part.count && value.bytes.suffix(part.count).elementsEqual(part)
            })
    }

    private func search(_ name: String, _ text: String, _ arguments: EvaluatedArguments) throws(Diagnostic)
        -> RuntimeValue
    {
        let bytes = Array(text.utf8)
        let part = Array(try required(arguments, 0, "sub").utf8)
        if name == "count" {
            if part.isEmpty { return .int(Int64(text.unicodeScalars.count + 1)) }
            return .int(Int64(Self.split(bytes, by: part, limit: .max).count - 1))
        }
        var found = Self.find(part, in: bytes, from: 0)
        if name == "rfind", found != nil {
            let reversed = Self.find(part.reversed(), in: bytes.reversed(), from: 0)
            found = reversed.map { bytes.count - $0 - part.count }
        }
        guard let found else {
            if name == "index" {
                throw evaluator.failure(
                    "the text does not contain \(PythonText.repr(String(decoding: part, as: UTF8.self)))", range)
            }
            return .int(-1)
        }
        return .int(Int64(bytes[..<found].count { $0 & 0xC0 != 0x80 }))
    }

    private func padded(_ name: String, _ text: String, _ arguments: EvaluatedArguments) throws(Diagnostic) -> String {
        let width = try arguments.integer(0, "width") ?? 0
        try evaluator.checkSize(width, range)
        let missing = max(0, width - text.unicodeScalars.count)
        let filler = try name == "zfill" ? "0" : arguments.text(1, "fillchar") ?? " "
        let padding = String(repeating: filler, count: missing)
        switch name {
        case "zfill":
            if let sign = text.unicodeScalars.first, sign == "-" || sign == "+" {
                return String(sign) + padding + String(text.unicodeScalars.dropFirst())
            }
            return padding + text
        case "ljust": return text + padding
        case "rjust": return padding + text
        default: return Self.centered(text, width, filler)
        }
    }

    /// Python's `center`, which puts the odd blank left or right by the parity of the width.
    static func centered(_ text: String, _ width: Int, _ filler: String = " ") -> String {
        let missing = max(0, width - text.unicodeScalars.count)
        let left = missing / 2 + (missing & width & 1)
        return String(repeating: filler, count: left) + text + String(repeating: filler, count: missing - left)
    }

    private static func check(_ name: String, _ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard !scalars.isEmpty else { return false }
        switch name {
        case "isdigit", "isdecimal", "isnumeric": return scalars.allSatisfy { $0.properties.numericType != nil }
        case "isalpha": return scalars.allSatisfy { $0.properties.isAlphabetic }
        case "isalnum": return scalars.allSatisfy { $0.properties.isAlphabetic || $0.properties.numericType != nil }
        case "isspace": return scalars.allSatisfy { $0.properties.isWhitespace }
        case "isupper":
            return scalars.contains { $0.properties.isCased } && !scalars.contains { $0.properties.isLowercase }
        default:
            return scalars.contains { $0.properties.isCased } && !scalars.contains { $0.properties.isUppercase }
        }
    }
}

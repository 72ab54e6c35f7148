import DataModel

/// The functions of Python's `re` that give values; those that give a match are `PythonRuntime.reMatch`.
enum RegexModule {
    static let constants: [String: Value] = [
        "re.I": .int(2), "re.IGNORECASE": .int(2), "re.M": .int(8), "re.MULTILINE": .int(8), "re.S": .int(16),
        "re.DOTALL": .int(16), "re.X": .int(64), "re.VERBOSE": .int(64), "re.A": .int(256), "re.ASCII": .int(256),
        "re.U": .int(32), "re.UNICODE": .int(32), "re.NOFLAG": .int(0),
    ]

    static let signatures: [String: Signature] = [
        "re.findall": Signature(["pattern", "string", "flags"], required: 2, keywords: true, .fixed(.list(.any))),
        "re.sub": Signature(
            ["pattern", "repl", "string", "count", "flags"], required: 3, keywords: true, .fixed(.string)),
        "re.subn": Signature(
            ["pattern", "repl", "string", "count", "flags"], required: 3, keywords: true, .fixed(.list(.any))),
        "re.split": Signature(
            ["pattern", "string", "maxsplit", "flags"], required: 2, keywords: true, .fixed(.list(.any))),
        "re.escape": Signature(["pattern"], keywords: true, .fixed(.string)),
    ]

    static func call(
        _ name: String, _ signature: Signature, _ positional: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        let short = String(name.dropFirst("re.".count))
        let bound = try signature.bind(nil, short, positional, keywords)
        switch short {
        case "escape":
            if case .bytes(let bytes)? = bound[0] {
                let text = escaped(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })))
                return .bytes(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
            }
            guard case .string(let text)? = bound[0] else {
                throw .typeError(
                    "decoding to str: need a bytes-like object, "
                        + "\(PythonRuntime.typeName(bound[0] ?? .null)) found")
            }
            return .string(escaped(text))
        case "findall":
            let regex = try compiled(bound[0], bound[2])
            return .list(try findAll(regex, try subject(bound[1])))
        case "split":
            let regex = try compiled(bound[0], bound[3])
            return .list(try split(regex, try subject(bound[1]), limit: try count(bound[2])))
        default:
            let regex = try compiled(bound[0], bound[4])
            let text = try subject(bound[2])
            guard case .string(let template)? = bound[1] else {
                throw .typeError(
                    "decoding to str: need a bytes-like object, "
                        + "\(PythonRuntime.typeName(bound[1] ?? .null)) found")
            }
            let parsed = try RegexTemplate(template, groupCount: regex.groupCount, names: regex.names)
            let (result, made) = try substituted(regex, text, limit: try count(bound[3])) { parsed.expanded(text, $0) }
            return short == "sub" ? .string(result) : .list([.string(result), .int(Int64(made))])
        }
    }

    static func compiled(_ pattern: Value?, _ flags: Value?) throws(PythonError) -> Regex {
        guard case .string(let pattern)? = pattern else {
            throw .typeError("first argument must be string or compiled pattern")
        }
        return try Regex.compiled(
            pattern,
            flags: try flags.map { value throws(PythonError) in
                Int64(try PythonRuntime.integer(value))
            } ?? 0)
    }

    static func subject(_ value: Value?) throws(PythonError) -> [UInt8] {
        switch value {
        case .string(let text)?: return Array(text.utf8)
        case .bytes?: throw .typeError("cannot use a string pattern on a bytes-like object")
        default:
            throw .typeError(
                "expected string or bytes-like object, got '\(PythonRuntime.typeName(value ?? .null))'")
        }
    }

    /// Zero means as many as there are.
    private static func count(_ value: Value?) throws(PythonError) -> Int {
        let count = try value.map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? 0
        return count == 0 ? .max : max(0, count)
    }

    static func substituted(
        _ regex: Regex, _ text: [UInt8], limit: Int, _ replacement: ([Range<Int>?]) throws(PythonError) -> [UInt8]
    ) throws(PythonError) -> (text: String, count: Int) {
        var out: [UInt8] = []
        var start = 0
        let matches = try regex.matches(in: text, limit: limit)
        for match in matches {
            guard let whole = match[0] else { continue }
            out += text[start..<whole.lowerBound]
            out += try replacement(match)
            start = whole.upperBound
            guard out.count <= PythonRuntime.maximumBytes else { throw .memory }
        }
        out += text[start...]
        return (String(decoding: out, as: UTF8.self), matches.count)
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>?, _ absent: Value) -> Value {
        range.map { .string(String(decoding: bytes[$0], as: UTF8.self)) } ?? absent
    }

    private static func findAll(_ regex: Regex, _ bytes: [UInt8]) throws(PythonError) -> [Value] {
        try regex.matches(in: bytes).map { match in
            switch regex.groupCount {
            case 0: text(bytes, match[0], .string(""))
            case 1: text(bytes, match[1], .string(""))
            default: .list(match.dropFirst().map { text(bytes, $0, .string("")) })
            }
        }
    }

    private static func split(_ regex: Regex, _ bytes: [UInt8], limit: Int) throws(PythonError) -> [Value] {
        var parts: [Value] = []
        var start = 0
        for match in try regex.matches(in: bytes, limit: limit) {
            guard let whole = match[0] else { continue }
            parts.append(text(bytes, start..<whole.lowerBound, .null))
            parts += match.dropFirst().map { text(bytes, $0, .null) }
            start = whole.upperBound
        }
        parts.append(text(bytes, start..<bytes.count, .null))
        return parts
    }

    static func escaped(_ text: String) -> String {
        let special = Set("()[]{}?*+-|^$\\.&~# \t\n\r\u{B}\u{C}".unicodeScalars)
        return text.unicodeScalars.reduce(into: "") { out, scalar in
            if special.contains(scalar) { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
    }
}

extension PythonRuntime {
    /// How a pattern has to fit: `re.search`, `re.match`, `re.fullmatch`.
    enum MatchKind: String, Sendable {
        case search, match
        case fullMatch = "fullmatch"
    }

    /// `re.search(pattern, text, flags)` and its sisters; `nil` is Python's `None`.
    static func reMatch(
        kind: MatchKind, pattern: Value, text: Value, flags: Int64 = 0
    ) throws(PythonError) -> MatchResult? {
        let regex = try RegexModule.compiled(pattern, .int(flags))
        let bytes = try RegexModule.subject(text)
        let anchoring: Regex.Anchoring =
            switch kind {
            case .search: .search
            case .match: .match
            case .fullMatch: .fullMatch
            }
        guard let ranges = try Regex.Matcher(regex, bytes).next(from: 0, anchoring) else { return nil }
        return MatchResult(text: bytes, ranges: ranges, names: regex.names)
    }

    /// `re.finditer(pattern, text, flags)`, also for `re.sub` with a function.
    static func reMatches(pattern: Value, text: Value, flags: Int64 = 0) throws(PythonError) -> [MatchResult] {
        let regex = try RegexModule.compiled(pattern, .int(flags))
        let bytes = try RegexModule.subject(text)
        return try regex.matches(in: bytes).map { MatchResult(text: bytes, ranges: $0, names: regex.names) }
    }

    /// `re.sub(pattern, function, text)`: `replacement` computes the function's result for each match.
    static func reSubstitute(
        pattern: Value, text: Value, limit: Int = 0, flags: Int64 = 0,
        _ replacement: (MatchResult) throws(PythonError) -> Value
    ) throws(PythonError) -> Value {
        let regex = try RegexModule.compiled(pattern, .int(flags))
        let bytes = try RegexModule.subject(text)
        let bound = limit == 0 ? Int.max : max(0, limit)
        let (result, _) = try RegexModule.substituted(regex, bytes, limit: bound) { ranges throws(PythonError) in
            let value = try replacement(MatchResult(text: bytes, ranges: ranges, names: regex.names))
            guard case .string(let text) = value else {
                throw .typeError("sequence item 0: expected str instance, \(typeName(value)) found")
            }
            return Array(text.utf8)
        }
        return .string(result)
    }
}

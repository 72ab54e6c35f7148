import DataModel

/// The methods of `str`.
enum StringMethods {
    static let signatures: [String: Signature] = {
        var table: [String: Signature] = [:]
        for name in ["upper", "lower", "casefold", "title", "capitalize", "swapcase"] { table[name] = .none(.string) }
        for name in [
            "isalpha", "isdigit", "isalnum", "isnumeric", "isdecimal", "isspace", "isupper", "islower", "istitle",
            "isidentifier", "isascii", "isprintable",
        ] { table[name] = .none(.boolean) }
        for name in ["strip", "lstrip", "rstrip"] {
            table[name] = Signature(["chars"], required: 0, .fixed(.string))
        }
        for name in ["split", "rsplit"] {
            table[name] = Signature(["sep", "maxsplit"], required: 0, keywords: true, .fixed(.list(.string)))
        }
        table["splitlines"] = Signature(["keepends"], required: 0, keywords: true, .fixed(.list(.string)))
        for name in ["partition", "rpartition"] { table[name] = .one(.list(.string)) }
        for name in ["join", "removeprefix", "removesuffix", "zfill"] { table[name] = .one(.string) }
        table["replace"] = Signature(["old", "new", "count"], required: 2, .fixed(.string))
        for name in ["find", "rfind", "index", "rindex", "count"] {
            table[name] = Signature(["sub", "start", "end"], required: 1, .fixed(.int64))
        }
        for name in ["startswith", "endswith"] {
            table[name] = Signature(["prefix", "start", "end"], required: 1, .fixed(.boolean))
        }
        for name in ["center", "ljust", "rjust"] {
            table[name] = Signature(["width", "fillchar"], required: 1, .fixed(.string))
        }
        table["expandtabs"] = Signature(["tabsize"], required: 0, keywords: true, .fixed(.string))
        table["encode"] = Signature(["encoding", "errors"], required: 0, keywords: true, .fixed(.bytes))
        table["format"] = Signature([], keywords: true, variadic: true, .fixed(.string))
        table["format_map"] = .one(.string)
        table["translate"] = .one(.string)
        return table
    }()

    static func call(_ text: String, _ name: String, _ arguments: [Value?]) throws(PythonError) -> Value {
        switch name {
        case "upper": return .string(UnicodeTraits.uppercased(text))
        case "lower": return .string(UnicodeTraits.lowercased(text))
        case "casefold": return .string(StringCase.folded(text))
        case "title": return .string(StringCase.titled(text))
        case "capitalize": return .string(StringCase.capitalized(text))
        case "swapcase": return .string(StringCase.swapped(text))
        case "strip", "lstrip", "rstrip": return .string(try stripped(text, name, arguments[0]))
        case "split", "rsplit": return .list(try split(text, name, arguments))
        case "splitlines":
            let keepsEnds = arguments[0].map(PythonRuntime.isTrue) ?? false
            return .list(StringSplitting.lines(text, keepingEnds: keepsEnds).map { .string($0) })
        case "partition", "rpartition": return .list(try partitioned(text, name, arguments))
        case "join": return .string(try joined(text, arguments[0] ?? .null))
        case "replace": return .string(try replaced(text, arguments))
        case "find", "rfind", "index", "rindex", "count": return .int(try search(text, name, arguments))
        case "startswith", "endswith": return .boolean(try hasAffix(text, name, arguments))
        case "removeprefix", "removesuffix": return .string(try withoutAffix(text, name, arguments))
        case "zfill", "center", "ljust", "rjust", "expandtabs":
            return .string(try StringPadding.call(text, name, arguments))
        case "encode": return .bytes(try TextCodec.encode(text, arguments[0], arguments[1]))
        case "format_map":
            guard case .map(let map)? = arguments[0] else {
                throw .typeError("'\(PythonRuntime.typeName(arguments[0] ?? .null))' object is not subscriptable")
            }
            return .string(try PythonRuntime.formatted(text, [], StringMethods.keywords(map)))
        case "translate": return .string(try translated(text, arguments[0] ?? .null))
        default: return .boolean(StringPredicates.holds(name, text))
        }
    }

    private static func keywords(_ map: MapValue) -> [(String, Value)] {
        map.entries.compactMap { entry in
            if case .string(let name) = entry.key { (name, entry.value) } else { nil }
        }
    }

    /// A `str` argument's UTF-8, or CPython's error with `message`.
    static func utf8(_ value: Value?, _ message: (String) -> String) throws(PythonError) -> [UInt8] {
        guard case .string(let text)? = value else {
            throw .typeError(message(PythonRuntime.typeName(value ?? .null)))
        }
        return Array(text.utf8)
    }

    /// Argument clinic's messages say `None` where others say `NoneType`.
    private static func argumentName(_ type: String) -> String { type == "NoneType" ? "None" : type }

    static func string(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func stripped(_ text: String, _ name: String, _ chars: Value?) throws(PythonError) -> String {
        let scalars = text.unicodeScalars
        let isStripped: (Unicode.Scalar) -> Bool
        switch chars {
        case nil, .null?: isStripped = UnicodeTraits.isSpace
        case .string(let set)?:
            let set = Set(set.unicodeScalars)
            isStripped = { set.contains($0) }
        default: throw .typeError("\(name) arg must be None or str")
        }
        var start = scalars.startIndex
        var end = scalars.endIndex
        if name != "rstrip" {
            while start < end, isStripped(scalars[start]) { start = scalars.index(after: start) }
        }
        if name != "lstrip" {
            while start < end {
                let before = scalars.index(before: end)
                guard isStripped(scalars[before]) else { break }
                end = before
            }
        }
        return String(scalars[start..<end])
    }

    private static func split(_ text: String, _ name: String, _ arguments: [Value?]) throws(PythonError) -> [Value] {
        let limit = try arguments[1].map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? -1
        let parts: [String]
        switch arguments[0] {
        case nil, .null?:
            parts = StringSplitting.words(text, limit: limit, fromEnd: name == "rsplit")
        default:
            let separator = try utf8(arguments[0]) { "must be str or None, not \($0)" }
            guard !separator.isEmpty else { throw .valueError("empty separator") }
            let slices = StringSplitting.split(Array(text.utf8), separator, limit: limit, fromEnd: name == "rsplit")
            parts = slices.map { string($0) }
        }
        return parts.map { .string($0) }
    }

    private static func partitioned(
        _ text: String, _ name: String, _ arguments: [Value?]
    ) throws(PythonError) -> [Value] {
        let separator = try utf8(arguments[0]) { "must be str, not \($0)" }
        guard !separator.isEmpty else { throw .valueError("empty separator") }
        let bytes = Array(text.utf8)
        let isFirst = name == "partition"
        guard let at = isFirst ? UTF8Search.first(of: separator, in: bytes) : UTF8Search.last(of: separator, in: bytes)
        else {
            return isFirst ? [.string(text), .string(""), .string("")] : [.string(""), .string(""), .string(text)]
        }
        return [
            .string(string(bytes[..<at])), .string(string(separator)),
            .string(string(bytes[(at + separator.count)...])),
        ]
    }

    private static func joined(_ separator: String, _ items: Value) throws(PythonError) -> String {
        guard let items = try? PythonRuntime.elements(of: items) else { throw .typeError("can only join an iterable") }
        var out = ""
        for (index, item) in items.enumerated() {
            guard case .string(let text) = item else {
                throw .typeError(
                    "sequence item \(index): expected str instance, \(PythonRuntime.typeName(item)) found")
            }
            if index > 0 { out += separator }
            out += text
            guard out.utf8.count <= PythonRuntime.maximumBytes else { throw .memory }
        }
        return out
    }

    private static func replaced(_ text: String, _ arguments: [Value?]) throws(PythonError) -> String {
        let old = try utf8(arguments[0]) { "replace() argument 1 must be str, not \(argumentName($0))" }
        let new = try utf8(arguments[1]) { "replace() argument 2 must be str, not \(argumentName($0))" }
        let count = try arguments[2].map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? -1
        let limit = count < 0 ? Int.max : count
        return string(try BytesMethods.replaced(Array(text.utf8), old, new, limit: limit, isText: true))
    }

    private static func search(_ text: String, _ name: String, _ arguments: [Value?]) throws(PythonError) -> Int64 {
        let part = try utf8(arguments[0]) { "must be str, not \($0)" }
        let bytes = Array(text.utf8)
        let layout = ScalarLayout(bytes)
        let (start, end) = try bounds(arguments[1], arguments[2], layout.count)
        guard start <= end else {
            if name == "count" { return 0 }
            if name.hasSuffix("index") { throw .valueError("substring not found") }
            return -1
        }
        let (from, to) = (layout.byte(start), layout.byte(end))
        if name == "count" {
            if part.isEmpty { return Int64(end - start + 1) }
            return Int64(UTF8Search.all(of: part, in: Array(bytes[from..<to])).count)
        }
        let isLast = name.hasPrefix("r")
        let found =
            isLast
            ? UTF8Search.last(of: part, in: bytes, from: from, to: to)
            : UTF8Search.first(of: part, in: bytes, from: from, to: to)
        guard let found else {
            if name.hasSuffix("index") { throw .valueError("substring not found") }
            return -1
        }
        return Int64(layout.position(ofByte: found))
    }

    /// The `start` and `end` arguments of a search as positions; `start` may lie behind `end`.
    static func bounds(_ start: Value?, _ end: Value?, _ count: Int) throws(PythonError) -> (start: Int, end: Int) {
        func position(_ value: Value?, _ absent: Int) throws(PythonError) -> Int {
            guard let value, !value.isNull else { return absent }
            guard let number = PythonRuntime.index(value) else {
                throw .typeError("slice indices must be integers or None or have an __index__ method")
            }
            return number < 0 ? max(0, Int(number) + count) : Int(number)
        }
        return (try position(start, 0), min(try position(end, count), count))
    }

    private static func hasAffix(_ text: String, _ name: String, _ arguments: [Value?]) throws(PythonError) -> Bool {
        let bytes = Array(text.utf8)
        let layout = ScalarLayout(bytes)
        let (start, end) = try bounds(arguments[1], arguments[2], layout.count)
        let isPrefix = name == "startswith"
        func matches(_ affix: String) -> Bool {
            guard start <= end else { return false }
            let part = bytes[layout.byte(start)..<layout.byte(end)]
            return isPrefix ? part.starts(with: affix.utf8) : part.reversed().starts(with: affix.utf8.reversed())
        }
        switch arguments[0] {
        case .string(let affix)?: return matches(affix)
        case .list(let affixes)?:
            for affix in affixes {
                guard case .string(let affix) = affix else {
                    throw .typeError("tuple for \(name) must only contain str, not \(PythonRuntime.typeName(affix))")
                }
                if matches(affix) { return true }
            }
            return false
        default:
            let type = PythonRuntime.typeName(arguments[0] ?? .null)
            throw .typeError("\(name) first arg must be str or a tuple of str, not \(type)")
        }
    }

    private static func withoutAffix(
        _ text: String, _ name: String, _ arguments: [Value?]
    ) throws(PythonError) -> String {
        let affix = try utf8(arguments[0]) { "\(name)() argument must be str, not \(argumentName($0))" }
        let bytes = Array(text.utf8)
        if name == "removeprefix" {
            return bytes.starts(with: affix) ? string(bytes.dropFirst(affix.count)) : text
        }
        return bytes.reversed().starts(with: affix.reversed()) ? string(bytes.dropLast(affix.count)) : text
    }

    private static func translated(_ text: String, _ table: Value) throws(PythonError) -> String {
        guard case .map(let map) = table else {
            throw .typeError("'\(PythonRuntime.typeName(table))' object is not subscriptable")
        }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch map[.int(Int64(scalar.value))] {
            case nil: out.append(scalar)
            case .null?: continue
            case .string(let replacement)?: out.append(contentsOf: replacement.unicodeScalars)
            case .int(let code)?:
                guard let replacement = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
                    throw .valueError("character mapping must be in range(0x110000)")
                }
                out.append(replacement)
            default: throw .typeError("character mapping must return integer, None or str")
            }
        }
        return String(out)
    }
}

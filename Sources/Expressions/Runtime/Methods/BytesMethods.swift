import DataModel

/// The methods of `bytes` that pipelines use.
enum BytesMethods {
    static let signatures: [String: Signature] = {
        var table: [String: Signature] = [
            "decode": Signature(["encoding", "errors"], required: 0, keywords: true, .fixed(.string)),
            "hex": .none(.string),
            "split": Signature(["sep", "maxsplit"], required: 0, keywords: true, .fixed(.list(.bytes))),
            "join": .one(.bytes),
            "replace": Signature(["old", "new", "count"], required: 2, .fixed(.bytes)),
            "isascii": .none(.boolean),
        ]
        for name in ["upper", "lower"] { table[name] = .none(.bytes) }
        for name in ["strip", "lstrip", "rstrip"] { table[name] = Signature(["bytes"], required: 0, .fixed(.bytes)) }
        for name in ["find", "rfind", "index", "rindex", "count"] {
            table[name] = Signature(["sub", "start", "end"], required: 1, .fixed(.int64))
        }
        for name in ["startswith", "endswith"] { table[name] = .one(.boolean) }
        return table
    }()

    static func call(_ bytes: [UInt8], _ name: String, _ arguments: [Value?]) throws(PythonError) -> Value {
        switch name {
        case "decode": return .string(try TextCodec.decode(bytes, arguments[0], arguments[1]))
        case "hex": return .string(bytes.map { PythonRuntime.hexadecimal($0, width: 2) }.joined())
        case "isascii": return .boolean(bytes.allSatisfy { $0 < 0x80 })
        case "upper": return .bytes(bytes.map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 })
        case "lower": return .bytes(bytes.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 })
        case "strip", "lstrip", "rstrip": return .bytes(try stripped(bytes, name, arguments[0]))
        case "split": return .list(try split(bytes, arguments).map { .bytes(Array($0)) })
        case "join":
            var out: [UInt8] = []
            guard let items = try? PythonRuntime.elements(of: arguments[0] ?? .null) else {
                throw .typeError("can only join an iterable")
            }
            for (index, item) in items.enumerated() {
                guard case .bytes(let part) = item else {
                    throw .typeError(
                        "sequence item \(index): expected a bytes-like object, \(PythonRuntime.typeName(item)) found")
                }
                if index > 0 { out += bytes }
                out += part
                guard out.count <= PythonRuntime.maximumBytes else { throw .memory }
            }
            return .bytes(out)
        case "replace":
            let old = try part(arguments[0])
            let new = try part(arguments[1])
            let count = try arguments[2].map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? -1
            return .bytes(try replaced(bytes, old, new, limit: count < 0 ? .max : count, isText: false))
        case "startswith", "endswith": return .boolean(try hasAffix(bytes, name, arguments[0] ?? .null))
        default: return .int(try search(bytes, name, arguments))
        }
    }

    private static func part(_ value: Value?) throws(PythonError) -> [UInt8] {
        guard case .bytes(let bytes)? = value else {
            throw .typeError("a bytes-like object is required, not '\(PythonRuntime.typeName(value ?? .null))'")
        }
        return bytes
    }

    /// Replaces at most `limit` occurrences. An empty `old` stands between all characters: code points where `isText`.
    static func replaced(
        _ text: [UInt8], _ old: [UInt8], _ new: [UInt8], limit: Int, isText: Bool
    ) throws(PythonError) -> [UInt8] {
        var cuts: [Int]
        if old.isEmpty {
            cuts = text.indices.filter { !isText || text[$0] & 0xC0 != 0x80 } + [text.count]
            if cuts.count > limit { cuts.removeLast(cuts.count - limit) }
        } else {
            cuts = UTF8Search.all(of: old, in: text, limit: limit)
        }
        guard !cuts.isEmpty else { return text }
        let (added, overflow) = cuts.count.multipliedReportingOverflow(by: new.count)
        guard !overflow, added <= PythonRuntime.maximumBytes else { throw .memory }
        var out: [UInt8] = []
        out.reserveCapacity(text.count + added)
        var start = 0
        for cut in cuts {
            out += text[start..<cut]
            out += new
            start = cut + old.count
        }
        out += text[start...]
        return out
    }

    private static func stripped(_ bytes: [UInt8], _ name: String, _ set: Value?) throws(PythonError) -> [UInt8] {
        let isStripped: (UInt8) -> Bool
        switch set {
        case nil, .null?: isStripped = isSpace
        default:
            let set = Set(try part(set))
            isStripped = { set.contains($0) }
        }
        var slice = bytes[...]
        if name != "rstrip" { slice = slice.drop(while: isStripped) }
        if name != "lstrip" {
            while let last = slice.last, isStripped(last) { slice.removeLast() }
        }
        return Array(slice)
    }

    private static func split(_ bytes: [UInt8], _ arguments: [Value?]) throws(PythonError) -> [ArraySlice<UInt8>] {
        let limit = try arguments[1].map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? -1
        switch arguments[0] {
        case nil, .null?:
            var parts: [ArraySlice<UInt8>] = []
            var rest = bytes.drop(while: isSpace)
            while !rest.isEmpty {
                let part = limit >= 0 && parts.count >= limit ? rest : rest.prefix { !isSpace($0) }
                parts.append(part)
                rest = rest[part.endIndex...].drop(while: isSpace)
            }
            return parts
        default:
            let separator = try part(arguments[0])
            guard !separator.isEmpty else { throw .valueError("empty separator") }
            return StringSplitting.split(bytes, separator, limit: limit, fromEnd: false)
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { (0x09...0x0D).contains(byte) || byte == 0x20 }

    private static func hasAffix(_ bytes: [UInt8], _ name: String, _ affix: Value) throws(PythonError) -> Bool {
        func matches(_ affix: [UInt8]) -> Bool {
            name == "startswith" ? bytes.starts(with: affix) : bytes.reversed().starts(with: affix.reversed())
        }
        switch affix {
        case .bytes(let affix): return matches(affix)
        case .list(let affixes):
            for affix in affixes where matches(try part(affix)) { return true }
            return false
        default:
            let type = PythonRuntime.typeName(affix)
            throw .typeError("\(name) first arg must be bytes or a tuple of bytes, not \(type)")
        }
    }

    private static func search(_ bytes: [UInt8], _ name: String, _ arguments: [Value?]) throws(PythonError) -> Int64 {
        let part: [UInt8]
        if let code = arguments[0].flatMap(PythonRuntime.index) {
            guard (0..<256).contains(code) else { throw .valueError("byte must be in range(0, 256)") }
            part = [UInt8(code)]
        } else if case .bytes(let bytes)? = arguments[0] {
            part = bytes
        } else {
            let type = PythonRuntime.typeName(arguments[0] ?? .null)
            throw .typeError("argument should be integer or bytes-like object, not '\(type)'")
        }
        let (start, end) = try StringMethods.bounds(arguments[1], arguments[2], bytes.count)
        if name == "count" {
            if start > end { return 0 }
            return Int64(part.isEmpty ? end - start + 1 : UTF8Search.all(of: part, in: Array(bytes[start..<end])).count)
        }
        let found =
            name.hasPrefix("r")
            ? UTF8Search.last(of: part, in: bytes, from: start, to: end)
            : UTF8Search.first(of: part, in: bytes, from: start, to: end)
        if found == nil, name.hasSuffix("index") { throw .valueError("subsection not found") }
        return Int64(found ?? -1)
    }
}

import DataModel

/// Python's `json`.
enum JSONModule {
    static let signatures: [String: Signature] = [
        "json.dumps": Signature(
            ["obj", "indent", "sort_keys", "separators", "ensure_ascii", "allow_nan", "skipkeys", "check_circular"],
            required: 1, keywords: true, .fixed(.string)),
        "json.loads": Signature(["s"], keywords: true, .fixed(.any)),
    ]

    static func call(
        _ name: String, _ signature: Signature, _ positional: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        let short = String(name.dropFirst("json.".count))
        guard positional.count <= 1 else {
            throw .typeError("\(short)() takes 1 positional argument but \(positional.count) were given")
        }
        if let unknown = keywords.first(where: { !signature.parameters.contains($0.0) }) {
            throw .typeError("\(short)() got an unexpected keyword argument '\(unknown.0)'")
        }
        let bound = try signature.bind(nil, short, positional, keywords)
        let subject = bound[0] ?? .null
        if name == "json.dumps" {
            var encoder = try JSONEncoding(bound)
            try encoder.append(subject, depth: 0)
            return .string(String(decoding: encoder.out.elements, as: UTF8.self))
        }
        switch subject {
        case .string(let text): return try JSONDecoding.decode(text)
        case .bytes(let bytes): return try JSONDecoding.decode(try TextCodec.decode(bytes, nil, nil))
        default:
            let type = PythonRuntime.typeName(subject).split(separator: ".").last ?? ""
            throw .typeError("the JSON object must be str, bytes or bytearray, not \(type)")
        }
    }
}

/// `json.dumps` with its options.
private struct JSONEncoding {
    let out = Buffer<UInt8>(capacity: 64)
    private var indent: String?
    private var itemSeparator = ", "
    private var keySeparator = ": "
    private var sortsKeys = false
    private var allowsNaN = true
    private var skipsKeys = false
    private let strings: JSONWriter

    init(_ bound: [Value?]) throws(PythonError) {
        switch bound[1] {
        case nil, .null?: break
        case .string(let text)?: indent = text
        case let other?:
            let width = try PythonRuntime.integer(other)
            guard width <= 1000 else { throw .memory }
            indent = String(repeating: " ", count: max(0, width))
        }
        if indent != nil { itemSeparator = "," }
        sortsKeys = bound[2].map(PythonRuntime.isTrue) ?? false
        if let separators = bound[3], !separators.isNull {
            guard case .list(let pair) = separators, pair.count == 2, case .string(let item) = pair[0],
                case .string(let key) = pair[1]
            else { throw .typeError("separators must be a tuple of two strings") }
            (itemSeparator, keySeparator) = (item, key)
        }
        strings = JSONWriter(isSpaced: true, escapesNonASCII: bound[4].map(PythonRuntime.isTrue) ?? true)
        allowsNaN = bound[5].map(PythonRuntime.isTrue) ?? true
        skipsKeys = bound[6].map(PythonRuntime.isTrue) ?? false
    }

    private func write(_ text: String) {
        for byte in text.utf8 { out.append(byte) }
    }

    private func quote(_ text: String) {
        var text = text
        text.withUTF8 { strings.appendString($0, to: out) }
    }

    private func line(_ depth: Int) {
        guard let indent else { return }
        write("\n")
        for _ in 0..<depth { write(indent) }
    }

    private func number(_ number: Double) throws(PythonError) -> String {
        if number.isFinite { return DoubleFormatting.description(number) }
        guard allowsNaN else { throw .valueError("Out of range float values are not JSON compliant") }
        return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    }

    mutating func append(_ value: Value, depth: Int) throws(PythonError) {
        guard depth < PythonRuntime.maximumDepth else {
            throw PythonError("RecursionError", "maximum recursion depth exceeded while encoding a JSON object")
        }
        guard out.count <= PythonRuntime.maximumBytes else { throw .memory }
        switch value {
        case .null: write("null")
        case .boolean(let flag): write(flag ? "true" : "false")
        case .int(let number): write(String(number))
        case .double(let number): write(try self.number(number))
        case .string(let text): quote(text)
        case .list(let elements):
            write("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { write(itemSeparator) }
                line(depth + 1)
                try append(element, depth: depth + 1)
            }
            if !elements.isEmpty { line(depth) }
            write("]")
        case .map(let map): try append(map, depth: depth)
        default:
            let type = PythonRuntime.typeName(value).split(separator: ".").last ?? ""
            throw .typeError("Object of type \(type) is not JSON serializable")
        }
    }

    private mutating func append(_ map: MapValue, depth: Int) throws(PythonError) {
        var keys = map.keys
        if sortsKeys { keys = try PythonRuntime.sorted(keys, keys: nil, reverse: false) }
        write("{")
        var isFirst = true
        for key in keys {
            guard let text = try self.key(key) else { continue }
            if !isFirst { write(itemSeparator) }
            isFirst = false
            line(depth + 1)
            quote(text)
            write(keySeparator)
            try append(map[key] ?? .null, depth: depth + 1)
        }
        if !isFirst { line(depth) }
        write("}")
    }

    private func key(_ key: Value) throws(PythonError) -> String? {
        switch key {
        case .string(let text): return text
        case .null: return "null"
        case .boolean(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .double(let number): return try self.number(number)
        default:
            if skipsKeys { return nil }
            throw .typeError("keys must be str, int, float, bool or None, not \(PythonRuntime.typeName(key))")
        }
    }
}

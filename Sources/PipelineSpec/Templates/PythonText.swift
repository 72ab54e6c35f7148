/// How Python writes values: `str()` and `repr()`.
enum PythonText {
    static func str(_ value: RuntimeValue) -> MappedText {
        if case .string(let text) = value { return text }
        if case .date(let date) = value { return MappedText(date.description) }
        return MappedText(repr(value))
    }

    static func repr(_ value: RuntimeValue, depth: Int = 0) -> String {
        guard depth < 100 else { return "..." }
        switch value {
        case .undefined: return "Undefined"
        case .none: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .int(let value): return String(value)
        case .float(let value): return float(value)
        case .string(let text): return repr(text.string)
        case .list(let list): return "[" + joined(list.items, depth) + "]"
        case .tuple(let items): return "(" + joined(items, depth) + (items.count == 1 ? ",)" : ")")
        case .dictionary(let dictionary), .namespace(let dictionary):
            let pairs = zip(dictionary.keys, dictionary.values).map {
                repr($0, depth: depth + 1) + ": " + repr($1, depth: depth + 1)
            }
            let text = "{" + pairs.joined(separator: ", ") + "}"
            if case .namespace = value { return "<Namespace \(text)>" }
            return text
        case .loop(let loop): return "<LoopContext \(loop.index + 1)/\(loop.items.count)>"
        case .macro(let macro): return "<Macro \(repr(macro.macro.name))>"
        case .module(_, let path): return "<TemplateModule \(repr(path))>"
        case .builtin(let name), .method(_, let name): return "<function \(name)>"
        case .block(let name, _): return "<BlockReference \(repr(name))>"
        case .date(let date): return date.repr
        case .duration(let microseconds): return TemplateDate.durationText(microseconds)
        }
    }

    private static func joined(_ items: [RuntimeValue], _ depth: Int) -> String {
        items.map { repr($0, depth: depth + 1) }.joined(separator: ", ")
    }

    /// Python's shortest form: like Swift's, but with an exponent from 1e16 on.
    static func float(_ value: Double) -> String {
        let text = value.description
        guard value.isFinite, abs(value) >= 1e16, !text.contains("e") else { return text }
        let sign = value < 0 ? "-" : ""
        var digits = Array(text.utf8.filter { $0 >= 0x30 && $0 <= 0x39 })
        digits.removeLast()
        let exponent = digits.count - 1
        while digits.count > 1, digits.last == 0x30 { digits.removeLast() }
        let mantissa = String(decoding: digits, as: UTF8.self)
        let head = mantissa.prefix(1)
        let tail = mantissa.dropFirst()
        return sign + head + (tail.isEmpty ? "" : "." + tail) + "e+\(exponent)"
    }

    static func repr(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        var result = String(quote)
        for scalar in scalars {
            switch scalar {
            case quote, "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || (scalar.value >= 0x80 && scalar.value < 0xA1):
                result += "\\x" + hex(scalar.value, 2)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + String(quote)
    }

    static func hex(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// What the `tojson` filter writes: sorted keys, ASCII only, nothing that HTML would read.
    static func json(_ value: RuntimeValue, depth: Int = 0) -> String? {
        guard depth < 100 else { return nil }
        switch value {
        case .none: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .float(let value):
            return value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : float(value)
        case .string(let text): return jsonString(text.string)
        case .list(let list): return jsonList(list.items, depth)
        case .tuple(let items): return jsonList(items, depth)
        case .dictionary(let dictionary):
            var pairs: [(key: String, value: String)] = []
            for (key, value) in zip(dictionary.keys, dictionary.values) {
                guard let text = json(value, depth: depth + 1) else { return nil }
                let name: String
                switch key {
                case .string(let text): name = text.string
                case .none, .bool, .int, .float: name = json(key) ?? ""
                default: return nil
                }
                pairs.append((name, text))
            }
            pairs.sort { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
            return "{" + pairs.map { jsonString($0.key) + ": " + $0.value }.joined(separator: ", ") + "}"
        default: return nil
        }
    }

    private static func jsonList(_ items: [RuntimeValue], _ depth: Int) -> String? {
        var texts: [String] = []
        for item in items {
            guard let text = json(item, depth: depth + 1) else { return nil }
            texts.append(text)
        }
        return "[" + texts.joined(separator: ", ") + "]"
    }

    private static func jsonString(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x08: result += "\\b"
            case 0x0C: result += "\\f"
            case 0x3C, 0x3E, 0x26, 0x27, 0x00..<0x20, 0x7F...: result += "\\u" + hex(UInt32(unit), 4)
            default: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            }
        }
        return result + "\""
    }
}

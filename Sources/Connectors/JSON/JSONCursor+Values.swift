import DataModel

extension JSONCursor {
    /// Reads a value of any kind. Objects become rows where `type` has one there, else maps.
    mutating func value(as type: FieldType, depth: Int = 0) throws(JSONFailure) -> Value {
        guard depth < Self.maximumDepth else { throw failure("nested more than \(Self.maximumDepth) deep") }
        skipBlanks()
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(as: type, depth: depth)
        case UInt8(ascii: "["): return try list(as: type, depth: depth)
        case UInt8(ascii: "t") where consume(literal: "true"): return .boolean(true)
        case UInt8(ascii: "f") where consume(literal: "false"): return .boolean(false)
        case UInt8(ascii: "n") where consume(literal: "null"): return .null
        case UInt8(ascii: "N") where consume(literal: "NaN"): return .double(.nan)
        case UInt8(ascii: "I") where consume(literal: "Infinity"): return .double(.infinity)
        case UInt8(ascii: "-") where consume(literal: "-Infinity"): return .double(-.infinity)
        default: return try numericValue()
        }
    }

    private mutating func numericValue() throws(JSONFailure) -> Value {
        let start = position
        let (text, isInteger) = try number()
        if isInteger {
            switch NumberParsing.integer(text) {
            case .value(let value): return .int(value)
            default:
                guard text.count <= 38, let exact = Int128(String(decoding: text, as: UTF8.self)) else {
                    throw JSONFailure(position: start, message: "an integer has more than 38 digits")
                }
                return .decimal(DecimalValue(unscaled: exact, scale: 0))
            }
        }
        return .double(NumberParsing.decimal(text) ?? 0)
    }

    /// A string, from its opening quote.
    mutating func string() throws(JSONFailure) -> String {
        guard consume("\"") else { throw expected("a string") }
        let start = position
        let hasEscapes = try findStringEnd()
        let raw = UnsafeBufferPointer(start: base + start, count: position - start)
        position += 1
        guard hasEscapes else { return String(decoding: raw, as: UTF8.self) }
        var bytes: [UInt8] = []
        try JSONStrings.unescape(raw, at: start, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func list(as type: FieldType, depth: Int) throws(JSONFailure) -> Value {
        let element = if case .list(let element) = type.kind { element } else { FieldType.any }
        var elements: [Value] = []
        position += 1
        skipBlanks()
        if consume("]") { return .list([]) }
        while true {
            elements.append(try value(as: element, depth: depth + 1))
            skipBlanks()
            if consume("]") { return .list(elements) }
            guard consume(",") else { throw expected("',' or ']'") }
        }
    }

    private mutating func object(as type: FieldType, depth: Int) throws(JSONFailure) -> Value {
        var names: [String] = []
        var values: [Value] = []
        let schema: Schema? = if case .row(let schema) = type.kind { schema } else { nil }
        try members { (cursor, name) throws(JSONFailure) in
            if names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
                throw cursor.failure("the key '\(name)' is there twice")
            }
            names.append(name)
            values.append(try cursor.value(as: schema?[name]?.type ?? .any, depth: depth + 1))
        }
        if schema != nil { return .row(RowValue(names: names, values: values)) }
        return .map(MapValue(zip(names, values).lazy.map { (.string($0), $1) }))
    }

    /// Calls `body` at the value of each member of an object, from its opening brace.
    mutating func members(
        _ body: (inout JSONCursor, String) throws(JSONFailure) -> Void
    ) throws(JSONFailure) {
        guard consume("{") else { throw expected("'{'") }
        skipBlanks()
        if consume("}") { return }
        while true {
            skipBlanks()
            let name = try string()
            skipBlanks()
            guard consume(":") else { throw expected("':'") }
            skipBlanks()
            try body(&self, name)
            skipBlanks()
            if consume("}") { return }
            guard consume(",") else { throw expected("',' or '}'") }
        }
    }

    /// Goes behind a value that nobody needs; it is still checked.
    mutating func skipValue(depth: Int = 0) throws(JSONFailure) {
        guard depth < Self.maximumDepth else { throw failure("nested more than \(Self.maximumDepth) deep") }
        switch byte {
        case UInt8(ascii: "\""):
            position += 1
            _ = try findStringEnd()
            position += 1
        case UInt8(ascii: "{"):
            try members { (cursor, _) throws(JSONFailure) in try cursor.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            position += 1
            skipBlanks()
            if consume("]") { return }
            while true {
                skipBlanks()
                try skipValue(depth: depth + 1)
                skipBlanks()
                if consume("]") { return }
                guard consume(",") else { throw expected("',' or ']'") }
            }
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            if !consume(literal: "-Infinity") { _ = try number() }
        default: _ = try value(as: .any, depth: depth)
        }
    }
}

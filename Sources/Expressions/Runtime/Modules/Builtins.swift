import DataModel

/// Python's builtin functions. Those that take a function (`map`, `filter`, `key=`) are the evaluator's.
enum Builtins {
    static let signatures: [String: Signature] = [
        "len": .one(.int64), "int": Signature(["x", "base"], required: 0, keywords: true, .fixed(.int64)),
        "float": Signature(["x"], required: 0, .fixed(.double)),
        "str": Signature(["object", "encoding", "errors"], required: 0, keywords: true, .fixed(.string)),
        "bool": Signature(["x"], required: 0, .fixed(.boolean)),
        "round": Signature(
            ["number", "ndigits"], required: 1, keywords: true,
            .custom { types in
                guard let first = types.first, first.isNumeric || first.kind == .boolean else { return nil }
                if types.count == 1 { return .int64 }
                if types[1].isNullable { return nil }
                return first.kind == .boolean ? .int64 : first.nonNull
            }),
        "abs": Signature(
            ["x"],
            .custom { types in
                types.first.flatMap { $0.kind == .boolean ? .int64 : $0.isAny ? nil : $0.nonNull }
            }),
        "divmod": Signature(["x", "y"], .custom { Builtins.arithmetic($0).map { .list($0) } }),
        "pow": Signature(["base", "exp", "mod"], required: 2, keywords: true, .unknown),
        "min": Signature(["iterable"], variadic: true, .custom(Builtins.extremeType)),
        "max": Signature(["iterable"], variadic: true, .custom(Builtins.extremeType)),
        "sum": Signature(
            ["iterable", "start"], required: 1, keywords: true,
            .custom { types in
                guard types.count == 1, case .list(let element)? = types.first?.kind else { return nil }
                return element.kind == .int64 || element.kind == .boolean ? .int64 : nil
            }),
        "sorted": Signature(
            ["iterable", "key", "reverse"], required: 1, keywords: true, .custom(Builtins.listOfElements)),
        "reversed": Signature(["sequence"], .custom(Builtins.listOfElements)),
        "list": Signature(["iterable"], required: 0, .custom(Builtins.listOfElements)),
        "tuple": Signature(["iterable"], required: 0, .custom(Builtins.listOfElements)),
        "any": .one(.boolean), "all": .one(.boolean),
        "enumerate": Signature(["iterable", "start"], required: 1, keywords: true, .fixed(.list(.list(.any)))),
        "zip": Signature([], keywords: true, variadic: true, .fixed(.list(.list(.any)))),
        "range": Signature(["start", "stop", "step"], required: 1, .fixed(.list(.int64))),
        "dict": Signature(["iterable"], required: 0, keywords: true, variadic: true, .unknown),
        "dict.fromkeys": Signature(["iterable", "value"], required: 1, .unknown),
        "str.maketrans": Signature(["x", "y", "z"], required: 1, .fixed(.map(.int64, .any))),
        "chr": .one(.string), "ord": .one(.int64), "hex": .one(.string), "oct": .one(.string), "bin": .one(.string),
        "repr": .one(.string), "ascii": .one(.string),
        "format": Signature(["value", "format_spec"], required: 1, .fixed(.string)),
        "bytes": Signature(["source", "encoding", "errors"], required: 0, keywords: true, .fixed(.bytes)),
        "bytes.fromhex": .one(.bytes),
        "decimal.Decimal": Signature(["value"], required: 0, keywords: true, .fixed(.decimal)),
    ]

    private static func arithmetic(_ types: [FieldType]) -> FieldType? {
        guard types.count == 2, types.allSatisfy({ $0.kind == .int64 || $0.kind == .double }) else { return nil }
        return types.contains { $0.kind == .double } ? .double : .int64
    }

    private static func extremeType(_ types: [FieldType]) -> FieldType? {
        if types.count == 1 {
            guard case .list(let element)? = types.first?.kind else { return nil }
            return element.isAny ? nil : element.nonNull
        }
        guard let first = types.first, !first.isAny, types.allSatisfy({ $0.kind == first.kind }) else { return nil }
        return first.nonNull
    }

    private static func listOfElements(_ types: [FieldType]) -> FieldType? {
        switch types.first?.kind {
        case .list(let element): .list(element)
        case .map(let key, _): .list(key)
        case .string: .list(.string)
        case .bytes: .list(.int64)
        default: nil
        }
    }

    static func call(
        _ name: String, _ signature: Signature, _ positional: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        switch name {
        case "min", "max": return try extreme(name, positional, keywords)
        case "zip": return try zipped(positional, keywords)
        case "dict":
            guard positional.count <= 1 else {
                throw .typeError("dict expected at most 1 argument, got \(positional.count)")
            }
            var map = MapValue()
            if let source = positional.first { try DictMethods.merge(source, into: &map) }
            for (key, value) in keywords { map[.string(key)] = value }
            return .map(map)
        default: break
        }
        let bound = try signature.bind(nil, name, positional, keywords)
        let first = bound.first.flatMap { $0 }
        let second = bound.count > 1 ? bound[1] : nil
        guard let first else { return try withoutArgument(name) }
        switch name {
        case "len": return .int(Int64(try length(first)))
        case "int": return .int(try NumberParsing.integer(first, base: second))
        case "float": return .double(try NumberParsing.double(first))
        case "str":
            guard second != nil || bound[2] != nil else { return .string(PythonRuntime.str(first)) }
            guard case .bytes(let bytes) = first else {
                throw .typeError("decoding to str: need a bytes-like object, \(PythonRuntime.typeName(first)) found")
            }
            return .string(try TextCodec.decode(bytes, second, bound[2]))
        case "bool": return .boolean(PythonRuntime.isTrue(first))
        case "repr": return .string(PythonRuntime.repr(first))
        case "ascii": return .string(PythonRuntime.ascii(first))
        case "format":
            guard case .string(let spec) = second ?? .string("") else {
                throw .typeError("format() argument 2 must be str, not \(PythonRuntime.typeName(second ?? .null))")
            }
            return .string(try PythonRuntime.format(first, spec))
        case "any": return .boolean(try PythonRuntime.elements(of: first).contains(where: PythonRuntime.isTrue))
        case "all": return .boolean(try PythonRuntime.elements(of: first).allSatisfy(PythonRuntime.isTrue))
        case "list", "tuple": return .list(try PythonRuntime.elements(of: first))
        case "reversed":
            switch first {
            case .list, .string, .bytes, .map, .row: return .list(try PythonRuntime.elements(of: first).reversed())
            default: throw .typeError("'\(PythonRuntime.typeName(first))' object is not reversible")
            }
        case "sorted":
            if let key = second, !key.isNull {
                throw .typeError("'\(PythonRuntime.typeName(key))' object is not callable")
            }
            let isReversed = bound[2].map(PythonRuntime.isTrue) ?? false
            return .list(
                try PythonRuntime.sorted(PythonRuntime.elements(of: first), keys: nil, reverse: isReversed))
        case "sum": return try sum(first, second)
        case "enumerate":
            let start = try second.map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? 0
            return .list(
                try PythonRuntime.elements(of: first).enumerated().map {
                    .list([.int(Int64(start &+ $0)), $1])
                })
        case "range": return .list(try range(first, second, bound[2]))
        case "dict.fromkeys":
            var map = MapValue()
            for key in try PythonRuntime.elements(of: first) {
                try PythonRuntime.requireHashable(key)
                map[key] = second ?? .null
            }
            return .map(map)
        case "str.maketrans": return .map(try translationTable(first, second, bound[2]))
        case "bytes", "bytes.fromhex", "chr", "ord", "hex", "oct", "bin":
            return try Builtins.encoded(name, first, second, bound)
        case "decimal.Decimal": return .decimal(try NumberParsing.decimal(first))
        default: return try NumberFunctions.call(name, first, second, bound)
        }
    }

    private static func withoutArgument(_ name: String) throws(PythonError) -> Value {
        switch name {
        case "int": return .int(0)
        case "float": return .double(0)
        case "str": return .string("")
        case "bool": return .boolean(false)
        case "bytes": return .bytes([])
        case "decimal.Decimal": return .decimal(DecimalValue(unscaled: 0, scale: 0))
        case "list", "tuple": return .list([])
        default: throw .typeError("\(name)() missing required argument")
        }
    }

    static func length(_ value: Value) throws(PythonError) -> Int {
        switch value {
        case .string(let text): return text.unicodeScalars.count
        case .bytes(let bytes): return bytes.count
        case .list(let elements): return elements.count
        case .map(let map): return map.count
        case .row(let row): return row.values.count
        default: throw .typeError("object of type '\(PythonRuntime.typeName(value))' has no len()")
        }
    }

    private static func extreme(
        _ name: String, _ positional: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        var fallback: Value?
        for (keyword, value) in keywords {
            switch keyword {
            case "default": fallback = value
            case "key":
                guard value.isNull else {
                    throw .typeError("'\(PythonRuntime.typeName(value))' object is not callable")
                }
            default: throw .typeError("'\(keyword)' is an invalid keyword argument for \(name)()")
            }
        }
        guard let first = positional.first else {
            throw .typeError("\(name) expected at least 1 argument, got 0")
        }
        if positional.count > 1, fallback != nil {
            throw .typeError("Cannot specify a default for \(name)() with multiple positional arguments")
        }
        let items = positional.count == 1 ? try PythonRuntime.elements(of: first) : positional
        return try PythonRuntime.extreme(items, keys: nil, isMaximum: name == "max", fallback: fallback)
    }

    private static func zipped(_ positional: [Value], _ keywords: [(String, Value)]) throws(PythonError) -> Value {
        var isStrict = false
        for (keyword, value) in keywords {
            guard keyword == "strict" else {
                throw .typeError("'\(keyword)' is an invalid keyword argument for zip()")
            }
            isStrict = PythonRuntime.isTrue(value)
        }
        var columns: [[Value]] = []
        for value in positional { columns.append(try PythonRuntime.elements(of: value)) }
        let count = columns.map(\.count).min() ?? 0
        if isStrict, let odd = columns.firstIndex(where: { $0.count != columns[0].count }) {
            let relation = columns[odd].count < columns[0].count ? "shorter" : "longer"
            let others = odd == 1 ? "argument 1" : "arguments 1-\(odd)"
            throw .valueError("zip() argument \(odd + 1) is \(relation) than \(others)")
        }
        return .list((0..<count).map { row in .list(columns.map { $0[row] }) })
    }

    /// `sum(items, start)`, which the evaluator calls for generators, too.
    static func sum(_ items: Value, _ start: Value?) throws(PythonError) -> Value {
        var total = start ?? .int(0)
        switch total {
        case .string: throw .typeError("sum() can't sum strings [use ''.join(seq) instead]")
        case .bytes: throw .typeError("sum() can't sum bytes [use b''.join(seq) instead]")
        default: break
        }
        for item in try PythonRuntime.elements(of: items) { total = try PythonRuntime.binary(.add, total, item) }
        return total
    }

    private static func range(_ first: Value, _ second: Value?, _ third: Value?) throws(PythonError) -> [Value] {
        var start = try PythonRuntime.integer(first)
        var stop = start
        if let second { stop = try PythonRuntime.integer(second) } else { start = 0 }
        let step = try third.map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? 1
        guard step != 0 else { throw .valueError("range() arg 3 must not be zero") }
        guard step > 0 ? start < stop : start > stop else { return [] }
        let distance = step > 0 ? UInt(bitPattern: stop &- start) : UInt(bitPattern: start &- stop)
        let count = (distance - 1) / step.magnitude + 1
        guard count <= UInt(PythonRuntime.maximumElements) else { throw .memory }
        return (0..<Int(count)).map { .int(Int64(start &+ $0 &* step)) }
    }

    private static func translationTable(
        _ first: Value, _ second: Value?, _ third: Value?
    ) throws(PythonError) -> MapValue {
        var table = MapValue()
        func scalars(_ value: Value) throws(PythonError) -> [Unicode.Scalar] {
            guard case .string(let text) = value else {
                throw .typeError(
                    "maketrans() argument must be str, not \(PythonRuntime.typeName(value))")
            }
            return Array(text.unicodeScalars)
        }
        if let second {
            let (from, to) = (try scalars(first), try scalars(second))
            guard from.count == to.count else {
                throw .valueError("the first two maketrans arguments must have equal length")
            }
            for (key, value) in zip(from, to) { table[.int(Int64(key.value))] = .int(Int64(value.value)) }
            if let third {
                for key in try scalars(third) { table[.int(Int64(key.value))] = .null }
            }
            return table
        }
        guard case .map(let map) = first else {
            throw .typeError("if you give only one argument to maketrans it must be a dict")
        }
        for (key, value) in map.entries {
            guard case .string(let text) = key else {
                table[key] = value
                continue
            }
            guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
                throw .valueError("string keys in translate table must be of length 1")
            }
            table[.int(Int64(scalar.value))] = value
        }
        return table
    }
}

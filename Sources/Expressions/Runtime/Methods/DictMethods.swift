import DataModel

/// The methods of `dict`.
enum DictMethods {
    static let signatures: [String: Signature] = [
        "get": Signature(
            ["key", "default"], required: 1,
            .custom { types in
                guard case .map(_, let value)? = types.first?.kind else { return nil }
                return types.count > 2 ? value.union(types[2]) : value.nullable
            }),
        "keys": Signature([], .custom { types in DictMethods.parts(types).map { .list($0.key) } }),
        "values": Signature([], .custom { types in DictMethods.parts(types).map { .list($0.value) } }),
        "items": Signature(
            [], .custom { types in DictMethods.parts(types).map { .list(.list($0.key.union($0.value))) } }),
        "copy": Signature([], .same),
    ]

    static let mutators: [String: Signature] = [
        "pop": Signature(["key", "default"], required: 1, .unknown), "popitem": Signature([], .unknown),
        "setdefault": Signature(["key", "default"], required: 1, .unknown), "clear": Signature([], .fixed(.any)),
        "update": Signature(["other"], required: 0, keywords: true, .fixed(.any)),
    ]

    private static func parts(_ types: [FieldType]) -> (key: FieldType, value: FieldType)? {
        guard case .map(let key, let value)? = types.first?.kind else { return nil }
        return (key, value)
    }

    static func call(_ map: MapValue, _ name: String, _ arguments: [Value?]) throws(PythonError) -> Value {
        switch name {
        case "get":
            let key = arguments[0] ?? .null
            try PythonRuntime.requireHashable(key)
            return map[key] ?? arguments[1] ?? .null
        case "keys": return .list(map.keys)
        case "values": return .list(map.values)
        case "items": return .list(map.entries.map { .list([$0.key, $0.value]) })
        default: return .map(map)
        }
    }

    static func mutate(
        _ map: inout MapValue, _ name: String, _ arguments: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        if name == "update" {
            guard arguments.count <= 1 else {
                throw .typeError("update expected at most 1 argument, got \(arguments.count)")
            }
            if let other = arguments.first { try merge(other, into: &map) }
            for (key, value) in keywords { map[.string(key)] = value }
            return .null
        }
        guard let signature = mutators[name] else { return .null }
        let bound = try signature.bind("dict", name, arguments, keywords)
        let key = bound.first.flatMap { $0 } ?? .null
        switch name {
        case "pop":
            try PythonRuntime.requireHashable(key)
            guard let found = map[key] else {
                guard let fallback = bound[1] else { throw .keyError(key) }
                return fallback
            }
            map[key] = nil
            return found
        case "popitem":
            guard let last = map.entries.last else {
                let text = "'popitem(): dictionary is empty'"
                throw PythonError("KeyError", text, arguments: text)
            }
            map[last.key] = nil
            return .list([last.key, last.value])
        case "setdefault":
            try PythonRuntime.requireHashable(key)
            if let found = map[key] { return found }
            map[key] = bound[1] ?? .null
            return bound[1] ?? .null
        default:
            map = MapValue()
            return .null
        }
    }

    /// Entries of a mapping, or of a sequence of pairs.
    static func merge(_ other: Value, into map: inout MapValue) throws(PythonError) {
        if case .map(let other) = other {
            for (key, value) in other.entries { map[key] = value }
            return
        }
        for (index, pair) in try PythonRuntime.elements(of: other).enumerated() {
            guard let parts = try? PythonRuntime.elements(of: pair) else {
                throw .typeError("cannot convert dictionary update sequence element #\(index) to a sequence")
            }
            guard parts.count == 2 else {
                throw .valueError(
                    "dictionary update sequence element #\(index) has length \(parts.count); 2 is required")
            }
            try PythonRuntime.requireHashable(parts[0])
            map[parts[0]] = parts[1]
        }
    }
}

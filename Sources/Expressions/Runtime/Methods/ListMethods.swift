import DataModel

/// The methods of `list`.
enum ListMethods {
    static let signatures: [String: Signature] = [
        "index": Signature(["value", "start", "stop"], required: 1, .fixed(.int64)),
        "count": .one(.int64),
        "copy": Signature([], .same),
    ]

    static let mutators: [String: Signature] = [
        "append": Signature(["object"], .fixed(.any)), "extend": Signature(["iterable"], .fixed(.any)),
        "insert": Signature(["index", "object"], .fixed(.any)),
        "pop": Signature(["index"], required: 0, .element), "remove": Signature(["value"], .fixed(.any)),
        "sort": Signature(["key", "reverse"], required: 0, keywords: true, .fixed(.any)),
        "reverse": Signature([], .fixed(.any)), "clear": Signature([], .fixed(.any)),
    ]

    static func call(_ elements: [Value], _ name: String, _ arguments: [Value?]) throws(PythonError) -> Value {
        let wanted = arguments.first.flatMap { $0 } ?? .null
        switch name {
        case "copy": return .list(elements)
        case "count": return .int(Int64(elements.count { $0 == wanted }))
        default:
            let (start, end) = try StringMethods.bounds(arguments[1], arguments[2], elements.count)
            if start < end, let found = elements[start..<end].firstIndex(of: wanted) { return .int(Int64(found)) }
            throw .valueError("\(PythonRuntime.repr(wanted)) is not in list")
        }
    }

    static func mutate(_ elements: inout [Value], _ name: String, _ arguments: [Value?]) throws(PythonError) -> Value {
        let first = arguments.first.flatMap { $0 } ?? .null
        switch name {
        case "append": elements.append(first)
        case "extend": elements += try PythonRuntime.elements(of: first)
        case "insert":
            let index = try PythonRuntime.integer(first)
            let place = index < 0 ? max(0, index + elements.count) : min(index, elements.count)
            elements.insert(arguments[1] ?? .null, at: place)
        case "pop":
            guard !elements.isEmpty else { throw .indexError("pop from empty list") }
            let index = try arguments[0].map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? -1
            guard let place = PythonRuntime.wrapped(Int64(index), elements.count) else {
                throw .indexError("pop index out of range")
            }
            return elements.remove(at: place)
        case "remove":
            guard let place = elements.firstIndex(of: first) else {
                throw .valueError("list.remove(x): x not in list")
            }
            elements.remove(at: place)
        case "sort":
            let isReversed = arguments[1].map(PythonRuntime.isTrue) ?? false
            elements = try PythonRuntime.sorted(elements, keys: nil, reverse: isReversed)
        case "reverse": elements.reverse()
        case "clear": elements.removeAll()
        default: break
        }
        guard elements.count <= PythonRuntime.maximumElements else { throw .memory }
        return .null
    }
}

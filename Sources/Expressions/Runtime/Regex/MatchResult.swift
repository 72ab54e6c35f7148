import DataModel

/// What `re.search` and its sisters give: Python's `re.Match`. It is true, as every match is.
struct MatchResult: Sendable {
    private let text: [UInt8]
    private let ranges: [Range<Int>?]
    private let names: [(name: String, index: Int)]

    init(text: [UInt8], ranges: [Range<Int>?], names: [(name: String, index: Int)]) {
        self.text = text
        self.ranges = ranges
        self.names = names
    }

    /// `match.string`.
    var string: Value { .string(String(decoding: text, as: UTF8.self)) }

    /// The number of the last group that took part; `nil` where none did.
    var lastIndex: Int? { ranges.indices.dropFirst().last { ranges[$0] != nil } }

    private func value(_ index: Int, _ fallback: Value) -> Value {
        ranges[index].map { .string(String(decoding: text[$0], as: UTF8.self)) } ?? fallback
    }

    private func index(_ group: Value) throws(PythonError) -> Int {
        if let number = PythonRuntime.index(group), number >= 0, number < ranges.count { return Int(number) }
        if case .string(let name) = group,
            let found = names.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
        {
            return found.index
        }
        throw .indexError("no such group")
    }

    /// `match.group(…)`: without arguments the whole match, with several a list.
    func group(_ groups: [Value] = []) throws(PythonError) -> Value {
        if groups.count > 1 {
            var values: [Value] = []
            for group in groups { values.append(value(try index(group), .null)) }
            return .list(values)
        }
        return value(try groups.first.map { group throws(PythonError) in try index(group) } ?? 0, .null)
    }

    /// `match.groups(default)`.
    func groups(_ fallback: Value = .null) -> Value {
        .list((1..<max(1, ranges.count)).map { value($0, fallback) })
    }

    /// `match.groupdict(default)`.
    func groupDictionary(_ fallback: Value = .null) -> Value {
        .map(MapValue(names.map { (.string($0.name), value($0.index, fallback)) }))
    }

    /// `match.start(group)`, `match.end(group)` in code points, -1 for a group that took no part.
    func span(_ group: Value = .int(0)) throws(PythonError) -> (start: Int64, end: Int64) {
        guard let range = ranges[try index(group)] else { return (-1, -1) }
        func codePoints(_ offset: Int) -> Int64 { Int64(text[..<offset].count { $0 & 0xC0 != 0x80 }) }
        return (codePoints(range.lowerBound), codePoints(range.upperBound))
    }

    /// Methods that a match has, for the checker.
    static let methodNames = ["group", "groups", "groupdict", "start", "end", "span", "expand"]

    /// `match.name(arguments)`.
    func call(_ name: String, _ arguments: [Value]) throws(PythonError) -> Value {
        let first = arguments.first
        switch name {
        case "group": return try group(arguments)
        case "groups": return groups(first ?? .null)
        case "groupdict": return groupDictionary(first ?? .null)
        case "start": return .int(try span(first ?? .int(0)).start)
        case "end": return .int(try span(first ?? .int(0)).end)
        case "span":
            let span = try span(first ?? .int(0))
            return .list([.int(span.start), .int(span.end)])
        case "expand":
            guard case .string(let template)? = first else {
                throw .typeError("expected str instance, \(PythonRuntime.typeName(first ?? .null)) found")
            }
            let parsed = try RegexTemplate(template, groupCount: ranges.count - 1, names: names)
            return .string(String(decoding: parsed.expanded(text, ranges), as: UTF8.self))
        default: throw .attributeError("'re.Match' object has no attribute '\(name)'")
        }
    }
}

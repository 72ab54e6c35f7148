import DataModel

extension Interpreter {
    private static let marker = "\u{0}match"

    /// `re.search` and its sisters. A match is not a `Value`: what stands for it is its place among this row's matches.
    func regex(_ call: TypedExpression.RegexCall) throws(PythonError) -> Value {
        let pattern = try evaluate(call.pattern)
        let text = try evaluate(call.text)
        var flags: Int64 = 0
        if let node = call.flags {
            let value = try evaluate(node)
            guard let number = PythonRuntime.index(value) else {
                throw .typeError(
                    "unsupported operand type(s) for &: '\(PythonRuntime.typeName(value))' and 'RegexFlag'")
            }
            flags = number
        }
        if call.kind == "finditer" {
            let found = try PythonRuntime.reMatches(pattern: pattern, text: text, flags: flags)
            return .list(found.map(keep))
        }
        guard let kind = PythonRuntime.MatchKind(rawValue: call.kind) else { return .null }
        let found = try PythonRuntime.reMatch(kind: kind, pattern: pattern, text: text, flags: flags)
        return found.map(keep) ?? .null
    }

    private func keep(_ match: MatchResult) -> Value {
        matches.append(match)
        return .row(RowValue(names: [Self.marker], values: [.int(Int64(matches.count - 1))]))
    }

    func matchMethod(
        _ node: TypedExpression, _ name: String, _ arguments: [TypedExpression]
    ) throws(PythonError) -> Value {
        let value = try evaluate(node)
        var values: [Value] = []
        for argument in arguments { values.append(try evaluate(argument)) }
        guard case .row(let row) = value, row.names.first == Self.marker, case .int(let index)? = row.values.first,
            Int(index) < matches.count
        else { throw PythonRuntime.missingAttribute(value, name) }
        return try matches[Int(index)].call(name, values)
    }
}

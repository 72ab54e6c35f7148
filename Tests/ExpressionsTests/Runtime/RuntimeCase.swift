import DataModel

@testable import Expressions

/// One call of the runtime, which can also be written down as Python source.
enum RuntimeCase: Sendable {
    case binary(PythonRuntime.BinaryOperator, Value, Value)
    case compare(PythonRuntime.Comparison, Value, Value)
    case negate(Value)
    case invert(Value)
    case method(Value, String, [Value])
    case function(String, [Value])
    case format(Value, String)
    case percent(String, [Value])
    case template(String, [Value])
    case subscripted(Value, Value)
    case sliced(Value, Value, Value, Value)
    case matched(PythonRuntime.MatchKind, String, String)

    /// `repr` of the result, or the exception's.
    var outcome: String {
        do {
            return PythonRuntime.repr(try result())
        } catch {
            return "!" + error.repr
        }
    }

    private func result() throws(PythonError) -> Value {
        switch self {
        case .binary(let op, let left, let right): return try PythonRuntime.binary(op, left, right)
        case .compare(let op, let left, let right): return .boolean(try PythonRuntime.compare(op, left, right))
        case .negate(let value): return try PythonRuntime.unary(.negate, value)
        case .invert(let value): return try PythonRuntime.unary(.invert, value)
        case .method(let receiver, let name, let arguments):
            return try PythonRuntime.callMethod(receiver, name, arguments, [])
        case .function(let name, let arguments): return try PythonRuntime.callFunction(name, arguments, [])
        case .format(let value, let spec): return .string(try PythonRuntime.format(value, spec))
        case .percent(let format, let values):
            return try PythonRuntime.binary(.modulo, .string(format), .list(values))
        case .template(let text, let values):
            return try PythonRuntime.callMethod(.string(text), "format", values, [])
        case .subscripted(let value, let index): return try PythonRuntime.subscripted(value, index)
        case .sliced(let value, let start, let stop, let step):
            return try PythonRuntime.sliced(value, start, stop, step)
        case .matched(let kind, let pattern, let text):
            guard let match = try PythonRuntime.reMatch(kind: kind, pattern: .string(pattern), text: .string(text))
            else { return .null }
            let span = try match.span()
            return .list([try match.group(), match.groups(), .int(span.start), .int(span.end)])
        }
    }

    /// The same call in Python.
    var python: String {
        func arguments(_ values: [Value]) -> String { values.map(RuntimeCase.literal).joined(separator: ", ") }
        func literal(_ value: Value) -> String { RuntimeCase.literal(value) }
        switch self {
        case .binary(let op, let left, let right):
            let sign = op == .power ? "**" : op.rawValue
            return "(\(literal(left))) \(sign) (\(literal(right)))"
        case .compare(let op, let left, let right): return "(\(literal(left))) \(op.rawValue) (\(literal(right)))"
        case .negate(let value): return "-(\(literal(value)))"
        case .invert(let value): return "~(\(literal(value)))"
        case .method(let receiver, let name, let values):
            let isAffix = name == "startswith" || name == "endswith"
            let shown = values.map { value in
                if isAffix, case .list(let parts) = value { return "tuple(\(literal(.list(parts))))" }
                return literal(value)
            }
            return "(\(literal(receiver))).\(name)(\(shown.joined(separator: ", ")))"
        case .function(let name, let values): return "\(name)(\(arguments(values)))"
        case .format(let value, let spec): return "format(\(literal(value)), \(literal(.string(spec))))"
        case .percent(let format, let values): return "\(literal(.string(format))) % tuple(\(literal(.list(values))))"
        case .template(let text, let values): return "\(literal(.string(text))).format(\(arguments(values)))"
        case .subscripted(let value, let index): return "(\(literal(value)))[\(literal(index))]"
        case .sliced(let value, let start, let stop, let step):
            return "(\(literal(value)))[\(literal(start)):\(literal(stop)):\(literal(step))]"
        case .matched(let kind, let pattern, let text):
            return "match_parts(re.\(kind.rawValue)(\(literal(.string(pattern))), \(literal(.string(text)))))"
        }
    }

    /// Python source of a value; `repr` except for the floats that have no literal.
    static func literal(_ value: Value) -> String {
        switch value {
        case .double(let number) where number.isNaN: "float('nan')"
        case .double(let number) where number.isInfinite: number < 0 ? "-float('inf')" : "float('inf')"
        case .list(let elements): "[" + elements.map(literal).joined(separator: ", ") + "]"
        case .map(let map):
            "{" + map.entries.map { literal($0.key) + ": " + literal($0.value) }.joined(separator: ", ") + "}"
        case .string: PythonRuntime.ascii(value)
        default: PythonRuntime.repr(value)
        }
    }
}

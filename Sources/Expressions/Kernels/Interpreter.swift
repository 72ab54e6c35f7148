import DataModel

/// Walks a typed tree for one row at a time: Python's meaning for all that has no kernel.
///
/// One interpreter serves all rows of an evaluation, so that its slots are made once.
final class Interpreter {
    /// Rounds of loops that one row may take before it fails: a callable must not hang the pipeline.
    static let stepLimit = 10_000_000
    /// Calls within calls, as Python's recursion limit; ours is lower since a row has a thread's stack.
    static let callLimit = 100

    let batch: Batch
    var row = 0
    var slots: [Value?]
    var steps = 0
    var callDepth = 0
    /// The exception being handled, for a bare `raise`.
    var handled: PythonError?
    /// The matches of regular expressions that this row has made.
    var matches: [MatchResult] = []

    init(batch: Batch, slotCount: Int) {
        self.batch = batch
        slots = Array(repeating: nil, count: slotCount)
    }

    /// The value for a row.
    func evaluate(_ node: TypedExpression, row: Int) throws(PythonError) -> Value {
        self.row = row
        steps = 0
        if !matches.isEmpty { matches = [] }
        return try evaluate(node)
    }

    func evaluate(_ node: TypedExpression) throws(PythonError) -> Value {
        switch node.kind {
        case .constant(let value): return value
        case .field(let index): return batch.columns[index].value(at: row)
        case .local(let slot, let name):
            guard let value = slots[slot] else {
                throw PythonError(
                    "UnboundLocalError",
                    "cannot access local variable '\(name)' where it is not associated with a value")
            }
            return value
        case .unary(let operation, let operand):
            return try PythonRuntime.unary(operation, evaluate(operand))
        case .binary(let operation, let left, let right):
            let first = try evaluate(left)
            return try PythonRuntime.binary(operation, first, evaluate(right))
        case .comparison(let first, let links): return try comparison(first, links)
        case .logical(let isAnd, let operands):
            var value = Value.null
            for operand in operands {
                value = try evaluate(operand)
                if PythonRuntime.isTrue(value) != isAnd { return value }
            }
            return value
        case .conditional(let test, let then, let otherwise):
            return try evaluate(PythonRuntime.isTrue(evaluate(test)) ? then : otherwise)
        case .subscripted(let base, let index):
            let container = try evaluate(base)
            return try PythonRuntime.subscripted(container, evaluate(index))
        case .attribute(let base, let name): return try PythonRuntime.attribute(evaluate(base), name)
        case .method(let receiver, let name, let arguments):
            let value = try evaluate(receiver)
            let (positional, keywords) = try self.arguments(arguments, of: name, on: value)
            return try PythonRuntime.callMethod(value, name, positional, keywords)
        case .function(let name, let arguments):
            let (positional, keywords) = try self.arguments(arguments)
            return try PythonRuntime.callFunction(name, positional, keywords)
        default: return try evaluateCompound(node)
        }
    }

    private func evaluateCompound(_ node: TypedExpression) throws(PythonError) -> Value {
        switch node.kind {
        case .row: return .row(batch.row(at: row))
        case .list(let elements): return .list(try self.elements(elements))
        case .map(let items): return try map(items)
        case .newRow(let fields):
            var values: [Value] = []
            for field in fields { values.append(try evaluate(field.value)) }
            return .row(RowValue(names: fields.map(\.name), values: values))
        case .slice(let base, let start, let stop, let step):
            let container = try evaluate(base)
            let first = try start.map(evaluateOptional) ?? .null
            let second = try stop.map(evaluateOptional) ?? .null
            return try PythonRuntime.sliced(container, first, second, try step.map(evaluateOptional) ?? .null)
        case .mutation(let place, let name, let arguments): return try mutate(place, name, arguments)
        case .comprehension(let kind, let element, let clauses):
            return try comprehension(kind, element, clauses)
        case .formatted(let parts): return .string(try formatted(parts))
        case .higherOrder(let call): return try higherOrder(call)
        case .call(let function, let arguments): return try self.call(function, arguments)
        case .isInstance(let value, let names):
            let instance = try evaluate(value)
            return .boolean(names.contains { PythonRuntime.isInstance(instance, $0) ?? false })
        case .regex(let call): return try regex(call)
        case .matchMethod(let match, let name, let arguments): return try matchMethod(match, name, arguments)
        case .formatOperand(let operand):
            let value = try evaluate(operand)
            return if case .list = value { .list([value]) } else { value }
        case .receiver(let operand, let method):
            let value = try evaluate(operand)
            if case .string = value { return value }
            throw .typeError(
                "descriptor '\(method)' for 'str' objects doesn't apply to a '\(PythonRuntime.typeName(value))' object")
        case .hashed(let operand):
            let value = try evaluate(operand)
            try PythonRuntime.requireHashable(value)
            return value
        case .body(let statements):
            // Locals of the row before must not be seen.
            for slot in slots.indices { slots[slot] = nil }
            if case .returns(let value) = try run(statements) { return value }
            return .null
        case .failure(let error): throw error
        case .checked(let operand, let type): return try OutputType.check(evaluate(operand), type)
        default: return .null
        }
    }

    private func evaluateOptional(_ node: TypedExpression) throws(PythonError) -> Value { try evaluate(node) }

    private func comparison(
        _ first: TypedExpression, _ links: [TypedExpression.ComparisonLink]
    ) throws(PythonError) -> Value {
        var left = try evaluate(first)
        for link in links {
            let right = try evaluate(link.operand)
            guard try PythonRuntime.compare(link.operation, left, right) else { return .boolean(false) }
            left = right
        }
        return .boolean(true)
    }

    func elements(_ elements: [TypedExpression.Element]) throws(PythonError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements {
            let value = try evaluate(element.value)
            if element.isStarred { values += try PythonRuntime.elements(of: value) } else { values.append(value) }
        }
        return values
    }

    func arguments(
        _ arguments: TypedExpression.Arguments
    ) throws(PythonError) -> ([Value], [(String, Value)]) {
        let positional = try elements(arguments.positional)
        var keywords: [(String, Value)] = []
        for keyword in arguments.keywords { keywords.append((keyword.name, try evaluate(keyword.value))) }
        return (positional, keywords)
    }

    /// Python looks a method up before it computes the arguments.
    private func arguments(
        _ arguments: TypedExpression.Arguments, of method: String, on receiver: Value
    ) throws(PythonError) -> ([Value], [(String, Value)]) {
        do throws(PythonError) {
            return try self.arguments(arguments)
        } catch {
            if receiver.isNull || !PythonRuntime.knows(method: method, on: receiver.type.kind) {
                throw PythonRuntime.missingAttribute(receiver, method)
            }
            throw error
        }
    }

    private func map(_ items: [(key: TypedExpression?, value: TypedExpression)]) throws(PythonError) -> Value {
        // All keys and values are computed before the first key is hashed.
        var computed: [(key: Value?, value: Value)] = []
        for item in items {
            let key = try item.key.map { key throws(PythonError) in try evaluate(key) }
            computed.append((key, try evaluate(item.value)))
        }
        var map = MapValue()
        for (key, value) in computed {
            if let key {
                try PythonRuntime.requireHashable(key)
                map[key] = value
            } else if case .map(let other) = value {
                for entry in other.entries { map[entry.key] = entry.value }
            } else {
                throw .typeError("'\(PythonRuntime.typeName(value))' object is not a mapping")
            }
        }
        return .map(map)
    }

    private func formatted(_ parts: [TypedExpression.FormattedPart]) throws(PythonError) -> String {
        var text = ""
        for part in parts {
            text += part.literal
            guard let expression = part.value else { continue }
            var value = try evaluate(expression)
            switch part.conversion {
            case UInt8(ascii: "r"): value = .string(PythonRuntime.repr(value))
            case UInt8(ascii: "s"): value = .string(PythonRuntime.str(value))
            case UInt8(ascii: "a"): value = try PythonRuntime.callFunction("ascii", [value], [])
            default: break
            }
            if part.specification.isEmpty {
                if case .string(let string) = value { text += string } else { text += PythonRuntime.str(value) }
            } else {
                text += try PythonRuntime.format(value, formatted(part.specification))
            }
        }
        return text
    }

    private func call(_ function: TypedFunction, _ arguments: [TypedExpression]) throws(PythonError) -> Value {
        var frame = [Value?](repeating: nil, count: function.slotCount)
        for (slot, argument) in zip(function.parameterSlots, arguments) { frame[slot] = try evaluate(argument) }
        guard callDepth < Self.callLimit else {
            throw PythonError("RecursionError", "maximum recursion depth exceeded")
        }
        callDepth += 1
        swap(&slots, &frame)
        defer {
            callDepth -= 1
            swap(&slots, &frame)
        }
        if case .returns(let value) = try run(function.body) { return value }
        return .null
    }

    /// Counts a round of a loop.
    func step() throws(PythonError) {
        steps += 1
        if steps > Self.stepLimit {
            throw PythonError("RuntimeError", "the loop took more than \(Self.stepLimit) rounds for one row")
        }
    }
}

import DataModel

/// Why an expression has no equivalent in an engine's SQL.
public struct SQLObstacle: Error, Sendable {
    /// In words, to follow the expression's name.
    public let reason: String
}

extension CompiledExpression {
    /// The expression as SQL with exactly its own meaning.
    ///
    /// Much of Python has none: comparisons and arithmetic with null raise, NaN equals nothing, texts have methods.
    /// What is refused here runs as Python.
    ///
    /// - Parameter field: the SQL of an input column.
    /// - Throws: why there is none.
    public func sql(_ dialect: SQLDialect, field: @escaping (Int) -> String) throws(SQLObstacle) -> String {
        try SQLPrinter(dialect: dialect, field: field).text(tree)
    }
}

/// Prints typed trees; every compound stands in parentheses, so that precedence needs no thought.
private struct SQLPrinter {
    let dialect: SQLDialect
    let field: (Int) -> String

    func text(_ node: TypedExpression) throws(SQLObstacle) -> String {
        switch node.kind {
        case .constant(let value):
            guard let literal = dialect.literal(value, node.type) else {
                throw refusal("has a value of type \(node.type)")
            }
            return literal
        case .field(let index): return field(index)
        case .attribute(let value, let name):
            guard case .row = value.type.kind, !value.type.isNullable else {
                throw refusal("reads a part of what may be null")
            }
            return "\(try text(value)).\(dialect.quoted(name))"
        case .checked(let value, let type):
            // A wider type takes every value as it is.
            guard value.type.kind == type.kind, type.isNullable || !value.type.isNullable else {
                throw refusal("is checked against \(type) row by row")
            }
            return try text(value)
        case .unary(.not, let operand): return "(NOT \(try truth(operand)))"
        case .unary(.negate, let operand):
            guard isNumber(operand) else { throw refusal("negates a value of type \(operand.type)") }
            return "(- \(try required(operand)))"
        case .binary(let operation, let left, let right): return try arithmetic(operation, left, right)
        case .comparison(let first, let links): return try comparisons(first, links)
        case .logical(let isAnd, let operands):
            var parts: [String] = []
            for operand in operands { parts.append(try truth(operand)) }
            return "(" + parts.joined(separator: isAnd ? " AND " : " OR ") + ")"
        case .conditional(let test, let then, let otherwise):
            let (then, otherwise) = (try converted(then, to: node.type), try converted(otherwise, to: node.type))
            return "CASE WHEN \(try truth(test)) THEN \(then) ELSE \(otherwise) END"
        default: throw refusal("uses what only Python has")
        }
    }

    private func refusal(_ reason: String) -> SQLObstacle { SQLObstacle(reason: reason) }

    private func isNumber(_ node: TypedExpression) -> Bool {
        node.type.kind == .int64 || node.type.kind == .double
    }

    /// A value that Python's operators take: null raises, where SQL would go on with null.
    private func required(_ node: TypedExpression) throws(SQLObstacle) -> String {
        guard node.type.isNullable else { return try text(node) }
        guard let type = dialect.typeName(node.type) else {
            throw refusal("may meet null in a value of type \(node.type)")
        }
        let message = dialect.string("TypeError: an operand is None")
        return "coalesce(\(try text(node)), CAST(raise_error(\(message)) AS \(type)))"
    }

    /// A boolean: `and`, `or` and `not` give operands of other types back, which SQL does not.
    private func truth(_ node: TypedExpression) throws(SQLObstacle) -> String {
        guard node.type == .boolean else { throw refusal("takes a value of type \(node.type) for true or false") }
        return try text(node)
    }

    private func converted(_ node: TypedExpression, to type: FieldType) throws(SQLObstacle) -> String {
        if case .constant(.null) = node.kind, let null = dialect.literal(.null, type) { return null }
        guard node.type.kind == type.kind else { throw refusal("gives now \(node.type), now another type") }
        return try text(node)
    }

    private func arithmetic(
        _ operation: PythonRuntime.BinaryOperator, _ left: TypedExpression, _ right: TypedExpression
    ) throws(SQLObstacle) -> String {
        if operation == .add, left.type.kind == .string, right.type.kind == .string {
            return "(\(try required(left)) || \(try required(right)))"
        }
        guard isNumber(left), isNumber(right) else {
            throw refusal("computes with \(left.type) and \(right.type)")
        }
        let isInteger = left.type.kind == .int64 && right.type.kind == .int64
        switch operation {
        case .add, .subtract, .multiply:
            return isInteger
                ? "(\(try required(left)) \(operation.rawValue) \(try required(right)))"
                : "(\(try double(left)) \(operation.rawValue) \(try double(right)))"
        case .divide where !isInteger: return "(\(try double(left)) / \(try double(right)))"
        default: throw refusal("uses '\(operation.rawValue)' as Python means it")
        }
    }

    private func double(_ node: TypedExpression) throws(SQLObstacle) -> String {
        node.type.kind == .double ? try required(node) : "CAST(\(try required(node)) AS DOUBLE)"
    }

    private func comparisons(
        _ first: TypedExpression, _ links: [TypedExpression.ComparisonLink]
    ) throws(SQLObstacle) -> String {
        var parts: [String] = []
        var left = first
        for link in links {
            parts.append(try comparison(left, link.operation, link.operand))
            left = link.operand
        }
        return parts.count == 1 ? parts[0] : "(" + parts.joined(separator: " AND ") + ")"
    }

    private func comparison(
        _ left: TypedExpression, _ operation: PythonRuntime.Comparison, _ right: TypedExpression
    ) throws(SQLObstacle) -> String {
        if case .constant(.null) = right.kind {
            switch operation {
            case .isSame, .equal: return "(\(try text(left)) IS NULL)"
            case .isNotSame, .notEqual: return "(\(try text(left)) IS NOT NULL)"
            default: break
            }
        }
        let symbols: [PythonRuntime.Comparison: String] = [
            .equal: "=", .notEqual: "<>", .less: "<", .lessOrEqual: "<=", .greater: ">", .greaterOrEqual: ">=",
        ]
        guard let symbol = symbols[operation] else { throw refusal("uses '\(operation.rawValue)' as Python means it") }
        let isEquality = operation == .equal || operation == .notEqual
        let isNullable = left.type.isNullable || right.type.isNullable
        // Null equals null alone, and orders with nothing.
        let (a, b) = isEquality ? (try text(left), try text(right)) : (try required(left), try required(right))
        switch (left.type.kind, right.type.kind) {
        case (.boolean, .boolean) where !isEquality: break
        case (.int64, .int64), (.string, .string), (.boolean, .boolean):
            guard isEquality, isNullable else { return "(\(a) \(symbol) \(b))" }
            return operation == .equal ? "(\(a) <=> \(b))" : "(NOT (\(a) <=> \(b)))"
        case (.double, .double), (.double, .int64), (.int64, .double):
            let text = try inexact(left, a, symbol, right, b)
            return isEquality && isNullable ? "coalesce(\(text), \(operation == .equal ? "FALSE" : "TRUE"))" : text
        default: break
        }
        throw refusal("compares \(left.type) with \(right.type)")
    }

    /// NaN equals nothing and is neither less nor greater in Python; engines order it behind all numbers.
    private func inexact(
        _ left: TypedExpression, _ a: String, _ symbol: String, _ right: TypedExpression, _ b: String
    ) throws(SQLObstacle) -> String {
        guard let constant = number(right), constant.magnitude < 9e15 else {
            throw refusal("compares numbers that may be NaN")
        }
        let isDouble = left.type.kind == .double
        guard isDouble || right.type.kind == .int64 else { throw refusal("compares an integer with a fraction") }
        let text = "(\(a) \(symbol) \(b))"
        return isDouble && (symbol == ">" || symbol == ">=") ? "(\(text) AND NOT isnan(\(a)))" : text
    }

    private func number(_ node: TypedExpression) -> Double? {
        switch node.kind {
        case .constant(.int(let value)): Double(value)
        case .constant(.double(let value)): value.isNaN ? nil : value
        default: nil
        }
    }
}

import DataModel

extension SQLTranslator {
    mutating func function(
        _ name: String, _ arguments: TypedExpression.Arguments, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard let arguments = arguments.plain, let first = arguments.first else { throw unknownFunction(name, node) }
        switch (name, arguments.count) {
        case ("bool", 1): return try truth(first)
        case ("str", 1): return try text(of: first, node)
        case ("len", 1): return try length(first, node)
        case ("int", 1): return try integer(first, node)
        case ("float", 1): return try real(first, node)
        case ("abs", 1): return try absolute(first, node)
        case ("round", 1), ("round", 2): return try rounded(first, arguments.count > 1 ? arguments[1] : nil, node)
        case ("min", 2...8), ("max", 2...8): return try extreme(name, arguments, node)
        case ("math.floor", 1), ("math.ceil", 1), ("math.sqrt", 1): return try math(name, first, node)
        default: throw unknownFunction(name, node)
        }
    }

    private func unknownFunction(_ name: String, _ node: TypedExpression) -> SQLObstacle {
        obstacle("calls '\(name)', for which \(dialect.title) has nothing with the same meaning", node)
    }

    private mutating func length(_ value: TypedExpression, _ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        let term = try required(value, "TypeError: object of type 'NoneType' has no len()")
        try mustNotDrop(value, node)
        let function: String
        switch value.type.kind {
        case .string: function = "CHAR_LENGTH"
        case .list, .map: function = dialect == .flink ? "CARDINALITY" : "size"
        default: throw obstacle("asks for the length of a value of type \(value.type.nonNull)", node)
        }
        return SQLTerm(text: "CAST(\(function)(\(term.text)) AS BIGINT)")
    }

    private mutating func integer(_ value: TypedExpression, _ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        let error =
            "TypeError: int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"
        switch value.type.kind {
        case .int64: return try required(value, error)
        case .boolean: return SQLTerm(text: "CAST(\(try required(value, error).text) AS BIGINT)")
        case .double:
            let term = try required(value, error)
            if dialect == .flink { return call(.intFromFloat, [term.text]) }
            return try sparkInteger(term, term.text, node)
        case .string where dialect == .flink: return call(.intParse, [try required(value, error).text])
        case .string: throw obstacle("reads a number from text, which \(dialect.title) does by other rules", node)
        default: throw obstacle("makes an int of a value of type \(value.type.nonNull)", node)
        }
    }

    /// Spark's cast takes 2^63 for the largest integer.
    private func sparkInteger(
        _ term: SQLTerm, _ text: String, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let repeated = try repeatable(term, node)
        return SQLTerm(
            text: "CASE WHEN \(repeated.text(.additive)) < 9.223372036854775807E18D THEN CAST(\(text) AS BIGINT) ELSE "
                + "\(raising("ValueError: the float has no integer of 64 bits")) END")
    }

    private mutating func real(_ value: TypedExpression, _ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        let error = "TypeError: float() argument must be a string or a real number, not 'NoneType'"
        switch value.type.kind {
        case .double: return try required(value, error)
        case .int64: return SQLTerm(text: "CAST(\(try required(value, error).text) AS DOUBLE)")
        case .boolean: return SQLTerm(text: "CAST(CAST(\(try required(value, error).text) AS BIGINT) AS DOUBLE)")
        case .string where dialect == .flink: return call(.floatParse, [try required(value, error).text])
        case .string: throw obstacle("reads a number from text, which \(dialect.title) does by other rules", node)
        default: throw obstacle("makes a float of a value of type \(value.type.nonNull)", node)
        }
    }

    private mutating func absolute(_ value: TypedExpression, _ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        let number = try number(value, "TypeError: bad operand type for abs(): 'NoneType'", node)
        if dialect == .flink, !number.isDouble { return call(.intAbsolute, [number.term.text]) }
        return SQLTerm(text: "ABS(\(number.term.text))")
    }

    private mutating func rounded(
        _ value: TypedExpression, _ digits: TypedExpression?, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let error = "TypeError: type NoneType doesn't define __round__ method"
        switch value.type.kind {
        case .int64 where digits == nil: return try required(value, error)
        case .double: break
        default: throw obstacle("rounds a value of type \(value.type.nonNull)", node)
        }
        let term = try required(value, error)
        guard let digits else {
            if dialect == .flink { return call(.floatRoundToInt, [term.text]) }
            return try sparkInteger(term, "rint(\(term.text))", node)
        }
        guard case .constant(.int(let count)) = digits.kind, (0...15).contains(count) else {
            throw obstacle("rounds to a number of digits that is negative or only known row by row", node)
        }
        if dialect == .flink { return call(.floatRound, [term.text, "\(count)"]) }
        // `round` and `bround` round the shortest decimal; Python the float itself, as this function of Java's does.
        let repeated = try repeatable(term, node)
        let pattern = "0" + (count > 0 ? "." + String(repeating: "0", count: Int(count)) : "")
        return SQLTerm(
            text: "CASE WHEN abs(\(repeated.text)) < 1E300D THEN "
                + "CAST(format_number(\(repeated.text), '\(pattern)') AS DOUBLE) ELSE \(repeated.text) END")
    }

    /// The first of the smallest or largest arguments.
    private mutating func extreme(
        _ name: String, _ arguments: [TypedExpression], _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard let first = arguments.first, arguments.allSatisfy({ $0.type.kind == first.type.kind }) else {
            throw obstacle("looks for the \(name == "min" ? "smallest" : "largest") of values of different types", node)
        }
        if arguments.count == 1 { return try required(first, "TypeError: '<' not supported with None") }
        // A row of comparisons, from the left: each beats the best so far or not.
        let last = arguments[arguments.count - 1]
        let rest = Array(arguments.dropLast())
        let best =
            rest.count == 1
            ? rest[0]
            : TypedExpression(.function(name, .init(positional: rest.map { .init(value: $0) })), first.type, node.range)
        let operation: Comparison = name == "min" ? .less : .greater
        let test = try comparison(
            last, [TypedExpression.ComparisonLink(operation: operation, operand: best)], node)
        let (a, b) = (
            try repeatable(try required(best, "TypeError: None has no order"), node),
            try repeatable(try required(last, "TypeError: None has no order"), node)
        )
        return SQLTerm(text: "CASE WHEN \(test.text) THEN \(b.text) ELSE \(a.text) END")
    }

    private mutating func math(
        _ name: String, _ value: TypedExpression, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let error = "TypeError: must be real number, not NoneType"
        guard dialect == .flink, value.type.kind == .double || value.type.kind == .int64 else {
            throw unknownFunction(name, node)
        }
        if value.type.kind == .int64 {
            let term = try required(value, error)
            return name == "math.sqrt" ? call(.floatSquareRoot, ["CAST(\(term.text) AS DOUBLE)"]) : term
        }
        let function: FlinkFunction =
            name == "math.sqrt" ? .floatSquareRoot : name == "math.floor" ? .floatFloor : .floatCeiling
        return call(function, [try required(value, error).text])
    }
}

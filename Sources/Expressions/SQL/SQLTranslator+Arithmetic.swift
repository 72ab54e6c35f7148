import DataModel

extension SQLTranslator {
    mutating func unary(
        _ operation: PythonRuntime.UnaryOperator, _ operand: TypedExpression, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let sign =
            switch operation {
            case .negate: "-"
            case .plus: "+"
            case .invert: "~"
            case .not: "not"
            }
        let number = try number(operand, "TypeError: bad operand type for unary \(sign): 'NoneType'", node)
        switch (operation, number.isDouble) {
        case (.plus, _): return number.term
        case (.negate, false) where dialect == .flink: return call(.intNegate, [number.term.text])
        case (.negate, _): return SQLTerm(text: "- \(number.term.text(.atom))", precedence: .unary)
        default: throw obstacle("uses the operator '\(sign)'", node)
        }
    }

    /// A number in an operation, bools as ints.
    struct Number {
        let term: SQLTerm
        let isDouble: Bool
        let constant: Value?
    }

    mutating func number(
        _ node: TypedExpression, _ error: String, _ whole: TypedExpression
    ) throws(SQLObstacle) -> Number {
        let constant: Value? = if case .constant(let value) = node.kind { value } else { nil }
        if case .boolean(let flag)? = constant {
            let one = TypedExpression(.constant(.int(flag ? 1 : 0)), .int64, node.range)
            return try number(one, error, whole)
        }
        switch node.type.kind {
        // A literal without its suffix is a number of 32 bits for Spark.
        case .int64 where dialect == .spark:
            return Number(term: try required(node, error), isDouble: false, constant: constant)
        case .int64: return Number(term: try operand(node, error), isDouble: false, constant: constant)
        case .double: return Number(term: try operand(node, error), isDouble: true, constant: constant)
        case .boolean:
            let term = try required(node, error)
            return Number(term: SQLTerm(text: "CAST(\(term.text) AS BIGINT)"), isDouble: false, constant: nil)
        default: throw obstacle("computes with a value of type \(node.type.nonNull)", whole)
        }
    }

    mutating func binary(
        _ operation: PythonRuntime.BinaryOperator, _ left: TypedExpression, _ right: TypedExpression,
        _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        func error(_ a: String, _ b: String) -> String {
            "TypeError: unsupported operand type(s) for \(operation.rawValue): '\(a)' and '\(b)'"
        }
        let (leftError, rightError) = (error("NoneType", pythonName(right)), error(pythonName(left), "NoneType"))
        switch (left.type.kind, right.type.kind) {
        case (.string, .string) where operation == .add:
            let (a, b) = (try operand(left, leftError), try operand(right, rightError))
            return SQLTerm(text: "\(a.text(.unary)) || \(b.text(.unary))", precedence: .additive)
        case (.string, .int64) where operation == .multiply:
            return try repetition(left, right, leftError, rightError)
        case (.int64, .string) where operation == .multiply:
            return try repetition(right, left, rightError, leftError)
        case (.boolean, .boolean) where [.bitAnd, .bitOr, .bitXor].contains(operation):
            let (a, b) = (try required(left, leftError), try required(right, rightError))
            if operation == .bitXor {
                return SQLTerm(text: "\(a.text(.additive)) <> \(b.text(.additive))", precedence: .comparison)
            }
            // Unlike 'and', '&' evaluates both sides.
            guard !right.canFail else {
                throw obstacle("uses '\(operation.rawValue)' where 'and' or 'or' would do", node)
            }
            let isAnd = operation == .bitAnd
            return SQLTerm(
                text: "\(a.text(.not)) \(isAnd ? "AND" : "OR") \(b.text(.not))", precedence: isAnd ? .and : .or)
        default: break
        }
        let (a, b) = (try number(left, leftError, node), try number(right, rightError, node))
        if a.isDouble || b.isDouble { return try doubles(operation, a, b, node) }
        return try integers(operation, a, b, node, [left, right])
    }

    // MARK: Integers

    private mutating func integers(
        _ operation: PythonRuntime.BinaryOperator, _ a: Number, _ b: Number, _ node: TypedExpression,
        _ operands: [TypedExpression]
    ) throws(SQLObstacle) -> SQLTerm {
        if operation == .power {
            // The type says whether the exponent is a constant that is not negative.
            guard node.type.kind == .int64, dialect == .flink else {
                throw obstacle("raises to a power, which \(dialect.title) does in floats", node)
            }
            return call(.intPower, [a.term.text, b.term.text])
        }
        if dialect == .flink {
            let function: FlinkFunction =
                switch operation {
                case .add: .intAdd
                case .subtract: .intSubtract
                case .multiply: .intMultiply
                case .divide: .intDivide
                case .floorDivide: .intFloorDivide
                case .modulo: .intModulo
                case .leftShift: .intShiftLeft
                case .rightShift: .intShiftRight
                case .bitAnd: .intAnd
                case .bitOr: .intOr
                case .bitXor: .intXor
                case .power: .intPower
                }
            return call(function, [a.term.text, b.term.text])
        }
        let (x, y) = (a.term, b.term)
        switch operation {
        case .add: return infix(x, "+", y, .additive)
        case .subtract: return infix(x, "-", y, .additive)
        case .multiply: return infix(x, "*", y, .multiplicative)
        case .bitAnd, .bitOr, .bitXor:
            return SQLTerm(text: "(\(x.text(.atom)) \(operation.rawValue) \(y.text(.atom)))")
        case .divide: return sparkQuotient(a, b)
        case .modulo:
            if case .int(let divisor)? = b.constant, divisor > 0 {
                return SQLTerm(text: "pmod(\(x.text), \(y.text))")
            }
            let (x, y) = (try repeatable(x, node), try repeatable(y, node))
            let (p, q) = (x.text(.unary), y.text(.unary))
            let first = divisor(b, "integer modulo by zero")
            return SQLTerm(
                text: "CASE WHEN \(p) % \(first) <> 0 AND (\(p) < 0) <> (\(q) < 0) THEN \(p) % \(q) + \(q) "
                    + "ELSE \(p) % \(q) END")
        case .floorDivide:
            let (x, y) = (try repeatable(x, node), try repeatable(y, node))
            let (p, q) = (x.text(.unary), y.text(.unary))
            if case .int(let divisor)? = b.constant, divisor > 0 {
                return SQLTerm(
                    text: "\(p) div \(q) - CASE WHEN \(p) % \(q) < 0 THEN 1L ELSE 0L END", precedence: .additive)
            }
            let first = divisor(b, "integer division or modulo by zero")
            return SQLTerm(
                text: "\(p) div \(first) - CASE WHEN \(p) % \(q) <> 0 AND (\(p) < 0) <> (\(q) < 0) THEN 1L ELSE 0L END",
                precedence: .additive)
        case .leftShift, .rightShift, .power:
            throw obstacle("uses the operator '\(operation.rawValue)'", node)
        }
    }

    private func infix(_ a: SQLTerm, _ symbol: String, _ b: SQLTerm, _ precedence: SQLPrecedence) -> SQLTerm {
        // Left associative, as Python: the right operand must bind more tightly.
        let tighter: SQLPrecedence = precedence == .additive ? .multiplicative : .unary
        return SQLTerm(text: "\(a.text(precedence)) \(symbol) \(b.text(tighter))", precedence: precedence)
    }

    /// Spark divides as floats, which rounds once up to 2^53.
    private mutating func sparkQuotient(_ a: Number, _ b: Number) -> SQLTerm {
        differ("a quotient of integers beyond 2^53 may differ in its last digit")
        let divisor = SQLTerm(text: divisor(b, "division by zero"), precedence: .unary)
        return infix(a.term, "/", divisor, .multiplicative)
    }

    /// A divisor for Spark, which raises Python's error where it is zero, not advice to turn errors off.
    private func divisor(_ number: Number, _ error: String) -> String {
        if number.constant != nil, !number.isZero { return number.term.text(.unary) }
        let zero = number.isDouble ? "0.0D" : "0L"
        return "coalesce(nullif(\(number.term.text), \(zero)), \(raising("ZeroDivisionError: \(error)")))"
    }

    // MARK: Doubles

    private mutating func doubles(
        _ operation: PythonRuntime.BinaryOperator, _ a: Number, _ b: Number, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let (x, y) = (double(a), double(b))
        switch operation {
        case .add:
            // Flink takes x + 0 for x, which it is not for -0.0.
            if dialect == .flink, [a, b].contains(where: \.isZero) { throw obstacle("adds a zero to a float", node) }
            return infix(x, "+", y, .additive)
        case .subtract: return infix(x, "-", y, .additive)
        case .multiply: return infix(x, "*", y, .multiplicative)
        case .divide where dialect == .flink: return call(.floatDivide, [x.text, y.text])
        case .divide:
            let number = Number(term: y, isDouble: true, constant: b.constant)
            let divisor = SQLTerm(text: divisor(number, "float division by zero"), precedence: .unary)
            return infix(x, "/", divisor, .multiplicative)
        case .floorDivide where dialect == .flink: return call(.floatFloorDivide, [x.text, y.text])
        case .modulo where dialect == .flink: return call(.floatModulo, [x.text, y.text])
        case .power: throw obstacle("raises a float to a power, whose last digit differs between libraries", node)
        default:
            throw obstacle("uses the operator '\(operation.rawValue)' with floats, which rounds otherwise there", node)
        }
    }

    private func double(_ number: Number) -> SQLTerm {
        if number.isDouble { return number.term }
        if case .int(let constant)? = number.constant, let text = dialect.literal(.double(Double(constant)), .double) {
            return SQLTerm(text: text, precedence: constant < 0 ? .unary : .atom)
        }
        return SQLTerm(text: "CAST(\(number.term.text) AS DOUBLE)")
    }
}

extension SQLTranslator.Number {
    fileprivate var isZero: Bool {
        switch constant {
        case .int(let number): number == 0
        case .double(let number): number == 0
        default: false
        }
    }
}

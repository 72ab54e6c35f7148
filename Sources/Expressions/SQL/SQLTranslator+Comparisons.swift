import DataModel

extension SQLTranslator {
    typealias Comparison = PythonRuntime.Comparison

    /// A chain of comparisons; never NULL.
    mutating func comparison(
        _ first: TypedExpression, _ links: [TypedExpression.ComparisonLink], _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let before = known
        defer { known = before }
        var left = first
        var parts: [SQLTerm] = []
        for (position, link) in links.enumerated() {
            if position > 0 { _ = try repeatable(try value(left), left) }
            parts.append(try comparison(left, link.operation, link.operand, node))
            let pair = TypedExpression(.comparison(left, [link]), .boolean, node.range)
            known.formUnion(knownWhenTrue(pair))
            left = link.operand
        }
        if parts.count == 1 { return parts[0] }
        return SQLTerm(text: parts.map { $0.text(.not) }.joined(separator: " AND "), precedence: .and)
    }

    private mutating func comparison(
        _ left: TypedExpression, _ operation: Comparison, _ right: TypedExpression, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        if case .constant = left.kind, case .constant = right.kind { throw obstacle("compares constants", node) }
        switch operation {
        case .isSame, .isNotSame: return try identity(left, right, isNegated: operation == .isNotSame, node)
        case .contains, .notContains:
            let found = try membership(left, right, node)
            guard operation == .notContains else { return found }
            return SQLTerm(text: "NOT \(found.text(.comparison))", precedence: .not)
        case .equal, .notEqual:
            let isNull = [left, right].map { if case .constant(.null) = $0.kind { true } else { false } }
            if isNull.contains(true) {
                return try identity(
                    isNull[0] ? right : left, isNull[0] ? left : right, isNegated: operation == .notEqual, node)
            }
            return try equality(left, right, isNegated: operation == .notEqual, node)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return try order(left, operation, right, node)
        }
    }

    /// `is None`, `is True`, `is False`.
    private mutating func identity(
        _ left: TypedExpression, _ right: TypedExpression, isNegated: Bool, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let word = isNegated ? "IS NOT" : "IS"
        switch right.kind {
        case .constant(.null):
            let term = try value(left)
            // Of what cannot be null nothing need be computed.
            if !term.isNullable { try mustNotFail(left, node) }
            return SQLTerm(text: "\(term.text(.additive)) \(word) NULL", precedence: .comparison)
        case .constant(.boolean(let flag)) where left.type.kind == .boolean:
            let term = try value(left)
            return SQLTerm(text: "\(term.text(.additive)) \(word) \(flag ? "TRUE" : "FALSE")", precedence: .comparison)
        default: throw obstacle("compares identities", node)
        }
    }

    // MARK: Equality

    mutating func equality(
        _ left: TypedExpression, _ right: TypedExpression, isNegated: Bool, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        if let numbers = try numbers(left, right, isEquality: true, node) {
            return try compare(numbers, isNegated ? .notEqual : .equal, node)
        }
        switch (left.type.kind, right.type.kind) {
        case (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp), (.date, .date): break
        case (.boolean, .boolean): break
        default:
            throw obstacle(
                "asks whether values of the types \(left.type.nonNull) and \(right.type.nonNull) are equal", node)
        }
        let terms = [try optional(left), try optional(right)]
        return equals(terms[0], terms[1], isNegated: isNegated)
    }

    /// An operand that may be NULL, constants without their types.
    private mutating func optional(_ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        if case .constant = node.kind { return try operand(node, "") }
        return try value(node)
    }

    /// `==` of values without NaN.
    private func equals(_ left: SQLTerm, _ right: SQLTerm, isNegated: Bool) -> SQLTerm {
        let (a, b) = (left.text(.additive), right.text(.additive))
        guard left.isNullable || right.isNullable else {
            return SQLTerm(text: "\(a) \(isNegated ? "<>" : "=") \(b)", precedence: .comparison)
        }
        switch dialect {
        case .flink:
            return SQLTerm(text: "\(a) IS \(isNegated ? "" : "NOT ")DISTINCT FROM \(b)", precedence: .comparison)
        case .spark:
            let equal = SQLTerm(text: "\(a) <=> \(b)", precedence: .comparison)
            return isNegated ? SQLTerm(text: "NOT (\(equal.text))", precedence: .not) : equal
        }
    }

    // MARK: Order

    private mutating func order(
        _ left: TypedExpression, _ operation: Comparison, _ right: TypedExpression, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        if let numbers = try numbers(left, right, isEquality: false, node, operation) {
            return try compare(numbers, operation, node)
        }
        switch (left.type.kind, right.type.kind) {
        case (.string, .string), (.timestamp, .timestamp), (.date, .date): break
        default:
            throw obstacle("orders values of the types \(left.type.nonNull) and \(right.type.nonNull)", node)
        }
        let error = Self.orderError(operation, pythonName(left), pythonName(right), left, right)
        let (a, b) = (try operand(left, error.left), try operand(right, error.right))
        if left.type.kind == .string, dialect == .flink {
            // Its own operators compare texts by their bytes, or by their UTF-16, as they happen to be held.
            switch operation {
            case .less: return call(.textLess, [a.text, b.text])
            case .lessOrEqual: return call(.textAtMost, [a.text, b.text])
            case .greater: return call(.textLess, [b.text, a.text])
            default: return call(.textAtMost, [b.text, a.text])
            }
        }
        return SQLTerm(
            text: "\(a.text(.additive)) \(operation.rawValue) \(b.text(.additive))", precedence: .comparison)
    }

    /// What Python says where one side is None.
    private static func orderError(
        _ operation: Comparison, _ left: String, _ right: String, _ leftNode: TypedExpression,
        _ rightNode: TypedExpression
    ) -> (left: String, right: String) {
        func text(_ a: String, _ b: String) -> String {
            "TypeError: '\(operation.rawValue)' not supported between instances of '\(a)' and '\(b)'"
        }
        return (text("NoneType", right), text(left, "NoneType"))
    }

    // MARK: Numbers

    /// Two numbers to compare, bools as ints.
    struct Numbers {
        enum Operand {
            case int(SQLTerm, constant: Int64?)
            case double(SQLTerm, constant: Double?)

            var term: SQLTerm {
                switch self {
                case .int(let term, _), .double(let term, _): term
                }
            }
        }

        let left: Operand
        let right: Operand
        /// The nodes, for what has to be said about them.
        let nodes: [TypedExpression]
    }

    private mutating func numbers(
        _ left: TypedExpression, _ right: TypedExpression, isEquality: Bool, _ node: TypedExpression,
        _ operation: Comparison = .equal
    ) throws(SQLObstacle) -> Numbers? {
        let kinds = [left.type.kind, right.type.kind]
        guard kinds.allSatisfy({ $0 == .int64 || $0 == .double || $0 == .boolean }) else { return nil }
        if isEquality, kinds == [.boolean, .boolean] { return nil }
        let error = Self.orderError(operation, pythonName(left), pythonName(right), left, right)
        return Numbers(
            left: try number(left, isEquality ? nil : error.left),
            right: try number(right, isEquality ? nil : error.right), nodes: [left, right])
    }

    /// - Parameter error: what null raises; `nil` where it does not.
    private mutating func number(_ node: TypedExpression, _ error: String?) throws(SQLObstacle) -> Numbers.Operand {
        switch node.kind {
        case .constant(.int(let number)): return .int(try operand(node, ""), constant: number)
        case .constant(.boolean(let flag)): return .int(SQLTerm(text: flag ? "1" : "0"), constant: flag ? 1 : 0)
        case .constant(.double(let number)): return .double(try operand(node, ""), constant: number)
        default: break
        }
        var term = try value(node)
        if let error, term.isNullable { term = guarded(term, error) }
        switch node.type.kind {
        case .boolean:
            return .int(SQLTerm(text: "CAST(\(term.text) AS BIGINT)", isNullable: term.isNullable), constant: nil)
        case .int64: return .int(term, constant: nil)
        default: return .double(term, constant: nil)
        }
    }

    private mutating func compare(
        _ numbers: Numbers, _ operation: Comparison, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let (left, right) = (numbers.left.term, numbers.right.term)
        switch (numbers.left, numbers.right) {
        case (.int, .int):
            if operation == .equal || operation == .notEqual {
                return equals(left, right, isNegated: operation == .notEqual)
            }
            return SQLTerm(
                text: "\(left.text(.additive)) \(operation.rawValue) \(right.text(.additive))", precedence: .comparison)
        case (.double(_, let a), .double(_, let b)): return try doubles(left, a, operation, right, b, numbers.nodes)
        case (.int(_, let number?), .double(_, let b)):
            guard number.magnitude <= 1 << 53 else { break }
            let constant = Double(number)
            let text = dialect.literal(.double(constant), .double) ?? ""
            return try doubles(SQLTerm(text: text), constant, operation, right, b, numbers.nodes)
        case (.double(_, let a), .int(_, let number?)):
            guard number.magnitude <= 1 << 53 else { break }
            let constant = Double(number)
            let text = dialect.literal(.double(constant), .double) ?? ""
            return try doubles(left, a, operation, SQLTerm(text: text), constant, numbers.nodes)
        case (.int, .double(_, let constant?)):
            if let term = integerComparison(left, operation, constant) { return term }
        case (.double(_, let constant?), .int):
            if let term = integerComparison(right, operation.mirrored, constant) { return term }
        default: break
        }
        return try mixed(numbers, operation, node)
    }

    /// A comparison of an integer with a constant between integers, or equal to one.
    private func integerComparison(_ term: SQLTerm, _ operation: Comparison, _ constant: Double) -> SQLTerm? {
        guard constant.isFinite, constant.magnitude < 0x1p62 else { return nil }
        let floor = Int64(constant.rounded(.down))
        let isWhole = constant == constant.rounded(.down)
        func test(_ symbol: String) -> SQLTerm {
            let text = floor < 0 ? "(\(floor))" : "\(floor)"
            return SQLTerm(text: "\(term.text(.additive)) \(symbol) \(text)", precedence: .comparison)
        }
        switch operation {
        case .less: return test(isWhole ? "<" : "<=")
        case .lessOrEqual: return test("<=")
        case .greater: return test(">")
        case .greaterOrEqual: return test(isWhole ? ">=" : ">")
        case .equal, .notEqual:
            guard isWhole else { return nil }
            return equals(term, SQLTerm(text: floor < 0 ? "(\(floor))" : "\(floor)"), isNegated: operation == .notEqual)
        default: return nil
        }
    }

    /// Doubles: not a number equals nothing and has no order.
    private mutating func doubles(
        _ left: SQLTerm, _ leftConstant: Double?, _ operation: Comparison, _ right: SQLTerm, _ rightConstant: Double?,
        _ nodes: [TypedExpression]
    ) throws(SQLObstacle) -> SQLTerm {
        if dialect == .flink {
            switch operation {
            case .equal: return call(.floatEqual, [left.text, right.text])
            case .notEqual:
                return SQLTerm(text: "NOT \(call(.floatEqual, [left.text, right.text]).text)", precedence: .not)
            case .less: return call(.floatLess, [left.text, right.text])
            case .lessOrEqual: return call(.floatAtMost, [left.text, right.text])
            case .greater: return call(.floatLess, [right.text, left.text])
            default: return call(.floatAtMost, [right.text, left.text])
            }
        }
        // Spark has NaN equal to itself and above all other numbers.
        var guards: [String] = []
        func exclude(_ term: SQLTerm, _ constant: Double?, _ node: TypedExpression) throws(SQLObstacle) {
            if let constant, !constant.isNaN { return }
            guards.append("NOT isnan(\(try repeatable(term, node).text))")
        }
        switch operation {
        case .equal, .notEqual:
            // Equal to a number is no NaN.
            let isNumber = [leftConstant, rightConstant].contains { $0.map { !$0.isNaN } ?? false }
            if !isNumber { try exclude(left, leftConstant, nodes[0]) }
            let isEqual = equals(left, right, isNegated: false)
            if guards.isEmpty, !left.isNullable, !right.isNullable {
                return equals(left, right, isNegated: operation == .notEqual)
            }
            let all = SQLTerm(
                text: ([isEqual.text(.not)] + guards).joined(separator: " AND "),
                precedence: guards.isEmpty ? isEqual.precedence : .and)
            return operation == .equal ? all : SQLTerm(text: "NOT (\(all.text))", precedence: .not)
        case .less: try exclude(right, rightConstant, nodes[1])
        case .greater: try exclude(left, leftConstant, nodes[0])
        case .lessOrEqual: try exclude(right, rightConstant, nodes[1])
        default: try exclude(left, leftConstant, nodes[0])
        }
        let test = SQLTerm(
            text: "\(left.text(.additive)) \(operation.rawValue) \(right.text(.additive))", precedence: .comparison)
        return SQLTerm(
            text: ([test.text] + guards).joined(separator: " AND "), precedence: guards.isEmpty ? .comparison : .and)
    }

    /// An int beside a float, which Python compares exactly.
    private mutating func mixed(
        _ numbers: Numbers, _ operation: Comparison, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard dialect == .flink else {
            throw obstacle("compares an int with a float, for which Spark SQL makes both floats", node)
        }
        let (int, double, comparison) =
            switch (numbers.left, numbers.right) {
            case (.int(let a, _), .double(let b, _)): (a, b, operation)
            case (.double(let a, _), .int(let b, _)): (b, a, operation.mirrored)
            default: throw obstacle("compares numbers", node)
            }
        // -1, 0 and 1, or 2 where there is no order.
        let order = call(.intFloatOrder, [int.text, double.text]).text
        let test =
            switch comparison {
            case .equal: "= 0"
            case .notEqual: "<> 0"
            case .less: "< 0"
            case .lessOrEqual: "<= 0"
            case .greater: "= 1"
            default: "IN (0, 1)"
            }
        return SQLTerm(text: "\(order) \(test)", precedence: .comparison)
    }
}

extension PythonRuntime.Comparison {
    /// The same seen from the other operand.
    var mirrored: Self {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }
}

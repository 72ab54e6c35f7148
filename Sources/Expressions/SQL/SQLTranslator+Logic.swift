import DataModel

extension SQLTranslator {
    /// Whether a value counts as true; never NULL.
    mutating func truth(_ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        switch node.kind {
        case .constant(let value): return SQLTerm(text: PythonRuntime.isTrue(value) ? "TRUE" : "FALSE")
        case .comparison(let first, let links): return try comparison(first, links, node)
        case .unary(.not, let operand):
            return SQLTerm(text: "NOT \(try truth(operand).text(.comparison))", precedence: .not)
        case .logical(let isAnd, let operands):
            let before = known
            defer { known = before }
            var parts: [String] = []
            for (position, operand) in operands.enumerated() {
                if case .constant = operand.kind, operands[..<position].contains(where: \.canFail) {
                    throw obstacle("computes what may raise beside a constant that decides", node)
                }
                parts.append(try truth(operand).text(isAnd ? .not : .and))
                known.formUnion(isAnd ? knownWhenTrue(operand) : knownWhenFalse(operand))
            }
            return SQLTerm(text: parts.joined(separator: isAnd ? " AND " : " OR "), precedence: isAnd ? .and : .or)
        case .isInstance(let operand, let names): return try instance(operand, names, node)
        case .checked(let operand, let type) where operand.type.kind == .boolean && type.kind == .boolean:
            if type.isNullable || !operand.type.isNullable { return try truth(operand) }
        case .function("bool", let arguments):
            if let operand = arguments.single { return try truth(operand) }
        default: break
        }
        let term = try value(node)
        switch node.type.kind {
        case .boolean:
            return term.isNullable ? SQLTerm(text: "COALESCE(\(term.text), FALSE)") : term
        case .int64: return orFalse(SQLTerm(text: "\(term.text(.additive)) <> 0", precedence: .comparison), term)
        case .double:
            switch dialect {
            case .spark: return orFalse(SQLTerm(text: "\(term.text(.additive)) <> 0D", precedence: .comparison), term)
            case .flink:
                let isZero = call(.floatEqual, [term.text, "0.0E0"])
                let isTrue = SQLTerm(text: "NOT \(isZero.text)", precedence: .not)
                guard term.isNullable else { return isTrue }
                let repeated = try repeatable(term, node)
                return SQLTerm(
                    text: "\(repeated.text(.additive)) IS NOT NULL AND \(isTrue.text)", precedence: .and)
            }
        case .string: return orFalse(SQLTerm(text: "\(term.text(.additive)) <> ''", precedence: .comparison), term)
        case .list, .map:
            let size = dialect == .flink ? "CARDINALITY(\(term.text))" : "size(\(term.text))"
            return orFalse(SQLTerm(text: "\(size) > 0", precedence: .comparison), term)
        case .timestamp, .date, .row:
            return SQLTerm(text: "\(term.text(.additive)) IS NOT NULL", precedence: .comparison)
        default: throw obstacle("asks whether a value of type \(node.type.nonNull) is true", node)
        }
    }

    /// None is not true.
    private func orFalse(_ test: SQLTerm, _ operand: SQLTerm) -> SQLTerm {
        operand.isNullable ? SQLTerm(text: "COALESCE(\(test.text), FALSE)") : test
    }

    /// `a and b` and `a or b` as the operand that decides.
    mutating func logicalValue(
        _ isAnd: Bool, _ operands: [TypedExpression], _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        if operands.allSatisfy({ $0.type == .boolean }) { return try truth(node) }
        guard let first = operands.first else { throw obstacle("has no operand", node) }
        guard operands.count > 1 else { return try value(first, as: node.type) }
        let rest = Array(operands.dropFirst())
        let decided = try repeatable(try value(first, as: node.type), first)
        let test = try truth(first)
        let before = known
        defer { known = before }
        known.formUnion(isAnd ? knownWhenTrue(first) : knownWhenFalse(first))
        let last = try logicalValue(isAnd, rest, TypedExpression(.logical(isAnd: isAnd, rest), node.type, node.range))
        known = before
        if !isAnd { known.formUnion(knownWhenTrue(first)) }
        // `a or b` gives a only where it is true, hence not None.
        let kept = isAnd ? decided : try value(first, as: node.type)
        let (then, otherwise) = isAnd ? (last, kept) : (kept, last)
        return SQLTerm(
            text: "CASE WHEN \(test.text) THEN \(then.text) ELSE \(otherwise.text) END",
            isNullable: then.isNullable || otherwise.isNullable)
    }

    /// `then if test else otherwise`.
    mutating func choice(
        _ test: TypedExpression, _ range: Range<Int>, _ type: FieldType,
        then: (inout SQLTranslator) throws(SQLObstacle) -> SQLTerm,
        otherwise: (inout SQLTranslator) throws(SQLObstacle) -> SQLTerm
    ) throws(SQLObstacle) -> SQLTerm {
        guard dialect.typeName(type) != nil, !type.holdsAny else {
            throw SQLObstacle(reason: "has values whose types are only known row by row", range: range)
        }
        let condition = try truth(test)
        let before = known
        defer { known = before }
        known = before.union(knownWhenTrue(test))
        let first = try then(&self)
        known = before.union(knownWhenFalse(test))
        let second = try otherwise(&self)
        return SQLTerm(
            text: "CASE WHEN \(condition.text) THEN \(first.text) ELSE \(second.text) END",
            isNullable: first.isNullable || second.isNullable)
    }

    /// The statements of a callable: branches that return.
    mutating func block(
        _ statements: ArraySlice<TypedStatement>, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard let statement = statements.first else {
            return try value(TypedExpression(.constant(.null), node.type, node.range), as: node.type)
        }
        let rest = statements.dropFirst()
        switch statement {
        case .returns(let result):
            return try value(result ?? TypedExpression(.constant(.null), node.type, node.range), as: node.type)
        case .branch(let test, let then, let otherwise):
            return try choice(
                test, node.range, node.type,
                then: { translator throws(SQLObstacle) in
                    try translator.block(ArraySlice(then + rest), node)
                },
                otherwise: { translator throws(SQLObstacle) in
                    try translator.block(ArraySlice(otherwise + rest), node)
                })
        case .assign, .augmentedAssign: throw obstacle("has variables", node)
        case .forLoop, .whileLoop, .breakLoop, .continueLoop: throw obstacle("has a loop", node)
        case .raise, .reraise, .attempt: throw obstacle("raises or handles exceptions", node)
        case .expression: throw obstacle("has a statement whose value nobody uses", node)
        }
    }

    /// `isinstance(value, …)` where the type decides it, null apart.
    private mutating func instance(
        _ operand: TypedExpression, _ names: [String], _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard let sample = TypeFacts.sample(operand.type.nonNull) else {
            throw obstacle("asks for the type of a value that is only known row by row", node)
        }
        let ofValue = names.contains { PythonRuntime.isInstance(sample, $0) ?? false }
        let ofNull = names.contains { PythonRuntime.isInstance(.null, $0) ?? false }
        let term = try value(operand)
        if !term.isNullable || ofValue == ofNull {
            if operand.canFail { throw obstacle("asks for the type of what may raise", node) }
            return SQLTerm(text: ofValue ? "TRUE" : "FALSE")
        }
        return SQLTerm(text: "\(term.text(.additive)) IS \(ofValue ? "NOT " : "")NULL", precedence: .comparison)
    }

    // MARK: What a test tells of null

    /// The fields that are not null where the test holds.
    func knownWhenTrue(_ node: TypedExpression) -> Set<Int> {
        switch node.kind {
        case .field(let index): return [index]
        case .unary(.not, let operand): return knownWhenFalse(operand)
        case .logical(isAnd: true, let operands):
            return operands.reduce(into: []) { $0.formUnion(knownWhenTrue($1)) }
        case .checked(let operand, _): return knownWhenTrue(operand)
        case .function("bool", let arguments): return arguments.single.map(knownWhenTrue) ?? []
        case .comparison(let first, let links): return knownByComparison(first, links, holds: true)
        default: return []
        }
    }

    func knownWhenFalse(_ node: TypedExpression) -> Set<Int> {
        switch node.kind {
        case .unary(.not, let operand): return knownWhenTrue(operand)
        case .logical(isAnd: false, let operands):
            return operands.reduce(into: []) { $0.formUnion(knownWhenFalse($1)) }
        case .checked(let operand, _): return knownWhenFalse(operand)
        case .function("bool", let arguments): return arguments.single.map(knownWhenFalse) ?? []
        case .comparison(let first, let links): return knownByComparison(first, links, holds: false)
        default: return []
        }
    }

    private func knownByComparison(
        _ first: TypedExpression, _ links: [TypedExpression.ComparisonLink], holds: Bool
    ) -> Set<Int> {
        var found: Set<Int> = []
        var left = first
        for (position, link) in links.enumerated() {
            // Of a chain that does not hold only the first comparison was surely made.
            if !holds, position > 0 { break }
            let isDecided = holds || links.count == 1
            switch link.operation {
            case .less, .lessOrEqual, .greater, .greaterOrEqual:
                // Null raises here, whatever the outcome.
                for operand in [left, link.operand] {
                    if case .field(let index) = operand.kind { found.insert(index) }
                }
            case .equal, .notEqual:
                guard isDecided, holds == (link.operation == .equal) else { break }
                for (operand, other) in [(left, link.operand), (link.operand, left)] {
                    if case .field(let index) = operand.kind, !other.type.isNullable { found.insert(index) }
                }
            case .isSame, .isNotSame:
                guard isDecided, holds == (link.operation == .isNotSame) else { break }
                if case .constant(.null) = link.operand.kind, case .field(let index) = left.kind {
                    found.insert(index)
                }
            case .contains, .notContains: break
            }
            left = link.operand
        }
        return found
    }
}

extension TypedExpression.Arguments {
    /// The argument of a call that has just one.
    var single: TypedExpression? { plain?.count == 1 ? plain?.first : nil }

    /// The arguments of a call without keywords and stars.
    var plain: [TypedExpression]? {
        keywords.isEmpty && !positional.contains { $0.isStarred } ? positional.map(\.value) : nil
    }
}

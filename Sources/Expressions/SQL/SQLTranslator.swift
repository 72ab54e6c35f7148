import DataModel

/// SQL under construction.
struct SQLTerm {
    var text: String
    var precedence = SQLPrecedence.atom
    /// Whether it is NULL for some row.
    var isNullable = false

    /// The text where an operator expects something that binds at least so tightly.
    func text(_ least: SQLPrecedence) -> String { precedence >= least ? text : "(\(text))" }
}

/// Writes a typed tree as SQL.
///
/// Two readings of SQL are kept apart: a *value* is NULL where Python has None; a *truth* is never NULL. What Python
/// raises on None is guarded, unless a test before has ruled it out: `known` holds the fields that cannot be null
/// where the node at hand is evaluated.
struct SQLTranslator {
    let dialect: SQLDialect
    let field: (Int) -> String
    var known: Set<Int> = []
    var functions: Set<SQLFunction> = []
    var differences: [String] = []

    init(dialect: SQLDialect, field: @escaping (Int) -> String) {
        self.dialect = dialect
        self.field = field
    }

    /// Longer texts are slower to plan than Python is to run.
    private static let maximumLength = 20_000

    mutating func translate(_ tree: TypedExpression, isCondition: Bool) throws(SQLObstacle) -> SQLText {
        let term: SQLTerm
        if isCondition {
            term = try truth(tree)
        } else if tree.type.holdsAny {
            term = try path(tree)
        } else {
            term = try value(tree, as: tree.type)
        }
        guard term.text.utf8.count <= Self.maximumLength else { throw obstacle("is too long", tree) }
        return SQLText(
            text: term.text, precedence: term.precedence, functions: functions, differences: differences)
    }

    func obstacle(_ reason: String, _ node: TypedExpression) -> SQLObstacle {
        SQLObstacle(reason: reason, range: node.range)
    }

    /// The type's name, or why its values do not travel.
    func typeName(_ type: FieldType, _ node: TypedExpression) throws(SQLObstacle) -> String {
        if type.holdsAny { throw obstacle("has values whose types are only known row by row", node) }
        if let name = dialect.typeName(type) { return name }
        throw obstacle("has values of type \(type.nonNull), which \(dialect.title) does not have", node)
    }

    /// The values of a field, or of a field of rows in it: what has no fixed type is passed on as it is.
    mutating func path(_ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        switch node.kind {
        case .field(let index): return SQLTerm(text: field(index), isNullable: node.type.isNullable)
        case .attribute(let base, let name): return try attribute(base, name, node)
        default: throw obstacle("computes with values whose types are only known row by row", node)
        }
    }

    /// The values of a node, NULL for None.
    mutating func value(_ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        if case .constant(let constant) = node.kind {
            guard !node.type.holdsAny, let text = dialect.literal(constant, node.type) else {
                throw obstacle("has a constant that \(dialect.title) cannot write", node)
            }
            return SQLTerm(text: text, precedence: text.hasPrefix("-") ? .unary : .atom, isNullable: constant.isNull)
        }
        _ = try typeName(node.type, node)
        switch node.kind {
        case .field(let index):
            return SQLTerm(text: field(index), isNullable: node.type.isNullable && !known.contains(index))
        case .unary(.not, _), .comparison, .isInstance: return try truth(node)
        case .unary(let operation, let operand): return try unary(operation, operand, node)
        case .binary(let operation, let left, let right): return try binary(operation, left, right, node)
        case .logical(let isAnd, let operands): return try logicalValue(isAnd, operands, node)
        case .conditional(let test, let then, let otherwise):
            return try choice(
                test, node.range, node.type,
                then: { translator throws(SQLObstacle) in
                    try translator.value(then, as: node.type)
                },
                otherwise: { translator throws(SQLObstacle) in
                    try translator.value(otherwise, as: node.type)
                })
        case .checked(let operand, let type): return try value(operand, as: type)
        case .list(let elements): return try list(elements, node, as: node.type)
        case .map(let items): return try map(items, node, as: node.type)
        case .newRow(let fields): return try row(fields, node, as: node.type)
        case .row: return try wholeRow(node)
        case .attribute(let base, let name): return try attribute(base, name, node)
        case .subscripted(let base, let index): return try subscripted(base, index, node)
        case .slice(let base, let start, let stop, let step): return try slice(base, start, stop, step, node)
        case .method(let receiver, let name, let arguments): return try method(receiver, name, arguments, node)
        case .function(let name, let arguments): return try function(name, arguments, node)
        case .formatted(let parts): return try formatted(parts, node)
        case .receiver(let operand, let method) where operand.type.kind == .string:
            return try required(operand, "TypeError: descriptor '\(method)' for 'str' objects doesn't apply to None")
        case .body(let statements): return try block(statements[...], node)
        case .regex, .matchMethod: throw obstacle("uses a regular expression, which Java reads otherwise", node)
        case .comprehension, .higherOrder: throw obstacle("loops over the elements of a value", node)
        case .call: throw obstacle("calls a function of its own", node)
        case .local, .mutation: throw obstacle("changes variables", node)
        case .failure: throw obstacle("raises for every row", node)
        case .constant, .formatOperand, .receiver, .hashed: throw obstacle("uses what only Python has", node)
        }
    }

    /// The values of a node, brought to a type as `OutputType` does it.
    mutating func value(_ node: TypedExpression, as type: FieldType) throws(SQLObstacle) -> SQLTerm {
        switch node.kind {
        case .constant(let constant):
            guard let converted = try? OutputType.check(constant, type), let text = dialect.literal(converted, type)
            else { throw obstacle("has a constant that does not fit \(type)", node) }
            _ = try typeName(type, node)
            return SQLTerm(text: text, precedence: text.hasPrefix("-") ? .unary : .atom, isNullable: constant.isNull)
        case .conditional(let test, let then, let otherwise) where node.type != type:
            return try choice(
                test, node.range, type,
                then: { translator throws(SQLObstacle) in
                    try translator.value(then, as: type)
                },
                otherwise: { translator throws(SQLObstacle) in
                    try translator.value(otherwise, as: type)
                })
        case .list(let elements): return try list(elements, node, as: type)
        case .map(let items): return try map(items, node, as: type)
        case .newRow(let fields): return try row(fields, node, as: type)
        case .body(let statements) where node.type != type:
            return try block(statements[...], TypedExpression(node.kind, type, node.range))
        case .checked(let operand, let inner) where inner == type: return try value(operand, as: type)
        default: break
        }
        var term = try value(node)
        if node.type.kind == .int64, type.kind == .double {
            term = SQLTerm(text: "CAST(\(term.text) AS DOUBLE)", isNullable: term.isNullable)
        } else if !node.type.fits(type) {
            throw obstacle("has type \(node.type), which is checked against \(type) row by row", node)
        }
        if term.isNullable, !type.isNullable {
            return guarded(term, "TypeError: None violates the schema, which has \(type)")
        }
        return term
    }

    // MARK: Null

    /// The values of a node where Python raises on None.
    mutating func required(_ node: TypedExpression, _ error: String) throws(SQLObstacle) -> SQLTerm {
        let term = try value(node)
        return term.isNullable ? guarded(term, error) : term
    }

    mutating func guarded(_ term: SQLTerm, _ error: String) -> SQLTerm {
        switch dialect {
        case .flink: call(.required, [term.text, dialect.string(error)])
        case .spark: SQLTerm(text: "coalesce(\(term.text), raise_error(\(dialect.string(error))))")
        }
    }

    /// An operand of an operator or function: a constant needs no cast there.
    mutating func operand(_ node: TypedExpression, _ error: String) throws(SQLObstacle) -> SQLTerm {
        if case .constant(let constant) = node.kind, !constant.isNull,
            let text = dialect.operand(constant, node.type)
        {
            return SQLTerm(text: text, precedence: text.hasPrefix("-") ? .unary : .atom)
        }
        return try required(node, error)
    }

    mutating func differ(_ difference: String) {
        if !differences.contains(difference) { differences.append(difference) }
    }

    /// Planners leave out what no result depends on, and with it the error that it would raise.
    func mustNotFail(_ part: TypedExpression, _ node: TypedExpression) throws(SQLObstacle) {
        if part.canFail { throw obstacle("computes what may raise without using its value", node) }
    }

    /// The SQL that raises; it has the type of what it stands beside.
    func raising(_ error: String) -> String { "raise_error(\(dialect.string(error)))" }

    // MARK: Functions

    mutating func call(_ function: FlinkFunction, _ arguments: [String], isNullable: Bool = false) -> SQLTerm {
        functions.insert(function.declaration)
        return SQLTerm(
            text: "\(function.rawValue)(\(arguments.joined(separator: ", ")))", isNullable: isNullable)
    }

    /// The term, for a text in which it stands more than once.
    func repeatable(_ term: SQLTerm, _ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        guard term.text.utf8.count <= 400 else {
            throw obstacle("has a part that \(dialect.title) would have to compute several times", node)
        }
        return term
    }

    /// How Python names the type of a node's values in its errors.
    func pythonName(_ node: TypedExpression) -> String {
        TypeFacts.sample(node.type.nonNull).map(PythonRuntime.typeName) ?? "object"
    }
}

extension FieldType {
    /// Whether every value, null apart, belongs to the other type as it is.
    fileprivate func fits(_ type: FieldType) -> Bool {
        switch (kind, type.kind) {
        case (.list(let element), .list(let other)): element.fitsNullability(other) && element.fits(other)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            key.fits(otherKey) && value.fitsNullability(otherValue) && value.fits(otherValue)
        case (.row(let schema), .row(let other)):
            schema.names == other.names
                && zip(schema.fields, other.fields).allSatisfy {
                    $0.type.fitsNullability($1.type) && $0.type.fits($1.type)
                }
        default: kind == type.kind
        }
    }

    private func fitsNullability(_ type: FieldType) -> Bool { type.isNullable || !isNullable }
}

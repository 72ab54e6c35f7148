import DataModel

extension TypedExpression {
    /// The indexes of the input's fields that it may read.
    func fieldsRead(of schema: Schema) -> [Int] {
        var fields: Set<Int> = []
        visit { node in
            if case .field(let index) = node.kind { fields.insert(index) }
            if case .row = node.kind { fields.formUnion(schema.fields.indices) }
        }
        return fields.sorted()
    }

    /// Whether evaluating it may raise; where that is not known, it may.
    var canFail: Bool {
        switch kind {
        case .constant, .field, .row: false
        case .unary(.not, let operand): operand.canFail
        case .comparison(let first, let links):
            first.canFail
                || zip([first] + links.map(\.operand), links).contains { left, link in
                    switch link.operation {
                    case .equal, .notEqual, .isSame, .isNotSame: link.operand.canFail
                    case .less, .lessOrEqual, .greater, .greaterOrEqual:
                        link.operand.canFail || !Self.haveOrder(left.type, link.operand.type)
                    default: true
                    }
                }
        case .logical(_, let operands): operands.contains { $0.canFail }
        case .conditional(let test, let then, let otherwise): test.canFail || then.canFail || otherwise.canFail
        case .list(let elements): elements.contains { $0.isStarred || $0.value.canFail }
        case .newRow(let fields): fields.contains { $0.value.canFail }
        case .isInstance(let value, _): value.canFail
        default: true
        }
    }

    /// Whether any two values of the types can be compared.
    private static func haveOrder(_ left: FieldType, _ right: FieldType) -> Bool {
        func isNumber(_ type: FieldType) -> Bool {
            type.kind == .int64 || type.kind == .double || type.kind == .boolean
        }
        guard !left.isNullable, !right.isNullable else { return false }
        return isNumber(left) && isNumber(right) || left.kind == .string && right.kind == .string
    }

    /// Calls the body for the node and all below.
    func visit(_ body: (TypedExpression) -> Void) {
        body(self)
        for child in children { child.visit(body) }
    }

    var children: [TypedExpression] {
        switch kind {
        case .constant, .field, .row, .local, .failure: []
        case .unary(_, let operand), .attribute(let operand, _), .isInstance(let operand, _),
            .formatOperand(let operand), .checked(let operand, _), .receiver(let operand, _), .hashed(let operand):
            [operand]
        case .binary(_, let left, let right), .subscripted(let left, let right): [left, right]
        case .comparison(let first, let links): [first] + links.map(\.operand)
        // A function beside the callable reads no fields: it sees only what it is given.
        case .logical(_, let operands), .call(_, let operands): operands
        case .body(let statements): statements.flatMap(\.expressions)
        case .conditional(let test, let then, let otherwise): [test, then, otherwise]
        case .list(let elements): elements.map(\.value)
        case .map(let items): items.flatMap { [$0.key, $0.value].compactMap { $0 } }
        case .newRow(let fields): fields.map(\.value)
        case .slice(let base, let start, let stop, let step): [base] + [start, stop, step].compactMap { $0 }
        case .method(let receiver, _, let arguments): [receiver] + arguments.all
        case .function(_, let arguments): arguments.all
        case .mutation(let place, _, let arguments): place.path + arguments.all
        case .comprehension(let kind, let element, let clauses):
            [element] + kind.children + clauses.flatMap { [$0.iterable] + $0.conditions + $0.target.expressions }
        case .formatted(let parts): parts.flatMap(\.values)
        case .higherOrder(let call): [call.items] + [call.body, call.reverse, call.fallback].compactMap { $0 }
        case .regex(let call): [call.pattern, call.text] + (call.flags.map { [$0] } ?? [])
        case .matchMethod(let match, _, let arguments): [match] + arguments
        }
    }
}

extension TypedExpression.Arguments {
    var all: [TypedExpression] { positional.map(\.value) + keywords.map(\.value) }
}

extension TypedExpression.ComprehensionKind {
    fileprivate var children: [TypedExpression] {
        switch self {
        case .list, .set, .quantifier: []
        case .map(let value): [value]
        case .first(let otherwise): otherwise.map { [$0] } ?? []
        }
    }
}

extension TypedExpression.Target {
    var expressions: [TypedExpression] {
        switch self {
        case .local: []
        case .element(let place): place.path
        case .unpack(let targets, _): targets.flatMap(\.expressions)
        }
    }
}

extension TypedExpression.FormattedPart {
    var values: [TypedExpression] { (value.map { [$0] } ?? []) + specification.flatMap(\.values) }
}

extension TypedStatement {
    /// The expressions of the statement and of its blocks.
    var expressions: [TypedExpression] {
        switch self {
        case .assign(let targets, let value): [value] + targets.flatMap(\.expressions)
        case .augmentedAssign(let target, _, let current, let value): [current, value] + target.expressions
        case .expression(let value): [value]
        case .branch(let test, let then, let otherwise): [test] + (then + otherwise).flatMap(\.expressions)
        case .forLoop(let target, let iterable, let body, let otherwise):
            [iterable] + target.expressions + (body + otherwise).flatMap(\.expressions)
        case .whileLoop(let test, let body, let otherwise): [test] + (body + otherwise).flatMap(\.expressions)
        case .returns(let value), .raise(_, let value): value.map { [$0] } ?? []
        case .breakLoop, .continueLoop, .reraise: []
        case .attempt(let body, let handlers, let otherwise, let finally):
            (body + handlers.flatMap(\.body) + otherwise + finally).flatMap(\.expressions)
        }
    }
}

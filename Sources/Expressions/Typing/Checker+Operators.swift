import DataModel
import Diagnostics

extension Checker {
    func unary(
        _ operation: PythonRuntime.UnaryOperator, _ operand: PythonExpression, _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        if case .not = operation {
            return TypedExpression(.unary(.not, try condition(operand)), .boolean, range)
        }
        let node = try value(operand)
        guard let sample = constant(node) ?? TypeFacts.sample(node.type) else {
            return TypedExpression(.unary(operation, node), .any, range)
        }
        do throws(PythonError) {
            let result = try PythonRuntime.unary(operation, sample)
            if constant(node) != nil { return TypedExpression(.constant(result), result.type, range) }
            return TypedExpression(.unary(operation, node), result.type, range)
        } catch {
            if error.type != "TypeError" { return TypedExpression(.unary(operation, node), node.type.nonNull, range) }
            return fault(
                .typeMismatch, "\(described(node.type)) has no sign", at: range, raising: error,
                keeping: .unary(operation, node))
        }
    }

    func constant(_ node: TypedExpression) -> Value? {
        if case .constant(let value) = node.kind { value } else { nil }
    }

    func binary(
        _ operation: PythonRuntime.BinaryOperator, _ leftExpression: PythonExpression,
        _ rightExpression: PythonExpression, _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        let left = try value(leftExpression)
        var right = try value(rightExpression)
        if operation == .modulo, left.type.isAny || left.type.kind == .string {
            right = try formatOperand(left, right)
            if left.type.kind == .string {
                return TypedExpression(.binary(.modulo, left, right), .string, range)
            }
        }
        return try binary(operation, left, right, range)
    }

    /// Right of `%` a tuple is the arguments and a list is one of them.
    func formatOperand(
        _ left: TypedExpression, _ right: TypedExpression
    ) throws(ForeignConstruct) -> TypedExpression {
        if case .tuple = right.shape {
            if case .list(let elements) = right.kind, elements.contains(where: { hasTuples($0.value) }) {
                throw ForeignConstruct("makes the text of a tuple", right.range)
            }
            return right
        }
        if left.type.kind == .string, hasTuples(right) {
            throw ForeignConstruct("makes the text of a tuple", right.range)
        }
        switch right.type.kind {
        case .any, .list: return TypedExpression(.formatOperand(right), right.type, right.range)
        default: return right
        }
    }

    func binary(
        _ operation: PythonRuntime.BinaryOperator, _ left: TypedExpression, _ right: TypedExpression,
        _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        let isTuple = [left, right].map { if case .tuple = $0.shape { true } else { false } }
        if case .list = left.type.kind, case .list = right.type.kind, isTuple[0] != isTuple[1] {
            throw ForeignConstruct("mixes a tuple and a list", range)
        }
        let shape: TypedExpression.Shape = isTuple.contains(true) ? .tuple : .plain
        func node(_ type: FieldType) -> TypedExpression {
            TypedExpression(.binary(operation, left, right), type, range, shape: shape)
        }
        guard let first = constant(left) ?? TypeFacts.sample(left.type),
            let second = constant(right) ?? TypeFacts.sample(right.type)
        else {
            let isText = operation == .add && (left.type.kind == .string || right.type.kind == .string)
            return node(isText ? .string : .any)
        }
        let isConstant = constant(left) != nil && constant(right) != nil
        do throws(PythonError) {
            let result = try PythonRuntime.binary(operation, first, second)
            if isConstant, Self.isSmall(result) {
                return TypedExpression(.constant(result), result.type, range, shape: shape)
            }
            return node(resultType(operation, left, right, result))
        } catch {
            switch error.type {
            case "TypeError":
                return fault(
                    .typeMismatch, mismatch(operation, left.type, right.type), at: range, raising: error,
                    hint: mismatchHint(operation, left.type, right.type), keeping: .binary(operation, left, right))
            case "ZeroDivisionError" where constant(right) != nil:
                return fault(
                    .divisionByZero, "the divisor is always zero", at: range, raising: error,
                    keeping: .binary(operation, left, right))
            default: return node(fallbackType(operation, left, right))
            }
        }
    }

    func fallbackType(
        _ operation: PythonRuntime.BinaryOperator, _ left: TypedExpression, _ right: TypedExpression
    ) -> FieldType {
        guard let first = TypeFacts.sample(left.type), let second = TypeFacts.sample(right.type),
            let result = try? PythonRuntime.binary(operation, first, second)
        else { return .any }
        return resultType(operation, left, right, result)
    }

    static func isSmall(_ value: Value) -> Bool {
        switch value {
        case .string(let text): text.utf8.count < 4096
        case .list(let elements): elements.count < 256
        case .map, .row: false
        default: true
        }
    }

    func resultType(
        _ operation: PythonRuntime.BinaryOperator, _ left: TypedExpression, _ right: TypedExpression, _ sample: Value
    ) -> FieldType {
        switch (operation, left.type.kind, right.type.kind) {
        case (.power, .int64, .int64), (.power, .boolean, .int64), (.power, .int64, .boolean):
            if case .int(let exponent)? = constant(right) { return exponent < 0 ? .double : .int64 }
            return .any
        case (.add, .list(let first), .list(let second)): return .list(TypeFacts.join([first, second]))
        case (.multiply, .list, _): return left.type.nonNull
        case (.multiply, _, .list): return right.type.nonNull
        case (.bitOr, .map(let key, let value), .map(let otherKey, let otherValue)):
            return .map(TypeFacts.join([key, otherKey]), TypeFacts.join([value, otherValue]))
        default: return TypeFacts.isExact(sample.type) ? sample.type : .any
        }
    }

    func mismatch(_ operation: PythonRuntime.BinaryOperator, _ left: FieldType, _ right: FieldType) -> String {
        let symbol = operation == .power ? "**" : operation.rawValue
        return "'\(symbol)' does not go with \(short(left)) and \(short(right))"
    }

    func short(_ type: FieldType) -> String { type == TypeFacts.none ? "None" : type.nonNull.description }

    func mismatchHint(
        _ operation: PythonRuntime.BinaryOperator, _ left: FieldType, _ right: FieldType
    ) -> String? {
        switch (left.kind, right.kind) {
        case (.string, .int64), (.string, .double), (.int64, .string), (.double, .string):
            operation == .add
                ? "make both text with 'str(…)', or both numbers with 'int(…)' or 'float(…)'"
                : "make the text a number with 'int(…)' or 'float(…)'"
        default: nil
        }
    }

    func comparison(
        _ first: PythonExpression, _ links: [PythonExpression.ComparisonLink], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        var left = try comparand(first, links.first)
        if let link = links.first, Self.isMembership(link), try setValue(link.operand) != nil { left = hashed(left) }
        let head = left
        var nodes: [TypedExpression.ComparisonLink] = []
        for (index, link) in links.enumerated() {
            let right = try comparand(link.operand, index + 1 < links.count ? links[index + 1] : nil, under: link)
            // What is wrong is reported; the comparison stays and raises by itself.
            _ = try problem(link.operation, left, right, range)
            nodes.append(.init(operation: link.operation, operand: right))
            left = right
        }
        return TypedExpression(.comparison(head, nodes), .boolean, range)
    }

    static func isMembership(_ link: PythonExpression.ComparisonLink) -> Bool {
        link.operation == .contains || link.operation == .notContains
    }

    /// The node, checked where its type allows lists or dicts.
    func hashed(_ node: TypedExpression) -> TypedExpression {
        switch node.type.kind {
        case .any, .list, .map: TypedExpression(.hashed(node), node.type, node.range, shape: node.shape)
        default: node
        }
    }

    /// An operand of a comparison: a set may stand right of `in`, a match object beside `is None`.
    func comparand(
        _ expression: PythonExpression, _ next: PythonExpression.ComparisonLink?,
        under link: PythonExpression.ComparisonLink? = nil
    ) throws(ForeignConstruct) -> TypedExpression {
        if let link, link.operation == .contains || link.operation == .notContains {
            if let set = try setValue(expression) { return set }
            return try value(expression)
        }
        let node = try check(expression)
        if case .match = node.shape, link == nil, let next, next.operation == .isSame || next.operation == .isNotSame {
            return node
        }
        return try plain(node)
    }

    func problem(
        _ operation: PythonRuntime.Comparison, _ left: TypedExpression, _ right: TypedExpression, _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression? {
        let isTuple = [left, right].map { if case .tuple = $0.shape { true } else { false } }
        switch operation {
        case .isSame, .isNotSame:
            // Identity of anything but the singletons depends on how Python keeps its objects.
            let singletons = [left, right].contains {
                if case .null? = constant($0) { return true }
                if case .boolean? = constant($0) { return true }
                return false
            }
            if !singletons { throw ForeignConstruct("compares the identity of objects with 'is'", range) }
            return nil
        case .equal, .notEqual:
            if isTuple[0] != isTuple[1] {
                if case .list = left.type.kind, case .list = right.type.kind {
                    throw ForeignConstruct("compares a tuple with a list", range)
                }
            }
            return nil
        case .contains, .notContains:
            if case .map = right.type.kind, isTuple[0] { throw ForeignConstruct("uses a tuple as a key", range) }
        default:
            if isTuple[0] != isTuple[1], case .list = left.type.kind, case .list = right.type.kind {
                throw ForeignConstruct("compares a tuple with a list", range)
            }
        }
        guard let first = constant(left) ?? TypeFacts.sample(left.type),
            let second = constant(right) ?? TypeFacts.sample(right.type),
            TypeFacts.isExact(left.type) && TypeFacts.isExact(right.type)
        else { return nil }
        do throws(PythonError) {
            _ = try PythonRuntime.compare(operation, first, second)
            return nil
        } catch {
            guard error.type == "TypeError" else { return nil }
            let isContainment = operation == .contains || operation == .notContains
            return fault(
                .typeMismatch,
                isContainment
                    ? "'in' does not go with \(short(left.type)) and \(short(right.type))"
                    : "\(short(left.type)) and \(short(right.type)) have no order", at: range, raising: error,
                type: .boolean,
                hint: isContainment ? nil : comparisonHint(left.type, right.type))
        }
    }

    func comparisonHint(_ left: FieldType, _ right: FieldType) -> String? {
        if left == TypeFacts.none || right == TypeFacts.none { return "ask for null with 'is None'" }
        return left.isNumeric && right.kind == .string || right.isNumeric && left.kind == .string
            ? "make the text a number with 'int(…)' or 'float(…)'" : nil
    }

    func subscripted(
        _ baseExpression: PythonExpression, _ index: PythonExpression, _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        let base = try check(baseExpression)
        if case .match = base.shape {
            return TypedExpression(.matchMethod(base, "group", [try value(index)]), FieldType.string.nullable, range)
        }
        _ = try plain(base)
        if case .slice(let start, let stop, let step) = index.kind {
            func part(_ expression: PythonExpression?) throws(ForeignConstruct) -> TypedExpression? {
                guard let expression else { return nil }
                return try value(expression)
            }
            let parts = [try part(start), try part(stop), try part(step)]
            if let sample = TypeFacts.sample(base.type) {
                do throws(PythonError) {
                    _ = try PythonRuntime.sliced(sample, .null, .null, .null)
                } catch {
                    return fault(
                        .typeMismatch, "\(described(base.type)) cannot be sliced", at: range, raising: error,
                        keeping: .slice(base, parts[0], parts[1], parts[2]))
                }
            }
            let type = base.type.nonNull
            return TypedExpression(
                .slice(base, parts[0], parts[1], parts[2]), type, range, shape: base.shape)
        }
        let position = try hashableIfMap(index, base.type)
        let node = TypedExpression.Kind.subscripted(base, position)
        guard let container = TypeFacts.sample(base.type) else { return TypedExpression(node, .any, range) }
        if let place = constant(position) ?? TypeFacts.sample(position.type) {
            do throws(PythonError) {
                _ = try PythonRuntime.subscripted(container, place)
            } catch {
                if error.type == "TypeError" {
                    let isRow = if case .row = base.type.kind { base.type != TypeFacts.none } else { false }
                    return fault(
                        .typeMismatch, "\(described(base.type)) has no element \(short(position.type))", at: range,
                        raising: error, hint: isRow ? "a row's fields are attributes: write 'row.name'" : nil,
                        keeping: node)
                }
            }
        }
        if case .map(_, let value) = base.type.kind { return TypedExpression(node, value, range) }
        return TypedExpression(node, TypeFacts.element(of: base.type), range)
    }

    func hashableIfMap(
        _ index: PythonExpression, _ container: FieldType
    ) throws(ForeignConstruct) -> TypedExpression {
        switch container.kind {
        case .any, .map: try hashable(index)
        default: try value(index)
        }
    }
}

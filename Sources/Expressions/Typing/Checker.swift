import DataModel
import Diagnostics

/// Python that is right but outside the native subset.
struct ForeignConstruct: Error {
    let construct: String
    let range: Range<Int>

    init(_ construct: String, _ range: Range<Int>) {
        self.construct = construct
        self.range = range
    }
}

/// Resolves names and finds the types of a tree of Python.
///
/// What is certain to raise for every row is a problem; where the pipeline tolerates failures it is a warning and the
/// node raises at run time. What we cannot run is thrown as `ForeignConstruct`.
final class Checker {
    let schema: Schema
    let form: ExpressionForm
    let toleratesFailures: Bool
    var problems: [ExpressionProblem] = []

    /// What a name stands for.
    enum Binding {
        case local(Int)
        /// The row that a callable is given.
        case rowParameter
        case constant(TypedExpression)
        case module(String)
        /// Something imported from a module we know: `datetime.datetime`, `math.sqrt`.
        case qualified(String)
        case foreignModule(String, Range<Int>)
        case function(PythonFunction)
        /// `re.compile(pattern, flags)`.
        case pattern(TypedExpression, flags: TypedExpression?)
    }

    struct LocalState {
        var type: FieldType
        var shape = TypedExpression.Shape.plain
        /// Whether a tuple may hide in it: its text would differ from a list's.
        var hasTuples = false
        /// The types of its elements one by one, where they differ: the pairs of `enumerate`, `zip` and `items`.
        var parts: [FieldType]?
    }

    /// Names by scope, the innermost last; the first holds what stands beside a callable.
    var scopes: [[String: Binding]] = [[:]]
    var locals: [Int: LocalState] = [:]
    var slotCount = 0
    var functions: [ObjectIdentifier: TypedFunction] = [:]
    /// Functions whose bodies are being read, to stop at nesting that has no end.
    var functionDepth = 0
    var returnTypes: [FieldType] = []
    var loopDepth = 0
    var handlerName: String?
    /// Branches around the node being read: what stands in one need not run for every row.
    var branchDepth = 0

    init(schema: Schema, form: ExpressionForm, toleratesFailures: Bool) {
        self.schema = schema
        self.form = form
        self.toleratesFailures = toleratesFailures
    }

    func newSlot() -> Int {
        slotCount += 1
        return slotCount - 1
    }

    /// Reports what is certain to raise and gives the node that raises it.
    ///
    /// - Parameter kind: the operation itself, where it has operands: one of them may raise before it does.
    func fault(
        _ code: DiagnosticCode, _ message: String, at range: Range<Int>, raising error: PythonError,
        type: FieldType = .any, hint: String? = nil, notes: [String] = [], keeping kind: TypedExpression.Kind? = nil
    ) -> TypedExpression {
        // A wrong name is a mistake wherever it stands; a wrong type may be what the branch's condition rules out.
        let isName = [.unknownField, .unknownName, .unknownFunction].contains(code)
        let isWarning = toleratesFailures || branchDepth > 0 && !isName
        problems.append(
            ExpressionProblem(
                code, severity: isWarning ? .warning : .error, message, at: range, hint: hint, notes: notes))
        return TypedExpression(kind ?? .failure(error), type, range)
    }

    /// The node for an expression whose value is used as it is.
    func value(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
        try plain(check(expression))
    }

    func plain(_ node: TypedExpression) throws(ForeignConstruct) -> TypedExpression {
        switch node.shape {
        case .plain, .tuple: return node
        case .iterator: throw ForeignConstruct("uses a generator or iterator as a value", node.range)
        case .match: throw ForeignConstruct("uses a match object as a value", node.range)
        case .exception: throw ForeignConstruct("uses an exception as a value", node.range)
        }
    }

    /// The node for an expression that is only asked for its truth.
    func condition(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
        let node = try check(expression)
        if case .iterator = node.shape {
            throw ForeignConstruct("uses a generator or iterator as a value", expression.range)
        }
        return node
    }

    /// The node for an expression that is iterated over at once.
    func iterable(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
        let node = try check(expression)
        switch node.shape {
        case .plain, .tuple, .iterator: break
        case .match, .exception: throw ForeignConstruct("iterates over a match or an exception", expression.range)
        }
        if let sample = TypeFacts.sample(node.type), !node.type.isNullable || node.type == TypeFacts.none {
            do throws(PythonError) {
                _ = try PythonRuntime.elements(of: sample)
            } catch {
                return fault(
                    .typeMismatch, "\(described(node.type)) cannot be iterated over", at: expression.range,
                    raising: error, keeping: node.kind)
            }
        }
        return node
    }

    /// The node for an expression whose text is made.
    func textual(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
        let node = try check(expression)
        if case .exception = node.shape { return node }
        if hasTuples(try plain(node)) { throw ForeignConstruct("makes the text of a tuple", expression.range) }
        return node
    }

    func hasTuples(_ node: TypedExpression) -> Bool {
        var found = false
        node.visit { part in
            if case .tuple = part.shape { found = true }
            switch part.kind {
            case .local(let slot, _): if locals[slot]?.hasTuples == true { found = true }
            case .method(_, let name, _):
                if ["items", "partition", "rpartition", "groups"].contains(name) { found = true }
            case .matchMethod(_, let name, _): if name == "groups" || name == "span" { found = true }
            case .function(let name, _):
                if ["zip", "enumerate", "divmod", "tuple", "math.modf", "math.frexp"].contains(name) { found = true }
            case .call: found = true
            default: break
            }
        }
        return found
    }

    func described(_ type: FieldType) -> String {
        type == TypeFacts.none ? "None" : "a value of type \(type.nonNull)"
    }

    func check(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
        let range = expression.range
        switch expression.kind {
        case .none: return TypedExpression(.constant(.null), TypeFacts.none, range)
        case .boolean(let flag): return TypedExpression(.constant(.boolean(flag)), .boolean, range)
        case .int(let number): return TypedExpression(.constant(.int(number)), .int64, range)
        case .double(let number): return TypedExpression(.constant(.double(number)), .double, range)
        case .string(let text): return TypedExpression(.constant(.string(text)), .string, range)
        case .bytes(let bytes): return TypedExpression(.constant(.bytes(bytes)), .bytes, range)
        case .formatted(let parts):
            return TypedExpression(.formatted(try formatted(parts)), .string, range)
        case .name(let name): return try self.name(name, range)
        case .attribute(let base, let name): return try attribute(base, name, range)
        case .subscripted(let base, let index): return try subscripted(base, index, range)
        case .slice: throw ForeignConstruct("uses a slice as a value", range)
        case .call(let callee, let arguments): return try call(callee, arguments, range)
        case .unary(let operation, let operand): return try unary(operation, operand, range)
        case .binary(let operation, let left, let right): return try binary(operation, left, right, range)
        case .comparison(let first, let links): return try comparison(first, links, range)
        case .logical(let isAnd, let operands): return try logical(isAnd, operands, range)
        case .conditional(let test, let then, let otherwise):
            let test = try condition(test)
            branchDepth += 1
            defer { branchDepth -= 1 }
            let branches = [try value(then), try value(otherwise)]
            return TypedExpression(
                .conditional(test: test, then: branches[0], otherwise: branches[1]),
                TypeFacts.join(branches.map(\.type)), range, shape: shape(of: branches))
        case .lambda: throw ForeignConstruct("uses a lambda as a value", range)
        case .list(let elements): return try list(elements, range, shape: .plain)
        case .tuple(let elements): return try list(elements, range, shape: .tuple)
        case .set: throw ForeignConstruct("uses a set as a value", range)
        case .dictionary(let items): return try dictionary(items, range)
        case .comprehension(let kind, let element, let clauses):
            return try comprehension(kind, element, clauses, range)
        case .starred: throw ForeignConstruct("unpacks with '*' outside a call or list", range)
        case .foreign(let construct): throw ForeignConstruct("uses \(construct)", range)
        }
    }

    private func logical(
        _ isAnd: Bool, _ operands: [PythonExpression], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        var nodes: [TypedExpression] = []
        for operand in operands { nodes.append(try condition(operand)) }
        func isMatch(_ node: TypedExpression) -> Bool { if case .match = node.shape { true } else { false } }
        if isAnd, let last = nodes.last, !isMatch(last) {
            // A match that is true is not the result, one that is false is None.
            let types = nodes.map { isMatch($0) ? TypeFacts.none : $0.type }
            return TypedExpression(
                .logical(isAnd: true, nodes), TypeFacts.join(types), range,
                shape: shape(of: nodes.filter { !isMatch($0) }))
        }
        if nodes.contains(where: isMatch) {
            return TypedExpression(.logical(isAnd: isAnd, nodes), .any, range, shape: .match)
        }
        return TypedExpression(
            .logical(isAnd: isAnd, nodes), TypeFacts.join(nodes.map(\.type)), range, shape: shape(of: nodes))
    }

    func shape(of nodes: [TypedExpression]) -> TypedExpression.Shape {
        nodes.contains { if case .tuple = $0.shape { true } else { false } } ? .tuple : .plain
    }

    private func list(
        _ elements: [PythonExpression], _ range: Range<Int>, shape: TypedExpression.Shape
    ) throws(ForeignConstruct) -> TypedExpression {
        var nodes: [TypedExpression.Element] = []
        for element in elements { nodes.append(try self.element(element)) }
        let type = TypeFacts.join(nodes.map { $0.isStarred ? TypeFacts.element(of: $0.value.type) : $0.value.type })
        let constants = nodes.compactMap { node -> Value? in
            if case .constant(let value) = node.value.kind, !node.isStarred { value } else { nil }
        }
        // A tuple inside would be forgotten.
        let hasTuple = nodes.contains { if case .tuple = $0.value.shape { true } else { false } }
        if constants.count == nodes.count, !hasTuple {
            return TypedExpression(.constant(.list(constants)), .list(type), range, shape: shape)
        }
        return TypedExpression(.list(nodes), .list(type), range, shape: shape)
    }

    func element(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression.Element {
        if case .starred(let inner) = expression.kind {
            return TypedExpression.Element(value: try iterable(inner), isStarred: true)
        }
        return TypedExpression.Element(value: try value(expression))
    }

    private func dictionary(
        _ items: [PythonExpression.DictionaryItem], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        var nodes: [(key: TypedExpression?, value: TypedExpression)] = []
        var keyTypes: [FieldType] = []
        var valueTypes: [FieldType] = []
        for item in items {
            let key = try item.key.map { key throws(ForeignConstruct) in try hashable(key) }
            let value = try value(item.value)
            nodes.append((key, value))
            if let key {
                keyTypes.append(key.type)
                valueTypes.append(value.type)
            } else if case .map(let keyType, let valueType) = value.type.kind {
                keyTypes.append(keyType)
                valueTypes.append(valueType)
            } else {
                keyTypes.append(.any)
                valueTypes.append(.any)
            }
        }
        return TypedExpression(.map(nodes), .map(TypeFacts.join(keyTypes), TypeFacts.join(valueTypes)), range)
    }

    /// A key of a dict: tuples, which we have as lists, would be refused at run time.
    func hashable(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
        let node = try value(expression)
        if case .tuple = node.shape { throw ForeignConstruct("uses a tuple as a key", expression.range) }
        return node
    }

    private func formatted(
        _ parts: [PythonExpression.FormattedPart]
    ) throws(ForeignConstruct) -> [TypedExpression.FormattedPart] {
        var result: [TypedExpression.FormattedPart] = []
        for part in parts {
            let node = try part.expression.map { expression throws(ForeignConstruct) in try textual(expression) }
            if let node, case .exception = node.shape, part.conversion == UInt8(ascii: "r") {
                throw ForeignConstruct("makes the repr of an exception", node.range)
            }
            result.append(
                TypedExpression.FormattedPart(
                    literal: part.literal, value: node, conversion: part.conversion,
                    specification: try formatted(part.specification)))
        }
        return result
    }
}

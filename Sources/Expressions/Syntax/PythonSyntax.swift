/// An expression of Python as it was written.
final class PythonExpression: Sendable {
    let kind: Kind
    /// UTF-8 offsets into the source text.
    let range: Range<Int>
    /// Levels of nodes from here down: what bounds the recursion of everyone who walks the tree.
    let depth: Int

    init(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        self.range = range
        depth = 1 + (kind.children.map(\.depth).max() ?? 0)
    }

    enum Kind: Sendable {
        case none
        case boolean(Bool)
        case int(Int64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case formatted([FormattedPart])
        case name(String)
        case attribute(PythonExpression, String)
        case subscripted(PythonExpression, PythonExpression)
        case slice(PythonExpression?, PythonExpression?, PythonExpression?)
        case call(PythonExpression, [Argument])
        case unary(PythonRuntime.UnaryOperator, PythonExpression)
        case binary(PythonRuntime.BinaryOperator, PythonExpression, PythonExpression)
        case comparison(PythonExpression, [ComparisonLink])
        case logical(isAnd: Bool, [PythonExpression])
        case conditional(test: PythonExpression, then: PythonExpression, otherwise: PythonExpression)
        case lambda([Parameter], PythonExpression)
        case list([PythonExpression])
        case tuple([PythonExpression])
        case set([PythonExpression])
        case dictionary([DictionaryItem])
        case comprehension(ComprehensionKind, PythonExpression, [ComprehensionClause])
        case starred(PythonExpression)
        /// Python that is outside the subset; the text names the construct as in `uses …`.
        case foreign(String)

        var children: [PythonExpression] {
            switch self {
            case .none, .boolean, .int, .double, .string, .bytes, .name, .foreign: []
            case .formatted(let parts): parts.flatMap(\.children)
            case .attribute(let base, _), .unary(_, let base), .lambda(_, let base), .starred(let base): [base]
            case .subscripted(let base, let index): [base, index]
            case .slice(let start, let stop, let step): [start, stop, step].compactMap { $0 }
            case .call(let callee, let arguments): [callee] + arguments.map(\.value)
            case .binary(_, let left, let right): [left, right]
            case .comparison(let first, let links): [first] + links.map(\.operand)
            case .logical(_, let operands): operands
            case .conditional(let test, let then, let otherwise): [test, then, otherwise]
            case .list(let elements), .tuple(let elements), .set(let elements): elements
            case .dictionary(let items): items.flatMap { [$0.key, $0.value].compactMap { $0 } }
            case .comprehension(let kind, let element, let clauses):
                [element] + kind.children + clauses.flatMap { [$0.target, $0.iterable] + $0.conditions }
            }
        }
    }

    /// A piece of an f-string.
    struct FormattedPart: Sendable {
        /// Text as it stands; empty where there is an expression.
        var literal = ""
        var expression: PythonExpression?
        /// `r`, `s` or `a` after `!`.
        var conversion: UInt8?
        /// The format specification, which may itself hold expressions.
        var specification: [FormattedPart] = []

        var children: [PythonExpression] {
            (expression.map { [$0] } ?? []) + specification.flatMap(\.children)
        }
    }

    struct ComparisonLink: Sendable {
        let operation: PythonRuntime.Comparison
        let operand: PythonExpression
    }

    struct Argument: Sendable {
        /// The keyword, for `name=value`.
        var name: String?
        var value: PythonExpression
        /// 1 for `*value`, 2 for `**value`.
        var stars = 0
    }

    struct Parameter: Sendable {
        let name: String
        let defaultValue: PythonExpression?
        let range: Range<Int>
        var isStarred = false
    }

    struct DictionaryItem: Sendable {
        /// `nil` for `**value`.
        let key: PythonExpression?
        let value: PythonExpression
    }

    enum ComprehensionKind: Sendable {
        case list, set, generator
        /// The node's element is the key, this is the value.
        case dictionary(value: PythonExpression)

        var children: [PythonExpression] {
            if case .dictionary(let value) = self { [value] } else { [] }
        }
    }

    struct ComprehensionClause: Sendable {
        let target: PythonExpression
        let iterable: PythonExpression
        let conditions: [PythonExpression]
    }
}

/// A statement in the body of a callable.
final class PythonStatement: Sendable {
    let kind: Kind
    let range: Range<Int>

    init(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        self.range = range
    }

    enum Kind: Sendable {
        case assign(targets: [PythonExpression], value: PythonExpression)
        case augmentedAssign(PythonExpression, PythonRuntime.BinaryOperator, PythonExpression)
        case expression(PythonExpression)
        case branch(test: PythonExpression, then: [PythonStatement], otherwise: [PythonStatement])
        case forLoop(
            target: PythonExpression, iterable: PythonExpression, body: [PythonStatement], otherwise: [PythonStatement])
        case whileLoop(test: PythonExpression, body: [PythonStatement], otherwise: [PythonStatement])
        case returns(PythonExpression?)
        case pass
        case breakLoop
        case continueLoop
        case raise(PythonExpression?)
        case assertion(PythonExpression, message: PythonExpression?)
        case attempt(
            body: [PythonStatement], handlers: [Handler], otherwise: [PythonStatement], finally: [PythonStatement])
        case function(PythonFunction)
        /// `import a.b as c`, or `from a import b as c` with `member`.
        case imports([Import])
        /// Python that is outside the subset; the text names the construct as in `uses …`.
        case foreign(String)
    }

    struct Handler: Sendable {
        /// Names of the exceptions; empty for a bare `except`.
        let types: [String]
        let name: String?
        let body: [PythonStatement]
        let range: Range<Int>
    }

    struct Import: Sendable {
        let module: String
        let member: String?
        let alias: String
        let range: Range<Int>
    }
}

/// A `def` or a lambda.
final class PythonFunction: Sendable {
    let name: String
    let nameRange: Range<Int>
    let parameters: [PythonExpression.Parameter]
    let returnAnnotation: PythonExpression?
    let body: [PythonStatement]

    init(
        name: String, nameRange: Range<Int>, parameters: [PythonExpression.Parameter],
        returnAnnotation: PythonExpression?, body: [PythonStatement]
    ) {
        self.name = name
        self.nameRange = nameRange
        self.parameters = parameters
        self.returnAnnotation = returnAnnotation
        self.body = body
    }
}

/// Text that is not Python.
struct PythonSyntaxError: Error {
    let message: String
    let range: Range<Int>
    let hint: String?

    init(_ message: String, _ range: Range<Int>, hint: String? = nil) {
        self.message = message
        self.range = range
        self.hint = hint
    }
}

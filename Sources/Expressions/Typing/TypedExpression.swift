import DataModel

/// An expression with its names resolved and its type known: what kernels are made of and what the interpreter walks.
final class TypedExpression: Sendable {
    let kind: Kind
    /// The type of every value it can have.
    let type: FieldType
    let range: Range<Int>
    let shape: Shape

    init(_ kind: Kind, _ type: FieldType, _ range: Range<Int>, shape: Shape = .plain) {
        self.kind = kind
        self.type = type
        self.range = range
        self.shape = shape
    }

    /// What Python has as classes of their own and `Value` does not.
    enum Shape: Sendable {
        case plain
        case tuple
        /// Can be consumed once: a generator, `zip`, `map`.
        case iterator
        /// The result of `re.match` and its kin.
        case match
        /// What `except … as e` binds; its value is the message.
        case exception
    }

    indirect enum Kind: Sendable {
        case constant(Value)
        /// A field of the input by its index.
        case field(Int)
        /// The whole input row.
        case row
        case local(Int, name: String)
        case unary(PythonRuntime.UnaryOperator, TypedExpression)
        case binary(PythonRuntime.BinaryOperator, TypedExpression, TypedExpression)
        case comparison(TypedExpression, [ComparisonLink])
        case logical(isAnd: Bool, [TypedExpression])
        case conditional(test: TypedExpression, then: TypedExpression, otherwise: TypedExpression)
        /// Lists and tuples; starred elements are spliced.
        case list([Element])
        /// Without a key, the value's entries are merged in.
        case map([(key: TypedExpression?, value: TypedExpression)])
        case newRow([(name: String, value: TypedExpression)])
        case subscripted(TypedExpression, TypedExpression)
        case slice(TypedExpression, TypedExpression?, TypedExpression?, TypedExpression?)
        case attribute(TypedExpression, String)
        case method(TypedExpression, String, Arguments)
        case function(String, Arguments)
        /// A method that changes what a local holds, perhaps inside it.
        case mutation(Place, String, Arguments)
        case comprehension(ComprehensionKind, TypedExpression, [Clause])
        case formatted([FormattedPart])
        case higherOrder(HigherOrder)
        case call(TypedFunction, [TypedExpression])
        case isInstance(TypedExpression, [String])
        case regex(RegexCall)
        /// `group`, `groups`, `start` and so on of a match.
        case matchMethod(TypedExpression, String, [TypedExpression])
        /// Stands right of `%`: a list that is not a tuple is one value.
        case formatOperand(TypedExpression)
        /// The receiver of a method that is called as `str.method(value)`: it must be a string.
        case receiver(TypedExpression, method: String)
        /// Stands left of `in` before a set: it must be hashable.
        case hashed(TypedExpression)
        /// The statements of a callable, in the frame of the row.
        case body([TypedStatement])
        /// Raises for every row: a known fault that the pipeline tolerates.
        case failure(PythonError)
        /// Raises unless the value belongs to the type.
        case checked(TypedExpression, FieldType)
    }

    struct Element: Sendable {
        let value: TypedExpression
        var isStarred = false
    }

    struct ComparisonLink: Sendable {
        let operation: PythonRuntime.Comparison
        let operand: TypedExpression
    }

    struct Arguments: Sendable {
        var positional: [Element] = []
        var keywords: [(name: String, value: TypedExpression)] = []
    }

    /// A local, or an element inside what it holds.
    struct Place: Sendable {
        let slot: Int
        let name: String
        let path: [TypedExpression]
    }

    enum ComprehensionKind: Sendable {
        case list
        /// Without duplicates, in order of first appearance: only where the order does not matter.
        case set
        case map(value: TypedExpression)
        /// Stops at the first element whose truth is this, as `any` and `all` do.
        case quantifier(stopsAt: Bool)
        /// Stops at the first element; the default is for when there is none.
        case first(otherwise: TypedExpression?)
    }

    struct Clause: Sendable {
        let target: Target
        let iterable: TypedExpression
        let conditions: [TypedExpression]
    }

    /// What an assignment or a loop binds.
    indirect enum Target: Sendable {
        case local(Int)
        case element(Place)
        case unpack([Target], starred: Int?)
    }

    struct FormattedPart: Sendable {
        var literal = ""
        var value: TypedExpression?
        var conversion: UInt8?
        var specification: [FormattedPart] = []
    }

    /// A function of the row's elements: `sorted(xs, key=lambda x: …)`.
    struct HigherOrder: Sendable {
        enum Operation: Sendable { case sorted, minimum, maximum, map, filter }

        let operation: Operation
        let items: TypedExpression
        /// Slots of the lambda's parameters and its body; `nil` for the identity.
        let parameters: [Int]
        let body: TypedExpression?
        var reverse: TypedExpression?
        var fallback: TypedExpression?
    }

    struct RegexCall: Sendable {
        let kind: String
        let pattern: TypedExpression
        let text: TypedExpression
        let flags: TypedExpression?
    }
}

/// A function defined beside a callable, or the callable itself.
///
/// `body` is set once, when the checker has read it; before that the function may already be referred to by its own
/// recursive calls.
final class TypedFunction: @unchecked Sendable {  // written once before the expression leaves the compiler
    let name: String
    let parameterSlots: [Int]
    /// The slots of its frame, which are numbered throughout the expression.
    var slotCount = 0
    var body: [TypedStatement] = []

    init(name: String, parameterSlots: [Int]) {
        self.name = name
        self.parameterSlots = parameterSlots
    }
}

/// A statement with its names resolved.
indirect enum TypedStatement: Sendable {
    case assign([TypedExpression.Target], TypedExpression)
    /// `target op= value`.
    case augmentedAssign(
        TypedExpression.Target, PythonRuntime.BinaryOperator, current: TypedExpression, TypedExpression)
    case expression(TypedExpression)
    case branch(TypedExpression, then: [TypedStatement], otherwise: [TypedStatement])
    case forLoop(TypedExpression.Target, TypedExpression, body: [TypedStatement], otherwise: [TypedStatement])
    case whileLoop(TypedExpression, body: [TypedStatement], otherwise: [TypedStatement])
    case returns(TypedExpression?)
    case breakLoop
    case continueLoop
    case raise(type: String, TypedExpression?)
    case reraise
    case attempt(
        body: [TypedStatement], handlers: [Handler], otherwise: [TypedStatement], finally: [TypedStatement])

    struct Handler: Sendable {
        let types: [String]
        let slot: Int?
        let body: [TypedStatement]
    }
}

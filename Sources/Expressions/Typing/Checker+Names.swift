import DataModel
import Diagnostics

extension Checker {
    /// Modules that expressions may use without an import; callables import them.
    static let modules: Set<String> = ["re", "math", "json", "datetime", "beam"]

    /// Builtins of Python that only Python can run here.
    static let foreignBuiltins: Set<String> = [
        "open", "eval", "exec", "print", "input", "iter", "set", "frozenset", "type", "id", "hash", "getattr",
        "setattr",
        "hasattr", "delattr", "vars", "dir", "super", "object", "complex", "memoryview", "bytearray", "slice",
        "property",
        "callable", "compile", "globals", "locals", "issubclass", "staticmethod", "classmethod", "breakpoint", "help",
        "next", "map", "filter", "isinstance", "__import__",
    ]

    func binding(_ name: String) -> Binding? {
        for scope in scopes.dropFirst().reversed() {
            if let binding = scope[name] { return binding }
        }
        return scopes.first?[name]
    }

    func name(_ name: String, _ range: Range<Int>) throws(ForeignConstruct) -> TypedExpression {
        // Names of comprehensions and lambdas shadow fields; what stands beside a callable does not exist for
        // expressions.
        if let binding = binding(name) {
            switch binding {
            case .local(let slot):
                let state = locals[slot] ?? LocalState(type: .any)
                return TypedExpression(.local(slot, name: name), state.type, range, shape: state.shape)
            case .rowParameter: return TypedExpression(.row, .row(schema), range)
            case .constant(let node): return TypedExpression(node.kind, node.type, range, shape: node.shape)
            case .module(let module), .foreignModule(let module, _):
                throw ForeignConstruct("uses the module '\(module)' as a value", range)
            case .qualified(let function):
                if let constant = PythonRuntime.constant(function) {
                    return TypedExpression(.constant(constant), constant.type, range)
                }
                throw ForeignConstruct("uses '\(function)' as a value", range)
            case .function, .pattern: throw ForeignConstruct("uses '\(name)' as a value", range)
            }
        }
        if form == .expression, let index = schema.index(of: name) {
            return TypedExpression(.field(index), schema.fields[index].type, range)
        }
        if PythonRuntime.knows(function: name) || Self.foreignBuiltins.contains(name) || Self.modules.contains(name)
            || PythonError.classNames.contains(name)
        {
            throw ForeignConstruct("uses '\(name)' as a value", range)
        }
        return unknownName(name, range)
    }

    func unknownName(_ name: String, _ range: Range<Int>) -> TypedExpression {
        let error = PythonError("NameError", "name '\(name)' is not defined")
        let literals = [
            "null": "None", "NULL": "None", "Null": "None", "nil": "None", "none": "None", "undefined": "None",
            "true": "True", "TRUE": "True", "false": "False", "FALSE": "False",
        ]
        if let literal = literals[name] {
            return fault(
                .unknownName, "'\(name)' is not defined", at: range, raising: error,
                hint: "Python writes it '\(literal)'")
        }
        guard form == .expression else {
            let known = scopes.flatMap { $0.keys }.sorted()
            return fault(
                .unknownName, "'\(name)' is not defined", at: range, raising: error,
                hint: schema.index(of: name) != nil
                    ? "the row's fields are attributes: write 'row.\(name)'"
                    : Suggestion.hint(for: name, among: known, listing: "defined here"))
        }
        return unknownField(name, range, error)
    }

    func unknownField(_ name: String, _ range: Range<Int>, _ error: PythonError) -> TypedExpression {
        let near = Suggestion.nearest(to: name, among: schema.names).map { "did you mean '\($0)'?" }
        let fields = schema.names.prefix(40).joined(separator: ", ")
        return fault(
            .unknownField, "'\(name)' is not a field of the input", at: range, raising: error,
            hint: near ?? (form == .expression ? "a text is written in quotes: \"'\(name)'\"" : nil),
            notes: [schema.count == 0 ? "the input has no fields" : "input has: \(fields)"])
    }

    /// The name of a module's member, where the expression is one: `math.sqrt`, `datetime.datetime.now`.
    func qualifiedName(_ expression: PythonExpression) throws(ForeignConstruct) -> String? {
        switch expression.kind {
        case .name(let name):
            if let binding = binding(name) {
                switch binding {
                case .module(let module): return module
                case .qualified(let member): return member
                case .foreignModule(let module, let range):
                    throw ForeignConstruct("imports '\(module)', which only Python can run", range)
                default: return nil
                }
            }
            if form == .expression, schema.index(of: name) != nil { return nil }
            return Self.modules.contains(name) ? name : nil
        case .attribute(let base, let name):
            return try qualifiedName(base).map { "\($0).\(name)" }
        default: return nil
        }
    }

    func attribute(
        _ base: PythonExpression, _ name: String, _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        if let qualified = try qualifiedName(base) {
            let full = "\(qualified).\(name)"
            if let constant = PythonRuntime.constant(full) {
                return TypedExpression(.constant(constant), constant.type, range)
            }
            throw ForeignConstruct("uses '\(full)', which only Python can run", range)
        }
        if case .name(let baseName) = base.kind, case .rowParameter? = binding(baseName) {
            if let index = schema.index(of: name) {
                return TypedExpression(.field(index), schema.fields[index].type, range)
            }
            return unknownField(
                name, range,
                .attributeError("'Row' object has no attribute '\(name)'"))
        }
        let node = try value(base)
        return attribute(of: node, name, range)
    }

    func attribute(of node: TypedExpression, _ name: String, _ range: Range<Int>) -> TypedExpression {
        if node.type.isAny { return TypedExpression(.attribute(node, name), .any, range) }
        let known = node.type == TypeFacts.none ? [:] : PythonRuntime.attributeTypes(of: node.type.kind)
        if let type = known[name] {
            return TypedExpression(.attribute(node, name), type, range)
        }
        let sample = TypeFacts.sample(node.type) ?? .null
        let isRow = if case .row = node.type.kind { node.type != TypeFacts.none } else { false }
        let methods = PythonRuntime.methodNames(of: node.type.kind)
        return fault(
            isRow ? .unknownField : .unknownMethod,
            isRow
                ? "'\(name)' is not a field of this row"
                : "\(described(node.type)) has no attribute '\(name)'", at: range,
            raising: PythonRuntime.missingAttribute(sample, name),
            hint: methods.contains(name) && !isRow
                ? "call it: '\(name)()'" : Suggestion.hint(for: name, among: known.keys.sorted(), listing: "it has"),
            keeping: .attribute(node, name))
    }
}

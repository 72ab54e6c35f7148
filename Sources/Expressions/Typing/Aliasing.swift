/// Finds code in which two names may hold the same list or dict while one of them changes it.
///
/// Our values are copied, Python's are shared: such code would silently mean something else, so it is left to Python.
/// The rule is on the safe side: a local that is changed in place may only be given values that nobody else holds, and
/// may not be stored anywhere but in what is returned.
struct Aliasing {
    private var changed: [String: Range<Int>] = [:]
    private var parameters: Set<String>

    /// The first such place.
    static func find(in statements: [PythonStatement], parameters: Set<String>) -> ForeignConstruct? {
        var aliasing = Aliasing(parameters: parameters)
        aliasing.collect(statements)
        // Once more: a name may be given its list behind the place that changes it.
        aliasing.collect(statements)
        if aliasing.changed.isEmpty { return nil }
        if let parameter = parameters.first(where: { aliasing.changed[$0] != nil }),
            let range = aliasing.changed[parameter]
        {
            return ForeignConstruct("changes its argument '\(parameter)' in place", range)
        }
        return aliasing.check(statements)
    }

    private init(parameters: Set<String>) {
        self.parameters = parameters
    }

    // MARK: What changes

    private mutating func collect(_ statements: [PythonStatement]) {
        for statement in statements {
            for expression in statement.ownExpressions { collect(expression) }
            switch statement.kind {
            case .assign(let targets, let value):
                for target in targets {
                    collectTarget(target)
                    if case .name(let name) = target.kind, Self.isList(value) { listNames.insert(name) }
                }
            case .augmentedAssign(let target, let operation, _):
                collectTarget(target)
                // `xs += …` changes a list in place; numbers and strings are replaced.
                if case .name(let name) = target.kind, operation == .add || operation == .multiply,
                    listNames.contains(name)
                {
                    changed[name] = target.range
                }
            default: break
            }
            for block in statement.blocks { collect(block) }
        }
    }

    /// Names that are given a list somewhere.
    private var listNames: Set<String> = []

    private static func isList(_ expression: PythonExpression) -> Bool {
        switch expression.kind {
        case .list, .comprehension(.list, _, _): true
        case .call(let callee, _):
            if case .name(let name) = callee.kind { name == "list" || name == "sorted" } else { true }
        case .attribute, .subscripted, .name: true
        case .binary(_, let left, let right): isList(left) && isList(right)
        case .conditional(_, let then, let otherwise): isList(then) || isList(otherwise)
        default: false
        }
    }

    private mutating func collectTarget(_ target: PythonExpression) {
        switch target.kind {
        case .subscripted(let base, _): if let name = Self.root(base) { changed[name] = target.range }
        case .tuple(let elements), .list(let elements): for element in elements { collectTarget(element) }
        default: break
        }
    }

    private mutating func collect(_ expression: PythonExpression) {
        if case .call(let callee, _) = expression.kind, case .attribute(let base, let method) = callee.kind,
            PythonRuntime.knows(mutator: method), let name = Self.root(base)
        {
            changed[name] = expression.range
        }
        for child in expression.kind.children { collect(child) }
    }

    private static func root(_ expression: PythonExpression) -> String? {
        switch expression.kind {
        case .name(let name): name
        case .subscripted(let base, _): root(base)
        default: nil
        }
    }

    // MARK: Who else holds it

    private func check(_ statements: [PythonStatement]) -> ForeignConstruct? {
        for statement in statements {
            if let found = check(statement) { return found }
            for block in statement.blocks {
                if let found = check(block) { return found }
            }
        }
        return nil
    }

    private func check(_ statement: PythonStatement) -> ForeignConstruct? {
        switch statement.kind {
        case .assign(let targets, let value):
            let names = targets.compactMap { target -> String? in
                if case .name(let name) = target.kind { name } else { nil }
            }
            let isPacked = targets.contains { if case .tuple = $0.kind { true } else { false } }
            if names.contains(where: { changed[$0] != nil }) || isPacked && targets.contains(where: bindsChanged) {
                if targets.count > 1, !Self.isScalar(value) { return shared(value) }
                if !isFresh(value) { return shared(value) }
            }
            if let name = Self.root(value), changed[name] != nil { return shared(value) }
            return stored(value)
        case .augmentedAssign(_, _, let value): return stored(value)
        case .forLoop(let target, let iterable, let body, _):
            if bindsChanged(target) { return shared(target) }
            if let name = Self.root(iterable), changed[name] != nil, changes(name, in: body) {
                return ForeignConstruct("changes '\(name)' while it loops over it", iterable.range)
            }
            return stored(iterable)
        case .returns: return nil
        default:
            for expression in statement.ownExpressions {
                if let found = stored(expression) { return found }
            }
            return nil
        }
    }

    private func changes(_ name: String, in body: [PythonStatement]) -> Bool {
        var inner = Aliasing(parameters: [])
        inner.collect(body)
        return inner.changed[name] != nil
    }

    private func bindsChanged(_ target: PythonExpression) -> Bool {
        switch target.kind {
        case .name(let name): changed[name] != nil
        case .tuple(let elements), .list(let elements): elements.contains(where: bindsChanged)
        case .starred(let inner): bindsChanged(inner)
        default: false
        }
    }

    private func shared(_ expression: PythonExpression) -> ForeignConstruct {
        ForeignConstruct("may share a list or dict that it changes", expression.range)
    }

    private static func isScalar(_ expression: PythonExpression) -> Bool {
        switch expression.kind {
        case .none, .boolean, .int, .double, .string, .bytes, .formatted: true
        default: false
        }
    }

    private static let makers: Set<String> = [
        "list", "dict", "sorted", "str", "int", "float", "bool", "len", "sum", "round", "abs", "tuple", "range",
    ]
    private static let readers: Set<String> = [
        "get", "setdefault", "pop", "popitem", "values", "items", "group", "groups",
    ]

    /// Whether the value is held by nobody else.
    private func isFresh(_ expression: PythonExpression) -> Bool {
        switch expression.kind {
        case .list(let elements), .tuple(let elements):
            elements.allSatisfy { isFresh($0) || !isChangeable($0) }
        case .dictionary(let items): items.allSatisfy { isFresh($0.value) || !isChangeable($0.value) }
        case .comprehension, .binary, .comparison, .unary: true
        case .call(let callee, _):
            switch callee.kind {
            case .name(let name): Self.makers.contains(name)
            case .attribute(_, let method): !Self.readers.contains(method)
            default: false
            }
        case .subscripted(_, let index): if case .slice = index.kind { true } else { false }
        case .conditional(_, let then, let otherwise): isFresh(then) && isFresh(otherwise)
        default: Self.isScalar(expression)
        }
    }

    /// Whether the expression may give a list or dict that the function changes.
    private func isChangeable(_ expression: PythonExpression) -> Bool {
        Self.root(expression).map { changed[$0] != nil } ?? false
    }

    /// A changed name that is put into something.
    private func stored(_ expression: PythonExpression) -> ForeignConstruct? {
        let parts: [PythonExpression]
        switch expression.kind {
        case .list(let elements), .tuple(let elements), .set(let elements): parts = elements
        case .dictionary(let items): parts = items.map(\.value)
        case .conditional(_, let then, let otherwise): parts = [then, otherwise]
        case .logical(_, let operands): parts = operands
        case .call(let callee, let arguments):
            if case .name(let name) = callee.kind, Self.makers.contains(name) || Self.observers.contains(name) {
                parts = []
            } else if case .attribute(_, let method) = callee.kind,
                !PythonRuntime.knows(mutator: method) || method == "extend"
            {
                parts = []
            } else {
                parts = arguments.map(\.value)
            }
        default: parts = []
        }
        for part in parts where isChangeable(part) { return shared(part) }
        for child in expression.kind.children {
            if let found = stored(child) { return found }
        }
        return nil
    }

    private static let observers: Set<String> = [
        "min", "max", "any", "all", "enumerate", "zip", "reversed", "set", "frozenset", "isinstance", "repr", "map",
        "filter", "bool",
    ]
}

extension PythonStatement {
    /// The expressions of the statement itself, without those of its blocks.
    var ownExpressions: [PythonExpression] {
        switch kind {
        case .assign(let targets, let value): targets + [value]
        case .augmentedAssign(let target, _, let value): [target, value]
        case .expression(let value): [value]
        case .branch(let test, _, _), .whileLoop(let test, _, _): [test]
        case .forLoop(let target, let iterable, _, _): [target, iterable]
        case .returns(let value), .raise(let value): value.map { [$0] } ?? []
        case .assertion(let test, let message): [test] + (message.map { [$0] } ?? [])
        case .pass, .breakLoop, .continueLoop, .attempt, .function, .imports, .foreign: []
        }
    }

    var blocks: [[PythonStatement]] {
        switch kind {
        case .branch(_, let then, let otherwise): [then, otherwise]
        case .forLoop(_, _, let body, let otherwise), .whileLoop(_, let body, let otherwise): [body, otherwise]
        case .attempt(let body, let handlers, let otherwise, let finally):
            [body] + handlers.map(\.body) + [otherwise, finally]
        default: []
        }
    }
}

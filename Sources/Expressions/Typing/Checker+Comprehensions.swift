import DataModel

extension Checker {
    /// Reads with a scope of its own.
    func scoped<Result>(_ body: () throws(ForeignConstruct) -> Result) throws(ForeignConstruct) -> Result {
        scopes.append([:])
        defer { scopes.removeLast() }
        return try body()
    }

    func comprehension(
        _ kind: PythonExpression.ComprehensionKind, _ element: PythonExpression,
        _ clauses: [PythonExpression.ComprehensionClause], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        try scoped { () throws(ForeignConstruct) in
            let clauses = try self.clauses(clauses)
            switch kind {
            case .list, .generator:
                let node = try value(element)
                let isGenerator = if case .generator = kind { true } else { false }
                return TypedExpression(
                    .comprehension(.list, node, clauses), .list(TypeFacts.exposed(node.type)), range,
                    shape: isGenerator ? .iterator : .plain)
            case .dictionary(let value):
                let key = try hashable(element)
                let node = try self.value(value)
                return TypedExpression(
                    .comprehension(.map(value: node), key, clauses),
                    .map(TypeFacts.exposed(key.type), TypeFacts.exposed(node.type)), range)
            case .set: throw ForeignConstruct("uses a set as a value", range)
            }
        }
    }

    /// A set where only membership, size or order by value count: a list without duplicates. `nil` for what is no set.
    func setValue(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression? {
        switch expression.kind {
        case .set(let elements):
            return try distinct(PythonExpression(.list(elements), expression.range))
        case .comprehension(.set, let element, let clauses):
            return try scoped { () throws(ForeignConstruct) in
                let clauses = try self.clauses(clauses)
                let node = try hashable(element)
                return TypedExpression(
                    .comprehension(.set, node, clauses), .list(TypeFacts.exposed(node.type)), expression.range)
            }
        case .call(let callee, let arguments):
            guard case .name(let name) = callee.kind, name == "set" || name == "frozenset", binding(name) == nil,
                form == .callable || schema.index(of: name) == nil, arguments.count == 1,
                let argument = arguments.first, argument.stars == 0, argument.name == nil
            else { return nil }
            return try distinct(argument.value)
        default: return nil
        }
    }

    private func distinct(_ items: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
        let node = try iterable(items)
        if hasTuples(node), !isTuple(node) { throw ForeignConstruct("makes a set of tuples", items.range) }
        let slot = newSlot()
        let state = elementState(of: node)
        locals[slot] = state
        let element = TypedExpression(.local(slot, name: "item"), state.type, items.range)
        let clause = TypedExpression.Clause(target: .local(slot), iterable: node, conditions: [])
        if let constant = constant(node), case .list(let elements) = constant {
            var seen: Set<Value> = []
            if elements.allSatisfy({ (try? PythonRuntime.requireHashable($0)) != nil }) {
                return TypedExpression(
                    .constant(.list(elements.filter { seen.insert($0).inserted })), node.type, items.range)
            }
        }
        return TypedExpression(
            .comprehension(.set, element, [clause]), .list(TypeFacts.exposed(state.type)), items.range)
    }

    private func isTuple(_ node: TypedExpression) -> Bool {
        guard case .tuple = node.shape else { return false }
        return !node.children.contains { hasTuples($0) }
    }

    func clauses(
        _ clauses: [PythonExpression.ComprehensionClause]
    ) throws(ForeignConstruct) -> [TypedExpression.Clause] {
        var result: [TypedExpression.Clause] = []
        for clause in clauses {
            let iterable = try setIterable(clause.iterable)
            let target = try loopTarget(clause.target, elementState(of: iterable))
            var conditions: [TypedExpression] = []
            for condition in clause.conditions { conditions.append(try self.condition(condition)) }
            result.append(TypedExpression.Clause(target: target, iterable: iterable, conditions: conditions))
        }
        return result
    }

    /// What a loop runs over; the order of a set is Python's secret.
    func setIterable(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
        try iterable(expression)
    }

    /// What a loop over the node binds.
    func elementState(of node: TypedExpression) -> LocalState {
        var state = LocalState(type: TypeFacts.element(of: node.type))
        if case .regex = node.kind { state.shape = .match }
        let isTupleValue = if case .tuple = node.shape { true } else { false }
        state.hasTuples = hasTuples(node) && !(isTupleValue && !node.children.contains { hasTuples($0) })
        return state
    }

    /// Binds what a comprehension or loop names in the innermost scope.
    private func loopTarget(
        _ target: PythonExpression, _ state: LocalState
    ) throws(ForeignConstruct) -> TypedExpression.Target {
        switch target.kind {
        case .name(let name):
            let slot = newSlot()
            scopes[scopes.count - 1][name] = .local(slot)
            locals[slot] = state
            return .local(slot)
        case .tuple(let elements), .list(let elements):
            var targets: [TypedExpression.Target] = []
            var inner = LocalState(type: TypeFacts.element(of: state.type))
            if case .string = state.type.kind { inner.type = .string }
            inner.hasTuples = state.hasTuples
            var starred: Int?
            for (index, element) in elements.enumerated() {
                if case .starred(let name) = element.kind {
                    guard starred == nil else { throw ForeignConstruct("unpacks twice with '*'", target.range) }
                    starred = index
                    var list = inner
                    list.type = .list(inner.type)
                    targets.append(try loopTarget(name, list))
                } else {
                    targets.append(try loopTarget(element, inner))
                }
            }
            return .unpack(targets, starred: starred)
        default: throw ForeignConstruct("binds something else than names in a loop", target.range)
        }
    }
}

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

    func distinct(_ items: PythonExpression) throws(ForeignConstruct) -> TypedExpression {
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

    func isTuple(_ node: TypedExpression) -> Bool {
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
        switch node.kind {
        case .regex: state.shape = .match
        case .function(let name, let arguments) where arguments.keywords.isEmpty || name == "sorted":
            let items = arguments.positional.map(\.value)
            if let first = items.first, ["sorted", "list", "reversed", "tuple"].contains(name), items.count == 1 {
                return elementState(of: first)
            }
            if name == "enumerate", let first = items.first {
                return pair([LocalState(type: .int64), elementState(of: first)])
            }
            if name == "zip", !arguments.positional.contains(where: { $0.isStarred }) {
                return pair(items.map(elementState))
            }
        case .method(let receiver, "items", _):
            guard case .map(let key, let value) = receiver.type.kind else { break }
            let hidden = hasTuples(receiver)
            return pair([LocalState(type: key), LocalState(type: value, hasTuples: hidden)])
        case .higherOrder(let call):
            switch call.operation {
            case .sorted, .filter: return elementState(of: call.items)
            case .map, .minimum, .maximum: break
            }
        default: break
        }
        let isTupleValue = if case .tuple = node.shape { true } else { false }
        state.hasTuples = hasTuples(node) && !(isTupleValue && !node.children.contains { hasTuples($0) })
        return state
    }

    func pair(_ elements: [LocalState]) -> LocalState {
        var state = LocalState(type: .list(TypeFacts.join(elements.map(\.type))), shape: .tuple)
        state.hasTuples = elements.contains { element in
            if case .tuple = element.shape { true } else { element.hasTuples }
        }
        state.parts = elements.map { TypeFacts.exposed($0.type) }
        return state
    }

    /// What unpacking a value binds to the name at a place.
    func partState(_ state: LocalState, _ index: Int, isStarred: Bool, hasStar: Bool) -> LocalState {
        var part = LocalState(type: TypeFacts.element(of: state.type))
        if let parts = state.parts, !hasStar, index < parts.count { part.type = parts[index] }
        if isStarred { part.type = .list(part.type) }
        part.hasTuples = state.hasTuples
        return part
    }

    /// Binds what a comprehension or loop names in the innermost scope.
    func loopTarget(
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
            let stars = elements.indices.filter { if case .starred = elements[$0].kind { true } else { false } }
            guard stars.count <= 1 else { throw ForeignConstruct("unpacks twice with '*'", target.range) }
            for (index, element) in elements.enumerated() {
                var name = element
                if case .starred(let inner) = element.kind { name = inner }
                let part = partState(state, index, isStarred: stars.contains(index), hasStar: !stars.isEmpty)
                targets.append(try loopTarget(name, part))
            }
            return .unpack(targets, starred: stars.first)
        default: throw ForeignConstruct("binds something else than names in a loop", target.range)
        }
    }
}

import DataModel
import Diagnostics

extension Checker {
    /// Reads a block. The flag says that its end is never reached.
    func block(_ statements: [PythonStatement]) throws(ForeignConstruct) -> ([TypedStatement], ends: Bool) {
        var result: [TypedStatement] = []
        for statement in statements {
            let (typed, ends) = try self.statement(statement)
            result += typed
            // What stands behind a `return` never runs: it is not read, as Python does not resolve its names either.
            if ends { return (result, true) }
        }
        return (result, false)
    }

    func statement(
        _ statement: PythonStatement
    ) throws(ForeignConstruct) -> ([TypedStatement], ends: Bool) {
        switch statement.kind {
        case .assign(let targets, let value): return ([try assign(targets, value)], false)
        case .augmentedAssign(let target, let operation, let value):
            return ([try augmentedAssign(target, operation, value, statement.range)], false)
        case .expression(let expression):
            if case .string = expression.kind { return ([], false) }
            return ([.expression(try condition(expression))], false)
        case .branch(let test, let then, let otherwise):
            let test = try condition(test)
            let before = locals
            branchDepth += 1
            defer { branchDepth -= 1 }
            let (thenBlock, thenEnds) = try block(then)
            let afterThen = locals
            locals = before
            let (otherwiseBlock, otherwiseEnds) = try block(otherwise)
            if otherwiseEnds { locals = afterThen } else if !thenEnds { locals = merged(afterThen, locals) }
            return ([.branch(test, then: thenBlock, otherwise: otherwiseBlock)], thenEnds && otherwiseEnds)
        case .forLoop(let target, let iterable, let body, let otherwise):
            let node = try setIterable(iterable)
            let bound = try binding(of: target, elementState(of: node))
            let typed = try loop(
                body,
                bindings: { () throws(ForeignConstruct) in
                    try rebind(target, elementState(of: node))
                })
            let (otherwiseBlock, _) = try block(otherwise)
            return ([.forLoop(bound, node, body: typed, otherwise: otherwiseBlock)], false)
        case .whileLoop(let test, let body, let otherwise):
            let before = try loopState(body)
            locals = before
            let node = try condition(test)
            let typed = try loop(body, bindings: {})
            let (otherwiseBlock, _) = try block(otherwise)
            return ([.whileLoop(node, body: typed, otherwise: otherwiseBlock)], false)
        case .returns(let expression):
            guard let expression else {
                returnTypes.append(TypeFacts.none)
                return ([.returns(nil)], true)
            }
            let node = try value(expression)
            returnTypes.append(node.type)
            return ([.returns(node)], true)
        case .pass: return ([], false)
        case .breakLoop: return ([.breakLoop], true)
        case .continueLoop: return ([.continueLoop], true)
        case .raise(let expression): return ([try raise(expression, statement.range)], true)
        case .assertion(let test, let message):
            let node = try condition(test)
            let text = try message.map { message throws(ForeignConstruct) in try value(message) }
            return (
                [.branch(node, then: [], otherwise: [.raise(type: "AssertionError", text)])], false
            )
        case .attempt(let body, let handlers, let otherwise, let finally):
            return try attempt(body, handlers, otherwise, finally)
        case .function(let definition):
            scopes[scopes.count - 1][definition.name] = .function(definition)
            return ([], false)
        case .imports(let imports):
            for item in imports { try bind(item, in: scopes.count - 1) }
            return ([], false)
        case .foreign(let construct): throw ForeignConstruct("uses \(construct)", statement.range)
        }
    }

    func merged(_ first: [Int: LocalState], _ second: [Int: LocalState]) -> [Int: LocalState] {
        first.merging(second) { a, b in
            var state = LocalState(type: TypeFacts.join(a.type, b.type), shape: a.shape)
            state.parts = a.parts == b.parts ? a.parts : nil
            state.hasTuples = a.hasTuples || b.hasTuples
            switch (a.shape, b.shape) {
            case (.tuple, _), (_, .tuple): state.shape = .tuple
            case (.match, _), (_, .match): state.shape = .match
            case (.exception, _), (_, .exception): state.shape = .exception
            default: state.shape = .plain
            }
            return state
        }
    }

    // MARK: Loops

    /// The states that hold at the start of every round: those before the loop joined with those after a round.
    func loopState(_ body: [PythonStatement]) throws(ForeignConstruct) -> [Int: LocalState] {
        let before = locals
        guard loopDepth < 4 else { return widened(before, body) }
        let (savedProblems, savedReturns, savedScopes) = (problems, returnTypes, scopes)
        loopDepth += 1
        defer { loopDepth -= 1 }
        _ = try block(body)
        let once = merged(before, locals)
        (problems, returnTypes, scopes) = (savedProblems, savedReturns, savedScopes)
        locals = once
        _ = try block(body)
        let twice = merged(once, locals)
        (problems, returnTypes, scopes) = (savedProblems, savedReturns, savedScopes)
        locals = before
        let isStable = once.allSatisfy { slot, state in twice[slot].map { $0.type == state.type } ?? false }
        return isStable && twice.count == once.count ? once : widened(before, body)
    }

    func widened(_ before: [Int: LocalState], _ body: [PythonStatement]) -> [Int: LocalState] {
        var result = before
        for name in AssignedNames.inBlock(body) {
            if case .local(let slot)? = binding(name) {
                result[slot] = LocalState(type: .any, shape: before[slot]?.shape ?? .plain, hasTuples: true)
            }
        }
        return result
    }

    func loop(
        _ body: [PythonStatement], bindings: () throws(ForeignConstruct) -> Void
    ) throws(ForeignConstruct) -> [TypedStatement] {
        let before = locals
        locals = try loopState(body)
        loopDepth += 1
        defer { loopDepth -= 1 }
        try bindings()
        let (typed, _) = try block(body)
        locals = merged(before, locals)
        return typed
    }

    // MARK: Binding

    func binding(
        of target: PythonExpression, _ state: LocalState
    ) throws(ForeignConstruct) -> TypedExpression.Target {
        switch target.kind {
        case .name(let name):
            guard case .local(let slot)? = binding(name) else {
                throw ForeignConstruct("assigns to '\(name)', which is not a local", target.range)
            }
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
                targets.append(try binding(of: name, part))
            }
            return .unpack(targets, starred: stars.first)
        case .subscripted(let base, let index):
            if case .slice = index.kind { throw ForeignConstruct("assigns to a slice", target.range) }
            guard let place = try place(target), case .subscripted = target.kind else {
                throw ForeignConstruct("changes a value that is not a local", base.range)
            }
            changed(place, storing: state)
            return .element(place)
        default: throw ForeignConstruct("assigns to something else than a local", target.range)
        }
    }

    func rebind(_ target: PythonExpression, _ state: LocalState) throws(ForeignConstruct) {
        _ = try binding(of: target, state)
    }

    func assign(
        _ targets: [PythonExpression], _ expression: PythonExpression
    ) throws(ForeignConstruct) -> TypedStatement {
        if targets.count == 1, case .name(let name)? = targets.first?.kind {
            if case .lambda(let parameters, let body) = expression.kind {
                scopes[scopes.count - 1][name] = .function(
                    Self.function(name, targets[0].range, parameters, body))
                return .expression(TypedExpression(.constant(.null), TypeFacts.none, expression.range))
            }
            if let pattern = try patternBinding(expression) {
                scopes[scopes.count - 1][name] = pattern
                return .expression(TypedExpression(.constant(.null), TypeFacts.none, expression.range))
            }
        }
        let node = try check(expression)
        switch node.shape {
        case .plain, .tuple, .match: break
        case .iterator:
            // Unpacking takes it at once; a name could be used twice.
            guard targets.count == 1, case .tuple? = targets.first?.kind else {
                throw ForeignConstruct("keeps a generator or iterator", expression.range)
            }
        case .exception: throw ForeignConstruct("keeps an exception", expression.range)
        }
        var state = LocalState(type: node.type, shape: node.shape)
        state.hasTuples = hasTuples(node)
        if case .unpackable = Self.form(of: targets) {
            let isTupleValue = if case .tuple = node.shape { true } else { false }
            if isTupleValue { state.hasTuples = node.children.contains { hasTuples($0) } }
        }
        var typed: [TypedExpression.Target] = []
        for target in targets {
            if case .list(let elements) = node.kind, case .tuple(let names) = target.kind,
                elements.count == names.count, !elements.contains(where: { $0.isStarred }),
                names.allSatisfy({ if case .name = $0.kind { true } else { false } })
            {
                // `a, b = x, y`: each has the type of its own value.
                var parts: [TypedExpression.Target] = []
                for (name, element) in zip(names, elements) {
                    var part = LocalState(type: element.value.type, shape: element.value.shape)
                    part.hasTuples = hasTuples(element.value)
                    parts.append(try binding(of: name, part))
                }
                typed.append(.unpack(parts, starred: nil))
            } else {
                typed.append(try binding(of: target, state))
            }
        }
        return .assign(typed, node)
    }

    enum TargetForm { case unpackable, plain }

    static func form(of targets: [PythonExpression]) -> TargetForm {
        targets.contains { if case .tuple = $0.kind { true } else { false } } ? .unpackable : .plain
    }

    static func function(
        _ name: String, _ range: Range<Int>, _ parameters: [PythonExpression.Parameter], _ body: PythonExpression
    ) -> PythonFunction {
        PythonFunction(
            name: name, nameRange: range, parameters: parameters, returnAnnotation: nil,
            body: [PythonStatement(.returns(body), body.range)])
    }

    func augmentedAssign(
        _ target: PythonExpression, _ operation: PythonRuntime.BinaryOperator, _ expression: PythonExpression,
        _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedStatement {
        let current = try value(target)
        var right = try value(expression)
        let isList = if case .list = current.type.kind { true } else { false }
        if operation == .modulo {
            if case .tuple = right.shape {
            } else if current.type.isAny || current.type.kind == .string {
                if hasTuples(right) { throw ForeignConstruct("makes the text of a tuple", range) }
                right = TypedExpression(.formatOperand(right), right.type, right.range)
            }
        }
        let result = isList ? current : try binary(operation, current, right, range)
        var state = LocalState(type: isList ? .list(.any) : result.type, shape: result.shape)
        state.hasTuples = hasTuples(current) || hasTuples(right)
        if case .failure(let error) = result.kind {
            return .expression(TypedExpression(.failure(error), .any, range))
        }
        return .augmentedAssign(try binding(of: target, state), operation, current: current, right)
    }
}

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

    private func statement(
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
            let typed = try loop(body, bindings: { () throws(ForeignConstruct) in
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
    private func loopState(_ body: [PythonStatement]) throws(ForeignConstruct) -> [Int: LocalState] {
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

    private func widened(_ before: [Int: LocalState], _ body: [PythonStatement]) -> [Int: LocalState] {
        var result = before
        for name in AssignedNames.inBlock(body) {
            if case .local(let slot)? = binding(name) {
                result[slot] = LocalState(type: .any, shape: before[slot]?.shape ?? .plain, hasTuples: true)
            }
        }
        return result
    }

    private func loop(
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

    private func binding(
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
            var inner = LocalState(type: TypeFacts.element(of: state.type))
            inner.hasTuples = state.hasTuples
            var starred: Int?
            for (index, element) in elements.enumerated() {
                if case .starred(let name) = element.kind {
                    guard starred == nil else { throw ForeignConstruct("unpacks twice with '*'", target.range) }
                    starred = index
                    var list = inner
                    list.type = .list(inner.type)
                    targets.append(try binding(of: name, list))
                } else {
                    targets.append(try binding(of: element, inner))
                }
            }
            return .unpack(targets, starred: starred)
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

    private func rebind(_ target: PythonExpression, _ state: LocalState) throws(ForeignConstruct) {
        _ = try binding(of: target, state)
    }

    private func assign(
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

    private enum TargetForm { case unpackable, plain }

    private static func form(of targets: [PythonExpression]) -> TargetForm {
        targets.contains { if case .tuple = $0.kind { true } else { false } } ? .unpackable : .plain
    }

    static func function(
        _ name: String, _ range: Range<Int>, _ parameters: [PythonExpression.Parameter], _ body: PythonExpression
    ) -> PythonFunction {
        PythonFunction(
            name: name, nameRange: range, parameters: parameters, returnAnnotation: nil,
            body: [PythonStatement(.returns(body), body.range)])
    }

    private func augmentedAssign(
        _ target: PythonExpression, _ operation: PythonRuntime.BinaryOperator, _ expression: PythonExpression,
        _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedStatement {
        let current = try value(target)
        var right = try value(expression)
        let isList = if case .list = current.type.kind { true } else { false }
        if operation == .modulo {
            if case .tuple = right.shape {} else if current.type.isAny || current.type.kind == .string {
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

    // MARK: Places that change

    /// A local or an element inside one; `nil` for anything else.
    func place(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression.Place? {
        switch expression.kind {
        case .name(let name):
            guard case .local(let slot)? = binding(name) else { return nil }
            return TypedExpression.Place(slot: slot, name: name, path: [])
        case .subscripted(let base, let index):
            if case .slice = index.kind { return nil }
            guard let outer = try place(base) else { return nil }
            let key = try hashable(index)
            return TypedExpression.Place(slot: outer.slot, name: outer.name, path: outer.path + [key])
        default: return nil
        }
    }

    func isMutator(_ name: String, _ place: TypedExpression.Place) -> Bool {
        guard place.path.isEmpty, let type = locals[place.slot]?.type else { return true }
        if type == TypeFacts.none { return false }
        return PythonRuntime.knows(mutator: name, on: type.kind)
    }

    func mutation(
        _ place: TypedExpression.Place, _ name: String, _ arguments: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        if name == "sort", !arguments.isEmpty {
            throw ForeignConstruct("sorts in place with a key", range)
        }
        var typed = TypedExpression.Arguments()
        for argument in arguments {
            guard argument.stars == 0 else { throw ForeignConstruct("unpacks arguments", range) }
            let node = name == "extend" || name == "update" ? try iterable(argument.value) : try value(argument.value)
            if let keyword = argument.name {
                typed.keywords.append((keyword, node))
            } else {
                typed.positional.append(.init(value: node))
            }
        }
        if ["setdefault", "pop"].contains(name), case .tuple? = typed.positional.first?.value.shape {
            throw ForeignConstruct("uses a tuple as a key", range)
        }
        var stored = LocalState(type: typed.positional.last?.value.type ?? .any)
        stored.hasTuples = typed.all.contains { hasTuples($0) }
        if name != "append" { stored.type = .any }
        let before = locals[place.slot]?.type
        let keeps = ["sort", "reverse", "clear", "pop", "remove", "popitem"].contains(name)
        if !keeps { changed(place, storing: stored, isElement: place.path.isEmpty && name == "append") }
        var result = FieldType.any
        if name == "pop", place.path.isEmpty, let before, arguments.count < 2 {
            if case .list(let element) = before.kind { result = element }
            if case .map(_, let value) = before.kind { result = value }
        } else if !["pop", "popitem", "setdefault"].contains(name) {
            result = TypeFacts.none
        }
        return TypedExpression(.mutation(place, name, typed), result, range)
    }

    /// Widens the type of a local that something is stored in.
    private func changed(
        _ place: TypedExpression.Place, storing stored: LocalState, isElement: Bool = false
    ) {
        guard var state = locals[place.slot] else { return }
        state.hasTuples = state.hasTuples || stored.hasTuples
        let element = TypeFacts.exposed(stored.type)
        switch state.type.kind {
        case .list(let known) where isElement || place.path.count == 1 && stored.type != .any:
            state.type = .list(TypeFacts.join([known, element]))
        case .map(let key, let value) where place.path.count == 1:
            let keyType = place.path.first.map { $0.type } ?? .any
            let isEmpty = key == .any && value == .any
            state.type = .map(
                isEmpty ? .any : TypeFacts.join([key, keyType]), isEmpty ? .any : TypeFacts.join([value, element]))
        case .list: state.type = .list(.any)
        case .map: state.type = .map(.any, .any)
        default: state.type = .any
        }
        locals[place.slot] = state
    }

    // MARK: Exceptions

    private func raise(
        _ expression: PythonExpression?, _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedStatement {
        guard let expression else { return .reraise }
        switch expression.kind {
        case .name(let name) where binding(name) == nil && PythonError.classNames.contains(name):
            return .raise(type: name, nil)
        case .name(let name) where name == handlerName: return .reraise
        case .call(let callee, let arguments):
            guard case .name(let name) = callee.kind, binding(name) == nil, PythonError.classNames.contains(name),
                arguments.count <= 1, arguments.allSatisfy({ $0.stars == 0 && $0.name == nil })
            else { break }
            let argument = try arguments.first.map { argument throws(ForeignConstruct) in
                try textual(argument.value)
            }
            return .raise(type: name, argument)
        default: break
        }
        throw ForeignConstruct("raises an exception of its own", range)
    }

    private func attempt(
        _ body: [PythonStatement], _ handlers: [PythonStatement.Handler], _ otherwise: [PythonStatement],
        _ finally: [PythonStatement]
    ) throws(ForeignConstruct) -> ([TypedStatement], ends: Bool) {
        let before = locals
        branchDepth += 1
        defer { branchDepth -= 1 }
        let (bodyBlock, bodyEnds) = try block(body)
        let afterBody = locals
        let (otherwiseBlock, otherwiseEnds) = bodyEnds ? ([], false) : try block(otherwise)
        var states: [[Int: LocalState]] = bodyEnds || otherwiseEnds ? [] : [locals]
        var typed: [TypedStatement.Handler] = []
        for handler in handlers {
            // The body may have stopped anywhere.
            locals = widened(merged(before, afterBody), body)
            var slot: Int?
            let outerName = handlerName
            if let name = handler.name, case .local(let place)? = binding(name) {
                slot = place
                locals[place] = LocalState(type: .string, shape: .exception)
                handlerName = name
            }
            for type in handler.types {
                let last = type.split(separator: ".").last.map(String.init) ?? type
                guard PythonError.classNames.contains(last) || ["json.JSONDecodeError", "re.error"].contains(type) else {
                    throw ForeignConstruct("catches '\(type)', which only Python knows", handler.range)
                }
            }
            let (handlerBlock, ends) = try block(handler.body)
            handlerName = outerName
            if let slot { locals[slot] = nil }
            if !ends { states.append(locals) }
            typed.append(.init(types: handler.types, slot: slot, body: handlerBlock))
        }
        let ends = states.isEmpty
        locals = states.dropFirst().reduce(states.first ?? afterBody) { merged($0, $1) }
        if !finally.isEmpty {
            locals = widened(merged(before, locals), body + otherwise + handlers.flatMap(\.body))
        }
        let (finallyBlock, finallyEnds) = try block(finally)
        return (
            [.attempt(body: bodyBlock, handlers: typed, otherwise: otherwiseBlock, finally: finallyBlock)],
            ends || finallyEnds
        )
    }
}

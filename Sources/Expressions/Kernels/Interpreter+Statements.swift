import DataModel

extension Interpreter {
    /// How a block ended.
    enum Completion {
        case normal
        case returns(Value)
        case breaks
        case continues
    }

    func run(_ statements: [TypedStatement]) throws(PythonError) -> Completion {
        for statement in statements {
            let completion = try run(statement)
            if case .normal = completion { continue }
            return completion
        }
        return .normal
    }

    private func run(_ statement: TypedStatement) throws(PythonError) -> Completion {
        switch statement {
        case .assign(let targets, let expression):
            let value = try evaluate(expression)
            for target in targets { try bind(target, value) }
        case .augmentedAssign(let target, let operation, let current, let expression):
            let left = try evaluate(current)
            let right = try evaluate(expression)
            // `+=` extends a list by anything that can be iterated, `+` only by a list.
            if case .list(let elements) = left, operation == .add {
                try bind(target, .list(elements + PythonRuntime.elements(of: right)))
            } else {
                try bind(target, PythonRuntime.binary(operation, left, right))
            }
        case .expression(let expression): _ = try evaluate(expression)
        case .branch(let test, let then, let otherwise):
            return try run(PythonRuntime.isTrue(evaluate(test)) ? then : otherwise)
        case .forLoop(let target, let iterable, let body, let otherwise):
            for item in try PythonRuntime.elements(of: evaluate(iterable)) {
                try step()
                try bind(target, item)
                switch try run(body) {
                case .normal, .continues: continue
                case .breaks: return .normal
                case .returns(let value): return .returns(value)
                }
            }
            return try run(otherwise)
        case .whileLoop(let test, let body, let otherwise):
            while try PythonRuntime.isTrue(evaluate(test)) {
                try step()
                switch try run(body) {
                case .normal, .continues: continue
                case .breaks: return .normal
                case .returns(let value): return .returns(value)
                }
            }
            return try run(otherwise)
        case .returns(let expression):
            guard let expression else { return .returns(.null) }
            return .returns(try evaluate(expression))
        case .breakLoop: return .breaks
        case .continueLoop: return .continues
        case .raise(let type, let argument):
            guard let argument else { throw PythonError(type, "") }
            let value = try evaluate(argument)
            if case .string(let text) = value, type != "KeyError" { throw PythonError(type, text) }
            let repr = PythonRuntime.repr(value)
            throw PythonError(type, type == "KeyError" ? repr : PythonRuntime.str(value), arguments: repr)
        case .reraise: throw handled ?? PythonError("RuntimeError", "No active exception to reraise")
        case .attempt(let body, let handlers, let otherwise, let finally):
            return try attempt(body, handlers, otherwise, finally)
        }
        return .normal
    }

    private func attempt(
        _ body: [TypedStatement], _ handlers: [TypedStatement.Handler], _ otherwise: [TypedStatement],
        _ finally: [TypedStatement]
    ) throws(PythonError) -> Completion {
        let outcome: Result<Completion, PythonError>
        do throws(PythonError) {
            outcome = .success(try guarded(body, handlers, otherwise))
        } catch {
            outcome = .failure(error)
        }
        let last = try run(finally)
        if case .normal = last { return try outcome.get() }
        return last
    }

    private func guarded(
        _ body: [TypedStatement], _ handlers: [TypedStatement.Handler], _ otherwise: [TypedStatement]
    ) throws(PythonError) -> Completion {
        let completion: Completion
        do throws(PythonError) {
            completion = try run(body)
        } catch {
            let handler = handlers.first { $0.types.isEmpty || $0.types.contains { error.isInstance(of: $0) } }
            guard let handler else { throw error }
            let outer = handled
            handled = error
            defer { handled = outer }
            if let slot = handler.slot { slots[slot] = .string(error.message) }
            let result = try run(handler.body)
            if let slot = handler.slot { slots[slot] = nil }
            return result
        }
        if case .normal = completion { return try run(otherwise) }
        return completion
    }

    // MARK: Binding

    func bind(_ target: TypedExpression.Target, _ value: Value) throws(PythonError) {
        switch target {
        case .local(let slot): slots[slot] = value
        case .element(let place):
            guard let index = place.path.last else { return }
            let key = try evaluate(index)
            try update(place, place.path.dropLast()) { (container: inout Value) throws(PythonError) in
                try PythonRuntime.assign(&container, key, value)
            }
        case .unpack(let targets, let starred): try unpack(targets, starred, value)
        }
    }

    private func unpack(
        _ targets: [TypedExpression.Target], _ starred: Int?, _ value: Value
    ) throws(PythonError) {
        switch value {
        case .list, .map, .string, .bytes, .row: break
        default: throw .typeError("cannot unpack non-iterable \(PythonRuntime.typeName(value)) object")
        }
        let items = try PythonRuntime.elements(of: value)
        guard let starred else {
            if items.count < targets.count {
                throw .valueError("not enough values to unpack (expected \(targets.count), got \(items.count))")
            }
            if items.count > targets.count {
                throw .valueError("too many values to unpack (expected \(targets.count))")
            }
            for (target, item) in zip(targets, items) { try bind(target, item) }
            return
        }
        let behind = targets.count - starred - 1
        guard items.count >= targets.count - 1 else {
            throw .valueError(
                "not enough values to unpack (expected at least \(targets.count - 1), got \(items.count))")
        }
        for index in 0..<starred { try bind(targets[index], items[index]) }
        try bind(targets[starred], .list(Array(items[starred..<items.count - behind])))
        for index in 0..<behind {
            try bind(targets[starred + 1 + index], items[items.count - behind + index])
        }
    }

    func mutate(
        _ place: TypedExpression.Place, _ name: String, _ arguments: TypedExpression.Arguments
    ) throws(PythonError) -> Value {
        let (positional, keywords) = try self.arguments(arguments)
        var result = Value.null
        try update(place, place.path[...]) { (container: inout Value) throws(PythonError) in
            result = try PythonRuntime.mutate(&container, name, positional, keywords)
        }
        return result
    }

    /// Changes what stands at a path inside a local.
    private func update(
        _ place: TypedExpression.Place, _ path: ArraySlice<TypedExpression>,
        _ change: (inout Value) throws(PythonError) -> Void
    ) throws(PythonError) {
        var keys: [Value] = []
        for node in path { keys.append(try evaluate(node)) }
        guard var value = slots[place.slot] else {
            throw PythonError(
                "UnboundLocalError",
                "cannot access local variable '\(place.name)' where it is not associated with a value")
        }
        // The slot must not hold a second reference while the value changes, or each change would copy it.
        slots[place.slot] = .null
        defer { slots[place.slot] = value }
        try descend(&value, keys[...], change)
    }

    private func descend(
        _ value: inout Value, _ keys: ArraySlice<Value>, _ change: (inout Value) throws(PythonError) -> Void
    ) throws(PythonError) {
        guard let key = keys.first else { return try change(&value) }
        var inner = try PythonRuntime.subscripted(value, key)
        try descend(&inner, keys.dropFirst(), change)
        try PythonRuntime.assign(&value, key, inner)
    }
}

import DataModel

extension Interpreter {
    func comprehension(
        _ kind: TypedExpression.ComprehensionKind, _ element: TypedExpression, _ clauses: [TypedExpression.Clause]
    ) throws(PythonError) -> Value {
        var list: [Value] = []
        var map = MapValue()
        var seen: Set<Value> = []
        var stopped = false
        try loop(clauses[...]) { () throws(PythonError) -> Bool in
            let value = try self.evaluate(element)
            switch kind {
            case .list: list.append(value)
            case .set:
                try PythonRuntime.requireHashable(value)
                if seen.insert(value).inserted { list.append(value) }
            case .map(let second):
                let result = try self.evaluate(second)
                try PythonRuntime.requireHashable(value)
                map[value] = result
            case .quantifier(let stopsAt): stopped = PythonRuntime.isTrue(value) == stopsAt
            case .first:
                list = [value]
                stopped = true
            }
            return !stopped
        }
        switch kind {
        case .list, .set: return .list(list)
        case .map: return .map(map)
        case .quantifier(let stopsAt): return .boolean(stopped == stopsAt)
        case .first(let otherwise):
            if let first = list.first { return first }
            guard let otherwise else { throw PythonError("StopIteration", "") }
            return try evaluate(otherwise)
        }
    }

    /// Runs the clauses from outer to inner; the body says whether to go on.
    @discardableResult
    private func loop(
        _ clauses: ArraySlice<TypedExpression.Clause>, _ body: () throws(PythonError) -> Bool
    ) throws(PythonError) -> Bool {
        guard let clause = clauses.first else { return try body() }
        let iterable = try evaluate(clause.iterable)
        next: for item in try PythonRuntime.elements(of: iterable) {
            try step()
            try bind(clause.target, item)
            for condition in clause.conditions where try !PythonRuntime.isTrue(evaluate(condition)) { continue next }
            if try !loop(clauses.dropFirst(), body) { return false }
        }
        return true
    }

    func higherOrder(_ call: TypedExpression.HigherOrder) throws(PythonError) -> Value {
        let items = try PythonRuntime.elements(of: evaluate(call.items))
        var results: [Value]?
        if let body = call.body {
            var made: [Value] = []
            made.reserveCapacity(items.count)
            for item in items {
                try step()
                if call.parameters.count == 1, let slot = call.parameters.first {
                    slots[slot] = item
                } else {
                    try bind(.unpack(call.parameters.map { .local($0) }, starred: nil), item)
                }
                made.append(try evaluate(body))
            }
            results = made
        }
        switch call.operation {
        case .map: return .list(results ?? items)
        case .filter:
            let tests = results ?? items
            return .list(zip(items, tests).filter { PythonRuntime.isTrue($0.1) }.map(\.0))
        case .sorted:
            let reverse = try call.reverse.map { node throws(PythonError) in try evaluate(node) }
            return .list(
                try PythonRuntime.sorted(
                    items, keys: results, reverse: reverse.map { PythonRuntime.isTrue($0) } ?? false))
        case .minimum, .maximum:
            let fallback = try call.fallback.map { node throws(PythonError) in try evaluate(node) }
            let isMaximum = if case .maximum = call.operation { true } else { false }
            return try PythonRuntime.extreme(items, keys: results, isMaximum: isMaximum, fallback: fallback)
        }
    }
}

import Diagnostics

extension TemplateEvaluator {
    /// The value itself; a value that is not there is the error it carries.
    func defined(_ value: RuntimeValue) throws(Diagnostic) -> RuntimeValue {
        if case .undefined(let diagnostic) = value { throw diagnostic }
        return value
    }

    /// - Parameter block: what a filter without a value of its own works on, the text of a block.
    func evaluate(
        _ expression: TemplateExpression, in scope: TemplateScope, block: RuntimeValue? = nil
    ) throws(Diagnostic) -> RuntimeValue {
        try enter(expression.range)
        defer { depth -= 1 }
        switch expression.kind {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .int(value)
        case .float(let value): return .float(value)
        case .string(let text): return .string(text)
        case .name(let name): return scope[name] ?? .undefined(undefined(name, expression.range, scope))
        case .list(let items): return .list(try evaluate(items, in: scope))
        case .tuple(let items): return .tuple(try evaluate(items, in: scope))
        case .dictionary(let pairs): return try dictionary(pairs, scope)
        case .attribute(let base, let name): return try attribute(base, name, expression.range, scope)
        case .item(let base, let key):
            let value = try defined(evaluate(base, in: scope))
            return try item(value, try defined(evaluate(key, in: scope)), expression.range)
        case .slice(let base, let start, let stop, let step):
            return try slice(base, start, stop, step, expression.range, scope)
        case .call(let function, let arguments):
            let callee = try evaluate(function, in: scope)
            return try call(callee, try evaluate(arguments, in: scope), expression.range, function)
        case .filter(let value, let name, let arguments):
            return try filter(value, name, arguments, expression.range, scope, block)
        case .test(let value, let name, let arguments):
            let tested = try evaluate(value, in: scope)
            return .bool(try test(tested, name, try evaluate(arguments, in: scope), expression.range))
        case .not(let operand): return .bool(!(try defined(evaluate(operand, in: scope)).isTrue))
        case .negative(let operand):
            return try negated(try defined(evaluate(operand, in: scope)), expression.range)
        case .positive(let operand): return try defined(evaluate(operand, in: scope))
        case .binary(let symbol, let left, let right):
            let first = try defined(evaluate(left, in: scope))
            return try operate(symbol, first, try defined(evaluate(right, in: scope)), expression.range)
        case .comparison(let first, let rest): return .bool(try compare(first, rest, scope))
        case .and(let left, let right):
            let value = try defined(evaluate(left, in: scope))
            return value.isTrue ? try evaluate(right, in: scope) : value
        case .or(let left, let right):
            let value = try defined(evaluate(left, in: scope))
            return value.isTrue ? value : try evaluate(right, in: scope)
        case .conditional(let test, let then, let otherwise):
            if try defined(evaluate(test, in: scope)).isTrue { return try evaluate(then, in: scope) }
            if let otherwise { return try evaluate(otherwise, in: scope) }
            return .undefined(
                failure("the condition is false and there is no 'else'", expression.range, hint: "add 'else VALUE'"))
        }
    }

    private func evaluate(
        _ items: [TemplateExpression], in scope: TemplateScope
    ) throws(Diagnostic) -> [RuntimeValue] {
        var result: [RuntimeValue] = []
        for item in items { result.append(try evaluate(item, in: scope)) }
        return result
    }

    private func undefined(_ name: String, _ range: Range<Int>, _ scope: TemplateScope) -> Diagnostic {
        if renderer.variables[name] != nil || name == "datetime" {
            return Diagnostic(
                .undefinedVariable, "'\(name)' is not visible in an imported template", at: place(range),
                hint: "import it 'with context', or pass the value as an argument")
        }
        let known = scope.names.subtracting(Self.globalNames).subtracting(["datetime", "loop", "super"]).sorted()
        let near = Suggestion.nearest(to: name, among: known)
        var notes: [String] = []
        if near == nil, !known.isEmpty {
            notes.append("known variables: " + known.prefix(20).map { "'\($0)'" }.joined(separator: ", "))
        }
        return Diagnostic(
            .undefinedVariable, "the variable '\(name)' is not defined", at: place(range), notes: notes,
            hint: near.map { "did you mean '\($0)'?" } ?? "pass it with --set \(name)=VALUE")
    }

    private func dictionary(
        _ pairs: [(key: TemplateExpression, value: TemplateExpression)], _ scope: TemplateScope
    ) throws(Diagnostic) -> RuntimeValue {
        let result = RuntimeDictionary()
        for pair in pairs {
            let key = try defined(evaluate(pair.key, in: scope))
            result[key] = try evaluate(pair.value, in: scope)
        }
        return .dictionary(result)
    }

    // MARK: Access

    private func attribute(
        _ base: TemplateExpression, _ name: String, _ range: Range<Int>, _ scope: TemplateScope
    ) throws(Diagnostic) -> RuntimeValue {
        if case .name("self") = base.kind, scope["self"] == nil, blocks[name] != nil { return .block(name, level: 0) }
        let value = try defined(evaluate(base, in: scope))
        let nameRange = (range.upperBound - name.utf8.count)..<range.upperBound
        if let found = try attribute(value, name, range) { return found }
        var keys: [String] = []
        if case .dictionary(let dictionary) = value { keys = dictionary.stringKeys }
        if case .namespace(let dictionary) = value { keys = dictionary.stringKeys }
        if case .module(let module, _) = value { keys = module.variables.keys.sorted() }
        let what = template.source.utf8[base.range]
        return .undefined(
            Diagnostic(
                .undefinedVariable, "'\(String(decoding: what, as: UTF8.self))' has no '\(name)'",
                at: place(nameRange), notes: keys.isEmpty ? ["it is a value of type \(value.typeName)"] : [],
                hint: Suggestion.hint(for: name, among: keys, listing: "it has")))
    }

    /// `value.name` as Jinja looks it up: an attribute, else an item.
    func attribute(_ value: RuntimeValue, _ name: String, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue? {
        switch value {
        case .dictionary(let dictionary):
            if TemplateMethods.dictionary.contains(name) { return .method(value, name) }
            return dictionary[name]
        case .namespace(let dictionary): return dictionary[name]
        case .module(let module, _): return module.variables[name]
        case .string: return TemplateMethods.string.contains(name) ? .method(value, name) : nil
        case .list: return TemplateMethods.list.contains(name) ? .method(value, name) : nil
        case .loop(let loop): return self.loop(loop, name)
        case .date(let date): return self.date(date, value, name)
        case .duration(let microseconds):
            switch name {
            case "days": return .int(Self.floorDivide(microseconds, TemplateDate.microsecondsPerDay))
            case "seconds":
                let rest = Self.floorModulo(microseconds, TemplateDate.microsecondsPerDay)
                return .int(rest / 1_000_000)
            case "microseconds": return .int(Self.floorModulo(microseconds, 1_000_000))
            case "total_seconds": return .method(value, name)
            default: return nil
            }
        case .builtin(let builtin): return TemplateMethods.member(of: builtin, name).map { .builtin($0) }
        case .macro(let macro): return name == "name" ? .string(macro.macro.name) : nil
        default: return nil
        }
    }

    private func loop(_ loop: RuntimeLoop, _ name: String) -> RuntimeValue? {
        let count = loop.items.count
        switch name {
        case "index": return .int(Int64(loop.index + 1))
        case "index0": return .int(Int64(loop.index))
        case "revindex": return .int(Int64(count - loop.index))
        case "revindex0": return .int(Int64(count - loop.index - 1))
        case "first": return .bool(loop.index == 0)
        case "last": return .bool(loop.index == count - 1)
        case "length": return .int(Int64(count))
        case "depth": return .int(Int64(loop.depth))
        case "depth0": return .int(Int64(loop.depth - 1))
        case "previtem": return loop.index > 0 ? loop.items[loop.index - 1] : nil
        case "nextitem": return loop.index + 1 < count ? loop.items[loop.index + 1] : nil
        case "cycle": return .method(.loop(loop), name)
        default: return nil
        }
    }

    private func date(_ date: TemplateDate, _ value: RuntimeValue, _ name: String) -> RuntimeValue? {
        let time = date.time ?? TemplateDate.Time()
        switch name {
        case "year": return .int(Int64(date.year))
        case "month": return .int(Int64(date.month))
        case "day": return .int(Int64(date.day))
        case "hour" where date.time != nil: return .int(Int64(time.hour))
        case "minute" where date.time != nil: return .int(Int64(time.minute))
        case "second" where date.time != nil: return .int(Int64(time.second))
        case "microsecond" where date.time != nil: return .int(Int64(time.microsecond))
        default: return TemplateMethods.date.contains(name) ? .method(value, name) : nil
        }
    }

    func item(_ value: RuntimeValue, _ key: RuntimeValue, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        var items: [RuntimeValue]?
        switch value {
        case .dictionary(let dictionary):
            if let found = dictionary[key] { return found }
            return .undefined(
                Diagnostic(
                    .undefinedVariable, "there is no key \(PythonText.repr(key))", at: place(range),
                    hint: Suggestion.hint(
                        for: PythonText.str(key).string, among: dictionary.stringKeys, listing: "keys")))
        case .list(let list): items = list.items
        case .tuple(let tuple): items = tuple
        case .string(let text):
            if key.integer != nil { items = text.string.unicodeScalars.map { .string(String($0)) } }
        default: break
        }
        if let items, let index = key.integer {
            let position = index < 0 ? Int64(items.count) + index : index
            if position >= 0, position < items.count { return items[Int(position)] }
            return .undefined(
                failure("the index \(index) is outside of the \(items.count) items", range))
        }
        if case .string(let name) = key, let found = try attribute(value, name.string, range) { return found }
        return .undefined(
            failure("a value of type \(value.typeName) has no item \(PythonText.repr(key))", range))
    }

    private func slice(
        _ base: TemplateExpression, _ start: TemplateExpression?, _ stop: TemplateExpression?,
        _ step: TemplateExpression?, _ range: Range<Int>, _ scope: TemplateScope
    ) throws(Diagnostic) -> RuntimeValue {
        let value = try defined(evaluate(base, in: scope))
        let bounds = (
            try bound(start, scope), try bound(stop, scope), try bound(step, scope) ?? 1
        )
        guard bounds.2 != 0 else { throw failure("the step of a slice cannot be 0", range) }
        switch value {
        case .list(let list): return .list(Self.slice(list.items, bounds))
        case .tuple(let items): return .tuple(Self.slice(items, bounds))
        case .string(let text):
            var result = String.UnicodeScalarView()
            result.append(contentsOf: Self.slice(Array(text.string.unicodeScalars), bounds))
            return .string(String(result))
        default: throw failure("a value of type \(value.typeName) cannot be sliced", range)
        }
    }

    private func bound(_ expression: TemplateExpression?, _ scope: TemplateScope) throws(Diagnostic) -> Int? {
        guard let expression else { return nil }
        let value = try defined(evaluate(expression, in: scope))
        if case .none = value { return nil }
        guard let integer = value.integer else {
            throw failure("a slice needs integers, found \(value.typeName)", expression.range)
        }
        return Int(max(min(integer, 1 << 40), -(1 << 40)))
    }

    private static func slice<Item>(_ items: [Item], _ bounds: (start: Int?, stop: Int?, step: Int)) -> [Item] {
        let count = items.count
        let isForward = bounds.step > 0
        func clamp(_ index: Int?, _ standard: Int) -> Int {
            guard let index else { return standard }
            let position = index < 0 ? index + count : index
            return isForward ? min(max(position, 0), count) : min(max(position, -1), count - 1)
        }
        let start = clamp(bounds.start, isForward ? 0 : count - 1)
        let stop = clamp(bounds.stop, isForward ? count : -1)
        return stride(from: start, to: stop, by: bounds.step).map { items[$0] }
    }

    /// What a `for` or a filter goes through.
    func items(of value: RuntimeValue, _ range: Range<Int>) throws(Diagnostic) -> [RuntimeValue] {
        switch value {
        case .undefined(let diagnostic): throw diagnostic
        case .list(let list):
            try checkItems(list.items.count, range)
            return list.items
        case .tuple(let items): return items
        case .dictionary(let dictionary): return dictionary.keys
        case .string(let text):
            try checkItems(text.count, range)
            return text.string.unicodeScalars.map { .string(String($0)) }
        default: throw failure("a value of type \(value.typeName) has no items to go through", range)
        }
    }
}

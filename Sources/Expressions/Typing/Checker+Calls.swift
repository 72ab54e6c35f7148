import DataModel
import Diagnostics

extension Checker {
    func call(
        _ callee: PythonExpression, _ arguments: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        if arguments.contains(where: { $0.stars == 2 }) {
            throw ForeignConstruct("unpacks keyword arguments with '**'", range)
        }
        if let qualified = try qualifiedName(callee) {
            return try function(qualified, arguments, range, at: callee.range)
        }
        switch callee.kind {
        case .name(let name): return try namedCall(name, arguments, range, at: callee.range)
        case .attribute(let base, let name): return try methodCall(base, name, arguments, range)
        default: throw ForeignConstruct("calls the result of an expression", callee.range)
        }
    }

    private func namedCall(
        _ name: String, _ arguments: [PythonExpression.Argument], _ range: Range<Int>, at nameRange: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        switch binding(name) {
        case .function(let definition)?: return try userCall(definition, arguments, range)
        case nil where form == .expression && schema.index(of: name) != nil: break
        case nil: return try function(name, arguments, range, at: nameRange)
        default: break
        }
        let callee = try value(PythonExpression(.name(name), nameRange))
        guard let sample = TypeFacts.sample(callee.type) else {
            throw ForeignConstruct("calls a value", nameRange)
        }
        let isShadowing = PythonRuntime.knows(function: name) || Self.foreignBuiltins.contains(name)
        return fault(
            .typeMismatch, "'\(name)' is a field of type \(short(callee.type)) and cannot be called", at: nameRange,
            raising: .typeError("'\(PythonRuntime.typeName(sample))' object is not callable"),
            hint: isShadowing ? "the field hides Python's function '\(name)': rename it in an earlier step" : nil)
    }

    /// The arguments where every one is a plain value.
    func arguments(_ arguments: [PythonExpression.Argument]) throws(ForeignConstruct) -> TypedExpression.Arguments {
        var result = TypedExpression.Arguments()
        for argument in arguments {
            if argument.stars == 1 {
                result.positional.append(.init(value: try iterable(argument.value), isStarred: true))
            } else if let name = argument.name {
                result.keywords.append((name, try value(argument.value)))
            } else {
                result.positional.append(.init(value: try value(argument.value)))
            }
        }
        return result
    }

    // MARK: Functions

    private static let consumers: Set<String> = [
        "sum", "min", "max", "sorted", "list", "tuple", "dict", "enumerate", "zip", "reversed", "math.fsum",
        "math.prod", "len", "any", "all", "bytes",
    ]
    private static let texts: Set<String> = ["str", "repr", "format", "ascii", "json.dumps"]
    private static let iterators: Set<String> = ["enumerate", "zip", "reversed"]
    private static let regexMatchers = ["re.match": "match", "re.search": "search", "re.fullmatch": "fullmatch",
        "re.finditer": "finditer"]

    func function(
        _ name: String, _ arguments: [PythonExpression.Argument], _ range: Range<Int>, at nameRange: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        if let special = try specialFunction(name, arguments, range) { return special }
        guard PythonRuntime.knows(function: name) else {
            if name.contains(".") || Self.foreignBuiltins.contains(name) {
                throw ForeignConstruct("calls '\(name)', which only Python can run", nameRange)
            }
            if PythonError.classNames.contains(name) {
                throw ForeignConstruct("makes an exception outside 'raise'", range)
            }
            for argument in arguments { _ = try value(argument.value) }
            return fault(
                .unknownFunction, "there is no function '\(name)'", at: nameRange,
                raising: PythonError("NameError", "name '\(name)' is not defined"),
                hint: Self.functionHints[name].map { "use '\($0)'" }
                    ?? Suggestion.nearest(
                        to: name, among: PythonRuntime.functionNames.filter { !$0.contains(".") }
                    ).map { "did you mean '\($0)'?" })
        }
        var typed = TypedExpression.Arguments()
        for (index, argument) in arguments.enumerated() {
            let node: TypedExpression
            if argument.stars == 1 {
                typed.positional.append(.init(value: try iterable(argument.value), isStarred: true))
                continue
            } else if Self.texts.contains(name) {
                let text = try textual(argument.value)
                if case .exception = text.shape {
                    guard name == "str", arguments.count == 1 else {
                        throw ForeignConstruct("makes the repr of an exception", range)
                    }
                    return TypedExpression(text.kind, .string, range)
                }
                node = text
            } else if Self.consumers.contains(name), argument.name == nil, index == 0 || name == "zip" {
                node = try consumed(name, argument.value)
            } else {
                node = try value(argument.value)
            }
            if let keyword = argument.name {
                typed.keywords.append((keyword, node))
            } else {
                typed.positional.append(.init(value: node))
            }
        }
        return checkedFunction(name, typed, range)
    }

    private func consumed(
        _ name: String, _ expression: PythonExpression
    ) throws(ForeignConstruct) -> TypedExpression {
        if let set = try setValue(expression), ["sum", "min", "max", "sorted", "len", "any", "all"].contains(name) {
            return set
        }
        let node = try check(expression)
        if case .iterator = node.shape {
            if name == "len" || name == "reversed" {
                throw ForeignConstruct("calls '\(name)' on an iterator", expression.range)
            }
            return node
        }
        return try plain(node)
    }

    /// Names from other languages.
    private static let functionHints = [
        "length": "len(x)", "size": "len(x)", "upper": "x.upper()", "lower": "x.lower()", "trim": "x.strip()",
        "substring": "x[start:stop]", "substr": "x[start:stop]", "concat": "a + b", "toString": "str(x)",
        "parseInt": "int(x)", "parseFloat": "float(x)", "ifnull": "a if a is not None else b",
        "coalesce": "a if a is not None else b", "nvl": "a if a is not None else b", "string": "str(x)",
        "double": "float(x)", "boolean": "bool(x)", "integer": "int(x)", "ceil": "math.ceil(x)",
        "floor": "math.floor(x)", "sqrt": "math.sqrt(x)", "mean": "sum(xs) / len(xs)", "avg": "sum(xs) / len(xs)",
        "replace": "x.replace(old, new)", "split": "x.split(separator)", "contains": "part in x",
        "startswith": "x.startswith(prefix)", "mod": "a % b", "now": "datetime.datetime.now()",
    ]

    /// Counts the arguments and asks the runtime whether their types can ever go.
    private func checkedFunction(
        _ name: String, _ arguments: TypedExpression.Arguments, _ range: Range<Int>
    ) -> TypedExpression {
        let node = TypedExpression.Kind.function(name, arguments)
        let types = arguments.positional.map(\.value.type)
        if let error = probe(
            arguments, count: PythonRuntime.signature(ofFunction: name),
            { values, keywords throws(PythonError) in
                try PythonRuntime.callFunction(name, values, keywords)
            })
        {
            return fault(
                .typeMismatch, "'\(name)' does not accept \(listed(types))", at: range, raising: error,
                notes: ["Python says: \(error.repr)"], keeping: node)
        }
        let isPlain = arguments.keywords.isEmpty && !arguments.positional.contains { $0.isStarred }
        var type = isPlain ? PythonRuntime.resultType(ofFunction: name, types.map(TypeFacts.exposed)) ?? .any : .any
        if name == "sorted" || name == "list" || name == "reversed" || name == "tuple", let first = types.first {
            type = .list(TypeFacts.element(of: first))
        }
        let shape: TypedExpression.Shape =
            Self.iterators.contains(name) ? .iterator : name == "tuple" || name == "divmod" ? .tuple : .plain
        return TypedExpression(node, TypeFacts.exposed(type), range, shape: shape)
    }

    private func listed(_ types: [FieldType]) -> String {
        types.isEmpty ? "no arguments" : types.map(short).joined(separator: ", ")
    }

    /// What a call raises for samples of its arguments' types, where that is certain: a `TypeError` that does not
    /// depend on the values.
    private func probe(
        _ arguments: TypedExpression.Arguments, count signature: Signature?,
        _ call: ([Value], [(String, Value)]) throws(PythonError) -> Value
    ) -> PythonError? {
        guard !arguments.positional.contains(where: { $0.isStarred }) else { return nil }
        if let signature {
            let placeholder = arguments.positional.map { _ in Value.null }
            do throws(PythonError) {
                _ = try signature.bind(nil, "call", placeholder, arguments.keywords.map { ($0.name, .null) })
            } catch {
                // The runtime words it with the function's name.
                do throws(PythonError) { _ = try call(placeholder, arguments.keywords.map { ($0.name, .null) }) } catch {
                    return error
                }
                return error
            }
        }
        var values: [Value] = []
        for argument in arguments.positional {
            guard TypeFacts.isExact(argument.value.type),
                let value = constant(argument.value) ?? TypeFacts.sample(argument.value.type)
            else { return nil }
            values.append(value)
        }
        var keywords: [(String, Value)] = []
        for keyword in arguments.keywords {
            guard TypeFacts.isExact(keyword.value.type),
                let value = constant(keyword.value) ?? TypeFacts.sample(keyword.value.type)
            else { return nil }
            keywords.append((keyword.name, value))
        }
        do throws(PythonError) {
            _ = try call(values, keywords)
            return nil
        } catch {
            return error.type == "TypeError" || error.type == "AttributeError" ? error : nil
        }
    }

    // MARK: Functions with a shape of their own

    private func specialFunction(
        _ name: String, _ arguments: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression? {
        let positional = arguments.filter { $0.name == nil && $0.stars == 0 }.map(\.value)
        let keywords = arguments.filter { $0.name != nil }
        let isPlain = !arguments.contains { $0.stars != 0 }
        switch name {
        case "beam.Row", "apache_beam.Row":
            guard positional.isEmpty, isPlain else { return nil }
            var fields: [(name: String, value: TypedExpression)] = []
            for argument in keywords { fields.append((argument.name ?? "", try value(argument.value))) }
            let schema = Schema(fields.map { Field($0.name, TypeFacts.exposed($0.value.type)) })
            guard Set(schema.names).count == schema.count else { return nil }
            return TypedExpression(.newRow(fields), .row(schema), range)
        case "isinstance":
            guard positional.count == 2, keywords.isEmpty, isPlain else { return nil }
            return TypedExpression(
                .isInstance(try value(positional[0]), try classNames(positional[1])), .boolean, range)
        case "getattr":
            guard positional.count == 2, keywords.isEmpty, isPlain, case .string(let field) = positional[1].kind
            else { return nil }
            return try attribute(positional[0], field, range)
        case "map", "filter":
            guard positional.count == 2, keywords.isEmpty, isPlain else { return nil }
            let items = try iterable(positional[1])
            let function = if case .none = positional[0].kind { nil as PythonExpression? } else { positional[0] }
            guard function != nil || name == "filter" else { return nil }
            return try higherOrder(name == "map" ? .map : .filter, items, function, range)
        case "sorted", "min", "max":
            guard let key = keywords.first(where: { $0.name == "key" })?.value, positional.count == 1, isPlain else {
                return nil
            }
            let items = try consumed(name, positional[0])
            var function: PythonExpression? = key
            if case .none = key.kind { function = nil }
            let operation: TypedExpression.HigherOrder.Operation =
                name == "sorted" ? .sorted : name == "min" ? .minimum : .maximum
            var node = try higherOrderCall(operation, items, function)
            for keyword in keywords where keyword.name != "key" {
                switch keyword.name {
                case "reverse" where name == "sorted": node.reverse = try value(keyword.value)
                case "default" where name != "sorted": node.fallback = try value(keyword.value)
                default: return nil
                }
            }
            let element = TypeFacts.element(of: items.type)
            let type =
                name == "sorted"
                ? FieldType.list(element)
                : node.fallback.map { TypeFacts.exposed(TypeFacts.join(element, $0.type)) } ?? element
            return TypedExpression(.higherOrder(node), type, range)
        case "any", "all":
            guard positional.count == 1, keywords.isEmpty, isPlain,
                case .comprehension(.generator, let element, let clauses) = positional[0].kind
            else { return nil }
            let stopsAt = name == "any"
            return try scoped { () throws(ForeignConstruct) in
                let clauses = try self.clauses(clauses)
                return TypedExpression(
                    .comprehension(.quantifier(stopsAt: stopsAt), try condition(element), clauses), .boolean, range)
            }
        case "next":
            guard positional.count == 1 || positional.count == 2, keywords.isEmpty, isPlain,
                case .comprehension(.generator, let element, let clauses) = positional[0].kind
            else { return nil }
            let otherwise = positional.count == 2 ? try value(positional[1]) : nil
            return try scoped { () throws(ForeignConstruct) in
                let clauses = try self.clauses(clauses)
                let node = try value(element)
                let type = TypeFacts.exposed(otherwise.map { TypeFacts.join(node.type, $0.type) } ?? node.type)
                return TypedExpression(.comprehension(.first(otherwise: otherwise), node, clauses), type, range)
            }
        case "dict" where positional.isEmpty && isPlain && !keywords.isEmpty:
            var items: [(key: TypedExpression?, value: TypedExpression)] = []
            for keyword in keywords {
                let key = TypedExpression(.constant(.string(keyword.name ?? "")), .string, range)
                items.append((key, try value(keyword.value)))
            }
            return TypedExpression(
                .map(items), .map(.string, TypeFacts.join(items.map(\.value.type))), range)
        case "re.match", "re.search", "re.fullmatch", "re.finditer":
            guard positional.count == 2 || positional.count == 3, isPlain,
                keywords.allSatisfy({ $0.name == "flags" }), positional.count + keywords.count <= 3,
                let kind = Self.regexMatchers[name]
            else { return nil }
            let flags = try (positional.count == 3 ? positional[2] : keywords.first?.value).map {
                flags throws(ForeignConstruct) in try value(flags)
            }
            return regexNode(kind, try value(positional[0]), try value(positional[1]), flags, range)
        default: return nil
        }
    }

    func regexNode(
        _ kind: String, _ pattern: TypedExpression, _ text: TypedExpression, _ flags: TypedExpression?,
        _ range: Range<Int>
    ) -> TypedExpression {
        TypedExpression(
            .regex(.init(kind: kind, pattern: pattern, text: text, flags: flags)), .any, range,
            shape: kind == "finditer" ? .iterator : .match)
    }

    private func classNames(_ expression: PythonExpression) throws(ForeignConstruct) -> [String] {
        if case .tuple(let elements) = expression.kind {
            var names: [String] = []
            for element in elements { names += try classNames(element) }
            return names
        }
        var name: String?
        if let qualified = try qualifiedName(expression) { name = qualified }
        if case .name(let plain) = expression.kind, binding(plain) == nil { name = plain }
        // A tuple and a set are lists here: asking which it is cannot be answered.
        guard let name, !["list", "tuple", "set", "frozenset"].contains(name),
            PythonRuntime.isInstance(.null, name) != nil
        else { throw ForeignConstruct("asks for a class that only Python has", expression.range) }
        return [name]
    }

    private func higherOrder(
        _ operation: TypedExpression.HigherOrder.Operation, _ items: TypedExpression, _ function: PythonExpression?,
        _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        let call = try higherOrderCall(operation, items, function)
        let element = TypeFacts.element(of: items.type)
        let isMap = if case .map = operation { true } else { false }
        let result = isMap ? call.body?.type ?? element : element
        return TypedExpression(.higherOrder(call), .list(TypeFacts.exposed(result)), range, shape: .iterator)
    }

    private func higherOrderCall(
        _ operation: TypedExpression.HigherOrder.Operation, _ items: TypedExpression, _ function: PythonExpression?
    ) throws(ForeignConstruct) -> TypedExpression.HigherOrder {
        guard let function else {
            return TypedExpression.HigherOrder(operation: operation, items: items, parameters: [], body: nil)
        }
        let slot = newSlot()
        locals[slot] = elementState(of: items)
        let argument = PythonExpression(.name("\u{0}item"), function.range)
        scopes.append(["\u{0}item": .local(slot)])
        defer { scopes.removeLast() }
        let body: TypedExpression
        if case .lambda(let parameters, let expression) = function.kind {
            guard parameters.count == 1, let parameter = parameters.first, parameter.defaultValue == nil,
                !parameter.isStarred
            else { throw ForeignConstruct("uses a lambda with several parameters", function.range) }
            scopes.append([parameter.name: .local(slot)])
            defer { scopes.removeLast() }
            body = try value(expression)
        } else {
            body = try call(function, [PythonExpression.Argument(name: nil, value: argument)], function.range)
        }
        return TypedExpression.HigherOrder(operation: operation, items: items, parameters: [slot], body: try plain(body))
    }

    // MARK: Methods

    private static let matchNames: Set<String> = ["group", "groups", "groupdict", "start", "end", "span", "expand"]

    private func methodCall(
        _ base: PythonExpression, _ name: String, _ arguments: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        if let pattern = try patternValue(base) {
            return try patternCall(pattern.pattern, pattern.flags, name, arguments, range)
        }
        if case .name(let receiver) = base.kind, binding(receiver) == nil, schema.index(of: receiver) == nil {
            // Methods of classes: `str.upper(x)`, `dict.fromkeys(xs)`.
            let qualified = "\(receiver).\(name)"
            if PythonRuntime.knows(function: qualified) {
                return try function(qualified, arguments, range, at: base.range)
            }
            if receiver == "str", let first = arguments.first, first.stars == 0, first.name == nil,
                PythonRuntime.knows(method: name, on: .string)
            {
                let node = try value(first.value)
                let text =
                    node.type == .string
                    ? node : TypedExpression(.receiver(node, method: name), .string, node.range)
                return try method(text, name, Array(arguments.dropFirst()), range)
            }
        }
        if PythonRuntime.knows(mutator: name), let place = try place(base), isMutator(name, place) {
            return try mutation(place, name, arguments, range)
        }
        let receiver = try check(base)
        if case .match = receiver.shape {
            guard Self.matchNames.contains(name) else {
                throw ForeignConstruct("calls '\(name)' on a match object", range)
            }
            var nodes: [TypedExpression] = []
            for argument in try self.arguments(arguments).positional where !argument.isStarred {
                nodes.append(argument.value)
            }
            guard nodes.count == arguments.count else { throw ForeignConstruct("calls '\(name)' so", range) }
            let isSpan = name == "start" || name == "end"
            let type: FieldType = isSpan ? .int64 : name == "group" && nodes.count < 2 ? FieldType.string.nullable : .any
            return TypedExpression(
                .matchMethod(receiver, name, nodes), type, range,
                shape: name == "groups" || name == "span" ? .tuple : .plain)
        }
        return try method(plain(receiver), name, arguments, range)
    }

    private func method(
        _ receiver: TypedExpression, _ name: String, _ arguments: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        var typed = TypedExpression.Arguments()
        let isText = name == "format"
        for (index, argument) in arguments.enumerated() {
            let node: TypedExpression
            if argument.stars == 1 {
                typed.positional.append(.init(value: try iterable(argument.value), isStarred: true))
                continue
            } else if isText {
                node = try textual(argument.value)
                _ = try plain(node)
            } else if name == "join", index == 0 {
                node = try consumed("list", argument.value)
            } else {
                node = try value(argument.value)
            }
            if let keyword = argument.name {
                typed.keywords.append((keyword, node))
            } else {
                typed.positional.append(.init(value: node))
            }
        }
        let kind = TypedExpression.Kind.method(receiver, name, typed)
        if receiver.type.isAny {
            if PythonRuntime.knows(mutator: name) {
                throw ForeignConstruct("changes a value in place with '\(name)'", range)
            }
            return TypedExpression(kind, .any, range)
        }
        let sample = constant(receiver) ?? TypeFacts.sample(receiver.type) ?? .null
        guard receiver.type != TypeFacts.none, PythonRuntime.knows(method: name, on: receiver.type.kind) else {
            if PythonRuntime.knows(mutator: name, on: receiver.type.kind) {
                throw ForeignConstruct("changes a value in place with '\(name)'", range)
            }
            return unknownMethod(receiver, name, sample, range)
        }
        if name == "startswith" || name == "endswith", let affix = typed.positional.first?.value,
            case .list = affix.type.kind, case .plain = affix.shape
        {
            return fault(
                .typeMismatch, "'\(name)' does not accept a list", at: affix.range,
                raising: .typeError("\(name) first arg must be str or a tuple of str, not list"),
                hint: "give the texts as a tuple, in parentheses")
        }
        if let error = probe(
            typed, count: PythonRuntime.signature(ofMethod: name, on: receiver.type.kind),
            { values, keywords throws(PythonError) in
                if case .list = receiver.type.kind, !TypeFacts.isExact(receiver.type) { return .null }
                return try PythonRuntime.callMethod(sample, name, values, keywords)
            }), name != "format"
        {
            return fault(
                .typeMismatch, "'\(name)' does not accept \(listed(typed.positional.map(\.value.type)))", at: range,
                raising: error, notes: ["Python says: \(error.repr)"], keeping: kind)
        }
        let types = typed.positional.map { TypeFacts.exposed($0.value.type) }
        let type = PythonRuntime.resultType(ofMethod: name, on: receiver.type, types) ?? .any
        let shape: TypedExpression.Shape = name == "partition" || name == "rpartition" ? .tuple : .plain
        return TypedExpression(kind, TypeFacts.exposed(type), range, shape: shape)
    }

    private static let methodHints = [
        "toUpperCase": "upper()", "toLowerCase": "lower()", "toUpper": "upper()", "toLower": "lower()",
        "trim": "strip()", "length": "len(x)", "size": "len(x)", "contains": "part in x", "includes": "part in x",
        "indexOf": "find(part)", "substring": "x[start:stop]", "startsWith": "startswith(prefix)",
        "endsWith": "endswith(suffix)", "replaceAll": "replace(old, new)", "has_key": "key in x", "push": "append(x)",
    ]

    private func unknownMethod(
        _ receiver: TypedExpression, _ name: String, _ sample: Value, _ range: Range<Int>
    ) -> TypedExpression {
        let methods = receiver.type == TypeFacts.none ? [] : PythonRuntime.methodNames(of: receiver.type.kind)
        let near = Suggestion.nearest(to: name, among: methods).map { "did you mean '\($0)'?" }
        let conversion =
            PythonRuntime.knows(method: name, on: .string) && receiver.type.kind != .string
            ? "make it text first: 'str(…).\(name)()'" : nil
        return fault(
            .unknownMethod, "\(described(receiver.type)) has no method '\(name)'", at: range,
            raising: PythonRuntime.missingAttribute(sample, name),
            hint: Self.methodHints[name].map { "write '\($0)'" } ?? near ?? conversion,
            // Python looks the method up before it computes the arguments: only the receiver comes first.
            keeping: .attribute(receiver, name))
    }

    // MARK: Compiled patterns

    private func patternValue(
        _ expression: PythonExpression
    ) throws(ForeignConstruct) -> (pattern: TypedExpression, flags: TypedExpression?)? {
        switch expression.kind {
        case .name(let name):
            if case .pattern(let pattern, let flags)? = binding(name) { return (pattern, flags) }
            return nil
        case .call(let callee, let arguments):
            guard case .attribute(_, "compile") = callee.kind, try qualifiedName(callee) == "re.compile" else {
                return nil
            }
            guard let first = arguments.first, arguments.count <= 2, arguments.allSatisfy({ $0.stars == 0 }) else {
                throw ForeignConstruct("calls 're.compile' so", expression.range)
            }
            return (try value(first.value), try arguments.dropFirst().first.map { flags throws(ForeignConstruct) in
                try value(flags.value)
            })
        default: return nil
        }
    }

    /// What `re.compile(…)` binds, where the expression is one.
    func patternBinding(_ expression: PythonExpression) throws(ForeignConstruct) -> Binding? {
        guard case .call = expression.kind, let pattern = try patternValue(expression) else { return nil }
        return .pattern(pattern.pattern, flags: pattern.flags)
    }

    private func patternCall(
        _ pattern: TypedExpression, _ flags: TypedExpression?, _ name: String,
        _ arguments: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        let typed = try self.arguments(arguments)
        let isPlain = typed.keywords.isEmpty && !typed.positional.contains { $0.isStarred }
        if isPlain, typed.positional.count == 1, let kind = Self.regexMatchers["re.\(name)"] {
            return regexNode(kind, pattern, typed.positional[0].value, flags, range)
        }
        guard isPlain, ["sub", "split", "findall"].contains(name) else {
            throw ForeignConstruct("calls '\(name)' on a compiled pattern", range)
        }
        var all = TypedExpression.Arguments(positional: [.init(value: pattern)] + typed.positional)
        if let flags { all.keywords.append(("flags", flags)) }
        return checkedFunction("re.\(name)", all, range)
    }

    // MARK: Functions of the text

    private func userCall(
        _ definition: PythonFunction, _ arguments: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        guard !definition.parameters.contains(where: { $0.isStarred }), !arguments.contains(where: { $0.stars != 0 })
        else { throw ForeignConstruct("calls a function with variable arguments", range) }
        let function = try typedFunction(definition)
        var values = [TypedExpression?](repeating: nil, count: definition.parameters.count)
        for (index, argument) in arguments.enumerated() {
            let place = argument.name.map { name in definition.parameters.firstIndex { $0.name == name } } ?? index
            guard let place, place < values.count, values[place] == nil else {
                return fault(
                    .typeMismatch, "'\(definition.name)' does not accept these arguments", at: range,
                    raising: .typeError(
                        "\(definition.name)() takes \(values.count) positional arguments but \(arguments.count) were given"
                    ))
            }
            values[place] = try value(argument.value)
        }
        var complete: [TypedExpression] = []
        for (index, parameter) in definition.parameters.enumerated() {
            if let given = values[index] {
                complete.append(given)
            } else if let fallback = parameter.defaultValue {
                complete.append(try value(fallback))
            } else {
                return fault(
                    .typeMismatch, "'\(definition.name)' needs the argument '\(parameter.name)'", at: range,
                    raising: .typeError(
                        "\(definition.name)() missing 1 required positional argument: '\(parameter.name)'"))
            }
        }
        return TypedExpression(.call(function, complete), .any, range)
    }
}

import DataModel
import Diagnostics

extension Checker {
    static let matchNames: Set<String> = ["group", "groups", "groupdict", "start", "end", "span", "expand"]

    func methodCall(
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
            let type: FieldType =
                isSpan ? .int64 : name == "group" && nodes.count < 2 ? FieldType.string.nullable : .any
            return TypedExpression(
                .matchMethod(receiver, name, nodes), type, range,
                shape: name == "groups" || name == "span" ? .tuple : .plain)
        }
        return try method(plain(receiver), name, arguments, range)
    }

    func method(
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
            if name == "startswith" || name == "endswith", let affix = typed.positional.first?.value,
                case .list = affix.type.kind, case .plain = affix.shape
            {
                throw ForeignConstruct("gives a list to '\(name)'", affix.range)
            }
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

    static let methodHints = [
        "toUpperCase": "upper()", "toLowerCase": "lower()", "toUpper": "upper()", "toLower": "lower()",
        "trim": "strip()", "length": "len(x)", "size": "len(x)", "contains": "part in x", "includes": "part in x",
        "indexOf": "find(part)", "substring": "x[start:stop]", "startsWith": "startswith(prefix)",
        "endsWith": "endswith(suffix)", "replaceAll": "replace(old, new)", "has_key": "key in x", "push": "append(x)",
    ]

    func unknownMethod(
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

    func patternValue(
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
            return (
                try value(first.value),
                try arguments.dropFirst().first.map { flags throws(ForeignConstruct) in
                    try value(flags.value)
                }
            )
        default: return nil
        }
    }

    /// What `re.compile(…)` binds, where the expression is one.
    func patternBinding(_ expression: PythonExpression) throws(ForeignConstruct) -> Binding? {
        guard case .call = expression.kind, let pattern = try patternValue(expression) else { return nil }
        return .pattern(pattern.pattern, flags: pattern.flags)
    }

    func patternCall(
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
}

import DataModel
import Diagnostics

extension Checker {
    func call(
        _ callee: PythonExpression, _ written: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        let arguments = written.flatMap(unpacked)
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

    /// `**row._asdict()` and `**{'a': 1}` as the keyword arguments that they are.
    func unpacked(_ argument: PythonExpression.Argument) -> [PythonExpression.Argument] {
        guard argument.stars == 2 else { return [argument] }
        switch argument.value.kind {
        case .call(let callee, let none):
            guard none.isEmpty, case .attribute(let base, "_asdict") = callee.kind, case .name(let name) = base.kind,
                case .rowParameter? = binding(name)
            else { return [argument] }
            return schema.names.map { field in
                PythonExpression.Argument(
                    name: field, value: PythonExpression(.attribute(base, field), argument.value.range))
            }
        case .dictionary(let items):
            let keywords = items.compactMap { item -> PythonExpression.Argument? in
                guard case .string(let name)? = item.key?.kind else { return nil }
                return PythonExpression.Argument(name: name, value: item.value)
            }
            return keywords.count == items.count ? keywords : [argument]
        default: return [argument]
        }
    }

    func namedCall(
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

    static let consumers: Set<String> = [
        "sum", "min", "max", "sorted", "list", "tuple", "dict", "enumerate", "zip", "reversed", "math.fsum",
        "math.prod", "len", "any", "all", "bytes",
    ]
    static let texts: Set<String> = ["str", "repr", "format", "ascii", "json.dumps"]
    static let iterators: Set<String> = ["enumerate", "zip", "reversed"]
    static let regexMatchers = [
        "re.match": "match", "re.search": "search", "re.fullmatch": "fullmatch",
        "re.finditer": "finditer",
    ]

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
            } else if name == "bool" {
                node = try condition(argument.value)
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

    func consumed(
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
    static let functionHints = [
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
    func checkedFunction(
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

    func listed(_ types: [FieldType]) -> String {
        types.isEmpty ? "no arguments" : types.map(short).joined(separator: ", ")
    }

    /// What a call raises for samples of its arguments' types, where that is certain: a `TypeError` that does not
    /// depend on the values.
    func probe(
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
                do throws(PythonError) { _ = try call(placeholder, arguments.keywords.map { ($0.name, .null) }) } catch
                {
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

    // MARK: Functions of the text

    func userCall(
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
                        "\(definition.name)() takes \(values.count) positional arguments but "
                            + "\(arguments.count) were given"
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

import DataModel
import Diagnostics

extension Checker {
    func specialFunction(
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

    func classNames(_ expression: PythonExpression) throws(ForeignConstruct) -> [String] {
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

    func higherOrder(
        _ operation: TypedExpression.HigherOrder.Operation, _ items: TypedExpression, _ function: PythonExpression?,
        _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        let call = try higherOrderCall(operation, items, function)
        let element = TypeFacts.element(of: items.type)
        let isMap = if case .map = operation { true } else { false }
        let result = isMap ? call.body?.type ?? element : element
        return TypedExpression(.higherOrder(call), .list(TypeFacts.exposed(result)), range, shape: .iterator)
    }

    func higherOrderCall(
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
        return TypedExpression.HigherOrder(
            operation: operation, items: items, parameters: [slot], body: try plain(body))
    }
}

import DataModel

extension SQLTranslator {
    // MARK: Construction

    mutating func list(
        _ elements: [TypedExpression.Element], _ node: TypedExpression, as type: FieldType
    ) throws(SQLObstacle) -> SQLTerm {
        guard case .list(let element) = type.kind, !elements.contains(where: \.isStarred) else {
            throw obstacle("makes a list of \(type)", node)
        }
        let name = try typeName(type, node)
        if elements.isEmpty {
            guard let text = dialect.literal(.list([]), type) else { throw obstacle("makes a list of \(type)", node) }
            return SQLTerm(text: text)
        }
        var texts: [String] = []
        for part in elements { texts.append(try value(part.value, as: element).text) }
        let list = texts.joined(separator: ", ")
        return SQLTerm(text: dialect == .flink ? "CAST(ARRAY[\(list)] AS \(name))" : "CAST(array(\(list)) AS \(name))")
    }

    mutating func map(
        _ items: [(key: TypedExpression?, value: TypedExpression)], _ node: TypedExpression, as type: FieldType
    ) throws(SQLObstacle) -> SQLTerm {
        guard case .map(let keyType, let valueType) = type.kind, keyType.kind == .string || keyType.kind == .int64
        else {
            throw obstacle("makes a dict of \(type)", node)
        }
        let name = try typeName(type, node)
        if items.isEmpty {
            guard let text = dialect.literal(.map(MapValue()), type) else { throw obstacle("makes a dict", node) }
            return SQLTerm(text: text)
        }
        var keys: [Value] = []
        var texts: [String] = []
        for item in items {
            guard let key = item.key else { throw obstacle("merges dicts", node) }
            if case .constant(let constant) = key.kind { keys.append(constant) }
            texts += [try value(key, as: keyType).text, try value(item.value, as: valueType).text]
        }
        // Of equal keys Python keeps the last value; the engines fail or keep any.
        guard items.count == 1 || keys.count == items.count && Set(keys).count == keys.count else {
            throw obstacle("makes a dict with keys that may be equal", node)
        }
        if dialect == .flink, items.count > 1 { differ("the entries of a dict have no order") }
        let list = texts.joined(separator: ", ")
        return SQLTerm(text: dialect == .flink ? "CAST(MAP[\(list)] AS \(name))" : "CAST(map(\(list)) AS \(name))")
    }

    mutating func row(
        _ fields: [(name: String, value: TypedExpression)], _ node: TypedExpression, as type: FieldType
    ) throws(SQLObstacle) -> SQLTerm {
        guard case .row(let schema) = type.kind, schema.names == fields.map(\.name) else {
            throw obstacle("makes a row of \(type)", node)
        }
        let name = try typeName(type, node)
        var texts: [String] = []
        for (field, part) in zip(schema.fields, fields) {
            let text = try value(part.value, as: field.type).text
            texts.append(dialect == .flink ? text : "\(dialect.string(field.name)), \(text)")
        }
        let list = texts.joined(separator: ", ")
        return SQLTerm(
            text: dialect == .flink ? "CAST(ROW(\(list)) AS \(name))" : "CAST(named_struct(\(list)) AS \(name))")
    }

    /// The whole input row as one value.
    mutating func wholeRow(_ node: TypedExpression) throws(SQLObstacle) -> SQLTerm {
        guard case .row(let schema) = node.type.kind else { throw obstacle("uses the whole row", node) }
        let fields = schema.fields.enumerated().map { index, field in
            (name: field.name, value: TypedExpression(.field(index), field.type, node.range))
        }
        return try row(fields, node, as: node.type)
    }

    // MARK: Parts

    mutating func attribute(
        _ base: TypedExpression, _ name: String, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard case .row(let schema) = base.type.kind, let index = schema.index(of: name) else {
            throw obstacle("reads '\(name)' of a value of type \(base.type.nonNull)", node)
        }
        // What is built only to be read from need not be built.
        if case .row = base.kind {
            let field = TypedExpression(.field(index), schema.fields[index].type, node.range)
            return node.type.holdsAny ? try path(field) : try value(field)
        }
        try mustNotDrop(base, node)
        let isOpen = base.type.holdsAny && !base.type.isNullable
        let row =
            isOpen ? try path(base) : try required(base, "AttributeError: 'NoneType' object has no attribute '\(name)'")
        // Behind parentheses Flink takes what follows a dot for a field, not for a column of a table.
        let text = dialect == .flink && base.isField == false ? "(\(row.text))" : row.text(.atom)
        return SQLTerm(text: "\(text).\(dialect.quoted(name))", isNullable: schema.fields[index].type.isNullable)
    }

    mutating func subscripted(
        _ base: TypedExpression, _ index: TypedExpression, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        try mustNotDrop(base, node)
        let missing = "TypeError: 'NoneType' object is not subscriptable"
        switch (base.type.kind, index.type.kind) {
        case (.list(let element), .int64):
            let list = try required(base, missing)
            let place = try operand(index, "TypeError: list indices must be integers or slices, not NoneType")
            if dialect == .flink {
                return call(.listItem, [list.text, place.text], isNullable: element.isNullable)
            }
            guard case .constant(.int(let number)) = index.kind, number.magnitude < 1 << 30 else {
                throw obstacle("reads an element whose place is only known row by row", node)
            }
            return SQLTerm(
                text: number >= 0 ? "\(list.text(.atom))[\(number)]" : "element_at(\(list.text), \(number))",
                isNullable: element.isNullable)
        case (.map(let key, let value), .string) where key.kind == .string,
            (.map(let key, let value), .int64) where key.kind == .int64:
            let map = try required(base, missing)
            // The key has to have its type: of the types of a dict's keys none is cast.
            let wanted = try required(index, "KeyError: None")
            if dialect == .flink {
                return call(.mapItem, [map.text, wanted.text], isNullable: value.isNullable)
            }
            let repeated = (try repeatable(map, node), try repeatable(wanted, node))
            return SQLTerm(
                text: "CASE WHEN map_contains_key(\(repeated.0.text), \(repeated.1.text)) THEN "
                    + "element_at(\(repeated.0.text), \(repeated.1.text)) ELSE \(raising("KeyError")) END",
                isNullable: value.isNullable)
        case (.string, .int64):
            let text = try operand(base, missing)
            let place = try operand(index, "TypeError: string indices must be integers, not 'NoneType'")
            if dialect == .flink { return call(.textItem, [text.text, place.text]) }
            guard case .constant(.int(let number)) = index.kind, number.magnitude < 1 << 30 else {
                throw obstacle("reads a character whose place is only known row by row", node)
            }
            let repeated = try repeatable(text, node)
            let least = number >= 0 ? number + 1 : -number
            return SQLTerm(
                text: "CASE WHEN char_length(\(repeated.text)) >= \(least) THEN substring(\(repeated.text), "
                    + "\(number >= 0 ? number + 1 : number), 1) ELSE "
                    + "\(raising("IndexError: string index out of range")) END")
        default: throw obstacle("reads an element of a value of type \(base.type.nonNull)", node)
        }
    }

    /// Of a value that is built only to read a part of it planners build nothing but that part.
    func mustNotDrop(_ base: TypedExpression, _ node: TypedExpression) throws(SQLObstacle) {
        switch base.kind {
        case .list, .map, .newRow: try mustNotFail(base, node)
        default: break
        }
    }

    mutating func slice(
        _ base: TypedExpression, _ start: TypedExpression?, _ stop: TypedExpression?, _ step: TypedExpression?,
        _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard base.type.kind == .string else {
            throw obstacle("takes a part of a value of type \(base.type.nonNull)", node)
        }
        let text = try operand(base, "TypeError: 'NoneType' object is not subscriptable")
        if dialect == .flink {
            var bounds: [String] = []
            for bound in [start, stop, step] {
                guard let bound else {
                    bounds.append("CAST(NULL AS BIGINT)")
                    continue
                }
                guard bound.type.kind == .int64 else {
                    throw obstacle("takes a part whose bounds are no integers", node)
                }
                bounds.append(try value(bound).text)
            }
            if step == nil { bounds.removeLast() }
            return call(.textSlice, [text.text] + bounds)
        }
        func constant(_ node: TypedExpression?) throws(SQLObstacle) -> Int64? {
            guard let node else { return nil }
            guard case .constant(.int(let number)) = node.kind, number.magnitude < 1 << 30 else {
                throw obstacle("takes a part whose bounds are only known row by row", node)
            }
            return number
        }
        guard step == nil else { throw obstacle("takes every so many characters", node) }
        return try sparkSlice(text, try constant(start) ?? 0, try constant(stop), node)
    }

    private func sparkSlice(
        _ text: SQLTerm, _ start: Int64, _ stop: Int64?, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        switch (start, stop) {
        case (0..., nil): return SQLTerm(text: "substring(\(text.text), \(start + 1))")
        case (0..., let stop?) where stop >= 0:
            return SQLTerm(text: "substring(\(text.text), \(start + 1), \(max(stop - start, 0)))")
        case (0..., let stop?):
            let repeated = try repeatable(text, node).text
            return SQLTerm(
                text: "substring(\(repeated), \(start + 1), greatest(char_length(\(repeated)) - \(-stop + start), 0))")
        case (_, nil): return SQLTerm(text: "substring(\(text.text), \(start))")
        default: throw obstacle("takes a part between places counted from the end", node)
        }
    }

    // MARK: Membership

    /// `value in container`; never NULL.
    mutating func membership(
        _ item: TypedExpression, _ container: TypedExpression, _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        var item = item
        if case .hashed(let inner) = item.kind { item = inner }
        if case .constant(.list(let members)) = container.kind { return try membership(item, members, node) }
        switch container.type.kind {
        case .string where item.type.kind == .string:
            let part = try operand(item, "TypeError: 'in <string>' requires string as left operand, not NoneType")
            let text = try operand(container, "TypeError: argument of type 'NoneType' is not iterable")
            if dialect == .flink { return call(.textContains, [text.text, part.text]) }
            return SQLTerm(text: "contains(\(text.text), \(part.text))")
        case .list(let element)
        where element.kind == item.type.kind && (element.kind == .string || element.kind == .int64):
            let list = try required(container, "TypeError: argument of type 'NoneType' is not iterable")
            guard !item.type.isNullable, !element.isNullable else {
                throw obstacle("looks among values of which some may be None", node)
            }
            return SQLTerm(text: "ARRAY_CONTAINS(\(list.text), \(try value(item).text))")
        case .map(let key, _) where key.kind == item.type.kind && (key.kind == .string || key.kind == .int64):
            let map = try required(container, "TypeError: argument of type 'NoneType' is not iterable")
            guard !item.type.isNullable else { throw obstacle("looks for a key that may be None", node) }
            let key = try value(item).text
            return SQLTerm(
                text: dialect == .flink
                    ? "ARRAY_CONTAINS(MAP_KEYS(\(map.text)), \(key))" : "map_contains_key(\(map.text), \(key))")
        default: throw obstacle("looks for a value in a value of type \(container.type.nonNull)", node)
        }
    }

    private mutating func membership(
        _ item: TypedExpression, _ members: [Value], _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let values = members.filter { !$0.isNull }
        let isPlain = values.allSatisfy { value in
            switch (item.type.kind, value) {
            case (.string, .string), (.int64, .int): true
            default: false
            }
        }
        var tests: [SQLTerm] = []
        if isPlain, !values.isEmpty {
            let term = try value(item)
            let texts = values.map { dialect.operand($0, item.type) ?? "" }
            guard !texts.contains("") else { throw obstacle("has a constant that cannot be written", node) }
            let test = SQLTerm(
                text: "\(term.text(.additive)) IN (\(texts.joined(separator: ", ")))", precedence: .comparison)
            tests.append(term.isNullable ? SQLTerm(text: "COALESCE(\(test.text), FALSE)") : test)
        } else {
            for member in values {
                // The very same NaN is found.
                if case .double(let number) = member, number.isNaN { throw obstacle("looks for NaN", node) }
                let constant = TypedExpression(.constant(member), member.type, node.range)
                _ = try repeatable(try value(item), item)
                tests.append(try equality(item, constant, isNegated: false, node))
            }
        }
        if values.count < members.count {
            tests.append(SQLTerm(text: "\(try value(item).text(.additive)) IS NULL", precedence: .comparison))
        }
        guard let first = tests.first else {
            guard !item.canFail else { throw obstacle("looks in an empty list", node) }
            return SQLTerm(text: "FALSE")
        }
        if tests.count == 1 { return first }
        return SQLTerm(text: tests.map { $0.text(.and) }.joined(separator: " OR "), precedence: .or)
    }

    // MARK: Methods of dicts

    mutating func mapMethod(
        _ receiver: TypedExpression, _ name: String, _ arguments: [TypedExpression], _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        guard name == "get", let index = arguments.first, arguments.count <= 2,
            case .map(let key, let element) = receiver.type.kind, key.kind == index.type.kind,
            key.kind == .string || key.kind == .int64, !index.type.isNullable
        else { throw obstacle("calls '\(name)' of a dict", node) }
        let map = try required(receiver, "AttributeError: 'NoneType' object has no attribute 'get'")
        let wanted = try value(index)
        guard dialect == .spark else {
            guard arguments.count == 1, element.isNullable == false || node.type.isNullable else {
                return try defaulted(map, wanted, index, arguments[1], node)
            }
            return SQLTerm(text: "\(map.text(.atom))[\(wanted.text)]", isNullable: true)
        }
        if arguments.count == 1 {
            return SQLTerm(text: "element_at(\(map.text), \(wanted.text))", isNullable: true)
        }
        return try defaulted(map, wanted, index, arguments[1], node)
    }

    private mutating func defaulted(
        _ map: SQLTerm, _ wanted: SQLTerm, _ index: TypedExpression, _ fallback: TypedExpression,
        _ node: TypedExpression
    ) throws(SQLObstacle) -> SQLTerm {
        let (map, wanted) = (try repeatable(map, node), try repeatable(wanted, node))
        // What Python computes in any case may raise in any case.
        guard !fallback.canFail else { throw obstacle("gives 'get' a value that may raise", node) }
        let otherwise = try value(fallback, as: node.type)
        let (test, found) =
            dialect == .flink
            ? ("ARRAY_CONTAINS(MAP_KEYS(\(map.text)), \(wanted.text))", "\(map.text(.atom))[\(wanted.text)]")
            : ("map_contains_key(\(map.text), \(wanted.text))", "element_at(\(map.text), \(wanted.text))")
        return SQLTerm(
            text: "CASE WHEN \(test) THEN \(found) ELSE \(otherwise.text) END", isNullable: node.type.isNullable)
    }
}

extension TypedExpression {
    fileprivate var isField: Bool { if case .field = kind { true } else { false } }
}

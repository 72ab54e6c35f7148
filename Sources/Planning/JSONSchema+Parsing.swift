import DataModel
import Diagnostics
import PipelineSpec

extension JSONSchema {
    /// Reads a schema; `nil` after reporting what is wrong with it.
    static func parse(_ node: YAMLNode, context: StepContext, depth: Int = 0) -> JSONSchema? {
        if let type = node.string { return parse(types: [type], at: node.range, context) }
        guard let pairs = node.mapping, depth < 50 else {
            invalid("a schema must be a map, found \(node.kindName)", node, context, hint: "write 'type: object'")
            return nil
        }
        var rules: [Rule] = []
        var isValid = true
        for pair in pairs {
            let key = pair.key.scalar?.text ?? ""
            guard let rule = rule(key, pair, in: node, context, depth) else {
                isValid = false
                continue
            }
            rules += rule
        }
        return isValid ? JSONSchema(rules: rules) : nil
    }

    private static func parse(types: [String], at range: SourceRange, _ context: StepContext) -> JSONSchema? {
        let known = ["string", "integer", "number", "boolean", "bytes", "array", "object", "null"]
        for type in types where !known.contains(type) {
            context.report(
                .invalidSchema, "'\(type)' is not a type of JSON Schema", at: range,
                hint: typeHint(type, known))
            return nil
        }
        return JSONSchema(rules: [.types(types)])
    }

    private static func typeHint(_ name: String, _ known: [String]) -> String? {
        let others = [
            "str": "string", "int": "integer", "int64": "integer", "float": "number", "double": "number",
            "bool": "boolean", "list": "array", "map": "object", "dict": "object", "row": "object",
        ]
        if let meant = others[name.lowercased()] { return "did you mean '\(meant)'?" }
        return Suggestion.hint(for: name, among: known, listing: "types")
    }

    /// The rules of one keyword, none for what says nothing about values; `nil` after reporting.
    private static func rule(
        _ key: String, _ pair: YAMLPair, in schema: YAMLNode, _ context: StepContext, _ depth: Int
    ) -> [Rule]? {
        let node = pair.value
        switch key {
        case "type":
            let types = (node.sequence ?? [node]).compactMap { $0.scalar?.text }
            return parse(types: types, at: node.range, context)?.rules
        case "properties":
            guard let pairs = node.mapping else {
                return invalid("'properties' must be a map, found \(node.kindName)", node, context)
            }
            var properties: [(name: String, schema: JSONSchema)] = []
            for pair in pairs {
                guard let schema = parse(pair.value, context: context, depth: depth + 1) else { return nil }
                properties.append((pair.key.scalar?.text ?? "", schema))
            }
            return [.properties(properties, allowsOthers: schema["additionalProperties"]?.flag ?? true)]
        case "additionalProperties":
            guard node.flag == nil else {
                return node.flag == false && schema["properties"] == nil ? [.properties([], allowsOthers: false)] : []
            }
            guard let others = parse(node, context: context, depth: depth + 1) else { return nil }
            let named = schema["properties"]?.mapping?.compactMap { $0.key.scalar?.text } ?? []
            return [.otherProperties(others, except: named)]
        case "required":
            guard let items = node.sequence else {
                return invalid(
                    "'required' must be a list of names, found \(node.kindName)", node, context,
                    hint: "write 'required: [name]' beside 'properties'")
            }
            return [.required(items.compactMap { $0.scalar?.text })]
        case "items": return parse(node, context: context, depth: depth + 1).map { [.items($0)] }
        case "enum":
            guard let items = node.sequence else {
                return invalid("'enum' must be a list, found \(node.kindName)", node, context)
            }
            return [.values(items.map { ElementReader.value($0, report: nil) })]
        case "const": return [.constant(ElementReader.value(node, report: nil))]
        case "pattern":
            guard let pattern = node.string, let matcher = PatternMatcher(pattern) else {
                return invalid("'\(node.scalar?.text ?? "")' is not a regular expression", node, context)
            }
            return [.pattern(pattern, matcher)]
        case "anyOf", "oneOf", "allOf":
            guard let items = node.sequence else {
                return invalid("'\(key)' must be a list, found \(node.kindName)", node, context)
            }
            let schemas = items.compactMap { parse($0, context: context, depth: depth + 1) }
            guard schemas.count == items.count else { return nil }
            return [key == "anyOf" ? .anyOf(schemas) : key == "oneOf" ? .oneOf(schemas) : .allOf(schemas)]
        case "not": return parse(node, context: context, depth: depth + 1).map { [.not($0)] }
        case "title", "description", "default", "examples", "format", "$schema", "$id", "$comment", "nullable",
            "beam:logical_type":
            return []
        default: return numericRule(key, pair, context)
        }
    }

    private static func numericRule(_ key: String, _ pair: YAMLPair, _ context: StepContext) -> [Rule]? {
        let keys = [
            "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
            "minItems", "maxItems",
        ]
        guard keys.contains(key) else {
            context.report(
                .invalidSchema, "unknown keyword '\(key)' in a schema", at: pair.key.range,
                hint: Suggestion.hint(
                    for: key, among: keys + ["type", "properties", "required", "items", "enum", "pattern"],
                    listing: "keywords"))
            return nil
        }
        guard let number = pair.value.number, number.isFinite else {
            return invalid("'\(key)' must be a number, found \(pair.value.kindName)", pair.value, context)
        }
        let count = Int(exactly: number)
        switch key {
        case "minimum": return [.minimum(number, isExclusive: false)]
        case "maximum": return [.maximum(number, isExclusive: false)]
        case "exclusiveMinimum": return [.minimum(number, isExclusive: true)]
        case "exclusiveMaximum": return [.maximum(number, isExclusive: true)]
        case "multipleOf": return [.multipleOf(number)]
        default:
            guard let count, count >= 0 else {
                return invalid("'\(key)' must be a count", pair.value, context)
            }
            switch key {
            case "minLength": return [.minimumLength(count)]
            case "maxLength": return [.maximumLength(count)]
            case "minItems": return [.itemCount(minimum: count, maximum: nil)]
            default: return [.itemCount(minimum: nil, maximum: count)]
            }
        }
    }

    @discardableResult
    private static func invalid(
        _ message: String, _ node: YAMLNode, _ context: StepContext, hint: String? = nil
    ) -> [Rule]? {
        context.report(
            .invalidSchema, message, at: node.firstLine,
            hint: hint ?? "see https://json-schema.org for what a schema may say")
        return nil
    }
}

extension JSONSchema {
    /// The type of the values of a schema, by the rules of Beam's `json_utils.py`; `nil` after reporting.
    static func type(of node: YAMLNode, context: StepContext, depth: Int = 0) -> FieldType? {
        let name = node.string ?? node["type"]?.string
        guard depth < 50, let name else {
            context.report(
                .invalidSchema, "the schema names no single type", at: node.firstLine,
                hint: "write a type such as 'string', 'integer' or 'number'")
            return nil
        }
        switch name {
        case "string": return .string
        case "integer": return .int64
        case "number": return .double
        case "boolean": return .boolean
        case "bytes": return .bytes
        case "null": return .any
        case "array":
            guard let items = node["items"] else { return .list(.any) }
            return type(of: items, context: context, depth: depth + 1).map { .list($0) }
        case "object":
            if node["properties"] != nil {
                return schema(of: node, context: context, depth: depth + 1).map { .row($0) }
            }
            guard let values = node["additionalProperties"], values.flag == nil else { return .map(.string, .any) }
            return type(of: values, context: context, depth: depth + 1).map { .map(.string, $0) }
        default:
            let known = ["string", "integer", "number", "boolean", "bytes", "array", "object"]
            context.report(
                .invalidSchema, "'\(name)' is not a type of JSON Schema", at: (node["type"] ?? node).range,
                hint: typeHint(name, known))
            return nil
        }
    }

    /// The fields of an object's properties; those that are not required are nullable.
    static func schema(of node: YAMLNode, context: StepContext, depth: Int = 0) -> Schema? {
        guard let pairs = node["properties"]?.mapping else { return nil }
        let required = Set(node["required"]?.sequence?.compactMap { $0.scalar?.text } ?? [])
        var fields: [Field] = []
        for pair in pairs {
            guard let name = pair.key.scalar?.text,
                let type = type(of: pair.value, context: context, depth: depth + 1)
            else { return nil }
            fields.append(Field(name, required.contains(name) ? type : type.nullable))
        }
        return Schema(fields)
    }
}

extension JSONSchema {
    /// Why no row of a schema can have the type, or `nil`.
    static func mismatch(_ schema: YAMLNode, _ type: FieldType, name: String, depth: Int = 0) -> String? {
        guard depth < 50, !type.isAny, let expected = schema.string ?? schema["type"]?.string else { return nil }
        let isMatch: Bool? =
            switch (expected, type.kind) {
            case ("string", .string), ("integer", .int64), ("number", .int64), ("number", .double),
                ("number", .decimal), ("boolean", .boolean), ("bytes", .bytes), ("array", .list), ("object", .row),
                ("object", .map):
                true
            // A double may hold whole numbers only.
            case ("integer", .double): true
            case ("string", _), ("integer", _), ("number", _), ("boolean", _), ("bytes", _), ("array", _),
                ("object", _):
                false
            default: nil
            }
        if isMatch == false { return "'\(name)' has type \(type), but the schema says '\(expected)'" }
        switch type.kind {
        case .list(let element):
            return schema["items"].flatMap { mismatch($0, element, name: "\(name)[]", depth: depth + 1) }
        case .row(let row): return mismatch(schema, row, prefix: "\(name).", depth: depth + 1)
        default: return nil
        }
    }

    /// Why no row with these fields can keep to the schema, or `nil`.
    static func mismatch(_ schema: YAMLNode, _ row: Schema, prefix: String = "", depth: Int = 0) -> String? {
        let properties = schema["properties"]?.mapping ?? []
        for pair in properties {
            guard let name = pair.key.scalar?.text, let field = row[name] else { continue }
            if let problem = mismatch(pair.value, field.type, name: prefix + name, depth: depth + 1) { return problem }
        }
        let required = schema["required"]?.sequence?.compactMap { $0.scalar?.text } ?? []
        if let missing = required.first(where: { row.index(of: $0) == nil }) {
            return "the schema requires '\(prefix)\(missing)', which is not a field of the input"
        }
        guard schema["additionalProperties"]?.flag == false else { return nil }
        let names = properties.compactMap { $0.key.scalar?.text }
        let other = row.names.first { name in !names.contains { $0.utf8.elementsEqual(name.utf8) } }
        return other.map { "the input has the field '\(prefix)\($0)', which the schema does not allow" }
    }
}

import DataModel
public import Diagnostics

extension JSONSchema {
    /// The rules for the workers' `json_schema.py`: a list of pairs of keyword and content, values as tagged JSON.
    public var json: JSONText { .array(rules.map(Self.json)) }

    private static func json(_ rule: Rule) -> JSONText {
        switch rule {
        case .types(let names): pair("type", list(names))
        case .properties(let properties, let allowsOthers):
            pair(
                "properties",
                [
                    "schemas": .array(properties.map { pair($0.name, $0.schema.json) }),
                    "allowsOthers": .boolean(allowsOthers),
                ])
        case .otherProperties(let schema, let names):
            pair("otherProperties", ["schema": schema.json, "except": list(names)])
        case .required(let names): pair("required", list(names))
        case .items(let schema): pair("items", schema.json)
        case .itemCount(let minimum?, _): pair("minItems", .integer(minimum))
        case .itemCount(nil, let maximum): pair("maxItems", .integer(maximum ?? .max))
        case .values(let values): pair("enum", .array(values.map { TaggedJSON.json($0) }))
        case .constant(let value): pair("const", TaggedJSON.json(value))
        case .minimum(let bound, let isExclusive): pair(isExclusive ? "exclusiveMinimum" : "minimum", .number(bound))
        case .maximum(let bound, let isExclusive): pair(isExclusive ? "exclusiveMaximum" : "maximum", .number(bound))
        case .multipleOf(let divisor): pair("multipleOf", .number(divisor))
        case .minimumLength(let length): pair("minLength", .integer(length))
        case .maximumLength(let length): pair("maxLength", .integer(length))
        case .pattern(let pattern, _): pair("pattern", .string(pattern))
        case .anyOf(let schemas): pair("anyOf", .array(schemas.map(\.json)))
        case .oneOf(let schemas): pair("oneOf", .array(schemas.map(\.json)))
        case .allOf(let schemas): pair("allOf", .array(schemas.map(\.json)))
        case .not(let schema): pair("not", schema.json)
        }
    }

    private static func pair(_ keyword: String, _ content: JSONText) -> JSONText {
        .array([.string(keyword), content])
    }

    private static func list(_ names: [String]) -> JSONText { .array(names.map { .string($0) }) }
}

public import Diagnostics

/// The values that a parameter takes: checks, the reference and editors' schemas derive from it.
public indirect enum ParameterType: Sendable {
    case string
    case integer
    case number
    case boolean
    /// Keys and values of any kind.
    case map
    case any
    case list(ParameterType)
    case choice([String])
    /// A text, or a map with `expression`, `callable`, or `path` and `name`.
    case expression
    /// Expressions by the name of the field that they make.
    case expressionMap
    /// The name of a field of the input.
    case fieldName
    /// One name or a list of names of fields of the input.
    case fieldNames
    case jsonSchema
    /// A list of rows or of single values.
    case elements
    case windowing
    /// A file's path, a glob, or the prefix of the files to write.
    case path
    case errorHandling
    case object([Parameter])
    case oneOf([ParameterType])
}

extension ParameterType: CustomStringConvertible {
    /// As the reference shows it, such as `list of string`.
    public var description: String {
        switch self {
        case .string: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .map: "map"
        case .any: "any"
        case .list(let element): "list of \(element)"
        case .choice(let choices): "one of " + choices.joined(separator: ", ")
        case .expression: "expression"
        case .expressionMap: "map of expressions"
        case .fieldName: "field name"
        case .fieldNames: "field name or list of field names"
        case .jsonSchema: "JSON Schema"
        case .elements: "list of rows"
        case .windowing: "windowing"
        case .path: "path"
        case .errorHandling: "error handling"
        case .object: "map"
        case .oneOf(let types): types.map(\.description).joined(separator: " or ")
        }
    }

    /// As a message names what is expected: `an integer`.
    var expectation: String {
        switch self {
        case .string, .path: "a string"
        case .fieldName: "the name of a field"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "a boolean"
        case .map, .object: "a map"
        case .any: "a value"
        case .list(let element): "a list of \(element)"
        case .choice(let choices): "one of " + choices.map { "'\($0)'" }.joined(separator: ", ")
        case .expression: "an expression"
        case .expressionMap: "a map of fields and expressions"
        case .fieldNames: "the name of a field or a list of them"
        case .jsonSchema: "a JSON Schema, which is a map"
        case .elements: "a list of rows"
        case .windowing: "a map with 'type'"
        case .errorHandling: "a map with 'output'"
        case .oneOf(let types): types.map(\.expectation).joined(separator: " or ")
        }
    }
}

extension ParameterType {
    /// A JSON Schema of the values, for editors.
    public var schema: JSONText {
        switch self {
        case .string, .path, .fieldName: .object(["type": "string"])
        case .integer: .object(["type": "integer"])
        case .number: .object(["type": "number"])
        case .boolean: .object(["type": "boolean"])
        case .map: .object(["type": "object"])
        case .any: .object([])
        case .list(let element): .object(["type": "array", "items": element.schema])
        case .choice(let choices): .object(["enum": .array(choices.map(JSONText.string))])
        case .expression: Self.expressionSchema
        case .expressionMap: .object(["type": "object", "additionalProperties": Self.expressionSchema])
        case .fieldNames:
            .object([
                "anyOf": .array([
                    .object(["type": "string"]),
                    .object(["type": "array", "items": .object(["type": "string"])]),
                ])
            ])
        case .jsonSchema: .object(["type": "object"])
        case .elements: .object(["type": "array"])
        case .windowing: .object(["$ref": "#/definitions/windowing"])
        case .errorHandling: .object(["$ref": "#/definitions/errorHandling"])
        case .object(let parameters):
            .object([
                "type": "object",
                "properties": .object(parameters.map { JSONText.Member($0.name, $0.type.schema) }),
            ])
        case .oneOf(let types): .object(["anyOf": .array(types.map(\.schema))])
        }
    }

    private static var expressionSchema: JSONText {
        let text = JSONText.object(["type": "string"])
        return .object([
            "anyOf": .array([
                .object(["type": .array(["string", "number", "boolean"])]),
                .object([
                    "type": "object", "additionalProperties": false,
                    "properties": .object([
                        "expression": text, "callable": text, "path": text, "name": text,
                        "output_type": .object([]),
                    ]),
                ]),
            ])
        ])
    }
}

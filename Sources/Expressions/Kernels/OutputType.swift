import DataModel

/// The run-time check of a promised type.
enum OutputType {
    /// The value as the type has it; integers become doubles in `double`.
    ///
    /// Null belongs to no promised type unless it is nullable, as in Beam.
    static func check(_ value: Value, _ type: FieldType) throws(PythonError) -> Value {
        if let converted = converted(value, type) { return converted }
        throw .typeError("\(PythonRuntime.repr(value)) violates schema \(schemaText(type))")
    }

    private static func converted(_ value: Value, _ type: FieldType) -> Value? {
        switch (type.kind, value) {
        case (.any, _): return value
        case (_, .null): return type.isNullable ? .null : nil
        case (.boolean, .boolean), (.int64, .int), (.double, .double), (.string, .string), (.bytes, .bytes),
            (.timestamp, .timestamp), (.duration, .duration), (.date, .date), (.datetime, .datetime),
            (.decimal, .decimal):
            return value
        case (.double, .int(let number)): return .double(Double(number))
        case (.list(let element), .list(let elements)):
            var result: [Value] = []
            for item in elements {
                guard let item = converted(item, element) else { return nil }
                result.append(item)
            }
            return .list(result)
        case (.map(let keyType, let valueType), .map(let map)):
            var result = MapValue()
            for entry in map.entries {
                guard let key = converted(entry.key, keyType), let value = converted(entry.value, valueType) else {
                    return nil
                }
                result[key] = value
            }
            return .map(result)
        case (.row(let schema), .row(let row)):
            var values: [Value] = []
            for field in schema.fields {
                guard let value = converted(row[field.name] ?? .null, field.type) else { return nil }
                values.append(value)
            }
            return .row(RowValue(names: schema.names, values: values))
        case (.row(let schema), .map(let map)):
            var values: [Value] = []
            for field in schema.fields {
                guard let value = converted(map[.string(field.name)] ?? .null, field.type) else { return nil }
                values.append(value)
            }
            return .row(RowValue(names: schema.names, values: values))
        default: return nil
        }
    }

    /// The type as the JSON schema that Beam prints.
    private static func schemaText(_ type: FieldType) -> String {
        switch type.kind {
        case .any: return "{}"
        case .boolean: return "{'type': 'boolean'}"
        case .int64: return "{'type': 'integer'}"
        case .double: return "{'type': 'number'}"
        case .list(let element): return "{'type': 'array', 'items': \(schemaText(element))}"
        case .map(_, let value): return "{'type': 'object', 'additionalProperties': \(schemaText(value))}"
        case .row(let schema):
            let fields = schema.fields.map { "\(PythonRuntime.quoted($0.name)): \(schemaText($0.type))" }
            return "{'type': 'object', 'properties': {\(fields.joined(separator: ", "))}}"
        default: return "{'type': '\(type.nonNull)'}"
        }
    }
}

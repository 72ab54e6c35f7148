import DataModel

/// The types that JSON values have, and which values belong to them.
enum JSONTypes {
    /// The narrowest type for the values of both: integers become doubles, objects get the fields of both, all else
    /// `any`.
    static func join(_ left: FieldType, _ right: FieldType) -> FieldType {
        if left.kind == right.kind { return left.nullable }
        switch (left.kind, right.kind) {
        case (.int64, .double), (.double, .int64): return FieldType(.double, isNullable: true)
        case (.list(let left), .list(let right)): return FieldType(.list(join(left, right)), isNullable: true)
        case (.row(let left), .row(let right)): return FieldType(.row(join(left, right)), isNullable: true)
        default: return .any
        }
    }

    static func join(_ left: Schema, _ right: Schema) -> Schema {
        var fields = left.fields.map { field in
            Field(field.name, right[field.name].map { join(field.type, $0.type) } ?? field.type.nullable)
        }
        fields += right.fields.filter { left.index(of: $0.name) == nil }.map { Field($0.name, $0.type.nullable) }
        return Schema(fields)
    }

    /// Whether a column of the type can hold the value without loss.
    static func fits(_ value: Value, _ type: FieldType) -> Bool {
        switch (value, type.kind) {
        case (_, .any), (.null, _), (.boolean, .boolean), (.int, .int64), (.double, .double), (.string, .string),
            (.decimal, .decimal):
            true
        case (.int(let number), .double): number.magnitude <= 1 << 53
        case (.list(let elements), .list(let element)): elements.allSatisfy { fits($0, element) }
        case (.row(let row), .row(let schema)):
            zip(row.names, row.values).allSatisfy { name, value in
                schema[name].map { fits(value, $0.type) } ?? false
            }
        default: false
        }
    }
}

import DataModel

/// The types that JSON values have, and which values belong to them.
enum JSONTypes {
    /// The type of a value; everything is nullable, since any later record may lack it.
    static func type(of value: Value) -> FieldType {
        switch value {
        case .null: return .any
        case .list(let elements):
            let element = elements.reduce(FieldType?.none) { known, element in
                element.isNull ? known : known.map { join($0, type(of: element)) } ?? type(of: element)
            }
            return FieldType(.list(element ?? .any), isNullable: true)
        case .row(let row):
            return FieldType(
                .row(Schema(zip(row.names, row.values).map { Field($0, type(of: $1)) })), isNullable: true)
        case .map(let map):
            let fields = map.entries.compactMap { entry in
                if case .string(let name) = entry.key { Field(name, type(of: entry.value)) } else { Field?.none }
            }
            return FieldType(.row(Schema(fields)), isNullable: true)
        default: return value.type.nullable
        }
    }

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

/// What a sample of records says about a field: the type of those values that are not null.
struct JSONEvidence {
    private(set) var type: FieldType?
    /// Integers that a double cannot hold.
    private var hasLargeInteger = false

    mutating func add(_ value: Value) {
        if value.isNull { return }
        if case .int(let number) = value, number.magnitude > 1 << 53 { hasLargeInteger = true }
        let seen = JSONTypes.type(of: value)
        var joined = type.map { JSONTypes.join($0, seen) } ?? seen
        if joined.kind == .double, hasLargeInteger { joined = .any }
        type = joined
    }
}

extension ArrowField {
    /// Our own type for what the field holds.
    func fieldType() throws(ArrowError) -> FieldType {
        let physical = try physicalType()
        switch annotation {
        case "any"?: return .any
        case "datetime"? where isTaggedJSON: return FieldType(.datetime, isNullable: isNullable)
        default: return physical
        }
    }

    private func physicalType() throws(ArrowError) -> FieldType {
        let kind: FieldType.Kind
        switch type {
        case .null: return .any
        case .boolean: kind = .boolean
        case .int(64, isSigned: false): kind = .decimal
        case .int: kind = .int64
        case .float: kind = .double
        case .utf8, .view(isText: true): kind = .string
        case .binary, .view, .fixedSizeBinary: kind = .bytes
        case .decimal: kind = .decimal
        case .date: kind = .date
        // A time of day is the time since midnight.
        case .time, .duration: kind = .duration
        case .timestamp(_, let hasZone): kind = hasZone ? .timestamp : .datetime
        case .interval: throw ArrowError("field '\(name)' has intervals of months, which no type of ours holds")
        case .list, .listView, .fixedSizeList: kind = .list(try children[0].fieldType())
        case .structure: kind = .row(try Self.schema(of: children))
        case .map:
            let entries = children[0].children
            kind = .map(key: try entries[0].fieldType(), value: try entries[1].fieldType())
        case .union: return .any
        case .runEndEncoded: return try children[1].fieldType()
        }
        return FieldType(kind, isNullable: isNullable)
    }

    static func schema(of fields: [ArrowField]) throws(ArrowError) -> Schema {
        var names: Set<[UInt8]> = []
        var typed: [Field] = []
        for field in fields {
            guard names.insert(Array(field.name.utf8)).inserted else {
                throw ArrowError("there are two fields '\(field.name)'")
            }
            typed.append(Field(field.name, try field.fieldType()))
        }
        return Schema(typed)
    }

    /// The fields that are dictionaries' values, by the dictionaries' ids.
    static func dictionaries(in fields: [ArrowField], into found: inout [Int64: ArrowField]) {
        for field in fields {
            if let id = field.dictionary?.id {
                var values = field
                values.dictionary = nil
                values.metadata = []
                found[id] = values
            }
            dictionaries(in: field.children, into: &found)
        }
    }
}

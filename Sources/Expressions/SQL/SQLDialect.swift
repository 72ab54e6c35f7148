public import DataModel

/// SQL as an engine reads it: how names, values and types are written.
public enum SQLDialect: Sendable {
    case spark

    /// A name between its quotes.
    public func quoted(_ name: String) -> String {
        "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
    }

    /// A text literal.
    public func string(_ text: String) -> String {
        var literal = "'"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'": literal += "\\'"
            case "\\": literal += "\\\\"
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            case "\0": literal += "\\0"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "'"
    }

    /// A type; `nil` for what the dialect does not have.
    public func typeName(_ type: FieldType) -> String? {
        switch type.kind {
        case .boolean: return "BOOLEAN"
        case .int64: return "BIGINT"
        case .double: return "DOUBLE"
        case .string: return "STRING"
        case .bytes: return "BINARY"
        case .timestamp: return "TIMESTAMP"
        case .date: return "DATE"
        case .list(let element): return typeName(element).map { "ARRAY<\($0)>" }
        case .map(let key, let value):
            guard let key = typeName(key), let value = typeName(value) else { return nil }
            return "MAP<\(key), \(value)>"
        case .row(let schema):
            let parts = schema.fields.compactMap { field in
                typeName(field.type).map { "\(quoted(field.name)): \($0)" }
            }
            return parts.count == schema.count ? "STRUCT<\(parts.joined(separator: ", "))>" : nil
        // Their scale or their meaning differs from value to value.
        case .any, .decimal, .datetime, .duration: return nil
        }
    }

    /// A constant of a type; `nil` for what cannot be written.
    public func literal(_ value: Value, _ type: FieldType) -> String? {
        switch value {
        case .null: return typeName(type).map { "CAST(NULL AS \($0))" }
        case .boolean(let flag): return flag ? "TRUE" : "FALSE"
        case .int(let number):
            if type.kind == .double { return "DOUBLE('\(number)')" }
            return number == .min ? "(-9223372036854775807L - 1L)" : "\(number)L"
        case .double(let number):
            if number.isNaN { return "DOUBLE('NaN')" }
            if number.isInfinite { return number < 0 ? "DOUBLE('-Infinity')" : "DOUBLE('Infinity')" }
            return "\(DoubleFormatting.description(number))D"
        case .string(let text): return string(text)
        case .bytes(let bytes): return "X'" + bytes.map(Self.hexadecimal).joined() + "'"
        case .timestamp(let micros): return "timestamp_micros(\(micros)L)"
        case .date(let days): return "date_from_unix_date(\(days))"
        case .list(let elements):
            guard case .list(let element) = type.kind, let name = typeName(type) else { return nil }
            let parts = elements.compactMap { literal($0, element) }
            return parts.count == elements.count ? "CAST(array(\(parts.joined(separator: ", "))) AS \(name))" : nil
        case .map(let map):
            guard case .map(let key, let value) = type.kind, let name = typeName(type) else { return nil }
            let parts = map.entries.compactMap { entry -> String? in
                guard let first = literal(entry.key, key), let second = literal(entry.value, value) else { return nil }
                return "\(first), \(second)"
            }
            return parts.count == map.entries.count ? "CAST(map(\(parts.joined(separator: ", "))) AS \(name))" : nil
        case .row(let row):
            guard case .row(let schema) = type.kind else { return nil }
            let parts = schema.fields.compactMap { field in
                literal(row[field.name] ?? .null, field.type).map { "\(string(field.name)), \($0)" }
            }
            return parts.count == schema.count ? "named_struct(\(parts.joined(separator: ", ")))" : nil
        case .datetime, .decimal, .duration: return nil
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}

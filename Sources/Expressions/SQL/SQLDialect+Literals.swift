public import DataModel

extension SQLDialect {
    /// A constant that has its type wherever it stands; `nil` for what cannot be written.
    public func literal(_ value: Value, _ type: FieldType) -> String? {
        if value.isNull { return typeName(type).map { "CAST(NULL AS \($0))" } }
        switch (type.kind, value) {
        case (.any, _): return literal(.string(TaggedJSON.text(value)), .string)
        case (.boolean, .boolean(let flag)): return flag ? "TRUE" : "FALSE"
        case (.int64, .int(let number)):
            switch self {
            case .spark: return "\(number)L"
            // The digits of the smallest number are no literal without their sign.
            case .flink: return number == .min ? "CAST('\(number)' AS BIGINT)" : "CAST(\(number) AS BIGINT)"
            }
        case (.double, .double(let number)): return double(number)
        case (.double, .int(let number)): return double(Double(number))
        case (.string, .string(let text)): return self == .flink ? "CAST(\(string(text)) AS STRING)" : string(text)
        case (.bytes, .bytes(let bytes)):
            let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
            return self == .flink ? "CAST(X'\(digits)' AS BYTES)" : "X'\(digits)'"
        case (.timestamp, .timestamp(let microseconds)): return timestamp(microseconds)
        case (.date, .date(let days)): return date(days)
        case (.list(let element), .list(let elements)): return list(elements, of: element, type)
        case (.map(let keyType, let valueType), .map(let map)): return self.map(map, keyType, valueType, type)
        case (.row(let schema), .row(let row)): return self.row(row, schema, type)
        default: return nil
        }
    }

    /// A constant beside an operator, where a number or a text need not carry its type.
    func operand(_ value: Value, _ type: FieldType) -> String? {
        switch (type.kind, value) {
        case (.int64, .int(let number)) where number != .min: "\(number)"
        case (.string, .string(let text)): string(text)
        default: literal(value, type)
        }
    }

    private func double(_ number: Double) -> String? {
        guard number.isFinite else {
            let name = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
            return self == .flink ? "CAST('\(name)' AS DOUBLE)" : "DOUBLE('\(name)')"
        }
        let text = String(DoubleFormatting.description(number).filter { $0 != "+" }.map { $0 == "e" ? "E" : $0 })
        switch self {
        case .spark: return text + "D"
        case .flink:
            // Its literals are decimals, which have one zero.
            if number == 0, number.sign == .minus { return nil }
            return text.contains("E") ? text : text + "E0"
        }
    }

    /// Flink writes years of four digits.
    private func timestamp(_ microseconds: Int64) -> String? {
        if self == .spark { return "timestamp_micros(\(literal(.int(microseconds), .int64) ?? ""))" }
        let moment = Calendar.moment(fromMicroseconds: microseconds)
        guard (1...9999).contains(moment.day.year) else { return nil }
        let text = Buffer<UInt8>(capacity: 32)
        Calendar.appendMoment(microseconds: microseconds, separator: UInt8(ascii: " "), to: text)
        return "CAST(TIMESTAMP '\(String(decoding: text.elements, as: UTF8.self))' AS TIMESTAMP_LTZ(6))"
    }

    private func date(_ days: Int) -> String? {
        if self == .spark { return "date_from_unix_date(\(days))" }
        let day = Calendar.day(fromDays: days)
        guard (1...9999).contains(day.year) else { return nil }
        let text = Buffer<UInt8>(capacity: 16)
        Calendar.appendDay(day, to: text)
        return "DATE '\(String(decoding: text.elements, as: UTF8.self))'"
    }

    private func list(_ elements: [Value], of element: FieldType, _ type: FieldType) -> String? {
        guard let name = typeName(type) else { return nil }
        if elements.isEmpty { return emptyList(of: element).map { "CAST(\($0) AS \(name))" } }
        guard let texts = literals(elements, element) else { return nil }
        return self == .flink ? "CAST(ARRAY[\(texts)] AS \(name))" : "CAST(array(\(texts)) AS \(name))"
    }

    /// Flink has no literal for a list without elements.
    private func emptyList(of element: FieldType) -> String? {
        guard self == .flink else { return "array()" }
        return literal(.null, element).map { "ARRAY_SLICE(ARRAY[\($0)], 2)" }
    }

    private func map(_ map: MapValue, _ keyType: FieldType, _ valueType: FieldType, _ type: FieldType) -> String? {
        guard let name = typeName(type) else { return nil }
        switch self {
        case .spark:
            var texts: [String] = []
            for entry in map.entries {
                guard let key = literal(entry.key, keyType), let value = literal(entry.value, valueType) else {
                    return nil
                }
                texts += [key, value]
            }
            return "CAST(map(\(texts.joined(separator: ", "))) AS \(name))"
        case .flink:
            if map.count == 0 {
                guard let keys = emptyList(of: keyType), let values = emptyList(of: valueType) else { return nil }
                return "CAST(MAP_FROM_ARRAYS(\(keys), \(values)) AS \(name))"
            }
            var texts: [String] = []
            for entry in map.entries {
                guard let key = literal(entry.key, keyType), let value = literal(entry.value, valueType) else {
                    return nil
                }
                texts += [key, value]
            }
            return "CAST(MAP[\(texts.joined(separator: ", "))] AS \(name))"
        }
    }

    private func row(_ row: RowValue, _ schema: Schema, _ type: FieldType) -> String? {
        guard let name = typeName(type) else { return nil }
        var texts: [String] = []
        for field in schema.fields {
            guard let text = literal(row[field.name] ?? .null, field.type) else { return nil }
            texts.append(self == .flink ? text : "\(string(field.name)), \(text)")
        }
        let list = texts.joined(separator: ", ")
        return self == .flink ? "CAST(ROW(\(list)) AS \(name))" : "CAST(named_struct(\(list)) AS \(name))"
    }

    private func literals(_ values: [Value], _ type: FieldType) -> String? {
        var texts: [String] = []
        for value in values {
            guard let text = literal(value, type) else { return nil }
            texts.append(text)
        }
        return texts.joined(separator: ", ")
    }
}

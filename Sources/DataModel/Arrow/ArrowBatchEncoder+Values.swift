import Diagnostics

/// Values that carry their own type.
extension ArrowBatchEncoder {
    mutating func append(_ field: ArrowField, _ values: [Value], hasNulls: Bool) throws(ArrowError) {
        if field.isTaggedJSON {
            let texts = values.lazy.map { value -> Value in
                value.isNull ? .null : .string(TaggedJSON.json(value).compact)
            }
            return try append(field, texts, as: .string, hasNulls: true)
        }
        switch field.type {
        case .boolean: try append(field, values, as: .boolean, hasNulls: hasNulls)
        case .int: try append(field, values, as: .int64, hasNulls: hasNulls)
        case .float: try append(field, values, as: .double, hasNulls: hasNulls)
        case .utf8: try append(field, values, as: .string, hasNulls: hasNulls)
        case .timestamp:
            let micros = values.lazy.map { value -> Value in
                if case .datetime(let moment) = value { .int(moment.localMicroseconds) } else { .null }
            }
            try append(field, micros, as: .int64, hasNulls: hasNulls)
        case .date:
            try append(field, values, hasNulls: hasNulls) { value -> Int32? in
                if case .date(let days) = value { Int32(exactly: days) } else { nil }
            }
        case .decimal(let scale, _):
            try append(field, values, hasNulls: hasNulls) { value -> Int128? in
                if case .decimal(let number) = value { number.unscaled(atScale: Int(scale)) } else { nil }
            }
        default: throw ArrowError("field '\(field.name)' has values that cannot travel")
        }
    }

    private mutating func append(
        _ field: ArrowField, _ values: some Collection<Value>, as type: FieldType, hasNulls: Bool
    ) throws(ArrowError) {
        var builder = ColumnBuilder(type: type.nullable, capacity: values.count)
        for value in values { builder.append(value) }
        let column = builder.finish()
        let plain = ArrowField(name: field.name, type: field.type, isNullable: true)
        let validity = hasNulls ? column.validity : nil
        try append(plain, Column(type: column.type, count: column.count, validity: validity, data: column.data))
    }

    /// Integers; the function gives `nil` for what does not fit.
    private mutating func append<Number: FixedWidthInteger>(
        _ field: ArrowField, _ values: [Value], hasNulls: Bool, _ number: (Value) -> Number?
    ) throws(ArrowError) {
        let validity = Buffer<UInt8>(repeating: 1, count: values.count)
        var numbers: [Number] = []
        numbers.reserveCapacity(values.count)
        for (row, value) in values.enumerated() {
            if value.isNull {
                validity[row] = 0
                numbers.append(0)
            } else if let number = number(value) {
                numbers.append(number.littleEndian)
            } else {
                throw ArrowError("field '\(field.name)': \(JSONWriter.text(value)) has more digits than travel")
            }
        }
        appendNode(values.count, hasNulls ? validity : nil)
        append(bytes: numbers.withUnsafeBytes { Array($0) })
    }
}

extension DecimalValue {
    /// The digits with another number of places, if none is lost.
    func unscaled(atScale wanted: Int) -> Int128? {
        var number = unscaled
        var scale = scale
        while scale < wanted {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            number = product
            scale += 1
        }
        while scale > wanted {
            guard number % 10 == 0 else { return nil }
            number /= 10
            scale -= 1
        }
        return number
    }
}

extension ArrowField {
    /// How fields of our own types travel.
    ///
    /// - Parameter columns: for each field the columns to be written, from which the narrowest form of dynamic values
    ///   follows; `nil` where they are not known yet, as at the start of a file.
    static func planned(_ schema: Schema, columns: [[Column]]?) throws(ArrowError) -> [ArrowField] {
        var names: Set<[UInt8]> = []
        var fields: [ArrowField] = []
        for (index, field) in schema.fields.enumerated() {
            guard names.insert(Array(field.name.utf8)).inserted else {
                throw ArrowError("there are two fields '\(field.name)'")
            }
            fields.append(try planned(field.name, field.type, columns?[index]))
        }
        return fields
    }

    private static func planned(_ name: String, _ type: FieldType, _ columns: [Column]?) throws(ArrowError)
        -> ArrowField
    {
        // What a worker could not compute for a failed row is null even where the type has none.
        let isNullable = type.isNullable || columns?.contains { $0.validity != nil } ?? false
        func plain(_ arrow: ArrowType) -> ArrowField { ArrowField(name: name, type: arrow, isNullable: isNullable) }
        func json(_ annotation: String) -> ArrowField {
            var field = plain(.utf8(offsetBits: 32))
            field.metadata = [(typeKey, annotation), (encodingKey, Self.json)]
            return field
        }
        switch type.kind {
        case .boolean: return plain(.boolean)
        case .int64: return plain(.int(bits: 64, isSigned: true))
        case .double: return plain(.float(bits: 64))
        case .string: return plain(.utf8(offsetBits: 32))
        case .bytes: return plain(.binary(offsetBits: 32))
        case .timestamp: return plain(.timestamp(.microsecond, hasZone: true))
        case .duration: return plain(.duration(.microsecond))
        case .date: return plain(.date(isMilliseconds: false))
        case .datetime:
            guard let columns else { return json("datetime") }
            let hasOffset = columns.contains { column in
                column.dynamicValues.contains {
                    if case .datetime(let moment) = $0 { moment.offsetSeconds != nil } else { false }
                }
            }
            return hasOffset ? json("datetime") : plain(.timestamp(.microsecond, hasZone: false))
        case .decimal:
            var scale = columns == nil ? streamScale : 0
            for value in (columns ?? []).flatMap(\.dynamicValues) {
                if case .decimal(let number) = value { scale = max(scale, number.scale) }
            }
            guard scale <= 38 else { throw ArrowError("field '\(name)' has decimals with \(scale) places") }
            return plain(.decimal(scale: Int32(scale), bits: 128))
        case .list(let element):
            var field = plain(.list(offsetBits: 32))
            field.children = [try planned("item", element, columns?.compactMap(\.elements))]
            return field
        case .map(let key, let value):
            var field = plain(.map)
            var entries = ArrowField(name: "entries", type: .structure, isNullable: false)
            var keys = try planned("key", key, columns?.compactMap { $0.mapColumns?.keys })
            keys.isNullable = false
            entries.children = [keys, try planned("value", value, columns?.compactMap { $0.mapColumns?.values })]
            field.children = [entries]
            return field
        case .row(let schema):
            var field = plain(.structure)
            let children = columns.map { rows in
                schema.fields.indices.map { index in rows.compactMap { $0.child(index) } }
            }
            field.children = try planned(schema, columns: children)
            return field
        case .any:
            guard let columns, let uniform = uniform(columns) else { return json("any") }
            var field = plain(uniform)
            field.metadata = [(typeKey, "any")]
            return field
        }
    }

    /// Places of decimals where the values are not known beforehand.
    private static let streamScale = 18

    /// The plain type that all dynamic values have.
    private static func uniform(_ columns: [Column]) -> ArrowType? {
        var found: ArrowType?
        for value in columns.lazy.flatMap(\.dynamicValues) {
            let type: ArrowType
            switch value {
            case .null: continue
            case .boolean: type = .boolean
            case .int: type = .int(bits: 64, isSigned: true)
            case .double: type = .float(bits: 64)
            case .string: type = .utf8(offsetBits: 32)
            default: return nil
            }
            if let found, found != type { return nil }
            found = type
        }
        return found
    }
}

extension Column {
    var dynamicValues: [Value] { if case .values(let buffer) = data { buffer.values } else { [] } }
    fileprivate var elements: Column? { if case .list(_, let box) = data { box.column } else { nil } }
    /// A field's column of a column of rows.
    fileprivate func child(_ index: Int) -> Column? {
        if case .row(let columns) = data { columns[index].valid(under: validity) } else { nil }
    }
    fileprivate var mapColumns: (keys: Column, values: Column)? {
        if case .map(_, let keys, let values) = data { (keys.column, values.column) } else { nil }
    }
}

extension Column {
    /// The value at a row below `count`; null for a column that was not read.
    public func value(at row: Int) -> Value {
        if let validity, validity[row] == 0 { return .null }
        switch data {
        case .boolean(let flags): return .boolean(flags[row] != 0)
        case .int64(let numbers):
            switch type.kind {
            case .timestamp: return .timestamp(numbers[row])
            case .duration: return .duration(numbers[row])
            default: return .int(numbers[row])
            }
        case .double(let numbers): return .double(numbers[row])
        case .string(let strings):
            let bytes = strings[row]
            return type.kind == .bytes ? .bytes(Array(bytes)) : .string(String(decoding: bytes, as: UTF8.self))
        case .list(let offsets, let elements):
            return .list((Int(offsets[row])..<Int(offsets[row + 1])).map { elements.column.value(at: $0) })
        case .map(let offsets, let keys, let values):
            let range = Int(offsets[row])..<Int(offsets[row + 1])
            return .map(
                MapValue(range.lazy.map { (keys.column.value(at: $0), values.column.value(at: $0)) }))
        case .row(let children):
            let names = if case .row(let schema) = type.kind { schema.names } else { [String]() }
            return .row(RowValue(names: names, values: children.map { $0.value(at: row) }))
        case .values(let buffer): return buffer.values[row]
        case .absent: return .null
        }
    }

    /// All values in order.
    public var values: [Value] { (0..<count).map { value(at: $0) } }
}

extension Batch {
    /// A row with the names of the schema.
    public func row(at index: Int) -> RowValue {
        RowValue(names: schema.names, values: columns.map { $0.value(at: index) })
    }
}

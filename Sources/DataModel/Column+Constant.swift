extension Column {
    /// `count` times the same value; a value that does not belong to the type gives nulls.
    public static func constant(_ value: Value, type: FieldType, count: Int) -> Column {
        switch (value, type.kind) {
        case (.null, _): return nulls(type: type, count: count)
        case (.boolean(let flag), .boolean):
            return Column(type: type, count: count, data: .boolean(Buffer(repeating: flag ? 1 : 0, count: count)))
        case (.int(let number), .int64), (.timestamp(let number), .timestamp), (.duration(let number), .duration):
            return Column(type: type, count: count, data: .int64(Buffer(repeating: number, count: count)))
        case (.int(let number), .double):
            return Column(type: type, count: count, data: .double(Buffer(repeating: Double(number), count: count)))
        case (.double(let number), .double):
            return Column(type: type, count: count, data: .double(Buffer(repeating: number, count: count)))
        case (_, .any):
            return Column(
                type: type, count: count, data: .values(ValueBuffer(Array(repeating: value, count: count))))
        default:
            var builder = ColumnBuilder(type: type, capacity: 1)
            builder.append(value)
            return builder.finish().gather(Buffer<Int32>(repeating: 0, count: count))
        }
    }

    /// `count` nulls.
    public static func nulls(type: FieldType, count: Int) -> Column {
        let validity = count > 0 ? Buffer<UInt8>(repeating: 0, count: count) : nil
        let data: ColumnData
        switch type.kind {
        case .boolean: data = .boolean(Buffer(repeating: 0, count: count))
        case .int64, .timestamp, .duration: data = .int64(Buffer(repeating: 0, count: count))
        case .double: data = .double(Buffer(repeating: 0, count: count))
        case .string, .bytes:
            data = .string(StringBuffer(offsets: Buffer(repeating: 0, count: count + 1), bytes: Buffer()))
        case .list(let element):
            data = .list(
                offsets: Buffer(repeating: 0, count: count + 1), elements: ColumnBox(nulls(type: element, count: 0)))
        case .map(let key, let value):
            data = .map(
                offsets: Buffer(repeating: 0, count: count + 1), keys: ColumnBox(nulls(type: key, count: 0)),
                values: ColumnBox(nulls(type: value, count: 0)))
        case .row(let schema): data = .row(schema.fields.map { nulls(type: $0.type, count: count) })
        case .any, .decimal, .date, .datetime:
            data = .values(ValueBuffer(Array(repeating: .null, count: count)))
        }
        return Column(type: type, count: count, validity: validity, data: data)
    }

    /// A column of which only type and length are known.
    public static func absent(type: FieldType, count: Int) -> Column {
        Column(type: type, count: count, data: .absent)
    }
}

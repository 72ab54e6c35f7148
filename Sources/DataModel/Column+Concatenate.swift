extension Column {
    /// The rows of all columns in order.
    ///
    /// Columns of different layouts become one of the type that holds them all. Without columns the result is empty.
    /// - Parameter type: the type of the result where it is known; it must hold the columns' types.
    public static func concatenate(_ columns: [Column], type: FieldType? = nil) -> Column {
        guard let first = columns.first else { return .nulls(type: type ?? .any, count: 0) }
        if columns.count == 1, type == nil || type == first.type { return first }
        let merged = type ?? columns.dropFirst().reduce(first.type) { $0.union($1.type) }
        let count = columns.reduce(0) { $0 + $1.count }
        if columns.contains(where: { if case .absent = $0.data { true } else { false } }) {
            return .absent(type: merged, count: count)
        }
        guard let data = concatenated(columns, merged, count) else {
            var builder = ColumnBuilder(type: merged, capacity: count)
            for column in columns {
                for row in 0..<column.count { builder.append(column.value(at: row)) }
            }
            return builder.finish()
        }
        return Column(type: merged, count: count, validity: validity(of: columns, count), data: data)
    }

    private static func validity(of columns: [Column], _ count: Int) -> Buffer<UInt8>? {
        guard columns.contains(where: { $0.validity != nil }) else { return nil }
        let result = Buffer<UInt8>(capacity: count)
        for column in columns {
            if let validity = column.validity {
                result.append(validity.pointer, count: column.count)
            } else {
                result.reserve(result.count + column.count)
                (result.pointer + result.count).initialize(repeating: 1, count: column.count)
                result.count += column.count
            }
        }
        return result
    }

    /// `nil` where the layouts differ.
    private static func concatenated(_ columns: [Column], _ type: FieldType, _ count: Int) -> ColumnData? {
        switch type.kind {
        case .boolean:
            return join(columns, count) { if case .boolean(let buffer) = $0 { buffer } else { nil } }.map {
                .boolean($0)
            }
        case .int64, .timestamp, .duration:
            guard columns.allSatisfy({ $0.type.kind == type.kind }) else { return nil }
            return join(columns, count) { if case .int64(let buffer) = $0 { buffer } else { nil } }.map { .int64($0) }
        case .double:
            return join(columns, count) { if case .double(let buffer) = $0 { buffer } else { nil } }.map { .double($0) }
        case .string, .bytes:
            guard columns.allSatisfy({ $0.type.kind == type.kind }) else { return nil }
            return strings(columns, count)
        case .list(let element):
            var parts: [(Buffer<Int32>, Column)] = []
            for column in columns {
                guard case .list(let offsets, let elements) = column.data else { return nil }
                parts.append((offsets, elements.column))
            }
            let (offsets, pieces) = spans(columns, parts.map(\.0), parts.map(\.1))
            return .list(offsets: offsets, elements: ColumnBox(concatenate(pieces, type: element)))
        case .map(let key, let value):
            var parts: [(offsets: Buffer<Int32>, keys: Column, values: Column)] = []
            for column in columns {
                guard case .map(let offsets, let keys, let values) = column.data else { return nil }
                parts.append((offsets, keys.column, values.column))
            }
            let (offsets, keys) = spans(columns, parts.map(\.offsets), parts.map(\.keys))
            let (_, values) = spans(columns, parts.map(\.offsets), parts.map(\.values))
            return .map(
                offsets: offsets, keys: ColumnBox(concatenate(keys, type: key)),
                values: ColumnBox(concatenate(values, type: value)))
        case .row(let schema):
            var children: [[Column]] = []
            for column in columns {
                guard case .row(let own) = column.type.kind, own.names == schema.names,
                    case .row(let parts) = column.data
                else { return nil }
                children.append(parts)
            }
            return .row(
                schema.fields.indices.map { index in
                    concatenate(children.map { $0[index] }, type: schema.fields[index].type)
                })
        case .any, .decimal, .date, .datetime:
            var values: [Value] = []
            values.reserveCapacity(count)
            for column in columns {
                if case .values(let buffer) = column.data {
                    values += buffer.values
                } else {
                    values += column.values
                }
            }
            return .values(ValueBuffer(values))
        }
    }

    private static func join<Element: BitwiseCopyable>(
        _ columns: [Column], _ count: Int, _ buffer: (ColumnData) -> Buffer<Element>?
    ) -> Buffer<Element>? {
        let result = Buffer<Element>(capacity: count)
        for column in columns {
            guard let part = buffer(column.data) else { return nil }
            result.append(part.pointer, count: column.count)
        }
        return result
    }

    private static func strings(_ columns: [Column], _ count: Int) -> ColumnData? {
        let offsets = Buffer<Int32>(capacity: count + 1)
        var total = 0
        for column in columns {
            guard case .string(let strings) = column.data else { return nil }
            total += Int(strings.offsets[column.count] - strings.offsets[0])
        }
        // Above 2 GiB the offsets would wrap; stopping is the only safe answer to a broken contract.
        precondition(total <= Int(Int32.max), "a string column is limited to 2 GiB")
        let bytes = Buffer<UInt8>(capacity: total)
        offsets.append(0)
        for column in columns {
            guard case .string(let strings) = column.data else { return nil }
            let start = strings.offsets[0]
            let shift = Int32(bytes.count) - start
            let from = strings.offsets.pointer
            for row in 0..<column.count { offsets.append(from[row + 1] + shift) }
            bytes.append(strings.bytes.pointer + Int(start), count: Int(from[column.count] - start))
        }
        return .string(StringBuffer(offsets: offsets, bytes: bytes))
    }

    /// Offsets put end to end, and the part of each child that they point at.
    private static func spans(
        _ columns: [Column], _ offsets: [Buffer<Int32>], _ children: [Column]
    ) -> (Buffer<Int32>, [Column]) {
        let result = Buffer<Int32>(capacity: columns.reduce(1) { $0 + $1.count })
        result.append(0)
        var pieces: [Column] = []
        for (index, column) in columns.enumerated() {
            let from = offsets[index].pointer
            let (start, end) = (from[0], from[column.count])
            let shift = result[result.count - 1] - start
            for row in 0..<column.count { result.append(from[row + 1] + shift) }
            let child = children[index]
            if start == 0, Int(end) == child.count {
                pieces.append(child)
            } else {
                pieces.append(child.gather(Buffer(start..<end)))
            }
        }
        return (result, pieces)
    }
}

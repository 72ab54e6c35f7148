extension Batch {
    /// The rows at the given positions with their event times and windows; positions must not be negative.
    public func gather(_ indices: UnsafeBufferPointer<Int32>) -> Batch {
        Batch(
            schema: schema, columns: columns.map { $0.gather(indices) }, count: indices.count,
            timestamps: timestamps.map { Self.gather($0, indices) },
            windows: windows.map {
                WindowColumn(starts: Self.gather($0.starts, indices), ends: Self.gather($0.ends, indices))
            })
    }

    /// The rows at the given positions with their event times and windows; positions must not be negative.
    public func gather(_ positions: Buffer<Int32>) -> Batch {
        withExtendedLifetime(positions) { gather(positions.elements) }
    }

    /// The rows whose mask is not 0, with their event times and windows; `selected` is how many those are.
    public func filter(mask: UnsafePointer<UInt8>, selected: Int) -> Batch {
        if selected == count { return self }
        return gather(Selection.positions(mask: mask, count: count, selected: selected))
    }

    /// The rows from `range`, which must lie within the batch.
    public func slice(_ range: Range<Int>) -> Batch {
        if range == 0..<count { return self }
        let positions = Buffer<Int32>(uninitializedCount: range.count)
        for (position, row) in range.enumerated() { positions.pointer[position] = Int32(truncatingIfNeeded: row) }
        return gather(positions)
    }

    /// The rows of all batches in order; the schemas must have the same fields.
    ///
    /// Event times and windows are those of the rows; where some batches have them and others not, the missing ones are
    /// `EventTime.minTimestamp` and the global window.
    public static func concatenate(_ batches: [Batch], schema: Schema) -> Batch {
        if batches.count == 1, let only = batches.first { return only.with(schema: schema, columns: only.columns) }
        let count = batches.reduce(0) { $0 + $1.count }
        let columns = schema.fields.indices.map { index in
            Column.concatenate(
                batches.map { $0.columns[index] }, type: schema.fields[index].type)
        }
        var timestamps: Buffer<Int64>?
        if batches.contains(where: { $0.timestamps != nil }) {
            timestamps = join(batches, count, otherwise: EventTime.minTimestamp) { $0.timestamps }
        }
        var windows: WindowColumn?
        if batches.contains(where: { $0.windows != nil }) {
            windows = WindowColumn(
                starts: join(batches, count, otherwise: EventTime.minTimestamp) { $0.windows?.starts },
                ends: join(batches, count, otherwise: EventTime.globalWindowEnd) { $0.windows?.ends })
        }
        return Batch(schema: schema, columns: columns, count: count, timestamps: timestamps, windows: windows)
    }

    private static func gather(_ source: Buffer<Int64>, _ indices: UnsafeBufferPointer<Int32>) -> Buffer<Int64> {
        let result = Buffer<Int64>(uninitializedCount: indices.count)
        let (out, from) = (result.pointer, source.pointer)
        for position in 0..<indices.count { out[position] = from[Int(indices[position])] }
        return result
    }

    private static func join(
        _ batches: [Batch], _ count: Int, otherwise: Int64, _ part: (Batch) -> Buffer<Int64>?
    ) -> Buffer<Int64> {
        let result = Buffer<Int64>(capacity: count)
        for batch in batches {
            if let source = part(batch) {
                result.append(source.pointer, count: batch.count)
            } else {
                for _ in 0..<batch.count { result.append(otherwise) }
            }
        }
        return result
    }
}

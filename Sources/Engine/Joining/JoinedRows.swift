import DataModel
import Planning

/// Rows of a join in the making: for each input so far which of its rows takes part, -1 for none.
struct JoinedRows {
    struct Source {
        let batch: Batch
        /// `nil` where no row of the input takes part.
        let rows: Buffer<Int32>?
    }

    let count: Int
    let sources: [Source]
    /// The window of each row, where windows count.
    let windows: WindowColumn?

    init(count: Int, sources: [Source], windows: WindowColumn?) {
        self.count = count
        self.sources = sources
        self.windows = windows
    }

    /// All rows of one batch.
    init(_ batch: Batch) {
        let rows = Buffer<Int32>(uninitializedCount: batch.count)
        for row in 0..<batch.count { rows.pointer[row] = Int32(truncatingIfNeeded: row) }
        self.init(count: batch.count, sources: [Source(batch: batch, rows: rows)], windows: batch.windows)
    }

    /// One input's field for all rows, null where the input has no row.
    func column(_ reference: JoinOperation.FieldReference) -> Column {
        let source = sources[reference.input]
        let type = source.batch.schema.fields[reference.field].type
        guard let rows = source.rows, source.batch.count > 0 else {
            return .nulls(type: type.nullable, count: count)
        }
        return source.batch.columns[reference.field].gatherNullable(rows)
    }

    /// The same rows picked and repeated, with one more input.
    func extended(by picks: Buffer<Int32>, with source: Source) -> JoinedRows {
        let picked = sources.map { Source(batch: $0.batch, rows: $0.rows.map { $0.picked(picks) }) }
        let windows = windows.map { WindowColumn(starts: $0.starts.picked(picks), ends: $0.ends.picked(picks)) }
        return JoinedRows(count: picks.count, sources: picked + [source], windows: windows)
    }
}

extension Buffer {
    /// The elements at the given places.
    func picked(_ picks: Buffer<Int32>) -> Buffer<Element> {
        let result = Buffer<Element>(uninitializedCount: picks.count)
        for index in 0..<picks.count { result.pointer[index] = pointer[Int(picks.pointer[index])] }
        return result
    }
}

extension Column {
    /// The values at the given rows, null where a row is negative.
    func gatherNullable(_ rows: Buffer<Int32>) -> Column {
        if case .absent = data { return .absent(type: type, count: rows.count) }
        var hasMissing = false
        for index in 0..<rows.count where rows.pointer[index] < 0 { hasMissing = true }
        guard hasMissing else { return gather(rows) }
        let clamped = Buffer<Int32>(uninitializedCount: rows.count)
        for index in 0..<rows.count { clamped.pointer[index] = max(0, rows.pointer[index]) }
        let gathered = gather(clamped)
        let present = Buffer<UInt8>(uninitializedCount: rows.count)
        for index in 0..<rows.count {
            present.pointer[index] = rows.pointer[index] < 0 || gathered.isNull(index) ? 0 : 1
        }
        if case .values(let values) = gathered.data {
            let nulled = values.values.enumerated().map { present[$0.offset] == 0 ? Value.null : $0.element }
            return Column(type: type.nullable, count: rows.count, validity: present, data: .values(ValueBuffer(nulled)))
        }
        return Column(type: type.nullable, count: rows.count, validity: present, data: gathered.data)
    }
}

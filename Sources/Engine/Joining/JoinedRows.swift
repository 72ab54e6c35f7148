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
        self.init(
            count: batch.count, sources: [Source(batch: batch, rows: Selection.all(batch.count))],
            windows: batch.windows)
    }

    /// One input's field for all rows, null where the input has no row.
    func column(_ reference: JoinOperation.FieldReference) -> Column {
        let source = sources[reference.input]
        let type = source.batch.schema.fields[reference.field].type
        guard let rows = source.rows, source.batch.count > 0 else {
            return .nulls(type: type.nullable, count: count)
        }
        return source.batch.columns[reference.field].gather(rows)
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

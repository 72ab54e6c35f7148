import DataModel

/// Batches that wait: in memory up to a budget, the rest on disk, given back in order.
final class BatchStore: @unchecked Sendable {  // filled by one thread at a time, then read only
    private let schema: Schema
    private let hasWindows: Bool
    private let budget: Int
    private let directory: String
    private var held: [Batch] = []
    private var heldBytes = 0
    private var overflow: RowFile?

    init(schema: Schema, hasWindows: Bool, budget: Int, directory: String) {
        self.schema = schema
        self.hasWindows = hasWindows
        self.budget = budget
        self.directory = directory
    }

    func append(_ batch: Batch) throws {
        if overflow == nil {
            held.append(batch)
            heldBytes += batch.byteCount
            if heldBytes > budget { overflow = try RowFile(directory: directory) }
        } else {
            try overflow?.append(StoredRows.columns(batch.columns, windows: batch.windows))
        }
    }

    /// The batches as morsels, those on disk read when their turn comes.
    func morsels() throws -> [any Morsel] {
        let blocks = try overflow?.finish() ?? 0
        let types = schema.fields.map(\.type) + (hasWindows ? StoredRows.windowTypes : [])
        return held.map { BatchMorsel(batches: [$0]) }
            + (0..<blocks).map { index in
                ComputedMorsel { [self] emit in
                    guard let (columns, count) = try overflow?.block(index, types: types) else { return }
                    try emit(
                        Batch(
                            schema: schema, columns: Array(columns.prefix(schema.count)), count: count,
                            windows: hasWindows ? StoredRows.windows(of: columns) : nil))
                }
            }
    }
}

/// Rows with their windows as columns only, as they stand on disk.
enum StoredRows {
    static let windowTypes: [FieldType] = [.int64, .int64]

    static func columns(_ columns: [Column], windows: WindowColumn?) -> [Column] {
        guard let windows else { return columns }
        return columns
            + [windows.starts, windows.ends].map { Column(type: .int64, count: $0.count, data: .int64($0)) }
    }

    /// The windows in the last two columns.
    static func windows(of columns: [Column]) -> WindowColumn? {
        guard columns.count >= 2, case .int64(let starts) = columns[columns.count - 2].data,
            case .int64(let ends) = columns[columns.count - 1].data
        else { return nil }
        return WindowColumn(starts: starts, ends: ends)
    }
}

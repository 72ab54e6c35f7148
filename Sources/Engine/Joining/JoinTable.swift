import DataModel
import Planning

/// The rows of a join's build side, found by key. Read only once made, but for the matches that workers note.
final class JoinTable: @unchecked Sendable {  // each worker notes matches in its own buffer
    let batch: Batch
    private let keys: JoinKeys
    private let table: GroupTable
    /// The rows of each key end to end: key g has those from `bounds[g]` to `bounds[g + 1]` of `order`.
    private let order: Buffer<Int32>
    private let bounds: Buffer<Int32>
    /// For each worker a byte a row that it matched.
    private let matched: [Buffer<UInt8>]

    /// - Parameter matchingWorkers: how many workers note matches; 0 where nobody asks for unmatched rows.
    init(_ batch: Batch, keys: JoinKeys, matchingWorkers: Int) {
        self.batch = batch
        self.keys = keys
        table = GroupTable(form: keys.layout.form)
        let groups = Buffer<Int32>(uninitializedCount: batch.count)
        if batch.count > 0 {
            let rowKeys = keys.ofBuild(batch)
            table.find(rowKeys.keys, rows: nil, count: batch.count, into: groups.pointer)
            // Null keys match nothing: their rows belong to no key.
            if rowKeys.mayBeNull {
                for row in 0..<batch.count where rowKeys.isNull(row) { groups.pointer[row] = -1 }
            }
        }
        let bounds = Buffer<Int32>(repeating: 0, count: table.count + 1)
        for row in 0..<batch.count where groups.pointer[row] >= 0 { bounds.pointer[Int(groups.pointer[row]) + 1] += 1 }
        for group in 0..<table.count { bounds.pointer[group + 1] += bounds.pointer[group] }
        let order = Buffer<Int32>(repeating: 0, count: batch.count)
        let next = bounds.copy()
        for row in 0..<batch.count where groups.pointer[row] >= 0 {
            let group = Int(groups.pointer[row])
            order.pointer[Int(next.pointer[group])] = Int32(truncatingIfNeeded: row)
            next.pointer[group] += 1
        }
        withExtendedLifetime((groups, next)) {}
        self.bounds = bounds
        self.order = order
        matched = (0..<matchingWorkers).map { _ in Buffer(repeating: 0, count: batch.count) }
    }

    /// The given rows joined with the table's.
    func join(_ rows: JoinedRows, keepsLeft: Bool, worker: Int) -> JoinedRows {
        let rowKeys = keys.ofLeft(rows)
        let groups = Buffer<Int32>(uninitializedCount: rows.count)
        table.lookUp(rowKeys.keys, count: rows.count, into: groups.pointer)
        let picks = Buffer<Int32>(capacity: rows.count)
        let found = Buffer<Int32>(capacity: rows.count)
        let hits = worker < matched.count ? matched[worker] : nil
        for row in 0..<rows.count {
            let group = Int(groups.pointer[row])
            if group >= 0, bounds.pointer[group + 1] > bounds.pointer[group],
                !(rowKeys.mayBeNull && rowKeys.isNull(row))
            {
                for position in Int(bounds.pointer[group])..<Int(bounds.pointer[group + 1]) {
                    let match = order.pointer[position]
                    picks.append(Int32(truncatingIfNeeded: row))
                    found.append(match)
                    hits?.pointer[Int(match)] = 1
                }
            } else if keepsLeft {
                picks.append(Int32(truncatingIfNeeded: row))
                found.append(-1)
            }
        }
        withExtendedLifetime(groups) {}
        return rows.extended(by: picks, with: .init(batch: batch, rows: found))
    }

    /// The rows that nothing matched, in order, in pieces.
    func unmatchedRows() -> [Buffer<Int32>] {
        var pieces: [Buffer<Int32>] = []
        for row in 0..<batch.count where !matched.contains(where: { $0[row] == 1 }) {
            if pieces.last.map({ $0.count >= 1 << 14 }) ?? true { pieces.append(Buffer()) }
            pieces.last?.append(Int32(truncatingIfNeeded: row))
        }
        return pieces
    }
}

/// The keys of one join: what stands left of it and its build side, brought to the same types.
struct JoinKeys: Sendable {
    let layout: KeyLayout
    private let left: [JoinOperation.FieldReference]
    private let right: [Int]
    private let types: [FieldType]
    private let schema: Schema

    /// - Parameter hasWindow: whether rows match only within a window.
    init(stage: JoinOperation.Stage, leftSchemas: [Schema], build: Schema, hasWindow: Bool) {
        left = stage.equalities.map(\.left)
        right = stage.equalities.map(\.right)
        types = stage.equalities.map { equality in
            leftSchemas[equality.left.input].fields[equality.left.field].type
                .union(build.fields[equality.right].type, widensIntegers: true)
        }
        schema = Schema(types.enumerated().map { Field("key\($0.offset)", $0.element) })
        layout = KeyLayout(fields: Array(types.indices), schema: schema, hasWindow: hasWindow)
    }

    struct OfRows {
        let keys: RowKeys
        fileprivate let nullable: [Column]

        var mayBeNull: Bool { !nullable.isEmpty }
        func isNull(_ row: Int) -> Bool {
            nullable.contains { column in
                if case .values(let values) = column.data { return values.values[row].isNull }
                return column.isNull(row)
            }
        }
    }

    func ofBuild(_ batch: Batch) -> OfRows {
        keys(right.map { batch.columns[$0] }, windows: batch.windows, count: batch.count)
    }

    func ofLeft(_ rows: JoinedRows) -> OfRows {
        keys(left.map { rows.column($0) }, windows: rows.windows, count: rows.count)
    }

    private func keys(_ columns: [Column], windows: WindowColumn?, count: Int) -> OfRows {
        let cast = zip(columns, types).map { $0.cast(to: $1) }
        let batch = Batch(schema: schema, columns: cast, count: count, windows: windows)
        return OfRows(keys: layout.keys(of: batch), nullable: cast.filter { $0.validity != nil || $0.type.isAny })
    }
}

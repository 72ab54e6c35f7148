import DataModel
import Planning

/// One input of a join in memory, found by its key.
final class BuildSide: @unchecked Sendable {  // filled in order by one thread at a time, then read only but for `matched`
    private let schema: Schema
    private let equalities: [(left: JoinOperation.FieldReference, right: Int)]
    private let leftSchemas: [Schema]
    private var batches: [Batch] = []
    /// All rows of the input once it is done.
    private(set) var batch: Batch
    private let keyTypes: [FieldType]
    private let layout: KeyLayout
    private var table: GroupTable
    /// The rows of each key end to end: key g has those from `bounds[g]` to `bounds[g + 1]` of `order`.
    private var order = Buffer<Int32>()
    private var bounds = Buffer<Int32>()
    /// For each worker a byte a row that it matched; merged when the probing is over.
    private var matched: [Buffer<UInt8>] = []
    private let workers: Int
    private let tracksMatches: Bool

    init(
        stage: JoinOperation.Stage, schema: Schema, leftSchemas: [Schema], tracksMatches: Bool, workers: Int
    ) {
        self.schema = schema
        self.leftSchemas = leftSchemas
        self.tracksMatches = tracksMatches
        self.workers = workers
        equalities = stage.equalities
        batch = Batch(schema: schema, columns: [], count: 0)
        // Both sides' keys are brought to one type, so that 1 finds 1.0.
        keyTypes = stage.equalities.map { equality in
            leftSchemas[equality.left.input].fields[equality.left.field].type
                .union(schema.fields[equality.right].type, widensIntegers: true)
        }
        let keySchema = Schema(keyTypes.enumerated().map { Field("key\($0.offset)", $0.element) })
        layout = KeyLayout(fields: Array(keyTypes.indices), schema: keySchema, hasWindow: false)
        table = GroupTable(form: layout.form)
    }

    func append(_ batch: Batch) { batches.append(batch) }

    /// Builds the table.
    func finish() {
        batch = Batch.concatenate(batches, schema: schema)
        batches = []
        let groups = Buffer<Int32>(uninitializedCount: batch.count)
        if batch.count > 0 {
            let keys = keys(equalities.map { batch.columns[$0.right] }, count: batch.count)
            table.find(keys.keys, rows: nil, count: batch.count, into: groups.pointer)
            // Null keys match nothing: their rows belong to no key.
            for row in 0..<batch.count where keys.isNull(row) { groups.pointer[row] = -1 }
        }
        bounds = Buffer(repeating: 0, count: table.count + 1)
        for row in 0..<batch.count where groups[row] >= 0 { bounds[Int(groups[row]) + 1] += 1 }
        for group in 0..<table.count { bounds[group + 1] += bounds[group] }
        order = Buffer(repeating: 0, count: batch.count)
        let next = bounds.copy()
        for row in 0..<batch.count where groups[row] >= 0 {
            let group = Int(groups[row])
            order[Int(next[group])] = Int32(truncatingIfNeeded: row)
            next[group] += 1
        }
        if tracksMatches { matched = (0..<workers).map { _ in Buffer(repeating: 0, count: batch.count) } }
    }

    private struct Keys {
        let keys: RowKeys
        let columns: [Column]

        func isNull(_ row: Int) -> Bool { columns.contains { $0.isNull(row) } }
    }

    private func keys(_ columns: [Column], count: Int) -> Keys {
        let cast = zip(columns, keyTypes).map { $0.cast(to: $1) }
        let batch = Batch(
            schema: Schema(keyTypes.enumerated().map { Field("key\($0.offset)", $0.element) }), columns: cast,
            count: count)
        return Keys(keys: layout.keys(of: batch), columns: cast.filter { $0.validity != nil || $0.type.isAny })
    }

    /// The given rows joined with this input's.
    func join(_ rows: JoinedRows, kind: JoinOperation.Kind, worker: Int) -> JoinedRows {
        let keys = keys(equalities.map { rows.column($0.left) }, count: rows.count)
        let groups = Buffer<Int32>(uninitializedCount: rows.count)
        table.lookUp(keys.keys, count: rows.count, into: groups.pointer)
        let keepsLeft = kind == .left || kind == .outer
        let picks = Buffer<Int32>(capacity: rows.count)
        let found = Buffer<Int32>(capacity: rows.count)
        let hits = tracksMatches ? matched[worker] : nil
        let mayHaveNulls = !keys.columns.isEmpty
        for row in 0..<rows.count {
            let group = Int(groups.pointer[row])
            if group >= 0, !(mayHaveNulls && keys.isNull(row)), bounds.pointer[group + 1] > bounds.pointer[group] {
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

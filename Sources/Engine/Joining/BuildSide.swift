import DataModel
import Planning

/// One input of a join on its way into memory, or to disk where memory does not hold it.
final class BuildSide: @unchecked Sendable {  // filled in order by one thread at a time, then read only
    let keys: JoinKeys
    let kind: JoinOperation.Kind
    private let schema: Schema
    private let leftSchemas: [Schema]
    private let hasWindow: Bool
    private let options: RunOptions
    private let budget: Int
    private var batches: [Batch] = []
    private var heldBytes = 0
    /// Set while the input comes in.
    private(set) var spill: JoinSpill?
    /// Set when the input is done, unless it spilled.
    private(set) var table: JoinTable?

    /// - Parameters:
    ///   - index: the join's stage: its build side is input `index + 1`.
    ///   - budget: bytes that the side may hold in memory.
    init(_ stage: JoinOperation.Stage, index: Int, inputs: [Schema], hasWindow: Bool, budget: Int, options: RunOptions)
    {
        schema = inputs[index + 1]
        leftSchemas = Array(inputs[0...index])
        kind = stage.kind
        keys = JoinKeys(stage: stage, leftSchemas: inputs, build: schema, hasWindow: hasWindow)
        self.hasWindow = hasWindow
        // Texts of a column stand end to end with 32-bit offsets.
        self.budget = min(budget, 1 << 30)
        self.options = options
    }

    var keepsLeft: Bool { kind == .left || kind == .outer }
    var keepsRight: Bool { kind == .right || kind == .outer }

    func append(_ batch: Batch) throws {
        if spill == nil {
            batches.append(batch)
            heldBytes += batch.byteCount
            guard heldBytes > budget else { return }
            spill = try JoinSpill(directory: options.temporaryDirectory)
            let held = batches
            batches = []
            for batch in held { try toDisk(batch) }
        } else {
            try toDisk(batch)
        }
    }

    private func toDisk(_ batch: Batch) throws {
        try spill?.appendBuild(
            StoredRows.columns(batch.columns, windows: batch.windows), keys: keys.ofBuild(batch).keys)
    }

    func finish() {
        guard spill == nil else { return }
        table = makeTable(Batch.concatenate(batches, schema: schema))
        batches = []
    }

    private func makeTable(_ batch: Batch) -> JoinTable {
        JoinTable(batch, keys: keys, matchingWorkers: keepsRight ? options.workers : 0)
    }

    // MARK: On disk

    /// Keeps rows from the left until the parts are matched.
    func keepProbe(_ rows: JoinedRows) throws {
        let columns = leftSchemas.enumerated().flatMap { input, schema in
            schema.fields.indices.map { rows.column(.init(input: input, field: $0)) }
        }
        try spill?.appendProbe(StoredRows.columns(columns, windows: rows.windows), keys: keys.ofLeft(rows).keys)
    }

    /// Matches one part: joined rows from the left, then the table for its unmatched rows.
    func matchPartition(
        _ partition: Int, worker: Int, joined: (JoinedRows) throws -> Void, unmatched: (JoinTable) throws -> Void
    ) throws {
        guard let spill else { return }
        var pieces: [Batch] = []
        try spill.readBuild(partition, types: schema.fields.map(\.type) + windowTypes) { columns, count in
            pieces.append(restored(columns, schema: schema, count: count))
        }
        let table = makeTable(Batch.concatenate(pieces, schema: schema))
        let types = leftSchemas.flatMap { $0.fields.map(\.type) } + windowTypes
        try spill.readProbe(partition, types: types) { columns, count in
            try joined(table.join(restoredLeft(columns, count: count), keepsLeft: keepsLeft, worker: worker))
        }
        if keepsRight { try unmatched(table) }
    }

    private var windowTypes: [FieldType] { hasWindow ? StoredRows.windowTypes : [] }

    private func restored(_ columns: [Column], schema: Schema, count: Int) -> Batch {
        Batch(
            schema: schema, columns: Array(columns.prefix(schema.count)), count: count, windows: windows(of: columns))
    }

    private func windows(of columns: [Column]) -> WindowColumn? {
        hasWindow ? StoredRows.windows(of: columns) : nil
    }

    private func restoredLeft(_ columns: [Column], count: Int) -> JoinedRows {
        let rows = Selection.all(count)
        var rest = columns[...]
        let sources = leftSchemas.map { schema -> JoinedRows.Source in
            defer { rest = rest.dropFirst(schema.count) }
            return .init(
                batch: Batch(schema: schema, columns: Array(rest.prefix(schema.count)), count: count), rows: rows)
        }
        return JoinedRows(count: count, sources: sources, windows: windows(of: columns))
    }
}

extension Batch {
    /// Bytes that the columns hold, roughly.
    var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
}

extension Column {
    /// Bytes held, roughly.
    var byteCount: Int {
        let own =
            switch data {
            case .boolean: count
            case .int64, .double: count * 8
            case .string(let strings): count * 4 + strings.bytes.count
            case .list(_, let elements): count * 4 + elements.column.byteCount
            case .map(_, let keys, let values): count * 4 + keys.column.byteCount + values.column.byteCount
            case .row(let children): children.reduce(0) { $0 + $1.byteCount }
            case .values: count * 80
            case .absent: 0
            }
        return own + (validity == nil ? 0 : count)
    }
}

import DataModel
import Planning

/// All groups whose keys hash into one part of the range.
final class GroupPartition: @unchecked Sendable {  // one thread at a time: its inbox, then the worker that finishes it
    let table: GroupTable
    let accumulators: [Accumulator]
    private let layout: KeyLayout
    private let groups = Buffer<Int32>()
    private let spill: SpillSettings
    /// Groups that did not fit into memory, in runs one behind the other: a key's states stand in the order of the
    /// data.
    private var spilled: RowFile?
    /// When each group first appeared, for as long as there are few.
    private(set) var firstSeen = Buffer<Int64>()
    private var isTrackingOrder = true

    /// Groups up to which a partition remembers the order of appearance.
    static let orderedGroupLimit = 4096

    init(layout: KeyLayout, accumulators: [Accumulator], spill: SpillSettings) {
        self.layout = layout
        self.accumulators = accumulators
        self.spill = spill
        table = GroupTable(form: layout.form)
    }

    /// Whether every group is in memory and its `firstSeen` known.
    var isOrdered: Bool { isTrackingOrder && spilled == nil }

    private var byteCount: Int { table.byteCount + accumulators.reduce(0) { $0 + $1.byteCount } }

    /// Merges one partition's groups of a morsel; morsels come in order.
    func merge(_ partial: PartialGroups, partition: Int, sequence: Int) throws {
        let (start, end) = (partial.bounds[partition], partial.bounds[partition + 1])
        guard end > start else { return }
        let rows = UnsafePointer(partial.order.pointer + start)
        let before = table.count
        try merge(partial.keys, partial.states, rows: rows, count: end - start)
        if isTrackingOrder {
            firstSeen.grow(to: table.count, filling: 0)
            for index in 0..<(end - start) where Int(groups[index]) >= before && firstSeen[Int(groups[index])] == 0 {
                firstSeen[Int(groups[index])] = Int64(sequence) << 32 | Int64(rows[index]) + 1
            }
            isTrackingOrder = table.count <= Self.orderedGroupLimit
        }
        if byteCount > spill.partitionBudget { try spillGroups() }
    }

    private func merge(
        _ keys: RowKeys, _ states: [[Column]], rows: UnsafePointer<Int32>, count: Int
    ) throws {
        groups.count = 0
        groups.reserve(count)
        groups.count = count
        table.find(keys, rows: rows, count: count, into: groups.pointer)
        for (accumulator, columns) in zip(accumulators, states) {
            accumulator.grow(to: table.count)
            try accumulator.merge(columns, rows: rows, groups: groups.pointer, count: count)
        }
    }

    /// Writes all groups to disk and starts afresh.
    private func spillGroups() throws {
        let file = try spilled ?? RowFile(directory: spill.directory)
        spilled = file
        try file.append(table.allKeys().storedColumns + accumulators.flatMap { $0.states() })
        _ = try file.finish()
        table.removeAll()
        for accumulator in accumulators { accumulator.removeAll() }
        isTrackingOrder = false
    }

    /// Gives the partition's groups as batches of the result, in order of first appearance unless it spilled.
    func finish(_ emit: (Batch) throws -> Void, result: GroupedResult) throws {
        guard spilled != nil else {
            if table.count > 0 { try emit(try result.batch(keys: table.allKeys(), accumulators: accumulators)) }
            return
        }
        try spillGroups()
        for part in try parts() {
            table.removeAll()
            for accumulator in accumulators { accumulator.removeAll() }
            try part.read(types: storedTypes) { columns, count in
                let rows = Selection.all(count)
                let (keys, states) = stored(columns, count: count)
                try merge(keys, states, rows: rows.pointer, count: count)
                withExtendedLifetime(rows) {}
            }
            // The table goes on to the next part: these keys must be the batch's own.
            if table.count > 0 { try emit(try result.batch(keys: table.takeKeys(), accumulators: accumulators)) }
        }
    }

    /// What was spilled, cut further by hash, so that the groups of each part fit into memory. A key's states keep the
    /// order of the data.
    private func parts() throws -> [RowFile] {
        guard let spilled else { return [] }
        var bits = 0
        while spilled.byteCount >> bits > spill.partitionBudget / 2, bits < 6 { bits += 1 }
        let parts = try (0..<(1 << bits)).map { _ in try RowFile(directory: spill.directory) }
        try spilled.read(types: storedTypes) { columns, count in
            let (keys, _) = stored(columns, count: count)
            var rows: [[Int32]] = Array(repeating: [], count: parts.count)
            for row in 0..<count {
                rows[Int(keys.hashes[row] >> 40) & (parts.count - 1)].append(Int32(truncatingIfNeeded: row))
            }
            for (part, selected) in zip(parts, rows) where !selected.isEmpty {
                try selected.withUnsafeBufferPointer { try part.append(columns, rows: $0) }
            }
        }
        self.spilled = nil
        return parts
    }

    private var storedTypes: [FieldType] { layout.storedTypes + accumulators.flatMap(\.stateTypes) }

    private func stored(_ columns: [Column], count: Int) -> (keys: RowKeys, states: [[Column]]) {
        var rest = columns.dropFirst(layout.storedTypes.count)
        let states = accumulators.map { accumulator -> [Column] in
            defer { rest = rest.dropFirst(accumulator.stateTypes.count) }
            return Array(rest.prefix(accumulator.stateTypes.count))
        }
        return (RowKeys(storedColumns: columns, count: count), states)
    }
}

/// Where and when grouped state goes to disk.
struct SpillSettings: Sendable {
    let directory: String
    /// Bytes that one partition may hold in memory.
    let partitionBudget: Int
}

/// What an aggregation gives: the keys' fields, then a field an aggregation, with the window's event time.
struct GroupedResult: Sendable {
    let schema: Schema
    let layout: KeyLayout

    func batch(keys: RowKeys, accumulators: [Accumulator]) throws -> Batch {
        let (keyColumns, windows) = layout.columns(of: keys)
        return try batch(
            keyColumns: keyColumns, windows: windows, results: accumulators.map { try $0.results() }, count: keys.count)
    }

    func batch(keyColumns: [Column], windows: WindowColumn?, results: [Column], count: Int) throws -> Batch {
        let timestamps = Buffer<Int64>(repeating: EventTime.globalWindowEnd, count: count)
        if let windows {
            for row in 0..<count { timestamps.pointer[row] = windows.ends.pointer[row] - Windows.granularity }
        }
        let columns = zip(keyColumns + results, schema.fields).map { $0.cast(to: $1.type) }
        return Batch(schema: schema, columns: columns, count: count, timestamps: timestamps, windows: windows)
    }
}

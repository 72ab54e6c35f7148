import DataModel
import Diagnostics
import Expressions
import Planning
import Synchronization

/// Groups rows by keys and sessions: windows that grow and merge for as long as rows of a key come close together.
/// Unchecked `Sendable` as `Operator` is: a partition has one user at a time.
final class SessionAggregateOperator: SinkOperator, GroupSource, @unchecked Sendable {
    private let operation: AggregateOperation
    private let layout: KeyLayout
    private let result: GroupedResult
    private let templates: [Accumulator]
    private let partitions: [SessionPartition]
    private var inboxes: [OrderedConsumer<[PartialGroups]>] = []
    private let gap: Int64

    init(step: Step, metrics: StepMetrics, operation: AggregateOperation, input: Schema, options: RunOptions) {
        self.operation = operation
        let output = step.outputs.first?.schema ?? .empty
        gap = if case .sessions(let gap) = operation.windowing { gap } else { 0 }
        layout = KeyLayout(fields: operation.keys, schema: input, hasWindow: false)
        result = GroupedResult(schema: output, layout: layout)
        templates = Accumulators.make(operation, output: output)
        partitions = (0..<(1 << AggregateOperator.partitionBits)).map { [layout, gap] _ in
            SessionPartition(layout: layout, accumulators: Accumulators.make(operation, output: output), gap: gap)
        }
        super.init(step: step, metrics: metrics)
        inboxes = partitions.enumerated().map { index, partition in
            OrderedConsumer { partials in
                for partial in partials {
                    try AggregationError.explained(in: step) { try partition.add(partial, partition: index) }
                }
            }
        }
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let states = try zip(operation.calls, templates).map { call, template -> [Column] in
            let result = call.value.evaluate(batch)
            try reject(result.failures, of: batch, at: call.range, in: context)
            return try AggregationError.explained(in: step) { try template.states(ofRows: result.column) }
        }
        let keys = layout.keys(of: batch)
        let timestamps = Buffer<Int64>(capacity: batch.count)
        for row in 0..<batch.count { timestamps.append(batch.timestamp(row)) }
        keep(
            PartialGroups(
                keys: keys, states: states, partitionBits: AggregateOperator.partitionBits, timestamps: timestamps),
            in: context)
    }

    override func begin(at sequence: Int) {
        for inbox in inboxes { inbox.begin(at: sequence) }
    }

    override func finishMorsel(_ context: WorkerContext) throws {
        let partials = takePieces(PartialGroups.self, from: context)
        for inbox in inboxes { try inbox.deposit(partials, sequence: context.sequence) }
    }

    func morsels() -> [any Morsel] {
        partitions.map { partition in
            ComputedMorsel { [self] emit in
                try AggregationError.explained(in: step) { try partition.finish(emit, result: result, layout: layout) }
            }
        }
    }
}

/// The sessions of the keys of one part of the hashes.
private final class SessionPartition: @unchecked Sendable {  // one thread at a time, as GroupPartition
    private struct Session {
        var start: Int64
        var end: Int64
        /// Its state's number in the accumulators.
        var slot: Int
    }

    private let table: GroupTable
    private let accumulators: [Accumulator]
    private let gap: Int64
    /// For each key its sessions in order of time.
    private var sessions: [[Session]] = []
    private var slotCount = 0

    init(layout: KeyLayout, accumulators: [Accumulator], gap: Int64) {
        table = GroupTable(form: layout.form)
        self.accumulators = accumulators
        self.gap = gap
    }

    func add(_ partial: PartialGroups, partition: Int) throws {
        guard let timestamps = partial.timestamps else { return }
        let (start, end) = (partial.bounds[partition], partial.bounds[partition + 1])
        guard end > start else { return }
        let rows = UnsafePointer(partial.order.pointer + start)
        let groups = Buffer<Int32>(uninitializedCount: end - start)
        table.find(partial.keys, rows: rows, count: end - start, into: groups.pointer)
        while sessions.count < table.count { sessions.append([]) }
        let slots = Buffer<Int32>(capacity: end - start)
        for index in 0..<(end - start) {
            let time = timestamps[Int(rows[index])]
            slots.append(
                Int32(truncatingIfNeeded: try slot(of: time, key: Int(groups[index]), pending: slots, partial, rows)))
        }
        try merge(partial, rows: rows, slots: slots, from: merged)
        merged = 0
        withExtendedLifetime(partial) {}
    }

    /// Rows of the current piece that have been merged already.
    private var merged = 0

    private func merge(_ partial: PartialGroups, rows: UnsafePointer<Int32>, slots: Buffer<Int32>, from first: Int)
        throws
    {
        guard slots.count > first else { return }
        for (accumulator, columns) in zip(accumulators, partial.states) {
            accumulator.grow(to: slotCount)
            try accumulator.merge(
                columns, rows: rows + first, groups: slots.pointer + first, count: slots.count - first)
        }
        merged = slots.count
    }

    /// The session that a row falls into; sessions that it bridges become one.
    private func slot(
        of time: Int64, key: Int, pending: Buffer<Int32>, _ partial: PartialGroups, _ rows: UnsafePointer<Int32>
    ) throws -> Int {
        var session = Session(start: time, end: time &+ gap, slot: -1)
        let list = sessions[key]
        // The first session that ends after the row's time, by bisection.
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle].end > session.start { high = middle } else { low = middle + 1 }
        }
        var last = low
        while last < list.count, list[last].start < session.end { last += 1 }
        if low == last {
            session.slot = slotCount
            slotCount += 1
        } else {
            session.start = min(session.start, list[low].start)
            session.end = max(session.end, list[last - 1].end)
            session.slot = list[low].slot
            if last - low > 1 {
                // States that wait to be merged must be there before sessions are.
                try merge(partial, rows: rows, slots: pending, from: merged)
                for other in list[(low + 1)..<last] {
                    for accumulator in accumulators {
                        accumulator.grow(to: slotCount)
                        try accumulator.mergeGroup(other.slot, into: session.slot)
                    }
                }
            }
        }
        sessions[key].replaceSubrange(low..<last, with: [session])
        return session.slot
    }

    func finish(_ emit: (Batch) throws -> Void, result: GroupedResult, layout: KeyLayout) throws {
        guard table.count > 0 else { return }
        for accumulator in accumulators { accumulator.grow(to: slotCount) }
        let picks = Buffer<Int32>()
        let slots = Buffer<Int32>()
        let windows = WindowColumn(starts: Buffer(), ends: Buffer())
        for (key, list) in sessions.enumerated() {
            for session in list {
                picks.append(Int32(truncatingIfNeeded: key))
                slots.append(Int32(truncatingIfNeeded: session.slot))
                windows.starts.append(session.start)
                windows.ends.append(session.end)
            }
        }
        let keyColumns = layout.columns(of: table.allKeys()).columns.map { $0.gather(picks) }
        let results = try accumulators.map { try $0.results().gather(slots) }
        try emit(
            try result.batch(keyColumns: keyColumns, windows: windows, results: results, count: picks.count))
    }
}

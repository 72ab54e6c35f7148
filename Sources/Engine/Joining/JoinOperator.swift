import DataModel
import Diagnostics
import Planning

/// Joins its first input, as it streams by, with the others, which are kept in hash tables or, where those are too
/// large, cut by key on disk.
final class JoinOperator: SinkOperator, @unchecked Sendable {  // as Operator; tables do not change once built
    private let operation: JoinOperation
    private let inputSchemas: [Schema]
    private let inputWindowings: [Windowing]
    private let neededOutputs: Set<Int>
    private let hasWindow: Bool
    private let sides: [BuildSide]
    private var inbox: OrderedConsumer<[Kept]>?
    private let keptProbe: BatchStore
    /// Set while stages are laid out, before workers start: the first input has to wait for the others.
    var keepsProbe = false

    private enum Kept: Sendable {
        case input(Batch, Int)
        /// Rows from the left for a build side that is on disk.
        case probe(JoinedRowsBox, side: Int)
    }

    private struct JoinedRowsBox: @unchecked Sendable {  // its buffers are no longer written to
        let rows: JoinedRows
    }

    init(
        step: Step, metrics: StepMetrics, operation: JoinOperation, inputs: [Schema], windowings: [Windowing],
        neededOutputs: Set<Int>, options: RunOptions
    ) {
        self.operation = operation
        inputSchemas = inputs
        inputWindowings = windowings
        self.neededOutputs = neededOutputs
        let hasWindow = windowings.contains { $0 != .global }
        self.hasWindow = hasWindow
        let budget = options.memoryBudget / max(1, operation.stages.count)
        sides = operation.stages.enumerated().map { index, stage in
            BuildSide(stage, index: index, inputs: inputs, hasWindow: hasWindow, budget: budget, options: options)
        }
        keptProbe = BatchStore(
            schema: inputs[0], hasWindows: hasWindow, budget: budget, directory: options.temporaryDirectory)
        super.init(step: step, metrics: metrics)
        inbox = OrderedConsumer { [unowned self] kept in
            for item in kept {
                switch item {
                case .input(let batch, 0): try keptProbe.append(batch)
                case .input(let batch, let input): try sides[input - 1].append(batch)
                case .probe(let box, let side): try sides[side].keepProbe(box.rows)
                }
            }
        }
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let batch = hasWindow ? Windows.assigned(batch, windowing: inputWindowings[input]) : batch
        if input > 0 || keepsProbe {
            keep(Kept.input(batch, input), in: context)
        } else {
            try probe(batch, in: context)
        }
    }

    override func begin(at sequence: Int) { inbox?.begin(at: sequence) }

    override func finishMorsel(_ context: WorkerContext) throws {
        try inbox?.deposit(takePieces(Kept.self, from: context), sequence: context.sequence)
    }

    override func finishInput() throws {
        for side in sides { side.finish() }
    }

    /// The kept first input, to be probed once the tables are there.
    func probeMorsels() throws -> [any Morsel] { try keptProbe.morsels() }

    /// Joins rows of the first input with all others.
    func probe(_ batch: Batch, in context: WorkerContext) throws {
        try advance(JoinedRows(batch), from: 0, in: context)
    }

    private func advance(_ rows: JoinedRows, from first: Int, in context: WorkerContext) throws {
        var rows = rows
        for index in first..<max(first, sides.count) where rows.count > 0 {
            guard let table = sides[index].table else {
                return keep(Kept.probe(JoinedRowsBox(rows: rows), side: index), in: context)
            }
            rows = table.join(rows, keepsLeft: sides[index].keepsLeft, worker: context.worker)
        }
        if rows.count > 0 { try emit(output(of: rows), in: context) }
    }

    // MARK: What comes after the first input

    /// Work that is left for one build side when the rows from its left are done.
    enum Remainder: Sendable {
        /// A part of a side that is on disk.
        case partition(Int)
        /// Rows of a side in memory that nothing matched.
        case unmatched(Buffer<Int32>)
    }

    func remainders(side: Int) -> [Remainder] {
        let build = sides[side]
        if let spill = build.spill { return (0..<spill.partitionCount).map { .partition($0) } }
        guard build.keepsRight, let table = build.table else { return [] }
        return table.unmatchedRows().map { .unmatched($0) }
    }

    func emit(_ remainder: Remainder, side: Int, in context: WorkerContext) throws {
        switch remainder {
        case .unmatched(let rows):
            if let table = sides[side].table { try emitUnmatched(rows, of: table, side: side, in: context) }
        case .partition(let partition):
            try sides[side].matchPartition(
                partition, worker: context.worker,
                joined: { try advance($0, from: side + 1, in: context) },
                unmatched: { table in
                    for rows in table.unmatchedRows() { try emitUnmatched(rows, of: table, side: side, in: context) }
                })
        }
    }

    private func emitUnmatched(
        _ rows: Buffer<Int32>, of table: JoinTable, side: Int, in context: WorkerContext
    ) throws {
        var sources: [JoinedRows.Source] = (0...side).map {
            .init(batch: Batch(schema: inputSchemas[$0], columns: [], count: 0), rows: nil)
        }
        sources.append(.init(batch: table.batch, rows: rows))
        let windows = table.batch.windows.map {
            WindowColumn(starts: $0.starts.picked(rows), ends: $0.ends.picked(rows))
        }
        try advance(JoinedRows(count: rows.count, sources: sources, windows: windows), from: side + 1, in: context)
    }

    private func output(of joined: JoinedRows) -> Batch {
        let schema = schema()
        let columns = operation.outputs.enumerated().map { position, reference -> Column in
            let type = schema.fields[position].type
            guard neededOutputs.contains(position) else { return .absent(type: type, count: joined.count) }
            return joined.column(reference).cast(to: type)
        }
        // As after any grouping, rows stand at the end of their window.
        let timestamps = joined.windows.map { windows in
            Buffer(windows.ends.toArray().map { $0 - Windows.granularity })
        }
        return Batch(
            schema: schema, columns: columns, count: joined.count, timestamps: timestamps, windows: joined.windows)
    }
}

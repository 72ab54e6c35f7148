import DataModel
import Diagnostics
import Planning
import Synchronization

/// Joins its first input, as it streams by, with the others, which are kept in hash tables.
final class JoinOperator: SinkOperator, @unchecked Sendable {  // as Operator; tables do not change once built
    private let operation: JoinOperation
    private let inputSchemas: [Schema]
    private let neededOutputs: Set<Int>
    private var sides: [BuildSide] = []
    private var inbox: OrderedConsumer<[KeptBatch]>?
    private let keptProbe = Mutex<[Batch]>([])
    /// Set while stages are laid out, before workers start.
    var keepsProbe = false

    private struct KeptBatch: Sendable {
        let batch: Batch
        let input: Int
    }

    init(
        step: Step, metrics: StepMetrics, operation: JoinOperation, inputs: [Schema], neededOutputs: Set<Int>,
        workers: Int
    ) {
        self.operation = operation
        inputSchemas = inputs
        self.neededOutputs = neededOutputs
        super.init(step: step, metrics: metrics)
        sides = operation.stages.enumerated().map { index, stage in
            BuildSide(
                stage: stage, schema: inputs[index + 1], leftSchemas: inputs, tracksMatches: stage.kind == .right || stage.kind == .outer,
                workers: workers)
        }
        inbox = OrderedConsumer { [unowned self] kept in
            for item in kept {
                if item.input == 0 {
                    keptProbe.withLock { $0.append(item.batch) }
                } else {
                    sides[item.input - 1].append(item.batch)
                }
            }
        }
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        if input > 0 || keepsProbe {
            keep(KeptBatch(batch: batch, input: input), in: context)
        } else {
            try probe(batch, in: context)
        }
    }

    override func begin(at sequence: Int) { inbox?.begin(at: sequence) }

    override func finishMorsel(_ context: WorkerContext) throws {
        try inbox?.deposit(takePieces(KeptBatch.self, from: context), sequence: context.sequence)
    }

    override func finishInput() throws {
        for side in sides { side.finish() }
    }

    /// The kept first input, to be probed once the tables are there.
    func probeMorsels() -> [any Morsel] {
        keptProbe.withLock { $0 }.map { BatchMorsel(batches: [$0]) }
    }

    /// Joins rows of the first input with all others.
    func probe(_ batch: Batch, in context: WorkerContext) throws {
        let rows = Buffer((0..<batch.count).map { Int32(truncatingIfNeeded: $0) })
        var joined = JoinedRows(count: batch.count, sources: [.init(batch: batch, rows: rows)])
        for (index, side) in sides.enumerated() where joined.count > 0 {
            joined = side.join(joined, kind: operation.stages[index].kind, worker: context.worker)
        }
        try emit(output(of: joined), in: context)
    }

    /// Rows of one build side that nothing matched, in pieces, joined with the inputs that come after.
    func unmatchedMorsels(stage: Int) -> [any Morsel] {
        sides[stage].unmatchedRows().map { UnmatchedMorsel(rows: $0) }
    }

    func emitUnmatched(_ rows: Buffer<Int32>, stage: Int, in context: WorkerContext) throws {
        var sources: [JoinedRows.Source] = (0...stage).map {
            .init(batch: Batch(schema: inputSchemas[$0], columns: [], count: 0), rows: nil)
        }
        sources.append(.init(batch: sides[stage].batch, rows: rows))
        var joined = JoinedRows(count: rows.count, sources: sources)
        for index in (stage + 1)..<max(stage + 1, sides.count) where joined.count > 0 {
            joined = sides[index].join(joined, kind: operation.stages[index].kind, worker: context.worker)
        }
        try emit(output(of: joined), in: context)
    }

    private func output(of joined: JoinedRows) -> Batch {
        let schema = schema()
        let columns = operation.outputs.enumerated().map { position, reference -> Column in
            let type = schema.fields[position].type
            guard neededOutputs.contains(position) else { return .absent(type: type, count: joined.count) }
            return joined.column(reference).cast(to: type)
        }
        let timestamps = joined.sources.first.flatMap { source -> Buffer<Int64>? in
            guard let rows = source.rows, let times = source.batch.timestamps else { return nil }
            return Buffer(rows.elements.map { $0 < 0 ? EventTime.minTimestamp : times[Int($0)] })
        }
        return Batch(schema: schema, columns: columns, count: joined.count, timestamps: timestamps)
    }
}

/// Rows of a build side by number.
struct UnmatchedMorsel: Morsel {
    let rows: Buffer<Int32>

    var byteCount: Int { 0 }
    /// The rows stand for themselves; the stage hands them to the join by number.
    func parse() throws -> Batch {
        let column = Column(
            type: .int64, count: rows.count, data: .int64(Buffer(rows.elements.map { Int64($0) })))
        return Batch(schema: Schema([Field("row", .int64)]), columns: [column], count: rows.count)
    }
}

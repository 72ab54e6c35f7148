import DataModel
import Diagnostics
import Expressions
import Planning
import Synchronization

/// Groups rows by keys and windows and folds their values; a source for the steps behind it once its input is done.
///
/// Workers fold each morsel by itself, then hand its groups to the partitions, each of which takes morsels in order.
/// Unchecked `Sendable` as `Operator` is: partitions have one user at a time.
final class AggregateOperator: SinkOperator, GroupSource, @unchecked Sendable {
    static let partitionBits = 5

    private let operation: AggregateOperation
    private let layout: KeyLayout
    private let result: GroupedResult
    private let partitions: [GroupPartition]
    private var inboxes: [OrderedConsumer<Delivery>] = []
    private let aggregators: [MorselAggregator]

    private struct Delivery: Sendable {
        let partials: [PartialGroups]
        let sequence: Int
    }

    init(step: Step, metrics: StepMetrics, operation: AggregateOperation, input: Schema, options: RunOptions) {
        self.operation = operation
        let output = step.outputs.first?.schema ?? .empty
        layout = KeyLayout(fields: operation.keys, schema: input, hasWindow: operation.windowing != .global)
        result = GroupedResult(schema: output, layout: layout)
        let partitionCount = 1 << Self.partitionBits
        let spill = SpillSettings(
            directory: options.temporaryDirectory,
            partitionBudget: min(max(1 << 13, options.memoryBudget / partitionCount), 1 << 30))
        partitions = (0..<partitionCount).map { [layout] _ in
            GroupPartition(layout: layout, accumulators: Accumulators.make(operation, output: output), spill: spill)
        }
        aggregators = (0..<options.workers).map { [layout] _ in
            MorselAggregator(layout: layout, accumulators: Accumulators.make(operation, output: output))
        }
        super.init(step: step, metrics: metrics)
        inboxes = partitions.enumerated().map { index, partition in
            OrderedConsumer { delivery in
                for partial in delivery.partials {
                    try AggregationError.explained(in: step) {
                        try partition.merge(partial, partition: index, sequence: delivery.sequence)
                    }
                }
            }
        }
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        var batch = batch
        if operation.windowing != .global { batch = Windows.assigned(batch, windowing: operation.windowing) }
        let values = try operation.calls.map { call -> Column in
            let result = call.value.evaluate(batch)
            try reject(result.failures, of: batch, at: call.range, in: context)
            return result.column
        }
        let keys = layout.keys(of: batch)
        let partial = try AggregationError.explained(in: step) {
            try aggregators[context.worker].aggregate(keys: keys, values: values, partitionBits: Self.partitionBits)
        }
        keep(partial, in: context)
    }

    override func begin(at sequence: Int) {
        for inbox in inboxes { inbox.begin(at: sequence) }
    }

    override func finishMorsel(_ context: WorkerContext) throws {
        let delivery = Delivery(
            partials: takePieces(PartialGroups.self, from: context), sequence: context.sequence)
        // Workers start at different partitions, so that they seldom want the same one.
        for index in inboxes.indices {
            let partition = (index + context.worker * 7) % inboxes.count
            try inboxes[partition].deposit(delivery, sequence: context.sequence)
        }
    }

    /// The groups, in order of first appearance where there are few, else partition by partition.
    func morsels() throws -> [any Morsel] {
        if partitions.allSatisfy(\.isOrdered) {
            return try AggregationError.explained(in: step) { [BatchMorsel(batches: [try orderedBatch()])] }
        }
        return partitions.map { partition in
            ComputedMorsel { [self] emit in
                try AggregationError.explained(in: step) { try partition.finish(emit, result: result) }
            }
        }
    }

    private func orderedBatch() throws -> Batch {
        var batches: [Batch] = []
        var seen: [Int64] = []
        for partition in partitions where partition.table.count > 0 {
            batches.append(try result.batch(keys: partition.table.allKeys(), accumulators: partition.accumulators))
            seen += partition.firstSeen.elements.prefix(partition.table.count)
        }
        let order = seen.indices.sorted { seen[$0] < seen[$1] }
        guard !batches.isEmpty else { return Batch(schema: result.schema, columns: [], count: 0) }
        return Batch.concatenate(batches, schema: result.schema)
            .gather(Buffer(order.map { Int32(truncatingIfNeeded: $0) }))
    }
}

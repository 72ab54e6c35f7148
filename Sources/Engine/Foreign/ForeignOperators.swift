import DataModel
import Diagnostics
import Expressions
import Planning
import Workers

/// A step that workers run batch by batch.
final class ForeignOperator: Operator, @unchecked Sendable {  // as Operator
    private let task: any OpenTask

    init(step: Step, metrics: StepMetrics, task: any OpenTask) {
        self.task = task
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let result = try task.process(batch, input: input)
        let failures = result.failures.map(\.rowFailure).sorted { $0.row < $1.row }
        try reject(failures, of: batch, at: step.expressionRange, in: context)
        for (index, output) in task.description.outputs.enumerated() {
            guard index < result.batches.count, var rows = result.batches[index] else { continue }
            if output.extendsInput {
                rows = batch.with(schema: schema(ofOutput: index), columns: batch.columns + rows.columns)
            }
            if result.isOneToOne[index] { rows = withoutFailures(failures, in: rows) }
            try emit(rows.cast(to: schema(ofOutput: index)), output: index, in: context)
        }
    }
}

/// A source that workers read.
final class ForeignSourceOperator: Operator, @unchecked Sendable {  // as Operator
    let task: any OpenTask

    init(step: Step, metrics: StepMetrics, task: any OpenTask) {
        self.task = task
        super.init(step: step, metrics: metrics)
    }
}

/// A sink that a worker writes: all rows go through one process, in order.
final class TaskRecordWriter: RecordWriter {
    private let task: any OpenTask
    private let sink: any TaskSink

    init(task: any OpenTask) throws {
        self.task = task
        sink = try task.openSink()
    }

    private struct Piece: EncodedPiece {
        let bytes: [UInt8]
        var byteCount: Int { bytes.count }
    }

    func encode(_ batch: Batch) throws -> any EncodedPiece { Piece(bytes: try sink.encode(batch)) }

    func write(_ piece: any EncodedPiece) throws(Diagnostic) {
        guard let piece = piece as? Piece else { return }
        try Self.diagnosed { try sink.write(piece.bytes) }
    }

    func prepare() throws(Diagnostic) -> Int64 { try Self.diagnosed { try sink.prepare() } }
    func commit() throws(Diagnostic) -> [String] { try Self.diagnosed { try sink.commit() } }
    func abandon() { sink.abort() }

    private static func diagnosed<Result>(_ body: () throws -> Result) throws(Diagnostic) -> Result {
        do {
            return try body()
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw Diagnostic(.workerFailed, "\(error)", at: nil)
        }
    }
}

/// A source whose partitions workers read.
final class TaskRecordReader: RecordReader {
    private let morsels: MorselList
    let totalBytes: Int64?

    /// - Parameter comparisons: what all rows that matter fulfil; the source may leave out others.
    init(
        task: any OpenTask, schema: Schema, neededFields: Set<Int>, comparisons: [FieldComparison]
    ) throws {
        let columns = schema.fields.indices.filter { neededFields.contains($0) }.map { schema.fields[$0].name }
        try task.prune(columns: columns.count == schema.count ? nil : columns, comparisons: comparisons)
        let partitions = try task.partitions()
        let known = partitions.compactMap(\.byteCount)
        totalBytes = known.count == partitions.count ? known.reduce(0) { $0 + Int64($1) } : nil
        morsels = MorselList(partitions.map { PartitionMorsel(task: task, partition: $0, schema: schema) })
    }

    func next() -> (any Morsel)? { morsels.next() }

    private struct PartitionMorsel: Morsel {
        let task: any OpenTask
        let partition: TaskPartition
        let schema: Schema

        var byteCount: Int { partition.byteCount ?? 0 }
        func parse() throws -> Batch { try concatenated() }

        /// Columns that nobody asked for are absent.
        func parse(_ emit: (Batch) throws -> Void) throws {
            try task.read(partition) { batch in
                let columns = schema.fields.map { field in
                    batch.column(field.name)?.cast(to: field.type)
                        ?? Column(type: field.type, count: batch.count, data: .absent)
                }
                try emit(batch.with(schema: schema, columns: columns))
            }
        }
    }
}

import DataModel
import Diagnostics
import Planning
import Synchronization

/// Prints rows as JSON lines, in order.
final class LogOperator: SinkOperator, @unchecked Sendable {  // as Operator
    private let prefix: [UInt8]
    private let output: OrderedConsumer<[UInt8]>

    init(step: Step, metrics: StepMetrics, operation: LogOperation, options: RunOptions) {
        prefix = options.printsLogPrefixes ? Array(operation.prefix.utf8) : []
        let write = options.logOutput
        output = OrderedConsumer { if !$0.isEmpty { write($0) } }
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let lines = Buffer<UInt8>(capacity: batch.count * 32)
        let writer = JSONRowWriter(schema: batch.schema)
        for row in 0..<batch.count {
            for byte in prefix { lines.append(byte) }
            writer.append(batch, row: row, to: lines)
            lines.append(UInt8(ascii: "\n"))
        }
        keep(lines.toArray(), in: context)
        try emit(batch, in: context)
    }

    override func begin(at sequence: Int) { output.begin(at: sequence) }

    override func finishMorsel(_ context: WorkerContext) throws {
        let pieces = takePieces([UInt8].self, from: context)
        try output.deposit(pieces.count == 1 ? pieces[0] : Array(pieces.joined()), sequence: context.sequence)
    }
}

/// Keeps all rows in order: for tests of pipelines and for `AssertEqual`.
class CollectOperator: SinkOperator, @unchecked Sendable {  // as Operator
    private let collected = Mutex<[Batch]>([])
    private var ordered: OrderedConsumer<[Batch]>?

    override init(step: Step, metrics: StepMetrics) {
        super.init(step: step, metrics: metrics)
        ordered = OrderedConsumer { [unowned self] batches in
            collected.withLock { $0 += batches }
        }
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        keep(batch, in: context)
        try emit(batch, in: context)
    }

    override func begin(at sequence: Int) { ordered?.begin(at: sequence) }

    override func finishMorsel(_ context: WorkerContext) throws {
        try ordered?.deposit(takePieces(Batch.self, from: context), sequence: context.sequence)
    }

    /// All rows so far.
    final var rows: [Value] {
        collected.withLock { $0 }.flatMap { batch in (0..<batch.count).map { Value.row(batch.row(at: $0)) } }
    }
}

/// Fails the run unless the rows are the expected ones, as multisets; null fields count as absent.
final class AssertEqualOperator: CollectOperator, @unchecked Sendable {  // as Operator
    private let expected: [Value]

    init(step: Step, metrics: StepMetrics, expected: [Value]) {
        self.expected = expected
        super.init(step: step, metrics: metrics)
    }

    override func finishInput() throws {
        var missing = Dictionary(expected.map { ($0.withoutNullFields, 1) }, uniquingKeysWith: +)
        var unexpected: [Value] = []
        for row in rows {
            let row = row.withoutNullFields
            if let count = missing[row] {
                missing[row] = count == 1 ? nil : count - 1
            } else {
                unexpected.append(row)
            }
        }
        guard !missing.isEmpty || !unexpected.isEmpty else { return }
        let lacking = missing.flatMap { Array(repeating: $0.key, count: $0.value) }
        throw Diagnostic(
            .assertionFailed,
            "the rows differ: \(lacking.count) missing, \(unexpected.count) unexpected, of \(expected.count) expected",
            at: step.range,
            notes: Self.sample(lacking, "missing") + Self.sample(unexpected, "unexpected"),
            hint: "rows compare as a multiset, without regard to order and to fields that are null")
    }

    private static func sample(_ rows: [Value], _ label: String) -> [String] {
        let texts = rows.map { JSONWriter.text($0) }.sorted()
        return texts.prefix(5).map { "\(label): \($0)" }
            + (texts.count > 5 ? ["… \(texts.count - 5) more \(label)"] : [])
    }
}

extension Value {
    /// A row as a map without its null fields, so that rows of different schemas compare by what they hold.
    fileprivate var withoutNullFields: Value {
        guard case .row(let row) = self else { return self }
        return .map(MapValue(zip(row.names, row.values).compactMap { $1.isNull ? nil : (.string($0), $1) }))
    }
}

/// Writes files through a connector.
final class WriteOperator: SinkOperator, @unchecked Sendable {  // as Operator
    let writer: any RecordWriter
    private let output: OrderedConsumer<[any EncodedPiece]>

    init(step: Step, metrics: StepMetrics, writer: any RecordWriter) {
        self.writer = writer
        output = OrderedConsumer { pieces in
            for piece in pieces {
                try writer.write(piece)
                metrics.add(piece.byteCount, to: .bytes)
            }
        }
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        keep(PieceBox(piece: try writer.encode(batch)), in: context)
        try emit(batch, in: context)
    }

    override func begin(at sequence: Int) { output.begin(at: sequence) }

    override func finishMorsel(_ context: WorkerContext) throws {
        try output.deposit(takePieces(PieceBox.self, from: context).map(\.piece), sequence: context.sequence)
    }

    private struct PieceBox: Sendable {
        let piece: any EncodedPiece
    }
}

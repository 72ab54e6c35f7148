import DataModel
import Diagnostics
import Expressions
import Planning
import Platform
import Synchronization
import Workers

/// A step for which one worker must see all rows: they go to files, the worker reads these and writes files of its own.
final class ForeignCollectionOperator: SinkOperator, @unchecked Sendable {  // as Operator
    private struct Piece: Sendable {
        let input: Int
        let message: [UInt8]
    }

    private let task: any OpenTask
    private let folder: String
    private let writers: [ArrowStreamWriter]
    private let files: Mutex<[OpenFile?]>
    private let hasWindows: [Bool]
    /// For each input the fields that the worker reads, ascending: others may be absent.
    private let neededFields: [[Int]]
    private var spool: OrderedConsumer<[Piece]>?

    init(
        step: Step, metrics: StepMetrics, task: any OpenTask, inputs: [Schema], windowings: [Windowing],
        temporaryDirectory: String
    ) throws {
        self.task = task
        folder = TemporaryName.beside("\(temporaryDirectory)/collection")
        let wantsTime = task.wantsTime
        hasWindows = windowings.map { wantsTime && $0 != .global }
        let needs = task.description.neededFields
        neededFields = inputs.indices.map { needs.indices.contains($0) ? needs[$0].sorted() : [] }
        writers = inputs.indices.map { [hasWindows, neededFields] index in
            let schema = Schema(neededFields[index].map { inputs[index].fields[$0] })
            return ArrowStreamWriter(
                schema: wantsTime ? EventTimeColumns.schema(schema, hasWindows: hasWindows[index]) : schema)
        }
        try FileSystem.createDirectories(folder)
        files = Mutex(Array(repeating: nil, count: inputs.count))
        super.init(step: step, metrics: metrics)
        for (index, writer) in writers.enumerated() {
            let file = try OpenFile(path(input: index), .createNew)
            try file.append(writer.start())
            files.withLock { $0[index] = file }
        }
        spool = OrderedConsumer { [unowned self] pieces in
            for piece in pieces { try files.withLock { try $0[piece.input]?.append(piece.message) } }
        }
    }

    deinit {
        for name in (try? FileSystem.names(in: folder)) ?? [] { try? FileSystem.remove("\(folder)/\(name)") }
        try? FileSystem.removeDirectory(folder)
    }

    private func path(input: Int) -> String { "\(folder)/in-\(input).arrows" }
    private func path(output: Int) -> String { "\(folder)/out-\(output).arrows" }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        var batch = batch.with(
            schema: Schema(neededFields[input].map { batch.schema.fields[$0] }),
            columns: neededFields[input].map { batch.columns[$0] })
        if task.wantsTime { batch = EventTimeColumns.attach(to: batch, hasWindows: hasWindows[input]) }
        keep(Piece(input: input, message: try writers[input].message(for: batch)), in: context)
    }

    override func begin(at sequence: Int) { spool?.begin(at: sequence) }

    override func finishMorsel(_ context: WorkerContext) throws {
        try spool?.deposit(takePieces(Piece.self, from: context), sequence: context.sequence)
    }

    override func finishInput() throws { try run() }

    /// Has the worker do its work; a step without inputs starts here.
    func run() throws {
        for (index, writer) in writers.enumerated() {
            try files.withLock {
                try $0[index]?.append(writer.end())
                $0[index] = nil
            }
        }
        try task.run(
            inputs: writers.indices.map { path(input: $0) },
            outputs: task.description.outputs.indices.map { path(output: $0) })
    }

    /// What came out, in the worker's order.
    func reader(output: Int) throws -> any RecordReader { try ArrowFileReader(path: path(output: output)) }
}

/// Reads a worker's file a message at a time; decoding is the morsels' business.
private final class ArrowFileReader: RecordReader {
    private let reader: Mutex<ArrowStreamReader>
    let totalBytes: Int64?

    init(path: String) throws {
        let file = try OpenFile(path)
        totalBytes = try file.status().sizeInBytes
        reader = Mutex(ArrowStreamReader { memory, count in try file.read(into: memory, count: count) })
    }

    func next() throws(Diagnostic) -> (any Morsel)? {
        do {
            return try reader.withLock { try $0.next() }.map {
                BatchMorsel(batches: [EventTimeColumns.detach(from: $0)])
            }
        } catch {
            throw Diagnostic(.workerFailed, "a worker's answer cannot be read: \(error)", at: nil)
        }
    }
}

extension OpenFile {
    fileprivate func append(_ bytes: [UInt8]) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { content in
            do throws(SystemError) { try write(content) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

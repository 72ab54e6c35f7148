import DataModel
import Diagnostics
import Planning
import Workers

@testable import Engine

/// Makes small plans by hand.
struct PlanBuilder {
    private(set) var steps: [Step] = []

    mutating func add(
        _ operation: Planning.Operation, inputs: [OutputReference] = [], schema: Schema, windowing: Windowing = .global
    ) -> OutputReference {
        let id = steps.count
        steps.append(
            Step(
                id: id, name: "step\(id)", transform: "Test", range: nil, operation: operation,
                inputs: inputs.enumerated().map { StepInput(name: "in\($0.offset)", source: $0.element) },
                outputs: [StepOutput(name: "out", schema: schema, windowing: windowing)]))
        return OutputReference(step: id)
    }

    mutating func create(_ schema: Schema, _ rows: [[Value]]) -> OutputReference {
        add(.create(rows: rows.map { RowValue(names: schema.names, values: $0) }), schema: schema)
    }

    func collect(
        _ output: OutputReference, workers: Int = 2, memoryBudget: Int = 1 << 30
    ) throws -> [[Value]] {
        let options = RunOptions(workers: workers, memoryBudget: memoryBudget, logOutput: { _ in })
        let engine = EmbeddedEngine(connectors: NoConnectors(), options: options)
        return try engine.collect(Plan(path: "test", steps: steps), outputs: [output])[output, default: []].map(
            \.values)
    }
}

/// For plans without files.
struct NoConnectors: Connectors {
    func reader(for read: ReadOperation, schema: Schema, neededFields: Set<Int>) throws(Diagnostic) -> any RecordReader
    {
        throw Diagnostic(.cancelled, "no files in this test", at: nil)
    }

    func writer(
        for write: WriteOperation, schema: Schema, windowing: Windowing
    ) throws(Diagnostic) -> any RecordWriter {
        throw Diagnostic(.cancelled, "no files in this test", at: nil)
    }

    func files(matching pattern: String) throws(Diagnostic) -> [FileEntry] { [] }
}

import DataModel
import Diagnostics
import Expressions
import Planning

/// One row a file that a pattern matches.
final class MatchFilesOperator: Operator, @unchecked Sendable {  // as Operator
    private let operation: MatchFilesOperation
    private let connectors: any Connectors

    init(step: Step, metrics: StepMetrics, operation: MatchFilesOperation, connectors: any Connectors) {
        self.operation = operation
        self.connectors = connectors
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let schema = schema()
        var builders = schema.fields.map { ColumnBuilder(type: $0.type) }
        let parents = Buffer<Int32>()
        for row in 0..<batch.count {
            guard case .string(let pattern) = batch.columns[operation.patternField].value(at: row) else { continue }
            let files = try connectors.files(matching: pattern)
            if files.isEmpty { try check(pattern) }
            for file in files {
                parents.append(Int32(truncatingIfNeeded: row))
                let values: [Value] = [.string(file.path), .int(file.sizeInBytes), .double(file.lastUpdated)]
                for (index, value) in values.enumerated() where index < builders.count { builders[index].append(value) }
            }
        }
        let origin = batch.gather(parents)
        try emit(
            Batch(
                schema: schema, columns: builders.indices.map { builders[$0].finish() }, count: parents.count,
                timestamps: origin.timestamps, windows: origin.windows), in: context)
    }

    private func check(_ pattern: String) throws {
        let isWildcard = pattern.utf8.contains { [UInt8]("*?[{".utf8).contains($0) }
        switch operation.emptyMatchTreatment {
        case .allow: return
        case .allowIfWildcard where isWildcard: return
        case .allowIfWildcard, .disallow:
            throw Diagnostic(
                .noFileMatched, "no file matches '\(pattern)'", at: step.range,
                hint: "set 'empty_match_treatment: ALLOW' where a pattern may match nothing")
        }
    }
}

import DataModel
import Diagnostics
import Expressions
import Planning

/// A row that failed in a step without an error output: it ends the run.
struct RowError: Error {
    let step: Step
    let error: PythonError
    /// The traceback through a person's own code, where a worker ran it.
    let trace: String?
    /// The expression at fault, where one is; else the step.
    let range: SourceRange?
    /// The row as JSON.
    let record: String
    /// The morsel that the row came in: of several failures the first in the data is reported.
    let sequence: Int

    var diagnostic: Diagnostic {
        Diagnostic(
            .rowFailed, "\(error.type): \(error.message)", at: range ?? step.range,
            notes: ["in step '\(step.name)' (\(step.transform))", "record: \(record)"]
                + (trace.map { [$0] } ?? []),
            hint: "give the step an 'error_handling: {output: NAME}' and consume 'NAME' to keep such rows apart")
    }
}

extension Operator {
    /// Sends failing rows to the step's error output, or ends the run where there is none.
    ///
    /// - Parameters:
    ///   - failures: sorted by row, at most one a row.
    ///   - batch: the step's input that the rows belong to.
    ///   - range: the expression at fault.
    final func reject(
        _ failures: [RowFailure], of batch: Batch, at range: SourceRange?, in context: WorkerContext
    ) throws {
        guard let first = failures.first else { return }
        guard let errorOutput = step.errorOutput else {
            throw RowError(
                step: step, error: first.error, trace: first.trace, range: range,
                record: RecordText.json(batch, row: first.row),
                sequence: context.sequence)
        }
        metrics.add(failures.count, to: .failures)
        let rows = Buffer(failures.map { Int32($0.row) })
        let failed = batch.gather(rows)
        var messages = ColumnBuilder(type: .string, capacity: failures.count)
        var stacks = ColumnBuilder(type: .string, capacity: failures.count)
        let place = (range ?? step.range).map {
            "  File \"\($0.file.path)\", line \($0.startPosition.line), in \(step.name)\n"
        }
        for failure in failures {
            messages.append(.string(failure.error.repr))
            stacks.append(.string(failure.trace ?? "\(place ?? "")\(failure.error.type): \(failure.error.message)"))
        }
        let element = Column(type: .row(batch.schema), count: failed.count, data: .row(failed.columns))
        try emit(
            failed.with(
                schema: schema(ofOutput: errorOutput), columns: [element, messages.finish(), stacks.finish()]),
            output: errorOutput, in: context)
    }

    /// The batch without the failing rows.
    final func withoutFailures(_ failures: [RowFailure], in batch: Batch) -> Batch {
        guard !failures.isEmpty else { return batch }
        let mask = Buffer<UInt8>(repeating: 1, count: batch.count)
        for failure in failures { mask[failure.row] = 0 }
        return batch.filter(mask: mask.pointer, selected: batch.count - failures.count)
    }
}

/// Rows as text for messages.
enum RecordText {
    /// A row as JSON, cut to a length that a terminal bears; columns that were not read are left out.
    static func json(_ batch: Batch, row: Int, limit: Int = 400) -> String {
        let present = zip(batch.schema.fields, batch.columns).filter {
            if case .absent = $0.1.data { false } else { true }
        }
        let value = Value.row(
            RowValue(names: present.map(\.0.name), values: present.map { $0.1.value(at: row) }))
        let text = JSONWriter.text(value)
        return text.utf8.count > limit ? String(text.prefix(limit)) + "…" : text
    }
}

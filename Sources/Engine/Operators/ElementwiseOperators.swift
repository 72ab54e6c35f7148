import DataModel
import Diagnostics
import Expressions
import Planning

/// Computes new fields; those that nothing behind it uses and that cannot fail are left out.
final class ProjectOperator: Operator, @unchecked Sendable {  // as Operator
    private let fields: [ProjectedField]
    private let evaluator: RowEvaluator
    private let isNeeded: [Bool]

    init(
        step: Step, metrics: StepMetrics, fields: [ProjectedField], evaluator: RowEvaluator, neededFields: Set<Int>
    ) {
        self.fields = fields
        self.evaluator = evaluator
        isNeeded = fields.enumerated().map { neededFields.contains($0.offset) || $0.element.expression.canFail }
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let schema = schema()
        var columns: [Column] = []
        columns.reserveCapacity(fields.count)
        var failures: [Int: (field: Int, failure: RowFailure)] = [:]
        for (index, result) in try evaluator.evaluate(batch, isNeeded: isNeeded).enumerated() {
            let type = schema.fields[index].type
            guard let result else {
                columns.append(Column(type: type, count: batch.count, data: .absent))
                continue
            }
            for failure in result.failures where failures[failure.row] == nil {
                failures[failure.row] = (index, failure)
            }
            columns.append(result.column.cast(to: type))
        }
        var output = batch.with(schema: schema, columns: columns)
        if !failures.isEmpty {
            let sorted = failures.values.sorted { $0.failure.row < $1.failure.row }
            try reject(sorted.map(\.failure), of: batch, at: fields[sorted[0].field].range, in: context)
            output = withoutFailures(sorted.map(\.failure), in: output)
        }
        try emit(output, in: context)
    }
}

/// Keeps the rows for which an expression is true.
final class FilterOperator: Operator, @unchecked Sendable {  // as Operator
    private let keep: RowEvaluator

    init(step: Step, metrics: StepMetrics, keep: RowEvaluator) {
        self.keep = keep
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let result = try keep.evaluateOne(batch)
        let mask = Truth.mask(of: result.column)
        if !result.failures.isEmpty {
            try reject(result.failures, of: batch, at: step.expressionRange, in: context)
            for failure in result.failures { mask[failure.row] = 0 }
        }
        let count = Selection.selectedCount(mask: mask.pointer, count: mask.count)
        if count == batch.count {
            try emit(batch, in: context)
        } else if count > 0 {
            try emit(batch.filter(mask: mask.pointer, selected: count), in: context)
        }
    }
}

/// Sends each row to the output that a string names.
final class PartitionOperator: Operator, @unchecked Sendable {  // as Operator
    private let operation: PartitionOperation
    private let by: RowEvaluator
    private let names: [[UInt8]]

    init(step: Step, metrics: StepMetrics, operation: PartitionOperation, by: RowEvaluator) {
        self.operation = operation
        self.by = by
        names = operation.outputs.map { Array($0.utf8) }
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let result = try by.evaluateOne(batch)
        var rows: [Buffer<Int32>] = names.map { _ in Buffer() }
        let unknown = Buffer<Int32>()
        var failures = result.failures
        let failed = Set(failures.map(\.row))
        for row in 0..<batch.count where !failed.contains(row) {
            if let output = output(of: result.column, row: row) {
                rows[output].append(Int32(row))
            } else if operation.unknownOutput != nil {
                unknown.append(Int32(row))
            } else {
                let value = JSONWriter.text(result.column.value(at: row))
                failures.append(RowFailure(row: row, error: .valueError("Unknown output name \(value)")))
            }
        }
        try reject(failures.sorted { $0.row < $1.row }, of: batch, at: step.expressionRange, in: context)
        if let unknownOutput = operation.unknownOutput {
            try emit(batch.gather(unknown), output: unknownOutput, in: context)
        }
        for (output, selected) in rows.enumerated() {
            try emit(batch.gather(selected), output: output, in: context)
        }
        rows.removeAll()
    }

    private func output(of column: Column, row: Int) -> Int? {
        if column.isNull(row) { return nil }
        if case .string(let strings) = column.data {
            let text = strings[row]
            return names.firstIndex { $0.elementsEqual(text) }
        }
        guard case .string(let text) = column.value(at: row) else { return nil }
        return names.firstIndex { $0.elementsEqual(text.utf8) }
    }
}

/// Rows with a schema's violation fail.
final class ValidateOperator: Operator, @unchecked Sendable {  // as Operator
    private let schema: JSONSchema

    init(step: Step, metrics: StepMetrics, schema: JSONSchema) {
        self.schema = schema
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        var failures: [RowFailure] = []
        for row in 0..<batch.count {
            if let violation = schema.violation(of: .row(batch.row(at: row))) {
                failures.append(RowFailure(row: row, error: PythonError("ValidationError", violation)))
            }
        }
        try reject(failures, of: batch, at: step.expressionRange, in: context)
        try emit(withoutFailures(failures, in: batch).cast(to: super.schema()), in: context)
    }
}

/// The failing element of an error row.
final class StripErrorMetadataOperator: Operator, @unchecked Sendable {  // as Operator
    private let field: Int

    init(step: Step, metrics: StepMetrics, field: Int) {
        self.field = field
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        guard case .row(let columns) = batch.columns[field].data else { return try emit(batch, in: context) }
        try emit(batch.with(schema: schema(), columns: columns), in: context)
    }
}

/// Brings several inputs to one schema.
final class FlattenOperator: Operator, @unchecked Sendable {  // as Operator
    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        try emit(batch.cast(to: schema()), in: context)
    }
}

/// Truth in Python's sense, a column at a time.
enum Truth {
    /// A byte a row, 1 where the value is true; the caller may change it.
    static func mask(of column: Column) -> Buffer<UInt8> {
        let mask = Buffer<UInt8>(uninitializedCount: column.count)
        let rows = 0..<column.count
        switch column.data {
        case .boolean(let values): mask.pointer.update(from: values.pointer, count: column.count)
        case .int64(let values):
            for row in rows { mask.pointer[row] = values.pointer[row] != 0 ? 1 : 0 }
        case .double(let values):
            for row in rows { mask.pointer[row] = values.pointer[row] != 0 ? 1 : 0 }
        case .string(let strings):
            for row in rows { mask.pointer[row] = strings[row].isEmpty ? 0 : 1 }
        case .list(let offsets, _), .map(let offsets, _, _):
            for row in rows { mask.pointer[row] = offsets[row + 1] > offsets[row] ? 1 : 0 }
        case .row: mask.pointer.update(repeating: 1, count: column.count)
        case .values(let values):
            for row in rows { mask.pointer[row] = PythonValues.isTrue(values.values[row]) ? 1 : 0 }
        case .absent: mask.pointer.update(repeating: 0, count: column.count)
        }
        if let validity = column.validity {
            for row in rows { mask.pointer[row] &= validity.pointer[row] }
        }
        return mask
    }
}

import DataModel
import Expressions
import Planning

/// One row an element of one or more list fields.
final class ExplodeOperator: Operator, @unchecked Sendable {  // as Operator
    private let operation: ExplodeOperation

    init(step: Step, metrics: StepMetrics, operation: ExplodeOperation) {
        self.operation = operation
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        var failures: [Int: PythonError] = [:]
        let original = batch
        var batch = batch
        for field in operation.fields {
            let lists = Self.lists(batch.columns[field], failures: &failures)
            var columns = batch.columns
            columns[field] = lists
            batch = Batch(
                schema: batch.schema, columns: columns, count: batch.count, timestamps: batch.timestamps,
                windows: batch.windows)
        }
        if !failures.isEmpty {
            let sorted = failures.sorted { $0.key < $1.key }.map { RowFailure(row: $0.key, error: $0.value) }
            try reject(sorted, of: original, at: nil, in: context)
            batch = withoutFailures(sorted, in: batch)
        }
        for range in pieces(of: batch) {
            var piece = batch.slice(range)
            if operation.isCrossProduct || operation.fields.count == 1 {
                for field in operation.fields { piece = exploded(piece, field: field) }
                try emit(piece.with(schema: schema(), columns: retyped(piece.columns)), in: context)
            } else {
                try emit(zipped(piece), in: context)
            }
        }
    }

    /// Rows that one batch of the output holds, unless a single row of the input gives more.
    private static let outputRows = 1 << 17

    /// The batch cut so that what each piece explodes to stays of a batch's size.
    private func pieces(of batch: Batch) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        var total = 0
        for row in 0..<batch.count {
            let count = operation.fields.reduce(1) { product, field -> Int in
                guard case .list(let offsets, _) = batch.columns[field].data else { return product }
                let length = Int(offsets[row + 1] - offsets[row])
                return operation.isCrossProduct
                    ? product.multipliedReportingOverflow(by: length).partialValue : product + length
            }
            if total + count > Self.outputRows, row > start {
                pieces.append(start..<row)
                start = row
                total = 0
            }
            total += min(max(0, count), Self.outputRows + 1)
        }
        if start < batch.count { pieces.append(start..<batch.count) }
        return pieces
    }

    private func retyped(_ columns: [Column]) -> [Column] {
        zip(columns, schema().fields).map { $0.cast(to: $1.type) }
    }

    /// One list field replaced by its elements, the other columns repeated.
    private func exploded(_ batch: Batch, field: Int) -> Batch {
        guard case .list(let offsets, let box) = batch.columns[field].data else { return batch }
        let total = Int(offsets[batch.count]) - Int(offsets[0])
        let parents = Buffer<Int32>(uninitializedCount: total)
        var position = 0
        for row in 0..<batch.count {
            for _ in 0..<Int(offsets[row + 1] - offsets[row]) {
                parents.pointer[position] = Int32(truncatingIfNeeded: row)
                position += 1
            }
        }
        var elements = box.column
        if offsets[0] != 0 || elements.count != total {
            let taken = Buffer((Int(offsets[0])..<Int(offsets[batch.count])).map(Int32.init(truncatingIfNeeded:)))
            elements = elements.gather(taken)
        }
        let others = Batch(
            schema: batch.schema,
            columns: batch.columns.enumerated().map {
                $0.offset == field ? Column(type: $0.element.type, count: batch.count, data: .absent) : $0.element
            }, count: batch.count, timestamps: batch.timestamps, windows: batch.windows
        ).gather(parents)
        var columns = others.columns
        columns[field] = elements
        return Batch(
            schema: batch.schema, columns: columns, count: total, timestamps: others.timestamps, windows: others.windows
        )
    }

    /// The fields' elements side by side, the shorter padded with null.
    private func zipped(_ batch: Batch) -> Batch {
        let lists = operation.fields.map { field -> (offsets: Buffer<Int32>, elements: Column)? in
            guard case .list(let offsets, let box) = batch.columns[field].data else { return nil }
            return (offsets, box.column)
        }
        let parents = Buffer<Int32>()
        var builders = operation.fields.map { ColumnBuilder(type: schema().fields[$0].type, capacity: batch.count) }
        for row in 0..<batch.count {
            let lengths = lists.map { list in list.map { Int($0.offsets[row + 1] - $0.offsets[row]) } ?? 0 }
            for index in 0..<(lengths.max() ?? 0) {
                parents.append(Int32(truncatingIfNeeded: row))
                for (position, list) in lists.enumerated() {
                    let value: Value =
                        if let list, index < lengths[position] {
                            list.elements.value(at: Int(list.offsets[row]) + index)
                        } else { .null }
                    builders[position].append(value)
                }
            }
        }
        let repeated = batch.gather(parents)
        var columns = repeated.columns
        for position in builders.indices {
            columns[operation.fields[position]] = builders[position].finish()
        }
        return Batch(
            schema: schema(), columns: retyped(columns), count: parents.count, timestamps: repeated.timestamps,
            windows: repeated.windows)
    }

    /// The column as lists: what Python would iterate over becomes its elements, the rest fails.
    private static func lists(_ column: Column, failures: inout [Int: PythonError]) -> Column {
        if case .list = column.data, column.validity == nil { return column }
        var builder = ColumnBuilder(type: .list(elementType(of: column.type)), capacity: column.count)
        for row in 0..<column.count {
            let value = column.value(at: row)
            do {
                builder.append(.list(try PythonValues.elements(of: value)))
            } catch {
                if failures[row] == nil { failures[row] = error }
                builder.append(.list([]))
            }
        }
        return builder.finish()
    }

    private static func elementType(of type: FieldType) -> FieldType {
        switch type.kind {
        case .list(let element): element
        case .map(let key, _): key
        case .string: .string
        default: .any
        }
    }
}

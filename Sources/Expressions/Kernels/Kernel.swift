import DataModel

/// A node that computes a whole column.
protocol Kernel: Sendable {
    func evaluate(_ evaluation: Evaluation) -> Vector
}

/// The result of a kernel: a column, or one value for all rows.
enum Vector {
    case column(Column)
    case constant(Value)

    func column(type: FieldType, count: Int) -> Column {
        switch self {
        case .column(let column):
            if column.type == type { return column }
            guard column.type.kind == type.kind else { return Column(column.values, type: type) }
            return Column(type: type, count: column.count, validity: column.validity, data: column.data)
        case .constant(let value): return .constant(value, type: type, count: count)
        }
    }
}

/// One run of a kernel tree over the rows of a batch, or over some of them.
final class Evaluation {
    let batch: Batch
    /// The rows of the outer batch that `batch` has, where it has not all.
    private let rows: Buffer<Int32>?
    private let parent: Evaluation?
    private(set) var failures: [Int: PythonError] = [:]

    init(batch: Batch) {
        self.batch = batch
        rows = nil
        parent = nil
    }

    private init(batch: Batch, rows: Buffer<Int32>, parent: Evaluation) {
        self.batch = batch
        self.rows = rows
        self.parent = parent
    }

    var count: Int { batch.count }
    var hasFailures: Bool { !failures.isEmpty }

    func hasFailed(_ row: Int) -> Bool { failures[row] != nil }

    /// The first error of a row is the one that Python would have raised.
    func fail(_ row: Int, _ error: PythonError) {
        guard failures[row] == nil else { return }
        failures[row] = error
        if let parent, let rows { parent.fail(Int(rows[row]), error) }
    }

    /// Records what an operation raises for a row.
    func attempt(_ row: Int, _ operation: () throws(PythonError) -> Void) {
        do throws(PythonError) {
            try operation()
        } catch {
            fail(row, error)
        }
    }

    /// An evaluation of only the given rows.
    func restricted(to rows: Buffer<Int32>, fields: [Int]?) -> Evaluation {
        var columns = batch.columns.map { Column.absent(type: $0.type, count: rows.count) }
        for field in fields ?? Array(columns.indices) where field < columns.count {
            columns[field] = batch.columns[field].gather(rows)
        }
        return Evaluation(
            batch: Batch(schema: batch.schema, columns: columns, count: rows.count), rows: rows, parent: self)
    }

    var sortedFailures: [RowFailure] {
        failures.sorted { $0.key < $1.key }.map { RowFailure(row: $0.key, error: $0.value) }
    }
}

/// A field of the input.
struct FieldKernel: Kernel {
    let index: Int

    func evaluate(_ evaluation: Evaluation) -> Vector { .column(evaluation.batch.columns[index]) }
}

struct ConstantKernel: Kernel {
    let value: Value

    func evaluate(_ evaluation: Evaluation) -> Vector { .constant(value) }
}

/// Computes a node row by row.
struct InterpretedKernel: Kernel {
    private let node: TypedExpression
    private let slotCount: Int

    init(_ node: TypedExpression, slotCount: Int) {
        self.node = node
        self.slotCount = slotCount
    }

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let interpreter = Interpreter(batch: evaluation.batch, slotCount: slotCount)
        var builder = ColumnBuilder(type: node.type, capacity: evaluation.count)
        for row in 0..<evaluation.count {
            guard evaluation.failures.isEmpty || evaluation.failures[row] == nil else {
                builder.appendNull()
                continue
            }
            do throws(PythonError) {
                let value = try interpreter.evaluate(node, row: row)
                if !builder.append(value), !value.isNull {
                    evaluation.fail(
                        row,
                        .typeError("\(PythonRuntime.repr(value)) is not of the expression's type \(node.type)"))
                }
            } catch {
                builder.appendNull()
                evaluation.fail(row, error)
            }
        }
        return .column(builder.finish())
    }
}

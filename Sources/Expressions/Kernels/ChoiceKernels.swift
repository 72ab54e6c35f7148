import DataModel

/// The truth of a column turned.
struct NotKernel: Kernel {
    let operand: any Kernel

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let truth = operand.evaluate(evaluation).truth(evaluation.count)
        let result: Buffer<UInt8> = Loops.map(truth, evaluation.count) { 1 - $0 }
        return .column(Column(type: .boolean, count: evaluation.count, data: .boolean(result)))
    }
}

/// `and` and `or` of operands of one type: each operand is evaluated only for the rows that reach it.
struct LogicalKernel: Kernel {
    struct Part {
        let kernel: any Kernel
        let canFail: Bool
        /// The fields it reads; `nil` for all.
        let fields: [Int]?
    }

    let isAnd: Bool
    let parts: [Part]
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        guard let first = parts.first else { return .constant(.null) }
        let count = evaluation.count
        var current = first.kernel.evaluate(evaluation).column(type: type, count: count)
        for part in parts.dropFirst() {
            let truth = Vector.column(current).truth(count)
            let positions = Buffer<Int32>(capacity: count)
            let goesOn: UInt8 = isAnd ? 1 : 0
            for row in 0..<count where truth[row] == goesOn && !(evaluation.hasFailures && evaluation.hasFailed(row)) {
                positions.append(Int32(truncatingIfNeeded: row))
            }
            if positions.count == 0 { continue }
            if case .boolean(let left) = current.data, !part.canFail, current.validity == nil {
                let right = part.kernel.evaluate(evaluation).column(type: type, count: count)
                if case .boolean(let right) = right.data {
                    let result: Buffer<UInt8> = Loops.combine(.column(left), .column(right), count) {
                        isAnd ? $0 & $1 : $0 | $1
                    }
                    current = Column(type: type, count: count, data: .boolean(result))
                    continue
                }
            }
            let inner =
                positions.count == count ? evaluation : evaluation.restricted(to: positions, fields: part.fields)
            let right = part.kernel.evaluate(inner).column(type: type, count: positions.count)
            current = Choice.merge(current, right, positions, count)
        }
        return .column(current)
    }
}

/// `a if test else b`: each branch is evaluated only for its rows.
struct ConditionalKernel: Kernel {
    let test: any Kernel
    let then: LogicalKernel.Part
    let otherwise: LogicalKernel.Part
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let truth = test.evaluate(evaluation).truth(count)
        let hasFailures = evaluation.hasFailures
        let chosen = Buffer<Int32>(capacity: count)
        let others = Buffer<Int32>(capacity: count)
        for row in 0..<count where !hasFailures || !evaluation.hasFailed(row) {
            if truth[row] != 0 {
                chosen.append(Int32(truncatingIfNeeded: row))
            } else {
                others.append(Int32(truncatingIfNeeded: row))
            }
        }
        if chosen.count == count { return then.kernel.evaluate(evaluation) }
        if others.count == count { return otherwise.kernel.evaluate(evaluation) }
        let first = part(then, chosen, evaluation)
        let second = part(otherwise, others, evaluation)
        // A row that failed has neither: null.
        let positions = Buffer<Int32>(repeating: -1, count: count)
        place(first, chosen, at: 0, positions)
        place(second, others, at: first.column.count, positions)
        return .column(Column.concatenate([first.column, second.column], type: type).gather(positions))
    }

    /// The branch's values, one row for a constant.
    private func part(
        _ part: LogicalKernel.Part, _ rows: Buffer<Int32>, _ evaluation: Evaluation
    ) -> (column: Column, isConstant: Bool) {
        let inner = evaluation.restricted(to: rows, fields: part.fields)
        let vector = part.kernel.evaluate(inner)
        if case .constant = vector { return (vector.column(type: type, count: 1), true) }
        return (vector.column(type: type, count: rows.count), false)
    }

    private func place(
        _ part: (column: Column, isConstant: Bool), _ rows: Buffer<Int32>, at start: Int, _ positions: Buffer<Int32>
    ) {
        for index in 0..<rows.count {
            positions.pointer[Int(rows[index])] = Int32(truncatingIfNeeded: start + (part.isConstant ? 0 : index))
        }
    }
}

enum Choice {
    /// The column with the given rows replaced.
    static func merge(_ column: Column, _ replacement: Column, _ rows: Buffer<Int32>, _ count: Int) -> Column {
        if rows.count == count { return replacement }
        if case .boolean(let old) = column.data, case .boolean(let new) = replacement.data, column.validity == nil,
            replacement.validity == nil
        {
            let result: Buffer<UInt8> = Loops.map(old, count) { $0 }
            for index in 0..<rows.count { result.pointer[Int(rows[index])] = new[index] }
            return Column(type: column.type, count: count, data: .boolean(result))
        }
        let positions = Buffer<Int32>(0..<Int32(truncatingIfNeeded: count))
        for index in 0..<rows.count {
            positions.pointer[Int(rows[index])] = Int32(truncatingIfNeeded: count + index)
        }
        return Column.concatenate([column, replacement], type: column.type).gather(positions)
    }
}

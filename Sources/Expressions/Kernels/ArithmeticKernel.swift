import DataModel

/// Arithmetic of numbers and booleans. Rows that the fast loop cannot do exactly go through the runtime one by one.
struct ArithmeticKernel: Kernel {
    let operation: PythonRuntime.BinaryOperator
    let left: any Kernel
    let right: any Kernel
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let first = left.evaluate(evaluation)
        let second = right.evaluate(evaluation)
        let count = evaluation.count
        let column: Column?
        if let a = first.numbers(count), let b = second.numbers(count) {
            switch (a, b) {
            case (.int64(let a), .int64(let b)):
                column = integers(a, b, evaluation, first, second)
            default:
                column = doubles(a.doubles(count), b.doubles(count), evaluation, first, second)
            }
        } else {
            column = nil
        }
        guard let column else { return .column(slow(evaluation, first, second)) }
        if first.mayHaveNulls || second.mayHaveNulls {
            for row in 0..<count where first.isNull(row) || second.isNull(row) {
                evaluation.attempt(row) { () throws(PythonError) in
                    _ = try PythonRuntime.binary(operation, first.value(at: row), second.value(at: row))
                }
            }
        }
        return .column(column)
    }

    /// All rows through the runtime.
    private func slow(_ evaluation: Evaluation, _ first: Vector, _ second: Vector) -> Column {
        var builder = ColumnBuilder(type: type, capacity: evaluation.count)
        for row in 0..<evaluation.count {
            do throws(PythonError) {
                builder.append(try PythonRuntime.binary(operation, first.value(at: row), second.value(at: row)))
            } catch {
                evaluation.fail(row, error)
                builder.appendNull()
            }
        }
        return builder.finish()
    }

    private func integers(
        _ a: Operand<Int64>, _ b: Operand<Int64>, _ evaluation: Evaluation, _ first: Vector, _ second: Vector
    ) -> Column? {
        let count = evaluation.count
        var flagged = false
        let result: Buffer<Int64>
        switch operation {
        case .add:
            result = Loops.combine(a, b, count) { x, y in
                let (sum, overflow) = x.addingReportingOverflow(y)
                flagged = flagged || overflow
                return sum
            }
            if flagged {
                redo(result, evaluation, first, second) { a[$0].addingReportingOverflow(b[$0]).overflow }
            }
        case .subtract:
            result = Loops.combine(a, b, count) { x, y in
                let (difference, overflow) = x.subtractingReportingOverflow(y)
                flagged = flagged || overflow
                return difference
            }
            if flagged {
                redo(result, evaluation, first, second) { a[$0].subtractingReportingOverflow(b[$0]).overflow }
            }
        case .multiply:
            result = Loops.combine(a, b, count) { x, y in
                let (product, overflow) = x.multipliedReportingOverflow(by: y)
                flagged = flagged || overflow
                return product
            }
            if flagged {
                redo(result, evaluation, first, second) { a[$0].multipliedReportingOverflow(by: b[$0]).overflow }
            }
        case .floorDivide:
            result = Loops.combine(a, b, count) { x, y in
                guard y != 0, !(y == -1 && x == .min) else {
                    flagged = true
                    return 0
                }
                let quotient = x / y
                return quotient &* y != x && (x < 0) != (y < 0) ? quotient - 1 : quotient
            }
            if flagged { redo(result, evaluation, first, second) { b[$0] == 0 || b[$0] == -1 && a[$0] == .min } }
        case .modulo:
            result = Loops.combine(a, b, count) { x, y in
                guard y != 0, y != -1 else {
                    if y == 0 { flagged = true }
                    return 0
                }
                let remainder = x % y
                return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder
            }
            if flagged { redo(result, evaluation, first, second) { b[$0] == 0 } }
        case .divide: return quotients(a, b, evaluation, first, second)
        default: return nil
        }
        return Column(type: type, count: count, data: .int64(result))
    }

    /// Integers up to 2^53 are exact as doubles, so that one division rounds as Python's does.
    private func quotients(
        _ a: Operand<Int64>, _ b: Operand<Int64>, _ evaluation: Evaluation, _ first: Vector, _ second: Vector
    ) -> Column {
        let limit: UInt64 = 1 << 53
        var flagged = false
        let result: Buffer<Double> = Loops.combine(a, b, evaluation.count) { x, y in
            if y == 0 || x.magnitude > limit || y.magnitude > limit { flagged = true }
            return Double(x) / Double(y)
        }
        if flagged {
            for row in 0..<evaluation.count {
                let (x, y) = (a[row], b[row])
                guard y == 0 || x.magnitude > limit || y.magnitude > limit else { continue }
                redo(row, evaluation, first, second) { value in
                    if case .double(let number) = value { result[row] = number }
                }
            }
        }
        return Column(type: type, count: evaluation.count, data: .double(result))
    }

    private func doubles(
        _ a: Operand<Double>, _ b: Operand<Double>, _ evaluation: Evaluation, _ first: Vector, _ second: Vector
    ) -> Column? {
        let count = evaluation.count
        var flagged = false
        let result: Buffer<Double>
        switch operation {
        case .add: result = Loops.combine(a, b, count) { $0 + $1 }
        case .subtract: result = Loops.combine(a, b, count) { $0 - $1 }
        case .multiply: result = Loops.combine(a, b, count) { $0 * $1 }
        case .divide:
            result = Loops.combine(a, b, count) { x, y in
                if y == 0 { flagged = true }
                return x / y
            }
        case .floorDivide:
            result = Loops.combine(a, b, count) { x, y in
                if y == 0 {
                    flagged = true
                    return 0
                }
                return PythonRuntime.floorDivmod(x, y).quotient
            }
        case .modulo:
            result = Loops.combine(a, b, count) { x, y in
                if y == 0 {
                    flagged = true
                    return 0
                }
                return PythonRuntime.floorDivmod(x, y).remainder
            }
        default: return nil
        }
        if flagged {
            for row in 0..<count where b[row] == 0 { redo(row, evaluation, first, second) { _ in } }
        }
        return Column(type: type, count: count, data: .double(result))
    }

    private func redo(
        _ result: Buffer<Int64>, _ evaluation: Evaluation, _ first: Vector, _ second: Vector,
        where isFlagged: (Int) -> Bool
    ) {
        for row in 0..<evaluation.count where isFlagged(row) {
            redo(row, evaluation, first, second) { value in
                if case .int(let number) = value { result[row] = number }
            }
        }
    }

    private func redo(
        _ row: Int, _ evaluation: Evaluation, _ first: Vector, _ second: Vector, _ store: (Value) -> Void
    ) {
        evaluation.attempt(row) { () throws(PythonError) in
            store(try PythonRuntime.binary(operation, first.value(at: row), second.value(at: row)))
        }
    }
}

/// The sign of a number turned.
struct NegationKernel: Kernel {
    let operand: any Kernel
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let vector = operand.evaluate(evaluation)
        let count = evaluation.count
        let data: ColumnData
        switch vector.numbers(count) {
        case .int64(let numbers)?:
            let zero = Operand<Int64>.constant(0)
            data = .int64(Loops.combine(zero, numbers, count) { $0 &- $1 })
            for row in 0..<count where numbers[row] == .min || vector.isNull(row) { redo(row, vector, evaluation) }
        case .double(let numbers)?:
            let zero = Operand<Double>.constant(0)
            data = .double(Loops.combine(zero, numbers, count) { -$1 })
            if vector.mayHaveNulls {
                for row in 0..<count where vector.isNull(row) { redo(row, vector, evaluation) }
            }
        case nil:
            for row in 0..<count { redo(row, vector, evaluation) }
            return .column(.nulls(type: type, count: count))
        }
        return .column(Column(type: type, count: count, data: data))
    }

    private func redo(_ row: Int, _ vector: Vector, _ evaluation: Evaluation) {
        evaluation.attempt(row) { () throws(PythonError) in
            _ = try PythonRuntime.unary(.negate, vector.value(at: row))
        }
    }
}

import DataModel

/// `int`, `float` and `abs` of numbers.
struct NumberConversionKernel: Kernel {
    let function: String
    let operand: any Kernel
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let vector = operand.evaluate(evaluation)
        var column: Column?
        // Rows that the loop cannot do: the runtime computes them or says why not.
        let slow: (Int) -> Bool
        switch (function, vector.numbers(count)) {
        case ("int", .int64(let numbers)?):
            column = Column(
                type: type, count: count, data: .int64(Loops.combine(numbers, .constant(Int64(0)), count) { x, _ in x })
            )
            slow = { _ in false }
        case ("int", .double(let numbers)?):
            column = Column(
                type: type, count: count,
                data: .int64(
                    Loops.combine(numbers, .constant(Int64(0)), count) { x, _ in
                        x.magnitude < 0x1p62 ? Int64(x) : 0
                    }))
            slow = { !(numbers[$0].magnitude < 0x1p62) }
        case ("float", .some(let numbers)):
            let doubles = numbers.doubles(count)
            column = Column(
                type: type, count: count,
                data: .double(Loops.combine(doubles, .constant(Int64(0)), count) { x, _ in x }))
            slow = { _ in false }
        case ("abs", .int64(let numbers)?):
            column = Column(
                type: type, count: count,
                data: .int64(Loops.combine(numbers, .constant(Int64(0)), count) { x, _ in x < 0 ? 0 &- x : x }))
            slow = { numbers[$0] == .min }
        case ("abs", .double(let numbers)?):
            column = Column(
                type: type, count: count,
                data: .double(Loops.combine(numbers, .constant(Int64(0)), count) { x, _ in x.magnitude }))
            slow = { _ in false }
        default: slow = { _ in true }
        }
        if let column {
            for row in 0..<count where slow(row) || vector.isNull(row) {
                evaluation.attempt(row) { () throws(PythonError) in
                    let value = try PythonRuntime.callFunction(function, [vector.value(at: row)], [])
                    switch (column.data, value) {
                    case (.int64(let buffer), .int(let number)): buffer[row] = number
                    case (.double(let buffer), .double(let number)): buffer[row] = number
                    default: break
                    }
                }
            }
            return .column(column)
        }
        var builder = ColumnBuilder(type: type, capacity: count)
        for row in 0..<count {
            do throws(PythonError) {
                builder.append(try PythonRuntime.callFunction(function, [vector.value(at: row)], []))
            } catch {
                evaluation.fail(row, error)
                builder.appendNull()
            }
        }
        return .column(builder.finish())
    }
}

/// `round(x)` and `round(x, digits)` of doubles with a constant number of digits.
///
/// Where the scaled value is clearly on one side of a half, one exact division gives the double nearest to the decimal
/// that Python means; the others go through the runtime.
struct RoundingKernel: Kernel {
    let operand: any Kernel
    /// `nil` gives integers.
    let digits: Int?

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let vector = operand.evaluate(evaluation)
        let type: FieldType = digits == nil ? .int64 : .double
        guard case .double(let numbers)? = vector.numbers(count) else {
            for row in 0..<count { redo(row, vector, evaluation) { _ in } }
            return .column(.nulls(type: type, count: count))
        }
        guard let digits else {
            let result = Buffer<Int64>(repeating: 0, count: count)
            for row in 0..<count {
                let number = numbers[row]
                if number.magnitude < 0x1p62, !vector.isNull(row) {
                    result.pointer[row] = Int64(number.rounded(.toNearestOrEven))
                } else {
                    redo(row, vector, evaluation) { if case .int(let rounded) = $0 { result[row] = rounded } }
                }
            }
            return .column(Column(type: type, count: count, data: .int64(result)))
        }
        var power = 1.0
        for _ in 0..<digits { power *= 10 }
        let result = Buffer<Double>(repeating: 0, count: count)
        for row in 0..<count {
            let number = numbers[row]
            let scaled = number * power
            let whole = scaled.rounded(.toNearestOrEven)
            let distance = (scaled - whole).magnitude
            if scaled.magnitude < 0x1p40, distance < 0.499, !vector.isNull(row) {
                let rounded = whole / power
                result.pointer[row] = rounded == 0 && number.sign == .minus ? -0.0 : rounded
            } else {
                redo(row, vector, evaluation) { if case .double(let rounded) = $0 { result[row] = rounded } }
            }
        }
        return .column(Column(type: type, count: count, data: .double(result)))
    }

    private func redo(_ row: Int, _ vector: Vector, _ evaluation: Evaluation, _ store: (Value) -> Void) {
        evaluation.attempt(row) { () throws(PythonError) in
            var arguments = [vector.value(at: row)]
            if let digits { arguments.append(.int(Int64(digits))) }
            store(try PythonRuntime.callFunction("round", arguments, []))
        }
    }
}

/// The check of a promised type, for the flat types.
struct CheckedKernel: Kernel {
    let operand: any Kernel
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let vector = operand.evaluate(evaluation)
        guard case .column(let column) = vector, column.type.kind == type.kind else {
            var builder = ColumnBuilder(type: type, capacity: count)
            for row in 0..<count {
                do throws(PythonError) {
                    builder.append(try OutputType.check(vector.value(at: row), type))
                } catch {
                    evaluation.fail(row, error)
                    builder.appendNull()
                }
            }
            return .column(builder.finish())
        }
        if !type.isNullable {
            Failures.ofNulls(column, evaluation) { () throws(PythonError) in _ = try OutputType.check(.null, type) }
        }
        return .column(column)
    }
}

/// A field of a nested row.
struct NestedFieldKernel: Kernel {
    let operand: any Kernel
    let index: Int
    let name: String
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let vector = operand.evaluate(evaluation)
        guard case .column(let column) = vector, case .row(let children) = column.data, index < children.count else {
            var builder = ColumnBuilder(type: type, capacity: count)
            for row in 0..<count {
                do throws(PythonError) {
                    builder.append(try PythonRuntime.attribute(vector.value(at: row), name))
                } catch {
                    evaluation.fail(row, error)
                    builder.appendNull()
                }
            }
            return .column(builder.finish())
        }
        Failures.ofNulls(column, evaluation) { () throws(PythonError) in
            _ = try PythonRuntime.attribute(.null, name)
        }
        return .column(children[index])
    }
}

/// An element of a list by its index.
struct ElementKernel: Kernel {
    let operand: any Kernel
    let index: any Kernel
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let first = operand.evaluate(evaluation)
        let second = index.evaluate(evaluation)
        let positions = Buffer<Int32>(repeating: -1, count: count)
        guard case .column(let column) = first, case .list(let offsets, let elements) = column.data,
            case .int64(let indexes)? = second.numbers(count)
        else {
            var builder = ColumnBuilder(type: type, capacity: count)
            for row in 0..<count {
                do throws(PythonError) {
                    builder.append(try PythonRuntime.subscripted(first.value(at: row), second.value(at: row)))
                } catch {
                    evaluation.fail(row, error)
                    builder.appendNull()
                }
            }
            return .column(builder.finish())
        }
        for row in 0..<count {
            let length = Int64(offsets[row + 1] - offsets[row])
            let place = indexes[row]
            if place >= -length, place < length, !column.isNull(row), !second.isNull(row) {
                positions.pointer[row] = offsets[row] + Int32(truncatingIfNeeded: place < 0 ? place + length : place)
            } else {
                evaluation.attempt(row) { () throws(PythonError) in
                    _ = try PythonRuntime.subscripted(first.value(at: row), second.value(at: row))
                }
            }
        }
        return .column(elements.column.gather(positions))
    }
}

/// A new row out of columns.
struct RowKernel: Kernel {
    let parts: [any Kernel]
    let type: FieldType

    func evaluate(_ evaluation: Evaluation) -> Vector {
        guard case .row(let schema) = type.kind else { return .constant(.null) }
        let children = zip(parts, schema.fields).map { part, field in
            part.evaluate(evaluation).column(type: field.type, count: evaluation.count)
        }
        return .column(Column(type: type, count: evaluation.count, data: .row(children)))
    }
}

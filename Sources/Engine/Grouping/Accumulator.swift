import DataModel
import Diagnostics
import Expressions
import Planning

/// A value that an aggregation cannot take.
struct AggregationError: Error {
    let message: String

    /// Turns the error into one that names the step and its place.
    static func explained<Result>(in step: Step, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as AggregationError {
            throw Diagnostic(
                .aggregationFailed, "\(error.message) in step '\(step.name)'", at: step.range,
                hint: "filter such rows before '\(step.name)', or give 'value' an expression that maps them")
        }
    }
}

/// The state of one aggregation for many groups, folded a batch at a time.
///
/// Rows are folded in the order of the data, and partial states are merged in the order of their morsels, so that sums
/// of doubles come out the same whatever the number of workers.
class Accumulator {
    /// Bytes held, roughly.
    var byteCount: Int { 0 }

    /// Makes room for groups up to `count`; new ones are empty.
    func grow(to count: Int) {}

    /// Forgets all groups and keeps the memory.
    func removeAll() {}

    /// Folds row i of the column into group `groups[i]`.
    func update(_ column: Column, groups: UnsafePointer<Int32>) throws {}

    /// Merges rows of states into groups: row `rows[i]` into group `groups[i]`.
    func merge(_ states: [Column], rows: UnsafePointer<Int32>, groups: UnsafePointer<Int32>, count: Int) throws {}

    /// Merges one group's state into another's.
    func mergeGroup(_ source: Int, into target: Int) throws {}

    /// The states of single rows, as if each were a group of its own.
    func states(ofRows column: Column) throws -> [Column] { [] }

    /// The states of all groups, in columns of their own.
    func states() -> [Column] { [] }

    /// The types of the columns of `states()`.
    var stateTypes: [FieldType] { [] }

    /// The results of all groups.
    func results() throws -> Column { Column(type: .any, count: 0, data: .absent) }
}

enum Accumulators {
    /// New accumulators for all calls of an aggregation; `output` has the keys' fields and then the calls'.
    static func make(_ operation: AggregateOperation, output: Schema) -> [Accumulator] {
        operation.calls.enumerated().map { index, call in
            make(call.function, value: call.value.type, result: output.fields[operation.keys.count + index].type)
        }
    }

    /// The accumulator for a function over values of a type.
    static func make(_ function: AggregateOperation.Function, value type: FieldType, result: FieldType) -> Accumulator {
        switch function {
        case .count: return CountAccumulator()
        case .sum:
            switch type.kind {
            case .int64: return IntegerSumAccumulator(isMean: false)
            case .double: return DoubleSumAccumulator(isMean: false)
            default: return ValueAccumulator(fold: .sum, result: result)
            }
        case .mean:
            switch type.kind {
            case .int64: return IntegerSumAccumulator(isMean: true)
            case .double: return DoubleSumAccumulator(isMean: true)
            default: return ValueAccumulator(fold: .mean, result: result)
            }
        case .min, .max:
            switch type.kind {
            case .int64, .timestamp, .duration:
                return Int64ExtremeAccumulator(type: result, isMaximum: function == .max)
            case .double: return DoubleExtremeAccumulator(isMaximum: function == .max)
            default: return ValueAccumulator(fold: function == .max ? .max : .min, result: result)
            }
        case .all, .any: return TruthAccumulator(isAll: function == .all)
        case .group: return ValueAccumulator(fold: .group, result: result)
        case .concat: return ValueAccumulator(fold: .concat, result: result)
        }
    }

    /// Null and mixed values fail, as `sum([1, None])` does in Python.
    static func requireNoNulls(_ column: Column, _ verb: String) throws {
        guard let validity = column.validity, let row = validity.elements.prefix(column.count).firstIndex(of: 0) else {
            return
        }
        throw AggregationError(message: "\(verb) of a null value (row \(row + 1) of its batch)")
    }
}

extension Buffer {
    /// Lengthens the buffer to `count` elements, new ones equal to `element`.
    func grow(to count: Int, filling element: Element) {
        guard count > self.count else { return }
        reserve(count)
        (pointer + self.count).update(repeating: element, count: count - self.count)
        self.count = count
    }

    func copy() -> Buffer<Element> {
        let copied = Buffer<Element>(uninitializedCount: count)
        copied.pointer.update(from: pointer, count: count)
        return copied
    }
}

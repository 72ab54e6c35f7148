import DataModel
import Planning
import Testing

@testable import Engine

@Suite struct AccumulatorTests {
    /// Folds all values into one group, once directly and once through partial states of single rows.
    private func fold(
        _ function: AggregateOperation.Function, _ values: [Value], type: FieldType, result: FieldType
    ) throws -> [Value] {
        let column = Column(values, type: type)
        let direct = Accumulators.make(function, value: type, result: result)
        direct.grow(to: 1)
        let groups = Buffer<Int32>(repeating: 0, count: max(values.count, 1))
        try direct.update(column, groups: groups.pointer)
        let merged = Accumulators.make(function, value: type, result: result)
        merged.grow(to: 1)
        let rows = Buffer((0..<values.count).map { Int32($0) })
        try merged.merge(
            try direct.states(ofRows: column), rows: rows.pointer, groups: groups.pointer, count: values.count)
        return [try direct.results().value(at: 0), try merged.results().value(at: 0)]
    }

    @Test func integerSumsAreExactBeyond64Bits() throws {
        #expect(try fold(.sum, [.int(.max), .int(1), .int(-5)], type: .int64, result: .int64)[0] == .int(.max - 4))
        #expect(throws: AggregationError.self) {
            try fold(.sum, [.int(.max), .int(1)], type: .int64, result: .int64)
        }
        let mean = try fold(.mean, [.int(.max), .int(.max)], type: .int64, result: .double)
        #expect(mean == [.double(Double(Int64.max)), .double(Double(Int64.max))])
    }

    @Test(arguments: [
        (AggregateOperation.Function.sum, Value.double(4)), (.mean, .double(4.0 / 3)), (.min, .double(-1)),
        (.max, .double(3)), (.count, .int(3)), (.all, .boolean(true)), (.any, .boolean(true)),
        (.group, .list([.double(2), .double(-1), .double(3)])),
    ])
    func foldsDoubles(_ function: AggregateOperation.Function, _ expected: Value) throws {
        let result: FieldType =
            switch function {
            case .count: .int64
            case .all, .any: .boolean
            case .group: .list(.double)
            default: .double
            }
        let values: [Value] = [.double(2), .double(-1), .double(3)]
        #expect(try fold(function, values, type: .double, result: result) == [expected, expected])
    }

    @Test func nullsCannotBeSummedButCounted() throws {
        let nullable = FieldType.int64.nullable
        #expect(throws: AggregationError.self) {
            try fold(.sum, [.int(1), .null], type: nullable, result: .int64)
        }
        #expect(try fold(.count, [.int(1), .null], type: nullable, result: .int64)[0] == .int(2))
    }

    @Test func mixedValuesFoldAsPythonDoes() throws {
        #expect(try fold(.sum, [.int(1), .double(0.5), .boolean(true)], type: .any, result: .any)[0] == .double(2.5))
        #expect(try fold(.max, [.string("b"), .string("a")], type: .any, result: .any)[0] == .string("b"))
        #expect(
            try fold(.concat, [.list([.int(1)]), .list([.int(2)])], type: .list(.int64), result: .list(.int64))[0]
                == .list([.int(1), .int(2)]))
        #expect(throws: AggregationError.self) {
            try fold(.max, [.string("b"), .int(1)], type: .any, result: .any)
        }
    }
}

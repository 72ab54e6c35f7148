import DataModel
import Testing

@testable import Planning

@Suite struct RowComparisonTests {
    private func row(_ a: Int64, _ b: String?) -> RowValue {
        RowValue(["a": .int(a), "b": b.map(Value.string) ?? .null])
    }

    @Test func orderOfRowsAndFieldsIsNoDifference() {
        let comparison = RowComparison(
            expected: [row(1, "x"), RowValue(["b": .string("y"), "a": .int(2)])], actual: [row(2, "y"), row(1, "x")])
        #expect(comparison.isEqual)
        #expect(comparison.matched == [0, 1])
    }

    @Test(arguments: [
        (Value.int(1), Value.double(1), true), (.int(1), .boolean(true), true), (.int(1), .string("1"), false),
        (.double(0.3), .double(0.1 + 0.2), false),
        (.null, .null, true), (.null, .int(0), false), (.double(.nan), .double(.nan), false),
        (.string("e\u{301}"), .string("é"), false), (.timestamp(1_500_000), .double(1.5), true),
        (.list([.int(1), .int(2)]), .list([.int(2), .int(1)]), false),
        (.row(RowValue(["x": .int(1)])), .map(MapValue([(.string("x"), .int(1))])), true),
        (
            .list([.row(RowValue(["x": .int(1), "y": .int(2)]))]),
            .list([.row(RowValue(["y": .int(2), "x": .int(1)]))]), true
        ),
        (.datetime(DateTimeValue(localMicroseconds: 3_600_000_000, offsetSeconds: 3600)), .timestamp(0), true),
    ])
    func valuesAreEqualAsInPython(expected: Value, actual: Value, isEqual: Bool) {
        let comparison = RowComparison(expected: [RowValue(["a": expected])], actual: [RowValue(["a": actual])])
        #expect(comparison.isEqual == isEqual)
    }

    @Test func rowsCountAsOftenAsTheyOccur() {
        let twice = RowComparison(expected: [row(1, "x")], actual: [row(1, "x"), row(1, "x")])
        #expect(twice.unexpected == [1] || twice.unexpected == [0])
        let once = RowComparison(expected: [row(1, "x"), row(1, "x")], actual: [row(1, "x")])
        #expect(once.missing == [1])
    }

    @Test func aFieldThatIsNotThereDiffersFromNull() {
        let comparison = RowComparison(expected: [RowValue(["a": .int(1)])], actual: [row(1, nil)])
        #expect(comparison.changed.map(\.fields) == [["b"]])
    }

    @Test func differingRowsAreComparedWithTheNearest() {
        let expected = [row(1, "x"), row(2, "y"), row(3, "z")]
        let actual = [row(2, "changed"), row(1, "x"), row(9, "other")]
        let comparison = RowComparison(expected: expected, actual: actual)
        #expect(comparison.matched == [0])
        #expect(comparison.changed.map(\.expected) == [1])
        #expect(comparison.changed.map(\.actual) == [0])
        #expect(comparison.changed.map(\.fields) == [["b"]])
        #expect(comparison.missing == [2])
        #expect(comparison.unexpected == [2])
    }

    @Test func manyRowsAreQuick() {
        let rows = (0..<20_000).map { row($0, "v\($0)") }
        #expect(RowComparison(expected: rows, actual: rows.reversed()).isEqual)
        #expect(RowComparison(expected: rows, actual: []).missing.count == 20_000)
    }
}

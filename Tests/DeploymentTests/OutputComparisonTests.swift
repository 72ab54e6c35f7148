import Deployment
import Testing

struct OutputComparisonTests {
    private func rows(_ lines: [String]) -> OutputComparison.Rows {
        { take in for line in lines { take(Array(line.utf8)[...]) } }
    }

    @Test func theOrderOfRowsIsNoDifference() throws {
        let comparison = try OutputComparison(
            rows([#"{"a":1}"#, #"{"a":2}"#, #"{"a":1}"#]), rows([#"{"a":1}"#, #"{"a":1}"#, #"{"a":2}"#]))
        #expect(comparison.verdict == .same)
        #expect(comparison.rowCounts == (3, 3))
    }

    @Test func howOftenARowStandsCounts() throws {
        let comparison = try OutputComparison(
            rows([#"{"a":1}"#, #"{"a":1}"#, #"{"a":1}"#]), rows([#"{"a":1}"#, #"{"a":3}"#]))
        #expect(comparison.verdict == .different)
        #expect(comparison.onlyFirst.map(\.row) == [#"{"a":1}"#])
        #expect(comparison.onlyFirst.map(\.count) == [2])
        #expect(comparison.onlySecond.map(\.row) == [#"{"a":3}"#])
        #expect(comparison.differingRows == (1, 1))
    }

    @Test func lastDigitsCountUnlessAnnounced() throws {
        let first = rows([#"{"k":"a","x":56199106.98999971}"#, #"{"k":"b","x":0.1}"#])
        let second = rows([#"{"k":"b","x":0.1}"#, #"{"k":"a","x":56199106.98999998}"#])
        #expect(try OutputComparison(first, second).verdict == .different)
        let announced = OutputComparison.Tolerance(announced: ["sums of floats differ in the last digits, as …"])
        #expect(announced == .lastDigits)
        #expect(try OutputComparison(first, second, tolerance: announced).verdict == .announced)
        let wrong = rows([#"{"k":"b","x":0.1}"#, #"{"k":"a","x":56199107.9}"#])
        #expect(try OutputComparison(first, wrong, tolerance: announced).verdict == .different)
        let other = rows([#"{"k":"b","x":0.1}"#, #"{"k":"c","x":56199106.98999998}"#])
        #expect(try OutputComparison(first, other, tolerance: announced).verdict == .different)
    }

    @Test func theOrderWithinListsCountsUnlessAnnounced() throws {
        let first = rows([#"{"l":[1,2,{"b":[3,4]}]}"#])
        let second = rows([#"{"l":[{"b":[4,3]},2,1]}"#])
        #expect(try OutputComparison(first, second).verdict == .different)
        let announced = OutputComparison.Tolerance(announced: ["the order within 'l' is left open"])
        #expect(try OutputComparison(first, second, tolerance: announced).verdict == .announced)
        #expect(try OutputComparison(first, rows([#"{"l":[1,2,2]}"#]), tolerance: announced).verdict == .different)
    }

    @Test func onlyTheFirstRowsAreKept() throws {
        let many = (0..<1000).map { "{\"a\":\($0)}" }
        let comparison = try OutputComparison(rows(many), rows([]), shown: 3)
        #expect(comparison.onlyFirst.count == 3)
        #expect(comparison.differingRows == (1000, 0))
    }
}

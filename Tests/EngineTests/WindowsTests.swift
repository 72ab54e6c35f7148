import DataModel
import Planning
import Testing

@testable import Engine

@Suite struct WindowsTests {
    private func batch(_ seconds: [Double]) -> Batch {
        let schema = Schema([Field("t", .double)])
        return Batch(rows: seconds.map { RowValue(["t": .double($0)]) }, schema: schema)
            .with(timestamps: Buffer(seconds.map { Int64($0 * 1e6) }))
    }

    private func windows(_ seconds: [Double], _ windowing: Windowing) -> [[Double]] {
        let assigned = Windows.assigned(batch(seconds), windowing: windowing)
        guard let windows = assigned.windows else { return [] }
        return (0..<assigned.count).map { [Double(windows.starts[$0]) / 1e6, Double(windows.ends[$0]) / 1e6] }
    }

    @Test func fixedWindowsStartAtTheOffset() {
        #expect(
            windows([1, 8, 11, 101], .fixed(size: 10_000_000, offset: 5_000_000)) == [
                [-5, 5], [5, 15], [5, 15], [95, 105],
            ])
    }

    @Test func fixedWindowsBeforeTheEpoch() {
        #expect(windows([-1, -10, -10.5], .fixed(size: 10_000_000, offset: 0)) == [[-10, 0], [-10, 0], [-20, -10]])
    }

    @Test func slidingWindowsRepeatRows() {
        #expect(
            windows([1, 101], .sliding(size: 20_000_000, period: 10_000_000, offset: 0))
                == [[0, 20], [-10, 10], [100, 120], [90, 110]])
    }

    @Test func slidingWindowsWithGapsLeaveRowsOut() {
        #expect(windows([1, 7], .sliding(size: 5_000_000, period: 10_000_000, offset: 0)) == [[0, 5]])
    }

    @Test func timesAtTheBoundsDoNotOverflow() {
        let ends: [Int64] = [.min, EventTime.minTimestamp, EventTime.maxTimestamp, .max]
        let rows = Batch(rows: ends.map { RowValue(["t": .int($0)]) }, schema: Schema([Field("t", .int64)]))
            .with(timestamps: Buffer(ends))
        for windowing in [
            Windowing.fixed(size: 3_600_000_000, offset: 7), .sliding(size: 60_000_000, period: 1_000_000, offset: 0),
            .sessions(gap: 5), .global,
        ] {
            #expect(Windows.assigned(rows, windowing: windowing).windows != nil)
        }
    }
}

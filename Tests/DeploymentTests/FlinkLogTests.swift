import Testing

@testable import Deployment

struct FlinkLogTests {
    private static let log = """
        2026-02-28 23:59:58,100 INFO  before
        2026-03-01 01:59:59,000 INFO  the job begins
        java.lang.Exception: boom
        \tat frame
        2026-03-01 02:00:03,999 INFO  it has ended
        2026-03-01 02:00:04,000 INFO  after
        2026-03-01 02:0
        """

    private static let midnight: Int64 = 1_772_323_200_000_000

    @Test func onlyLinesOfTheJobsTimeAreGiven() {
        let filter = FlinkLog(
            startedAt: Self.midnight - 1_000_000, endedAt: Self.midnight + 1_500_000, clockOffset: 120)
        let bytes = Array(Self.log.utf8)
        let lines = filter.lines(of: bytes, isContinued: false)
        #expect(
            lines.text.split(separator: "\n").map { $0.suffix(8) }
                == [
                    "b begins", "on: boom", "at frame", "as ended",
                ].map { $0[...] })
        #expect(lines.count == bytes.count - "2026-03-01 02:0".utf8.count, "half a line is left for the next time")
    }

    @Test func aContinuedLogGoesOnWithItsLastLine() {
        let filter = FlinkLog(startedAt: Self.midnight, endedAt: nil, clockOffset: 0)
        let lines = filter.lines(of: Array("\tat frame\n2026-03-01 00:00:09 x\n".utf8), isContinued: true)
        #expect(lines.text == "\tat frame\n2026-03-01 00:00:09 x\n")
        let begun = filter.lines(of: Array("\tat frame\n2026-02-01 00:00:09 x\n".utf8), isContinued: false)
        #expect(begun.text == "")
    }

    @Test func anotherLayoutIsGivenAsItIs() {
        let filter = FlinkLog(startedAt: 0, endedAt: 1, clockOffset: 0)
        #expect(filter.lines(of: Array("INFO a\nINFO b\n".utf8), isContinued: false).text == "INFO a\nINFO b\n")
        #expect(filter.lines(of: [], isContinued: false).count == 0)
    }
}

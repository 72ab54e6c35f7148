import DataModel

/// The part of a process's log that was written while a job ran: Flink keeps none for each job.
struct FlinkLog {
    /// As the log's lines begin, to the second: `2026-11-23 15:02:50`.
    private let first: String
    private let last: String?

    /// - Parameters:
    ///   - startedAt: microseconds since 1970-01-01T00:00:00Z.
    ///   - endedAt: `nil` for a job that goes on.
    ///   - clockOffset: minutes that the clock which the log shows is ahead of UTC.
    init(startedAt: Int64, endedAt: Int64?, clockOffset: Int) {
        first = Self.stamp(startedAt, clockOffset)
        // What a job's end sets off is logged a moment later.
        last = endedAt.map { Self.stamp($0 + 2_000_000, clockOffset) }
    }

    /// The whole lines of a log's bytes that are of that time, and how many bytes were looked at.
    ///
    /// Lines without a time, such as those of a stack trace, are of the same as the line before. A log of another layout
    /// is given as it is.
    func lines(of bytes: [UInt8], isContinued: Bool) -> (text: String, count: Int) {
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return ("", 0) }
        let lines = bytes[...end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        var isInside = isContinued || !lines.contains { Self.hasStamp($0) }
        var text: [UInt8] = []
        for line in lines {
            if Self.hasStamp(line) {
                let stamp = String(decoding: line.prefix(Self.pattern.count), as: UTF8.self)
                isInside = stamp >= first && last.map { stamp <= $0 } ?? true
            }
            if isInside { text += line + [UInt8(ascii: "\n")] }
        }
        return (String(decoding: text, as: UTF8.self), end + 1)
    }

    private static let pattern = Array("0000-00-00 00:00:00".utf8)

    private static func hasStamp(_ line: ArraySlice<UInt8>) -> Bool {
        line.count >= pattern.count
            && zip(line, pattern).allSatisfy { byte, wanted in
                wanted == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == wanted
            }
    }

    private static func stamp(_ microseconds: Int64, _ offset: Int) -> String {
        let moment = Calendar.moment(fromMicroseconds: microseconds + Int64(offset) * 60_000_000)
        func digits(_ number: Int, _ count: Int = 2) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let day = [digits(moment.day.year, 4), digits(moment.day.month), digits(moment.day.day)]
        let time = [moment.hour, moment.minute, moment.second].map { digits($0) }
        return day.joined(separator: "-") + " " + time.joined(separator: ":")
    }
}

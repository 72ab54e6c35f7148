/// A date or a naive datetime of Python's `datetime` module.
struct TemplateDate: Equatable {
    struct Time: Equatable {
        var hour = 0
        var minute = 0
        var second = 0
        var microsecond = 0
    }

    var year: Int
    var month: Int
    var day: Int
    /// `nil` for a `date`.
    var time: Time?

    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// A date that exists, between the years 1 and 9999.
    init?(year: Int, month: Int, day: Int, time: Time?) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.daysInMonth(year, month)
        else { return nil }
        if let time {
            guard (0..<24).contains(time.hour), (0..<60).contains(time.minute), (0..<60).contains(time.second),
                (0..<1_000_000).contains(time.microsecond)
            else { return nil }
        }
        self.year = year
        self.month = month
        self.day = day
        self.time = time
    }

    /// The moment a number of microseconds after 1970, or its day.
    init?(microseconds: Int64, hasTime: Bool) {
        let days = Int(
            microseconds >= 0
                ? microseconds / Self.microsecondsPerDay : (microseconds + 1) / Self.microsecondsPerDay - 1)
        let rest = Int(microseconds - Int64(days) * Self.microsecondsPerDay)
        // Howard Hinnant's civil_from_days.
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let time = Time(
            hour: rest / 3_600_000_000, minute: rest / 60_000_000 % 60, second: rest / 1_000_000 % 60,
            microsecond: rest % 1_000_000)
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shifted + 2) / 5 + 1, time: hasTime ? time : nil)
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Days since 1970-01-01.
    var days: Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    var microseconds: Int64 {
        let time = time ?? Time()
        let seconds = time.hour * 3600 + time.minute * 60 + time.second
        return Int64(days) * Self.microsecondsPerDay + Int64(seconds) * 1_000_000 + Int64(time.microsecond)
    }

    /// Monday is 0.
    var weekday: Int { ((days + 3) % 7 + 7) % 7 }

    var dayOfYear: Int { (1..<month).reduce(day) { $0 + Self.daysInMonth(year, $1) } }

    /// The ISO year and week.
    var isoWeek: (year: Int, week: Int) {
        let week = (dayOfYear - weekday - 1 + 10) / 7
        if week < 1 {
            guard let last = TemplateDate(year: year - 1, month: 12, day: 31, time: nil) else { return (year, 1) }
            return last.isoWeek
        }
        if week == 53 {
            let january = TemplateDate(year: year + 1, month: 1, day: 1, time: nil)
            if let january, january.weekday <= 3 { return (year + 1, 1) }
        }
        return (year, week)
    }

    static func pad(_ value: Int, _ width: Int, with filler: String = "0") -> String {
        let text = String(value)
        return String(repeating: filler, count: max(0, width - text.count)) + text
    }

    /// `2024-01-02T03:04:05.000006`, with another separator where asked for.
    func isoFormat(separator: String = "T") -> String {
        let date = "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(day, 2))"
        guard let time else { return date }
        let clock = "\(Self.pad(time.hour, 2)):\(Self.pad(time.minute, 2)):\(Self.pad(time.second, 2))"
        return date + separator + clock + (time.microsecond == 0 ? "" : ".\(Self.pad(time.microsecond, 6))")
    }

    /// Python's `str()`.
    var description: String { isoFormat(separator: " ") }

    var repr: String {
        guard let time else { return "datetime.date(\(year), \(month), \(day))" }
        var parts = [year, month, day, time.hour, time.minute]
        if time.second != 0 || time.microsecond != 0 { parts.append(time.second) }
        if time.microsecond != 0 { parts.append(time.microsecond) }
        return "datetime.datetime(\(parts.map(String.init).joined(separator: ", ")))"
    }

    /// Python's `str()` of a `timedelta`.
    static func durationText(_ microseconds: Int64) -> String {
        var days = microseconds / microsecondsPerDay
        var rest = microseconds % microsecondsPerDay
        if rest < 0 {
            rest += microsecondsPerDay
            days -= 1
        }
        let seconds = Int(rest / 1_000_000)
        var text = days == 0 ? "" : "\(days) day\(abs(days) == 1 ? "" : "s"), "
        text += "\(seconds / 3600):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))"
        let fraction = Int(rest % 1_000_000)
        return text + (fraction == 0 ? "" : ".\(pad(fraction, 6))")
    }
}

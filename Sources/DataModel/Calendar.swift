/// The proleptic Gregorian calendar, without zones or leap seconds.
///
/// Source of the arithmetic: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
public enum Calendar {
    public static let microsecondsPerSecond: Int64 = 1_000_000
    public static let microsecondsPerDay: Int64 = 86_400_000_000

    /// A day of the calendar; `month` and `day` count from 1.
    public struct Day: Hashable, Sendable {
        public var year: Int
        public var month: Int
        public var day: Int

        public init(year: Int, month: Int, day: Int) {
            self.year = year
            self.month = month
            self.day = day
        }
    }

    /// A moment of a local clock, split into what calendars name.
    public struct Moment: Hashable, Sendable {
        public var day: Day
        public var hour: Int
        public var minute: Int
        public var second: Int
        public var microsecond: Int

        public init(day: Day, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0) {
            self.day = day
            self.hour = hour
            self.minute = minute
            self.second = second
            self.microsecond = microsecond
        }
    }

    /// Days from 1970-01-01 to a day; the day need not exist in its month (day 32 is the first of the next).
    ///
    /// Years beyond ±1,000,000 are clamped, so that no input overflows.
    public static func days(year: Int, month: Int, day: Int) -> Int {
        let year = min(max(year, -1_000_000), 1_000_000) - (month <= 2 ? 1 : 0)
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Days from 1970-01-01 to a day.
    public static func days(_ day: Day) -> Int { days(year: day.year, month: day.month, day: day.day) }

    /// The day that lies `days` after 1970-01-01.
    public static func day(fromDays days: Int) -> Day {
        let shifted = min(max(days, -400_000_000), 400_000_000) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return Day(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Splits microseconds since 1970-01-01T00:00:00 of a local clock.
    public static func moment(fromMicroseconds microseconds: Int64) -> Moment {
        let days = floorDivide(microseconds, microsecondsPerDay)
        // The product may lie below 64 bits where the difference does not.
        let within = Int(microseconds &- days &* microsecondsPerDay)
        let seconds = within / 1_000_000
        return Moment(
            day: day(fromDays: Int(days)), hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60,
            microsecond: within % 1_000_000)
    }

    /// Microseconds since 1970-01-01T00:00:00 of a local clock; `nil` outside 64 bits.
    public static func microseconds(_ moment: Moment) -> Int64? {
        let seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        let (whole, overflow) = Int64(days(moment.day)).multipliedReportingOverflow(by: microsecondsPerDay)
        let (sum, carry) = whole.addingReportingOverflow(Int64(seconds) * 1_000_000 + Int64(moment.microsecond))
        return overflow || carry ? nil : sum
    }

    public static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The number of days of a month; 0 for a month that does not exist.
    public static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }

    /// 0 for Monday to 6 for Sunday, as Python counts.
    public static func weekday(fromDays days: Int) -> Int {
        let shifted = (days % 7 + 3) % 7
        return shifted < 0 ? shifted + 7 : shifted
    }

    /// Rounds towards negative infinity; `divisor` is positive.
    public static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let quotient = dividend / divisor
        return dividend % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Calendar {
    /// Appends `1970-01-01`.
    public static func appendDay(_ day: Day, to out: Buffer<UInt8>) {
        if day.year < 0 { out.append(UInt8(ascii: "-")) }
        appendPadded(abs(day.year), width: 4, to: out)
        out.append(UInt8(ascii: "-"))
        appendPadded(day.month, width: 2, to: out)
        out.append(UInt8(ascii: "-"))
        appendPadded(day.day, width: 2, to: out)
    }

    /// Appends `1970-01-01T00:00:00`, with `.000001` only where there is a fraction; no zone.
    public static func appendMoment(
        microseconds: Int64, separator: UInt8 = UInt8(ascii: "T"), to out: Buffer<UInt8>
    ) {
        let moment = moment(fromMicroseconds: microseconds)
        appendDay(moment.day, to: out)
        out.append(separator)
        appendPadded(moment.hour, width: 2, to: out)
        out.append(UInt8(ascii: ":"))
        appendPadded(moment.minute, width: 2, to: out)
        out.append(UInt8(ascii: ":"))
        appendPadded(moment.second, width: 2, to: out)
        if moment.microsecond != 0 {
            out.append(UInt8(ascii: "."))
            appendPadded(moment.microsecond, width: 6, to: out)
        }
    }

    /// Appends `+00:00`, with seconds only where there are some.
    public static func appendOffset(seconds: Int, to out: Buffer<UInt8>) {
        out.append(UInt8(ascii: seconds < 0 ? "-" : "+"))
        let magnitude = Int(seconds.magnitude % 1_000_000)
        appendPadded(magnitude / 3600, width: 2, to: out)
        out.append(UInt8(ascii: ":"))
        appendPadded(magnitude / 60 % 60, width: 2, to: out)
        if magnitude % 60 != 0 {
            out.append(UInt8(ascii: ":"))
            appendPadded(magnitude % 60, width: 2, to: out)
        }
    }

    /// The RFC 3339 form of an instant: `1970-01-01T00:00:01.500000Z`, the fraction only where there is one.
    public static func appendInstant(microseconds: Int64, to out: Buffer<UInt8>) {
        appendMoment(microseconds: microseconds, to: out)
        out.append(UInt8(ascii: "Z"))
    }

    /// A number that is not negative, with zeros in front up to `width`.
    public static func appendPadded(_ number: Int, width: Int, to out: Buffer<UInt8>) {
        var power = 1
        for _ in 1..<max(2, width) { power *= 10 }
        while number / power >= 10 { power *= 10 }
        if width <= 1, number < 10 { power = 1 }
        var rest = number
        while power > 0 {
            out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power % 10))
            rest %= power
            power /= 10
        }
    }
}

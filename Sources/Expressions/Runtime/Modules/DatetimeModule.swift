import DataModel

/// Python's `datetime`. The local time zone is UTC, and a `tzinfo` is the duration of its offset.
enum DatetimeModule {
    static let constants: [String: Value] = [
        "datetime.timezone.utc": .duration(0), "datetime.UTC": .duration(0),
        "datetime.date.min": .date(Calendar.days(year: 1, month: 1, day: 1)),
        "datetime.date.max": .date(Calendar.days(year: 9999, month: 12, day: 31)),
        "datetime.datetime.min": .datetime(DateTimeValue(localMicroseconds: -62_135_596_800_000_000)),
        "datetime.datetime.max": .datetime(DateTimeValue(localMicroseconds: 253_402_300_799_999_999)),
    ]

    static let signatures: [String: Signature] = [
        "datetime.datetime": Signature(
            ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"], required: 3,
            keywords: true, .fixed(.datetime)),
        "datetime.date": Signature(["year", "month", "day"], keywords: true, .fixed(.date)),
        "datetime.timedelta": Signature(
            ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"], required: 0,
            keywords: true, .fixed(.duration)),
        "datetime.timezone": Signature(["offset"], .fixed(.duration)),
        "datetime.datetime.now": Signature(["tz"], required: 0, keywords: true, .fixed(.datetime)),
        "datetime.datetime.today": .none(.datetime), "datetime.datetime.utcnow": .none(.datetime),
        "datetime.date.today": .none(.date),
        "datetime.datetime.strptime": Signature(["date_string", "format"], .fixed(.datetime)),
        "datetime.datetime.fromisoformat": .one(.datetime), "datetime.date.fromisoformat": .one(.date),
        "datetime.datetime.fromtimestamp": Signature(
            ["timestamp", "tz"], required: 1, keywords: true, .fixed(.datetime)),
        "datetime.datetime.utcfromtimestamp": .one(.datetime), "datetime.date.fromtimestamp": .one(.date),
        "datetime.date.fromordinal": .one(.date),
    ]

    static func call(
        _ name: String, _ signature: Signature, _ positional: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        let short = String(name.split(separator: ".").last ?? "")
        let bound = try signature.bind(nil, short, positional, keywords)
        let first = bound.first.flatMap { $0 } ?? .null
        let second = bound.count > 1 ? bound[1] ?? .null : .null
        switch name {
        case "datetime.datetime":
            let parts = bound.prefix(7).map { $0 ?? .int(0) }
            return .datetime(try makeDatetime(parts, offset: try offset(bound[7] ?? .null)))
        case "datetime.date": return try makeDate(first, second, bound[2] ?? .null)
        case "datetime.timedelta": return .duration(try timedelta(bound))
        case "datetime.timezone":
            guard let seconds = try offset(first), abs(seconds) < 86_400 else {
                throw .valueError(
                    "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).")
            }
            return first
        case "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow":
            return .datetime(try instant(CMath.microsecondsNow(), zone: first))
        case "datetime.date.today":
            return .date(Int(Calendar.floorDivide(CMath.microsecondsNow(), Calendar.microsecondsPerDay)))
        case "datetime.datetime.strptime":
            return .datetime(try DateParsing.parse(try text(first, "strptime", 1), try text(second, "strptime", 2)))
        case "datetime.datetime.fromisoformat":
            guard case .string(let text) = first else { throw .typeError("fromisoformat: argument must be str") }
            return .datetime(try ISODateParsing.datetime(text))
        case "datetime.date.fromisoformat":
            guard case .string(let text) = first else { throw .typeError("fromisoformat: argument must be str") }
            return .date(try ISODateParsing.date(text))
        case "datetime.datetime.fromtimestamp", "datetime.datetime.utcfromtimestamp":
            return .datetime(try instant(try microseconds(first), zone: second))
        case "datetime.date.fromtimestamp":
            let moment = try instant(try microseconds(first), zone: .null)
            return .date(Int(Calendar.floorDivide(moment.localMicroseconds, Calendar.microsecondsPerDay)))
        default:
            let ordinal = try PythonRuntime.integer(first)
            guard ordinal >= 1 else { throw .valueError("ordinal must be >= 1") }
            guard ordinal <= 3_652_059 else { throw .valueError("year is out of range") }
            return .date(ordinal - 719_163)
        }
    }

    private static func text(_ value: Value, _ name: String, _ place: Int) throws(PythonError) -> String {
        guard case .string(let text) = value else {
            throw .typeError("\(name)() argument \(place) must be str, not \(PythonRuntime.typeName(value))")
        }
        return text
    }

    /// A zone's seconds east of UTC; `nil` for `None`.
    static func offset(_ zone: Value) throws(PythonError) -> Int? {
        switch zone {
        case .null: return nil
        case .duration(let micros): return Int(micros / 1_000_000)
        default:
            throw .typeError(
                "tzinfo argument must be None or of a tzinfo subclass, not type '\(PythonRuntime.typeName(zone))'")
        }
    }

    private static func instant(_ micros: Int64, zone: Value) throws(PythonError) -> DateTimeValue {
        let offset = try offset(zone)
        let (local, overflow) = micros.addingReportingOverflow(Int64(offset ?? 0) &* 1_000_000)
        let year = Calendar.moment(fromMicroseconds: local).day.year
        guard !overflow, PythonRuntime.yearRange.contains(year) else {
            throw .valueError("year \(year) is out of range")
        }
        return DateTimeValue(localMicroseconds: local, offsetSeconds: offset)
    }

    /// Seconds since the epoch as microseconds, rounded half to even.
    private static func microseconds(_ value: Value) throws(PythonError) -> Int64 {
        if let seconds = PythonRuntime.index(value) {
            let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
            if overflow { throw .valueError("year is out of range") }
            return micros
        }
        switch value {
        case .double(let seconds):
            if seconds.isNaN { throw .valueError("cannot convert float NaN to integer") }
            if seconds.isInfinite { throw .overflow("cannot convert float infinity to integer") }
            let whole = seconds.rounded(.down)
            let fraction = ((seconds - whole) * 1e6).rounded(.toNearestOrEven)
            guard let micros = Int64(exactly: whole * 1e6) else { throw .valueError("year is out of range") }
            return micros &+ Int64(fraction)
        case .timestamp(let micros): return micros
        default: throw .typeError("'\(PythonRuntime.typeName(value))' object cannot be interpreted as an integer")
        }
    }

    static func makeDate(_ year: Value, _ month: Value, _ day: Value) throws(PythonError) -> Value {
        let parts = (
            try PythonRuntime.integer(year), try PythonRuntime.integer(month), try PythonRuntime.integer(day)
        )
        return .date(try days(parts.0, parts.1, parts.2))
    }

    static func days(_ year: Int, _ month: Int, _ day: Int) throws(PythonError) -> Int {
        guard PythonRuntime.yearRange.contains(year) else { throw .valueError("year \(year) is out of range") }
        guard (1...12).contains(month) else { throw .valueError("month must be in 1..12") }
        guard day >= 1, day <= Calendar.daysInMonth(year: year, month: month) else {
            throw .valueError("day is out of range for month")
        }
        return Calendar.days(year: year, month: month, day: day)
    }

    /// `parts` are year, month, day, hour, minute, second and microsecond.
    static func makeDatetime(_ parts: [Value], offset: Int?) throws(PythonError) -> DateTimeValue {
        var numbers: [Int] = []
        for part in parts { numbers.append(try PythonRuntime.integer(part)) }
        guard numbers.count == 7 else { throw .typeError("datetime() takes 7 numbers") }
        let days = try days(numbers[0], numbers[1], numbers[2])
        for (index, (name, limit)) in [("hour", 23), ("minute", 59), ("second", 59), ("microsecond", 999_999)]
            .enumerated()
        {
            guard (0...limit).contains(numbers[index + 3]) else { throw .valueError("\(name) must be in 0..\(limit)") }
        }
        let seconds = numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
        return DateTimeValue(
            localMicroseconds: Int64(days) * Calendar.microsecondsPerDay + Int64(seconds) * 1_000_000
                + Int64(numbers[6]), offsetSeconds: offset)
    }

    /// The sum of all parts; fractions of microseconds are rounded once, half to even. Source: CPython's `accum`.
    private static func timedelta(_ bound: [Value?]) throws(PythonError) -> Int64 {
        let units: [(name: String, micros: Int64)] = [
            ("days", 86_400_000_000), ("seconds", 1_000_000), ("microseconds", 1), ("milliseconds", 1000),
            ("minutes", 60_000_000), ("hours", 3_600_000_000), ("weeks", 604_800_000_000),
        ]
        var total: Int64 = 0
        var leftover = 0.0
        func add(_ number: Int64, _ factor: Int64) throws(PythonError) {
            let (product, first) = number.multipliedReportingOverflow(by: factor)
            let (sum, second) = total.addingReportingOverflow(product)
            if first || second { throw .integerTooLarge }
            total = sum
        }
        // CPython adds the smallest units first, which decides how fractions round.
        for index in [2, 3, 1, 4, 5, 0, 6] {
            let unit = units[index]
            guard let value = bound[index] else { continue }
            if let number = PythonRuntime.index(value) {
                try add(number, unit.micros)
                continue
            }
            guard case .double(let number) = value else {
                throw .typeError(
                    "unsupported type for timedelta \(unit.name) component: \(PythonRuntime.typeName(value))")
            }
            let whole = number.rounded(.towardZero)
            try add(try NumberParsing.truncated(whole), unit.micros)
            let micros = (number - whole) * Double(unit.micros)
            let wholeMicros = micros.rounded(.towardZero)
            try add(try NumberParsing.truncated(wholeMicros), 1)
            leftover += micros - wholeMicros
        }
        if leftover != 0 {
            var whole = leftover.rounded(.toNearestOrAwayFromZero)
            if (whole - leftover).magnitude == 0.5 {
                let odd = Double(total & 1)
                whole = 2 * ((leftover + odd) * 0.5).rounded(.toNearestOrAwayFromZero) - odd
            }
            try add(Int64(whole), 1)
        }
        return total
    }
}

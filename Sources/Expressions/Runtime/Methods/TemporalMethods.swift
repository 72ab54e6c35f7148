import DataModel

/// The methods of Beam's `Timestamp` and `Duration`, Python's dates, datetimes and timedeltas, decimals and rows.
enum TemporalMethods {
    static let timestampSignatures: [String: Signature] = [
        "seconds": .none(.int64), "predecessor": .none(.timestamp), "to_rfc3339": .none(.string),
        "to_utc_datetime": Signature(["has_tz"], required: 0, keywords: true, .fixed(.datetime)),
    ]
    static let durationSignatures: [String: Signature] = ["total_seconds": .none(.double)]
    static let dateSignatures: [String: Signature] = [
        "isoformat": .none(.string), "weekday": .none(.int64), "isoweekday": .none(.int64),
        "toordinal": .none(.int64), "isocalendar": .none(.list(.int64)), "strftime": .one(.string),
        "replace": Signature(["year", "month", "day"], required: 0, keywords: true, .fixed(.date)),
    ]
    static let datetimeSignatures: [String: Signature] = [
        "isoformat": Signature(["sep", "timespec"], required: 0, keywords: true, .fixed(.string)),
        "weekday": .none(.int64), "isoweekday": .none(.int64), "toordinal": .none(.int64),
        "isocalendar": .none(.list(.int64)), "strftime": .one(.string), "timestamp": .none(.double),
        "date": .none(.date), "utcoffset": .none(FieldType.duration.nullable),
        "astimezone": Signature(["tz"], required: 0, keywords: true, .fixed(.datetime)),
        "replace": Signature(
            ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"], required: 0,
            keywords: true, .fixed(.datetime)),
    ]
    static let decimalSignatures: [String: Signature] = [:]
    static let rowSignatures: [String: Signature] = [
        "_asdict": Signature([], .unknown), "as_dict": Signature([], .unknown),
    ]

    static func call(_ receiver: Value, _ name: String, _ arguments: [Value?]) throws(PythonError) -> Value {
        switch receiver {
        case .timestamp(let micros): return try timestamp(micros, name, arguments)
        case .duration(let micros): return .double(Double(micros) / 1e6)
        case .date(let days): return try date(days, name, arguments)
        case .datetime(let moment): return try datetime(moment, name, arguments)
        case .row(let row):
            return .map(MapValue(zip(row.names, row.values).map { (.string($0), $1) }))
        default: throw PythonRuntime.missingAttribute(receiver, name)
        }
    }

    private static func timestamp(_ micros: Int64, _ name: String, _ arguments: [Value?]) throws(PythonError) -> Value {
        switch name {
        case "seconds": return .int(Calendar.floorDivide(micros, 1_000_000))
        case "predecessor":
            guard micros > .min else { throw .integerTooLarge }
            return .timestamp(micros - 1)
        case "to_rfc3339":
            return .string(PythonRuntime.written { Calendar.appendInstant(microseconds: micros, to: $0) })
        default:
            guard PythonRuntime.yearRange.contains(Calendar.moment(fromMicroseconds: micros).day.year) else {
                throw .overflow("date value out of range")
            }
            let hasZone = arguments[0].map(PythonRuntime.isTrue) ?? false
            return .datetime(DateTimeValue(localMicroseconds: micros, offsetSeconds: hasZone ? 0 : nil))
        }
    }

    private static func date(_ days: Int, _ name: String, _ arguments: [Value?]) throws(PythonError) -> Value {
        switch name {
        case "isoformat": return .string(PythonRuntime.str(.date(days)))
        case "strftime":
            return .string(
                try DateFormat.format(try format(arguments[0]), Int64(days) * Calendar.microsecondsPerDay, nil))
        case "replace":
            let day = Calendar.day(fromDays: days)
            return try DatetimeModule.makeDate(
                arguments[0] ?? .int(Int64(day.year)), arguments[1] ?? .int(Int64(day.month)),
                arguments[2] ?? .int(Int64(day.day)))
        default: return common(days, name)
        }
    }

    private static func format(_ value: Value?) throws(PythonError) -> String {
        guard case .string(let format)? = value else {
            throw .typeError("strftime() argument 1 must be str, not \(PythonRuntime.typeName(value ?? .null))")
        }
        return format
    }

    /// What dates and datetimes answer alike.
    private static func common(_ days: Int, _ name: String) -> Value {
        let weekday = Calendar.weekday(fromDays: days)
        switch name {
        case "weekday": return .int(Int64(weekday))
        case "isoweekday": return .int(Int64(weekday + 1))
        case "toordinal": return .int(Int64(days + 719_163))
        default:
            let (year, week) = isoWeek(days)
            return .list([.int(Int64(year)), .int(Int64(week)), .int(Int64(weekday + 1))])
        }
    }

    /// The ISO 8601 year and week: the week's Thursday decides.
    static func isoWeek(_ days: Int) -> (year: Int, week: Int) {
        let thursday = days - Calendar.weekday(fromDays: days) + 3
        let year = Calendar.day(fromDays: thursday).year
        return (year, (thursday - Calendar.days(year: year, month: 1, day: 1)) / 7 + 1)
    }

    private static func datetime(
        _ value: DateTimeValue, _ name: String, _ arguments: [Value?]
    ) throws(PythonError) -> Value {
        let days = Int(Calendar.floorDivide(value.localMicroseconds, Calendar.microsecondsPerDay))
        switch name {
        case "date": return .date(days)
        case "timestamp": return .double(Double(value.instantOrLocal) / 1e6)
        case "utcoffset": return value.offsetSeconds.map { .duration(Int64($0) * 1_000_000) } ?? .null
        case "strftime":
            let format = try format(arguments[0])
            return .string(try DateFormat.format(format, value.localMicroseconds, value.offsetSeconds))
        case "isoformat": return .string(try isoFormat(value, arguments))
        case "replace": return try replaced(value, arguments)
        case "astimezone":
            let offset = try DatetimeModule.offset(arguments[0] ?? .duration(0)) ?? 0
            return .datetime(
                DateTimeValue(
                    localMicroseconds: value.instantOrLocal &+ Int64(offset) &* 1_000_000, offsetSeconds: offset))
        default: return common(days, name)
        }
    }

    private static func isoFormat(_ value: DateTimeValue, _ arguments: [Value?]) throws(PythonError) -> String {
        var separator: Unicode.Scalar = "T"
        if case .string(let text)? = arguments[0], let first = text.unicodeScalars.first,
            text.unicodeScalars.count == 1
        {
            separator = first
        } else if let given = arguments[0] {
            throw .typeError("isoformat() argument 1 must be a unicode character, not \(PythonRuntime.typeName(given))")
        }
        let text = PythonRuntime.isoFormat(value, separator: separator)
        guard case .string(let precision)? = arguments[1], precision != "auto" else { return text }
        let digits: Int
        switch precision {
        case "hours": digits = -6
        case "minutes": digits = -3
        case "seconds": digits = 0
        case "milliseconds": digits = 4
        case "microseconds": digits = 7
        default: throw .valueError("Unknown timespec value")
        }
        let moment = Calendar.moment(fromMicroseconds: value.localMicroseconds)
        var whole = value
        whole.localMicroseconds &-= Int64(moment.microsecond)
        whole.offsetSeconds = nil
        var out = PythonRuntime.isoFormat(whole, separator: separator)
        if digits < 0 {
            out = String(out.dropLast(-digits))
        } else if digits > 0 {
            out += ("." + PythonRuntime.padded(moment.microsecond, 6)).prefix(digits)
        }
        if let offset = value.offsetSeconds {
            out += PythonRuntime.written { Calendar.appendOffset(seconds: offset, to: $0) }
        }
        return out
    }

    private static func replaced(_ value: DateTimeValue, _ arguments: [Value?]) throws(PythonError) -> Value {
        let moment = Calendar.moment(fromMicroseconds: value.localMicroseconds)
        let current = [
            moment.day.year, moment.day.month, moment.day.day, moment.hour, moment.minute, moment.second,
            moment.microsecond,
        ]
        var parts: [Value] = []
        for (index, part) in current.enumerated() { parts.append(arguments[index] ?? .int(Int64(part))) }
        let offset =
            if let zone = arguments[7] { try DatetimeModule.offset(zone) } else { value.offsetSeconds }
        return .datetime(try DatetimeModule.makeDatetime(parts, offset: offset))
    }
}

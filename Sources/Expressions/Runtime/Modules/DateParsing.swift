import DataModel

/// `datetime.strptime`: the format becomes a regular expression, as in CPython's `_strptime`.
enum DateParsing {
    private static let patterns: [Unicode.Scalar: String] = {
        func names(_ names: [String]) -> String {
            names.sorted { $0.utf8.count > $1.utf8.count }.joined(separator: "|")
        }
        return [
            "d": "3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]", "f": "[0-9]{1,6}", "H": "2[0-3]|[0-1]\\d|\\d",
            "I": "1[0-2]|0[1-9]|[1-9]",
            "j": "36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]",
            "m": "1[0-2]|0[1-9]|[1-9]", "M": "[0-5]\\d|\\d", "S": "6[0-1]|[0-5]\\d|\\d", "w": "[0-6]",
            "y": "\\d\\d", "Y": "\\d\\d\\d\\d",
            "z": "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|(?-i:Z)", "Z": "utc|gmt", "p": "am|pm",
            "A": names(DateFormat.weekdays), "a": names(DateFormat.weekdays.map { String($0.prefix(3)) }),
            "B": names(DateFormat.months), "b": names(DateFormat.months.map { String($0.prefix(3)) }),
        ]
    }()

    static func parse(_ text: String, _ format: String) throws(PythonError) -> DateTimeValue {
        let regex = try Regex.compiled(try pattern(format), flags: RegexTranslation.Flags.ignoreCase.rawValue)
        let bytes = Array(text.utf8)
        guard let ranges = try Regex.Matcher(regex, bytes).next(from: 0, .match), let whole = ranges[0] else {
            throw .valueError(
                "time data \(PythonRuntime.quoted(text)) does not match format \(PythonRuntime.quoted(format))")
        }
        guard whole.upperBound == bytes.count else {
            let rest = String(decoding: bytes[whole.upperBound...], as: UTF8.self)
            throw .valueError("unconverted data remains: \(rest)")
        }
        var found: [String: String] = [:]
        for (name, index) in regex.names {
            if let range = ranges[index] { found[name] = String(decoding: bytes[range], as: UTF8.self) }
        }
        return try moment(found)
    }

    private static func pattern(_ format: String) throws(PythonError) -> String {
        var pattern = ""
        var isDirective = false
        var isAfterSpace = false
        for scalar in format.unicodeScalars {
            if isDirective {
                isDirective = false
                if scalar == "%" {
                    pattern += "%"
                } else if let known = patterns[scalar] {
                    pattern += "(?P<\(scalar)>\(known))"
                } else {
                    throw .valueError("'\(scalar)' is a bad directive in format \(PythonRuntime.quoted(format))")
                }
                isAfterSpace = false
                continue
            }
            let isSpace = UnicodeTraits.isSpace(scalar)
            if scalar == "%" {
                isDirective = true
            } else if isSpace {
                if !isAfterSpace { pattern += "\\s+" }
            } else {
                pattern += RegexModule.escaped(String(scalar))
            }
            isAfterSpace = isSpace
        }
        if isDirective { throw .valueError("stray % in format \(PythonRuntime.quoted(format))") }
        return pattern
    }

    private static func moment(_ found: [String: String]) throws(PythonError) -> DateTimeValue {
        func number(_ key: String) -> Int? {
            guard
                case .int(let number)? = found[key].flatMap({ text in
                    try? Value.int(NumberParsing.integer(.string(text), base: nil))
                })
            else { return nil }
            return Int(number)
        }
        var year = number("Y") ?? 1900
        if let short = number("y") { year = short + (short <= 68 ? 2000 : 1900) }
        var month = number("m") ?? 1
        if let name = found["B"] ?? found["b"] {
            month = (DateFormat.months.firstIndex { isPrefix(name, of: $0) } ?? 0) + 1
        }
        var day = number("d") ?? 1
        var hour = number("H") ?? 0
        if let hour12 = number("I") {
            let isAfternoon = found["p"]?.lowercased() == "pm"
            hour = hour12 % 12 + (isAfternoon ? 12 : 0)
        }
        let fraction = found["f"].map { $0 + String(repeating: "0", count: max(0, 6 - $0.utf8.count)) }
        if let dayOfYear = number("j"), found["m"] == nil, found["B"] == nil, found["b"] == nil {
            let date = Calendar.day(fromDays: Calendar.days(year: year, month: 1, day: 1) + dayOfYear - 1)
            (year, month, day) = (date.year, date.month, date.day)
        }
        let parts = [year, month, day, hour, number("M") ?? 0, number("S") ?? 0, fraction.flatMap { Int($0) } ?? 0]
        let offset = try found["z"].map { text throws(PythonError) in try zone(text) }
        return try DatetimeModule.makeDatetime(parts.map { .int(Int64($0)) }, offset: offset)
    }

    private static func isPrefix(_ text: String, of name: String) -> Bool {
        name.lowercased().hasPrefix(text.lowercased())
    }

    /// `Z`, `+0130`, `+01:30`, `+01:30:15`.
    private static func zone(_ text: String) throws(PythonError) -> Int {
        guard text != "Z" else { return 0 }
        let digits = text.utf8.prefix { $0 != UInt8(ascii: ".") }.filter { (0x30...0x39).contains($0) }.map {
            Int($0) - 0x30
        }
        func pair(_ index: Int) -> Int { index + 1 < digits.count ? digits[index] * 10 + digits[index + 1] : 0 }
        let seconds = pair(0) * 3600 + pair(2) * 60 + pair(4)
        return text.utf8.first == UInt8(ascii: "-") ? -seconds : seconds
    }
}

/// `datetime.fromisoformat` and `date.fromisoformat`, as of CPython 3.11: the common forms of ISO 8601.
enum ISODateParsing {
    static func date(_ text: String) throws(PythonError) -> Int {
        let bytes = Array(text.utf8)
        guard bytes.count == 7 || bytes.count == 8 || bytes.count == 10, let days = try days(bytes[...], text) else {
            throw invalid(text)
        }
        return days
    }

    private static func invalid(_ text: String) -> PythonError {
        .valueError("Invalid isoformat string: \(PythonRuntime.quoted(text))")
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count < 10, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }

    /// `YYYY-MM-DD`, `YYYYMMDD`, `YYYY-Www-D`, `YYYY-Www`, `YYYYWwwD`, `YYYYWww`.
    private static func days(_ bytes: ArraySlice<UInt8>, _ text: String) throws(PythonError) -> Int? {
        let plain = Array(bytes).filter { $0 != UInt8(ascii: "-") }
        let dashes = bytes.count - plain.count
        guard plain.count >= 7, let year = number(plain[..<4]) else { return nil }
        if plain[4] == UInt8(ascii: "W") {
            let week = number(plain[5..<7])
            let day = plain.count == 8 ? number(plain[7...]) : 1
            guard let week, let day, plain.count <= 8 else { return nil }
            guard (1...53).contains(week) else { throw .valueError("Invalid week: \(week)") }
            guard (1...7).contains(day) else {
                throw .valueError("Invalid weekday: \(day) (range is [1, 7])")
            }
            let fourth = Calendar.days(year: year, month: 1, day: 4)
            return fourth - Calendar.weekday(fromDays: fourth) + (week - 1) * 7 + day - 1
        }
        guard plain.count == 8, dashes == 0 || dashes == 2, let month = number(plain[4..<6]),
            let day = number(plain[6...])
        else { return nil }
        if dashes == 2 {
            let start = bytes.startIndex
            guard bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-") else { return nil }
        }
        return try DatetimeModule.days(year, month, day)
    }

    static func datetime(_ text: String) throws(PythonError) -> DateTimeValue {
        let bytes = Array(text.utf8)
        guard bytes.count >= 7 else { throw invalid(text) }
        let length = dateLength(bytes)
        guard let days = try days(bytes.prefix(length), text) else { throw invalid(text) }
        var moment = DateTimeValue(localMicroseconds: Int64(days) * Calendar.microsecondsPerDay)
        if bytes.count == length { return moment }
        // Any one character may separate date and time.
        var start = length + 1
        while start < bytes.count, bytes[start] & 0xC0 == 0x80 { start += 1 }
        guard start < bytes.count else { throw invalid(text) }
        var time = bytes[start...]
        if let sign = time.firstIndex(where: {
            $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "Z")
        }) {
            let zone = time[sign...]
            time = time[..<sign]
            if zone.first == UInt8(ascii: "Z") {
                guard zone.count == 1 else { throw invalid(text) }
                moment.offsetSeconds = 0
            } else {
                guard let (parts, _) = clock(zone.dropFirst()) else { throw invalid(text) }
                let seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
                guard seconds < 86_400 else {
                    throw .valueError(
                        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), "
                            + "not \(PythonRuntime.timedeltaRepr(Int64(seconds) * 1_000_000)).")
                }
                moment.offsetSeconds = zone.first == UInt8(ascii: "-") ? -seconds : seconds
            }
        }
        guard let (parts, micros) = clock(time) else { throw invalid(text) }
        for (part, (name, limit)) in zip(parts, [("hour", 23), ("minute", 59), ("second", 59)]) where part > limit {
            throw .valueError("\(name) must be in 0..\(limit)")
        }
        let seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
        moment.localMicroseconds += Int64(seconds) * 1_000_000 + Int64(micros)
        return moment
    }

    /// Where the date ends, after CPython's `_find_isoformat_datetime_separator`.
    private static func dateLength(_ bytes: [UInt8]) -> Int {
        if bytes[4] == UInt8(ascii: "-") {
            guard bytes[5] == UInt8(ascii: "W") else { return min(10, bytes.count) }
            let hasDay = bytes.count > 8 && bytes[8] == UInt8(ascii: "-")
            return min(hasDay && bytes.count != 9 ? 10 : 8, bytes.count)
        }
        if bytes[4] == UInt8(ascii: "W") {
            var index = 7
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
            return index < 9 ? index : index % 2 == 0 ? 7 : 8
        }
        return min(8, bytes.count)
    }

    /// Hours, minutes and seconds with or without colons, then a fraction behind `.` or `,` of which six digits count.
    private static func clock(_ bytes: ArraySlice<UInt8>) -> (parts: [Int], micros: Int)? {
        let point = bytes.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") } ?? bytes.endIndex
        var parts: [Int] = []
        var at = bytes.startIndex
        var hasColons: Bool?
        while at < point {
            guard at + 2 <= point, let part = number(bytes[at..<at + 2]), parts.count < 3 else { return nil }
            parts.append(part)
            at += 2
            guard at < point else { break }
            let isColon = bytes[at] == UInt8(ascii: ":")
            if let hasColons, hasColons != isColon { return nil }
            hasColons = isColon
            if isColon { at += 1 }
            if at == point { return nil }
        }
        guard !parts.isEmpty else { return nil }
        var micros = 0
        if point < bytes.endIndex {
            let digits = bytes[(point + 1)...]
            guard parts.count == 3, !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let kept = number(digits.prefix(6))
            else { return nil }
            micros = (min(digits.count, 6)..<6).reduce(kept) { micros, _ in micros * 10 }
        }
        while parts.count < 3 { parts.append(0) }
        return (parts, micros)
    }
}

import DataModel

/// `strftime` in the C locale.
enum DateFormat {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    static func format(_ format: String, _ micros: Int64, _ offset: Int?) throws(PythonError) -> String {
        guard format.utf8.count <= PythonRuntime.maximumElements else { throw .memory }
        let moment = Calendar.moment(fromMicroseconds: micros)
        var out = ""
        var isDirective = false
        for scalar in format.unicodeScalars {
            if isDirective {
                isDirective = false
                out += directive(scalar, moment, offset) ?? "%\(scalar)"
            } else if scalar == "%" {
                isDirective = true
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return isDirective ? out + "%" : out
    }

    private static func directive(_ code: Unicode.Scalar, _ moment: Calendar.Moment, _ offset: Int?) -> String? {
        let day = moment.day
        let days = Calendar.days(day)
        let weekday = Calendar.weekday(fromDays: days)
        let dayOfYear = days - Calendar.days(year: day.year, month: 1, day: 1) + 1
        let hour12 = (moment.hour + 11) % 12 + 1
        func two(_ number: Int) -> String { PythonRuntime.padded(number, 2) }
        func spaced(_ number: Int) -> String { number < 10 ? " \(number)" : String(number) }
        switch code {
        case "Y": return String(day.year)
        case "m": return two(day.month)
        case "d": return two(day.day)
        case "e": return spaced(day.day)
        case "H": return two(moment.hour)
        case "I": return two(hour12)
        case "k": return spaced(moment.hour)
        case "l": return spaced(hour12)
        case "M": return two(moment.minute)
        case "S": return two(moment.second)
        case "f": return PythonRuntime.padded(moment.microsecond, 6)
        case "y": return two(day.year % 100)
        case "C": return two(day.year / 100)
        case "j": return PythonRuntime.padded(dayOfYear, 3)
        case "p": return moment.hour < 12 ? "AM" : "PM"
        case "P": return moment.hour < 12 ? "am" : "pm"
        case "a": return String(weekdays[weekday].prefix(3))
        case "A": return weekdays[weekday]
        case "b", "h": return String(months[day.month - 1].prefix(3))
        case "B": return months[day.month - 1]
        case "w": return String((weekday + 1) % 7)
        case "u": return String(weekday + 1)
        case "U": return two((dayOfYear + 6 - (weekday + 1) % 7) / 7)
        case "W": return two((dayOfYear + 6 - weekday) / 7)
        case "V": return two(TemporalMethods.isoWeek(days).week)
        case "G": return String(TemporalMethods.isoWeek(days).year)
        case "g": return two(TemporalMethods.isoWeek(days).year % 100)
        case "F": return "\(day.year)-\(two(day.month))-\(two(day.day))"
        case "D", "x": return "\(two(day.month))/\(two(day.day))/\(two(day.year % 100))"
        case "T", "X": return "\(two(moment.hour)):\(two(moment.minute)):\(two(moment.second))"
        case "R": return "\(two(moment.hour)):\(two(moment.minute))"
        case "r": return "\(two(hour12)):\(two(moment.minute)):\(two(moment.second)) \(moment.hour < 12 ? "AM" : "PM")"
        case "c":
            return "\(weekdays[weekday].prefix(3)) \(months[day.month - 1].prefix(3)) \(spaced(day.day)) "
                + "\(two(moment.hour)):\(two(moment.minute)):\(two(moment.second)) \(day.year)"
        case "s": return Calendar.microseconds(moment).map { String(Calendar.floorDivide($0, 1_000_000)) }
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        case "z":
            return offset.map { offset in
                String(PythonRuntime.written { Calendar.appendOffset(seconds: offset, to: $0) }.filter { $0 != ":" })
            } ?? ""
        case "Z":
            return offset.map { offset in
                offset == 0 ? "UTC" : "UTC" + PythonRuntime.written { Calendar.appendOffset(seconds: offset, to: $0) }
            } ?? ""
        default: return nil
        }
    }
}

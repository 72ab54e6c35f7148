extension TemplateDate {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]

    /// `strftime` in the C locale; an unknown code stays as it is.
    func formatted(_ format: String) -> String {
        var result = ""
        var scalars = Array(format.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%", let code = scalars.popFirst() else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if code == "-", let next = scalars.first {
                scalars.removeFirst()
                let text = formatted(code: next)
                let stripped = text.drop { $0 == "0" || $0 == " " }
                result += stripped.isEmpty ? String(text.suffix(1)) : String(stripped)
            } else {
                result += formatted(code: code)
            }
        }
        return result
    }

    private func formatted(code: Unicode.Scalar) -> String {
        let time = time ?? Time()
        switch code {
        case "Y": return Self.pad(year, 4)
        case "y": return Self.pad(year % 100, 2)
        case "m": return Self.pad(month, 2)
        case "d": return Self.pad(day, 2)
        case "e": return Self.pad(day, 2, with: " ")
        case "H": return Self.pad(time.hour, 2)
        case "I": return Self.pad((time.hour + 11) % 12 + 1, 2)
        case "M": return Self.pad(time.minute, 2)
        case "S": return Self.pad(time.second, 2)
        case "f": return Self.pad(time.microsecond, 6)
        case "p": return time.hour < 12 ? "AM" : "PM"
        case "j": return Self.pad(dayOfYear, 3)
        case "B": return Self.months[month - 1]
        case "b", "h": return String(Self.months[month - 1].prefix(3))
        case "A": return Self.weekdays[weekday]
        case "a": return String(Self.weekdays[weekday].prefix(3))
        case "u": return String(weekday + 1)
        case "w": return String((weekday + 1) % 7)
        case "U": return Self.pad((dayOfYear + 6 - (weekday + 1) % 7) / 7, 2)
        case "W": return Self.pad((dayOfYear + 6 - weekday) / 7, 2)
        case "V": return Self.pad(isoWeek.week, 2)
        case "G": return Self.pad(isoWeek.year, 4)
        case "C": return Self.pad(year / 100, 2)
        case "F": return formatted("%Y-%m-%d")
        case "T", "X": return formatted("%H:%M:%S")
        case "R": return formatted("%H:%M")
        case "D", "x": return formatted("%m/%d/%y")
        case "c": return formatted("%a %b %e %H:%M:%S %Y")
        case "s": return String(microseconds / 1_000_000)
        case "z", "Z": return ""
        case "%": return "%"
        case "n": return "\n"
        case "t": return "\t"
        default: return "%\(code)"
        }
    }

    /// `strptime` for the codes that name parts of a date in digits or English.
    static func parse(_ text: String, _ format: String) -> TemplateDate? {
        var input = Array(text.utf8)[...]
        var (year, month, day) = (1900, 1, 1)
        var time = Time()
        var isAfternoon: Bool?
        func digits(_ limit: Int) -> Int? {
            let part = input.prefix(limit).prefix { $0 >= 0x30 && $0 <= 0x39 }
            input = input.dropFirst(part.count)
            return Int(String(decoding: part, as: UTF8.self))
        }
        func word(_ choices: [String]) -> Int? {
            for (index, choice) in choices.enumerated() {
                let part = String(decoding: input.prefix(choice.utf8.count), as: UTF8.self)
                if part.lowercased() == choice.lowercased() {
                    input = input.dropFirst(choice.utf8.count)
                    return index
                }
            }
            return nil
        }
        let expanded = expand(format)
        var codes = expanded[...]
        while let scalar = codes.popFirst() {
            guard scalar == "%", let code = codes.popFirst() else {
                if scalar.properties.isWhitespace {
                    input = input.drop { MappedText.isSpace($0) }
                } else {
                    let bytes = Array(String(Character(scalar)).utf8)
                    guard input.starts(with: bytes) else { return nil }
                    input = input.dropFirst(bytes.count)
                }
                continue
            }
            var isRead = true
            func read(_ value: Int?, _ store: (Int) -> Void) {
                if let value { store(value) } else { isRead = false }
            }
            switch code {
            case "Y": read(digits(4)) { year = $0 }
            case "y": read(digits(2)) { year = $0 + ($0 < 69 ? 2000 : 1900) }
            case "m": read(digits(2)) { month = $0 }
            case "d", "e": read(digits(2)) { day = $0 }
            case "H", "I": read(digits(2)) { time.hour = $0 }
            case "M": read(digits(2)) { time.minute = $0 }
            case "S": read(digits(2)) { time.second = $0 }
            case "f":
                let length = input.count
                read(digits(6)) { value in
                    var scaled = value
                    for _ in (length - input.count)..<6 { scaled *= 10 }
                    time.microsecond = scaled
                }
            case "B": read(word(months)) { month = $0 + 1 }
            case "b": read(word(months.map { String($0.prefix(3)) })) { month = $0 + 1 }
            case "A": read(word(weekdays)) { _ in }
            case "a": read(word(weekdays.map { String($0.prefix(3)) })) { _ in }
            case "p": read(word(["AM", "PM"])) { isAfternoon = $0 == 1 }
            case "%": isRead = input.popFirst() == UInt8(ascii: "%")
            default: return nil
            }
            guard isRead else { return nil }
        }
        guard input.isEmpty else { return nil }
        if let isAfternoon {
            guard (1...12).contains(time.hour) else { return nil }
            time.hour = time.hour % 12 + (isAfternoon ? 12 : 0)
        }
        return TemplateDate(year: year, month: month, day: day, time: time)
    }

    private static func expand(_ format: String) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var scalars = Array(format.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%", let code = scalars.popFirst() else {
                result.append(scalar)
                continue
            }
            switch code {
            case "F": result += Array("%Y-%m-%d".unicodeScalars)
            case "T", "X": result += Array("%H:%M:%S".unicodeScalars)
            default: result += [scalar, code]
            }
        }
        return result
    }
}

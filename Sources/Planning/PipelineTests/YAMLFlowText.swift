import DataModel
import Diagnostics

/// Values as one line of YAML 1.1 that reads back as the same value.
enum YAMLFlowText {
    static func text(_ row: RowValue) -> String {
        "{" + zip(row.names, row.values).map { "\(text($0)): \(text($1))" }.joined(separator: ", ") + "}"
    }

    static func text(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .double(let number): text(number)
        case .string(let string): text(string)
        case .bytes(let bytes): "!!binary \"\(String(decoding: Base64.encode(bytes), as: UTF8.self))\""
        case .timestamp(let micros), .duration(let micros): seconds(micros)
        case .date(let days): text(Calendar.day(fromDays: days))
        case .datetime(let moment): text(moment)
        case .decimal(let number): text(number.doubleValue)
        case .list(let elements): "[" + elements.map { text($0) }.joined(separator: ", ") + "]"
        case .map(let map):
            "{" + map.entries.map { "\(text($0.key)): \(text($0.value))" }.joined(separator: ", ") + "}"
        case .row(let row): text(row)
        }
    }

    /// Plain where a reader of YAML 1.1 is sure to see the same string, else in double quotes.
    static func text(_ string: String) -> String {
        let reserved: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"]
        let isPlain =
            string.utf8.first.map { isLetter($0) } ?? false
            && string.utf8.allSatisfy { isLetter($0) || isDigit($0) || " .-/+@".utf8.contains($0) }
            && string.utf8.last != UInt8(ascii: " ") && !reserved.contains(string.lowercased())
        return isPlain ? string : withoutTemplates(JSONText.quoted(string))
    }

    /// What opens a template would turn the whole file into one.
    private static func withoutTemplates(_ quoted: String) -> String {
        var text = ""
        var previous: Unicode.Scalar?
        for scalar in quoted.unicodeScalars {
            if previous == "{", ["{", "%", "#"].contains(scalar) {
                text.unicodeScalars.removeLast()
                text += "\\x7B"
            }
            text.unicodeScalars.append(scalar)
            previous = scalar
        }
        return text
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// YAML 1.1 takes `1e+300` for a string: a float needs its point.
    private static func text(_ number: Double) -> String {
        if number.isNaN { return ".nan" }
        if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
        let text = "\(number)"
        guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }

    private static func seconds(_ micros: Int64) -> String {
        let (whole, rest) = micros.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let sign = micros < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        var digits = padded(Int(rest), 6)
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }

    private static func text(_ value: DateTimeValue) -> String {
        let moment = Calendar.moment(fromMicroseconds: value.localMicroseconds)
        var text = Self.text(moment.day) + "T"
        text += [moment.hour, moment.minute, moment.second].map { padded($0, 2) }.joined(separator: ":")
        if moment.microsecond != 0 { text += "." + padded(moment.microsecond, 6) }
        guard let offset = value.offsetSeconds else { return text }
        let minutes = offset.magnitude / 60
        return text + (offset < 0 ? "-" : "+") + padded(Int(minutes / 60), 2) + ":" + padded(Int(minutes % 60), 2)
    }

    private static func text(_ day: Calendar.Day) -> String {
        "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

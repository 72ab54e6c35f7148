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
        case .bytes(let bytes): "!!binary \"\(base64(bytes))\""
        case .timestamp(let micros), .duration(let micros): seconds(micros)
        case .date(let day): date(day)
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
        return isPlain ? string : JSONText.quoted(string)
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

    private static func text(_ moment: DateTimeValue) -> String {
        let perDay: Int64 = 86_400_000_000
        let time = ((moment.localMicroseconds % perDay) + perDay) % perDay
        let day = (moment.localMicroseconds - time) / perDay
        let second = time / 1_000_000
        var text = date(Int(day)) + "T"
        text += [second / 3600, second / 60 % 60, second % 60].map { padded(Int($0), 2) }.joined(separator: ":")
        if time % 1_000_000 != 0 { text += "." + padded(Int(time % 1_000_000), 6) }
        guard let offset = moment.offsetSeconds else { return text }
        let minutes = offset.magnitude / 60
        return text + (offset < 0 ? "-" : "+") + padded(Int(minutes / 60), 2) + ":" + padded(Int(minutes % 60), 2)
    }

    /// Days since 1970-01-01 as a date of the Gregorian calendar.
    ///
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    private static func date(_ days: Int) -> String {
        let shifted = days &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfYear - (153 * marchMonth + 2) / 5 + 1, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var encoded: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let chunk = bytes[start..<min(start + 3, bytes.count)]
            var bits = chunk.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - chunk.count))
            for position in 0..<4 {
                let digit = alphabet[Int(bits >> UInt32(18 - 6 * position)) & 0x3F]
                encoded.append(position <= chunk.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

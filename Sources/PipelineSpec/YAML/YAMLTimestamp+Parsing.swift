extension YAMLTimestamp {
    /// Reads PyYAML's timestamp form; `nil` where the text has another shape.
    ///
    /// - Throws: `YAMLScalarResolver.Failure.invalid` for a date or time that does not exist, as PyYAML fails there.
    init?(parsing text: String) throws(YAMLScalarResolver.Failure) {
        var reader = DigitReader(Array(text.utf8))
        guard let (year, yearLength) = reader.digits(4...4), reader.take("-"),
            let (month, monthLength) = reader.digits(1...2), reader.take("-"),
            let (day, dayLength) = reader.digits(1...2), yearLength == 4
        else { return nil }
        var time: Time?
        if reader.isAtEnd {
            guard monthLength == 2, dayLength == 2 else { return nil }
        } else {
            guard let parsed = Self.time(&reader) else { return nil }
            time = parsed
        }
        self.init(text: text, year: year, month: month, day: day, time: time)
        try check()
    }

    private static func time(_ reader: inout DigitReader) -> Time? {
        guard reader.take("T") || reader.take("t") || reader.takeBlanks() > 0,
            let (hour, _) = reader.digits(1...2), reader.take(":"),
            let (minute, _) = reader.digits(2...2), reader.take(":"),
            let (second, _) = reader.digits(2...2)
        else { return nil }
        var microsecond = 0
        if reader.take(".") {
            var place = 100_000
            while let digit = reader.digit() {
                microsecond += digit * place
                place /= 10
            }
        }
        var offset: Int?
        if !reader.isAtEnd {
            _ = reader.takeBlanks()
            if reader.take("Z") {
                offset = 0
            } else {
                let isNegative = reader.take("-")
                guard isNegative || reader.take("+"), let (hours, _) = reader.digits(1...2) else { return nil }
                var minutes = 0
                if reader.take(":") {
                    guard let (value, _) = reader.digits(2...2) else { return nil }
                    minutes = value
                }
                offset = (hours * 60 + minutes) * (isNegative ? -60 : 60)
            }
        }
        guard reader.isAtEnd else { return nil }
        return Time(hour: hour, minute: minute, second: second, microsecond: microsecond, utcOffset: offset)
    }

    private func check() throws(YAMLScalarResolver.Failure) {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year >= 1, (1...12).contains(month), day >= 1, day <= lengths[month - 1] else {
            throw .invalid("'\(text)' looks like a date, but no such day exists")
        }
        if let time, time.hour > 23 || time.minute > 59 || time.second > 59 {
            throw .invalid("'\(text)' looks like a timestamp, but no such time exists")
        }
    }

    private struct DigitReader {
        private let bytes: [UInt8]
        private var index = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { index >= bytes.count }

        mutating func digit() -> Int? {
            guard index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
            index += 1
            return Int(bytes[index - 1] - 0x30)
        }

        mutating func digits(_ allowed: ClosedRange<Int>) -> (value: Int, length: Int)? {
            var value = 0
            var length = 0
            while length < allowed.upperBound, let digit = digit() {
                value = value * 10 + digit
                length += 1
            }
            return allowed.contains(length) ? (value, length) : nil
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        mutating func takeBlanks() -> Int {
            let start = index
            while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
            return index - start
        }
    }
}

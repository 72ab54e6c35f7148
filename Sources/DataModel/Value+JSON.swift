/// Appends values and cells as JSON text.
///
/// Rows and maps are objects, timestamps RFC 3339 strings in UTC, datetimes and dates ISO 8601 strings, durations
/// seconds, decimals numbers with all their digits. Bytes are text where they are valid UTF-8, else base64. `NaN`,
/// `Infinity` and `-Infinity` stand bare, as Python's `json` writes them.
public struct JSONWriter: Sendable {
    /// Writes `", "` and `": "` between items, as Python's `json.dumps` does, instead of `","` and `":"`.
    public var isSpaced: Bool
    /// Writes everything outside ASCII as `\uXXXX`.
    public var escapesNonASCII: Bool

    /// `{"a":1,"b":"é"}`
    public static let compact = JSONWriter(isSpaced: false, escapesNonASCII: false)
    /// `{"a": 1, "b": "\u00e9"}`, the form of Python's `json.dumps`.
    public static let python = JSONWriter(isSpaced: true, escapesNonASCII: true)

    public init(isSpaced: Bool, escapesNonASCII: Bool) {
        self.isSpaced = isSpaced
        self.escapesNonASCII = escapesNonASCII
    }

    /// Appends one value in the compact form.
    public static func append(_ value: Value, to out: Buffer<UInt8>) { compact.append(value, to: out) }

    /// Appends one cell of a column in the compact form.
    public static func append(_ column: Column, row: Int, to out: Buffer<UInt8>) {
        compact.append(column, row: row, to: out)
    }

    public func append(_ value: Value, to out: Buffer<UInt8>) {
        switch value {
        case .null: appendASCII("null", to: out)
        case .boolean(let flag): appendASCII(flag ? "true" : "false", to: out)
        case .int(let number): appendInteger(number, to: out)
        case .double(let number): appendDouble(number, to: out)
        case .string(var text): text.withUTF8 { appendString($0, to: out) }
        case .bytes(let bytes): bytes.withUnsafeBufferPointer { appendBytes($0, to: out) }
        case .timestamp(let micros): appendQuoted(to: out) { Calendar.appendInstant(microseconds: micros, to: out) }
        case .duration(let micros): appendDuration(micros, to: out)
        case .date(let days):
            appendQuoted(to: out) { Calendar.appendDay(Calendar.day(fromDays: days), to: out) }
        case .datetime(let moment):
            appendQuoted(to: out) {
                Calendar.appendMoment(microseconds: moment.localMicroseconds, to: out)
                if let offset = moment.offsetSeconds { Calendar.appendOffset(seconds: offset, to: out) }
            }
        case .decimal(let number): appendUTF8(number.description.utf8, to: out)
        case .list(let elements):
            appendSequence(elements.count, "[", "]", to: out) { append(elements[$0], to: out) }
        case .map(let map):
            appendSequence(map.count, "{", "}", to: out) { index in
                let entry = map.entries[index]
                appendKey(entry.key, to: out)
                append(entry.value, to: out)
            }
        case .row(let row):
            appendSequence(min(row.names.count, row.values.count), "{", "}", to: out) { index in
                appendKey(.string(row.names[index]), to: out)
                append(row.values[index], to: out)
            }
        }
    }

    public func append(_ column: Column, row: Int, to out: Buffer<UInt8>) {
        if column.isNull(row) { return appendASCII("null", to: out) }
        switch column.data {
        case .boolean(let flags): appendASCII(flags[row] != 0 ? "true" : "false", to: out)
        case .int64(let numbers):
            switch column.type.kind {
            case .timestamp:
                appendQuoted(to: out) { Calendar.appendInstant(microseconds: numbers[row], to: out) }
            case .duration: appendDuration(numbers[row], to: out)
            default: appendInteger(numbers[row], to: out)
            }
        case .double(let numbers): appendDouble(numbers[row], to: out)
        case .string(let strings):
            if column.type.kind == .bytes {
                appendBytes(strings[row], to: out)
            } else {
                appendString(strings[row], to: out)
            }
        case .list(let offsets, let elements):
            let start = Int(offsets[row])
            appendSequence(Int(offsets[row + 1]) - start, "[", "]", to: out) {
                append(elements.column, row: start + $0, to: out)
            }
        case .map(let offsets, let keys, let values):
            let start = Int(offsets[row])
            appendSequence(Int(offsets[row + 1]) - start, "{", "}", to: out) {
                appendKey(keys.column, row: start + $0, to: out)
                append(values.column, row: start + $0, to: out)
            }
        case .row(let children):
            guard case .row(let schema) = column.type.kind else { return appendASCII("null", to: out) }
            appendRow(children, names: schema.fields.lazy.map(\.name), row: row, to: out)
        case .values(let values): append(values.values[row], to: out)
        case .absent: appendASCII("null", to: out)
        }
    }

    /// Appends one row of columns as an object.
    public func appendRow(
        _ columns: [Column], names: some RandomAccessCollection<String>, row: Int, to out: Buffer<UInt8>
    ) {
        out.append(UInt8(ascii: "{"))
        for (index, name) in names.enumerated() where index < columns.count {
            if index > 0 { appendSeparator(UInt8(ascii: ","), to: out) }
            var name = name
            name.withUTF8 { appendString($0, to: out) }
            appendSeparator(UInt8(ascii: ":"), to: out)
            append(columns[index], row: row, to: out)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Appends text in quotes with JSON's escapes.
    public func appendString(_ utf8: UnsafeBufferPointer<UInt8>, to out: Buffer<UInt8>) {
        out.append(UInt8(ascii: "\""))
        appendEscaped(utf8, to: out)
        out.append(UInt8(ascii: "\""))
    }
}

extension JSONWriter {
    private func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>, to out: Buffer<UInt8>) {
        guard let base = utf8.baseAddress else { return }
        var start = 0
        var index = 0
        while index < utf8.count {
            let byte = utf8[index]
            let isPlain =
                byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                && (byte < 0x7F || byte == 0x7F || !escapesNonASCII)
            if isPlain {
                index += 1
                continue
            }
            out.append(base + start, count: index - start)
            if byte < 0x80 {
                appendEscape(byte, to: out)
                index += 1
            } else {
                let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                let end = min(index + length, utf8.count)
                for unit in String(decoding: UnsafeBufferPointer(rebasing: utf8[index..<end]), as: UTF8.self).utf16 {
                    appendUnicodeEscape(unit, to: out)
                }
                index = end
            }
            start = index
        }
        out.append(base + start, count: utf8.count - start)
    }

    private func appendEscape(_ byte: UInt8, to out: Buffer<UInt8>) {
        let letter: UInt8? =
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
            case 0x08: UInt8(ascii: "b")
            case 0x09: UInt8(ascii: "t")
            case 0x0A: UInt8(ascii: "n")
            case 0x0C: UInt8(ascii: "f")
            case 0x0D: UInt8(ascii: "r")
            default: nil
            }
        if let letter {
            out.append(UInt8(ascii: "\\"))
            out.append(letter)
        } else {
            appendUnicodeEscape(UInt16(byte), to: out)
        }
    }

    private func appendUnicodeEscape(_ unit: UInt16, to out: Buffer<UInt8>) {
        out.append(UInt8(ascii: "\\"))
        out.append(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> UInt16(shift) & 0xF)
            out.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    private func appendInteger(_ number: Int64, to out: Buffer<UInt8>) {
        if number < 0 { out.append(UInt8(ascii: "-")) }
        let magnitude = number.magnitude
        var power: UInt64 = 1
        while magnitude / power >= 10 { power *= 10 }
        while power > 0 {
            out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / power % 10))
            power /= 10
        }
    }

    private func appendDouble(_ number: Double, to out: Buffer<UInt8>) {
        if number.isFinite {
            DoubleFormatting.append(number, to: out)
        } else {
            appendASCII(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity", to: out)
        }
    }

    private func appendDuration(_ micros: Int64, to out: Buffer<UInt8>) {
        appendUTF8(DecimalValue(unscaled: Int128(micros), scale: 6).normalized.description.utf8, to: out)
    }

    private func appendBytes(_ bytes: UnsafeBufferPointer<UInt8>, to out: Buffer<UInt8>) {
        if String(validating: bytes, as: UTF8.self) != nil { return appendString(bytes, to: out) }
        appendQuoted(to: out) { appendUTF8(Base64.encode(bytes), to: out) }
    }

    private func appendKey(_ key: Value, to out: Buffer<UInt8>) {
        if case .string(var text) = key {
            text.withUTF8 { appendString($0, to: out) }
        } else {
            appendKey(to: out) { append(key, to: $0) }
        }
        appendSeparator(UInt8(ascii: ":"), to: out)
    }

    private func appendKey(_ column: Column, row: Int, to out: Buffer<UInt8>) {
        appendKey(to: out) { append(column, row: row, to: $0) }
        appendSeparator(UInt8(ascii: ":"), to: out)
    }

    /// JSON's keys are strings: a key of another type is its JSON text in quotes.
    private func appendKey(to out: Buffer<UInt8>, _ write: (Buffer<UInt8>) -> Void) {
        let key = Buffer<UInt8>(capacity: 32)
        write(key)
        if key.count > 0, key[0] == UInt8(ascii: "\"") {
            out.append(key.pointer, count: key.count)
        } else {
            appendString(key.elements, to: out)
        }
        withExtendedLifetime(key) {}
    }

    private func appendSequence(
        _ count: Int, _ open: Unicode.Scalar, _ close: Unicode.Scalar, to out: Buffer<UInt8>, _ item: (Int) -> Void
    ) {
        out.append(UInt8(ascii: open))
        for index in 0..<max(0, count) {
            if index > 0 { appendSeparator(UInt8(ascii: ","), to: out) }
            item(index)
        }
        out.append(UInt8(ascii: close))
    }

    private func appendSeparator(_ byte: UInt8, to out: Buffer<UInt8>) {
        out.append(byte)
        if isSpaced { out.append(UInt8(ascii: " ")) }
    }

    private func appendQuoted(to out: Buffer<UInt8>, _ write: () -> Void) {
        out.append(UInt8(ascii: "\""))
        write()
        out.append(UInt8(ascii: "\""))
    }

    private func appendASCII(_ text: StaticString, to out: Buffer<UInt8>) {
        out.append(text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private func appendUTF8(_ bytes: some Sequence<UInt8>, to out: Buffer<UInt8>) {
        for byte in bytes { out.append(byte) }
    }
}

extension DecimalValue: CustomStringConvertible {
    /// Plain digits with as many places as its scale: `-1.50`; with an exponent where that would be hundreds of zeros.
    public var description: String {
        var digits = Array(String(unscaled.magnitude).utf8)
        if abs(scale) > 400 { return "\(unscaled)E\(scale > 0 ? "-" : "+")\(abs(scale))" }
        if scale > 0 {
            while digits.count <= scale { digits.insert(UInt8(ascii: "0"), at: 0) }
            digits.insert(UInt8(ascii: "."), at: digits.count - scale)
        } else if scale < 0 {
            digits += [UInt8](repeating: UInt8(ascii: "0"), count: -scale)
        }
        return (unscaled < 0 ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }
}

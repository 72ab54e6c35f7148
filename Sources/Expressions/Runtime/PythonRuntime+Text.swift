import DataModel

extension PythonRuntime {
    /// `str(value)`.
    static func str(_ value: Value) -> String {
        switch value {
        case .string(let text): text
        case .date(let days): written { Calendar.appendDay(Calendar.day(fromDays: days), to: $0) }
        case .datetime(let moment): isoFormat(moment, separator: " ")
        case .duration(let micros): timedeltaText(micros)
        case .decimal(let number): number.description
        default: repr(value)
        }
    }

    /// `repr(value)`.
    static func repr(_ value: Value) -> String {
        var out = ""
        appendRepr(value, to: &out, depth: 0)
        return out
    }

    private static func appendRepr(_ value: Value, to out: inout String, depth: Int) {
        switch value {
        case .null: out += "None"
        case .boolean(let flag): out += flag ? "True" : "False"
        case .int(let number): out += String(number)
        case .double(let number): out += DoubleFormatting.description(number)
        case .string(let text): out += quoted(text)
        case .bytes(let bytes): out += quoted(bytes)
        case .timestamp(let micros): out += "Timestamp(\(secondsText(micros)))"
        case .duration(let micros): out += timedeltaRepr(micros)
        case .date(let days):
            let day = Calendar.day(fromDays: days)
            out += "datetime.date(\(day.year), \(day.month), \(day.day))"
        case .datetime(let moment): out += datetimeRepr(moment)
        case .decimal(let number): out += "Decimal('\(number)')"
        case .list(let elements):
            appendSequence("[", "]", elements.count, to: &out, depth: depth) { index, out in
                appendRepr(elements[index], to: &out, depth: depth + 1)
            }
        case .map(let map):
            appendSequence("{", "}", map.count, to: &out, depth: depth) { index, out in
                appendRepr(map.entries[index].key, to: &out, depth: depth + 1)
                out += ": "
                appendRepr(map.entries[index].value, to: &out, depth: depth + 1)
            }
        case .row(let row):
            appendSequence("Row(", ")", min(row.names.count, row.values.count), to: &out, depth: depth) { index, out in
                out += row.names[index]
                out += "="
                appendRepr(row.values[index], to: &out, depth: depth + 1)
            }
        }
    }

    private static func appendSequence(
        _ open: String, _ close: String, _ count: Int, to out: inout String, depth: Int,
        _ item: (Int, inout String) -> Void
    ) {
        out += open
        if depth >= maximumDepth {
            out += "..."
        } else {
            for index in 0..<count {
                if index > 0 { out += ", " }
                item(index, &out)
            }
        }
        out += close
    }

    /// `repr` of text: in single quotes, or double ones where that saves escapes.
    static func quoted(_ text: String, isASCII: Bool = false) -> String {
        let quote: Unicode.Scalar = text.utf8.contains(0x27) && !text.utf8.contains(0x22) ? "\"" : "'"
        var out = String.UnicodeScalarView()
        out.append(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", quote:
                out.append("\\")
                out.append(scalar)
            case "\n": out.append(contentsOf: "\\n".unicodeScalars)
            case "\r": out.append(contentsOf: "\\r".unicodeScalars)
            case "\t": out.append(contentsOf: "\\t".unicodeScalars)
            case " "..."~": out.append(scalar)
            default:
                if scalar.value >= 0x80, !isASCII, UnicodeTraits.isPrintable(scalar) {
                    out.append(scalar)
                } else {
                    out.append(contentsOf: escape(scalar.value).unicodeScalars)
                }
            }
        }
        out.append(quote)
        return String(out)
    }

    private static func escape(_ code: UInt32) -> String {
        switch code {
        case ..<0x100: "\\x" + hexadecimal(code, width: 2)
        case ..<0x10000: "\\u" + hexadecimal(code, width: 4)
        default: "\\U" + hexadecimal(code, width: 8)
        }
    }

    static func hexadecimal(_ number: some BinaryInteger, width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// `repr` of bytes: `b'a\xff'`.
    static func quoted(_ bytes: [UInt8]) -> String {
        let quote: UInt8 = bytes.contains(0x27) && !bytes.contains(0x22) ? 0x22 : 0x27
        var out: [UInt8] = [UInt8(ascii: "b"), quote]
        for byte in bytes {
            switch byte {
            case quote, UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0x09: out += Array("\\t".utf8)
            case 0x0A: out += Array("\\n".utf8)
            case 0x0D: out += Array("\\r".utf8)
            case 0x20..<0x7F: out.append(byte)
            default: out += Array(("\\x" + hexadecimal(byte, width: 2)).utf8)
            }
        }
        out.append(quote)
        return String(decoding: out, as: UTF8.self)
    }

    /// Seconds as Beam prints them: `1`, `1.500000`, `-0.000001`.
    static func secondsText(_ micros: Int64) -> String {
        let magnitude = micros.magnitude
        let fraction = magnitude % 1_000_000
        let sign = micros < 0 ? "-" : ""
        let whole = "\(sign)\(magnitude / 1_000_000)"
        return fraction == 0 ? whole : whole + "." + padded(fraction, 6)
    }

    static func padded(_ number: some BinaryInteger, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Text from what a closure appends to a buffer of UTF-8.
    static func written(_ write: (Buffer<UInt8>) -> Void) -> String {
        let buffer = Buffer<UInt8>(capacity: 40)
        write(buffer)
        return String(decoding: buffer.elements, as: UTF8.self)
    }
}

extension PythonRuntime {
    /// `ascii(value)`: `repr` with everything outside ASCII escaped.
    static func ascii(_ value: Value) -> String {
        let text = repr(value)
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        return text.unicodeScalars.reduce(into: "") { out, scalar in
            out += scalar.isASCII ? String(scalar) : escape(scalar.value)
        }
    }
}

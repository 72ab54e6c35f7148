import DataModel

/// `str.encode` and `bytes.decode` for UTF-8, ASCII and Latin-1.
enum TextCodec {
    private enum Encoding: String {
        case utf8 = "utf-8"
        case ascii
        case latin1 = "latin-1"
    }

    private static func encoding(_ value: Value?, _ function: String) throws(PythonError) -> Encoding {
        guard let value else { return .utf8 }
        guard case .string(let name) = value else {
            throw .typeError("\(function)() argument 'encoding' must be str, not \(PythonRuntime.typeName(value))")
        }
        let normalized = String(name.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
        switch normalized {
        case "utf-8", "utf8", "u8", "utf": return .utf8
        case "ascii", "us-ascii", "646": return .ascii
        case "latin-1", "latin1", "iso-8859-1", "iso8859-1", "8859", "l1", "latin", "cp819": return .latin1
        default: throw PythonError("LookupError", "unknown encoding: \(name)")
        }
    }

    private static func errors(_ value: Value?, _ function: String) throws(PythonError) -> String {
        guard let value else { return "strict" }
        guard case .string(let name) = value else {
            throw .typeError("\(function)() argument 'errors' must be str, not \(PythonRuntime.typeName(value))")
        }
        return name
    }

    static func encode(_ text: String, _ encoding: Value?, _ errors: Value?) throws(PythonError) -> [UInt8] {
        let encoding = try self.encoding(encoding, "encode")
        let errors = try self.errors(errors, "encode")
        if encoding == .utf8 { return Array(text.utf8) }
        let limit: UInt32 = encoding == .ascii ? 0x80 : 0x100
        var out: [UInt8] = []
        for (position, scalar) in text.unicodeScalars.enumerated() {
            if scalar.value < limit {
                out.append(UInt8(scalar.value))
                continue
            }
            switch errors {
            case "ignore": continue
            case "replace": out.append(UInt8(ascii: "?"))
            case "xmlcharrefreplace": out += Array("&#\(scalar.value);".utf8)
            case "backslashreplace":
                out += Array(PythonRuntime.quoted(String(scalar), isASCII: true).utf8.dropFirst().dropLast())
            case "strict": throw encodeError(text, position, encoding.rawValue, limit)
            default: throw PythonError("LookupError", "unknown error handler name '\(errors)'")
            }
        }
        return out
    }

    private static func encodeError(_ text: String, _ start: Int, _ codec: String, _ limit: UInt32) -> PythonError {
        let scalars = Array(text.unicodeScalars)
        let end = scalars[start...].firstIndex { $0.value < limit } ?? scalars.count
        let reason = "ordinal not in range(\(limit == 0x80 ? 128 : 256))"
        let shown = PythonRuntime.quoted(String(scalars[start]), isASCII: true)
        let message =
            end - start == 1
            ? "'\(codec)' codec can't encode character \(shown) in position \(start): \(reason)"
            : "'\(codec)' codec can't encode characters in position \(start)-\(end - 1): \(reason)"
        return PythonError(
            "UnicodeEncodeError", message,
            arguments: "'\(codec)', \(PythonRuntime.quoted(text)), \(start), \(end), '\(reason)'")
    }

    static func decode(_ bytes: [UInt8], _ encoding: Value?, _ errors: Value?) throws(PythonError) -> String {
        let encoding = try self.encoding(encoding, "decode")
        let errors = try self.errors(errors, "decode")
        switch encoding {
        case .latin1: return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        case .utf8:
            if let text = String(validating: bytes, as: UTF8.self) { return text }
        case .ascii:
            if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        }
        return try decodeInvalid(bytes, encoding, errors)
    }

    private static func decodeInvalid(
        _ bytes: [UInt8], _ encoding: Encoding, _ errors: String
    ) throws(PythonError) -> String {
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let fault = encoding == .utf8 ? utf8Fault(bytes, at) : asciiFault(bytes, at)
            guard let fault else {
                let length = encoding == .utf8 ? scalarLength(bytes[at]) : 1
                out += bytes[at..<at + length]
                at += length
                continue
            }
            let end = at + fault.length
            switch errors {
            case "ignore": break
            case "replace": out += Array("\u{FFFD}".utf8)
            case "backslashreplace":
                for byte in bytes[at..<end] { out += Array(("\\x" + PythonRuntime.hexadecimal(byte, width: 2)).utf8) }
            case "strict":
                let codec = encoding.rawValue
                let place =
                    fault.length == 1
                    ? "byte 0x\(PythonRuntime.hexadecimal(bytes[at], width: 2)) in position \(at)"
                    : "bytes in position \(at)-\(end - 1)"
                throw PythonError(
                    "UnicodeDecodeError", "'\(codec)' codec can't decode \(place): \(fault.reason)",
                    arguments: "'\(codec)', \(PythonRuntime.quoted(bytes)), \(at), \(end), '\(fault.reason)'")
            default: throw PythonError("LookupError", "unknown error handler name '\(errors)'")
            }
            at = end
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func scalarLength(_ lead: UInt8) -> Int { lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4 }

    private static func asciiFault(_ bytes: [UInt8], _ at: Int) -> (length: Int, reason: String)? {
        bytes[at] < 0x80 ? nil : (1, "ordinal not in range(128)")
    }

    /// What is wrong at an offset, after the table of well-formed sequences in the Unicode standard.
    private static func utf8Fault(_ bytes: [UInt8], _ at: Int) -> (length: Int, reason: String)? {
        let lead = bytes[at]
        if lead < 0x80 { return nil }
        guard (0xC2...0xF4).contains(lead) else { return (1, "invalid start byte") }
        let second: ClosedRange<UInt8> =
            switch lead {
            case 0xE0: 0xA0...0xBF
            case 0xED: 0x80...0x9F
            case 0xF0: 0x90...0xBF
            case 0xF4: 0x80...0x8F
            default: 0x80...0xBF
            }
        for offset in 1..<scalarLength(lead) {
            guard at + offset < bytes.count else { return (offset, "unexpected end of data") }
            let range = offset == 1 ? second : 0x80...0xBF
            guard range.contains(bytes[at + offset]) else { return (offset, "invalid continuation byte") }
        }
        return nil
    }
}

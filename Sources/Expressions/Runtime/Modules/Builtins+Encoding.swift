import DataModel

extension Builtins {
    /// `chr`, `ord`, `hex`, `oct`, `bin` and the ways to make `bytes`.
    static func encoded(
        _ name: String, _ first: Value, _ second: Value?, _ bound: [Value?]
    ) throws(PythonError) -> Value {
        switch name {
        case "chr":
            let code = try PythonRuntime.integer(first)
            guard code.magnitude <= UInt(Int32.max) else {
                throw .overflow("Python int too large to convert to C int")
            }
            guard (0..<0x110000).contains(code) else { throw .valueError("chr() arg not in range(0x110000)") }
            guard let scalar = Unicode.Scalar(UInt32(code)) else {
                throw .valueError("lone surrogates are not supported")
            }
            return .string(String(scalar))
        case "ord": return .int(try ordinal(first))
        case "hex", "oct", "bin":
            let number = Int64(try PythonRuntime.integer(first))
            let (radix, base) = name == "hex" ? (16, "0x") : name == "oct" ? (8, "0o") : (2, "0b")
            return .string((number < 0 ? "-" : "") + base + String(number.magnitude, radix: radix))
        case "bytes.fromhex": return .bytes(try fromHexadecimal(first))
        default: return .bytes(try bytes(first, second, bound[2]))
        }
    }

    private static func ordinal(_ value: Value) throws(PythonError) -> Int64 {
        let count: Int
        switch value {
        case .string(let text):
            count = text.unicodeScalars.count
            if count == 1, let scalar = text.unicodeScalars.first { return Int64(scalar.value) }
        case .bytes(let bytes):
            count = bytes.count
            if count == 1, let byte = bytes.first { return Int64(byte) }
        default:
            throw .typeError("ord() expected string of length 1, but \(PythonRuntime.typeName(value)) found")
        }
        throw .typeError("ord() expected a character, but string of length \(count) found")
    }

    private static func bytes(_ source: Value, _ encoding: Value?, _ errors: Value?) throws(PythonError) -> [UInt8] {
        if case .string(let text) = source {
            guard encoding != nil else { throw .typeError("string argument without an encoding") }
            return try TextCodec.encode(text, encoding, errors)
        }
        if encoding != nil { throw .typeError("encoding without a string argument") }
        if case .bytes(let bytes) = source { return bytes }
        if let count = PythonRuntime.index(source) {
            guard count >= 0 else { throw .valueError("negative count") }
            guard count <= PythonRuntime.maximumBytes else { throw .memory }
            return [UInt8](repeating: 0, count: Int(count))
        }
        guard let elements = try? PythonRuntime.elements(of: source) else {
            throw .typeError("cannot convert '\(PythonRuntime.typeName(source))' object to bytes")
        }
        var out: [UInt8] = []
        for element in elements {
            let number = try PythonRuntime.integer(element)
            guard (0..<256).contains(number) else { throw .valueError("bytes must be in range(0, 256)") }
            out.append(UInt8(number))
        }
        return out
    }

    private static func fromHexadecimal(_ value: Value) throws(PythonError) -> [UInt8] {
        guard case .string(let text) = value else {
            throw .typeError("fromhex() argument must be str, not \(PythonRuntime.typeName(value))")
        }
        var out: [UInt8] = []
        var high: UInt8?
        for (position, scalar) in text.unicodeScalars.enumerated() {
            if high == nil, scalar.isASCII, UnicodeTraits.isSpace(scalar) { continue }
            guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
                throw .valueError("non-hexadecimal number found in fromhex() arg at position \(position)")
            }
            if let first = high {
                out.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        if high != nil {
            let position = text.unicodeScalars.count
            throw .valueError("non-hexadecimal number found in fromhex() arg at position \(position)")
        }
        return out
    }
}

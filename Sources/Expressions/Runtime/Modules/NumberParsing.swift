import DataModel

/// `int(x)`, `float(x)` and `Decimal(x)`.
enum NumberParsing {
    static func integer(_ value: Value, base: Value?) throws(PythonError) -> Int64 {
        if let base {
            let base = try PythonRuntime.integer(base)
            guard base == 0 || (2...36).contains(base) else {
                throw .valueError("int() base must be >= 2 and <= 36, or 0")
            }
            switch value {
            case .string(let text): return try parse(text, base: base, shown: value)
            case .bytes(let bytes): return try parse(String(decoding: bytes, as: UTF8.self), base: base, shown: value)
            default: throw .typeError("int() can't convert non-string with explicit base")
            }
        }
        switch value {
        case .int(let number): return number
        case .boolean(let flag): return flag ? 1 : 0
        case .double(let number): return try truncated(number)
        case .string(let text): return try parse(text, base: 10, shown: value)
        case .bytes(let bytes): return try parse(String(decoding: bytes, as: UTF8.self), base: 10, shown: value)
        case .timestamp(let micros), .duration(let micros): return Calendar.floorDivide(micros, 1_000_000)
        case .decimal(let number):
            guard let whole = Int64(exactly: number.wholePart) else { throw .integerTooLarge }
            return whole
        default:
            throw .typeError(
                "int() argument must be a string, a bytes-like object or a real number, not "
                    + "'\(PythonRuntime.typeName(value))'")
        }
    }

    /// The integer part; errors as `int(float)` raises them.
    static func truncated(_ number: Double) throws(PythonError) -> Int64 {
        if number.isNaN { throw .valueError("cannot convert float NaN to integer") }
        if number.isInfinite { throw .overflow("cannot convert float infinity to integer") }
        guard let whole = Int64(exactly: number.rounded(.towardZero)) else { throw .integerTooLarge }
        return whole
    }

    /// Text with ASCII digits for those of other scripts, without white space around it.
    private static func normalized(_ text: String) -> [UInt8] {
        let scalars = Array(text.unicodeScalars)
        let start = scalars.firstIndex { !UnicodeTraits.isSpace($0) } ?? scalars.endIndex
        let end = scalars.lastIndex { !UnicodeTraits.isSpace($0) }.map { $0 + 1 } ?? start
        return scalars[start..<end].map { scalar in
            if scalar.isASCII { return UInt8(ascii: scalar) }
            return UnicodeTraits.decimalValue(scalar).map { $0 + 0x30 } ?? UInt8(ascii: "?")
        }
    }

    private static func parse(_ text: String, base wanted: Int, shown: Value) throws(PythonError) -> Int64 {
        let bytes = normalized(text)
        let invalid = PythonError.valueError(
            "invalid literal for int() with base \(wanted): \(PythonRuntime.repr(shown))")
        var digits = bytes[...]
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            isNegative = sign == UInt8(ascii: "-")
            digits.removeFirst()
        }
        var base = wanted
        var isPrefixed = false
        if digits.count >= 2, digits.first == UInt8(ascii: "0") {
            let prefixBase: Int? =
                switch digits[digits.startIndex + 1] | 0x20 {
                case UInt8(ascii: "x"): 16
                case UInt8(ascii: "o"): 8
                case UInt8(ascii: "b"): 2
                default: nil
                }
            if let prefixBase, wanted == 0 || wanted == prefixBase {
                digits.removeFirst(2)
                base = prefixBase
                isPrefixed = true
            }
        }
        if base == 0 {
            base = 10
            let isZero = digits.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "_") }
            if digits.first == UInt8(ascii: "0"), !isZero { throw invalid }
        }
        if isPrefixed, digits.first == UInt8(ascii: "_") { digits.removeFirst() }
        var number: Int64 = 0
        var isAfterDigit = false
        var overflows = false
        for byte in digits {
            if byte == UInt8(ascii: "_"), isAfterDigit {
                isAfterDigit = false
                continue
            }
            guard let digit = digitValue(byte), digit < base else { throw invalid }
            let (product, first) = number.multipliedReportingOverflow(by: Int64(base))
            let (sum, second) = product.subtractingReportingOverflow(Int64(digit))
            overflows = overflows || first || second
            number = sum
            isAfterDigit = true
        }
        guard isAfterDigit else { throw invalid }
        if overflows || !isNegative && number == .min { throw .integerTooLarge }
        return isNegative ? number : -number
    }

    private static func digitValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x5A: Int(byte) - 0x41 + 10
        case 0x61...0x7A: Int(byte) - 0x61 + 10
        default: nil
        }
    }

    static func double(_ value: Value) throws(PythonError) -> Double {
        switch value {
        case .string(let text): return try double(parsing: text, shown: value)
        case .bytes(let bytes): return try double(parsing: String(decoding: bytes, as: UTF8.self), shown: value)
        case .duration(let micros): return Double(micros) / 1e6
        default: break
        }
        guard let number = PythonRuntime.real(value) else {
            throw .typeError(
                "float() argument must be a string or a real number, not '\(PythonRuntime.typeName(value))'")
        }
        return number
    }

    private static func double(parsing text: String, shown: Value) throws(PythonError) -> Double {
        let invalid = PythonError.valueError("could not convert string to float: \(PythonRuntime.repr(shown))")
        let bytes = normalized(text)
        var body = bytes[...]
        if let sign = body.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { body.removeFirst() }
        let lower = String(decoding: body, as: UTF8.self).lowercased()
        let isNegative = bytes.first == UInt8(ascii: "-")
        switch lower {
        case "inf", "infinity": return isNegative ? -.infinity : .infinity
        case "nan": return .nan
        default: break
        }
        guard let plain = withoutUnderscores(bytes), isDecimalLiteral(plain),
            let number = Double(String(decoding: plain, as: UTF8.self))
        else { throw invalid }
        return number
    }

    /// Underscores stand only between digits.
    private static func withoutUnderscores(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(UInt8(ascii: "_")) else { return bytes }
        func isDigit(_ index: Int) -> Bool { bytes.indices.contains(index) && (0x30...0x39).contains(bytes[index]) }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            guard isDigit(index - 1), isDigit(index + 1) else { return nil }
        }
        return bytes.filter { $0 != UInt8(ascii: "_") }
    }

    /// `[+-] digits [. digits] [e [+-] digits]` with a digit before or behind the point.
    static func isDecimalLiteral(_ bytes: [UInt8]) -> Bool {
        var at = 0
        func isSign() -> Bool { at < bytes.count && (bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-")) }
        func digits() -> Int {
            let start = at
            while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
            return at - start
        }
        if isSign() { at += 1 }
        var count = digits()
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            count += digits()
        }
        guard count > 0 else { return false }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if isSign() { at += 1 }
            guard digits() > 0 else { return false }
        }
        return at == bytes.count
    }

    static func decimal(_ value: Value) throws(PythonError) -> DecimalValue {
        switch value {
        case .decimal(let number): return number
        case .int(let number): return DecimalValue(unscaled: Int128(number), scale: 0)
        case .boolean(let flag): return DecimalValue(unscaled: flag ? 1 : 0, scale: 0)
        case .string(let text):
            guard let number = DecimalValue(parsing: normalized(text)) else {
                let text = "[<class 'decimal.ConversionSyntax'>]"
                throw PythonError("InvalidOperation", text, arguments: text)
            }
            return number
        default:
            throw .typeError("conversion from \(PythonRuntime.typeName(value)) to Decimal is not supported")
        }
    }
}

extension DecimalValue {
    /// A decimal literal of up to 38 digits, exponent included; `nil` otherwise.
    init?(parsing bytes: [UInt8]) {
        guard NumberParsing.isDecimalLiteral(bytes) else { return nil }
        var unscaled: Int128 = 0
        var scale = 0
        var isBehindPoint = false
        var exponent = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case 0x30...0x39:
                let (product, first) = unscaled.multipliedReportingOverflow(by: 10)
                let (sum, second) = product.addingReportingOverflow(Int128(byte - 0x30))
                if first || second { return nil }
                unscaled = sum
                if isBehindPoint { scale += 1 }
            case UInt8(ascii: "."): isBehindPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let number = Int(String(decoding: bytes[index...], as: UTF8.self)), number.magnitude < 100 else {
                    return nil
                }
                exponent = number
                index = bytes.count
            default: break
            }
        }
        if bytes.first == UInt8(ascii: "-") { unscaled = -unscaled }
        scale -= exponent
        while scale < 0 {
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            unscaled = product
            scale += 1
        }
        self.init(unscaled: unscaled, scale: scale)
    }

    /// Without what stands behind the point.
    var wholePart: Int128 {
        var whole = unscaled
        for _ in 0..<max(0, min(scale, 40)) { whole /= 10 }
        return whole
    }
}

import DataModel

extension PythonRuntime {
    /// `format(value, spec)`, which f-strings and `str.format` call for each replacement.
    static func format(_ value: Value, _ spec: String) throws(PythonError) -> String {
        if spec.isEmpty { return str(value) }
        switch value {
        case .string(let text): return try formatText(text, spec)
        case .int(let number): return try formatInteger(number, spec, "int")
        case .boolean(let flag): return try formatInteger(flag ? 1 : 0, spec, "bool")
        case .double(let number):
            let parsed = try FormatSpecification(spec, of: "float", defaultAlignment: ">")
            return try formatDouble(number, parsed, "float")
        case .decimal(let number): return try formatDecimal(number, spec)
        case .date(let days): return try DateFormat.format(spec, Int64(days) * Calendar.microsecondsPerDay, nil)
        case .datetime(let moment):
            return try DateFormat.format(spec, moment.localMicroseconds, moment.offsetSeconds)
        default: throw .typeError("unsupported format string passed to \(typeName(value)).__format__")
        }
    }

    private static func formatText(_ text: String, _ spec: String) throws(PythonError) -> String {
        let spec = try FormatSpecification(spec, of: "str", defaultAlignment: "<", defaultType: "s")
        guard spec.type == nil || spec.type == "s" else { throw spec.unknownCode("str") }
        if spec.sign != nil {
            throw .valueError(
                spec.sign == " "
                    ? "Space not allowed in string format specifier" : "Sign not allowed in string format specifier")
        }
        if spec.coercesNegativeZero {
            throw .valueError("Negative zero coercion (z) not allowed in string format specifier")
        }
        if spec.isAlternate { throw .valueError("Alternate form (#) not allowed in string format specifier") }
        if spec.alignment == "=" { throw .valueError("'=' alignment not allowed in string format specifier") }
        let shown = spec.precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
        return spec.padded(prefix: "", shown, defaultAlignment: "<")
    }

    private static func formatInteger(_ number: Int64, _ text: String, _ type: String) throws(PythonError) -> String {
        let spec = try FormatSpecification(text, of: type, defaultAlignment: ">", defaultType: "d")
        let code = spec.type ?? "d"
        switch code {
        case "e", "E", "f", "F", "g", "G", "%": return try formatDouble(Double(number), spec, type)
        case "b", "c", "d", "n", "o", "x", "X": break
        default: throw spec.unknownCode(type)
        }
        if spec.precision != nil { throw .valueError("Precision not allowed in integer format specifier") }
        if spec.coercesNegativeZero {
            throw .valueError("Negative zero coercion (z) not allowed in integer format specifier")
        }
        let magnitude = number.magnitude
        let isNegative = number < 0
        func based(_ radix: Int, _ base: String, uppercase: Bool = false) -> String {
            spec.number(
                isNegative: isNegative, base: spec.isAlternate ? base : "",
                digits: String(magnitude, radix: radix, uppercase: uppercase), groupSize: 4)
        }
        switch code {
        case "b": return based(2, "0b")
        case "o": return based(8, "0o")
        case "x": return based(16, "0x")
        case "X": return based(16, "0X", uppercase: true)
        case "c":
            if spec.sign != nil { throw .valueError("Sign not allowed with integer format specifier 'c'") }
            if spec.isAlternate {
                throw .valueError("Alternate form (#) not allowed with integer format specifier 'c'")
            }
            guard let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) else {
                throw .overflow("%c arg not in range(0x110000)")
            }
            return spec.padded(prefix: "", String(scalar), defaultAlignment: ">")
        default: return spec.number(isNegative: isNegative, digits: String(magnitude))
        }
    }

    static func formatDouble(
        _ number: Double, _ spec: FormatSpecification, _ type: String
    ) throws(PythonError) -> String {
        let code = spec.type
        switch code {
        case nil, "e", "E", "f", "F", "g", "G", "n", "%": break
        default: throw spec.unknownCode(type)
        }
        var text = DoubleText.format(
            code == "%" ? number.magnitude * 100 : number.magnitude, code: code, precision: spec.precision,
            isAlternate: spec.isAlternate)
        if code == "%" { text += "%" }
        var isNegative = number.sign == .minus && !number.isNaN
        if spec.coercesNegativeZero, isNegative, !text.utf8.contains(where: { (0x31...0x39).contains($0) }),
            !number.isInfinite
        {
            isNegative = false
        }
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        if digits.isEmpty { return spec.number(isNegative: isNegative, digits: text) }
        let rest = text.utf8.dropFirst(digits.count)
        return spec.number(
            isNegative: isNegative, digits: String(decoding: digits, as: UTF8.self),
            rest: String(decoding: rest, as: UTF8.self))
    }

    /// Fixed point and the general form without an exponent; other codes go through a double.
    private static func formatDecimal(_ number: DecimalValue, _ text: String) throws(PythonError) -> String {
        let spec = try FormatSpecification(text, of: "decimal.Decimal", defaultAlignment: ">")
        switch spec.type {
        case nil where spec.precision == nil, "f", "F", "%":
            var shown = number
            if spec.type == "%" { shown.scale -= 2 }
            if let places = spec.precision { shown = shown.rounded(toPlaces: places) ?? shown }
            let digits = DecimalValue(
                unscaled: Int128(clamping: shown.unscaled.magnitude), scale: shown.scale
            ).description
            let whole = digits.prefix { $0 != "." }
            let rest = digits.dropFirst(whole.count) + (spec.type == "%" ? "%" : "")
            return spec.number(isNegative: number.unscaled < 0, digits: String(whole), rest: String(rest))
        default: return try formatDouble(number.correctlyRounded, spec, "decimal.Decimal")
        }
    }
}

extension DecimalValue {
    /// Rounded half to even; `nil` where the result does not fit.
    func rounded(toPlaces places: Int) -> DecimalValue? {
        if places >= scale { return rescaled(to: places) }
        guard scale - places <= 38 else { return DecimalValue(unscaled: 0, scale: places) }
        var divisor: Int128 = 1
        for _ in 0..<(scale - places) { divisor *= 10 }
        var (quotient, rest) = unscaled.quotientAndRemainder(dividingBy: divisor)
        let half = divisor / 2
        if rest.magnitude > half.magnitude || rest.magnitude == half.magnitude && quotient % 2 != 0 {
            quotient += unscaled < 0 ? -1 : 1
        }
        rest = 0
        return DecimalValue(unscaled: quotient, scale: places)
    }
}

/// A double that is not negative, as CPython's `PyOS_double_to_string` writes it.
enum DoubleText {
    /// `code` is one of `e E f F g G n %`; `nil` is Python's own form, the shortest or with `precision` digits.
    static func format(_ number: Double, code: Unicode.Scalar?, precision: Int?, isAlternate: Bool) -> String {
        let isUppercase = code == "E" || code == "F" || code == "G"
        if number.isNaN { return isUppercase ? "NAN" : "nan" }
        if number.isInfinite { return isUppercase ? "INF" : "inf" }
        switch code {
        case nil:
            guard let precision else {
                let text = DoubleFormatting.description(number)
                guard isAlternate, !text.utf8.contains(UInt8(ascii: ".")) else { return text }
                let parts = text.split(separator: "e")
                return parts.count == 2 ? "\(parts[0]).e\(parts[1])" : text
            }
            return general(number, precision: max(1, precision), isAlternate: isAlternate, keepsPoint: true)
        case "f", "F", "%":
            return CMath.formatted(number, conversion: "f", precision: precision ?? 6, alternate: isAlternate)
        case "e", "E":
            let conversion: Character = isUppercase ? "E" : "e"
            return CMath.formatted(number, conversion: conversion, precision: precision ?? 6, alternate: isAlternate)
        default:
            let conversion: Character = isUppercase ? "G" : "g"
            return CMath.formatted(number, conversion: conversion, precision: precision ?? 6, alternate: isAlternate)
        }
    }

    /// `g` with at least one digit behind the point, and an exponent already at `precision` digits before it.
    private static func general(_ number: Double, precision: Int, isAlternate: Bool, keepsPoint: Bool) -> String {
        let scientific = CMath.formatted(number, conversion: "e", precision: precision - 1)
        let parts = scientific.split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return scientific }
        var digits = parts[0].utf8.filter { $0 != UInt8(ascii: ".") }
        if !isAlternate {
            while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        }
        let point = exponent + 1
        func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
        if point <= -4 || point > precision - 1 {
            let fraction = digits.count > 1 || isAlternate ? "." + text(digits.dropFirst()) : ""
            let magnitude = abs(exponent)
            return text(digits.prefix(1)) + fraction + (exponent < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "")
                + String(magnitude)
        }
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + text(digits) }
        if digits.count <= point {
            return text(digits) + String(repeating: "0", count: point - digits.count) + ".0"
        }
        return text(digits.prefix(point)) + "." + text(digits.dropFirst(point))
    }
}

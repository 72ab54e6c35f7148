import DataModel

extension PythonRuntime {
    /// `format % arguments`. A list is taken for the tuple that Python needs here: what is a list to Python must come
    /// wrapped in a list of one.
    static func percentFormat(_ format: Value, _ arguments: Value) throws(PythonError) -> Value {
        guard case .string(let text) = format else { throw unsupported(.modulo, format, arguments) }
        var formatting = PercentFormatting(arguments)
        return .string(try formatting.run(text))
    }
}

/// The printf-like formatting of `%`.
private struct PercentFormatting {
    private struct Conversion {
        var isLeft = false
        var hasPlus = false
        var hasSpace = false
        var isAlternate = false
        var isZeroFilled = false
        var width = 0
        var precision: Int?
    }

    private let mapping: MapValue?
    /// Whether arguments that no conversion takes are an error: not where they could be looked up by key.
    private let isExhaustive: Bool
    private let arguments: [Value]
    private var next = 0

    init(_ arguments: Value) {
        switch arguments {
        case .list(let elements):
            (self.arguments, isExhaustive, mapping) = (elements, true, nil)
        case .map(let map):
            (self.arguments, isExhaustive, mapping) = ([arguments], false, map)
        case .bytes:
            (self.arguments, isExhaustive, mapping) = ([arguments], false, nil)
        default:
            (self.arguments, isExhaustive, mapping) = ([arguments], true, nil)
        }
    }

    mutating func run(_ text: String) throws(PythonError) -> String {
        let scalars = Array(text.unicodeScalars)
        var out = ""
        var at = 0
        while at < scalars.count {
            let start = at
            while at < scalars.count, scalars[at] != "%" { at += 1 }
            if at > start {
                var piece = String.UnicodeScalarView()
                piece.append(contentsOf: scalars[start..<at])
                out += String(piece)
            }
            guard at < scalars.count else { break }
            at += 1
            out += try conversion(scalars, &at)
            guard out.utf8.count <= PythonRuntime.maximumBytes else { throw .memory }
        }
        if isExhaustive, next < arguments.count {
            throw .typeError("not all arguments converted during string formatting")
        }
        return out
    }

    private mutating func argument() throws(PythonError) -> Value {
        guard next < arguments.count else { throw .typeError("not enough arguments for format string") }
        next += 1
        return arguments[next - 1]
    }

    private mutating func conversion(_ scalars: [Unicode.Scalar], _ at: inout Int) throws(PythonError) -> String {
        var keyed: Value?
        if at < scalars.count, scalars[at] == "(" {
            guard let mapping else { throw .typeError("format requires a mapping") }
            keyed = try key(scalars, &at, mapping)
        }
        var conversion = Conversion()
        flags: while at < scalars.count {
            switch scalars[at] {
            case "-": conversion.isLeft = true
            case "+": conversion.hasPlus = true
            case " ": conversion.hasSpace = true
            case "#": conversion.isAlternate = true
            case "0": conversion.isZeroFilled = true
            default: break flags
            }
            at += 1
        }
        if let width = try number(scalars, &at) {
            conversion.isLeft = conversion.isLeft || width < 0
            conversion.width = abs(width)
        }
        if at < scalars.count, scalars[at] == "." {
            at += 1
            conversion.precision = max(0, try number(scalars, &at) ?? 0)
        }
        if at < scalars.count, "hlL".unicodeScalars.contains(scalars[at]) { at += 1 }
        guard at < scalars.count else { throw .valueError("incomplete format") }
        let code = scalars[at]
        at += 1
        if code == "%" { return "%" }
        let value = if let keyed { keyed } else { try argument() }
        return try format(value, code, conversion, at: at - 1)
    }

    private func key(
        _ scalars: [Unicode.Scalar], _ at: inout Int, _ mapping: MapValue
    ) throws(PythonError) -> Value {
        at += 1
        let start = at
        var depth = 1
        while at < scalars.count {
            if scalars[at] == ")" { depth -= 1 }
            if scalars[at] == "(" { depth += 1 }
            if depth == 0 { break }
            at += 1
        }
        guard at < scalars.count else { throw .valueError("incomplete format key") }
        var name = String.UnicodeScalarView()
        name.append(contentsOf: scalars[start..<at])
        at += 1
        let key = Value.string(String(name))
        guard let value = mapping[key] else { throw .keyError(key) }
        return value
    }

    private mutating func number(_ scalars: [Unicode.Scalar], _ at: inout Int) throws(PythonError) -> Int? {
        if at < scalars.count, scalars[at] == "*" {
            at += 1
            guard let number = PythonRuntime.index(try argument()) else { throw .typeError("* wants int") }
            guard number.magnitude <= FormatSpecification.limit else { throw .memory }
            return Int(number)
        }
        var number: Int?
        while at < scalars.count, ("0"..."9").contains(scalars[at]) {
            number = (number ?? 0) * 10 + Int(scalars[at].value - 0x30)
            guard number ?? 0 <= FormatSpecification.limit else { throw .valueError("width too big") }
            at += 1
        }
        return number
    }

    private func format(
        _ value: Value, _ code: Unicode.Scalar, _ conversion: Conversion, at: Int
    ) throws(PythonError) -> String {
        switch code {
        case "s": return padded(text: PythonRuntime.str(value), conversion)
        case "r": return padded(text: PythonRuntime.repr(value), conversion)
        case "a": return padded(text: PythonRuntime.ascii(value), conversion)
        case "c": return padded(text: try character(value), conversion, truncates: false)
        case "d", "i", "u", "o", "x", "X": return try integer(value, code, conversion)
        case "e", "E", "f", "F", "g", "G":
            guard let number = PythonRuntime.real(value) else {
                throw .typeError("must be real number, not \(PythonRuntime.typeName(value))")
            }
            let digits = DoubleText.format(
                number.magnitude, code: code, precision: conversion.precision, isAlternate: conversion.isAlternate)
            let isNegative = number.sign == .minus && !number.isNaN
            return padded(number: digits, isNegative: isNegative, base: "", conversion)
        default:
            let hexadecimal = String(code.value, radix: 16)
            let shown = (0x20..<0x7F).contains(code.value) ? String(code) : "?"
            throw .valueError("unsupported format character '\(shown)' (0x\(hexadecimal)) at index \(at)")
        }
    }

    private func character(_ value: Value) throws(PythonError) -> String {
        if case .string(let text) = value, text.unicodeScalars.count == 1 { return text }
        guard let code = PythonRuntime.index(value) else { throw .typeError("%c requires int or char") }
        guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
            throw .overflow("%c arg not in range(0x110000)")
        }
        return String(scalar)
    }

    private func integer(
        _ value: Value, _ code: Unicode.Scalar, _ conversion: Conversion
    ) throws(PythonError) -> String {
        let isDecimal = code == "d" || code == "i" || code == "u"
        var digits: String
        var isNegative = false
        if let number = PythonRuntime.index(value) {
            let radix = isDecimal ? 10 : code == "o" ? 8 : 16
            digits = String(number.magnitude, radix: radix, uppercase: code == "X")
            isNegative = number < 0
        } else if isDecimal, case .double(let number) = value {
            if number.isNaN { throw .valueError("cannot convert float NaN to integer") }
            if number.isInfinite { throw .overflow("cannot convert float infinity to integer") }
            let whole = number.rounded(.towardZero)
            digits = CMath.formatted(whole.magnitude, conversion: "f", precision: 0)
            isNegative = whole < 0
        } else {
            let type = PythonRuntime.typeName(value)
            throw .typeError("%\(code) format: \(isDecimal ? "a real number" : "an integer") is required, not \(type)")
        }
        if let precision = conversion.precision, precision > digits.utf8.count {
            digits = String(repeating: "0", count: precision - digits.utf8.count) + digits
        }
        let base = !conversion.isAlternate || isDecimal ? "" : code == "o" ? "0o" : "0\(code)"
        return padded(number: digits, isNegative: isNegative, base: base, conversion)
    }

    private func padded(text: String, _ conversion: Conversion, truncates: Bool = true) -> String {
        var text = text
        if truncates, let precision = conversion.precision { text = String(text.unicodeScalars.prefix(precision)) }
        let filling = StringPadding.repeated(" ", conversion.width - text.unicodeScalars.count)
        return conversion.isLeft ? text + filling : filling + text
    }

    private func padded(number: String, isNegative: Bool, base: String, _ conversion: Conversion) -> String {
        let sign = isNegative ? "-" : conversion.hasPlus ? "+" : conversion.hasSpace ? " " : ""
        let missing = conversion.width - sign.utf8.count - base.utf8.count - number.utf8.count
        if conversion.isLeft { return sign + base + number + StringPadding.repeated(" ", missing) }
        if conversion.isZeroFilled { return sign + base + StringPadding.repeated("0", missing) + number }
        return StringPadding.repeated(" ", missing) + sign + base + number
    }
}

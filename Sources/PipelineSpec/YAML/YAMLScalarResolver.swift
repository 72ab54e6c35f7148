/// Finds what a scalar's text means, by the regular expressions of PyYAML 6 (YAML 1.1).
enum YAMLScalarResolver {
    enum Failure: Error {
        case unknownTag
        /// Why a text that looks like a value is none.
        case invalid(String)
    }

    private static let core = "tag:yaml.org,2002:"

    static func resolve(_ text: String, isPlain: Bool, tag: String?) throws(Failure) -> YAMLScalarValue {
        guard let tag else { return isPlain ? try resolvePlain(text) : .string(text) }
        if tag.utf8.elementsEqual("!".utf8) { return isPlain ? try resolvePlain(text) : .string(text) }
        guard tag.hasPrefix(core) else { throw .unknownTag }
        switch tag.dropFirst(core.count) {
        case "str": return .string(text)
        case "null": return .null
        case "int":
            if let value = try integer(text) ?? decimal(text) { return value }
            throw .invalid("'\(text)' is not an integer")
        case "float":
            if let value = float(text) { return value }
            switch try integer(text) {
            case .int(let value): return .float(Double(value))
            default: break
            }
            if let value = Double(text) { return .float(value) }
            throw .invalid("'\(text)' is not a float")
        case "bool":
            if let value = bool(text.lowercased()) { return .bool(value) }
            throw .invalid("'\(text)' is not a boolean")
        case "timestamp":
            if let value = try YAMLTimestamp(parsing: text) { return .timestamp(value) }
            throw .invalid("'\(text)' is not a timestamp")
        case "binary":
            if let bytes = base64(text) { return .binary(bytes) }
            throw .invalid("this is not base64")
        default: throw .unknownTag
        }
    }

    private static func resolvePlain(_ text: String) throws(Failure) -> YAMLScalarValue {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            if let value = float(text) { return value }
            if let value = try integer(text) { return value }
            if let value = try YAMLTimestamp(parsing: text) { return .timestamp(value) }
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            if let value = float(text) { return value }
            if let value = try integer(text) { return value }
        case UInt8(ascii: "~"):
            if text.utf8.count == 1 { return .null }
        default:
            if text.utf8.count > 5 { break }
            if let value = bool(text) { return .bool(value) }
            switch text {
            case "null", "Null", "NULL": return .null
            default: break
            }
        }
        return .string(text)
    }

    private static func bool(_ text: String) -> Bool? {
        switch text {
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": true
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": false
        default: nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    // MARK: Integers

    private static func integer(_ text: String) throws(Failure) -> YAMLScalarValue? {
        var bytes = Array(text.utf8)
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        guard let first = bytes.first, isDigit(first) else { return nil }
        let digits = bytes.filter { $0 != UInt8(ascii: "_") }
        if first == UInt8(ascii: "0"), bytes.count > 1 {
            let second = bytes[1]
            if second == UInt8(ascii: "b") || second == UInt8(ascii: "x") {
                let radix = second == UInt8(ascii: "b") ? 2 : 16
                let rest = digits.dropFirst(2)
                guard bytes.count > 2, rest.allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
                guard !rest.isEmpty else { throw .invalid("'\(text)' has no digits") }
                return number(rest, radix: radix, isNegative)
            }
            guard digits.allSatisfy({ isDigit($0, radix: 8) }) else { return nil }
            return number(digits[...], radix: 8, isNegative)
        }
        if bytes.contains(UInt8(ascii: ":")) { return sexagesimal(bytes, isNegative) }
        guard digits.allSatisfy(isDigit) else { return nil }
        return number(digits[...], radix: 10, isNegative)
    }

    /// `!!int "08"`: the tag forces what the plain form does not mean.
    private static func decimal(_ text: String) -> YAMLScalarValue? {
        Int64(text).map { .int($0) }
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        Character(UnicodeScalar(byte)).hexDigitValue.map { $0 < radix } ?? false
    }

    private static func number(_ digits: ArraySlice<UInt8>, radix: Int, _ isNegative: Bool) -> YAMLScalarValue {
        let text = (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
        if let value = Int64(text, radix: radix) { return .int(value) }
        if radix == 10 {
            let significant = digits.drop { $0 == UInt8(ascii: "0") }
            return .bigInt((isNegative ? "-" : "") + String(decoding: significant, as: UTF8.self))
        }
        return .bigInt((isNegative ? "-" : "") + BigDecimalDigits.convert(digits, radix: radix))
    }

    /// `[1-9][0-9_]*(:[0-5]?[0-9])+`, base 60.
    private static func sexagesimal(_ bytes: [UInt8], _ isNegative: Bool) -> YAMLScalarValue? {
        guard bytes[0] != UInt8(ascii: "0") else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let head = parts.first, head.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }) else { return nil }
        guard var value = Int64(String(decoding: head.filter(isDigit), as: UTF8.self)) else { return nil }
        for part in parts.dropFirst() {
            guard let digit = sexagesimalDigit(part) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 60)
            let (sum, carry) = product.addingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return .int(isNegative ? -value : value)
    }

    private static func sexagesimalDigit(_ part: ArraySlice<UInt8>) -> Int? {
        guard part.count == 1 || part.count == 2, part.allSatisfy(isDigit) else { return nil }
        if part.count == 2, part.first ?? 0 > UInt8(ascii: "5") { return nil }
        return Int(String(decoding: part, as: UTF8.self))
    }

    // MARK: Floats

    private static func float(_ text: String) -> YAMLScalarValue? {
        var bytes = Array(text.utf8)[...]
        guard bytes.contains(UInt8(ascii: ".")) else { return nil }
        var isNegative = false
        let hasSign = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
        if hasSign {
            isNegative = bytes.first == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        switch String(decoding: bytes, as: UTF8.self) {
        case ".inf", ".Inf", ".INF": return .float(isNegative ? -.infinity : .infinity)
        case ".nan", ".NaN", ".NAN": return hasSign ? nil : .float(.nan)
        default: break
        }
        if bytes.contains(UInt8(ascii: ":")) { return sexagesimalFloat(bytes, isNegative) }
        guard let dot = bytes.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let whole = bytes[..<dot]
        var fraction = bytes[(dot + 1)...]
        var exponent: ArraySlice<UInt8> = []
        if let e = fraction.firstIndex(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) {
            exponent = fraction[(e + 1)...]
            fraction = fraction[..<e]
            guard exponent.count > 1, exponent.first == UInt8(ascii: "-") || exponent.first == UInt8(ascii: "+"),
                exponent.dropFirst().allSatisfy(isDigit)
            else { return nil }
        }
        let isWord: (UInt8) -> Bool = { isDigit($0) || $0 == UInt8(ascii: "_") }
        guard whole.allSatisfy(isWord), fraction.allSatisfy(isWord) else { return nil }
        if whole.isEmpty {
            guard !hasSign, let first = fraction.first, isDigit(first) else { return nil }
        } else {
            guard let first = whole.first, isDigit(first) else { return nil }
        }
        var digits = "0" + String(decoding: whole.filter(isDigit), as: UTF8.self) + "."
        digits += String(decoding: fraction.filter(isDigit), as: UTF8.self) + "0"
        if !exponent.isEmpty { digits += "e" + String(decoding: exponent, as: UTF8.self) }
        guard let value = Double(digits) else { return nil }
        return .float(isNegative ? -value : value)
    }

    /// `[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*`, base 60.
    private static func sexagesimalFloat(_ bytes: ArraySlice<UInt8>, _ isNegative: Bool) -> YAMLScalarValue? {
        guard let dot = bytes.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let fraction = bytes[(dot + 1)...].filter { $0 != UInt8(ascii: "_") }
        let parts = bytes[..<dot].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard fraction.allSatisfy(isDigit), let head = parts.first, let first = head.first, isDigit(first),
            head.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }), parts.count > 1,
            var value = Double(String(decoding: head.filter(isDigit), as: UTF8.self))
        else { return nil }
        for (index, part) in parts.enumerated().dropFirst() {
            guard sexagesimalDigit(part) != nil else { return nil }
            let digits = String(decoding: part, as: UTF8.self)
            let isLast = index == parts.count - 1
            let text = isLast ? "\(digits).\(String(decoding: fraction, as: UTF8.self))0" : digits
            value = value * 60 + (Double(text) ?? 0)
        }
        return .float(isNegative ? -value : value)
    }

    // MARK: Binary

    private static func base64(_ text: String) -> [UInt8]? {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        for byte in text.utf8 {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="):
                padding += 1
                continue
            case 0x20, 0x0A, 0x0D, 0x09: continue
            default: return nil
            }
            if padding > 0 { return nil }
            bits = bits << 6 | UInt32(value)
            count += 1
            if count % 4 == 0 {
                result += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)]
                bits = 0
            }
        }
        switch (count % 4, padding) {
        case (0, 0): break
        case (2, 2): result.append(UInt8(bits >> 4 & 0xFF))
        case (3, 1): result += [UInt8(bits >> 10 & 0xFF), UInt8(bits >> 2 & 0xFF)]
        default: return nil
        }
        return result
    }
}

/// Long integers in another base than ten, written out in decimal digits.
enum BigDecimalDigits {
    static func convert(_ digits: ArraySlice<UInt8>, radix: Int) -> String {
        var decimal: [Int] = [0]
        // A longer number is cut: no use of a pipeline needs it, and the work grows with the square of its length.
        for byte in digits.prefix(2000) {
            var carry = Character(UnicodeScalar(byte)).hexDigitValue ?? 0
            for index in decimal.indices {
                let value = decimal[index] * radix + carry
                decimal[index] = value % 10
                carry = value / 10
            }
            while carry > 0 {
                decimal.append(carry % 10)
                carry /= 10
            }
        }
        return decimal.reversed().map(String.init).joined()
    }
}

/// The classes of characters that Python's `str` methods ask about.
enum UnicodeTraits {
    /// `str.isprintable`: no control, format, surrogate, private or unassigned characters, no separators but the space.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }

    /// `str.isspace`: what `split` and `strip` without arguments take for white space.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        (0x09...0x0D).contains(byte) || (0x1C...0x20).contains(byte)
    }

    static func isAlphabetic(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    static func isDecimal(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType == .decimal }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
    }

    static func isNumeric(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType != nil }

    static func isUppercase(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isUppercase }
    static func isLowercase(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isLowercase }
    static func isTitlecase(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .titlecaseLetter
    }

    static func isCased(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isCased }

    /// The value of a decimal digit of any script.
    static func decimalValue(_ scalar: Unicode.Scalar) -> UInt8? {
        if (0x30...0x39).contains(scalar.value) { return UInt8(scalar.value - 0x30) }
        guard scalar.value >= 0x80, isDecimal(scalar), let value = scalar.properties.numericValue else { return nil }
        return value >= 0 && value <= 9 ? UInt8(value) : nil
    }

    /// Where `splitlines` breaks.
    static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// `str.lower`: the full mapping, with the sigma at the end of a word.
    static func lowercased(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        let scalars = Array(text.unicodeScalars)
        var out = ""
        for (position, scalar) in scalars.enumerated() {
            if scalar.value == 0x3A3 {
                out.unicodeScalars.append(isFinalSigma(scalars, position) ? "\u{3C2}" : "\u{3C3}")
            } else {
                out += scalar.properties.lowercaseMapping
            }
        }
        return out
    }

    static func isFinalSigma(_ scalars: [Unicode.Scalar], _ position: Int) -> Bool {
        let before = scalars[..<position].last { !$0.properties.isCaseIgnorable }
        guard let before, before.properties.isCased else { return false }
        let after = scalars[(position + 1)...].first { !$0.properties.isCaseIgnorable }
        return !(after?.properties.isCased ?? false)
    }

    /// `str.upper`: the full mapping, `ß` to `SS`.
    static func uppercased(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.uppercased() }
        return text.unicodeScalars.reduce(into: "") { $0 += $1.properties.uppercaseMapping }
    }
}

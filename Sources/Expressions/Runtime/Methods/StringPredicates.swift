/// `str.isalpha` and its sisters.
enum StringPredicates {
    static func holds(_ name: String, _ text: String) -> Bool {
        let scalars = text.unicodeScalars
        switch name {
        case "isascii": return text.utf8.allSatisfy { $0 < 0x80 }
        case "isprintable": return scalars.allSatisfy(UnicodeTraits.isPrintable)
        case "isidentifier": return isIdentifier(scalars)
        case "isupper", "islower": return isInCase(scalars, upper: name == "isupper")
        case "istitle": return isTitle(scalars)
        default: break
        }
        guard !scalars.isEmpty else { return false }
        switch name {
        case "isalpha": return scalars.allSatisfy(UnicodeTraits.isAlphabetic)
        case "isdecimal": return scalars.allSatisfy(UnicodeTraits.isDecimal)
        case "isdigit": return scalars.allSatisfy(UnicodeTraits.isDigit)
        case "isnumeric": return scalars.allSatisfy(UnicodeTraits.isNumeric)
        case "isspace": return scalars.allSatisfy(UnicodeTraits.isSpace)
        case "isalnum":
            return scalars.allSatisfy { UnicodeTraits.isAlphabetic($0) || UnicodeTraits.isNumeric($0) }
        default: return false
        }
    }

    private static func isIdentifier(_ scalars: String.UnicodeScalarView) -> Bool {
        guard let first = scalars.first, first == "_" || first.properties.isXIDStart else { return false }
        return scalars.dropFirst().allSatisfy { $0.properties.isXIDContinue }
    }

    private static func isInCase(_ scalars: String.UnicodeScalarView, upper: Bool) -> Bool {
        var isCased = false
        for scalar in scalars {
            let isUpper = UnicodeTraits.isUppercase(scalar)
            let isLower = UnicodeTraits.isLowercase(scalar)
            if UnicodeTraits.isTitlecase(scalar) || (upper ? isLower : isUpper) { return false }
            if upper ? isUpper : isLower { isCased = true }
        }
        return isCased
    }

    private static func isTitle(_ scalars: String.UnicodeScalarView) -> Bool {
        var isCased = false
        var followsCased = false
        for scalar in scalars {
            if UnicodeTraits.isUppercase(scalar) || UnicodeTraits.isTitlecase(scalar) {
                if followsCased { return false }
                (followsCased, isCased) = (true, true)
            } else if UnicodeTraits.isLowercase(scalar) {
                if !followsCased { return false }
                isCased = true
            } else {
                followsCased = false
            }
        }
        return isCased
    }
}

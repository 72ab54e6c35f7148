/// The case mappings of `str` that need more than one property of each character.
enum StringCase {
    static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        return text.unicodeScalars.reduce(into: "") { $0 += folding($1) }
    }

    /// Full case folding, which the standard library does not offer: folding is the lower case of the upper case,
    /// but for the scripts whose fold is the upper case and the letters that keep theirs.
    private static func folding(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x13A0...0x13F5: return String(scalar)
        case 0x13F8...0x13FD: return scalar.properties.uppercaseMapping
        case 0xAB70...0xABBF: return scalar.properties.uppercaseMapping
        case 0x130: return "i\u{307}"
        case 0x131: return String(scalar)
        case 0x1E9E: return "ss"
        default: break
        }
        var out = ""
        for upper in scalar.properties.uppercaseMapping.unicodeScalars {
            out += upper.properties.lowercaseMapping
        }
        return out
    }

    static func titled(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var out = ""
        var isInsideWord = false
        for (position, scalar) in scalars.enumerated() {
            out += isInsideWord ? lower(scalars, position) : scalar.properties.titlecaseMapping
            isInsideWord = scalar.properties.isCased
        }
        return out
    }

    static func capitalized(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var out = ""
        for (position, scalar) in scalars.enumerated() {
            out += position == 0 ? scalar.properties.titlecaseMapping : lower(scalars, position)
        }
        return out
    }

    static func swapped(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var out = ""
        for (position, scalar) in scalars.enumerated() {
            if scalar.properties.isUppercase {
                out += lower(scalars, position)
            } else if scalar.properties.isLowercase {
                out += scalar.properties.uppercaseMapping
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func lower(_ scalars: [Unicode.Scalar], _ position: Int) -> String {
        let scalar = scalars[position]
        guard scalar.value == 0x3A3 else { return scalar.properties.lowercaseMapping }
        return UnicodeTraits.isFinalSigma(scalars, position) ? "\u{3C2}" : "\u{3C3}"
    }
}

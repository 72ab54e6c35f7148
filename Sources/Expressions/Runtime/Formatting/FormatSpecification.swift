import DataModel

/// Python's format specification mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
struct FormatSpecification {
    var fill: Unicode.Scalar = " "
    var alignment: Unicode.Scalar?
    var sign: Unicode.Scalar?
    var coercesNegativeZero = false
    var isAlternate = false
    var width = 0
    var grouping: Unicode.Scalar?
    var precision: Int?
    var type: Unicode.Scalar?

    /// The largest width and precision: beyond, the text would exceed what one value may take.
    static let limit = 1 << 20

    /// `defaultAlignment` is `>` for numbers, whose flag `0` then pads behind the sign.
    init(
        _ text: String, of typeName: String, defaultAlignment: Unicode.Scalar, defaultType: Unicode.Scalar? = nil
    ) throws(PythonError) {
        let scalars = Array(text.unicodeScalars)
        var at = 0
        func isNext(_ scalar: Unicode.Scalar) -> Bool { at < scalars.count && scalars[at] == scalar }
        func isAlignment(_ index: Int) -> Bool {
            index < scalars.count && "<>=^".unicodeScalars.contains(scalars[index])
        }
        var hasFill = false
        if isAlignment(1) {
            (fill, alignment) = (scalars[0], scalars[1])
            hasFill = true
            at = 2
        } else if isAlignment(0) {
            alignment = scalars[0]
            at = 1
        }
        if at < scalars.count, "+- ".unicodeScalars.contains(scalars[at]) {
            sign = scalars[at]
            at += 1
        }
        if isNext("z") {
            coercesNegativeZero = true
            at += 1
        }
        if isNext("#") {
            isAlternate = true
            at += 1
        }
        if !hasFill, isNext("0") {
            fill = "0"
            if alignment == nil, defaultAlignment == ">" { alignment = "=" }
            at += 1
        }
        width = try FormatSpecification.number(scalars, &at) ?? 0
        while at < scalars.count, scalars[at] == "," || scalars[at] == "_" {
            if let grouping {
                let isSame = grouping == scalars[at]
                throw .valueError(
                    isSame ? "Cannot specify '\(grouping)' with '\(grouping)'." : "Cannot specify both ',' and '_'.")
            }
            grouping = scalars[at]
            at += 1
        }
        if isNext(".") {
            at += 1
            guard let digits = try FormatSpecification.number(scalars, &at) else {
                throw .valueError("Format specifier missing precision")
            }
            precision = digits
        }
        if scalars.count - at > 1 {
            throw .valueError("Invalid format specifier '\(text)' for object of type '\(typeName)'")
        }
        if at < scalars.count { type = scalars[at] }
        if let grouping {
            let isAllowed =
                switch type ?? defaultType {
                case nil, "d", "e", "E", "f", "F", "g", "G", "%": true
                case "b", "o", "x", "X": grouping == "_"
                default: false
                }
            guard isAllowed else {
                throw .valueError(
                    "Cannot specify '\(grouping)' with '\(FormatSpecification.shown(type ?? defaultType))'.")
            }
        }
        guard width <= FormatSpecification.limit, (precision ?? 0) <= FormatSpecification.limit else { throw .memory }
    }

    private static func number(_ scalars: [Unicode.Scalar], _ at: inout Int) throws(PythonError) -> Int? {
        let start = at
        var number = 0
        while at < scalars.count, let digit = UnicodeTraits.decimalValue(scalars[at]) {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            guard !overflow, product <= Int.max - Int(digit) else {
                throw .valueError("Too many decimal digits in format string")
            }
            number = product + Int(digit)
            at += 1
        }
        return at == start ? nil : number
    }

    func unknownCode(_ typeName: String) -> PythonError {
        .valueError("Unknown format code '\(FormatSpecification.shown(type))' for object of type '\(typeName)'")
    }

    private static func shown(_ code: Unicode.Scalar?) -> String {
        guard let code else { return "" }
        return (0x21..<0x80).contains(code.value) ? String(code) : "\\x\(String(code.value, radix: 16))"
    }

    /// Fills up to the width; `prefix` is the sign and base that `=` keeps in front of the filling.
    func padded(prefix: String, _ body: String, defaultAlignment: Unicode.Scalar) -> String {
        let missing = width - prefix.unicodeScalars.count - body.unicodeScalars.count
        guard missing > 0 else { return prefix + body }
        func filling(_ count: Int) -> String { StringPadding.repeated(fill, count) }
        switch alignment ?? defaultAlignment {
        case "<": return prefix + body + filling(missing)
        case "^": return filling(missing / 2) + prefix + body + filling(missing - missing / 2)
        case "=": return prefix + filling(missing) + body
        default: return filling(missing) + prefix + body
        }
    }

    /// Digits in groups, with zeros in front up to `minimum` characters.
    static func grouped(_ digits: String, by size: Int, with separator: Unicode.Scalar?, minimum: Int) -> String {
        var reversed: [UInt8] = []
        var count = 0
        let separator = separator.map { UInt8(ascii: $0) }
        func push(_ digit: UInt8) {
            if let separator, count > 0, count % size == 0 { reversed.append(separator) }
            reversed.append(digit)
            count += 1
        }
        for digit in digits.utf8.reversed() { push(digit) }
        while reversed.count < minimum { push(UInt8(ascii: "0")) }
        return String(decoding: reversed.reversed(), as: UTF8.self)
    }

    /// Puts sign, base, groups and padding around a number's digits. `rest` follows the grouped digits.
    func number(
        isNegative: Bool, base: String = "", digits: String, rest: String = "", groupSize: Int = 3
    ) -> String {
        let sign = isNegative ? "-" : self.sign == "+" ? "+" : self.sign == " " ? " " : ""
        let prefix = sign + base
        let zeroFilled = fill == "0" && alignment == "="
        let room = zeroFilled ? width - prefix.utf8.count - rest.utf8.count : 0
        let isNumeric = digits.utf8.first.map { $0 <= UInt8(ascii: "9") || groupSize == 4 } ?? false
        let body =
            grouping != nil && isNumeric
            ? FormatSpecification.grouped(digits, by: groupSize, with: grouping, minimum: room) : digits
        return padded(prefix: prefix, body + rest, defaultAlignment: ">")
    }
}

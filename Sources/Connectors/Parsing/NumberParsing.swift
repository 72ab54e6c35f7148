/// Numbers from text in bytes. Nothing here allocates or depends on the locale.
enum NumberParsing {
    /// Up to eight decimal digits; `nil` where other bytes are among them. Eight bytes must be readable.
    @inline(__always)
    static func shortDigits(_ word: UInt64, _ count: Int) -> UInt64? {
        // Digits go to the top, `0` below them, so that eight are always parsed.
        let shift = UInt64(truncatingIfNeeded: (8 &- count) &* 8)
        let fill: UInt64 = 0x0030_3030_3030_3030 &>> UInt64(truncatingIfNeeded: (count &- 1) &* 8)
        var value = (word &<< shift) | fill
        let high = value & 0xF0F0_F0F0_F0F0_F0F0
        let carried = ((value &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) &>> 4
        guard high | carried == 0x3333_3333_3333_3333 else { return nil }
        value &-= 0x3030_3030_3030_3030
        value = value &* 10 &+ (value &>> 8)
        let even = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let odd = ((value &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return (even &+ odd) &>> 32
    }

    /// Nine to sixteen decimal digits.
    @inline(__always)
    static func mediumDigits(_ text: UnsafePointer<UInt8>, _ count: Int) -> UInt64? {
        guard let high = shortDigits(Word.load(text), 8) else { return nil }
        guard let low = shortDigits(Word.load(text + 8), count &- 8) else { return nil }
        return high &* powersOfTen[count &- 8] &+ low
    }

    private static let powersOfTen: [UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]

    /// A decimal of up to eight bytes without sign or exponent; eight bytes must be readable.
    @inline(__always)
    static func shortDecimal(_ word: UInt64, _ count: Int) -> Double? {
        let text = Word.low(word, count)
        let point = Word.zeroBytes(text ^ Word.repeating(UInt8(ascii: ".")))
        if point == 0 { return shortDigits(word, count).map { Double($0) } }
        guard count > 1 else { return nil }
        let place = point.trailingZeroBitCount &>> 3
        let below = (1 &<< UInt64(truncatingIfNeeded: place &* 8)) &- 1
        let joined = (text & below) | ((text &>> 8) & ~below)
        guard let digits = shortDigits(joined, count &- 1) else { return nil }
        return Double(digits) / exactPowers[count &- 1 &- place]
    }

    /// 10^0 to 10^22: the powers of ten that a double holds exactly.
    static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    enum Integer: Equatable {
        case value(Int64)
        /// Decimal digits that 64 bits cannot hold.
        case tooLarge
        case malformed
    }

    /// `[+-]digits` and nothing else.
    static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Integer {
        var index = 0
        var isNegative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            isNegative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < text.count else { return .malformed }
        var value: Int64 = 0
        var isTooLarge = false
        while index < text.count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return .malformed }
            // Counted downwards, since the lowest number has no positive counterpart.
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, borrow) = scaled.subtractingReportingOverflow(Int64(digit))
            if overflow || borrow { isTooLarge = true }
            value = next
            index += 1
        }
        if isTooLarge { return .tooLarge }
        if isNegative { return .value(value) }
        return value == .min ? .tooLarge : .value(0 &- value)
    }

    /// A decimal number with optional sign, fraction and exponent; `inf` and `infinity` in any case.
    static func decimal(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var index = 0
        var isNegative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            isNegative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < text.count else { return nil }
        var mantissa: UInt64 = 0
        var digitCount = 0
        var significant = 0
        var exponent = 0
        func take(_ digit: UInt8) {
            digitCount += 1
            if significant < 19 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                if mantissa > 0 { significant += 1 }
            } else {
                significant = 20
                exponent += 1
            }
        }
        while index < text.count, text[index] &- UInt8(ascii: "0") <= 9 {
            take(text[index] &- UInt8(ascii: "0"))
            index += 1
        }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            while index < text.count, text[index] &- UInt8(ascii: "0") <= 9 {
                take(text[index] &- UInt8(ascii: "0"))
                exponent -= 1
                index += 1
            }
        }
        guard digitCount > 0 else { return infinity(text, from: index, isNegative) }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            guard let written = writtenExponent(text, from: index + 1) else { return nil }
            exponent += written
            index = text.count
        }
        guard index == text.count else { return nil }
        if significant <= 19, mantissa < 1 << 53, exponent.magnitude <= 22 {
            let scale = exactPowers[Int(exponent.magnitude)]
            let value = exponent < 0 ? Double(mantissa) / scale : Double(mantissa) * scale
            return isNegative ? -value : value
        }
        return Double(Substring(String(decoding: text, as: UTF8.self)))
    }

    /// Digits after `e`, clamped to what a double can tell apart.
    private static func writtenExponent(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start < text.count else { return nil }
        switch integer(UnsafeBufferPointer(rebasing: text[start...])) {
        case .value(let value): return Int(max(-100_000, min(100_000, value)))
        case .tooLarge: return text[start] == UInt8(ascii: "-") ? -100_000 : 100_000
        case .malformed: return nil
        }
    }

    private static func infinity(_ text: UnsafeBufferPointer<UInt8>, from start: Int, _ isNegative: Bool) -> Double? {
        let word = String(decoding: text[start...], as: UTF8.self).lowercased()
        guard word == "inf" || word == "infinity" else { return nil }
        return isNegative ? -.infinity : .infinity
    }
}

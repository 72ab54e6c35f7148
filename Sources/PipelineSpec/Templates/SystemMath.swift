#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What templates need of the C library's mathematics.
enum SystemMath {
    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

    /// A number as C's `printf` writes it with the conversion `f`, `e` or `g`.
    static func format(_ number: Double, _ conversion: Unicode.Scalar, _ precision: Int) -> String {
        // The longest is `%f` of the greatest number: 309 digits, a point, the fraction.
        var buffer = [CChar](repeating: 0, count: 320 + precision)
        let count = buffer.count
        _ = withVaList([number]) { vsnprintf(&buffer, count, "%.\(precision)\(conversion)", $0) }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Rounds half to even at a decimal place, as Python does with the exact value.
    static func round(_ number: Double, _ places: Int) -> Double {
        guard number.isFinite else { return number }
        if places >= 0 { return Double(format(number, "f", min(places, 300))) ?? number }
        let scale = pow(10, Double(-max(places, -300)))
        return (number / scale).rounded(.toNearestOrEven) * scale
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Powers and logarithms of the C library.
public enum Logarithm {
    public static func binary(_ number: Double) -> Double { log2(number) }
    public static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}

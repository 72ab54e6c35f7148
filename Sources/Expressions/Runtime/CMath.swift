#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The C library's functions on doubles, which CPython calls, too: results are equal to the last bit.
enum CMath {
    static func pow(_ x: Double, _ y: Double) -> Double { platformPow(x, y) }
    static func log(_ x: Double) -> Double { platformLog(x) }
    static func log2(_ x: Double) -> Double { platformLog2(x) }
    static func log10(_ x: Double) -> Double { platformLog10(x) }
    static func atan2(_ y: Double, _ x: Double) -> Double { platformAtan2(y, x) }

    /// The functions of one argument that `math` has under the same name.
    static let unary: [String: @Sendable (Double) -> Double] = [
        "exp": { platformExp($0) }, "exp2": { platformExp2($0) }, "expm1": { platformExpm1($0) },
        "log1p": { platformLog1p($0) }, "sin": { platformSin($0) }, "cos": { platformCos($0) },
        "tan": { platformTan($0) }, "asin": { platformAsin($0) }, "acos": { platformAcos($0) },
        "atan": { platformAtan($0) }, "sinh": { platformSinh($0) }, "cosh": { platformCosh($0) },
        "tanh": { platformTanh($0) }, "asinh": { platformAsinh($0) }, "acosh": { platformAcosh($0) },
        "atanh": { platformAtanh($0) }, "sqrt": { $0.squareRoot() }, "fabs": { $0.magnitude },
        "cbrt": { platformCbrt($0) },
    ]

    /// `printf` of one double with exact digits, such as `%.17f`; `precision` is at most a few thousand.
    static func formatted(_ number: Double, conversion: Character, precision: Int, alternate: Bool = false) -> String {
        let format = "%\(alternate ? "#" : "").\(precision)\(conversion)"
        return withVaList([number]) { arguments in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: precision + 400) { room in
                let written = vsnprintf(room.baseAddress, room.count, format, arguments)
                let count = min(max(0, Int(written)), room.count - 1)
                return String(decoding: room[..<count].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z by the system's clock.
    static func microsecondsNow() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

// Inside the enum its own names hide the library's.
private func platformPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
private func platformLog(_ x: Double) -> Double { log(x) }
private func platformLog2(_ x: Double) -> Double { log2(x) }
private func platformLog10(_ x: Double) -> Double { log10(x) }
private func platformAtan2(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
private func platformExp(_ x: Double) -> Double { exp(x) }
private func platformExp2(_ x: Double) -> Double { exp2(x) }
private func platformExpm1(_ x: Double) -> Double { expm1(x) }
private func platformLog1p(_ x: Double) -> Double { log1p(x) }
private func platformSin(_ x: Double) -> Double { sin(x) }
private func platformCos(_ x: Double) -> Double { cos(x) }
private func platformTan(_ x: Double) -> Double { tan(x) }
private func platformAsin(_ x: Double) -> Double { asin(x) }
private func platformAcos(_ x: Double) -> Double { acos(x) }
private func platformAtan(_ x: Double) -> Double { atan(x) }
private func platformSinh(_ x: Double) -> Double { sinh(x) }
private func platformCosh(_ x: Double) -> Double { cosh(x) }
private func platformTanh(_ x: Double) -> Double { tanh(x) }
private func platformAsinh(_ x: Double) -> Double { asinh(x) }
private func platformAcosh(_ x: Double) -> Double { acosh(x) }
private func platformAtanh(_ x: Double) -> Double { atanh(x) }
private func platformCbrt(_ x: Double) -> Double { cbrt(x) }

/// Numbers in words, as round as they are known.
enum Figures {
    static func count(_ number: Double) -> String {
        for (unit, size) in [(" billion", 1e9), (" million", 1e6)] where number >= size {
            return rounded(number / size) + unit
        }
        guard number >= 1000 else { return String(Int(number.rounded())) }
        // Two digits, and zeros.
        let unit = number >= 100_000 ? 10_000 : number >= 10_000 ? 1000 : 100
        let whole = Int((number / Double(unit)).rounded()) * unit
        let rest = String(whole % 1000)
        return "\(whole / 1000)," + String(repeating: "0", count: 3 - rest.utf8.count) + rest
    }

    static func bytes(_ number: Double) -> String {
        for (unit, size) in [(" TB", 1e12), (" GB", 1e9), (" MB", 1e6), (" kB", 1e3)] where number >= size {
            return rounded(number / size) + unit
        }
        return rounded(number) + " B"
    }

    static func span(_ seconds: Double) -> String {
        if seconds < 0.001 { return "less than 1 ms" }
        if seconds < 1 { return rounded(seconds * 1000) + " ms" }
        if seconds < 120 { return rounded(seconds) + " s" }
        if seconds < 7200 { return rounded(seconds / 60) + " min" }
        return rounded(seconds / 3600) + " h"
    }

    /// Two digits.
    private static func rounded(_ number: Double) -> String {
        if number >= 100 { return String(Int((number / 10).rounded()) * 10) }
        if number >= 10 { return String(Int(number.rounded())) }
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}

import DataModel

/// Counts, spans and moments as people read them.
enum Quantities {
    static func count(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(value.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text = "," + text }
            text = String(digit) + text
        }
        return value < 0 ? "-" + text : text
    }

    static func bytes(_ value: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var amount = Double(value)
        var unit = 0
        while amount >= 1000, unit < units.count - 1 {
            amount /= 1000
            unit += 1
        }
        return unit == 0 ? "\(value) B" : "\(Double(Int(amount * 10)) / 10) \(units[unit])"
    }

    /// Records by the time they took; nothing for moments too short to say.
    static func rate(_ records: Int, in microseconds: Int64?) -> String {
        guard let microseconds, microseconds >= 1000, records > 0 else { return "" }
        return count(Int(Double(records) * 1e6 / Double(microseconds))) + "/s"
    }

    static func span(_ microseconds: Int64) -> String {
        let seconds = microseconds / 1_000_000
        switch seconds {
        case ..<1: return "\(microseconds / 1000) ms"
        case ..<120: return "\(Double(microseconds / 100_000) / 10) s"
        case ..<7200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86_400) days"
        }
    }

    static func age(_ moment: Int64, now: Int64) -> String {
        let span = max(0, now - moment)
        let seconds = span / 1_000_000
        return seconds == 0 ? "just now" : seconds < 120 ? "\(seconds) s ago" : "\(Quantities.span(span)) ago"
    }

    /// `2026-11-23 09:41:07 UTC`
    static func moment(_ microseconds: Int64) -> String {
        let day = Calendar.day(fromDays: Int(floorDivide(microseconds, Calendar.microsecondsPerDay)))
        let midnight = floorDivide(microseconds, Calendar.microsecondsPerDay) * Calendar.microsecondsPerDay
        let second = Int((microseconds - midnight) / Calendar.microsecondsPerSecond)
        let date = "\(day.year)-\(padded(day.month))-\(padded(day.day))"
        return "\(date) \(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60)) UTC"
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}

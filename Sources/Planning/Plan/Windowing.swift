/// How event time is cut into windows, with times in microseconds.
///
/// Source: Beam's `WindowInto` in `yaml_provider.py`; a day has 24 hours here, where Beam's `d` has 12.
public enum Windowing: Hashable, Sendable {
    case global
    /// Windows `[offset + k·size, offset + (k + 1)·size)`.
    case fixed(size: Int64, offset: Int64)
    /// A window of `size` every `period`.
    case sliding(size: Int64, period: Int64, offset: Int64)
    /// Per key, windows that end when nothing came for `gap`.
    case sessions(gap: Int64)
}

extension Windowing: CustomStringConvertible {
    public var description: String {
        switch self {
        case .global: "global"
        case .fixed(let size, let offset):
            "fixed \(Self.duration(size))" + (offset == 0 ? "" : " offset \(Self.duration(offset))")
        case .sliding(let size, let period, let offset):
            "sliding \(Self.duration(size)) every \(Self.duration(period))"
                + (offset == 0 ? "" : " offset \(Self.duration(offset))")
        case .sessions(let gap): "sessions with gap \(Self.duration(gap))"
        }
    }

    /// The largest unit that divides the time: `1h`, `90s`, `1500ms`.
    static func duration(_ microseconds: Int64) -> String {
        let units: [(String, Int64)] = [
            ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
        ]
        for (unit, size) in units where microseconds != 0 && microseconds % size == 0 {
            return "\(microseconds / size)\(unit)"
        }
        return microseconds == 0 ? "0s" : "\(Double(microseconds) / 1000)ms"
    }
}

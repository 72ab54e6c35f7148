public import Diagnostics

/// A number that is not known exactly.
public struct Band: Sendable, Equatable {
    public var low: Double
    public var likely: Double
    public var high: Double

    public init(low: Double, likely: Double, high: Double) {
        self.low = low
        self.likely = likely
        self.high = high
    }

    public init(_ value: Double) { self.init(low: value, likely: value, high: value) }

    static func + (left: Band, right: Band) -> Band {
        Band(low: left.low + right.low, likely: left.likely + right.likely, high: left.high + right.high)
    }

    static func * (band: Band, factor: Double) -> Band {
        Band(low: band.low * factor, likely: band.likely * factor, high: band.high * factor)
    }

    /// Wider by a factor on both sides.
    func widened(_ factor: Double) -> Band { Band(low: low / factor, likely: likely, high: high * factor) }

    public func contains(_ value: Double) -> Bool { (low...max(low, high)).contains(value) }

    public var json: JSONText { .object(["low": .number(low), "likely": .number(likely), "high": .number(high)]) }

    public init?(json: JSONText) {
        guard let low = json["low"]?.double, let likely = json["likely"]?.double, let high = json["high"]?.double else {
            return nil
        }
        self.init(low: low, likely: likely, high: high)
    }
}

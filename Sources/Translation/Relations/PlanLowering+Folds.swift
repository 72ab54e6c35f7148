import DataModel
import Expressions
import Planning

/// What groups are folded with.
extension PlanLowering {
    func fold(_ call: AggregateOperation.Call, _ value: String) throws(Obstacle) -> String {
        let own = call.value.type
        // Null is no number in Python: it ends the job there, too.
        let value =
            own.isNullable && call.function != .count && call.function != .group
            ? required(value, own, or: "\(call.function.rawValue) of '\(call.destination)' meets null") : value
        let text: String?
        switch (call.function, own.kind) {
        case (.count, _): text = "count(*)"
        case (.sum, .int64): text = sumOfIntegers(value)
        case (.sum, .double):
            differs("sums of floats differ in the last digits, as rows come in another order")
            text = "sum(\(value))"
        case (.mean, .int64): text = "CAST(sum(CAST(\(value) AS DECIMAL(38, 0))) AS DOUBLE) / count(*)"
        case (.mean, .double):
            differs("means of floats differ in the last digits, as rows come in another order")
            text = "avg(\(value))"
        case (.min, .int64), (.min, .string), (.min, .double): text = "min(\(value))"
        case (.max, .int64), (.max, .string), (.max, .double): text = "max(\(value))"
        case (.any, .boolean): text = dialect == .spark ? "bool_or(\(value))" : "max(\(flag(value))) = 1"
        case (.all, .boolean): text = dialect == .spark ? "bool_and(\(value))" : "min(\(flag(value))) = 1"
        case (.group, _):
            differs("the order within '\(call.destination)' is left open")
            text = list(of: value)
        case (.concat, .list):
            differs("the order within '\(call.destination)' is left open")
            text =
                dialect == .spark ? "flatten(collect_list(\(value)))" : self.call(.listFlatten, "ARRAY_AGG(\(value))")
        default: text = nil
        }
        if own.kind == .double, call.function == .min || call.function == .max {
            differs("'\(call.function.rawValue)' takes NaN for the largest number, not for the first or last one")
        }
        if own.kind == .string, dialect == .flink, call.function == .min || call.function == .max {
            differs("texts with characters beyond U+FFFF may be ordered otherwise in '\(call.destination)'")
        }
        guard let text else {
            throw Obstacle(reason: "'\(call.function.rawValue)' of \(own) has no equivalent", range: call.range)
        }
        return text
    }

    private func flag(_ value: String) -> String { "CASE WHEN \(value) THEN 1 ELSE 0 END" }

    /// Flink's own sum of integers begins anew at the other end when there are too few bits.
    private func sumOfIntegers(_ value: String) -> String {
        switch dialect {
        case .spark: "sum(\(value))"
        case .flink: call(.intFromDecimal, "sum(CAST(\(value) AS DECIMAL(38, 0)))")
        }
    }

    /// Null is an element, too, which Spark's lists of bare values leave out.
    private func list(of value: String) -> String {
        switch dialect {
        case .spark: "transform(collect_list(struct(\(value) AS value)), element -> element.value)"
        case .flink: "ARRAY_AGG(\(value))"
        }
    }
}

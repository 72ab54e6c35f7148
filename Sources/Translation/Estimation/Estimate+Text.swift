extension Estimate {
    /// The estimate for a person, with the reason of each number.
    public var text: String {
        var text = "estimate for \(engine): "
        let known = [
            inputBytes > 0 ? "\(Figures.bytes(inputBytes)) to read" : nil,
            inputRows.high > 0 ? Self.rows(inputRows) : nil,
        ].compactMap(\.self)
        text += (known.isEmpty ? "nothing is known of its input" : known.joined(separator: ", ")) + "\n"
        var lines = [
            ("parallelism", String(parallelism), parallelismReason),
            ("memory", Self.memory(memory) + (hasWorkers ? " a worker" : ""), memoryReason),
        ]
        if let seconds {
            lines.append(
                (
                    "duration", Self.span(seconds),
                    "likely \(Figures.span(seconds.likely))\(correctionReason.map { ", \($0)" } ?? "")"
                ))
        }
        let width = lines.map(\.1.utf8.count).max() ?? 0
        for (name, value, reason) in lines {
            text += "  \(Self.padded(name, 11))  \(Self.padded(value, width))  \(reason)\n"
        }
        let names = steps.map(\.name.count).max() ?? 0
        text += "\n"
        for step in steps {
            let rows = step.rows.map { Self.rows($0) + (step.isMeasured ? "" : " (assumed)") } ?? ""
            text += "  \(Self.padded(step.name, names))  \(Self.padded(rows, 34))"
            text += step.work > 0 ? "  \(Figures.span(step.work)): \(step.reason)\n" : "\n"
        }
        if !assumptions.isEmpty {
            text += "\nassumed: " + assumptions.joined(separator: "; ") + "\n"
            if !steps.contains(where: \.isMeasured) {
                text += "'beamstack plan --scale 1x' runs a sample here and measures instead\n"
            }
        }
        return text
    }

    /// Whether the engine has workers of its own.
    private var hasWorkers: Bool { engine != CostModel.embedded.title }

    /// What is known of a number of rows: one number, or from where to where.
    private static func rows(_ rows: Band) -> String {
        let (low, high) = (Figures.count(rows.low), Figures.count(rows.high))
        if low == high { return "\(low) row\(rows.likely == 1 ? "" : "s")" }
        return "\(low) to \(high) rows"
    }

    private static func memory(_ bytes: Int) -> String {
        let quarters = (bytes + (1 << 28) - 1) >> 28
        return quarters < 4 ? "\(quarters * 256) MB" : "\(Double(quarters) / 4) GB"
    }

    /// `4 s to 12 s`
    public static func span(_ seconds: Band) -> String {
        let (low, high) = (Figures.span(seconds.low), Figures.span(seconds.high))
        return low == high ? low : "\(low) to \(high)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

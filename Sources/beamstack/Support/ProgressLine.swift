import Engine
import Planning
import Platform
import Synchronization

/// One line on a terminal that says how far a run is, and a short account when it is done.
final class ProgressLine: Sendable {
    private let plan: Plan
    private let metrics: RunMetrics
    private let startedAt = MonotonicClock.seconds
    private let isRunning = Mutex(false)
    private let isLive = Terminal.isTerminal(.error)

    init(plan: Plan, metrics: RunMetrics) {
        self.plan = plan
        self.metrics = metrics
    }

    /// Redraws the line ten times a second, first after a moment: short runs show none.
    func start() {
        guard isLive else { return }
        isRunning.withLock { $0 = true }
        _ = Threads.start { [self] in
            var ticks = 0
            while isRunning.withLock({ $0 }) {
                Threads.sleep(milliseconds: 100)
                ticks += 1
                isRunning.withLock { if $0, ticks > 2 { Output.message("\r\u{1B}[2K" + line()) } }
            }
        }
    }

    /// Clears the line.
    func stop() {
        isRunning.withLock { running in
            if running { Output.message("\r\u{1B}[2K") }
            running = false
        }
    }

    func finish(_ result: RunResult) {
        stop()
        guard isLive else { return }
        let elapsed = MonotonicClock.seconds - startedAt
        var lines: [String] = []
        for step in metrics.steps where step.recordsIn + step.recordsOut() > 0 {
            var line = "  \(step.name): "
            line += step.recordsIn > 0 ? "\(Self.number(step.recordsIn)) in" : ""
            let outputs = step.outputNames.indices.map { step.recordsOut($0) }
            if outputs.contains(where: { $0 > 0 }) {
                line += (step.recordsIn > 0 ? ", " : "") + outputs.map(Self.number).joined(separator: " + ") + " out"
            }
            if step.failures > 0 { line += ", \(Self.number(step.failures)) failed" }
            if step.bytes > 0 { line += ", \(Self.bytes(step.bytes))" }
            lines.append(line)
        }
        let files = result.outputs.map { "  wrote \($0)\n" }.joined()
        Output.message(
            "done in \(Self.seconds(elapsed))\n" + lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n") + files)
    }

    private func line() -> String {
        let elapsed = max(MonotonicClock.seconds - startedAt, 0.001)
        let sources = metrics.steps.filter { $0.totalBytes > 0 }
        let read = sources.reduce(0) { $0 + $1.bytes }
        let total = sources.reduce(0) { $0 + $1.totalBytes }
        let rows = zip(plan.steps, metrics.steps).reduce(0) { $0 + ($1.0.inputs.isEmpty ? $1.1.recordsOut() : 0) }
        var parts = ["\(Self.seconds(elapsed))"]
        if total > 0 {
            parts.append("\(min(100, read * 100 / total)) % of \(Self.bytes(total))")
            parts.append("\(Self.bytes(Int(Double(read) / elapsed)))/s")
        }
        parts.append("\(Self.number(rows)) rows")
        parts.append("\(Self.number(Int(Double(rows) / elapsed))) rows/s")
        if let busiest = metrics.steps.max(by: { $0.busyNanoseconds < $1.busyNanoseconds }), busiest.recordsIn > 0 {
            parts.append("\(busiest.name): \(Self.number(busiest.recordsIn)) in")
        }
        let failures = metrics.steps.reduce(0) { $0 + $1.failures }
        if failures > 0 { parts.append("\(Self.number(failures)) failed") }
        let text = parts.joined(separator: "  ")
        return String(text.prefix(max(20, (Terminal.width(of: .error) ?? 80) - 1)))
    }

    static func seconds(_ value: Double) -> String {
        value < 1 ? "\(Int(value * 1000)) ms" : "\(Double(Int(value * 10)) / 10) s"
    }

    static func number(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index % 3 == 0, digit != "-" { text = "," + text }
            text = String(digit) + text
        }
        return text
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
}

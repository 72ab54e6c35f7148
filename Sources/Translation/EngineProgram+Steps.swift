import Expressions
public import Planning

/// Which step of a plan a part of its program belongs to: what engines complain of is told at the pipeline's own place.
extension EngineProgram {
    /// The step that a line of the main program belongs to: that of the last comment above which names one.
    ///
    /// - Parameter line: from 1 on.
    public func step(atLine line: Int, of plan: Plan) -> Step? {
        let marker = engine == .flink ? "-- '" : "# '"
        for text in lines.prefix(line).reversed() {
            guard let start = text.firstRange(of: marker) else { continue }
            let rest = text[start.upperBound...]
            if let step = plan.steps.first(where: { rest.hasPrefix($0.name + "'") }) { return step }
        }
        return nil
    }

    /// The steps that may have thrown an exception of Flink's: those that call the function of ours in its frames, else
    /// the one whose files the task reads or writes. Flink itself fuses steps and forgets their names.
    ///
    /// - Parameter task: the name of the task that threw it, such as `Source: orders[1] -> Calc[2]`.
    public func steps(raising exception: String, task: String?, of plan: Plan) -> [Step] {
        let function = SQLFunction.all.first { exception.contains($0.javaClass + ".eval(") }
        var found: [Step] = []
        for (index, line) in lines.enumerated() {
            let isCall = function.map { line.contains($0.name + "(") } ?? false
            let isTable = function == nil && task.map { self.line(line, defines: $0) } ?? false
            guard isCall || isTable, let step = step(atLine: index + 1, of: plan) else { continue }
            if !found.contains(where: { $0.id == step.id }) { found.append(step) }
        }
        return found
    }

    private var lines: [Substring] {
        files.first?.text.split(separator: "\n", omittingEmptySubsequences: false) ?? []
    }

    private func line(_ line: Substring, defines task: String) -> Bool {
        let start = "CREATE TEMPORARY TABLE `"
        guard line.hasPrefix(start) else { return false }
        let name = line.dropFirst(start.count).prefix { $0 != "`" }
        return !name.isEmpty && task.contains("\(name)[")
    }
}

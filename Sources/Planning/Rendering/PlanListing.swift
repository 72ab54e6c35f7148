import Diagnostics

/// A plan for the terminal: passes in order of execution, each with the steps that rows run through.
struct PlanListing {
    private let plan: Plan
    private let analysis: FusionAnalysis
    private let usesColor: Bool
    private let width: Int

    init(_ plan: Plan, usesColor: Bool, width: Int) {
        self.plan = plan
        analysis = FusionAnalysis(plan)
        self.usesColor = usesColor
        self.width = width
    }

    var text: String {
        let foreignCount = plan.steps.count(where: \.isForeign)
        var lines = [
            styled(Self.printable(plan.path), .bold) + "  " + counted(plan.steps.count, "step", "steps") + " in "
                + counted(analysis.passes.count, "pass", "passes")
                + (foreignCount == 0 ? "" : ", " + styled("\(foreignCount) foreign", .yellow))
        ]
        for pass in analysis.passes {
            lines += ["", heading(of: pass)]
            for (index, step) in pass.steps.enumerated() {
                lines += listing(of: plan.steps[step], isFirst: index == 0, isLast: index == pass.steps.count - 1)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func heading(of pass: FusionAnalysis.Pass) -> String {
        let waits = analysis.breaks.filter { pass.steps.contains($0.step) }
            .map { analysis.pass(of: plan.steps[$0.step].inputs[$0.input].source.step) }
            .filter { $0 != pass.id }
        let after = Set(waits).sorted().map { String($0 + 1) }.joined(separator: ", ")
        return styled("pass \(pass.id + 1)", .bold) + (after.isEmpty ? "" : styled("  after pass \(after)", .dim))
    }

    private func listing(of step: Step, isFirst: Bool, isLast: Bool) -> [String] {
        let corner = isFirst && isLast ? "─" : isFirst ? "┌" : isLast ? "└" : "├"
        let rail = styled(isLast ? " " : "│", .dim)
        let isForeign = step.isForeign
        var title =
            styled(corner, .dim) + " " + styled(Self.printable(step.name), isForeign ? .yellow : .bold)
        if !step.transform.utf8.elementsEqual(step.name.utf8) { title += "  " + Self.printable(step.transform) }
        if let range = step.range {
            title += "  " + styled("\(Self.printable(range.file.path)):\(range.startPosition.line)", .dim)
        }
        var details: [String] = []
        for (index, input) in step.inputs.enumerated() {
            details += wrapped("← ", text(of: input) + note(on: step, input: index))
        }
        for line in OperationSummary(of: step, in: plan).lines { details += wrapped("  ", Self.printable(line)) }
        for output in step.outputs { details += wrapped("→ ", text(of: output, in: step), style: .dim) }
        return [title] + details.map { "\(rail)   \($0)" }
    }

    private func text(of input: StepInput) -> String {
        guard plan.steps.indices.contains(input.source.step) else { return "?" }
        let source = plan.steps[input.source.step]
        let output = source.outputs.indices.contains(input.source.output) ? source.outputs[input.source.output] : nil
        var text = Self.printable(source.name)
        if source.outputs.count > 1, let output { text += "." + Self.printable(output.name) }
        return input.name == "input" ? text : "\(Self.printable(input.name)): \(text)"
    }

    private func note(on step: Step, input: Int) -> String {
        switch analysis.barrier(step: step.id, input: input) {
        case .grouping: "  (all rows first: groups)"
        case .joinBuild: "  (all rows first: kept for the join)"
        case .waiting: "  (rows wait for the other inputs)"
        case .foreign: "  (rows change hands)"
        case nil: ""
        }
    }

    private func text(of output: StepOutput, in step: Step) -> String {
        var text = step.outputs.count > 1 ? "\(Self.printable(output.name)): " : ""
        if output.isErrorOutput { text += "failures, " }
        text += Self.printable(output.schemaText)
        if output.windowing != .global { text += "  [\(output.windowing)]" }
        if !output.isBounded { text += "  [unbounded]" }
        return text
    }

    /// What a line may be broken between: words, and names with the type that follows.
    private static func words(of text: String) -> [String] {
        var words: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if let last = words.last, last.hasSuffix(":") {
                words[words.count - 1] = last + " " + word
            } else {
                words.append(String(word))
            }
        }
        return words
    }

    /// A long line broken at spaces; what follows is indented under the text.
    private func wrapped(_ lead: String, _ text: String, style: Style? = nil) -> [String] {
        var lines: [String] = []
        var current = ""
        for word in Self.words(of: text) {
            if !current.isEmpty, current.count + word.count + 8 > width {
                lines.append(current)
                current = word
            } else {
                current += (current.isEmpty ? "" : " ") + word
            }
        }
        lines.append(current)
        return lines.enumerated().map { index, line in
            (index == 0 ? lead : "    ") + (style.map { styled(line, $0) } ?? line)
        }
    }

    private func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    /// Names are a stranger's text: control characters must not steer the terminal.
    static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }

    private enum Style: String {
        case bold = "\u{1B}[1m"
        case dim = "\u{1B}[2m"
        case yellow = "\u{1B}[33m"
    }

    private func styled(_ text: String, _ style: Style) -> String {
        usesColor ? style.rawValue + text + "\u{1B}[0m" : text
    }
}

import Diagnostics
import Planning
import Translation

/// What `plan --target` says: for each step how it runs there and what comes out otherwise.
struct TargetReport {
    let plan: Plan
    let program: EngineProgram
    var estimate: Estimate?

    var text: String {
        let width = plan.steps.map(\.name.count).max() ?? 0
        var text = "\(plan.path) on \(program.engine.title)\n\n"
        for translation in program.steps {
            let step = plan.steps[translation.step]
            let name = step.name + String(repeating: " ", count: max(0, width - step.name.count))
            text += "  \(name)  \(Self.word(translation.mode))"
            if let reason = Self.reason(translation.mode) { text += ": \(reason)" }
            text += "\n"
            for difference in translation.differences {
                text += "  " + String(repeating: " ", count: width) + "    differs: \(difference)\n"
            }
        }
        let impossible = program.obstacles.count
        text +=
            "\n"
            + (impossible == 0
                ? "all \(program.steps.count) steps run there; 'beamstack compile' shows the program\n"
                : "\(impossible) of \(program.steps.count) steps cannot run there\n")
        if let estimate { text += "\n" + estimate.text }
        return text
    }

    var json: JSONText {
        .object([
            "pipeline": .string(plan.path), "engine": .string(program.engine.rawValue),
            "steps": .array(
                program.steps.map { translation in
                    .object([
                        "name": .string(plan.steps[translation.step].name),
                        "mode": .string(Self.word(translation.mode)),
                        "reason": .optional(Self.reason(translation.mode)),
                        "differences": .array(translation.differences.map(JSONText.string)),
                    ])
                }), "estimate": estimate?.json ?? .null,
        ])
    }

    private static func word(_ mode: StepTranslation.Mode) -> String {
        switch mode {
        case .native: "native"
        case .python: "python"
        case .local: "local"
        case .impossible: "not possible"
        }
    }

    private static func reason(_ mode: StepTranslation.Mode) -> String? {
        switch mode {
        case .native: nil
        case .python(let reason), .local(let reason): reason
        case .impossible(let diagnostic): diagnostic.message
        }
    }
}

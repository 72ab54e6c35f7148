import Diagnostics

/// A plan in the languages of other tools' diagrams.
struct PlanDiagram {
    private let plan: Plan
    private let analysis: FusionAnalysis

    init(_ plan: Plan) {
        self.plan = plan
        analysis = FusionAnalysis(plan)
    }

    /// Graphviz: a box a step, dashed red edges for failures, hatched-like dashed boxes for foreign steps.
    var dot: String {
        var lines = [
            "digraph pipeline {",
            "  rankdir=TB;",
            "  node [shape=box, style=\"rounded\", fontname=\"Helvetica\"];",
            "  edge [fontname=\"Helvetica\", fontsize=10];",
        ]
        for step in plan.steps {
            var attributes = ["label=\(Self.dotQuoted([step.name, step.transform]))"]
            if isForeign(step) { attributes.append("style=\"rounded,dashed\"") }
            lines.append("  s\(step.id) [\(attributes.joined(separator: ", "))];")
        }
        for edge in plan.edges {
            var attributes: [String] = []
            if let label = edge.label { attributes.append("label=\(Self.dotQuoted([label]))") }
            if edge.isError { attributes += ["style=dashed", "color=\"#c62828\"", "fontcolor=\"#c62828\""] }
            if analysis.barrier(step: edge.target, input: edge.input) != nil {
                attributes.append("arrowtail=tee, dir=both")
            }
            let list = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
            lines.append("  s\(edge.source) -> s\(edge.target)\(list);")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    /// A Mermaid flowchart from top to bottom.
    var mermaid: String {
        var lines = ["flowchart TD"]
        for step in plan.steps {
            let label = Self.mermaidEscaped(step.name) + "<br/>" + Self.mermaidEscaped(step.transform)
            lines.append("  s\(step.id)[\"\(label)\"]\(isForeign(step) ? ":::foreign" : "")")
        }
        for edge in plan.edges {
            let arrow = edge.isError ? "-.->" : "-->"
            let label = edge.label.map { "|\"\(Self.mermaidEscaped($0))\"|" } ?? ""
            lines.append("  s\(edge.source) \(arrow)\(label) s\(edge.target)")
        }
        let errors = plan.edges.enumerated().filter(\.element.isError).map { String($0.offset) }
        if !errors.isEmpty { lines.append("  linkStyle \(errors.joined(separator: ",")) stroke:#c62828,color:#c62828") }
        if plan.steps.contains(where: isForeign) { lines.append("  classDef foreign stroke-dasharray: 5 5") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func isForeign(_ step: Step) -> Bool { step.isForeign }

    /// A quoted DOT string of one line each; `\` starts escapes such as `\N` in labels, so it is doubled,
    /// and Graphviz reads HTML's entities.
    static func dotQuoted(_ lines: [String]) -> String {
        let escaped = lines.map { line in
            PlanListing.printable(line).unicodeScalars.reduce(into: "") { result, scalar in
                switch scalar {
                case "\"", "\\": result += "\\\(scalar)"
                case "&": result += "&amp;"
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return "\"" + escaped.joined(separator: "\\n") + "\""
    }

    /// Mermaid's entities (`#35;`) for all but letters, digits, spaces and a few harmless signs.
    static func mermaidEscaped(_ text: String) -> String {
        PlanListing.printable(text).unicodeScalars.reduce(into: "") { result, scalar in
            let isPlain =
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || " -_./:+*=,()".unicodeScalars.contains(scalar)
            if isPlain {
                result.unicodeScalars.append(scalar)
            } else {
                result += "#\(scalar.value);"
            }
        }
    }
}

/// A connection of two steps in a drawing.
struct PlanEdge {
    let source: Int
    let target: Int
    /// The index among the target's inputs.
    let input: Int
    /// The output's name where the source has several, and the input's where it is not the only one.
    let label: String?
    let isError: Bool
}

extension Plan {
    /// All connections, by target and input.
    var edges: [PlanEdge] {
        steps.flatMap { step in
            step.inputs.enumerated().compactMap { index, input in
                guard steps.indices.contains(input.source.step) else { return nil }
                let source = steps[input.source.step]
                guard source.outputs.indices.contains(input.source.output) else { return nil }
                let output = source.outputs[input.source.output]
                return PlanEdge(
                    source: source.id, target: step.id, input: index,
                    label: source.outputs.count > 1 ? output.name : nil, isError: output.isErrorOutput)
            }
        }
    }
}

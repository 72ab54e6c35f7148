/// A plan as an SVG image that reads on light and dark pages.
struct PlanDrawing {
    private let plan: Plan
    private let analysis: FusionAnalysis
    private let margin = 20.0
    private let lineHeight = 17.0

    init(_ plan: Plan) {
        self.plan = plan
        analysis = FusionAnalysis(plan)
    }

    var svg: String {
        let texts = plan.steps.map(texts)
        let boxes = texts.map { lines in
            LayeredLayout.Size(
                width: max(110, (lines.map { Self.width(of: $0) }.max() ?? 0) + 28),
                height: Double(lines.count) * lineHeight + 18)
        }
        let edges = plan.edges
        let layout = LayeredLayout(boxes: boxes, edges: edges.map { ($0.source, $0.target) })
        let width = Self.number(layout.size.width + 2 * margin)
        let height = Self.number(max(0, layout.size.height) + 2 * margin)
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" role=\"img\">",
            "<title>\(Self.escaped(plan.path))</title>",
            Self.style,
            "<g transform=\"translate(\(Self.number(margin)) \(Self.number(margin)))\">",
        ]
        for (edge, route) in zip(edges, layout.routes) where route.count > 1 {
            lines += drawing(of: edge, along: route)
        }
        for (step, center) in zip(plan.steps, layout.centers) {
            lines += drawing(of: step, at: center, size: boxes[step.id], texts: texts[step.id])
        }
        return (lines + ["</g>", "</svg>"]).joined(separator: "\n") + "\n"
    }

    /// Name, transform and the first fact, shortened to what a box can hold.
    private func texts(of step: Step) -> [String] {
        var texts = [Self.shortened(step.name, to: 36)]
        if !step.transform.utf8.elementsEqual(step.name.utf8) { texts.append(Self.shortened(step.transform, to: 36)) }
        let summary = OperationSummary(of: step, in: plan).lines
        if let first = summary.first {
            texts.append(Self.shortened(first, to: 40) + (summary.count > 1 ? " +\(summary.count - 1)" : ""))
        }
        return texts
    }

    private func drawing(
        of step: Step, at center: LayeredLayout.Point, size: LayeredLayout.Size, texts: [String]
    ) -> [String] {
        let isForeign = step.isForeign
        let x = Self.number(center.x - size.width / 2)
        let y = Self.number(center.y - size.height / 2)
        let place =
            "x=\"\(x)\" y=\"\(y)\" width=\"\(Self.number(size.width))\" height=\"\(Self.number(size.height))\" rx=\"7\""
        let facts =
            [step.name, step.transform] + OperationSummary(of: step, in: plan).lines
            + step.outputs.map { "→ \($0.name): \($0.schemaText)" }
        var lines = ["<g class=\"step\(isForeign ? " foreign" : "")\">"]
        lines.append("<title>\(Self.escaped(facts.joined(separator: "\n")))</title>")
        lines.append("<rect class=\"box\" \(place)/>")
        if isForeign { lines.append("<rect class=\"hatch\" \(place)/>") }
        let hasTransform = !step.transform.utf8.elementsEqual(step.name.utf8)
        for (index, text) in texts.enumerated() {
            let kind = index == 0 ? "name" : index == 1 && hasTransform ? "transform" : "fact"
            let baseline = center.y - size.height / 2 + 9 + Double(index) * lineHeight + 12.5
            lines.append(
                "<text class=\"\(kind)\" x=\"\(Self.number(center.x))\" y=\"\(Self.number(baseline))\">"
                    + "\(Self.escaped(text))</text>")
        }
        return lines + ["</g>"]
    }

    private func drawing(of edge: PlanEdge, along route: [LayeredLayout.Point]) -> [String] {
        var path = "M\(Self.number(route[0].x)) \(Self.number(route[0].y))"
        for (from, to) in zip(route, route.dropFirst()) {
            let bend = (to.y - from.y) / 2
            path +=
                "C\(Self.number(from.x)) \(Self.number(from.y + bend)) \(Self.number(to.x)) "
                + "\(Self.number(to.y - bend)) \(Self.number(to.x)) \(Self.number(to.y))"
        }
        let tone = edge.isError ? " error" : ""
        var lines = ["<path class=\"edge\(tone)\" d=\"\(path)\"/>"]
        let end = route[route.count - 1]
        let (x, y) = (Self.number(end.x), Self.number(end.y))
        lines.append("<path class=\"head\(tone)\" d=\"M\(x) \(y)l-4.5 -8h9z\"/>")
        if let barrier = analysis.barrier(step: edge.target, input: edge.input) {
            lines.append(
                "<path class=\"barrier\(tone)\" d=\"M\(Self.number(end.x - 9)) \(Self.number(end.y - 12))h18\">"
                    + "<title>\(barrier.rawValue)</title></path>")
        }
        if let label = edge.label {
            let at = LayeredLayout.Point(x: (route[0].x * 3 + route[1].x) / 4, y: (route[0].y * 2 + route[1].y) / 3)
            lines.append(
                "<text class=\"label\(tone)\" x=\"\(Self.number(at.x))\" y=\"\(Self.number(at.y + 4))\">"
                    + "\(Self.escaped(Self.shortened(label, to: 24)))</text>")
        }
        return lines
    }

    private static let style = """
        <style>
        svg { --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --line: #8c959f; --fail: #c62828; --hatch: #e6c36a; }
        @media (prefers-color-scheme: dark) {
        svg { --ink: #e6edf3; --soft: #9198a1; --paper: #161b22; --line: #6e7681; --fail: #ff7b72; --hatch: #6b5518; }
        }
        text { font-family: ui-sans-serif, system-ui, "Helvetica Neue", Arial, sans-serif; text-anchor: middle; }
        .name { font-size: 13px; font-weight: 600; fill: #1f2328; fill: var(--ink); }
        .transform, .fact { font-size: 11px; fill: #59636e; fill: var(--soft); }
        .fact { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 10px; }
        .box { fill: #ffffff; fill: var(--paper); stroke: #8c959f; stroke: var(--line); stroke-width: 1.2; }
        .hatch { fill: url(#hatching); stroke: #8c959f; stroke: var(--line); stroke-width: 1.2; stroke-dasharray: 5 3; }
        .foreign text { paint-order: stroke; stroke: #ffffff; stroke: var(--paper); stroke-width: 4px; }
        .edge, .barrier { fill: none; stroke: #8c959f; stroke: var(--line); stroke-width: 1.4; }
        .barrier { stroke-width: 3; }
        .head { fill: #8c959f; fill: var(--line); }
        .label { font-size: 11px; fill: #59636e; fill: var(--soft); paint-order: stroke; stroke: #ffffff;
        stroke: var(--paper); stroke-width: 4px; }
        .edge.error, .barrier.error { stroke: #c62828; stroke: var(--fail); stroke-dasharray: 5 3; }
        .head.error, .label.error { fill: #c62828; fill: var(--fail); }
        .stripe { stroke: #e6c36a; stroke: var(--hatch); stroke-width: 3; stroke-opacity: 0.5; }
        </style>
        <defs><pattern id="hatching" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
        <path class="stripe" d="M0 0v8"/></pattern></defs>
        """

    /// Roughly the pixels a text takes; wide scalars count double.
    private static func width(of text: String) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 ? 13 : $1.properties.isUppercase ? 8.2 : 6.7) }
    }

    private static func shortened(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(count - 1) + "…"
    }

    /// A coordinate to a tenth of a pixel.
    private static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard abs(tenths) < 1e12 else { return "0" }
        let whole = Int(tenths)
        return whole % 10 == 0 ? "\(whole / 10)" : "\(whole < 0 ? "-" : "")\(abs(whole) / 10).\(abs(whole) % 10)"
    }

    /// XML text: markup escaped, what XML 1.0 does not allow replaced by U+FFFD.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t",
                _ where scalar.value & 0xFFFE == 0xFFFE, _ where (0x7F...0x9F).contains(scalar.value):
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

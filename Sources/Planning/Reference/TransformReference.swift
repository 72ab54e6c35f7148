import Diagnostics

/// The documentation of all transforms, derived from the catalogue: for a terminal, as Markdown pages, and as a JSON
/// Schema for editors.
public struct TransformReference: Sendable {
    /// A Markdown file.
    public struct Page: Sendable {
        /// Such as `combine.md`.
        public let fileName: String
        public let text: String
    }

    let entries: [ReferenceEntry]

    init(entries: [ReferenceEntry]) {
        self.entries = entries
    }

    /// The categories in the order in which the catalogue first names them, each with its transforms.
    private var categories: [(name: String, entries: [ReferenceEntry])] {
        var order: [String] = []
        for entry in entries where !order.contains(entry.category) { order.append(entry.category) }
        return order.map { category in (category, entries.filter { $0.category == category }) }
    }

    /// All transforms by category with a line each, for a terminal.
    public var listing: String {
        let width = entries.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for (name, entries) in categories {
            if !lines.isEmpty { lines.append("") }
            lines.append(name)
            for entry in entries {
                let padding = String(repeating: " ", count: width - entry.name.count)
                let mark = entry.requirement.map { "  [needs \($0)]" } ?? ""
                lines.append("  \(entry.name)\(padding)  \(entry.summary)\(mark)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// One transform in full, for a terminal; `nil` where there is none of the name, which is compared without case.
    public func text(for name: String, width: Int = 80) -> String? {
        guard let entry = entry(named: name) else { return nil }
        var lines = ["\(entry.name) – \(entry.summary)", ""]
        lines += ["Inputs:  \(entry.inputs)", "Outputs: \(entry.outputs)"]
        lines.append("Errors:  " + (entry.supportsErrorHandling ? "error_handling takes failing rows" : "end the run"))
        if let requirement = entry.requirement { lines.append("Runs on: \(requirement)") }
        if !entry.documentation.isEmpty { lines += ["", entry.documentation] }
        if !entry.parameters.isEmpty {
            lines += ["", "Parameters:"]
            lines += entry.parameters.flatMap { parameterLines($0, indent: "  ", width: width) }
        }
        if let example = entry.example {
            lines += ["", "Example:", ""]
            lines += example.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.isEmpty ? "" : "  \($0)"
            }
        }
        return lines.joined(separator: "\n") + (lines.last?.isEmpty == true ? "" : "\n")
    }

    /// What to say where `text(for:)` has nothing.
    public func hint(for name: String) -> String? {
        Suggestion.hint(for: name, among: entries.map(\.name), listing: "transforms")
    }

    private func entry(named name: String) -> ReferenceEntry? {
        entries.first { $0.name == name } ?? entries.first { $0.name.lowercased() == name.lowercased() }
    }

    private func parameterLines(_ parameter: ReferenceParameter, indent: String, width: Int) -> [String] {
        var head = "\(indent)\(parameter.name)  (\(parameter.type)"
        if parameter.isRequired { head += ", required" }
        if let value = parameter.defaultValue { head += ", default \(value)" }
        var lines = [head + ")"]
        let inner = indent + "    "
        var line = inner
        for word in parameter.documentation.split(whereSeparator: \.isWhitespace) {
            if line.count > inner.count, line.count + word.count + 1 > width {
                lines.append(line)
                line = inner
            }
            line += (line.count > inner.count ? " " : "") + word
        }
        if line.count > inner.count { lines.append(line) }
        return lines + parameter.nested.flatMap { parameterLines($0, indent: inner, width: width) }
    }
}

extension TransformReference {
    /// The pages of the reference: an index, then one a transform.
    public var pages: [Page] {
        [Page(fileName: "index.md", text: index)]
            + entries.map { Page(fileName: Self.fileName(of: $0), text: page(of: $0)) }
    }

    /// The list of transforms by category.
    private var index: String {
        var lines = ["# Transforms", "", "Generated from the catalogue by `beamstack docs --write`; do not edit."]
        for (name, entries) in categories {
            lines += ["", "## \(name)", "", "| Transform | |", "|---|---|"]
            for entry in entries {
                let mark = entry.requirement.map { " *(needs \(Self.cell($0)))*" } ?? ""
                lines.append("| [\(entry.name)](\(Self.fileName(of: entry))) | \(Self.cell(entry.summary))\(mark) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func page(of entry: ReferenceEntry) -> String {
        var lines = ["# \(entry.name)", "", Self.sentence(entry.summary), ""]
        lines += [
            "| | |", "|---|---|", "| Inputs | \(Self.cell(entry.inputs)) |",
            "| Outputs | \(Self.cell(entry.outputs)) |",
        ]
        let errors = entry.supportsErrorHandling ? "`error_handling` takes failing rows" : "end the run"
        lines.append("| Errors | \(errors) |")
        if let requirement = entry.requirement { lines.append("| Runs on | \(Self.cell(requirement)) |") }
        if !entry.documentation.isEmpty { lines += ["", entry.documentation] }
        if !entry.parameters.isEmpty {
            lines += ["", "## Parameters", "", "| Name | Type | Default | |", "|---|---|---|---|"]
            lines += entry.parameters.flatMap { Self.rows(of: $0, prefix: "") }
        }
        if let example = entry.example { lines += ["", "## Example", "", "```yaml", example.trimmingNewlines, "```"] }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func rows(of parameter: ReferenceParameter, prefix: String) -> [String] {
        let name = prefix + parameter.name
        let fallback = parameter.isRequired ? "**required**" : parameter.defaultValue.map { "`\(cell($0))`" } ?? ""
        return [
            "| `\(cell(name))` | \(cell(parameter.type)) | \(fallback) | \(cell(parameter.documentation)) |"
        ] + parameter.nested.flatMap { rows(of: $0, prefix: name + ".") }
    }

    private static func fileName(of entry: ReferenceEntry) -> String { entry.name.lowercased() + ".md" }

    private static func sentence(_ text: String) -> String {
        let capital = text.prefix(1).uppercased() + text.dropFirst()
        return text.hasSuffix(".") ? capital : capital + "."
    }

    /// Text inside a Markdown table: no line breaks, no bars.
    private static func cell(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ").split(
            separator: "|", omittingEmptySubsequences: false
        )
        .joined(separator: "\\|")
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        var text = self[...]
        while text.last?.isNewline == true { text.removeLast() }
        while text.first?.isNewline == true { text.removeFirst() }
        return String(text)
    }
}

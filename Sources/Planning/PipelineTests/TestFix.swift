import DataModel
public import Diagnostics
public import PipelineSpec

/// Rewrites what tests expect to what came, with as few edits as will do, so that comments and layout stay.
public enum TestFix {
    /// The edits that make the outcomes' comparisons pass.
    ///
    /// Throws a diagnostic where a file is rendered from a template, since what was written is not what was read.
    public static func edits(for outcomes: [TestOutcome], in document: PipelineDocument) throws(Diagnostic)
        -> [TextEdit]
    {
        var edits: [TextEdit] = []
        for outcome in outcomes {
            for probe in outcome.probes where !probe.comparison.isEqual {
                let file = probe.probe.elements.range.file
                if file === document.file, document.rendered.utf8 != file.utf8 {
                    throw Diagnostic(
                        .testTemplatedFile, "the tests of a templated file cannot be rewritten", at: probe.probe.range,
                        hint: "keep the tests in a file of their own and pass it with '--test-suite'")
                }
                edits += try self.edits(for: probe)
            }
        }
        return edits
    }

    private static func edits(for outcome: TestOutcome.ProbeOutcome) throws(Diagnostic) -> [TextEdit] {
        let list = outcome.probe.elements
        let entry = outcome.probe.entry
        guard list.range.file === entry.file, list.range.start >= entry.start, list.range.end <= entry.end else {
            throw Diagnostic(
                .testTemplatedFile, "the expected elements are an alias of another part of the file",
                at: outcome.probe.range,
                hint: "write the list out below 'elements'")
        }
        let items = list.sequence ?? []
        let comparison = outcome.comparison
        // Rows that nothing resembles take the places of rows that did not come.
        let swapped = zip(comparison.missing, comparison.unexpected)
        var replacements: [Int: [TextEdit]] = [:]
        for change in comparison.changed where items.indices.contains(change.expected) {
            replacements[change.expected] = edits(
                of: items[change.expected], to: outcome.actual[change.actual], fields: change.fields)
        }
        for (expected, actual) in swapped where items.indices.contains(expected) {
            replacements[expected] = [whole(items[expected], YAMLFlowText.text(outcome.actual[actual]))]
        }
        let count = min(comparison.missing.count, comparison.unexpected.count)
        let removed = Set(comparison.missing.dropFirst(count))
        let added = comparison.unexpected.dropFirst(count).map { YAMLFlowText.text(outcome.actual[$0]) }
        if items.isEmpty || removed.count == items.count {
            return [try rewritten(list, as: added)]
        }
        if list.isFlow {
            if removed.isEmpty {
                let end = items[items.count - 1].extent.upperBound
                let appended = added.map { TextEdit(list.range.file, end..<end, ", " + $0) }
                return replacements.values.flatMap { $0 } + appended
            }
            let kept = items.enumerated().filter { !removed.contains($0.offset) }.map { index, item in
                text(of: item, after: replacements[index] ?? [])
            }
            return [whole(list, "[" + kept.joined(separator: ", ") + "]")]
        }
        var edits = replacements.values.flatMap { $0 }
        for index in removed { edits.append(removal(of: items[index])) }
        let dash = list.range.file.bullet(before: items[0].range.start)
        let file = list.range.file
        let indent = file.text(in: file.lineStart(dash)..<dash)
        let end = file.lineEnd(items[items.count - 1].extent.upperBound)
        for row in added { edits.append(TextEdit(file, end..<end, "\n\(indent)- \(row)")) }
        return edits
    }

    /// The differing values alone where the row has the same fields, else the whole element.
    private static func edits(of item: YAMLNode, to row: RowValue, fields: [String]) -> [TextEdit] {
        let whole = [whole(item, YAMLFlowText.text(row))]
        guard let pairs = item.mapping, pairs.count == row.names.count else { return whole }
        var edits: [TextEdit] = []
        for field in fields {
            guard let value = row[field], let node = item[field], !node.extent.isEmpty else { return whole }
            edits.append(self.whole(node, YAMLFlowText.text(value)))
        }
        return edits
    }

    private static func whole(_ node: YAMLNode, _ text: String) -> TextEdit {
        TextEdit(node.range.file, node.extent, text)
    }

    private static func text(of node: YAMLNode, after edits: [TextEdit]) -> String {
        let file = SourceFile(path: "", text: node.range.file.text(in: node.extent))
        let moved = edits.map { edit in
            TextEdit(
                file, edit.range.start - node.extent.lowerBound..<edit.range.end - node.extent.lowerBound,
                edit.replacement)
        }
        return TextEdit.apply(moved, to: file)
    }

    /// Removes an element with its dash, comment and line break.
    private static func removal(of item: YAMLNode) -> TextEdit {
        let file = item.range.file
        let dash = file.bullet(before: item.range.start)
        let lineStart = file.lineStart(dash)
        let end = file.lineEnd(item.extent.upperBound)
        let isAlone = file.utf8[lineStart..<dash].allSatisfy { $0 == UInt8(ascii: " ") }
        return TextEdit(file, (isAlone ? lineStart : dash)..<min(file.utf8.count, end + 1), "")
    }

    /// A list that was empty, or that nothing is left of, written anew behind its key.
    private static func rewritten(_ list: YAMLNode, as rows: [String]) throws(Diagnostic) -> TextEdit {
        let file = list.range.file
        var colon = list.range.start - 1
        while colon >= 0, [0x20, 0x09, 0x0A, 0x0D].contains(file.utf8[colon]) { colon -= 1 }
        guard colon >= 0, file.utf8[colon] == UInt8(ascii: ":") else {
            throw Diagnostic(
                .testTemplatedFile, "the expected elements cannot be rewritten in place", at: list.range,
                hint: "write them as a plain list below 'elements'")
        }
        var keyStart = colon
        while keyStart > 0, ![0x20, 0x09, 0x0A, 0x7B, 0x2C].contains(file.utf8[keyStart - 1]) { keyStart -= 1 }
        let lead = file.utf8[file.lineStart(keyStart)..<keyStart]
        let isBlock = lead.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
        let after = colon + 1..<max(colon + 1, list.extent.upperBound)
        if rows.isEmpty { return TextEdit(file, after, " []") }
        guard isBlock else { return TextEdit(file, after, " [" + rows.joined(separator: ", ") + "]") }
        let indent = String(repeating: " ", count: lead.count + 2)
        return TextEdit(file, after, rows.map { "\n\(indent)- \($0)" }.joined())
    }
}

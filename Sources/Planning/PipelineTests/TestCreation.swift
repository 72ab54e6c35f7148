public import DataModel
public import Diagnostics
public import PipelineSpec

/// Makes a test out of a pipeline and samples of its sources: first with mocks and empty expectations, which a run and
/// `TestFix` then fill.
public struct TestCreation: Sendable {
    /// Transforms that read from outside; a test mocks their outputs.
    public let sources: [String]
    /// Transforms that nothing reads, writes and logs; a test compares their inputs.
    public let sinks: [String]
    private let document: PipelineDocument

    public init(_ document: PipelineDocument) {
        self.document = document
        let scope = TestScope(document.pipeline)
        var consumed: Set<Int> = []
        for member in scope.members {
            for reference in member.input.references {
                if case .found(let target) = scope.lookup(reference.text) { consumed.insert(target.member) }
            }
        }
        let name = { (member: TestScope.Member) in (member.spec.name ?? member.spec.type).text }
        sources = scope.members.filter { member in
            let isRead = member.spec.type.text.hasPrefix("Read")
            if case .explicitlyNone = member.input { return member.spec.type.text != "Create" }
            return isRead && member.input.references.isEmpty
        }.map(name)
        sinks = scope.members.enumerated().filter { index, member in
            let type = member.spec.type.text
            let isEnd = type.hasPrefix("Write") || type == "LogForTesting" || !consumed.contains(index)
            return isEnd && member.input.references.count == 1
        }.map { name($0.element) }
    }

    /// At most `count` rows, spread evenly over all.
    public static func sample(_ rows: [RowValue], count: Int) -> [RowValue] {
        guard count > 0, rows.count > count else { return count > 0 ? rows : [] }
        return (0..<count).map { rows[$0 * rows.count / count] }
    }

    /// The text of the pipeline's file, or of a test suite's, with a test added whose expectations are empty.
    ///
    /// Throws a diagnostic where the file is a template, or where nothing can be compared.
    public func text(
        name: String, mocks: [(name: String, rows: [RowValue])], suite: TestSuiteDocument? = nil
    ) throws(Diagnostic) -> String {
        guard !sinks.isEmpty else {
            throw Diagnostic(
                .testExpectsNothing, "the pipeline has no end whose input a test could compare",
                at: document.pipeline.range, hint: "add a transform that writes or logs")
        }
        if let suite {
            let tests = suite.root.sequence == nil ? suite.root["tests"] : suite.root
            return try appending(name, mocks, to: tests, in: suite.file)
        }
        guard document.rendered.utf8 == document.file.utf8 else {
            throw Diagnostic(
                .testTemplatedFile, "a test cannot be added to a templated file", at: nil,
                hint: "keep the tests in a file of their own and pass it with '--test-suite'")
        }
        return try appending(name, mocks, to: document.root["tests"], in: document.file)
    }

    private func appending(
        _ name: String, _ mocks: [(name: String, rows: [RowValue])], to tests: YAMLNode?, in file: SourceFile
    ) throws(Diagnostic) -> String {
        guard let tests else {
            let isTerminated = file.utf8.last == UInt8(ascii: "\n") || file.utf8.isEmpty
            return file.text + (isTerminated ? "" : "\n") + "\ntests:\n" + lines(name, mocks, indent: "  ")
        }
        if let last = tests.sequence?.last, !tests.isFlow {
            let extent = last.extent
            let dash = file.bullet(before: extent.lowerBound)
            let indent = file.text(in: file.lineStart(dash)..<dash)
            let end = file.lineEnd(extent.upperBound)
            let added = "\n" + lines(name, mocks, indent: indent).dropLast()
            return TextEdit.apply([TextEdit(file, end..<end, added)], to: file)
        }
        guard tests.isNull || tests.sequence?.isEmpty == true else {
            throw Diagnostic(
                .testTemplatedFile, "a test cannot be added to a list in brackets", at: tests.range,
                hint: "write the tests as a list with '- '")
        }
        let added = "\n" + lines(name, mocks, indent: "  ").dropLast()
        return TextEdit.apply([TextEdit(file, tests.extent, added)], to: file)
    }

    private func lines(_ name: String, _ mocks: [(name: String, rows: [RowValue])], indent: String) -> String {
        var lines = ["- name: \(YAMLFlowText.text(name))"]
        if !mocks.isEmpty { lines.append("  mock_outputs:") }
        for mock in mocks {
            lines.append("    - name: \(YAMLFlowText.text(mock.name))")
            lines.append("      elements:\(mock.rows.isEmpty ? " []" : "")")
            lines += mock.rows.map { "        - \(YAMLFlowText.text($0))" }
        }
        lines.append("  expected_inputs:")
        for sink in sinks {
            lines.append("    - name: \(YAMLFlowText.text(sink))")
            lines.append("      elements: []")
        }
        return lines.map { indent + $0 + "\n" }.joined()
    }
}

public import DataModel
public import Diagnostics
public import PipelineSpec

/// One test of a pipeline, ready to run: a plan in which mocks stand for what they replace, and what to compare.
///
/// Source: Beam's `yaml_testing.py`. Beyond Beam, the failures of a step that a test does not look at are no mistake,
/// and the windowing of the pipeline applies to mocked rows as to a source's.
public struct PipelineTest: Sendable {
    /// A collection whose rows are compared.
    public struct Probe: Sendable {
        /// The transform, or one of its outputs, as the test names it.
        public let name: String
        /// Whether the transform's input is compared.
        public let isInput: Bool
        /// The collection in the test's plan.
        public let reference: OutputReference
        public let expected: [RowValue]
        /// The list below `elements`.
        let elements: YAMLNode
        /// The entry of `expected_outputs` or `expected_inputs`.
        let entry: SourceRange
        /// The name in the file.
        public let range: SourceRange
    }

    /// The test's name; `test at line N` for one without.
    public let name: String
    public let spec: TestSpec
    /// `nil` where there are errors.
    public let plan: Plan?
    public let probes: [Probe]
    public let diagnostics: [Diagnostic]
    /// The transforms at the pipeline's top level that the test runs, and those that it mocks or compares the input of.
    let executed: Set<Int>
    let touched: Set<Int>
    /// The pipeline's steps in the test's plan, by the name of the step.
    let executedNames: [Int: String]

    /// - Parameter planner: plans a document, as `Planner.plan` does.
    public init(
        _ spec: TestSpec, of document: PipelineDocument,
        planner: (PipelineDocument) -> (plan: Plan?, diagnostics: [Diagnostic])
    ) {
        self.spec = spec
        name = spec.name?.text ?? "test at line \(spec.range.startPosition.line)"
        let scope = TestScope(document.pipeline)
        let builder = TestDocumentBuilder(scope: scope, test: spec)
        executed = builder.executed
        touched = builder.touched
        executedNames = Dictionary(uniqueKeysWithValues: executed.map { ($0, scope.members[$0].name.text) })
        guard !builder.diagnostics.hasErrors else {
            (plan, probes, diagnostics) = (nil, [], builder.diagnostics)
            return
        }
        let (planned, problems) = planner(document.replacing(transforms: builder.transforms))
        diagnostics = builder.diagnostics + problems
        guard let planned, !problems.hasErrors else {
            (plan, probes) = (nil, [])
            return
        }
        plan = planned
        probes = builder.checks.compactMap { check in
            guard let elements = check.elements.elements, let name = check.elements.name,
                let step = planned.steps.first(where: { $0.name.utf8.elementsEqual(check.name.utf8) })
            else { return nil }
            return Probe(
                name: name.text, isInput: check.isInput, reference: OutputReference(step: step.id),
                expected: elements.testRows, elements: elements, entry: check.elements.range,
                range: name.range)
        }
    }

    /// The collections that an engine has to gather for `outcome`.
    public var references: [OutputReference] { probes.map(\.reference) }

    /// What came of the test, from the rows of each collection in `references`.
    public func outcome(rows: [OutputReference: [RowValue]]) -> TestOutcome {
        TestOutcome(
            test: self,
            probes: probes.map { probe in
                let actual = rows[probe.reference] ?? []
                return TestOutcome.ProbeOutcome(
                    probe: probe, actual: actual,
                    comparison: RowComparison(expected: probe.expected, actual: actual))
            })
    }
}

/// What came of a test that ran.
public struct TestOutcome: Sendable {
    /// What came of one comparison.
    public struct ProbeOutcome: Sendable {
        public let probe: PipelineTest.Probe
        public let actual: [RowValue]
        public let comparison: RowComparison
    }

    public let test: PipelineTest
    public let probes: [ProbeOutcome]

    public var hasPassed: Bool { probes.allSatisfy(\.comparison.isEqual) }

    /// A diagnostic for each comparison that failed, at the name in the test, with the differing rows as notes.
    public var diagnostics: [Diagnostic] {
        probes.filter { !$0.comparison.isEqual }.map { outcome in
            Diagnostic(
                .testDiffers, outcome.message, at: outcome.probe.range,
                notes: outcome.differences(limit: 10),
                hint: "mend the pipeline, or accept the rows that came with 'beamstack test --fix'")
        }
    }
}

extension TestOutcome.ProbeOutcome {
    /// `the output of 'X' differs: 1 row changed, 2 missing`
    public var message: String {
        let counts = [
            (comparison.changed.count, "changed"), (comparison.missing.count, "missing"),
            (comparison.unexpected.count, "unexpected"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let what = probe.isInput ? "input" : "output"
        return "the \(what) of '\(probe.name)' differs: " + (counts.isEmpty ? "no row" : counts.joined(separator: ", "))
            + " (\(probe.expected.count) expected, \(actual.count) came)"
    }

    /// One text a differing row: `- ` expected and missing, `+ ` came unexpected, `~ ` changed, field by field.
    public func differences(limit: Int = .max) -> [String] {
        var lines = comparison.changed.map { changed in
            let expected = probe.expected[changed.expected]
            let came = actual[changed.actual]
            let fields = changed.fields.map { name in
                "\(YAMLFlowText.text(name)): \(Self.text(expected[name])) → \(Self.text(came[name]))"
            }
            let same = expected.names.filter { name in !changed.fields.contains { $0.utf8.elementsEqual(name.utf8) } }
                .map { "\(YAMLFlowText.text($0)): \(Self.text(came[$0]))" }
            return "~ " + fields.joined(separator: ", ")
                + (same.isEmpty ? "" : "  in {" + same.joined(separator: ", ") + "}")
        }
        lines += comparison.missing.map { "- " + YAMLFlowText.text(probe.expected[$0]) }
        lines += comparison.unexpected.map { "+ " + YAMLFlowText.text(actual[$0]) }
        guard lines.count > limit else { return lines }
        return lines.prefix(limit) + ["… and \(lines.count - limit) more"]
    }

    private static func text(_ value: Value?) -> String { value.map { YAMLFlowText.text($0) } ?? "(no such field)" }
}

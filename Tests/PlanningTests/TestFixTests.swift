import DataModel
import Diagnostics
import PipelineSpec
import Testing

@testable import Planning

@Suite struct TestFixTests {
    /// Rows `(1, one)`, `(2, two)`, `(3, three)` come; each case is the list that a person wrote and the mended one.
    @Test(arguments: [
        (
            "one value", "\n  - {x: 1, s: one}  # first\n  - {x: 2, s: zwei} # second\n  - {x: 3, s: three}\n",
            "\n  - {x: 1, s: one}  # first\n  - {x: 2, s: two} # second\n  - {x: 3, s: three}\n"
        ),
        (
            "block maps", "\n  # all\n  - x: 1\n    s: eins # no\n\n  - x: 2\n    s: two\n  - x: 3\n    s: three\n",
            "\n  # all\n  - x: 1\n    s: one # no\n\n  - x: 2\n    s: two\n  - x: 3\n    s: three\n"
        ),
        (
            "added", "\n  - {x: 1, s: one} # first\n# after\n",
            "\n  - {x: 1, s: one} # first\n  - {x: 2, s: two}\n  - {x: 3, s: three}\n# after\n"
        ),
        (
            "removed",
            "\n  - {x: 9, s: no} # gone\n  - {x: 1, s: one}\n  - {x: 3, s: three}\n  - {x: 2, s: two}\n"
                + "  - x: 8\n    s: nein\n",
            "\n  - {x: 1, s: one}\n  - {x: 3, s: three}\n  - {x: 2, s: two}\n"
        ),
        (
            "replaced", "\n  - {x: 1, s: one}\n  - {x: 3, s: three}\n  - {y: 7} # odd\n",
            "\n  - {x: 1, s: one}\n  - {x: 3, s: three}\n  - {x: 2, s: two} # odd\n"
        ),
        ("flow added", " [{x: 1, s: one}]\n", " [{x: 1, s: one}, {x: 2, s: two}, {x: 3, s: three}]\n"),
        (
            "flow removed", " [{x: 1, s: one},\n {q: 0}, {x: 2, s: two}, {x: 3, s: drei}, {r: 0}]\n",
            " [{x: 1, s: one}, {x: 2, s: two}, {x: 3, s: three}]\n"
        ),
        (
            "empty", " [] # nothing\n",
            "\n    - {x: 1, s: one}\n    - {x: 2, s: two}\n    - {x: 3, s: three} # nothing\n"
        ),
        (
            "extra field", "\n  - {x: 1, s: one, z: 0}\n  - {x: 2, s: two}\n  - {x: 3, s: three}\n",
            "\n  - {x: 1, s: one}\n  - {x: 2, s: two}\n  - {x: 3, s: three}\n"
        ),
    ])
    func editsAreSmall(label: String, written: String, mended: String) throws {
        func indented(_ text: String) -> String {
            text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset == 0 || $0.element.isEmpty ? String($0.element) : "      " + $0.element }
                .joined(separator: "\n")
        }
        let start = """
            tests:
              - mock_outputs:
                  - name: A
                    elements: [{x: 1, s: one}, {x: 2, s: two}, {x: 3, s: three}]
                expected_outputs:
                  - name: A
                    elements:
            """
        // The cases are written with less indentation than they need.
        let body = indented(written)
        let (document, tests) = try PipelineTestFixtures.prepared(start + body)
        let outcomes = tests.map(PipelineTestFixtures.run)
        try #require(outcomes.allSatisfy { !$0.hasPassed })
        let edits = try TestFix.edits(for: outcomes, in: document)
        let text = TextEdit.apply(edits, to: document.file)
        if label == "empty" {
            #expect(
                text.hasSuffix(
                    "elements:\n          - {x: 1, s: one}\n"
                        + "          - {x: 2, s: two}\n          - {x: 3, s: three} # nothing\n"
                ))
        } else {
            #expect(text == PipelineTestFixtures.header + start + indented(mended))
        }
        let again = try PipelineTestFixtures.document(text)
        let test = try PipelineTest(#require(again.tests.first), of: again, planner: PipelineTestFixtures.plan)
        #expect(PipelineTestFixtures.run(test).hasPassed, "\(text)")
    }

    @Test func rowsThatShouldNotHaveComeLeaveAnEmptyList() throws {
        for list in ["\n      - {x: 1}\n      - {x: 2} # c\n", " [{x: 1}]\n"] {
            let (document, tests) = try PipelineTestFixtures.prepared(
                """
                tests:
                  - mock_outputs: [{name: A, elements: []}]
                    expected_outputs:
                    - name: A
                      elements:
                """ + list)
            let edits = try TestFix.edits(for: tests.map(PipelineTestFixtures.run), in: document)
            let text = TextEdit.apply(edits, to: document.file)
            #expect(text.contains("      elements: []"))
            let again = try PipelineTestFixtures.document(text)
            #expect(again.tests.first?.expectedOutputs.first?.elements?.sequence?.isEmpty == true)
        }
    }

    @Test func aSharedListIsNotRewritten() throws {
        let (document, tests) = try PipelineTestFixtures.prepared(
            """
            tests:
              - mock_outputs: [{name: A, elements: &rows [{x: 1}]}]
                expected_outputs: [{name: A, elements: [{x: 1}]}]
              - mock_outputs: [{name: A, elements: []}]
                expected_outputs: [{name: A, elements: *rows}]
            """)
        #expect(throws: Diagnostic.self) {
            try TestFix.edits(for: tests.map(PipelineTestFixtures.run), in: document)
        }
    }

    @Test func createdTestsPassOnceFilled() throws {
        let rows = [RowValue(["x": .int(1), "s": .string("it's: \"q\"")]), RowValue(["x": .int(2), "s": .null])]
        for tests in [
            "", "tests: []\n",
            "tests:\n- name: old\n"
                + "  mock_outputs: [{name: A, elements: []}]\n  expected_outputs: [{name: A, elements: []}] # end\n",
        ] {
            let document = try PipelineTestFixtures.document(PipelineTestFixtures.header + tests)
            let creation = TestCreation(document)
            #expect(creation.sources == ["A"])
            #expect(creation.sinks == ["Out"])
            let skeleton = try creation.text(name: "generated", mocks: [("A", rows)])
            let extended = try PipelineTestFixtures.document(skeleton)
            let spec = try #require(extended.tests.last)
            #expect(spec.name?.text == "generated")
            let outcome = PipelineTestFixtures.run(PipelineTest(spec, of: extended, planner: PipelineTestFixtures.plan))
            let text = TextEdit.apply(try TestFix.edits(for: [outcome], in: extended), to: extended.file)
            let filled = try PipelineTestFixtures.document(text)
            #expect(filled.tests.count == document.tests.count + 1)
            let test = try PipelineTest(#require(filled.tests.last), of: filled, planner: PipelineTestFixtures.plan)
            #expect(PipelineTestFixtures.run(test).hasPassed, "\(text)")
            #expect(test.probes.first?.expected.count == 2)
        }
    }

    @Test func testsOfASuiteAreCreatedAndFixedInItsFile() throws {
        let document = try PipelineTestFixtures.document(PipelineTestFixtures.header)
        for start in ["tests: []\n", "- name: t\n  expected_outputs: [{name: A, elements: []}]\n", "tests:\n"] {
            let suite = try #require(TestSuiteDocument.read(SourceFile(path: "t.yaml", text: start)).suite)
            let rows = [RowValue(["x": .int(1)])]
            let text = try TestCreation(document).text(name: "n", mocks: [("A", rows)], suite: suite)
            let (extended, diagnostics) = TestSuiteDocument.read(SourceFile(path: "t.yaml", text: text))
            #expect(diagnostics.isEmpty)
            let spec = try #require(extended?.tests.last)
            let test = PipelineTest(spec, of: document, planner: PipelineTestFixtures.plan)
            let edits = try TestFix.edits(for: [PipelineTestFixtures.run(test)], in: document)
            let file = try #require(extended?.file)
            #expect(TextEdit.apply(edits, to: file).contains("      elements:\n"), "\(text)")
            #expect(edits.allSatisfy { $0.range.file === file })
        }
    }

    @Test func samplesAreSpreadEvenly() {
        let rows = (0..<10).map { RowValue(["x": .int($0)]) }
        #expect(TestCreation.sample(rows, count: 3).map { $0.values[0] } == [.int(0), .int(3), .int(6)])
        #expect(TestCreation.sample(rows, count: 40).count == 10)
        #expect(TestCreation.sample(rows, count: 0).isEmpty)
    }
}

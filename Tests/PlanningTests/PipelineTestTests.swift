import DataModel
import Diagnostics
import PipelineSpec
import Testing

@testable import Planning

@Suite struct PipelineTestTests {
    @Test func mocksReplaceAndOnlyWhatIsNeededRuns() throws {
        let (_, tests) = try PipelineTestFixtures.prepared(
            """
            tests:
              - name: first
                mock_outputs:
                  - name: A
                    elements: [{x: 1}, {x: 2}]
                expected_outputs:
                  - name: B
                    elements: [{x: 2}, {x: 1}]
                expected_inputs:
                  - name: Out
                    elements: [{x: 1}]
            """)
        let test = try #require(tests.first)
        #expect(test.diagnostics.map(\.message) == [])
        let names = Set(try #require(test.plan).steps.map(\.name))
        #expect(
            names == [
                "MockOutput[A]", "B", "Filter", "CheckExpectedOutput[B]", "CheckExpectedInput[Out]",
                "IgnoredFailures[B.bad]",
            ])
        let outcome = PipelineTestFixtures.run(test)
        #expect(!outcome.hasPassed)
        #expect(outcome.probes.map(\.comparison.isEqual) == [true, false])
        let diagnostic = try #require(outcome.diagnostics.first)
        #expect(diagnostic.code.id == "test-differs")
        #expect(diagnostic.message == "the input of 'Out' differs: 1 unexpected (1 expected, 2 came)")
        #expect(diagnostic.notes == ["+ {x: 2}"])
        #expect(diagnostic.range?.text == "Out")
    }

    @Test func mockedInputsFeedTheTransform() throws {
        let (_, tests) = try PipelineTestFixtures.prepared(
            """
            tests:
              - mock_inputs:
                  - name: Filter
                    elements: [{x: 7}]
                expected_outputs:
                  - name: Filter
                    elements: [{x: 7}]
            """)
        let test = try #require(tests.first)
        #expect(test.name == "test at line 20")
        #expect(test.plan?.steps.map(\.name) == ["MockInput[Filter]", "Filter", "CheckExpectedOutput[Filter]"])
        #expect(PipelineTestFixtures.run(test).hasPassed)
    }

    @Test func theMainOutputMayBeMockedByEitherName() throws {
        for name in ["B", "B.good"] {
            let (_, tests) = try PipelineTestFixtures.prepared(
                """
                tests:
                  - mock_outputs: [{name: \(name), elements: [{x: 7}]}]
                    expected_outputs: [{name: Filter, elements: [{x: 7}]}]
                """)
            let test = try #require(tests.first)
            #expect(test.diagnostics.map(\.message) == [])
            #expect(PipelineTestFixtures.run(test).hasPassed)
        }
    }

    @Test func chainsAreConnected() throws {
        let (_, tests) = try PipelineTestFixtures.prepared(
            """
            tests:
              - mock_outputs: [{name: ReadFromText, elements: [a]}]
                expected_inputs: [{name: LogForTesting, elements: [{element: a}]}]
            """,
            header: """
                pipeline:
                  type: chain
                  source: {type: ReadFromText, config: {path: x}}
                  transforms:
                    - {type: Filter, config: {keep: 'true'}}
                    - {type: Filter, config: {keep: 'true'}}
                  sink: {type: LogForTesting}

                """)
        let test = try #require(tests.first)
        #expect(test.diagnostics.map(\.message) == [])
        #expect(
            test.plan?.steps.map(\.name) == [
                "MockOutput[ReadFromText]", "Filter at line 5", "Filter at line 6", "CheckExpectedInput[LogForTesting]",
            ])
        #expect(PipelineTestFixtures.run(test).hasPassed)
    }

    /// The guillemets mark where each problem has to point.
    @Test(arguments: [
        (
            "- mock_outputs: [{name: «Aa», elements: []}]\n    expected_outputs: [{name: A, elements: []}]",
            "test-unknown-transform"
        ),
        ("- name: «t»\n    expected_outputs: [{name: B, elements: []}]", "test-unmocked-source"),
        (
            "- mock_outputs: [{name: «B.bad», elements: []}]\n    expected_outputs: [{name: Filter, elements: []}]",
            "test-unmocked-output"
        ),
        ("- name: «t»\n    expected_outputs: []", "test-expects-nothing"),
        (
            "- mock_outputs: [{name: A, elements: []}, {name: «A», elements: []}]\n"
                + "    expected_outputs: [{name: A, elements: []}]", "test-duplicate-mock"
        ),
        ("- expected_inputs: [{name: «A», elements: []}]", "test-no-input"),
        (
            "- mock_outputs: [{name: A, elements: []}, {name: J, elements: []}]\n"
                + "    expected_inputs: [{name: «J», elements: []}]", "test-several-inputs"
        ),
        (
            "- mock_outputs: [{name: A, elements: []}]\n    expected_outputs: [{name: «Log», elements: []}]",
            "test-ambiguous-transform"
        ),
    ])
    func problemsPointAtTheirPlace(marked: String, code: String) throws {
        let more = """
                - {type: Join, name: J, input: {l: A, r: A}, config: {equalities: x}}
                - {type: Log, input: A}
                - {type: Log, input: A}

            """
        let text = PipelineTestFixtures.header + more + "tests:\n  " + marked + "\n"
        let plain = text.filter { $0 != "«" && $0 != "»" }
        let start = try #require(text.utf8.firstRange(of: "«".utf8)).lowerBound
        let end = try #require(text.utf8.firstRange(of: "»".utf8)).lowerBound
        let document = try PipelineTestFixtures.document(plain)
        let test = try PipelineTest(#require(document.tests.first), of: document, planner: PipelineTestFixtures.plan)
        #expect(test.diagnostics.map(\.code.id) == [code])
        let range = try #require(test.diagnostics.first?.range)
        #expect(range.start == text.utf8.distance(from: text.utf8.startIndex, to: start))
        #expect(range.end == text.utf8.distance(from: text.utf8.startIndex, to: end) - 2)
        #expect(test.diagnostics.first?.hint != nil)
        #expect(test.plan == nil)
    }

    @Test func aMisspeltNameGetsASuggestion() throws {
        let (_, tests) = try PipelineTestFixtures.prepared(
            "tests:\n  - expected_outputs: [{name: Fliter, elements: []}]\n")
        #expect(tests.first?.diagnostics.first?.hint == "did you mean 'Filter'?")
    }

    @Test func everyCodeExplainsItself() {
        let codes = DiagnosticCode.pipelineTestCodes
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0.explanation.count > 60 && !$0.summary.isEmpty })
    }
}

@Suite struct TestCoverageTests {
    @Test func transformsAreRunTouchedOrMissed() throws {
        let (document, tests) = try PipelineTestFixtures.prepared(
            """
            tests:
              - name: one
                mock_outputs: [{name: A, elements: [{x: 1}]}]
                expected_outputs: [{name: B, elements: [{x: 1}]}]
            """)
        let coverage = TestCoverage(document, tests: tests)
        #expect(coverage.entries.map(\.kind) == [.edge, .run, .missed, .missed])
        #expect(coverage.entries[1].tests == ["one"])
        #expect(coverage.share == 0.5)
        #expect(coverage.entries[1].outputs.map(\.name) == ["good", "bad"])

        let test = try #require(tests.first)
        let counts = Dictionary(uniqueKeysWithValues: test.coverageReferences.map { ($0, $0.output == 0 ? 3 : 0) })
        let counted = TestCoverage(document, tests: tests, rowCounts: [counts])
        #expect(counted.entries[1].outputs.map(\.isSeen) == [true, false])
        #expect(
            counted.text == """
                · A  ReadFromCsv  mocked or compared, never run
                ✓ B  MapToFields  1 test, no rows seen in bad
                ✗ Filter  no test
                ✗ Out  WriteToJson  no test
                2 of 4 transforms covered

                """)
    }
}

import DataModel
import Diagnostics
import PipelineSpec
import Testing

@testable import Planning

@Suite struct TestReportTests {
    @Test func reportShowsWhatDiffers() throws {
        let (_, tests) = try PipelineTestFixtures.prepared(
            """
            tests:
              - name: good
                mock_outputs: [{name: A, elements: [{x: 1}]}]
                expected_outputs: [{name: B, elements: [{x: 1}]}]
              - name: bad
                mock_outputs: [{name: A, elements: [{x: 1, y: a, z: [1]}, {x: 2, y: b, z: []}, {x: 3, y: c, z: []}]}]
                expected_outputs: [{name: B, elements: [{x: 1, y: a, z: [2]}, {x: 2, y: b, z: []}, {q: "1"}]}]
              - name: broken
                expected_outputs: [{name: Fliter, elements: []}]
            """)
        let report = TestReport(
            tests.map { $0.plan == nil ? .failed($0, $0.diagnostics) : .ran(PipelineTestFixtures.run($0)) })
        #expect(!report.hasPassed)
        #expect(
            report.text() == """
                ✓ good
                ✗ bad
                  the output of 'B' differs: 1 changed, 1 missing, 1 unexpected (3 expected, 3 came)
                    ~ z: [2] → [1]  in {x: 1, "y": a}
                    - {q: "1"}
                    + {x: 3, "y": c, z: []}
                ✗ broken
                  the pipeline has no transform 'Fliter'
                1 of 3 tests passed

                """)
        #expect(report.diagnostics.map(\.code.id) == ["test-differs", "test-unknown-transform"])
        #expect(
            report.json.compact.hasPrefix(#"{"passed":1,"failed":2,"tests":[{"name":"good","passed":true,"line":20,"#))
    }
}

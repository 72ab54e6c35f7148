import Foundation
import Testing

/// `verify` and `test --target`, on the embedded engine and a real Flink.
@Suite(
    .serialized, .enabled(if: MachineJava.isThere, "there is no java"),
    .enabled(if: MachinePython.path != nil, "there is no python3"), SharedFlinkCluster())
struct VerifyTests {
    private var cluster: TestCluster {
        get throws { try #require(TestCluster.shared) }
    }

    @Test func examplesAreTheSameOnFlinkAndNothingIsWritten() throws {
        let folder = try TemporaryFolder.withExamples()
        let result = try cluster.run(
            "verify", "--targets", "local,probe", "examples/orders-summary.yaml", "examples/sessions.yaml",
            "examples/hello.yaml", in: folder.url)
        #expect(result.status == 0, "\(result.messages)\(result.output)")
        #expect(result.output.contains("'WriteToCsv' on local and probe: the same 10 rows"), "\(result.output)")
        #expect(result.output.contains("'LogForTesting' on local and probe: the same 3 rows"))
        #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("examples/output").path))
    }

    /// A function that does not give the same twice: each target has other rows, which are shown side by side.
    @Test func whatDiffersIsShown() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}, {a: 2}]}}
                - type: MapToFields
                  config:
                    language: python
                    fields:
                      a: a
                      where:
                        output_type: string
                        callable: |
                          import sys
                          def where(row):
                              return 'same' if row.a == 1 else 'flink' if 'pyflink' in sys.modules else 'here'
                - {type: LogForTesting}
            """ + "\n")
        let result = try cluster.run("verify", "--targets", "local,probe", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.output.contains("DIFFERENT: 1 rows only on local, 1 only on probe"), "\(result.output)")
        #expect(result.output.contains(#"{"a":2,"where":"here"}"#))
        #expect(result.output.contains(#"│ {"a":2,"where":"flink"}"#))
        let json = try cluster.run("verify", "--targets", "local,probe", "--format", "json", file, in: folder.url)
        #expect(json.output.contains(#""verdict": "different""#))
    }

    @Test func testsOfAPipelineRunThere() throws {
        for name in ["hello", "orders-summary"] {
            let result = try cluster.run("test", "--target", "probe", "examples/\(name).yaml", in: Repository.root)
            #expect(result.status == 0, "\(result.output)\(result.messages)")
            #expect(result.output.contains("passed"))
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, name: Rows, config: {elements: [{a: 1}]}}
                - {type: MapToFields, name: Half, config: {language: python, fields: {h: a / 2}}}
                - {type: LogForTesting}
            tests:
              - name: halves
                mock_outputs:
                  - {name: Rows, elements: [{a: 7}]}
                expected_inputs:
                  - {name: LogForTesting, elements: [{h: 3}]}
            """ + "\n")
        let wrong = try cluster.run("test", "--target", "probe", file, in: folder.url)
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("3.5"), "\(wrong.output)\(wrong.messages)")
    }
}

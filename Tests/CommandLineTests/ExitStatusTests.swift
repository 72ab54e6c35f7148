import Foundation
import Testing

/// Exit statuses are part of the interface: 0 success, 1 failed, 2 wrong usage, 3 something is missing here.
struct ExitStatusTests {
    @Test(
        arguments: [
            (["version"], 0), (["--help"], 0), (["help", "run"], 0), (["run", "--help"], 0), (["explain"], 0),
            (["docs"], 0), (["docs", "MapToFields"], 0), (["completions", "bash"], 0),
            (["validate", "examples/hello.yaml"], 0),
            ([], 0), (["nonsense"], 2), (["run"], 2), (["run", "--no-such-option", "examples/hello.yaml"], 2),
            (["run", "examples/hello.yaml", "--workers", "0"], 2),
            (["run", "examples/hello.yaml", "--workers", "x"], 2),
            (["run", "examples/hello.yaml", "--memory", "lots"], 2),
            (["run", "examples/hello.yaml", "--set", "nonsense"], 2),
            (["run", "examples/hello.yaml", "--set", "x=[1"], 2),
            (["run", "examples/hello.yaml", "--set-file", "x=/none"], 2),
            (["plan", "examples/hello.yaml", "--format", "jpeg"], 2), (["explain", "no-such-code"], 2),
            (["docs", "NoSuchTransform"], 2), (["completions", "tcsh"], 2),
            (["run", "examples/no-such-file.yaml"], 1), (["validate", "examples/no-such-file.yaml"], 1),
            (["run", "examples/templated.yaml"], 1), (["run", "examples"], 1),
        ] as [([String], Int32)])
    func ofCommandLines(_ arguments: [String], _ status: Int32) throws {
        let folder = try TemporaryFolder.withExamples()
        let result = try Beamstack.run(arguments, in: folder.url)
        #expect(result.status == status, "\(arguments): \(result.output)\(result.messages)")
        if status != 0 { #expect(!result.messages.isEmpty, "a failure says why: \(arguments)") }
        if status != 0 { #expect(result.output.isEmpty, "talk belongs on standard error: \(arguments)") }
    }

    @Test func aPipelineThatNeedsAnotherSystemIsNotAFailureOfThePipeline() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - type: Create
                  config:
                    elements: [{a: 1}]
                - type: Sql
                  config:
                    query: SELECT a FROM PCOLLECTION
            """)
        #expect(try Beamstack.run("validate", file).status == 0)
        let result = try Beamstack.run("run", file)
        #expect(result.status == 3)
        #expect(result.messages.contains("'Sql'"))
        #expect(result.messages.contains("\(file):7:"))
    }

    @Test func aFailedAssertionFailsTheRun() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - type: Create
                  config: {elements: [{a: 1}]}
                - type: AssertEqual
                  config: {elements: [{a: 2}]}
            """)
        let result = try Beamstack.run("run", file)
        #expect(result.status == 1)
        #expect(result.messages.contains("\(file):6:"))
    }

    @Test func aFailingTestFails() throws {
        let folder = try TemporaryFolder()
        let text = try Repository.text("examples/hello.yaml").replacingOccurrences(
            of: "\"Good morning, Ben!\", is_regular: false", with: "\"Good morning, Ben!\", is_regular: true")
        let file = try folder.write("p.yaml", text)
        let result = try Beamstack.run("test", file)
        #expect(result.status == 1)
        #expect(result.output.contains("is_regular"))
        // `--fix` takes what came for what is expected, and touches nothing else.
        #expect(try Beamstack.run("test", file, "--fix").status == 0)
        #expect(try Beamstack.run("test", file).status == 0)
        #expect(try folder.text("p.yaml") == Repository.text("examples/hello.yaml"))
    }
}

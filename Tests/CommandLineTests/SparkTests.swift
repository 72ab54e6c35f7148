import Foundation
import Testing

/// The same pipelines on a real Spark, which the first run installs from PyPI, and on the embedded engine.
@Suite(
    .serialized, .enabled(if: MachineJava.isThere, "there is no java"),
    .enabled(if: MachinePython.path != nil, "there is no python3"), OneEngineAtATime())
struct SparkTests {
    @Test(arguments: [
        "error-handling", "hello", "join", "nested-json", "orders-summary", "partition", "reusable-transform",
        "sessions",
        "windows",
    ])
    func examplesGiveTheSame(_ name: String) throws {
        let folder = try TemporaryFolder.withExamples()
        let result = try Beamstack.run("run", "--quiet", "--target", "spark", "examples/\(name).yaml", in: folder.url)
        #expect(result.status == 0, "\(result.messages)")
        let expected = Repository.url("examples/expected")
        let printed = try? String(contentsOf: expected.appendingPathComponent("\(name).stdout"), encoding: .utf8)
        #expect(EngineSamples.lines(result.output) == EngineSamples.lines(printed ?? ""))

        let local = try TemporaryFolder.withExamples()
        #expect(try Beamstack.run("run", "--quiet", "examples/\(name).yaml", in: local.url).status == 0)
        #expect(try EngineSamples.outputs(folder) == EngineSamples.outputs(local))
    }

    /// Null, NaN, huge floats and texts of all kinds in one go: each expression on Spark is what it is here.
    @Test func expressionsMeanTheSame() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", EngineSamples.expressions(hasNegativeZero: true))
        let local = try Beamstack.run("run", "--quiet", file, in: folder.url)
        #expect(local.status == 0, "\(local.messages)")
        let spark = try Beamstack.run("run", "--quiet", "--target", "spark", file, in: folder.url)
        #expect(spark.status == 0, "\(spark.messages)")
        #expect(local.output.split(separator: "\n").sorted() == spark.output.split(separator: "\n").sorted())
    }

    @Test func joinsWithinWindowsAreTheSame() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", EngineSamples.windowedJoins)
        let local = try Beamstack.run("run", "--quiet", file, in: folder.url)
        let spark = try Beamstack.run("run", "--quiet", "--target", "spark", file, in: folder.url)
        #expect(local.status == 0 && spark.status == 0, "\(local.messages)\(spark.messages)")
        #expect(EngineSamples.printed(spark, in: folder) == EngineSamples.printed(local, in: folder))
    }

    @Test func valuesOfNoFixedTypeAreTheSame() throws {
        let (local, spark) = (try TemporaryFolder(), try TemporaryFolder())
        let expected = try Beamstack.run(
            "run", "--quiet", try local.write("p.yaml", EngineSamples.openValues), in: local.url)
        #expect(expected.status == 0, "\(expected.messages)")
        let result = try Beamstack.run(
            "run", "--quiet", "--target", "spark", try spark.write("p.yaml", EngineSamples.openValues), in: spark.url)
        #expect(result.status == 0, "\(result.messages)")
        #expect(EngineSamples.printed(result, in: spark) == EngineSamples.printed(expected, in: local))
        #expect(try EngineSamples.outputs(spark, below: "out") == EngineSamples.outputs(local, below: "out"))
        #expect(try EngineSamples.unpacked(spark) == EngineSamples.unpacked(local))
    }

    @Test func aFailingRowIsToldWithItsPlaceAndNothingIsPublished() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}, {a: 0}]}}
                - type: MapToFields
                  name: Ratio
                  config: {language: python, fields: {r: 1 // a}}
                - {type: WriteToJson, config: {path: out.json}}
            """ + "\n")
        let result = try Beamstack.run("run", "--target", "spark", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains("error[job-failed]"))
        #expect(result.messages.contains("ZeroDivisionError"), "\(result.messages)")
        #expect(!result.messages.contains("Traceback"), "no trace of frames")
        #expect(try folder.names(".").filter { $0.contains("out.json") }.isEmpty)
    }

    @Test func whatSparkCannotDoIsRefusedWithItsPlace() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1, when: "x"}]}}
                - type: MapToFields
                  name: Loose
                  config: {language: javascript, fields: {r: {callable: "function f(row) { return row.a }"}}}
                - {type: LogForTesting}
            """ + "\n")
        let result = try Beamstack.run("plan", "--target", "spark", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains("error[not-on-target]: 'Loose' cannot run on Apache Spark"))
        #expect(result.messages.contains("hosted only locally"), "it says why")
        #expect(result.output.contains("not possible"))
        let unknown = try Beamstack.run("run", "--target", "sparc", file, in: folder.url)
        #expect(unknown.status == 2)
        #expect(unknown.messages.contains("did you mean 'spark'"))
    }

    /// Spark's stages hold several steps each; all of them are counted as the embedded engine counts them.
    @Test func stepsAreCountedAsHere() throws {
        let folder = try TemporaryFolder()
        let file = try CountedSteps.write(to: folder)
        let variables = ["BEAMSTACK_STATE": folder.path + "/state"]
        func beamstack(_ arguments: [String]) throws -> Beamstack.Result {
            try Beamstack.run(arguments, in: folder.url, environment: variables)
        }
        #expect(try beamstack(["run", "--quiet", file]).status == 0)
        let local = try CountedSteps.counts(beamstack)
        let result = try beamstack(["run", "--quiet", "--target", "spark", file])
        #expect(result.status == 0, "\(result.messages)")
        let spark = try CountedSteps.counts(beamstack)
        #expect(local.count == 9 && local["Many"]?.outputs == [300])
        for (name, counts) in local {
            #expect(spark[name]?.input == counts.input, "\(name)")
            #expect(spark[name]?.outputs == counts.outputs, "\(name)")
        }
    }

    @Test func aComparisonThatFailsEndsTheRun() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}]}}
                - {type: AssertEqual, config: {elements: [{a: 2}]}}
            """ + "\n")
        let result = try Beamstack.run("run", "--target", "spark", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains("error[assertion-failed]"), "\(result.messages)")
    }
}

enum MachineJava {
    static let isThere = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/java") }
}

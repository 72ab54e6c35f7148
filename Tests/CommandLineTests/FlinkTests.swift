import Foundation
import Platform
import Testing

/// The same pipelines on a real Flink, which the first run installs from PyPI, and on the embedded engine.
@Suite(
    .serialized, .enabled(if: MachineJava.isThere, "there is no java"),
    .enabled(if: MachinePython.path != nil, "there is no python3"), SharedFlinkCluster())
struct FlinkTests {
    private var cluster: TestCluster {
        get throws { try #require(TestCluster.shared) }
    }

    @Test(arguments: [
        "error-handling", "hello", "join", "orders-summary", "partition", "reusable-transform", "sessions", "windows",
    ])
    func examplesGiveTheSame(_ name: String) throws {
        let folder = try TemporaryFolder.withExamples()
        let result = try cluster.run("run", "--quiet", "--target", "probe", "examples/\(name).yaml", in: folder.url)
        #expect(result.status == 0, "\(result.messages)")
        let expected = Repository.url("examples/expected")
        let printed = try? String(contentsOf: expected.appendingPathComponent("\(name).stdout"), encoding: .utf8)
        #expect(EngineSamples.lines(result.output) == EngineSamples.lines(printed ?? ""))

        let local = try TemporaryFolder.withExamples()
        #expect(try Beamstack.run("run", "--quiet", "examples/\(name).yaml", in: local.url).status == 0)
        #expect(try EngineSamples.outputs(folder) == EngineSamples.outputs(local))
    }

    @Test func expressionsMeanTheSame() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", EngineSamples.expressions(hasNegativeZero: false))
        let local = try Beamstack.run("run", "--quiet", file, in: folder.url)
        #expect(local.status == 0, "\(local.messages)")
        let flink = try cluster.run("run", "--quiet", "--target", "probe", file, in: folder.url)
        #expect(flink.status == 0, "\(flink.messages)")
        #expect(local.output.split(separator: "\n").sorted() == flink.output.split(separator: "\n").sorted())
    }

    /// The process that was to publish the outputs is killed: the next `jobs` does so, with a file that has no rows and
    /// with the rows that are printed.
    @Test func outputsArePublishedWithoutTheProcessThatWasTo() throws {
        let folder = try TemporaryFolder.withExamples()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              transforms:
                - {type: ReadFromCsv, name: Orders, config: {path: examples/data/orders.csv}}
                - {type: Filter, name: None, input: Orders, config: {language: python, keep: quantity > 1000}}
                - {type: Combine, name: All, input: Orders, config: {group_by: [], combine: {n: {value: order_id, fn: count}}}}
                - {type: LogForTesting, input: All}
                - {type: WriteToCsv, name: Written, input: Orders, config: {path: out/orders.csv}}
                - {type: WriteToCsv, name: Nothing, input: None, config: {path: out/none.csv}}
            """ + "\n")
        let deployed = try cluster.run("deploy", "--target", "probe", file, in: folder.url)
        let id = deployed.output.trimmingCharacters(in: .newlines)
        try #require(deployed.status == 0, "\(deployed.messages)")
        let shown = try cluster.run("jobs", "show", id).output
        let process = try #require(shown.split(separator: "\n").first { $0.hasPrefix("  process ") })
        #expect(kill(try #require(Int32(process.split(separator: " ").last ?? "")), SIGKILL) == 0)
        var listing = ""
        for _ in 0..<240 {
            listing = try cluster.run("jobs", "show", id).output
            if !listing.hasPrefix("\(id): running") { break }
            Threads.sleep(milliseconds: 250)
        }
        #expect(listing.hasPrefix("\(id): finished"), "\(listing)")
        let local = try TemporaryFolder.withExamples()
        try local.write("p.yaml", try folder.text("p.yaml"))
        let expected = try Beamstack.run("run", "--quiet", "p.yaml", in: local.url)
        #expect(try EngineSamples.outputs(folder, below: "out") == EngineSamples.outputs(local, below: "out"))
        #expect(try folder.names("out").contains("none.csv-00000-of-00001"))
        #expect(try cluster.run("logs", id).output.contains(expected.output), "\(expected.output)")
    }

    /// What sources and sinks count and what follows from it; Flink has moved the rest into one condition.
    @Test func stepsAreCountedAsHereOrNotAtAll() throws {
        let folder = try TemporaryFolder()
        let file = try CountedSteps.write(to: folder)
        func beamstack(_ arguments: [String]) throws -> Beamstack.Result {
            try Beamstack.run(arguments, in: folder.url, environment: ["BEAMSTACK_STATE": folder.path + "/state"])
        }
        #expect(try beamstack(["run", "--quiet", file]).status == 0)
        let local = try CountedSteps.counts(beamstack)
        let result = try cluster.run("run", "--quiet", "--target", "probe", file, in: folder.url)
        #expect(result.status == 0, "\(result.messages)")
        let flink = try CountedSteps.counts { try cluster.run($0[0], $0[1], $0[2], $0[3], $0[4], in: folder.url) }
        for (name, counts) in local {
            let isMoved = ["Large", "PerShop"].contains(name)
            if name != "PerShop", name != "Others" { #expect(flink[name]?.input == counts.input, "\(name)") }
            #expect(flink[name]?.outputs == (isMoved ? [nil] : counts.outputs), "\(name)")
        }
        #expect(flink["PerShop"]?.input == nil && flink["Others"]?.input == nil)
    }

    @Test func joinsWithinWindowsAreTheSame() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", EngineSamples.windowedJoins)
        let local = try Beamstack.run("run", "--quiet", file, in: folder.url)
        let flink = try cluster.run("run", "--quiet", "--target", "probe", file, in: folder.url)
        #expect(local.status == 0 && flink.status == 0, "\(local.messages)\(flink.messages)")
        #expect(EngineSamples.printed(flink, in: folder) == EngineSamples.printed(local, in: folder))
    }

    @Test func valuesOfNoFixedTypeAreTheSame() throws {
        let (local, flink) = (try TemporaryFolder(), try TemporaryFolder())
        let expected = try Beamstack.run(
            "run", "--quiet", try local.write("p.yaml", EngineSamples.openValues), in: local.url)
        #expect(expected.status == 0, "\(expected.messages)")
        let result = try cluster.run(
            "run", "--quiet", "--target", "probe", try flink.write("p.yaml", EngineSamples.openValues), in: flink.url)
        #expect(result.status == 0, "\(result.messages)")
        #expect(EngineSamples.printed(result, in: flink) == EngineSamples.printed(expected, in: local))
        #expect(try EngineSamples.outputs(flink, below: "out") == EngineSamples.outputs(local, below: "out"))
        #expect(try EngineSamples.unpacked(flink) == EngineSamples.unpacked(local))
    }

    /// An output without rows is the file that the embedded engine makes; compressed ones are read and written.
    @Test func filesOfAllKindsAreTheSame() throws {
        let folder = try TemporaryFolder()
        let pipeline = """
            pipeline:
              transforms:
                - {type: Create, name: Rows, config: {elements: [{a: 1, s: "x,\\"y\\"", l: [1, 2]}, {a: 2, s: null, l: [3]}]}}
                - {type: Filter, name: None, input: Rows, config: {language: python, keep: a > 5}}
                - {type: MapToFields, name: Flat, input: None, config: {fields: {a: a, s: s}}}
                - {type: WriteToCsv, name: Empty, input: Flat, config: {path: out/empty.csv}}
                - {type: WriteToJson, name: Packed, input: Rows, config: {path: out/rows.json.gz}}
            """
        let file = try folder.write("p.yaml", pipeline + "\n")
        #expect(try Beamstack.run("run", "--quiet", file, in: folder.url).status == 0)
        let names = try folder.names("out")
        let empty = try folder.text("out/empty.csv-00000-of-00001")
        try FileManager.default.moveItem(
            at: folder.url.appendingPathComponent("out"), to: folder.url.appendingPathComponent("local"))
        let result = try cluster.run("run", "--quiet", "--target", "probe", file, in: folder.url)
        #expect(result.status == 0, "\(result.messages)")
        #expect(try folder.names("out") == names)
        #expect(try folder.text("out/empty.csv-00000-of-00001") == empty)
        let back = """
            pipeline:
              type: chain
              transforms:
                - {type: ReadFromJson, config: {path: "out/rows.json.gz*"}}
                - {type: LogForTesting}
            """
        let again = try folder.write("back.yaml", back + "\n")
        let local = try Beamstack.run("run", "--quiet", again, in: folder.url)
        let flink = try cluster.run("run", "--quiet", "--target", "probe", again, in: folder.url)
        #expect(flink.status == 0, "\(flink.messages)")
        #expect(EngineSamples.lines(local.output) == EngineSamples.lines(flink.output))
        #expect(EngineSamples.lines(flink.output).count == 2)
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
        let result = try cluster.run("run", "--target", "probe", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains("error[job-failed]: Flink: ZeroDivisionError"), "\(result.messages)")
        #expect(result.messages.contains("p.yaml:5:"), "it names the step's place: \(result.messages)")
        #expect(!result.messages.contains("\tat "), "no stack trace")
        #expect(try folder.names(".").filter { $0.contains("out.json") } == [])
        let jobs = try cluster.run("jobs", "--format", "json").output
        #expect(jobs.contains("ZeroDivisionError"))
        let told = try cluster.run("run", "--verbose", "--target", "probe", file, in: folder.url)
        #expect(told.messages.contains("[flink]"))
    }

    /// A TaskManager that is lost in the middle costs a try, not the job.
    @Test func aLostWorkerCostsOnlyTime() throws {
        let folder = try TemporaryFolder()
        try folder.write("rows.csv", "id\n" + (0..<30_000).map { "\($0)\n" }.joined())
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: ReadFromCsv, config: {path: rows.csv}}
                - type: MapToFields
                  name: Slow
                  config:
                    language: python
                    fields:
                      x:
                        output_type: integer
                        callable: |
                          import time
                          def f(row):
                              time.sleep(0.0003)
                              return row.id * 2
                - {type: Combine, config: {group_by: [], combine: {total: {value: x, fn: sum}}}}
                - {type: WriteToCsv, config: {path: out.csv}}
            """ + "\n")
        let process = try Beamstack.start(
            ["run", "--target", "probe", file], in: folder.url, environment: cluster.variables)
        func state() throws -> String { try cluster.run("jobs", "--format", "json").output }
        let worker = try #require(try cluster.processes()["taskmanager-1"])
        for _ in 0..<200 {
            if try state().contains("\"engineState\": \"RUNNING\"") { break }
            Threads.sleep(milliseconds: 100)
        }
        Threads.sleep(milliseconds: 2500)
        #expect(kill(worker, SIGKILL) == 0)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try folder.text("out.csv-00000-of-00001") == "total\n899970000\n")
        try cluster.waitUntilReady()
        #expect(try cluster.processes()["taskmanager-1"] != worker)
    }

    @Test(arguments: [
        ("address: 'http://127.0.0.1:9'", "error[engine-unreachable]", "nothing listens there"),
        ("address: 'http://no.such.host.invalid:8081'", "error[engine-unreachable]", "its host has no address"),
        ("cluster: probe\n    parallelism: 64", "error[no-slots]", "has 2"),
        ("cluster: gone", "error[", "gone"),
    ])
    func wrongTargetsAreToldApart(_ place: String, _ code: String, _ words: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("beamstack.yaml", "targets:\n  there:\n    engine: flink\n    \(place)\n")
        let file = try folder.write(
            "p.yaml",
            "pipeline: {type: chain, transforms: [{type: Create, config: {elements: [1]}}, {type: LogForTesting}]}\n")
        let result = try cluster.run("run", "--target", "there", file, in: folder.url)
        #expect(result.status != 0)
        #expect(result.messages.contains(code), "\(result.messages)")
        #expect(result.messages.contains(words), "\(result.messages)")
    }
}

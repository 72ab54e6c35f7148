import Foundation
import Testing

/// Records of runs, as commands of several processes make and read them.
struct JobsTests {
    private let folder: TemporaryFolder
    private let variables: [String: String]

    init() throws {
        folder = try TemporaryFolder.withExamples()
        variables = ["BEAMSTACK_STATE": folder.path + "/state", "NO_COLOR": "1"]
    }

    private func beamstack(_ arguments: String...) throws -> Beamstack.Result {
        try Beamstack.run(arguments, in: folder.url, environment: variables)
    }

    private func jobs(_ arguments: String...) throws -> [[String: Any]] {
        let result = try Beamstack.run(
            ["jobs", "--format", "json"] + arguments, in: folder.url, environment: variables)
        let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return try #require(json as? [[String: Any]])
    }

    private func states() throws -> [String] { try jobs("--all").compactMap { $0["state"] as? String } }

    /// Reads a pipe that nobody writes to: it runs until it is ended.
    private func startEndlessRun() throws -> TestProcess {
        try folder.write(
            "endless.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - type: Create
                  config: {elements: [1, 2, 3]}
                - type: MapToFields
                  config:
                    language: python
                    fields:
                      waited:
                        callable: |
                          def wait(row):
                              import time
                              time.sleep(600)
                              return 1
                - type: WriteToCsv
                  config: {path: out.csv}
            """)
        let process = try Beamstack.start(["run", "endless.yaml"], in: folder.url, environment: variables)
        for _ in 0..<200 {
            if try states() == ["running"] { break }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return process
    }

    @Test func lookingForJobsMakesNoStore() throws {
        let result = try beamstack("jobs")
        #expect(result.status == 0 && result.output.isEmpty && result.messages == "no jobs\n")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/state"))
    }

    @Test func aRunIsRecordedWithItsCounts() throws {
        #expect(try beamstack("run", "examples/orders-summary.yaml").status == 0)
        let job = try #require(try jobs().first)
        #expect(job["state"] as? String == "finished")
        #expect(job["name"] as? String == "orders-summary")
        let steps = try #require(job["steps"] as? [[String: Any]])
        #expect(steps.first?["recordsOut"] as? Int == 240)
        #expect((steps.first?["place"] as? String)?.hasPrefix("examples/orders-summary.yaml:") == true)
        #expect((job["outputs"] as? [String])?.first?.hasSuffix("output/orders-summary.csv-00000-of-00001") == true)

        let shown = try beamstack("jobs", "show", "orders-summary").output
        #expect(shown.contains("ReadOrders") && shown.contains("240"))
        try folder.write("examples/orders-summary.yaml", "changed")
        #expect(try beamstack("jobs", "show", "orders-summary").output.contains("(changed since)"))
    }

    @Test func noRecordMeansNone() throws {
        #expect(try beamstack("run", "--no-record", "examples/hello.yaml").status == 0)
        #expect(try jobs().isEmpty)
    }

    @Test func aFailureIsKeptAsItWasTold() throws {
        try folder.write("bad.csv", "a\n1\nx\n")
        let pipeline = """
            pipeline:
              type: chain
              transforms:
                - type: ReadFromCsv
                  config: {path: bad.csv}
                - type: MapToFields
                  config: {language: python, fields: {b: "int(a)"}}
                - type: LogForTesting
            """
        try folder.write("bad.yaml", pipeline)
        let run = try beamstack("run", "-q", "bad.yaml")
        #expect(run.status == 1)
        let job = try #require(try jobs("--state", "failed").first)
        let failure = try #require(job["failure"] as? [String: Any])
        #expect(run.messages.contains(try #require(failure["text"] as? String)))
        let diagnostics = try #require(failure["diagnostics"] as? [[String: Any]])
        #expect(diagnostics.first?["code"] as? String == "row-failed")
        // What is wrong with a plan is a failure of the run, too.
        try folder.write("bad.yaml", pipeline.replacingOccurrences(of: "int(a)", with: "int(nosuch)"))
        #expect(try beamstack("run", "-q", "bad.yaml").status == 1)
        #expect(try states() == ["failed", "failed"])
        #expect(try beamstack("logs", "bad").messages.contains("nosuch"))
    }

    @Test func secretsAreNotKept() throws {
        try folder.write(
            "secret.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - type: Create
                  config: {elements: [{a: "{{ shop }}"}]}
                - type: MapToFields
                  config: {language: python, fields: {b: "int('{{ api_token }}' + a)"}}
                - type: LogForTesting
            """)
        let run = try beamstack("run", "secret.yaml", "--set", "api_token=geheim99", "--set", "shop=Market")
        #expect(run.status == 1)
        for name in try folder.names("state") {
            let bytes = try folder.data("state/\(name)")
            #expect(bytes.range(of: Data("geheim99".utf8)) == nil, "\(name)")
            #expect(name != "jobs.db" || bytes.starts(with: Data("SQLite format 3".utf8)))
        }
        let again = try beamstack("restart", "secret")
        #expect(again.status == 1 && again.messages.contains("--set api_token=…"))
        #expect(try beamstack("restart", "secret", "--set", "api_token=1", "--set", "shop=2").output == "{\"b\":12}\n")
        let restarted = try #require(try jobs().first?["restartOf"] as? String)
        #expect(restarted.hasPrefix("secret-"))
    }

    @Test func restartRunsTheSameFromAnywhere() throws {
        #expect(try beamstack("run", "-q", "examples/templated.yaml", "--set", "shop=Market").status == 0)
        let output = folder.path + "/examples/output/totals-market.csv-00000-of-00001"
        let before = try Data(contentsOf: URL(fileURLWithPath: output))
        try FileManager.default.removeItem(atPath: output)
        let elsewhere = try TemporaryFolder()
        let result = try Beamstack.run("restart", "templated", in: elsewhere.url, environment: variables)
        #expect(result.status == 0, "\(result.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: output)) == before)
    }

    @Test func whatIsKilledIsLost() throws {
        let process = try startEndlessRun()
        #expect(try states() == ["running"])
        #expect(try beamstack("jobs", "remove", "endless").status == 1)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try states() == ["lost"])
        #expect(try beamstack("jobs", "show", "endless").output.contains("the process that ran it is gone"))
        #expect(try beamstack("jobs", "remove", "endless").status == 0)
        #expect(try states().isEmpty)
    }

    @Test func stopEndsARunCleanly() throws {
        let process = try startEndlessRun()
        let result = try beamstack("stop", "endless")
        #expect(result.status == 0, "\(result.messages)")
        process.waitUntilExit()
        #expect(try states() == ["stopped"])
        #expect(try folder.names().allSatisfy { !$0.contains("out.csv") })
        #expect(try beamstack("stop", "endless").status == 1)
        #expect(try beamstack("stop", "nosuch").status == 1)
    }

    /// Eight processes at once, the first of which find no database.
    @Test func manyProcessesRecordAtOnce() throws {
        for _ in 0..<3 {
            let processes = try (0..<8).map { _ in
                try Beamstack.start(["run", "-q", "examples/hello.yaml"], in: folder.url, environment: variables)
            }
            for process in processes {
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
            }
        }
        #expect(try states() == Array(repeating: "finished", count: 24))
        for name in try folder.names() where name.hasPrefix("stderr-") { #expect(try folder.text(name) == "") }
        #expect(try beamstack("jobs", "prune", "--keep", "5").status == 0)
        #expect(try states().count == 5)
    }

    @Test(arguments: ["no database at all", "SQLite format 3\0 and nothing else"]) func aDamagedStoreStopsNoRun(
        _ content: String
    ) throws {
        try folder.write("state/jobs.db", String(repeating: content, count: 400))
        let run = try beamstack("run", "-q", "examples/hello.yaml")
        #expect(run.status == 0)
        #expect(run.output.contains("Good morning, Ada!"))
        #expect(run.messages.contains("warning[job-store-unusable]") && run.messages.contains("move the file away"))
        #expect(try beamstack("run", "-q", "--no-record", "examples/hello.yaml").messages.isEmpty)
        #expect(try beamstack("jobs").status == 1)
    }

    @Test func aStateFolderThatCannotBeMadeStopsNoRun() throws {
        try folder.write("state", "a file")
        let run = try beamstack("run", "-q", "examples/hello.yaml")
        #expect(run.status == 0)
        #expect(run.messages.contains("warning[job-store-unusable]"))
    }

    /// A sample tells of ten times the input what a run of it then takes; how far off that was stays with the job.
    @Test func estimatesAreHeldAgainstWhatWasMeasured() throws {
        let folder = try TemporaryFolder()
        let state = ["BEAMSTACK_STATE": folder.url.appendingPathComponent("state").path]
        func write(_ rows: Int) throws {
            var text = "id,item,price\n"
            for row in 0..<rows { text += "\(row),item\(row % 7),\(row % 100)\n" }
            _ = try folder.write("orders.csv", text)
        }
        try write(20_000)
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: ReadFromCsv, name: Orders, config: {path: orders.csv}}
                - {type: Filter, name: Dear, config: {language: python, keep: price >= 25}}
                - type: Combine
                  name: PerItem
                  config: {group_by: item, combine: {n: {value: id, fn: count}}}
                - {type: WriteToCsv, name: Totals, config: {path: out/totals.csv}}

            """)
        let plan = try Beamstack.run(
            ["plan", "--scale", "10x", "--format", "json", file], in: folder.url, environment: state)
        #expect(plan.status == 0, "\(plan.messages)")
        // A sample leaves nothing behind.
        #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("out").path))
        let estimate = try #require(
            try JSONSerialization.jsonObject(with: Data(plan.output.utf8)) as? [String: Any], "\(plan.output)")
        let steps = try #require(estimate["steps"] as? [[String: Any]])
        func expected(_ step: Int) throws -> ClosedRange<Double> {
            let rows = try #require(steps[step]["rows"] as? [String: Double])
            return try #require(rows["low"])...(try #require(rows["high"]))
        }
        try write(200_000)
        #expect(try Beamstack.run(["run", "--quiet", file], in: folder.url, environment: state).status == 0)
        let shown = try Beamstack.run(["jobs", "show", "p", "--format", "json"], in: folder.url, environment: state)
        let job = try #require(
            try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any], "\(shown.output)")
        let counted = try #require(job["steps"] as? [[String: Any]])
        for (index, tolerance) in [0.1, 0.1, 0].enumerated() {
            let rows = Double(try #require(counted[index]["recordsOut"] as? Int))
            let range = try expected(index)
            // Numbers have more digits later in a file: its bytes tell of rows only about.
            #expect((range.lowerBound * (1 - tolerance)...range.upperBound * (1 + tolerance)).contains(rows))
        }
        let text = try Beamstack.run(["jobs", "show", "p"], in: folder.url, environment: state).output
        #expect(text.contains("EXPECTED"))
        let line = try #require(text.split(separator: "\n").first { $0.contains("estimated") })
        #expect(line.contains("; it took "))
        print("ten times the input:\(line)")
    }
}

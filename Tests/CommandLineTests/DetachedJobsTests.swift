import Foundation
import Testing

/// Jobs that outlive the command which started them.
struct DeployTests {
    private let jobs: JobsOfATest

    init() throws { jobs = try JobsOfATest() }

    @Test func deployReturnsWhileThePipelineWaits() throws {
        let deployed = try jobs.beamstack("deploy", "pipeline", "waiting.yaml", "--set", "api_token=geheim99")
        #expect(deployed.status == 0, "\(deployed.messages)")
        let id = deployed.output.trimmingCharacters(in: .newlines)
        #expect(try jobs.states() == [id: "running"])
        #expect(deployed.messages.contains("beamstack logs \(id) -f"))
        #expect(try !jobs.commandLines().contains { $0.contains("geheim99") }, "no secret in the list of processes")
        try jobs.go()
        let logs = try jobs.beamstack("logs", id, "-f")
        #expect(logs.output.contains("{\"a\":1}"), "\(logs.output)")
        #expect(try jobs.states() == [id: "finished"])
        #expect(try jobs.outputs().count == 1)
        for name in try jobs.folder.names("state/jobs/\(id)") {
            #expect(try !jobs.folder.text("state/jobs/\(id)/\(name)").contains("geheim99"), "\(name)")
        }
        #expect(try jobs.beamstack("jobs", "remove", id).status == 0)
        #expect(try jobs.folder.names("state/jobs").isEmpty)
    }

    @Test func whatIsDeployedIsStoppedAndRestarted() throws {
        let id = try jobs.beamstack("deploy", "-q", "waiting.yaml").output.trimmingCharacters(in: .newlines)
        try jobs.waitUntilStarted()
        #expect(try jobs.beamstack("stop", id).status == 0)
        #expect(try jobs.states() == [id: "stopped"])
        #expect(try jobs.outputs().isEmpty)
        try jobs.go()
        let again = try jobs.beamstack("restart", id).output.trimmingCharacters(in: .newlines)
        #expect(try jobs.waitForEnd(of: again) == "finished")
        #expect(try jobs.outputs().count == 1)
    }

    @Test func mistakesAreToldBeforeItReturns() throws {
        try jobs.folder.write("bad.yaml", "pipeline:\n  transforms:\n    - {type: Craete}\n")
        let bad = try jobs.beamstack("deploy", "bad.yaml")
        #expect(bad.status == 1 && bad.output.isEmpty)
        #expect(bad.messages == (try jobs.beamstack("run", "bad.yaml").messages))
        #expect(try jobs.beamstack("deploy", "nosuch.yaml").status == 1)
        #expect(try jobs.beamstack("deploy", "waiting.yaml", "--target", "nosuch").status == 2)
        #expect(try jobs.beamstack("deploy", "/dev/stdin").status == 2)
    }
}

/// The same on a real Spark, where also `run` leaves the work to another process.
@Suite(
    .serialized, .enabled(if: MachineJava.isThere, "there is no java"),
    .enabled(if: MachinePython.path != nil, "there is no python3"), OneEngineAtATime())
struct DetachedJobsTests {
    private let jobs: JobsOfATest

    init() throws { jobs = try JobsOfATest() }

    private func start() throws -> (command: TestProcess, id: String) {
        let command = try jobs.start("run", "waiting.yaml", "--target", "spark")
        try jobs.waitUntilStarted()
        return (command, try #require(try jobs.states().keys.first))
    }

    @Test func aJobGoesOnWhenTheCommandIsKilled() throws {
        let (command, id) = try start()
        kill(command.processIdentifier, SIGKILL)
        command.waitUntilExit()
        #expect(try jobs.states() == [id: "running"])
        #expect(try jobs.outputs().isEmpty)
        try jobs.go()
        #expect(try jobs.waitForEnd(of: id) == "finished")
        #expect(try jobs.outputs().count == 1)
        #expect(try jobs.beamstack("logs", id).output.contains("{\"a\":1}"))
        let shown = try jobs.beamstack("jobs", "show", id).output
        #expect(shown.contains("for 'WriteToJson': "), "the stages and what they have counted: \(shown)")
        #expect(try jobs.leftovers().isEmpty)
    }

    @Test func nothingIsLeftOfAJobWhoseProcessIsKilled() throws {
        let (command, id) = try start()
        let process = try jobs.process(of: id)
        kill(process, SIGKILL)
        command.waitUntilExit()
        #expect(command.terminationStatus == 1)
        #expect(try jobs.states() == [id: "lost"])
        #expect(try jobs.isEmptySession(process))
        #expect(try jobs.outputs().isEmpty && jobs.leftovers().isEmpty)
    }

    @Test func interruptingTheCommandEndsTheJob() throws {
        let (command, id) = try start()
        let process = try jobs.process(of: id)
        kill(command.processIdentifier, SIGINT)
        command.waitUntilExit()
        #expect(command.terminationStatus != 0)
        #expect(try jobs.states() == [id: "stopped"])
        #expect(try jobs.isEmptySession(process))
        #expect(try jobs.outputs().isEmpty && jobs.leftovers().isEmpty)
    }
}

/// A folder with a pipeline that waits for a file, and the state of its own that its jobs are kept in.
private struct JobsOfATest {
    let folder: TemporaryFolder
    private let variables: [String: String]

    init() throws {
        folder = try TemporaryFolder()
        variables = ["BEAMSTACK_STATE": folder.path + "/state", "NO_COLOR": "1"]
        try folder.write(
            "waiting.yaml",
            """
            pipeline:
              transforms:
                - type: Create
                  config: {elements: [{a: 1}]}
                - type: MapToFields
                  name: Wait
                  input: Create
                  config:
                    language: python
                    fields:
                      a:
                        output_type: integer
                        callable: |
                          def wait(row):
                              import os, time
                              open('\(folder.path)/started', 'w').close()
                              for _ in range(1200):
                                  if os.path.exists('\(folder.path)/go'):
                                      break
                                  time.sleep(0.05)
                              return row.a
                - {type: LogForTesting, input: Wait}
                - {type: WriteToJson, input: Wait, config: {path: out.json}}
            """)
    }

    func beamstack(_ arguments: String...) throws -> Beamstack.Result {
        try Beamstack.run(arguments, in: folder.url, environment: variables)
    }

    func start(_ arguments: String...) throws -> TestProcess {
        try Beamstack.start(arguments, in: folder.url, environment: variables)
    }

    /// Lets the pipeline end.
    func go() throws { try folder.write("go", "") }

    func waitUntilStarted() throws {
        for _ in 0..<3600 {
            if FileManager.default.fileExists(atPath: folder.path + "/started") { break }
            Thread.sleep(forTimeInterval: 0.05)
        }
        try #require(FileManager.default.fileExists(atPath: folder.path + "/started"), "the pipeline does not start")
    }

    /// The states of all jobs by their identifiers.
    func states() throws -> [String: String] {
        let json = try JSONSerialization.jsonObject(with: Data(try beamstack("jobs", "--format", "json").output.utf8))
        let pairs = try #require(json as? [[String: Any]]).compactMap { job -> (String, String)? in
            guard let id = job["id"] as? String, let state = job["state"] as? String else { return nil }
            return (id, state)
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    func waitForEnd(of id: String) throws -> String? {
        for _ in 0..<1200 {
            let state = try states()[id]
            if state != "running", state != "submitted" { return state }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return try states()[id]
    }

    func process(of id: String) throws -> Int32 {
        let shown = try beamstack("jobs", "show", id).output
        let line = try #require(shown.split(separator: "\n").first { $0.hasPrefix("  process ") })
        return try #require(Int32(line.split(separator: " ").last ?? ""))
    }

    func outputs() throws -> [String] { try folder.names().filter { $0.hasPrefix("out.json-") } }

    /// Files that nobody asked for.
    func leftovers() throws -> [String] { try folder.names().filter { $0.hasPrefix(".") } }

    func commandLines() throws -> [Substring] { try Self.ps("args=") }

    func isEmptySession(_ leader: Int32) throws -> Bool {
        // What was killed is gone a moment later.
        for _ in 0..<40 {
            if try !Self.ps("sess=,stat=").contains(where: { line in
                let words = line.split(separator: " ")
                return words.first == "\(leader)" && words.last?.hasPrefix("Z") != true
            }) {
                return true
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }

    private static func ps(_ columns: String) throws -> [Substring] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/ps")
        process.arguments = ["-A", "-o", columns]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}

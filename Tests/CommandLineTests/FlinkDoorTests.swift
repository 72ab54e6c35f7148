import Connectors
import Diagnostics
import Foundation
import PipelineSpec
import Planning
import Platform
import Projects
import Testing
import Translation
import Workers

@testable import Deployment

/// What is said of programs, jobs and addresses that are not as they should be.
extension FlinkTests {
    private static let pipeline = """
        pipeline:
          type: chain
          transforms:
            - type: Create
              name: Rows
              config: {elements: [{a: 1}]}
            - type: LogForTesting
              name: Shown

        """

    private var address: String {
        get throws { try #require(try TestCluster.shared?.info()["address"] as? String) }
    }

    /// Whoever looks for a job whose process was killed while it was handed over knows what to ask for.
    @Test func aJobIsNamedBeforeFlinkHasIt() throws {
        var named: [String?] = []
        var statuses: Set<String> = []
        let problem = try failure(
            of: "CREATE TEMPORARY TABLE o (n BIGINT) WITH ('connector'='blackhole');\nINSERT INTO o VALUES (1);",
            onStatus: { statuses.insert($0) }, onSubmission: { named.append($0) })
        #expect(problem == nil, "\(problem?.message ?? "")")
        #expect(named.count == 1 && statuses == [named.first??.description ?? ""])
        named = []
        #expect(try failure(of: "SELEC 1;", onSubmission: { named.append($0) }) != nil)
        #expect(named.count == 2 && named.last == .some(nil), "what was refused has no name")
    }

    /// Runs a program that no pipeline gives.
    private func failure(
        of statements: String, onStatus: (String) -> Void = { _ in }, onSubmission: (String?) -> Void = { _ in }
    ) throws -> Diagnostic? {
        let document = try #require(DocumentReader().read(text: Self.pipeline, path: "p.yaml").document)
        let plan = try #require(Planner(inspector: FileInspector()).plan(document).plan)
        let sql = "SET 'execution.runtime-mode' = 'batch';\n-- 'Rows' (Create), p.yaml:4\n" + statements
        let program = EngineProgram(
            engine: .flink, files: [.init(name: "pipeline.sql", text: sql)], inputs: [], outputs: [], steps: [],
            pythonRequirements: nil)
        let folder = try TemporaryFolder()
        let staging = try StagingFolder(for: program, of: plan, temporaryDirectory: folder.path)
        defer { staging.remove() }
        let home = try #require(try TestCluster.shared?.info()["home"] as? String)
        let job = FlinkJob(
            program, of: plan, options: .init(address: try address, parallelism: nil, home: home), pool: WorkerPool())
        do throws(Diagnostic) {
            try job.run(
                folder: folder.path, staging: staging, onStatus: { id, _, _ in onStatus(id) }, onLine: { _ in },
                onSubmission: onSubmission)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        (
            "CREATE TEMPORARY TABLE o (n BIGINT) WITH ('connector'='kafka');\nINSERT INTO o VALUES (1);",
            "engine-lacks-part", "the Flink cluster has no connector 'kafka'"
        ),
        (
            "CREATE TEMPORARY TABLE o (n BIGINT) WITH ('connector'='filesystem','path'='/x','format'='orc');\n"
                + "INSERT INTO o VALUES (1);",
            "engine-lacks-part", "the Flink cluster has no format 'orc'"
        ),
        ("CREATE TEMPORARY VIEW v AS\nSELEC 1;", "job-failed", "Flink: Non-query expression encountered"),
        ("CREATE TEMPORARY VIEW v AS\nSELECT x FROM y;", "job-failed", "Flink: Object 'y' not found"),
        (
            "CREATE TEMPORARY FUNCTION f AS 'no.such.Thing';\nCREATE TEMPORARY VIEW v AS SELECT f(1);", "job-failed",
            "Flink: "
        ),
    ])
    func whatFlinkRefusesIsToldAtTheStep(_ statements: String, _ code: String, _ words: String) throws {
        let problem = try #require(try failure(of: statements))
        #expect(problem.code.id == code, "\(problem.message)")
        #expect(problem.message.hasPrefix(words), "\(problem.message)")
        #expect(!problem.message.contains("\n"), "\(problem.message)")
        #expect(problem.range?.startPosition.line == 4)
        #expect(problem.notes == ["in step 'Rows' (Create)"])
    }

    /// The cause is cut out of Flink's retries.
    @Test func aTaskThatFailsIsNamed() throws {
        let problem = try #require(
            try failure(
                of: """
                    CREATE TEMPORARY TABLE `rows` (`k` STRING) WITH ('connector'='datagen','number-of-rows'='3');
                    -- 'Shown' (LogForTesting), p.yaml:7
                    CREATE TEMPORARY TABLE `o` (`n` INT) WITH ('connector'='blackhole');
                    INSERT INTO o SELECT CAST(k AS INT) FROM `rows`;
                    """))
        #expect(problem.message.hasPrefix("Flink: NumberFormatException: "), "\(problem.message)")
        #expect(problem.notes == ["in step 'Rows' (Create)"])
    }

    @Test func aMissingPackageIsToldAtItsImport() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}]}}
                - type: MapToFields
                  name: Asks
                  config:
                    language: python
                    fields:
                      b:
                        output_type: string
                        callable: |
                          def f(row):
                              import no_such_package
                              return no_such_package.of(row.a)
                - {type: LogForTesting}

            """)
        let result = try #require(TestCluster.shared).run("run", "--target", "probe", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains("ModuleNotFoundError: No module named 'no_such_package'"))
        #expect(result.messages.contains("p.yaml:14:"), "\(result.messages)")
        #expect(result.messages.contains("in step 'Asks'"))
        #expect(result.messages.contains("'dependencies'"))
        #expect(!result.messages.contains("Traceback"))
    }

    // MARK: Jobs that go on

    /// Starts a job that ends when it is told to.
    private func endless(_ rest: FlinkREST) throws -> String {
        let folder = try TemporaryFolder()
        let home = try #require(try TestCluster.shared?.info()["home"] as? String)
        let jar = try rest.upload(try FlinkRunnerJar.jar(flinkHome: home))
        #expect(try rest.upload(try FlinkRunnerJar.jar(flinkHome: home)) == jar, "it is there already")
        let sql = try folder.write(
            "endless.sql",
            """
            CREATE TEMPORARY TABLE i (`n` BIGINT) WITH ('connector'='datagen','rows-per-second'='100');
            CREATE TEMPORARY TABLE o (`n` BIGINT) WITH ('connector'='blackhole');
            INSERT INTO o SELECT * FROM i WHERE n > 0;
            """)
        let id = try rest.run(
            jar: jar, arguments: ["--sql-file", sql, "--name", "endless"], parallelism: 1, savepoint: nil)
        // Only a job whose tasks all run can be told to save their state.
        for _ in 0..<300 {
            let job = try #require(try rest.job(id))
            if job.state == "RUNNING", job.vertices.allSatisfy({ $0.state == "RUNNING" }) { break }
            Threads.sleep(milliseconds: 100)
        }
        return id
    }

    private func end(of id: String, _ jobs: FlinkJobs) throws -> EngineJobStatus? {
        for _ in 0..<100 {
            if let status = try jobs.status(of: id), status.state.isFinal { return status }
            Threads.sleep(milliseconds: 100)
        }
        return nil
    }

    @Test func jobsAreEndedAndTellOfThemselves() throws {
        let jobs = FlinkJobs(address: try address)
        let rest = FlinkREST(address: try address)
        let first = try endless(rest)
        #expect(try jobs.status(of: first)?.state == .running)
        #expect(try jobs.status(of: String(repeating: "0", count: 32)) == nil)

        let log = try jobs.log(of: first, from: [:])
        #expect(Set(log.map(\.name)) == ["jobmanager", "taskmanager-1"])
        #expect(log.allSatisfy { $0.text.contains(first) })
        #expect(log.allSatisfy { !$0.text.contains("Starting StandaloneSession") }, "what was before is left out")
        let offsets = log.reduce(into: [String: Int]()) { $0[$1.name] = $1.end }
        let later = try jobs.log(of: first, from: offsets)
        #expect(later.allSatisfy { part in part.end >= offsets[part.name] ?? 0 })
        #expect(later.allSatisfy { !$0.text.contains("Received job submission") }, "what was shown is not shown again")

        let folder = try TemporaryFolder()
        let unwritable = Path.join(try folder.write("file", ""), "below")
        let refusal = #expect(throws: Diagnostic.self) {
            try jobs.stop(first, .savepoint(folder: unwritable, drain: false))
        }
        #expect(refusal?.code == .jobNotStopped)
        #expect(refusal?.message.contains("\n") == false, "\(refusal?.message ?? "")")
        let place = try #require(try jobs.stop(first, .savepoint(folder: folder.path, drain: true)))
        #expect(place.contains(folder.path))
        #expect(try end(of: first, jobs)?.state == .finished)

        let second = try endless(rest)
        #expect(try jobs.stop(second, .cancel) == nil)
        let ended = try end(of: second, jobs)
        #expect(ended?.state == .stopped)
        #expect(ended?.engineState == "CANCELED")
    }

    // MARK: Other servers

    @Test(arguments: [
        (
            #"{"flink-version":"1.17.2","slots-total":4,"slots-available":4,"taskmanagers":1}"#, "engine-version",
            "1.17.2"
        ),
        (
            #"{"flink-version":"2.1.0","slots-total":0,"slots-available":0,"taskmanagers":0}"#, "no-slots",
            "0 TaskManagers"
        ),
        ("<html>", "engine-unreachable", "is not Flink"),
    ])
    func aClusterThatDoesNotDoIsToldBeforehand(_ overview: String, _ code: String, _ words: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("overview", overview)
        let server = try FolderServer(folder)
        try folder.write(
            "beamstack.yaml",
            "targets: {there: {engine: flink, address: 'http://me:${env:DOOR_WORD}@127.0.0.1:\(server.port)/'}}\n")
        let file = try folder.write("p.yaml", Self.pipeline)
        let cluster = try #require(TestCluster.shared)
        let result = try Beamstack.run(
            ["run", "--target", "there", file], in: folder.url,
            environment: cluster.variables.merging(["DOOR_WORD": "verysecret"]) { $1 })
        #expect(result.messages.contains("error[\(code)]"), "\(result.messages)")
        #expect(result.messages.contains(words), "\(result.messages)")
        let told = result.messages + (try cluster.run("jobs", "--all", "--format", "json").output)
        #expect(!told.contains("verysecret"))
        #expect(told.contains("${env:DOOR_WORD}"))
    }
}

/// A server of a folder's files.
private final class FolderServer {
    let port: Int
    private let process: ChildProcess

    /// Python's own command first asks for the machine's name, which may take long.
    private static let script = """
        import http.server, socketserver, sys
        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *arguments): pass
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """

    init(_ folder: TemporaryFolder) throws {
        port = try #require(LoopbackPorts.free(from: 18_900))
        let python = try #require(MachinePython.path)
        process = try ChildProcess(
            "sh", arguments: ["-c", "cd \"$0\" && exec \"$@\"", folder.path, python, "-c", Self.script, "\(port)"])
        for _ in 0..<200 {
            if LoopbackPorts.isListening(port) { break }
            Threads.sleep(milliseconds: 50)
        }
    }

    deinit { process.kill() }
}

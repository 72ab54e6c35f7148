import Foundation
import Platform
import Testing

/// A folder for the state of one test, with a cluster `probe` in it; the user's own clusters are left alone.
final class TestCluster: Sendable {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Whatever a test has left undone.
    deinit { _ = try? run("delete", "probe", "--force") }

    /// The one that the tests of a suite share.
    @TaskLocal static var shared: TestCluster?

    var variables: [String: String] { ["BEAMSTACK_STATE": folder.path, "FLINK_HOME": "", "SPARK_HOME": ""] }

    func run(_ arguments: String..., in place: URL? = nil) throws -> Beamstack.Result {
        try Beamstack.run(arguments, in: place ?? folder.url, environment: variables)
    }

    func info() throws -> [String: Any] {
        let text = try run("info", "probe", "--format", "json").output
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    func processes() throws -> [String: Int32] {
        let list = try #require(try info()["processes"] as? [[String: Any]])
        return list.reduce(into: [:]) { result, entry in
            if let role = entry["role"] as? String, let number = entry["pid"] as? Int {
                result[role] = Int32(number)
            }
        }
    }

    /// Waits until the cluster says that all of it is there.
    func waitUntilReady(_ isMet: ([String: Int32]) -> Bool = { _ in true }) throws {
        for _ in 0..<240 {
            if try info()["state"] as? String == "ready", isMet(try processes()) { return }
            Threads.sleep(milliseconds: 250)
        }
        Issue.record("the cluster does not come back: \(try run("info", "probe").output)")
    }

    /// What runs on this machine and names the folder.
    func commands() throws -> [String] {
        let list = Process()
        list.executableURL = URL(fileURLWithPath: "/bin/ps")
        list.arguments = ["-axww", "-o", "command="]
        let pipe = Pipe()
        list.standardOutput = pipe
        try list.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        list.waitUntilExit()
        return text.split(separator: "\n").map(String.init).filter { $0.contains(folder.path) }
    }
}

/// Makes a cluster of Flink before the first test of a suite, and ends it behind the last.
struct SharedFlinkCluster: SuiteTrait, TestScoping {
    /// Once for the suite, not for each test.
    var isRecursive: Bool { false }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await OneEngineAtATime.alone { try await provide(function) }
    }

    private func provide(_ function: @Sendable () async throws -> Void) async throws {
        let cluster = try TestCluster()
        let made = try cluster.run("create", "flink", "probe", "--install", "--slots", "2")
        try #require(made.status == 0, "\(made.messages)")
        try await TestCluster.$shared.withValue(cluster) { try await function() }
        _ = try cluster.run("delete", "probe", "--force")
    }
}

import Diagnostics
import Foundation
import Platform
import Testing
import Translation

@testable import Deployment

struct ClusterRecordTests {
    private static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "beamstack-clusters-\(UUID().uuidString)"
        try FileSystem.createDirectories(path)
        return path
    }

    private static func record(_ name: String, in root: String) -> ClusterRecord {
        ClusterRecord(
            name: name, engine: .flink, version: "2.3.0", home: "/opt/flink it's", java: "/usr/bin/java",
            folder: Path.join(root, name), size: ClusterSize(workers: 2, slots: 3, memoryInBytes: 2_000_000_000),
            ports: ClusterPorts(web: 8081, rpc: 6123, submission: 0, coordination: 2181), createdAt: 17,
            extensions: ["/cache/x"])
    }

    @Test func recordsAreReadAsTheyWereWritten() throws {
        let state = try Self.folder()
        defer { try? FileSystem.removeTree(state) }
        let store = ClusterStore(state: state)
        #expect(store.all.isEmpty)
        let record = Self.record("sales", in: store.root)
        try FileSystem.createDirectories(record.folder)
        try record.save()
        let found = try #require(store.find("sales"))
        #expect(found.json.compact == record.json.compact)
        #expect(found.address == "http://127.0.0.1:8081")
        #expect(found.totalSlots == 6)
        #expect(store.all.map(\.name) == ["sales"])
        #expect(ClusterStatus(of: found).state == .down)

        try OpenFile.write(Array("{\"format\": 1".utf8), to: Path.join(record.folder, ClusterRecord.fileName))
        #expect(store.find("sales") == nil, "half a record is none")
    }

    /// Two commands with state folders of their own, at the same moment: the later one sees what the first has chosen.
    @Test func clustersOfOtherStateFoldersKeepTheirPorts() async throws {
        let home = try Self.folder()
        defer { try? FileSystem.removeTree(home) }
        let folders = ClusterFolders(cache: home + "/cache")
        let ports = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let store = ClusterStore(state: "\(home)/state-\(index)")
                    return try folders.exclusively(store.root) { (taken) throws(Diagnostic) in
                        let port = (8081...).first { !taken.contains($0) } ?? 0
                        var record = Self.record("c", in: store.root)
                        record.ports = ClusterPorts(web: port, rpc: port, submission: 0, coordination: port)
                        try? FileSystem.createDirectories(record.folder)
                        try? record.save()
                        return port
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ports.sorted() == Array(8081..<8089))
        // What is deleted gives its ports back.
        try FileSystem.removeTree(home + "/state-0")
        try folders.exclusively("\(home)/other/clusters") { taken in #expect(taken.count == 7) }
    }

    @Test(arguments: ["sales", "a", "a-1"]) func goodNames(_ name: String) {
        #expect(ClusterStore.problem(withName: name) == nil)
    }

    @Test(arguments: ["", "1a", "a-", "A", "ä", "a/b", "..", "a b", "local", String(repeating: "a", count: 41)])
    func badNames(_ name: String) {
        #expect(ClusterStore.problem(withName: name) != nil)
        #expect(ClusterStore(state: "/").find(name) == nil)
    }

    @Test func aMisspeltNameIsSuggested() throws {
        let state = try Self.folder()
        defer { try? FileSystem.removeTree(state) }
        let store = ClusterStore(state: state)
        let record = Self.record("sales", in: store.root)
        try FileSystem.createDirectories(record.folder)
        try record.save()
        do {
            _ = try store.existing("slaes")
            Issue.record("there is no such cluster")
        } catch {
            #expect(error.code == .unknownCluster)
            #expect(error.hint?.contains("sales") == true)
        }
    }

    @Test(arguments: [Int64(1_000_000_000), 1_500_000_000, 1_811_939_328, 8_000_000_000, 200_000_000_000])
    func theMemoryOfATaskManagerAddsUp(_ process: Int64) {
        let memory = FlinkMemory(process: process)
        let total =
            memory.network + memory.managed + memory.taskHeap + FlinkMemory.frameworkHeap
            + FlinkMemory.frameworkOffHeap + FlinkMemory.metaspace + FlinkMemory.overhead
        #expect(total == process)
        #expect(memory.taskHeap >= 64 << 20)
    }

    @Test func pathsBecomeURLs() {
        #expect(FileURL.of("/a b/ü#1.txt") == "file:///a%20b/%C3%BC%231.txt")
    }

    @Test func settingsKeepWhatPathsHold() throws {
        let root = try Self.folder() + "/it's #1: a"
        defer { try? FileSystem.removeTree(Path.directory(of: root)) }
        let record = Self.record("sales", in: root)
        try FlinkCluster(record).prepare()
        let text = try String(contentsOfFile: record.configurationFolder + "/config.yaml", encoding: .utf8)
        let line = "io.tmp.dirs: '" + (record.folder + "/tmp").replacingOccurrences(of: "'", with: "''") + "'"
        #expect(text.split(separator: "\n").contains { $0 == line })
        #expect(text.contains("jobmanager.bind-host: '127.0.0.1'"))
    }
}

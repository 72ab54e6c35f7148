import Foundation
import Platform
import Testing

@testable import Deployment

/// Counts of relations, from the event log of a real run on Spark 4.3.0: two groupings by the key that joins them, each
/// with a counter of its own (2 and 3), and one behind the join (4). All that is of no use here was cut out of it.
struct SparkCountersTests {
    private static let log = Result {
        try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Fixtures/spark-counters.jsonl"), encoding: .utf8)
    }

    private func rows(_ log: String, isFinal: Bool) throws -> [Int: Int] {
        let folder = NSTemporaryDirectory() + "beamstack-counters-\(UUID().uuidString)"
        try FileSystem.createDirectories(folder)
        defer { try? FileSystem.removeTree(folder) }
        try OpenFile.write(Array(log.utf8), to: folder + "/local-1")
        return SparkEvents(folder: folder, staging: "/staging", outputs: ["rows_output"]).rows(isFinal: isFinal)
    }

    /// What a merge join takes within its own stage is no count: once one side is at its end it leaves the rest of the other.
    @Test func whatIsReadInFullIsCounted() throws {
        #expect(try rows(try Self.log.get(), isFinal: true) == [4: 1])
    }

    @Test func aStageThatDidNotEndIsCountedOnlyWhileItRuns() throws {
        let lines = try Self.log.get().split(separator: "\n")
        let last = try #require(lines.lastIndex { $0.contains("SparkListenerStageCompleted") })
        let cut = lines[..<last].joined(separator: "\n") + "\n"
        #expect(try rows(cut, isFinal: false) == [4: 1])
        #expect(try rows(cut, isFinal: true) == [:])
        let failed = lines.enumerated().map { index, line in
            index == last
                ? line.replacingOccurrences(of: "\"Stage ID\"", with: "\"Failure Reason\":\"lost\",\"Stage ID\"")
                : String(line)
        }
        #expect(try rows(failed.joined(separator: "\n") + "\n", isFinal: true) == [:])
    }

    /// A task that is tried again computes the same partition.
    @Test func aPartitionCountsOnce() throws {
        let lines = try Self.log.get().split(separator: "\n").flatMap { line in
            line.contains("SparkListenerTaskEnd") ? [line, line] : [line]
        }
        #expect(try rows(lines.joined(separator: "\n") + "\n", isFinal: true) == [4: 1])
    }
}

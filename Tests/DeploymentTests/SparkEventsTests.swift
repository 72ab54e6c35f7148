import Foundation
import Platform
import Projects
import Testing

@testable import Deployment

/// Counts from the event log of a real run on Spark 4.3.0: a filter whose rows are written, and summed up by shop. All
/// that is of no use here was cut out of it.
struct SparkEventsTests {
    private let folder: String
    private let log: String

    init() throws {
        folder = NSTemporaryDirectory() + "beamstack-events-\(UUID().uuidString)"
        try FileSystem.createDirectories(folder)
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/spark-events.jsonl")
        log = try String(contentsOf: fixture, encoding: .utf8)
    }

    private var events: SparkEvents {
        SparkEvents(folder: folder, staging: "/staging", outputs: ["totals_output", "rows_output"])
    }

    @Test func stagesAndOutputsAreCounted() throws {
        defer { try? FileSystem.removeTree(folder) }
        try OpenFile.write(Array(log.utf8), to: folder + "/local-1")
        let events = events
        let stages = events.operators { $0 == "totals_output" ? "Totals" : "Rows" }
        #expect(
            stages == [
                JobOperator(
                    name: "stage 1 for 'Totals': Scan csv, Filter, HashAggregate", recordsIn: 240, recordsOut: 3,
                    parallelism: 1, state: "FINISHED"),
                JobOperator(
                    name: "stage 3 for 'Totals': HashAggregate", recordsIn: 3, recordsOut: 3, parallelism: 1,
                    state: "FINISHED"),
                JobOperator(
                    name: "stage 4 for 'Rows': Scan csv, Filter", recordsIn: 240, recordsOut: 136, parallelism: 1,
                    state: "FINISHED"),
            ])
        #expect(events.counts["totals_output"]?.records == 3)
        #expect(events.counts["rows_output"] == .init(records: 136, bytes: 17_146))
    }

    /// Spark writes as it goes, renames the file at the end, and lines may be read in pieces.
    @Test func aLogIsFollowedWhileItGrows() throws {
        defer { try? FileSystem.removeTree(folder) }
        let events = events
        #expect(events.operators { $0 }.isEmpty, "there is no log yet")
        let bytes = Array(log.utf8)
        let file = try OpenFile(folder + "/local-1.inprogress", .append)
        var seen: [Int] = []
        for start in stride(from: 0, to: bytes.count, by: 500) {
            try file.write(Array(bytes[start..<min(start + 500, bytes.count)]))
            seen.append(events.operators { $0 }.count)
            if start == 5000 { try FileSystem.rename(folder + "/local-1.inprogress", to: folder + "/local-1") }
        }
        #expect(seen == seen.sorted() && seen.last == 3 && Set(seen) == [0, 1, 2, 3])
        #expect(events.counts["rows_output"]?.records == 136)
    }

    @Test func whatIsNoEventCountsNothing() throws {
        defer { try? FileSystem.removeTree(folder) }
        let text =
            "\n{}\n{\"Event\":\"SparkListenerTaskEnd\"}\n{\"Event\":\"SparkListenerStageSubmitted\",\"\n\"\"\"\"\n"
        try OpenFile.write(Array(text.utf8), to: folder + "/local-1")
        #expect(events.operators { $0 }.isEmpty && events.counts.isEmpty)
    }
}

import DataModel
import Diagnostics
import Foundation
import Planning
import Platform
import Projects
import Testing

@testable import Deployment

/// Outputs that another process brings to their places than the one that was to.
struct PublicationTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "beamstack-publication-\(UUID().uuidString)"
        try FileSystem.createDirectories(folder + "/.staging.partial/out")
    }

    private var journal: String { folder + "/publication.json" }

    private func write(_ path: String, _ text: String) throws {
        let path = folder + "/" + path
        try FileSystem.createDirectories(Path.directory(of: path))
        try OpenFile(path, .overwrite).write(Array(text.utf8))
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: folder + "/" + path, encoding: .utf8)
    }

    private func publication(
        hasWindows: Bool = false, printed: [Publication.Printed] = [], checked: [String] = [], isStream: Bool = false
    ) throws -> Publication {
        let write = WriteOperation(format: .text, path: folder + "/results/out", range: nil, fileNameSuffix: ".txt")
        return try Publication(
            folder: folder + "/.staging.partial",
            files: [.init(folder: "out", write: write, hasWindows: hasWindows, place: "p.yaml:3:1")], printed: printed,
            checked: checked, isStream: isStream, journal: journal)
    }

    @Test func whatWasLeftIsPublished() throws {
        defer { try? FileSystem.removeTree(folder) }
        _ = try publication(printed: [.init(step: "Log", folder: "log", schema: nil)])
        for part in 0..<2 { try write(".staging.partial/out/part-0000\(part)-x", "\(part)") }
        try write(".staging.partial/out/_SUCCESS", "")
        var warnings = ""
        let outputs = try Publication.resume(journal, warn: { warnings += $0 }, print: { _, _ in })
        #expect(outputs == (0..<2).map { folder + "/results/out-0000\($0)-of-00002.txt" })
        #expect(try text("results/out-00001-of-00002.txt") == "1")
        #expect(warnings.contains("'Log'"))
        #expect(!FileSystem.isDirectory(folder + "/.staging.partial"))
    }

    @Test func whatWasKilledInTheMiddleGoesOnWithTheSameNames() throws {
        defer { try? FileSystem.removeTree(folder) }
        var publication = try publication()
        for part in 0..<3 { try write(".staging.partial/out/part-0000\(part)-x", "\(part)") }
        // A folder has the name of the second file, so that only the first is renamed.
        try FileSystem.createDirectories(folder + "/results/out-00001-of-00003.txt/in the way")
        let problem = #expect(throws: Diagnostic.self) { _ = try publication.publish() }
        #expect(problem?.code == .outputNotPublished && problem?.notes == ["written by p.yaml:3:1"])
        try FileSystem.removeTree(folder + "/results/out-00001-of-00003.txt")
        #expect(try Publication.resume(journal, warn: { Issue.record("\($0)") }, print: { _, _ in }).count == 3)
        for part in 0..<3 { #expect(try text("results/out-0000\(part)-of-00003.txt") == "\(part)") }
    }

    @Test func windowsKeepTheirNames() throws {
        defer { try? FileSystem.removeTree(folder) }
        _ = try publication(hasWindows: true)
        try write(".staging.partial/out/window_start__=0/window_end__=60000000/part-0-x", "w")
        #expect(
            try Publication.resume(journal, warn: { _ in }, print: { _, _ in })
                == [folder + "/results/out-1970-01-01T00:00:00-1970-01-01T00:01:00-00000-of-00001.txt"])
    }

    /// Files count on from those that are there, also for a process that knows nothing of them.
    @Test func filesOfAStreamComeOneByOne() throws {
        defer { try? FileSystem.removeTree(folder) }
        let stream = try publication(isStream: true)
        var numbers: [String: Int] = [:]
        #expect(try stream.publishReady(&numbers).isEmpty)
        for (part, hidden) in [("a", ".part-0-1.inprogress"), ("b", ".part-0-2.inprogress")] {
            try write(".staging.partial/out/part-0-\(part)", part)
            try write(".staging.partial/out/\(hidden)", "not yet")
            let name = part == "a" ? "/results/out-00000.txt" : "/results/out-00001.txt"
            #expect(try stream.publishReady(&numbers) == [folder + name])
        }
        try write(".staging.partial/out/part-0-c", "c")
        let rest = try Publication.resume(journal, warn: { Issue.record("\($0)") }, print: { _, _ in })
        #expect(rest == [folder + "/results/out-00002.txt"])
        #expect(try text("results/out-00000.txt") + text("results/out-00002.txt") == "ac")
    }

    @Test func windowsOfAStreamCountByThemselves() throws {
        defer { try? FileSystem.removeTree(folder) }
        let stream = try publication(hasWindows: true, isStream: true)
        var numbers: [String: Int] = [:]
        let window = ".staging.partial/out/window_start__=0/window_end__=60000000/"
        let name = folder + "/results/out-1970-01-01T00:00:00-1970-01-01T00:01:00-"
        for number in 0..<2 {
            try write(window + "part-\(number)-x", "w")
            #expect(try stream.publishReady(&numbers) == [name + "0000\(number).txt"])
        }
    }

    /// What an output is that gets no rows was made before the job; rows to print are told by their schema alone.
    @Test func outputsWithoutRowsAndPrintedRowsAreThere() throws {
        defer { try? FileSystem.removeTree(folder) }
        let schema = Schema([
            Field("n", FieldType(.int64)), Field("at", FieldType(.timestamp, isNullable: true)),
            Field("of", FieldType(.row(Schema([Field("x", FieldType(.double))])))),
        ])
        _ = try publication(printed: [.init(step: "Log", folder: "log", schema: schema)])
        try write(".staging.partial/nothing/out/part-00000-of-00001", "header\n")
        let row = #"{"n":9007199254740993,"at":1500000,"of":{"x":2.0}}"# + "\n" + #"{"n":2,"of":{"x":"NaN"}}"# + "\n"
        try write(".staging.partial/log/part-0-x", row)
        var printed = ""
        let outputs = try Publication.resume(
            journal, warn: { Issue.record("\($0)") },
            print: { text, _ in printed += String(decoding: text, as: UTF8.self) })
        #expect(outputs == [folder + "/results/out-00000-of-00001.txt"])
        #expect(try text("results/out-00000-of-00001.txt") == "header\n")
        let lines = printed.split(separator: "\n")
        #expect(lines.first == #"{"n":9007199254740993,"at":"1970-01-01T00:00:01.500000Z","of":{"x":2.0}}"#)
        #expect(lines.last == #"{"n":2,"at":null,"of":{"x":NaN}}"#)
        // Once names are decided, what was to be printed has been.
        try FileSystem.createDirectories(folder + "/.staging.partial")
        _ = try Publication.resume(journal, warn: { _ in }, print: { _, _ in Issue.record("printed twice") })
    }

    @Test func rowsThatNobodyComparedAreNoSuccess() throws {
        defer { try? FileSystem.removeTree(folder) }
        _ = try publication(checked: ["AssertEqual"])
        try write(".staging.partial/out/part-0-x", "w")
        let problem = #expect(throws: Diagnostic.self) {
            try Publication.resume(journal, warn: { _ in }, print: { _, _ in })
        }
        #expect(problem?.code == .jobLost)
        #expect(!FileSystem.isDirectory(folder + "/results"))
    }

    @Test func aDamagedJournalIsTold() throws {
        defer { try? FileSystem.removeTree(folder) }
        for content in ["", "{}", "{\"folder\": \"/x\", \"files\": [{}], \"printed\": [], \"checked\": []}"] {
            try write("publication.json", content)
            #expect(throws: Diagnostic.self) { try Publication.resume(journal, warn: { _ in }, print: { _, _ in }) }
        }
    }
}

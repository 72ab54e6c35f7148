import Foundation
import Testing

/// Outputs appear whole or not at all, and results and talk do not mix.
struct OutputTests {
    private static let name = "out.csv-00000-of-00001"

    /// Reads `rows` lines and fails at the last one if `fails`.
    private func pipeline(in folder: TemporaryFolder, rows: Int, fails: Bool) throws -> String {
        var data = "a,b\n"
        for row in 1...rows { data += "\(row),\(fails && row == rows ? 0 : row)\n" }
        try folder.write("in.csv", data)
        return try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - type: ReadFromCsv
                  config: {path: \(folder.path)/in.csv}
                - type: MapToFields
                  name: Divide
                  config:
                    language: python
                    fields:
                      a: a
                      ratio: a / b
                - type: WriteToCsv
                  config: {path: \(folder.path)/out/out.csv}
            """)
    }

    @Test func aFailedRunLeavesTheOldOutputAndNoLitter() throws {
        let folder = try TemporaryFolder()
        try folder.write("out/\(Self.name)", "old\n")
        let file = try pipeline(in: folder, rows: 20_000, fails: true)
        let result = try Beamstack.run("run", file, "--quiet")
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.messages.contains("division by zero"))
        #expect(result.messages.contains("\(file):12:"), "\(result.messages)")
        #expect(result.messages.contains("20000"), "the offending row is shown: \(result.messages)")
        #expect(try folder.text("out/\(Self.name)") == "old\n")
        #expect(try folder.names("out") == [Self.name])
    }

    @Test func aSuccessfulRunReplacesTheOldOutput() throws {
        let folder = try TemporaryFolder()
        try folder.write("out/\(Self.name)", "old\n")
        let result = try Beamstack.run("run", try pipeline(in: folder, rows: 3, fails: false))
        #expect(result.status == 0)
        #expect(result.output.isEmpty)
        #expect(try folder.text("out/\(Self.name)") == "a,ratio\n1,1.0\n2,1.0\n3,1.0\n")
        #expect(try folder.names("out") == [Self.name])
    }

    /// SIGKILL cannot be answered; SIGINT and SIGTERM can, and leave no litter either.
    @Test(arguments: [SIGKILL, SIGINT, SIGTERM]) func aKilledRunLeavesTheOldOutput(_ signal: Int32) throws {
        let folder = try TemporaryFolder()
        try folder.write("out/\(Self.name)", "old\n")
        let file = try pipeline(in: folder, rows: 1_000_000, fails: false)
        let process = try Beamstack.start(["run", file, "--workers", "1"], in: folder.url)
        // Into the middle: as soon as something is being written, or after a while.
        for _ in 0..<200 {
            if !process.isRunning { break }
            if try folder.names("out").count > 1 { break }
            usleep(5_000)
        }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationStatus != 0, "it was stopped in time")
        #expect(try folder.text("out/\(Self.name)") == "old\n")
        if signal != SIGKILL { #expect(try folder.names("out") == [Self.name]) }
    }

    @Test func rowsGoToStandardOutputAndTalkToStandardError() throws {
        let result = try Beamstack.run("run", "examples/hello.yaml")
        for line in result.output.split(separator: "\n") {
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(row?["greeting"] is String)
        }
        #expect(!result.messages.contains("Good morning"))
    }

    @Test func aReaderThatGoesAwayDoesNoHarm() throws {
        guard let binary = Beamstack.binary else { throw Beamstack.BinaryNotFound() }
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "\"\(binary.path)\" docs | head -n 1 >/dev/null"]
        shell.currentDirectoryURL = Repository.root
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
    }

    @Test func anOutputThatCannotBeWrittenSaysWhere() throws {
        let folder = try TemporaryFolder()
        try folder.write("out", "a file where a folder should be\n")
        let file = try pipeline(in: folder, rows: 3, fails: false)
        let result = try Beamstack.run("run", file, "--quiet")
        #expect(result.status == 1 || result.status == 3)
        #expect(result.messages.contains("\(file):14:"), "\(result.messages)")
    }

    /// Sources of a run that prints are looked through before: what is wrong in them is told like anything else.
    @Test func damagedDataHasAPlaceInThePipeline() throws {
        let folder = try TemporaryFolder()
        try folder.write("in.csv", "a,b\n1,2\n3,4,5\n")
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - type: ReadFromCsv
                  config: {path: \(folder.path)/in.csv}
                - type: LogForTesting
            """)
        let result = try Beamstack.run("run", file)
        #expect(result.status == 1)
        #expect(result.messages.hasPrefix("error[ragged-row]: "), "\(result.messages)")
        #expect(result.messages.contains("\(file):5:"))
        #expect(result.messages.contains("line 3"))
    }
}

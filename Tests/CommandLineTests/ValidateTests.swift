import Foundation
import Testing

struct ValidateTests {
    private static let wrong = """
        pipeline:
          type: chain
          transforms:
            - type: Create
              config:
                elements: [{price: 1, item: tea}]
            - type: MapToFields
              config:
                language: python
                fields:
                  double: pirce * 2
                  loud: item.uper()
            - type: WriteToCvs
              config: {path: out.csv}
        """

    @Test func allProblemsAtOnceEachWithItsPlace() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", Self.wrong)
        let result = try Beamstack.run("validate", file, environment: ["NO_COLOR": "1"])
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        for part in [
            "\(file):11:19", "did you mean 'price'?", "\(file):12:", "did you mean 'upper'?", "\(file):13:13",
            "did you mean 'WriteToCsv'?", "3 errors",
        ] {
            #expect(result.messages.contains(part), "'\(part)' in \(result.messages)")
        }
    }

    @Test func jsonIsForMachines() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", Self.wrong)
        let result = try Beamstack.run("validate", file, "--format", "json")
        #expect(result.status == 1)
        #expect(result.messages.isEmpty)
        let parsed = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let problems = (parsed as? [[String: Any]]) ?? (parsed as? [String: Any])?["diagnostics"] as? [[String: Any]]
        #expect(problems?.count == 3)
        #expect(problems?.contains { $0["code"] as? String == "unknown-transform" } == true)
    }

    @Test func sarifIsForCodeScanners() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", Self.wrong)
        let result = try Beamstack.run("validate", file, "--format", "sarif")
        let log = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(log?["version"] as? String == "2.1.0")
        let run = (log?["runs"] as? [[String: Any]])?.first
        #expect((run?["results"] as? [Any])?.count == 3)
    }

    /// Many files in one call: nothing grows with their number, and each problem names its file.
    @Test func aThousandFiles() throws {
        let folder = try TemporaryFolder()
        let good = try Repository.text("examples/hello.yaml")
        var files: [String] = []
        for number in 0..<1000 {
            files.append(try folder.write("p\(number).yaml", number % 100 == 7 ? Self.wrong : good))
        }
        let result = try Beamstack.run(["validate"] + files, environment: ["NO_COLOR": "1"])
        #expect(result.status == 1)
        #expect(result.messages.contains("1000 files: 30 errors"), "\(result.messages.suffix(300))")
        #expect(result.messages.contains("p907.yaml:13:13"))
    }

    @Test func warningsFailOnlyIfAsked() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - type: ReadFromCsv
                  config: {path: \(folder.path)/not-yet-there.csv}
                - type: LogForTesting
            """)
        let result = try Beamstack.run("validate", file)
        #expect(result.status == 0)
        #expect(result.messages.contains("warning["), "\(result.messages)")
        #expect(try Beamstack.run("validate", file, "--warnings-as-errors").status == 1)
        #expect(try Beamstack.run("run", file).status == 1)
    }
}

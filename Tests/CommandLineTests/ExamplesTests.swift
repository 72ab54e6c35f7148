import Foundation
import Testing

/// The examples do what they say: on their data, in their own tests, and whatever the number of workers.
struct ExamplesTests {
    static let names = ((try? Repository.files(in: "examples")) ?? []).filter { $0.hasSuffix(".yaml") }

    /// Variables that an example cannot do without.
    static func arguments(of name: String) -> [String] {
        name == "templated.yaml" ? ["--set", "shop=Market"] : []
    }

    @Test func thereAreExamples() {
        #expect(Self.names.count >= 12)
    }

    @Test(arguments: names) func passItsOwnTests(_ name: String) throws {
        let folder = try TemporaryFolder.withExamples()
        let result = try Beamstack.run(["test", "examples/\(name)"] + Self.arguments(of: name), in: folder.url)
        #expect(result.status == 0, "\(result.output)\(result.messages)")
        #expect(result.output.contains("✓"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/examples/output"), "a test writes nothing")
    }

    @Test(arguments: names) func giveTheExpectedOutputWithAnyNumberOfWorkers(_ name: String) throws {
        let expected = Repository.url("examples/expected")
        for workers in ["1", "2", "7"] {
            let folder = try TemporaryFolder.withExamples()
            let result = try Beamstack.run(
                ["run", "examples/\(name)", "--quiet", "--workers", workers] + Self.arguments(of: name), in: folder.url)
            #expect(result.status == 0, "\(result.messages)")
            #expect(result.messages.isEmpty, "--quiet says nothing: \(result.messages)")

            let base = name.dropLast(".yaml".count)
            let output =
                (try? String(contentsOf: expected.appendingPathComponent("\(base).stdout"), encoding: .utf8)) ?? ""
            #expect(result.output == output)
            guard output.isEmpty else { continue }
            let files = try folder.names("examples/output")
            #expect(!files.isEmpty)
            for file in files {
                let wanted = try Data(contentsOf: expected.appendingPathComponent(file))
                #expect(try folder.data("examples/output/\(file)") == wanted, "\(file) with \(workers) workers")
            }
        }
    }

    /// A budget far below the data makes groups and joins go to disk; the answer stays.
    @Test(arguments: ["orders-summary.yaml", "join.yaml", "sessions.yaml"])
    func giveTheSameWithLittleMemory(_ name: String) throws {
        let folder = try TemporaryFolder.withExamples()
        let result = try Beamstack.run("run", "examples/\(name)", "--memory", "1MiB", in: folder.url)
        #expect(result.status == 0, "\(result.messages)")
        for file in try folder.names("examples/output") {
            let wanted = try Data(contentsOf: Repository.url("examples/expected/\(file)"))
            #expect(try folder.data("examples/output/\(file)") == wanted)
        }
    }

    @Test(arguments: names) func areValidAndSayHowToRunThem(_ name: String) throws {
        let result = try Beamstack.run(
            ["validate", "examples/\(name)", "--warnings-as-errors"] + Self.arguments(of: name))
        #expect(result.status == 0, "\(result.messages)")
        let text = try Repository.text("examples/\(name)")
        #expect(text.hasPrefix("# "))
        #expect(text.contains("beamstack run examples/\(name)"))
    }
}

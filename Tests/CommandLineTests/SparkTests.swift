import Foundation
import Testing

/// The same pipelines on a real Spark, which the first run installs from PyPI, and on the embedded engine.
@Suite(
    .serialized, .enabled(if: MachineJava.isThere, "there is no java"),
    .enabled(if: MachinePython.path != nil, "there is no python3"))
struct SparkTests {
    /// Lines as a set: engines write them in any order, and a header into each part.
    private static func lines(_ text: String) -> Set<Substring> { Set(text.split(separator: "\n")) }

    @Test(arguments: [
        "error-handling", "hello", "join", "orders-summary", "partition", "reusable-transform", "sessions", "windows",
    ])
    func examplesGiveTheSame(_ name: String) throws {
        let folder = try TemporaryFolder.withExamples()
        let result = try Beamstack.run("run", "--quiet", "--target", "spark", "examples/\(name).yaml", in: folder.url)
        #expect(result.status == 0, "\(result.messages)")
        let expected = Repository.url("examples/expected")
        let printed = try? String(contentsOf: expected.appendingPathComponent("\(name).stdout"), encoding: .utf8)
        #expect(Self.lines(result.output) == Self.lines(printed ?? ""))

        let local = try TemporaryFolder.withExamples()
        #expect(try Beamstack.run("run", "--quiet", "examples/\(name).yaml", in: local.url).status == 0)
        #expect(try Self.outputs(folder) == Self.outputs(local))
    }

    /// The lines of all outputs by their names without the number of parts.
    private static func outputs(_ folder: TemporaryFolder) throws -> [String: Set<Substring>] {
        var outputs: [String: Set<Substring>] = [:]
        for name in (try? folder.names("examples/output")) ?? [] {
            let prefix = String(name.dropLast("-00000-of-00001".count))
            outputs[prefix, default: []].formUnion(lines(try folder.text("examples/output/\(name)")))
        }
        return outputs
    }

    /// Null, NaN, huge floats and texts of all kinds in one go: each expression on Spark is what it is here.
    @Test func expressionsMeanTheSame() throws {
        let folder = try TemporaryFolder()
        let expressions = [
            "a + b", "a * 3 - b", "-a", "x * a", "x / 4", "x > 1", "x >= -0.5", "x < a * 1.0", "a == b", "a != b",
            "a < b <= 5", "s + t", "s == t", "s < t", "n == 'x'", "n != 'x'", "n is None", "m is not None", "m == 3",
            "m != 3", "not (a > b)", "a > 1 and b > 1", "a > 1 or x > 0", "a if b > 1 else b", "s if n is None else t",
            "s.upper()", "a // 2", "a % -3", "len(s)", "str(x)", "a or b", "n or 'none'", "f'{a}-{s}'", "a / 2",
        ]
        let fields = expressions.enumerated().map { "            f\($0.offset): {expression: \"\($0.element)\"}" }
        let pipeline = """
            pipeline:
              type: chain
              transforms:
                - type: Create
                  config:
                    elements:
                      - {a: 1, b: 2, x: 0.5, s: "", t: "a", n: null, m: null}
                      - {a: -7, b: 5, x: -1.25, s: "Äß", t: "z", n: "x", m: 3}
                      - {a: 0, b: 0, x: 1.0e+300, s: "\\U0001F600", t: "\\uFB01", n: "", m: -3}
                      - {a: 3, b: -2, x: .nan, s: "x", t: "X", n: null, m: 5}
                      - {a: 1000000007, b: 9, x: -0.0, s: "a'b\\\\c", t: "a'b\\\\c", n: "y", m: 0}
                - type: MapToFields
                  config:
                    language: python
                    fields:
            \(fields.joined(separator: "\n"))
                - type: LogForTesting
            """
        let file = try folder.write("p.yaml", pipeline + "\n")
        let local = try Beamstack.run("run", "--quiet", file, in: folder.url)
        #expect(local.status == 0, "\(local.messages)")
        let spark = try Beamstack.run("run", "--quiet", "--target", "spark", file, in: folder.url)
        #expect(spark.status == 0, "\(spark.messages)")
        #expect(local.output.split(separator: "\n").sorted() == spark.output.split(separator: "\n").sorted())
    }

    @Test func aFailingRowIsToldWithItsPlaceAndNothingIsPublished() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}, {a: 0}]}}
                - type: MapToFields
                  name: Ratio
                  config: {language: python, fields: {r: 1 // a}}
                - {type: WriteToJson, config: {path: out.json}}
            """ + "\n")
        let result = try Beamstack.run("run", "--target", "spark", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains("error[job-failed]"))
        #expect(result.messages.contains("ZeroDivisionError"), "\(result.messages)")
        #expect(!result.messages.contains("Traceback"), "no trace of frames")
        #expect(try folder.names(".").filter { $0.contains("out.json") }.isEmpty)
    }

    @Test func whatSparkCannotDoIsRefusedWithItsPlace() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1, when: "x"}]}}
                - type: MapToFields
                  name: Loose
                  config: {language: python, fields: {r: {callable: "lambda row: row.a"}, l: "[a, when]"}}
                - {type: LogForTesting}
            """ + "\n")
        let result = try Beamstack.run("plan", "--target", "spark", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains("error[not-on-target]: 'Loose' cannot run on Apache Spark"))
        #expect(result.messages.contains("output_type"), "it says how to mend it")
        #expect(result.output.contains("not possible"))
        let unknown = try Beamstack.run("run", "--target", "sparc", file, in: folder.url)
        #expect(unknown.status == 2)
        #expect(unknown.messages.contains("did you mean 'spark'"))
    }

    @Test func aComparisonThatFailsEndsTheRun() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "p.yaml",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}]}}
                - {type: AssertEqual, config: {elements: [{a: 2}]}}
            """ + "\n")
        let result = try Beamstack.run("run", "--target", "spark", file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains("error[assertion-failed]"), "\(result.messages)")
    }
}

enum MachineJava {
    static let isThere = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/java") }
}

import Foundation
import Testing

/// Steps that only Python can run, through the real binary and the machine's own `python3`, which needs no package.
@Suite(.enabled(if: MachinePython.path != nil, "there is no python3")) struct PythonStepsTests {
    private static func pipeline(_ elements: String, _ steps: String) -> String {
        let body = steps.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        return """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: \(elements)}}
            \(body.joined(separator: "\n"))
            """ + "\n"
    }

    private func run(_ pipeline: String, environment: [String: String] = [:]) throws -> Beamstack.Result {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", pipeline)
        return try Beamstack.run(["run", "--quiet", file], in: folder.url, environment: environment)
    }

    @Test func functionsOfTheStandardLibrary() throws {
        let result = try run(
            Self.pipeline(
                "[{id: 1, name: 'Åsa'}, {id: 2, name: null}]",
                """
                - type: MapToFields
                  config:
                    language: python
                    fields:
                      id: id * 10
                      hash:
                        callable: |
                          import hashlib
                          def digest(row):
                            return 'none' if row.name is None else hashlib.sha256(row.name.encode()).hexdigest()[:6]
                        output_type: {type: string}
                      more: {callable: "import fractions\\ndef f(row): return [row.id, {'half': row.id / 2}]"}
                - type: Filter
                  config: {language: python, keep: {callable: "import math\\ndef keep(row): return math.gcd(row.id, 2) == 2"}}
                - {type: LogForTesting}
                """))
        #expect(result.messages.isEmpty)
        #expect(
            result.output == """
                {"id":10,"hash":"873296","more":[1,{"half":0.5}]}
                {"id":20,"hash":"none","more":[2,{"half":1.0}]}

                """)
        #expect(result.status == 0)
    }

    @Test func exceptionsPointIntoThePipeline() throws {
        let result = try run(
            Self.pipeline(
                "[{n: 3}, {n: 0}]",
                """
                - type: MapToFields
                  name: Ratio
                  config:
                    language: python
                    fields:
                      r:
                        callable: |
                          import math
                          def ratio(row):
                            print('seen', row.n)
                            return math.floor(6 / row.n)
                - {type: LogForTesting}
                """))
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.messages.contains("[Ratio] seen 3\n"))
        #expect(result.messages.contains("error[row-failed]: ZeroDivisionError: division by zero"))
        #expect(result.messages.contains(#"record: {"n":0}"#))
        #expect(result.messages.contains("p.yaml\", line 15, in ratio"))
        #expect(result.messages.contains("return math.floor(6 / row.n)"))
    }

    @Test func failuresAreRowsWhereAnOutputTakesThem() throws {
        let result = try run(
            """
            pipeline:
              transforms:
                - {type: Create, name: In, config: {elements: [{n: 3}, {n: 0}]}}
                - type: MapToFields
                  name: Ratio
                  input: In
                  config:
                    language: python
                    fields: {r: {callable: "import math\\ndef f(row): return math.floor(6 / row.n)", output_type: integer}}
                    error_handling: {output: bad}
                - {type: LogForTesting, name: Good, input: Ratio}
                - {type: MapToFields, name: Message, input: Ratio.bad, config: {language: python, fields: {n: element.n, msg: msg}}}
                - {type: LogForTesting, name: Bad, input: Message}

            """)
        #expect(result.messages.isEmpty)
        #expect(result.output == "{\"r\":2}\n{\"n\":0,\"msg\":\"ZeroDivisionError('division by zero')\"}\n")
    }

    @Test func aCombineFnFoldsGroups() throws {
        let result = try run(
            Self.pipeline(
                "[{k: a, v: 1}, {k: b, v: 5}, {k: a, v: 7}]",
                """
                - type: Combine
                  config:
                    language: python
                    group_by: k
                    combine:
                      v: sum
                      spread: {value: v, fn: statistics.pvariance}
                - {type: LogForTesting}
                """))
        #expect(result.messages.isEmpty)
        #expect(result.output == "{\"k\":\"a\",\"v\":8,\"spread\":9}\n{\"k\":\"b\",\"v\":5,\"spread\":0}\n")
    }

    @Test func whatIsWrongWithTheCodeShowsBeforeAnyRow() throws {
        let wrong = [
            ("import no_such_module_at_all as m\\ndef f(row): return m.f(row.n)", "missing-package"),
            ("import math\\nclass A: pass\\nx = math.pi", "invalid-callable"),
        ]
        for (code, expected) in wrong {
            let result = try run(
                Self.pipeline(
                    "[{n: 3}]",
                    """
                    - {type: MapToFields, config: {language: python, fields: {r: {callable: "\(code)"}}}}
                    - {type: WriteToJson, config: {path: out.json}}
                    """))
            #expect(result.status == 1)
            #expect(result.messages.contains("error[\(expected)]"), "\(result.messages)")
            #expect(result.messages.contains("p.yaml:5:"), "\(result.messages)")
        }
    }

    @Test func aWorkerThatEndsOrHangsEndsTheRun() throws {
        let cases = [
            ("import os\\ndef f(row): os._exit(7)", "worker-crashed"),
            ("import time\\ndef f(row): time.sleep(60)", "worker-timed-out"),
        ]
        for (code, expected) in cases {
            let result = try run(
                Self.pipeline(
                    "[{n: 3}]",
                    """
                    - type: MapToFields
                      config: {language: python, worker: {timeout: 0.5}, fields: {r: {callable: "\(code)"}}}
                    - {type: WriteToJson, config: {path: out.json}}
                    """))
            #expect(result.status == 1)
            #expect(result.messages.contains("error[\(expected)]"), "\(result.messages)")
        }
    }

    /// An interpreter that leaves a mark proves that native pipelines start none, and that foreign ones do.
    @Test func nativePipelinesNeverStartPython() throws {
        let folder = try TemporaryFolder()
        let mark = folder.url.appendingPathComponent("started").path
        let interpreter = try folder.write(
            "python", "#!/bin/sh\necho started >> '\(mark)'\nexec '\(try #require(MachinePython.path))' \"$@\"\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: interpreter)
        let native = """
            - {type: MapToFields, config: {language: python, append: true, fields: {b: a * 2, t: "str(a)"}}}
            - {type: Filter, config: {language: python, keep: {callable: "lambda row: row.b > 2"}}}
            - {type: LogForTesting}
            """
        let environment = ["BEAMSTACK_PYTHON": interpreter]
        let elements = "[{a: 1}, {a: 2}]"
        #expect(try run(Self.pipeline(elements, native), environment: environment).status == 0)
        #expect(!FileManager.default.fileExists(atPath: mark))
        let foreign = "- {type: MapToFields, config: {language: python, fields: {b: {callable: 'math.sqrt'}}}}\n"
        _ = try run(Self.pipeline(elements, foreign), environment: environment)
        #expect(FileManager.default.fileExists(atPath: mark))
    }

    /// Validation runs nothing of the pipeline; it says what it leaves open.
    @Test func validateRunsNoCode() throws {
        let folder = try TemporaryFolder()
        let mark = folder.url.appendingPathComponent("mark").path
        let file = try folder.write(
            "p.yaml",
            Self.pipeline(
                "[{n: 3}]",
                """
                - type: MapToFields
                  config:
                    language: python
                    fields: {r: {callable: "open('\(mark)', 'w').close()\\ndef f(row): return open('\(mark)', 'w')"}}
                - {type: LogForTesting}
                """))
        let result = try Beamstack.run("validate", file)
        #expect(result.status == 0)
        #expect(result.messages.contains("not checked: "))
        #expect(try Beamstack.run("plan", "--static", file).status == 0)
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test func withoutPythonTheEnvironmentIsToBlame() throws {
        let result = try run(
            Self.pipeline(
                "[{n: 3}]", "- {type: MapToFields, config: {language: python, fields: {r: {callable: 'math.sqrt'}}}}\n"),
            environment: ["BEAMSTACK_PYTHON": "/nowhere/python3"])
        #expect(result.status == 3)
        #expect(result.messages.contains("error[python-not-found]"), "\(result.messages)")
    }
}

/// The `python3` of this machine.
enum MachinePython {
    static let path: String? = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import sys; print(sys.executable)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? output.trimmingCharacters(in: .whitespacesAndNewlines) : nil
    }()
}

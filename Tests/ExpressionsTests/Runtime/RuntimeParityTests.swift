import DataModel
import Foundation
import Testing

@testable import Expressions

/// Thousands of random calls, answered by CPython in one process and by the runtime: values and exceptions agree.
struct RuntimeParityTests {
    private static let seed = UInt64(ProcessInfo.processInfo.environment["BEAMSTACK_PARITY_SEED"] ?? "") ?? 20_260_730
    private static let count = Int(ProcessInfo.processInfo.environment["BEAMSTACK_PARITY_CASES"] ?? "") ?? 6000

    /// What only CPython can say: its integers have no limit and its memory is larger.
    private static func isBeyondLimits(_ ours: String, _ expected: String) -> Bool {
        if ours == "!" + PythonError.integerTooLarge.repr { return Int64(expected) == nil }
        return ours == "!MemoryError()" || ours.contains("lone surrogates") || ours.contains("complex results")
    }

    @Test func agreesWithCPython() throws {
        var generator = RuntimeCaseGenerator(seed: RuntimeParityTests.seed)
        let cases = (0..<RuntimeParityTests.count).map { _ in generator.next() }
        guard let answers = try RuntimeParityTests.ask(cases.map(\.python)) else {
            print("skipped: no python3 3.11 on PATH")
            return
        }
        #expect(answers.count == cases.count)
        var differences: [String] = []
        for (test, expected) in zip(cases, answers) where expected != "!skip" {
            let outcome = test.outcome
            if outcome == expected || RuntimeParityTests.isBeyondLimits(outcome, expected) { continue }
            differences.append("\(test.python)\n    python: \(expected)\n    ours:   \(outcome)")
        }
        let shown = differences.prefix(60).map { $0.prefix(600) }.joined(separator: "\n")
        let agrees = differences.isEmpty
        #expect(agrees, "seed \(RuntimeParityTests.seed), \(differences.count) differ:\n\(shown)")
    }

    /// Evaluates each line in Python; `nil` where there is no Python 3.11.
    static func ask(_ expressions: [String]) throws -> [String]? {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let script = directory.appendingPathComponent("oracle.py")
        let input = directory.appendingPathComponent("cases.txt")
        let output = directory.appendingPathComponent("answers.txt")
        try oracle.write(to: script, atomically: true, encoding: .utf8)
        try expressions.joined(separator: "\n").write(to: input, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path, input.path, output.path]
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return nil }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return try String(contentsOf: output, encoding: .utf8).components(separatedBy: "\n")
    }

    private static let oracle = #"""
        import datetime, json, math, re, sys, warnings
        warnings.simplefilter("ignore")
        if sys.version_info[:2] != (3, 11): sys.exit(3)

        class Big(Exception): pass

        def match_parts(m):
            return m and [m.group(), list(m.groups()), m.start(), m.end()]

        def norm(v):
            if isinstance(v, bool) or v is None or isinstance(v, (float, bytes)): return v
            if isinstance(v, int):
                if not -2**63 <= v < 2**63: raise Big
                return v
            if isinstance(v, str):
                v.encode("utf-8")
                return v
            if isinstance(v, complex): raise Big
            if isinstance(v, dict): return {norm(k): norm(x) for k, x in v.items()}
            if isinstance(v, (datetime.date, datetime.timedelta, datetime.tzinfo)): return v
            return [norm(x) for x in v]

        out = []
        import signal
        signal.alarm(60)
        for line in open(sys.argv[1], encoding="utf-8").read().split("\n"):
            try:
                r = repr(norm(eval(line)))
            except Big:
                r = "!big"
            except UnicodeEncodeError as e:
                r = "!" + repr(e) if "surrogates" not in str(e) else "!skip"
            except SyntaxError as e:
                r = "!skip"
            except Exception as e:
                r = "!" + repr(e)
            out.append(r.replace("\n", "\\n"))
        open(sys.argv[2], "w", encoding="utf-8").write("\n".join(out))
        """#
}

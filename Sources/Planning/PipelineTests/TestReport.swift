import DataModel
public import Diagnostics
import PipelineSpec

/// What came of a pipeline's tests, for a person or a script.
public struct TestReport: Sendable {
    /// One test: its outcome, or why it could not run.
    public enum Result: Sendable {
        case ran(TestOutcome)
        /// The plan was not made, or the run failed.
        case failed(PipelineTest, [Diagnostic])
    }

    public let results: [Result]

    public init(_ results: [Result]) {
        self.results = results
    }

    public var hasPassed: Bool { results.allSatisfy(\.hasPassed) }

    /// The problems of all tests; one that several tests share comes once.
    public var diagnostics: [Diagnostic] {
        var seen: Set<String> = []
        return results.flatMap { result in
            switch result {
            case .ran(let outcome): outcome.test.diagnostics + outcome.diagnostics
            case .failed(_, let problems): problems
            }
        }.filter { problem in
            let place = problem.range.map { "\($0.file.path):\($0.start):\($0.end)" } ?? ""
            return seen.insert("\(problem.code.id) \(place) \(problem.message)").inserted
        }
    }

    /// A line a test, with the differing rows of those that failed, and a line that counts.
    ///
    /// In a difference, `~` is a changed row, `-` one that did not come, `+` one that nobody expected.
    public func text(usesColor: Bool = false) -> String {
        func colored(_ text: String, _ code: String) -> String { usesColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
        var lines: [String] = []
        for result in results {
            let name = PlanListing.printable(result.test.name)
            lines.append(result.hasPassed ? colored("✓", "32") + " \(name)" : colored("✗", "31") + " \(name)")
            switch result {
            case .ran(let outcome):
                for probe in outcome.probes where !probe.comparison.isEqual {
                    lines.append("  " + PlanListing.printable(probe.message))
                    for line in probe.differences(limit: 20) {
                        let code = line.hasPrefix("-") ? "31" : line.hasPrefix("+") ? "32" : "33"
                        lines.append("    " + colored(PlanListing.printable(line), code))
                    }
                }
            case .failed(_, let problems):
                lines += problems.filter { $0.severity == .error }.map { "  " + PlanListing.printable($0.message) }
            }
        }
        let passed = results.count(where: \.hasPassed)
        lines.append("\(passed) of \(results.count) test\(results.count == 1 ? "" : "s") passed")
        return lines.joined(separator: "\n") + "\n"
    }

    /// An object: `passed`, `failed` (counts) and `tests`, each with `name`, `passed`, `line`, `problems` (array of
    /// text) and `comparisons` (`name`, `input`, `passed`, `expected`, `came`, `differences`).
    public var json: JSONText {
        .object([
            "passed": .integer(results.count(where: \.hasPassed)),
            "failed": .integer(results.count { !$0.hasPassed }),
            "tests": .array(results.map(\.json)),
        ])
    }
}

extension TestReport.Result {
    public var test: PipelineTest {
        switch self {
        case .ran(let outcome): outcome.test
        case .failed(let test, _): test
        }
    }

    public var hasPassed: Bool {
        if case .ran(let outcome) = self { outcome.hasPassed } else { false }
    }

    fileprivate var json: JSONText {
        var problems: [Diagnostic] = []
        var comparisons: [JSONText] = []
        switch self {
        case .ran(let outcome):
            comparisons = outcome.probes.map { probe in
                .object([
                    "name": .string(probe.probe.name),
                    "input": .boolean(probe.probe.isInput),
                    "passed": .boolean(probe.comparison.isEqual),
                    "expected": .integer(probe.probe.expected.count),
                    "came": .integer(probe.actual.count),
                    "differences": .array(probe.differences(limit: 1000).map(JSONText.string)),
                ])
            }
        case .failed(_, let found): problems = found
        }
        return .object([
            "name": .string(test.name),
            "passed": .boolean(hasPassed),
            "line": .integer(test.spec.range.startPosition.line),
            "problems": .array(problems.map { .string($0.message) }),
            "comparisons": .array(comparisons),
        ])
    }
}

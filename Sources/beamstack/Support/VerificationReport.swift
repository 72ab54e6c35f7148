import Deployment
import Diagnostics
import Platform
import Projects

/// What came of verifying pipelines, for people and for programs.
struct VerificationReport {
    enum Outcome {
        case equal, different, incomparable
    }

    private struct Entry {
        let file: String
        var runs: [Verification.Run]
        var results: [Verification.Result]
        /// What kept the pipeline from running at all.
        var failure: [Diagnostic]?
    }

    let targets: [String]
    private var entries: [Entry] = []

    init(targets: [String]) { self.targets = targets }

    mutating func add(_ file: String, _ runs: [Verification.Run], _ verification: Verification) throws {
        let possible = runs.filter(\.obstacles.isEmpty)
        var results: [Verification.Result] = []
        if let first = possible.first {
            for second in possible.dropFirst() { results += try verification.compare(first, second) }
        }
        entries.append(Entry(file: file, runs: runs, results: results))
    }

    mutating func addFailure(_ file: String, _ diagnostics: [Diagnostic]) {
        entries.append(Entry(file: file, runs: [], results: [], failure: diagnostics))
    }

    /// Worst first: a difference that nobody announced, then a pipeline that could not be compared.
    var outcome: Outcome {
        if entries.contains(where: { $0.failure != nil || $0.results.contains { $0.comparison.verdict == .different } })
        {
            return .different
        }
        let isCompared = entries.contains { $0.runs.count { $0.obstacles.isEmpty } > 1 }
        return isCompared ? .equal : .incomparable
    }

    // MARK: Text

    var text: String {
        var text = ""
        for entry in entries {
            text += "\n\(entry.file)\n"
            if entry.failure != nil { text += "  failed\n" }
            for run in entry.runs {
                if let obstacle = run.obstacles.first {
                    text += "  \(run.target): not possible: \(obstacle.message)\n"
                } else {
                    text += "  \(run.target): ran in \(ProgressLine.seconds(run.seconds))\n"
                    for difference in run.announced { text += "    announced: \(difference)\n" }
                }
            }
            for result in entry.results { text += Self.text(of: result) }
        }
        return text + "\n" + summary
    }

    private static func text(of result: Verification.Result) -> String {
        let comparison = result.comparison
        let title = "  '\(result.output)' on \(result.targets.first) and \(result.targets.second): "
        switch comparison.verdict {
        case .same: return title + "the same \(comparison.rowCounts.first) rows\n"
        case .announced:
            let rows = max(comparison.differingRows.first, comparison.differingRows.second)
            return title + "\(comparison.rowCounts.first) rows, of which \(rows) differ as announced\n"
        case .different:
            let rows = comparison.differingRows
            return title + "DIFFERENT: \(rows.first) rows only on \(result.targets.first), "
                + "\(rows.second) only on \(result.targets.second)\n" + beside(result)
        }
    }

    /// The first differing rows of both sides.
    private static func beside(_ result: Verification.Result) -> String {
        let width = 60
        func cell(_ row: (row: String, count: Int)?) -> String {
            guard let row else { return "" }
            let text = row.count > 1 ? "\(row.row) (\(row.count) times)" : row.row
            return text.count > width ? text.prefix(width - 1) + "…" : text
        }
        func line(_ first: String, _ second: String) -> String {
            "    " + first + String(repeating: " ", count: max(0, width - first.count)) + " │ " + second + "\n"
        }
        var text = line(result.targets.first, result.targets.second)
        let (first, second) = (result.comparison.onlyFirst, result.comparison.onlySecond)
        for index in 0..<max(first.count, second.count) {
            text += line(
                cell(first.indices.contains(index) ? first[index] : nil),
                cell(second.indices.contains(index) ? second[index] : nil))
        }
        return text
    }

    private var summary: String {
        func word(_ entry: Entry) -> String {
            if entry.failure != nil { return "failed" }
            if entry.runs.count(where: \.obstacles.isEmpty) < 2 { return "not compared" }
            if entry.results.contains(where: { $0.comparison.verdict == .different }) { return "DIFFERENT" }
            return entry.results.contains { $0.comparison.verdict == .announced } ? "as announced" : "the same"
        }
        let width = entries.map(\.file.count).max() ?? 0
        return entries.map { entry in
            let refusing = entry.runs.filter { !$0.obstacles.isEmpty }.map(\.target)
            let note = refusing.isEmpty ? "" : " (not possible on \(refusing.joined(separator: ", ")))"
            return entry.file + String(repeating: " ", count: width - entry.file.count + 2) + word(entry) + note + "\n"
        }.joined()
    }

    // MARK: JSON

    var json: JSONText {
        .object([
            "targets": .array(targets.map(JSONText.string)),
            "pipelines": .array(
                entries.map { entry in
                    .object([
                        "pipeline": .string(entry.file), "failed": .boolean(entry.failure != nil),
                        "runs": .array(entry.runs.map(Self.json)), "outputs": .array(entry.results.map(Self.json)),
                    ])
                }),
        ])
    }

    private static func json(_ run: Verification.Run) -> JSONText {
        .object([
            "target": .string(run.target), "possible": .boolean(run.obstacles.isEmpty),
            "reason": run.obstacles.first.map { .string($0.message) }, "seconds": .number(run.seconds),
            "announced": .array(run.announced.map(JSONText.string)),
        ])
    }

    private static func json(_ result: Verification.Result) -> JSONText {
        let comparison = result.comparison
        let verdict =
            switch comparison.verdict {
            case .same: "same"
            case .announced: "announced"
            case .different: "different"
            }
        func rows(_ rows: [(row: String, count: Int)]) -> JSONText {
            .array(
                rows.map { .object(["row": JSONText.parse($0.row) ?? .string($0.row), "count": .integer($0.count)]) })
        }
        return .object([
            "output": .string(result.output), "first": .string(result.targets.first),
            "second": .string(result.targets.second), "verdict": .string(verdict),
            "firstRows": .integer(comparison.rowCounts.first), "secondRows": .integer(comparison.rowCounts.second),
            "onlyFirst": rows(comparison.onlyFirst), "onlySecond": rows(comparison.onlySecond),
        ])
    }
}

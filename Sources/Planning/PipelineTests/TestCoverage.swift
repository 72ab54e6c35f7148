public import Diagnostics
public import PipelineSpec

/// Which transforms of a pipeline its tests run.
public struct TestCoverage: Sendable {
    public enum Kind: String, Sendable {
        /// A test runs it.
        case run
        /// Tests give or compare rows at its edge, but never run it: right for sources and sinks.
        case edge
        /// No test knows it.
        case missed
    }

    /// A transform at the pipeline's top level.
    public struct Entry: Sendable {
        public let name: String
        public let transform: String
        public let kind: Kind
        /// The names of the tests that run it.
        public let tests: [String]
        /// Outputs that tests saw rows in, out of those that can be told apart; empty where it has one output only.
        public let outputs: [Output]
        public let range: SourceRange
    }

    /// One of several outputs of a transform.
    public struct Output: Sendable {
        public let name: String
        public let isSeen: Bool
    }

    public let entries: [Entry]

    /// The share of transforms that tests run or stand at the edge of, from 0 to 1; 1 for none at all.
    public var share: Double {
        entries.isEmpty ? 1 : Double(entries.count { $0.kind != .missed }) / Double(entries.count)
    }

    /// - Parameter rowCounts: per test, in the same order, the rows of each output in `branches`; what is not there
    ///   counts as seen.
    public init(_ document: PipelineDocument, tests: [PipelineTest], rowCounts: [[OutputReference: Int]] = []) {
        let scope = TestScope(document.pipeline)
        entries = scope.members.enumerated().map { index, member in
            let running = tests.filter { $0.executed.contains(index) }
            let isEdge = tests.contains { $0.touched.contains(index) }
            var order: [String] = []
            var seen: Set<String> = []
            for (position, test) in tests.enumerated() where test.executed.contains(index) {
                for branch in test.branches where branch.member == index {
                    if !order.contains(branch.output) { order.append(branch.output) }
                    let count = position < rowCounts.count ? rowCounts[position][branch.reference] : nil
                    if count != 0 { seen.insert(branch.output) }
                }
            }
            return Entry(
                name: (member.spec.name ?? member.spec.type).text, transform: member.spec.type.text,
                kind: running.isEmpty ? (isEdge ? .edge : .missed) : .run, tests: running.map(\.name),
                outputs: order.map { Output(name: $0, isSeen: seen.contains($0)) },
                range: (member.spec.name ?? member.spec.type).range)
        }
    }

    /// A listing for a terminal.
    public var text: String {
        var lines: [String] = []
        for entry in entries {
            let mark = entry.kind == .run ? "✓" : entry.kind == .edge ? "·" : "✗"
            let name = PlanListing.printable(entry.name)
            var line =
                "\(mark) \(name)" + (name == entry.transform ? "" : "  \(PlanListing.printable(entry.transform))")
            switch entry.kind {
            case .run: line += "  \(entry.tests.count) test\(entry.tests.count == 1 ? "" : "s")"
            case .edge: line += "  mocked or compared, never run"
            case .missed: line += "  no test"
            }
            let unseen = entry.outputs.filter { !$0.isSeen }.map { PlanListing.printable($0.name) }
            if !unseen.isEmpty { line += ", no rows seen in " + unseen.joined(separator: ", ") }
            lines.append(line)
        }
        let covered = entries.count { $0.kind != .missed }
        lines.append("\(covered) of \(entries.count) transforms covered")
        return lines.joined(separator: "\n") + "\n"
    }
}

extension PipelineTest {
    /// An output of a transform with several, such as a partition's, in the test's plan.
    struct Branch {
        let member: Int
        let output: String
        let reference: OutputReference
    }

    var branches: [Branch] {
        guard let plan else { return [] }
        return executedNames.sorted { $0.key < $1.key }.flatMap { member, name in
            guard let step = plan.steps.first(where: { $0.name.utf8.elementsEqual(name.utf8) }), step.outputs.count > 1
            else { return [Branch]() }
            return step.outputs.enumerated().map {
                Branch(member: member, output: $1.name, reference: OutputReference(step: step.id, output: $0))
            }
        }
    }

    /// Outputs whose row counts `TestCoverage` can use, to say which branches tests never reach.
    public var coverageReferences: [OutputReference] { branches.map(\.reference) }
}

import Connectors
import Diagnostics
import Engine
import Foundation
import PipelineSpec
import Planning
import Platform
import Testing

/// Damaged pipelines and data files: no crash, no hang, and every error has a place.
///
/// Brief by default; `BEAMSTACK_FUZZ_CASES=20000 swift test --filter DamagedInputTests` runs longer, and
/// `BEAMSTACK_FUZZ_SEED` repeats a run.
@Suite(.serialized) struct DamagedInputTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let cases = environment["BEAMSTACK_FUZZ_CASES"].flatMap(Int.init) ?? 300
    private static let seed = environment["BEAMSTACK_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
    private static let secondsPerCase = 20.0

    @Test func pipelines() throws {
        let folder = try TemporaryFolder.withExamples()
        let texts = try ExamplesTests.names.map { try Repository.text("examples/\($0)") }
        var random = SplitMix(state: Self.seed)
        try Watchdog.watch(Self.secondsPerCase) { begin in
            for number in 0..<Self.cases {
                let mutator = Mutator(others: texts)
                // Whole paths, so that nothing is read or written outside of the folder.
                let text = mutator.mutate(texts[number % texts.count], &random)
                    .replacingOccurrences(of: "examples/", with: "\(folder.path)/examples/")
                begin(number, text)
                try Self.exercise(text, in: folder)
            }
        }
    }

    @Test func data() throws {
        let folder = try TemporaryFolder.withExamples()
        let names = ["orders.csv", "signups.csv", "readings.jsonl", "access.log", "clicks.csv"]
        let pipelines = [
            "orders-summary.yaml", "schema-validation.yaml", "nested-json.yaml", "error-handling.yaml", "sessions.yaml",
        ]
        let originals = try names.map { try Repository.text("examples/data/\($0)") }
        var random = SplitMix(state: Self.seed &+ 1)
        try Watchdog.watch(Self.secondsPerCase) { begin in
            for number in 0..<Self.cases {
                let which = number % names.count
                let mutator = Mutator(others: originals)
                let bytes = mutator.mutateBytes(Array(originals[which].utf8.prefix(3000)), &random)
                try Data(bytes).write(to: folder.url.appendingPathComponent("examples/data/\(names[which])"))
                let text = try Repository.text("examples/\(pipelines[which])")
                    .replacingOccurrences(of: "examples/", with: "\(folder.path)/examples/")
                begin(number, String(decoding: bytes, as: UTF8.self))
                try Self.exercise(text, in: folder)
            }
        }
    }

    /// Plans the text and, where it stays within the folder, runs it.
    private static func exercise(_ text: String, in folder: TemporaryFolder) throws {
        let path = folder.path
        let problems = Threads.runWithLargeStack { Self.problems(in: text, within: path) }
        for problem in problems {
            #expect(problem.range != nil, "[\(problem.code.id)] \(problem.message) has no place:\n\(text)")
            #expect(!problem.message.isEmpty)
        }
        // Rendering is a place to stumble, too: ranges past the end, wide characters.
        _ = TerminalRenderer(usesColor: true).render(problems)
        _ = SARIFRenderer(version: "0").render(problems)
    }

    private static func problems(in text: String, within folder: String) -> [Diagnostic] {
        let reader = DocumentReader(variables: ["shop": .string("Market")])
        let (document, problems) = reader.read(text: text, path: "\(folder)/examples/p.yaml")
        guard let document, !problems.hasErrors else { return problems }
        let inspector = FileInspector()
        // As many rounds as there are columns that may turn out wider.
        for _ in 0..<50 {
            let (plan, diagnostics) = Planner(inspector: inspector, options: PlanningOptions()).plan(document)
            let all = problems + diagnostics
            guard let plan, !diagnostics.hasErrors else { return all }
            for format in PlanFormat.allCases { _ = PlanRenderer().render(plan, as: format) }
            guard staysWithin(folder, plan), EmbeddedEngine.obstacles(to: plan).isEmpty else { return all }
            let options = RunOptions(workers: 2, temporaryDirectory: folder, logOutput: { _ in })
            do {
                _ = try EmbeddedEngine(connectors: LocalConnectors(), options: options).run(plan)
                return all
            } catch let error as DiagnosticsError {
                return all + error.diagnostics
            } catch let drift as SchemaDrift {
                inspector.widen(drift)
            } catch {
                Issue.record("an error that is no diagnostic: \(error)\n\(text)")
                return all
            }
        }
        Issue.record("types kept widening:\n\(text)")
        return []
    }

    private static func staysWithin(_ folder: String, _ plan: Plan) -> Bool {
        plan.steps.allSatisfy { step in
            switch step.operation {
            case .read(let read): isWithin(folder, read.pattern)
            case .write(let write): isWithin(folder, write.path)
            case .matchFiles: false
            default: true
            }
        }
    }

    private static func isWithin(_ folder: String, _ path: String) -> Bool {
        path.hasPrefix(folder + "/examples/") && !path.contains("..")
    }
}

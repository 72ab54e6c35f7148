import Connectors
import DataModel
import Diagnostics
import Engine
import PipelineSpec
import Planning
import Platform
import Workers

/// Runs a pipeline's tests.
struct PipelineTester {
    /// Rows that a created test takes from each source.
    private static let sampleRows = 10

    let loader: PipelineLoader
    /// Where the tests run, where that is not the embedded engine.
    var session: TargetSession?

    private var engine: EmbeddedEngine {
        let options = RunOptions(workers: Host.coreCount, logOutput: { _ in })
        return EmbeddedEngine(
            connectors: LocalConnectors(workers: loader.workers.pool), workers: loader.workers.pool, options: options)
    }

    func report(_ tests: [TestSpec], of document: PipelineDocument) -> TestReport {
        TestReport(tests.map { result(of: $0, in: document) })
    }

    private func result(of spec: TestSpec, in document: PipelineDocument) -> TestReport.Result {
        while true {
            let test = PipelineTest(spec, of: document) { loader.plan($0) }
            guard let plan = test.plan else { return .failed(test, test.diagnostics) }
            do {
                return .ran(test.outcome(rows: try collect(plan, test.references)))
            } catch let drift as SchemaDrift {
                // The data of a source that is not mocked needs a wider type: the test is planned again with it.
                loader.inspector.widen(drift)
            } catch let error as DiagnosticsError {
                return .failed(test, error.diagnostics)
            } catch {
                return .failed(test, [Diagnostic(.testDiffers, "\(error)", at: spec.range)])
            }
        }
    }

    private func collect(_ plan: Plan, _ outputs: [OutputReference]) throws -> [OutputReference: [RowValue]] {
        guard let session else { return try engine.collect(plan, outputs: outputs) }
        let runner = try session.runner(loader.workers, isVerbose: false, showsProgress: false)
        return try runner.collect(plan, outputs)
    }

    func coverage(_ report: TestReport, of document: PipelineDocument) -> TestCoverage {
        let tests = report.results.map(\.test)
        let counts = tests.map { test -> [OutputReference: Int] in
            guard let plan = test.plan, let rows = try? collect(plan, test.coverageReferences) else { return [:] }
            return rows.mapValues(\.count)
        }
        return TestCoverage(document, tests: tests, rowCounts: counts)
    }

    /// Rewrites the files in which expectations differ from what came.
    func fix(_ report: TestReport, in document: PipelineDocument) throws {
        let outcomes = report.results.compactMap { result in
            if case .ran(let outcome) = result { outcome } else { nil }
        }
        guard outcomes.count == report.results.count else { throw CommandFailure.failed }
        let edits: [TextEdit]
        do throws(Diagnostic) {
            edits = try TestFix.edits(for: outcomes, in: document)
        } catch {
            Output.report([error])
            throw CommandFailure.failed
        }
        var files: [SourceFile] = []
        for edit in edits where !files.contains(where: { $0 === edit.range.file }) { files.append(edit.range.file) }
        for file in files {
            try write(TextEdit.apply(edits.filter { $0.range.file === file }, to: file), to: file.path)
        }
    }

    /// Adds a test whose mocks are samples of the sources.
    func create(for document: PipelineDocument, suite: TestSuiteDocument?) throws {
        let creation = TestCreation(document)
        let (plan, problems) = loader.plan(document)
        Output.report(problems)
        guard let plan, !problems.hasErrors else { throw CommandFailure.failed }
        let sources = creation.sources.compactMap { name in
            plan.steps.first { $0.name == name }.map { (name, OutputReference(step: $0.id)) }
        }
        do {
            let rows = try collect(plan, sources.map(\.1))
            let mocks = sources.map { name, reference in
                (name: name, rows: TestCreation.sample(rows[reference] ?? [], count: Self.sampleRows))
            }
            let number = document.tests.count + 1
            let text = try creation.text(name: "created test \(number)", mocks: mocks, suite: suite)
            try write(text, to: suite?.file.path ?? document.file.path)
        } catch let error as DiagnosticsError {
            Output.report(error.diagnostics)
            throw CommandFailure.failed
        } catch let error as Diagnostic {
            Output.report([error])
            throw CommandFailure.failed
        }
    }

    private func write(_ text: String, to path: String) throws {
        do throws(SystemError) {
            try OpenFile.write(Array(text.utf8), to: path)
        } catch {
            Output.message("error: \(error)\n")
            throw CommandFailure.environment
        }
        Output.message("wrote \(path)\n")
    }
}

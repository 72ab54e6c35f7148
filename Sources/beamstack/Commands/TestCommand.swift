import ArgumentParser
import Connectors
import DataModel
import Diagnostics
import Engine
import PipelineSpec
import Planning
import Platform

/// `beamstack test`: runs the tests that a pipeline's file holds.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run a pipeline's own tests.",
        discussion: """
            Tests stand in the file's 'tests:' block, or in a file of their own. Only what an expectation needs is run,
            sources are mocked, and nothing is written outside.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Argument(help: "The pipeline files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @OptionGroup var templates: TemplateArguments
    @OptionGroup var place: TargetArguments

    @Option(name: .customLong("test-suite"), help: "A file with the tests, instead of the pipeline's own.")
    var suite: String?

    @Option(help: "text or json.")
    var format = Format.text

    @Flag(help: "Rewrite expected rows to those that came, with as few changes to the file as possible.")
    var fix = false

    @Flag(help: "Add a test made from samples of the sources.")
    var create = false

    @Flag(help: "Show which transforms and outputs the tests reach.")
    var coverage = false

    func validate() throws {
        if suite != nil, files.count > 1 { throw ValidationError("--test-suite goes with one pipeline file") }
        if create, files.count > 1 { throw ValidationError("--create goes with one pipeline file") }
    }

    func run() throws {
        let variables = try templates.variables()
        var hasPassed = true
        let target = try Target(named: place.target, forPipeline: files.first ?? ".", workers: nil)
        let session = target.translated == nil ? nil : try TargetSession(target, workers: nil, memory: nil)
        defer { session?.close() }
        for file in files {
            let tester = PipelineTester(
                loader: PipelineLoader(
                    variables: variables, options: PlanningOptions(missingFilesAreErrors: true),
                    workers: WorkerSupport(for: file, use: .running)), session: session)
            let (document, problems) = tester.loader.document(file)
            Output.report(problems)
            guard let document, !problems.hasErrors else {
                hasPassed = false
                continue
            }
            if create { try tester.create(for: document, suite: try readSuite()) }
            // A created test has no expectations yet: they are filled as with --fix.
            let current = create ? tester.loader.document(file).document ?? document : document
            let suite = try readSuite()
            let report = tester.report(suite?.tests ?? current.tests, of: current)
            // What a created test lacks is no news; what is fixed is shown as it was.
            if !create { show(report, of: file, isOnly: files.count == 1) }
            if coverage { Output.write(tester.coverage(report, of: current).text) }
            if fix || create {
                try tester.fix(report, in: current)
            } else if !report.hasPassed {
                hasPassed = false
            }
        }
        if !hasPassed { throw CommandFailure.failed }
    }

    private func readSuite() throws -> TestSuiteDocument? {
        guard let suite else { return nil }
        let (document, problems) = TestSuiteDocument.read(path: suite)
        Output.report(problems)
        guard let document, !problems.hasErrors else { throw CommandFailure.failed }
        return document
    }

    private func show(_ report: TestReport, of file: String, isOnly: Bool) {
        // Differing rows stand in the report itself.
        Output.report(report.diagnostics.filter { $0.code != .testDiffers })
        switch format {
        case .json: Output.write(report.json.compact + "\n")
        case .text:
            if !isOnly { Output.write("\(file)\n") }
            Output.write(report.text(usesColor: Terminal.isTerminal(.output) && Environment["NO_COLOR"] == nil))
        }
    }
}

import ArgumentParser
import Deployment
import Diagnostics
import Engine
import Planning
import Platform
import Projects

/// `beamstack verify`: the same pipeline on several targets, and what they differ in.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Run a pipeline on several targets and compare what comes out.",
        discussion: """
            Outputs are compared as sets of rows, in which a row may stand several times. Nothing is written to their own
            places. What a target's plan has announced (see 'beamstack plan --target') is told apart from what it has not;
            the status is 1 where there is any of the latter, and 3 where nothing could be compared.
            """)

    @Argument(help: "The pipeline files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(help: ArgumentHelp("Targets; the others are compared with the first.", valueName: "names"))
    var targets = "local,flink,spark"

    @OptionGroup var templates: TemplateArguments

    @Option(help: "text or json.")
    var format = TestCommand.Format.text

    func validate() throws {
        if names.count < 2 { throw ValidationError("--targets takes at least two names, such as local,flink") }
        if Set(names).count < names.count { throw ValidationError("--targets names one twice") }
    }

    private var names: [String] { targets.split(separator: ",").map { String($0.filter { $0 != " " }) } }

    func run() throws {
        let variables = try templates.variables()
        var sessions: [TargetSession] = []
        defer { for session in sessions { session.close() } }
        for name in names {
            let target = try Target(named: name, forPipeline: files.first ?? ".", workers: nil)
            sessions.append(try TargetSession(target, workers: nil, memory: nil))
        }
        var report = VerificationReport(targets: names)
        for file in files {
            let loader = PipelineLoader(
                variables: variables, options: PlanningOptions(missingFilesAreErrors: true),
                workers: WorkerSupport(for: file, use: .running))
            let runner = PipelineRunner(
                loader: loader, workers: Host.coreCount, memoryBudget: RunOptions.defaultMemoryBudget,
                showsProgress: false, record: nil)
            do {
                try runner.run(file) { plan, cancellation in
                    let verification = try Verification(plan, support: loader.workers, cancellation: cancellation)
                    var runs: [Verification.Run] = []
                    for session in sessions {
                        if format == .text { Output.message("\(file) on \(session.target.definition.name) …\n") }
                        runs.append(try verification.run(on: session))
                    }
                    try report.add(file, runs, verification)
                    return []
                }
            } catch let error as DiagnosticsError {
                Output.report(error.diagnostics)
                report.addFailure(file, error.diagnostics)
            } catch let error as Diagnostic {
                Output.report([error])
                report.addFailure(file, [error])
            } catch is CommandFailure {
                report.addFailure(file, [])
            }
        }
        Output.write(format == .json ? report.json.pretty + "\n" : report.text)
        switch report.outcome {
        case .equal: return
        case .different: throw CommandFailure.failed
        case .incomparable: throw CommandFailure.environment
        }
    }
}

import ArgumentParser
import Diagnostics
import Planning
import Platform
import Projects

/// `beamstack validate`: all problems of one or many pipelines at once, without running anything.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check pipelines without running them.",
        discussion: """
            Names, types, expressions, paths and templates are checked, and all problems are reported at once.
            Nothing of a pipeline is executed; what could not be checked is said.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json, sarif
    }

    @Argument(help: "The pipeline files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @OptionGroup var templates: TemplateArguments

    @Option(help: "How problems are printed; json and sarif go to standard output.")
    var format = Format.text

    @Flag(help: "Report what only Beamstack accepts, and Beam would not.")
    var portable = false

    @Flag(name: .customLong("warnings-as-errors"), help: "Fail on warnings, too.")
    var warningsAsErrors = false

    func run() throws {
        var options = PlanningOptions(missingFilesAreErrors: false)
        options.portable = portable
        let variables = try templates.variables()
        var diagnostics: [Diagnostic] = []
        var unchecked: [String] = []
        for file in files {
            if Path.name(of: file) == Project.fileName {
                diagnostics += Project.load(path: file).diagnostics
                continue
            }
            let loader = PipelineLoader(
                variables: variables, options: options,
                workers: WorkerSupport(for: file, use: .validation, isQuiet: true))
            let (plan, problems) = loader.plan(file)
            diagnostics += problems
            unchecked += plan.map { Self.unchecked(in: $0) } ?? []
        }
        switch format {
        case .json: Output.write(JSONRenderer().render(diagnostics) + "\n")
        case .sarif: Output.write(SARIFRenderer(version: BeamstackVersion.number).render(diagnostics) + "\n")
        case .text:
            Output.report(diagnostics)
            for line in unchecked { Output.message("not checked: \(line)\n") }
            if files.count > 1 || !diagnostics.isEmpty || Terminal.isTerminal(.error) {
                let checked = files.count == 1 ? files[0] : "\(files.count) files"
                Output.message("\(checked): \(Output.summary(of: diagnostics))\n")
            }
        }
        let isFailure = diagnostics.hasErrors || warningsAsErrors && diagnostics.contains { $0.severity == .warning }
        if isFailure { throw CommandFailure.failed }
    }

    /// What only a run can tell.
    private static func unchecked(in plan: Plan) -> [String] {
        plan.steps.flatMap { step -> [String] in
            let place = "\(step.range?.location ?? plan.path): step '\(step.name)'"
            if case .foreign(let foreign) = step.operation {
                if foreign.description != nil { return [] }
                return ["\(place) needs \(foreign.requirement): \(foreign.reason)"]
            }
            return step.operation.functions.map { "\(place) runs in a worker: \($0.reason)" }
        }
    }
}

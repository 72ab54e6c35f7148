public import ArgumentParser
import Diagnostics
import PipelineSpec
public import Planning
import Platform
import Translation

/// `beamstack plan`: what a pipeline means.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show the typed graph that a pipeline becomes.",
        discussion:
            "Schemas of every edge, what runs fused, what breaks the flow, what is foreign and why. With --target: how each step runs there."
    )

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var templates: TemplateArguments
    @OptionGroup var place: TargetArguments

    @Option(help: "text, json, dot, mermaid or svg.")
    var format = PlanFormat.text

    @Flag(help: "Show the file as templates render it instead.")
    var rendered = false

    @Flag(help: "Ask no worker: nothing of the pipeline's own code is run, and what only it knows stays open.")
    var `static` = false

    func run() throws {
        let variables = try templates.variables()
        if rendered {
            let (text, diagnostics) = DocumentReader(variables: variables).render(path: file)
            Output.report(diagnostics)
            guard let text else { throw CommandFailure.failed }
            Output.write(text.text)
            return
        }
        let options = PlanningOptions(missingFilesAreErrors: false)
        let loader = PipelineLoader(
            variables: variables, options: options,
            workers: WorkerSupport(for: file, use: `static` ? .validation : .planning))
        let (plan, diagnostics) = loader.plan(file)
        Output.report(diagnostics)
        guard let plan, !diagnostics.hasErrors else { throw CommandFailure.failed }
        if let engine = try Target(named: place.target, forPipeline: file, workers: nil).translated {
            let report = TargetReport(plan: plan, program: Translator(engine).program(for: plan))
            switch format {
            case .text: Output.write(report.text)
            case .json: Output.write(report.json.pretty + "\n")
            default: throw ValidationError("with --target a plan is shown as text or json")
            }
            // Places and hints, beside the overview.
            Output.report(report.program.obstacles)
            if !report.program.obstacles.isEmpty { throw CommandFailure.failed }
            return
        }
        Output.write(PlanRenderer().render(plan, as: format))
    }
}

extension PlanFormat: ExpressibleByArgument {}

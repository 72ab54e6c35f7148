public import ArgumentParser
import Diagnostics
import PipelineSpec
public import Planning

/// `beamstack plan`: what a pipeline means.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show the typed graph that a pipeline becomes.",
        discussion: "Schemas of every edge, what runs fused, what breaks the flow, what is foreign and why.")

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var templates: TemplateArguments

    @Option(help: "text, json, dot, mermaid or svg.")
    var format = PlanFormat.text

    @Flag(help: "Show the file as templates render it instead.")
    var rendered = false

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
        let (plan, diagnostics) = PipelineLoader(variables: variables, options: options).plan(file)
        Output.report(diagnostics)
        guard let plan, !diagnostics.hasErrors else { throw CommandFailure.failed }
        Output.write(PlanRenderer().render(plan, as: format))
    }
}

extension PlanFormat: ExpressibleByArgument {}

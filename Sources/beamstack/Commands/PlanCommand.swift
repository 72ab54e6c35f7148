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

    @Option(
        help: ArgumentHelp(
            "Run a sample of the input here, into nowhere, and say what this size of input needs: 1x, 100x, 500GB.",
            valueName: "size"))
    var scale: InputScale?

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
        let target = try Target(named: place.target, forPipeline: file, workers: nil)
        if let engine = target.translated {
            var report = TargetReport(plan: plan, program: Translator(engine).program(for: plan))
            if report.program.obstacles.isEmpty { report.estimate = try estimate(plan, on: target, loader) }
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
        guard scale == nil else {
            let estimate = try estimate(plan, on: target, loader)
            switch format {
            case .text: Output.write(estimate.text)
            case .json: Output.write(estimate.json.pretty + "\n")
            default: throw ValidationError("with --scale a plan is shown as text or json")
            }
            return
        }
        Output.write(PlanRenderer().render(plan, as: format))
    }

    /// What the plan needs there; with `--scale` after a run of a sample here.
    private func estimate(_ plan: Plan, on target: Target, _ loader: PipelineLoader) throws -> Estimate {
        let store = ProfileStore(pipeline: file)
        guard let scale else {
            return TargetEstimation(plan, on: target).estimate(profile: store.profile(of: plan))
        }
        guard !`static` else { throw ValidationError("--scale runs a sample of the pipeline, which --static forbids") }
        let support = WorkerSupport(for: file, use: .running)
        let profile = try SampleRun(plan: plan, support: support).profile()
        try store.keep(profile, of: plan)
        let sizes = InputMeasurement.sizes(of: plan)
        let scaled = Set(InputSize.scaled(sizes))
        let bytes = sizes.reduce(0) { $0 + (scaled.contains($1.step) ? $1.bytes : 0) }
        return TargetEstimation(plan, on: target).estimate(scale: scale.factor(of: bytes), profile: profile)
    }
}

extension PlanFormat: ExpressibleByArgument {}

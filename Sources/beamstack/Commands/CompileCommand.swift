import ArgumentParser
import Diagnostics
import Planning
import Platform
import Translation

/// `beamstack compile`: the program of another engine that a pipeline becomes.
struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile", abstract: "Print the program that a pipeline becomes on another engine.",
        discussion: "What `run --target` hands over, to be read, or run by hand.")

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var templates: TemplateArguments
    @OptionGroup var place: TargetArguments

    @Option(help: "Write the program's files into this folder instead.", completion: .directory)
    var output: String?

    func run() throws {
        var target = try Target(named: place.target, forPipeline: file, workers: nil)
        if target.translated == nil, place.target == nil {
            target = try Target(named: "spark", forPipeline: file, workers: nil)
        }
        guard let engine = target.translated else {
            throw ValidationError("the embedded engine runs plans, not programs; 'beamstack plan' shows the plan")
        }
        let loader = PipelineLoader(
            variables: try templates.variables(), options: PlanningOptions(missingFilesAreErrors: false),
            workers: WorkerSupport(for: file, use: .planning))
        let (plan, diagnostics) = loader.plan(file)
        Output.report(diagnostics)
        guard let plan, !diagnostics.hasErrors else { throw CommandFailure.failed }
        let program = Translator(engine).program(for: plan)
        guard program.obstacles.isEmpty else {
            Output.report(program.obstacles)
            throw CommandFailure.failed
        }
        guard let output else {
            // One text is the program itself; of several each is told by its name.
            for file in program.files {
                if program.files.count > 1 { Output.write("# ---- \(file.name)\n\n") }
                Output.write(file.text)
            }
            return
        }
        try FileSystem.createDirectories(output)
        for file in program.files {
            let path = Path.join(output, file.name)
            try OpenFile.write(Array(file.text.utf8), to: path)
            Output.message("\(path)\n")
        }
    }
}

import ArgumentParser
import Diagnostics
import Platform
import Projects

/// `beamstack deploy pipeline`: starts a pipeline and leaves it alone.
struct DeployCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Start a pipeline and return.",
        discussion: """
            Prints the job's identifier as soon as the target has taken the job. What is wrong with the pipeline is told
            before that, as by 'beamstack run'.
            """,
        subcommands: [Pipeline.self], defaultSubcommand: Pipeline.self)

    struct Pipeline: PipelineCommand {
        static let configuration = CommandConfiguration(
            commandName: "pipeline", abstract: "Start a pipeline and return; 'pipeline' may be left out.")
        static let recordedName = "deploy"

        @OptionGroup var pipeline: RunArguments

        @Flag(name: [.short, .long], help: "Print nothing but the job's identifier.")
        var quiet = false

        var showsProgress: Bool { !quiet }

        func run(as arguments: [String]) throws {
            let job = try job()
            guard job.canBeReadAgain else {
                // What is wrong with the name is told in the usual way.
                if (try? FileSystem.status(of: pipeline.file))??.kind != .other { return try job.execute(nil) }
                throw ValidationError("deploy takes a file that can be read again; '\(pipeline.file)' is none")
            }
            let appearance = Terminal.Appearance(isOutput: false, isError: false, width: nil)
            guard let detached = try DetachedJob(job, arguments, appearance: appearance) else {
                throw CommandFailure.failed
            }
            try detached.waitUntilTaken()
            Output.write(detached.id + "\n")
            if quiet { return }
            Output.message("'beamstack logs \(detached.id) -f' follows it, 'beamstack stop \(detached.id)' ends it\n")
        }
    }
}

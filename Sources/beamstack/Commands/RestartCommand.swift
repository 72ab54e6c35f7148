import ArgumentParser
import Diagnostics
import Platform
import Projects

/// `beamstack restart ID`
struct RestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Run a job's pipeline again, with the same variables on the same target.",
        discussion: "The pipeline is read as it is now. Variables that looked like secrets have to be given again.")

    @Argument(help: "The job.")
    var job: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Another value for a template variable.", valueName: "key=value"))
    var assignments: [String] = []

    func run() throws {
        let store = try JobSupport.store()
        let record = try JobSupport.keeper(store).refreshed(try store.find(job)).record
        guard record.state.isFinal else {
            throw Diagnostic(
                .jobRunning, "'\(record.id)' is \(record.state.rawValue)", at: nil,
                hint: "'beamstack stop \(record.id)' ends it")
        }
        let arguments = try record.restartArguments(supplied: assignments)
        do {
            try FileSystem.changeDirectory(to: record.workingDirectory)
        } catch {
            throw Diagnostic(.jobNotRestartable, "the folder that the job ran in is gone: \(error)", at: nil)
        }
        let all = arguments + ["--restart-of", record.id]
        guard let command = try Beamstack.parseAsRoot(all) as? any PipelineCommand else {
            throw Diagnostic(
                .jobNotRestartable, "'\(record.options.command)' is no command that runs pipelines", at: nil)
        }
        try command.run(as: all)
    }
}

import ArgumentParser
import Diagnostics
import Platform

/// The command line: parse, call a library, render. One file a command.
@main
struct Beamstack: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "beamstack",
        abstract: "From a few lines of Beam YAML to a running, monitored pipeline.",
        discussion: """
            Results go to standard output, messages and progress to standard error.
            Exit status: 0 success, 1 the pipeline or check failed, 2 wrong usage, 3 the environment lacks something.
            """,
        version: BeamstackVersion.text,
        subcommands: [
            RunCommand.self, DeployCommand.self, ValidateCommand.self, PlanCommand.self, VerifyCommand.self,
            CompileCommand.self,
            TestCommand.self,
            DocsCommand.self, InitCommand.self, TargetsCommand.self,
            JobsCommand.self, LogsCommand.self, StopCommand.self, RestartCommand.self,
            CreateCommand.self, InfoCommand.self, OpenCommand.self, ScaleCommand.self, DeleteCommand.self,
            ExplainCommand.self, EnvironmentsCommand.self, VersionCommand.self, CompletionsCommand.self,
            SuperviseClusterCommand.self, CarryJobCommand.self,
        ])

    static func main() {
        Signals.ignoreBrokenPipes()
        Interruption.install()
        // Expressions and YAML nest: a deep stack turns depth limits, not the machine's stack, into the bound.
        let status = Threads.runWithLargeStack { ExitStatus.of { try runCommand() } }
        exitProcess(status)
    }

    private static func runCommand() throws {
        try suggestCommand()
        var command = try parseAsRoot()
        try command.run()
    }

    /// A misspelt command is told apart from superfluous arguments.
    private static func suggestCommand() throws {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), !names.contains(word) else {
            return
        }
        let hidden = configuration.subcommands.filter { !$0.configuration.shouldDisplay }
        let shown = names.filter { name in !hidden.contains { $0.configuration.commandName == name } }
        let hint = Suggestion.hint(for: word, among: shown, listing: "commands").map { "; \($0)" } ?? ""
        Output.message("error: there is no command '\(word)'\(hint)\n")
        throw CommandFailure(status: .usage)
    }
}

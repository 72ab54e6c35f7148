import ArgumentParser
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
            RunCommand.self, ValidateCommand.self, PlanCommand.self, TestCommand.self, DocsCommand.self,
            ExplainCommand.self, VersionCommand.self, CompletionsCommand.self,
        ])

    static func main() {
        Signals.ignoreBrokenPipes()
        Interruption.install()
        // Expressions and YAML nest: a deep stack turns depth limits, not the machine's stack, into the bound.
        let status = Threads.runWithLargeStack { ExitStatus.of { try runCommand() } }
        exitProcess(status)
    }

    private static func runCommand() throws {
        var command = try parseAsRoot()
        try command.run()
    }
}

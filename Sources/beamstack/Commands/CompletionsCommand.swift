import ArgumentParser

/// `beamstack completions bash|zsh|fish`
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print a shell's completion script.",
        discussion: "For example: beamstack completions bash > ~/.local/share/bash-completion/completions/beamstack")

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() {
        let script: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Output.write(Beamstack.completionScript(for: script) + "\n")
    }
}

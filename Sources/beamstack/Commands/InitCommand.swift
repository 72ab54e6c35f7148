import ArgumentParser
import Platform
import Projects

/// `beamstack init`
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Begin a project: beamstack.yaml, a first pipeline and its data.",
        discussion: "Nothing is overwritten.")

    @Argument(help: "The folder; it is made if it does not exist.", completion: .directory)
    var folder = "."

    func run() throws {
        let files = try ProjectTemplate.write(to: folder == "." ? "" : folder)
        for file in files { Output.message("wrote \(file)\n") }
        let change = folder == "." ? "" : "cd \(folder) && "
        Output.message("\nnow: \(change)beamstack run orders.yaml\n")
    }
}

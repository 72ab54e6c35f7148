import ArgumentParser
import Diagnostics
import Projects

/// `beamstack targets`
struct TargetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "targets", abstract: "List where pipelines can run: what '--target' takes.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Argument(help: "The pipeline file whose project is meant; that of the working directory if left out.")
    var file = "."

    @Option(help: "text or json.")
    var format = Format.text

    func run() throws {
        let project = try Target.project(forPipeline: file == "." ? "./pipeline" : file)
        let listing = TargetListing(project, clusters: Target.clusters)
        Output.write(format == .json ? listing.json.pretty + "\n" : listing.text)
        if let path = project.path { Output.message("defined in \(path)\n") }
    }
}

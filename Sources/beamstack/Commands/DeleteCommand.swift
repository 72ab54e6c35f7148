import ArgumentParser
import Deployment

/// `beamstack delete NAME`
struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "End a cluster and remove all that belongs to it: processes, logs, checkpoints.")

    @Argument(help: "A cluster, or several.")
    var names: [String]

    @Flag(help: "Also where it runs jobs.")
    var force = false

    func run() throws {
        let manager = try ClusterSupport.manager()
        for name in names {
            try manager.delete(name, force: force)
            Output.message("deleted '\(name)'\n")
        }
    }
}

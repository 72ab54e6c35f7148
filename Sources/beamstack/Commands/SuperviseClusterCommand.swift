import ArgumentParser
import Deployment
import Platform

/// `beamstack supervise-cluster FOLDER`: what `create` starts to look after a cluster.
struct SuperviseClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervise-cluster", abstract: "Keep the processes of a cluster running.", shouldDisplay: false)

    @Argument(help: "The cluster's folder.")
    var folder: String

    func run() throws {
        let supervisor = ClusterSupervisor(folder: folder)
        Interruption.whenInterrupted { supervisor.stop() }
        do throws(SystemError) {
            if try !supervisor.run() { Output.message("the cluster has a supervisor already\n") }
        } catch {
            Output.message("error: \(error)\n")
            throw CommandFailure.environment
        }
    }
}

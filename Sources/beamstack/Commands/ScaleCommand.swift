import ArgumentParser
import Deployment
import Platform

/// `beamstack scale NAME --workers N`
struct ScaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Give a cluster another number of workers.",
        discussion: "What runs on a worker that is taken away starts again on those that stay.")

    @Argument(help: "A cluster.")
    var name: String

    @Option(help: "TaskManagers, or Spark workers.")
    var workers: Int

    func run() throws {
        let start = MonotonicClock.seconds
        let record = try ClusterSupport.manager().scale(name, workers: workers)
        let elapsed = ProgressLine.seconds(MonotonicClock.seconds - start)
        Output.message(
            "'\(name)' has \(workers) worker\(workers == 1 ? "" : "s"), \(record.totalSlots) slots, in \(elapsed)\n")
    }
}

import ArgumentParser
import Deployment
import Diagnostics
import Platform
import Translation

/// `beamstack create`: clusters on this machine.
struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a Flink or Spark cluster on this machine.",
        discussion: """
            A cluster is a few processes that listen on 127.0.0.1 only, watched over by one of their own, which starts
            again what is lost. The engine is the one that FLINK_HOME or SPARK_HOME names, or one that --install gets
            from PyPI. A cluster that is down, say after a restart of the machine, is brought back by the same command.
            """,
        subcommands: [Flink.self, Spark.self])

    /// `beamstack create flink NAME`
    struct Flink: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a Flink session cluster: a JobManager and TaskManagers.")

        @OptionGroup var options: ClusterOptions

        func run() throws { try options.create(.flink) }
    }

    /// `beamstack create spark NAME`
    struct Spark: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a Spark standalone cluster: a Master and Workers.")

        @OptionGroup var options: ClusterOptions

        func run() throws { try options.create(.spark) }
    }
}

/// What a cluster is asked to be.
struct ClusterOptions: ParsableArguments {
    @Argument(help: "A name of your own: lower-case letters, digits and '-'.")
    var name: String

    @Option(help: "TaskManagers, or Spark workers. (default: 1)")
    var workers: Int?

    @Option(help: "Tasks that each worker runs at once. (default: the machine's cores, divided among the workers)")
    var slots: Int?

    @Option(help: "Memory of each worker, such as 2GB. (default: 1.8 GB for Flink, 1 GB for Spark)")
    var memory: ByteCount?

    @Option(help: ArgumentHelp("Which version of the engine, such as 2.3.0.", valueName: "version"))
    var engineVersion: String?

    @Flag(help: "Install the engine from PyPI, if it is not on this machine.")
    var install = false

    fileprivate func create(_ engine: TargetEngine) throws {
        let request = ClusterRequest(
            name: name, engine: engine, workers: workers, slots: slots,
            memoryInBytes: memory.map { Int64($0.bytes) })
        var start = MonotonicClock.seconds
        let record = try ClusterSupport.manager().create(request) { () throws(Diagnostic) in
            let found = try ClusterSupport.installation(engine, version: engineVersion, installs: install)
            Output.message("starting \(engine.title) \(found.version)\n")
            start = MonotonicClock.seconds
            return found
        }
        let size = record.size
        Output.message(
            """
            cluster '\(record.name)' is ready in \(ProgressLine.seconds(MonotonicClock.seconds - start)): \
            \(size.workers) worker\(size.workers == 1 ? "" : "s") of \(size.slots) \
            slot\(size.slots == 1 ? "" : "s") and \(ClusterSize.text(size.memoryInBytes))
              address   \(record.address)
              web page  \(record.webAddress)
              logs      \(record.logFolder)

            """)
    }
}

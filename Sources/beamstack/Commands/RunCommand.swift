import ArgumentParser
import Connectors
import Diagnostics
import Engine
import Planning
import Platform
import Projects

/// `beamstack run`: executes a pipeline on the embedded engine.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline.",
        discussion: """
            Rows of LogForTesting go to standard output, one JSON object a line. Files appear whole or not at all.
            Results are the same whatever the number of workers. With --target another engine runs it.
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var templates: TemplateArguments
    @OptionGroup var place: TargetArguments

    @Option(help: "Threads that work at once (default: one a core).")
    var workers: Int?

    @Option(
        help:
            "Memory for grouping and joining before they spill to disk, such as 512MB (default: 2GiB); on Spark the driver's."
    )
    var memory: ByteCount?

    @Flag(name: [.short, .long], help: "Print neither progress nor a summary.")
    var quiet = false

    @Flag(help: "Print what the target's engine prints.")
    var verbose = false

    @Flag(name: .customLong("no-record"), help: "Leave no record of the run for 'beamstack jobs'.")
    var leavesNoRecord = false

    @Option(help: .hidden)
    var restartOf: String?

    func validate() throws {
        if let workers, workers < 1 || workers > 1024 {
            throw ValidationError("--workers takes a number from 1 to 1024")
        }
    }

    func run() throws {
        let options = PlanningOptions(missingFilesAreErrors: true)
        let variables = try templates.variables()
        let loader = PipelineLoader(
            variables: variables, options: options,
            workers: WorkerSupport(for: file, use: .running))
        let target = try Target(named: place.target, forPipeline: file, workers: workers)
        let threads = workers ?? target.definition.parallelism ?? Host.coreCount
        let memory = memory?.bytes ?? (target.definition.engine == .embedded ? target.definition.memory : nil)
        let record = leavesNoRecord ? nil : RunRecord(self, on: target, variables: variables)
        let runner = PipelineRunner(
            loader: loader, workers: threads, memoryBudget: memory ?? RunOptions.defaultMemoryBudget,
            showsProgress: !quiet, record: record)
        switch target.engine {
        case .embedded: try runner.run(file)
        case .spark(let master):
            let spark = SparkRunner(
                master: master, workers: threads, memory: memory, settings: try target.sparkSettings,
                isVerbose: verbose, showsProgress: !quiet, support: loader.workers, recorder: record?.recorder)
            try runner.run(file) { plan, cancellation in try spark.run(plan, cancellation) }
        case .flink(let address):
            let flink = try FlinkRunner(
                address: address, parallelism: workers ?? target.definition.parallelism, memory: memory,
                settings: try target.settings, isVerbose: verbose, showsProgress: !quiet, support: loader.workers,
                recorder: record?.recorder)
            defer { flink.close() }
            try runner.run(file) { plan, cancellation in try flink.run(plan, cancellation) }
        }
    }
}

/// A number of bytes with a unit.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    init(bytes: Int) {
        self.bytes = bytes
    }

    init?(argument: String) {
        guard let bytes = ByteSize.bytes(of: argument) else { return nil }
        self.bytes = bytes
    }
}

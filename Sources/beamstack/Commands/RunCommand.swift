import ArgumentParser
import Connectors
import Diagnostics
import Engine
import Planning
import Platform

/// `beamstack run`: executes a pipeline on the embedded engine.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline on this machine.",
        discussion: """
            Rows of LogForTesting go to standard output, one JSON object a line. Files appear whole or not at all.
            Results are the same whatever the number of workers.
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var templates: TemplateArguments

    @Option(help: "Threads that work at once (default: one a core).")
    var workers: Int?

    @Option(help: "Memory for grouping and joining before they spill to disk, such as 512MB or 4GB.")
    var memory: ByteCount = ByteCount(bytes: RunOptions.defaultMemoryBudget)

    @Flag(name: [.short, .long], help: "Print neither progress nor a summary.")
    var quiet = false

    func validate() throws {
        if let workers, workers < 1 || workers > 1024 {
            throw ValidationError("--workers takes a number from 1 to 1024")
        }
    }

    func run() throws {
        let options = PlanningOptions(missingFilesAreErrors: true)
        let loader = PipelineLoader(
            variables: try templates.variables(), options: options,
            workers: WorkerSupport(for: file, use: .running))
        let runner = PipelineRunner(
            loader: loader, workers: workers ?? Host.coreCount, memoryBudget: memory.bytes, showsProgress: !quiet)
        try runner.run(file)
    }
}

/// A number of bytes with a unit.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    init(bytes: Int) {
        self.bytes = bytes
    }

    init?(argument: String) {
        let units: [(String, Int)] = [
            ("KIB", 1 << 10), ("MIB", 1 << 20), ("GIB", 1 << 30), ("TIB", 1 << 40), ("KB", 1000), ("MB", 1_000_000),
            ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("B", 1),
        ]
        let text = argument.uppercased()
        let (suffix, scale) = units.first { text.hasSuffix($0.0) } ?? ("", 1)
        guard let number = Double(text.dropLast(suffix.count)), number > 0 else { return nil }
        let bytes = number * Double(scale)
        guard bytes >= Double(1 << 20), bytes < 1e15 else { return nil }
        self.bytes = Int(bytes)
    }

    var defaultValueDescription: String { "\(bytes >> 30)GiB" }
}

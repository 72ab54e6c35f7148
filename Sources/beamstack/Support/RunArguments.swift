import ArgumentParser
import Projects

/// What the commands take that run pipelines.
struct RunArguments: ParsableArguments {
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

    @Flag(help: "Print what the target's engine prints.")
    var verbose = false

    @Option(help: .hidden)
    var restartOf: String?

    func validate() throws {
        if let workers, workers < 1 || workers > 1024 {
            throw ValidationError("--workers takes a number from 1 to 1024")
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

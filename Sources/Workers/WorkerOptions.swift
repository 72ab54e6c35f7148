import Platform

/// What the workers of a run may do, and where.
public struct WorkerOptions: Sendable {
    /// The folder of environments and compiled programs.
    public var cache: String
    /// Whether environments that are missing are made. Where they are not, opening a task throws `environment-missing`.
    public var installs: Bool
    /// The folder of the pipeline's file.
    public var pipelineFolder: String
    public var temporaryFolder: String
    /// Takes what workers print and what is installed, line by line; the step's name where it is known.
    public var log: @Sendable (_ step: String?, _ line: String) -> Void
    /// The folder of another worker package than the embedded one.
    var package: String?

    public init(
        cache: String = CacheFolder.standard, installs: Bool = true, pipelineFolder: String = ".",
        temporaryFolder: String? = nil,
        log: @escaping @Sendable (_ step: String?, _ line: String) -> Void = { _, _ in }
    ) {
        self.cache = cache
        self.installs = installs
        self.pipelineFolder = pipelineFolder
        self.temporaryFolder = temporaryFolder ?? Environment["TMPDIR"] ?? "/tmp"
        self.log = log
    }
}

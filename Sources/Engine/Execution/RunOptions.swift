/// How the embedded engine runs a plan.
public struct RunOptions: Sendable {
    /// Bytes of `memoryBudget` unless the user says otherwise.
    public static let defaultMemoryBudget = 2 << 30

    /// Threads that work at once; results do not depend on it.
    public var workers: Int
    /// Bytes that grouping and joining may hold before they spill to disk.
    public var memoryBudget: Int
    /// Where spilled state goes.
    public var temporaryDirectory: String
    /// Takes the rows of `LogForTesting`, as whole lines in the order of the rows.
    public var logOutput: @Sendable ([UInt8]) -> Void
    /// Whether a log step's prefix stands before its rows; without it every line is one JSON object.
    public var printsLogPrefixes: Bool

    public init(
        workers: Int, memoryBudget: Int = defaultMemoryBudget, temporaryDirectory: String = "/tmp",
        printsLogPrefixes: Bool = false,
        logOutput: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.workers = max(1, workers)
        self.memoryBudget = memoryBudget
        self.temporaryDirectory = temporaryDirectory
        self.printsLogPrefixes = printsLogPrefixes
        self.logOutput = logOutput
    }
}

/// What a run left behind.
public struct RunResult: Sendable {
    /// The files that were written, in the order of the steps.
    public let outputs: [String]
    public let metrics: RunMetrics
}

/// A wish to stop, checked before every morsel.
public final class Cancellation: Sendable {
    private let flag = AtomicFlag()

    public init() {}

    public func cancel() { flag.set() }
    public var isCancelled: Bool { flag.isSet }
}

public import DataModel
public import Diagnostics
public import Planning

/// Where foreign steps run. The embedded engine and the planner's inspector see only this.
public protocol WorkerHost: AnyObject, Sendable {
    /// Opens a task for inputs of the given schemas: makes its environment where it is missing and `installs` is set,
    /// starts a process, and has the configuration checked.
    ///
    /// Throws a diagnostic at the place in the pipeline that is at fault.
    func open(_ task: WorkerTask, inputs: [Schema], step: WorkerStep) throws(Diagnostic) -> any OpenTask
}

/// A task that has been opened. All calls block; any thread may call.
public protocol OpenTask: AnyObject, Sendable {
    var description: TaskDescription { get }
    /// Whether the files of `run` must carry event time, as `EventTimeColumns`; batches get theirs here.
    var wantsTime: Bool { get }

    /// Gives a batch to an idle worker, or to a new one. Throws a diagnostic if the worker fails as a whole.
    func process(_ batch: Batch, input: Int) throws -> TaskResult
    /// Has one worker read the inputs from Arrow stream files and write the outputs to such files.
    func run(inputs: [String], outputs: [String]) throws
    /// Tells a source what is needed of it; `nil` for all columns.
    func prune(columns: [String]?, comparisons: [FieldComparison]) throws
    /// The partitions of a source.
    func partitions() throws -> [TaskPartition]
    func read(_ partition: TaskPartition, emit: (Batch) throws -> Void) throws
    /// Starts writing with a worker of its own.
    func openSink() throws -> any TaskSink
    /// Ends the task in every process that has opened it.
    func close()
}

/// What a worker made of one batch.
public struct TaskResult: Sendable {
    /// For each output its rows with the output's schema (for an extending output: what it appends); `nil` for none.
    /// Timestamps and windows are set already.
    public let batches: [Batch?]
    /// For each output whether its rows are those of the input, one to one: the values of failed rows mean nothing.
    public let isOneToOne: [Bool]
    public let failures: [TaskFailure]

    public init(batches: [Batch?], isOneToOne: [Bool], failures: [TaskFailure]) {
        self.batches = batches
        self.isOneToOne = isOneToOne
        self.failures = failures
    }
}

/// A row that failed in a worker.
public struct TaskFailure: Sendable {
    public let row: Int
    /// The exception's type, such as `ValueError`.
    public let type: String
    public let message: String
    /// The traceback through the person's own code.
    public let trace: String
    /// Which of a step's functions failed, where it has several.
    public let function: Int

    public init(row: Int, type: String, message: String, trace: String, function: Int = 0) {
        self.row = row
        self.type = type
        self.message = message
        self.trace = trace
        self.function = function
    }
}

/// A part of a source; what is in it only the worker knows.
public struct TaskPartition: Sendable {
    public let content: JSONText
    public let byteCount: Int?

    public init(content: JSONText, byteCount: Int?) {
        self.content = content
        self.byteCount = byteCount
    }
}

/// `field operator literal`, which all rows that matter fulfil.
public struct FieldComparison: Sendable {
    public let field: String
    /// One of `==`, `!=`, `<`, `<=`, `>`, `>=`.
    public let comparison: String
    public let value: Value

    public init(field: String, comparison: String, value: Value) {
        self.field = field
        self.comparison = comparison
        self.value = value
    }
}

/// A sink at work; calls other than `encode` come from one thread at a time.
public protocol TaskSink: AnyObject, Sendable {
    /// The batch as the worker takes it; any thread may call.
    func encode(_ batch: Batch) throws -> [UInt8]
    /// Hands an encoded batch over. The worker writes it while the caller goes on: what it has to say of the batch comes
    /// out of the next call.
    func write(_ encoded: [UInt8]) throws
    /// Returns the bytes written.
    func prepare() throws -> Int64
    func commit() throws -> [String]
    func abort()
}

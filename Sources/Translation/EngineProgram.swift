public import DataModel
public import Diagnostics
import Expressions
public import Planning

/// A distributed engine, which takes over when one machine is outgrown.
public enum TargetEngine: String, Sendable, CaseIterable {
    case flink, spark

    /// As its makers write it.
    public var title: String {
        switch self {
        case .flink: "Apache Flink"
        case .spark: "Apache Spark"
        }
    }

    /// The SQL that it reads.
    var dialect: SQLDialect {
        switch self {
        case .flink: .flink
        case .spark: .spark
        }
    }
}

/// A plan as a program of another engine: texts that a person can read, and what the place has to bring and fetch.
///
/// The texts name files of the pipeline by their URLs. What the engine writes goes below a staging folder, which they
/// name as the variable `${staging}`; from there the outputs are published under their own names when the job has
/// finished, so that they appear whole or not at all.
public struct EngineProgram: Sendable {
    /// One text of the program.
    public struct File: Sendable {
        /// Such as `pipeline.sql`, `pipeline.py` or `functions.py`.
        public let name: String
        public let text: String

        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// Files that the engine reads.
    public struct Input: Sendable {
        public let step: Int
        /// What the program calls its rows.
        public let relation: String
        public let operation: ReadOperation

        public init(step: Int, relation: String, operation: ReadOperation) {
            self.step = step
            self.relation = relation
            self.operation = operation
        }
    }

    /// A topic that the engine reads, as just what a step gives.
    public struct TopicInput: Sendable {
        public let step: Int
        /// The table of the program that stands for it.
        public let relation: String

        public init(step: Int, relation: String) {
            self.step = step
            self.relation = relation
        }
    }

    /// What a step of the plan leaves behind below the staging folder.
    public struct Output: Sendable {
        public enum Purpose: Sendable {
            /// Files in the format that the pipeline asks for, to be published under their names; with windows in folders
            /// `window_start__=A/window_end__=B`, microseconds since the epoch.
            case files(WriteOperation, hasWindows: Bool)
            /// Rows of this schema as lines of JSON, for a step that ends on this machine: `log`, `assertEqual`.
            case rows(Schema)
        }

        public let step: Int
        /// The folder below the staging folder.
        public let folder: String
        public let purpose: Purpose

        public init(step: Int, folder: String, purpose: Purpose) {
            self.step = step
            self.folder = folder
            self.purpose = purpose
        }
    }

    public let engine: TargetEngine
    /// The main program first.
    public let files: [File]
    public let inputs: [Input]
    public let topicInputs: [TopicInput]
    public let outputs: [Output]
    /// How each step of the plan runs there, in the plan's order.
    public let steps: [StepTranslation]
    /// Packages that the Python functions need, as pip's requirement specifiers; `nil` where no Python runs.
    public let pythonRequirements: [String]?
    /// Whether it runs until somebody stops it.
    public let isStreaming: Bool
    /// Variables of the texts whose values nobody may see.
    public let secrets: [(name: String, value: String)]

    /// The outputs of steps whose rows the engine counts for us, by their numbers in the program less one.
    public let counted: [OutputReference]

    public init(
        engine: TargetEngine, files: [File], inputs: [Input], outputs: [Output], steps: [StepTranslation],
        pythonRequirements: [String]?, isStreaming: Bool = false, secrets: [(name: String, value: String)] = [],
        counted: [OutputReference] = [], topicInputs: [TopicInput] = []
    ) {
        self.engine = engine
        self.files = files
        self.inputs = inputs
        self.outputs = outputs
        self.steps = steps
        self.pythonRequirements = pythonRequirements
        self.isStreaming = isStreaming
        self.secrets = secrets
        self.counted = counted
        self.topicInputs = topicInputs
    }
}

/// How one step of a plan runs on an engine.
public struct StepTranslation: Sendable {
    public enum Mode: Sendable {
        /// In the engine's own terms.
        case native
        /// With Python functions, which the engine hosts; why its own terms do not do.
        case python(reason: String)
        /// On this machine, when the job has finished.
        case local(reason: String)
        case impossible(Diagnostic)
    }

    public let step: Int
    public let mode: Mode
    /// What comes out otherwise than on the embedded engine, in words for the user.
    public let differences: [String]

    public init(step: Int, mode: Mode, differences: [String] = []) {
        self.step = step
        self.mode = mode
        self.differences = differences
    }
}

public import DataModel
public import Diagnostics

/// What a task says of itself when it is opened.
public struct TaskDescription: Sendable {
    public enum Mode: String, Sendable {
        case elementwise
        /// One worker must see all rows.
        case collection
    }

    public struct Output: Sendable {
        public let name: String
        public let schema: Schema
        /// The input's fields come first and the host keeps them: the worker sends only what `schema` has beyond them.
        public let extendsInput: Bool
        /// Where the elements are no rows for Beam's transforms but what the only field holds: the worker's own description
        /// of their type.
        public let bareElement: String?

        public init(name: String, schema: Schema, extendsInput: Bool, bareElement: String? = nil) {
            self.bareElement = bareElement
            self.name = name
            self.schema = schema
            self.extendsInput = extendsInput
        }
    }

    public let mode: Mode
    public let outputs: [Output]
    /// For each input the indexes of the fields that the task reads.
    public let neededFields: [Set<Int>]
    /// Why the mode is what it is, in words, where the worker says.
    public let modeReason: String?

    public init(
        mode: Mode, outputs: [Output], neededFields: [Set<Int>], modeReason: String? = nil
    ) {
        self.modeReason = modeReason
        self.mode = mode
        self.outputs = outputs
        self.neededFields = neededFields
    }
}

/// What messages about a task name.
public struct WorkerStep: Sendable {
    public let name: String
    public let range: SourceRange?

    public init(name: String, range: SourceRange?) {
        self.name = name
        self.range = range
    }
}

public import DataModel
public import Diagnostics
public import Expressions

/// What a step does. Engines match on these few operations and never on the names of transforms.
public enum Operation: Sendable {
    /// Rows written down in the pipeline, in order.
    case create(rows: [RowValue])
    case read(ReadOperation)
    /// New rows: one expression a field, in the order of the output's schema.
    case project([ProjectedField])
    /// Keeps the rows for which the expression is true in Python's sense.
    case filter(RowExpression)
    /// Sends each row to the output named by a string expression.
    case partition(PartitionOperation)
    case explode(ExplodeOperation)
    /// Sets the event time: a number of seconds since the epoch or a timestamp.
    case assignTimestamps(RowExpression)
    /// Sets the windowing of the output; a row's windows follow from its timestamp.
    case window(Windowing)
    /// Appends properties of a row's event time.
    case extractWindowingInfo([WindowingInfoField])
    case aggregate(AggregateOperation)
    case join(JoinOperation)
    /// The rows of all inputs in the order of the inputs, brought to the output's schema by field name.
    case flatten
    /// Passes rows through.
    case reshuffle
    /// Prints each row as one JSON object on standard output and passes it through.
    case log(LogOperation)
    /// Fails the run unless the input has just these rows, as multisets.
    case assertEqual([Value])
    /// Rows that break the schema fail.
    case validate(JSONSchema)
    /// The field of an error row that holds the failing element.
    case stripErrorMetadata(field: Int)
    case matchFiles(MatchFilesOperation)
    case write(WriteOperation)
    /// What only another language or system can run.
    case foreign(ForeignOperation)
}

/// One field of a projection.
public struct ProjectedField: Sendable {
    public let name: String
    public let expression: RowExpression
    /// The expression in the file.
    public let range: SourceRange?

    public init(name: String, expression: RowExpression, range: SourceRange?) {
        self.name = name
        self.expression = expression
        self.range = range
    }
}

public struct PartitionOperation: Sendable {
    public let by: RowExpression
    /// The values that `by` may have, in the order of the step's first outputs.
    public let outputs: [String]
    /// The index of the step's output for all other values; `nil` makes them failures.
    public let unknownOutput: Int?

    public init(by: RowExpression, outputs: [String], unknownOutput: Int?) {
        self.by = by
        self.outputs = outputs
        self.unknownOutput = unknownOutput
    }
}

public struct ExplodeOperation: Sendable {
    /// Indexes of the list fields, in the order given.
    public let fields: [Int]
    /// Every combination of the fields' elements; otherwise side by side, the shorter padded with null.
    public let isCrossProduct: Bool

    public init(fields: [Int], isCrossProduct: Bool) {
        self.fields = fields
        self.isCrossProduct = isCrossProduct
    }
}

/// A property of a row's event time and the name of the field that takes it.
public struct WindowingInfoField: Sendable {
    public enum Property: String, Sendable, CaseIterable {
        case timestamp
        case windowStart = "window_start"
        case windowEnd = "window_end"
        /// `[0.0, 60.0)`, or `GlobalWindow`.
        case windowString = "window_string"
        /// `IntervalWindow` or `GlobalWindow`.
        case windowType = "window_type"
        case windowObject = "window_object"
        case paneInfo = "pane_info"
    }

    public let name: String
    public let property: Property

    public init(name: String, property: Property) {
        self.name = name
        self.property = property
    }
}

/// Groups by keys and windows and folds values.
public struct AggregateOperation: Sendable {
    public enum Function: String, Sendable, CaseIterable {
        case sum, max, min, all, any, mean, count, group, concat
    }

    public struct Call: Sendable {
        public let destination: String
        public let function: Function
        public let value: CompiledExpression
        public let range: SourceRange?

        public init(destination: String, function: Function, value: CompiledExpression, range: SourceRange?) {
            self.destination = destination
            self.function = function
            self.value = value
            self.range = range
        }
    }

    /// Indexes of the key fields; none for one group of everything. The output has the keys first, then the calls.
    public let keys: [Int]
    public let calls: [Call]
    /// The windows that are formed before grouping.
    public let windowing: Windowing

    public init(keys: [Int], calls: [Call], windowing: Windowing) {
        self.keys = keys
        self.calls = calls
        self.windowing = windowing
    }
}

/// Joins the inputs from left to right: `((in0 ⋈ in1) ⋈ in2) …`; null keys match nothing.
public struct JoinOperation: Sendable {
    public enum Kind: String, Sendable { case inner, left, right, outer }

    /// How one more input joins what stands to its left.
    public struct Stage: Sendable {
        public let kind: Kind
        /// Pairs of equal fields: one of an earlier input, one of this stage's input (`inputs[stage + 1]`).
        public let equalities: [(left: FieldReference, right: Int)]

        public init(kind: Kind, equalities: [(left: FieldReference, right: Int)]) {
            self.kind = kind
            self.equalities = equalities
        }
    }

    /// A field of one of the join's inputs.
    public struct FieldReference: Hashable, Sendable {
        public let input: Int
        public let field: Int

        public init(input: Int, field: Int) {
            self.input = input
            self.field = field
        }
    }

    public let stages: [Stage]
    /// Where each field of the output comes from, in order of the output's schema.
    public let outputs: [FieldReference]

    public init(stages: [Stage], outputs: [FieldReference]) {
        self.stages = stages
        self.outputs = outputs
    }
}

public struct LogOperation: Sendable {
    public let level: String
    public let prefix: String

    public init(level: String, prefix: String) {
        self.level = level
        self.prefix = prefix
    }
}

/// Lists files: one row `(path, size_in_bytes, last_updated_in_seconds)` a file, for each pattern of a field.
public struct MatchFilesOperation: Sendable {
    public enum EmptyMatchTreatment: String, Sendable, CaseIterable {
        case allow = "ALLOW"
        case disallow = "DISALLOW"
        case allowIfWildcard = "ALLOW_IF_WILDCARD"
    }

    public let patternField: Int
    public let emptyMatchTreatment: EmptyMatchTreatment

    public init(patternField: Int, emptyMatchTreatment: EmptyMatchTreatment) {
        self.patternField = patternField
        self.emptyMatchTreatment = emptyMatchTreatment
    }
}

/// A step that needs another language or system; planned, shown, and refused by engines that cannot host it.
public struct ForeignOperation: Sendable {
    /// What has to host it, such as `python`, `sql`, `java`, `javascript`, or a system such as `kafka`.
    public let requirement: String
    /// Why, in words for the user: the construct that left the native subset, or the connector.
    public let reason: String
    /// The construct in the file.
    public let range: SourceRange?
    /// The code to host, where the step has some.
    public let code: String?
    /// Packages or jars the code asks for.
    public let dependencies: [String]
    /// What a worker does for it; `nil` where no worker can.
    public let task: WorkerTask?
    /// What the worker said of the task, where it could be asked.
    public let description: TaskDescription?
    /// The topic that it reads or writes, where an engine with the connector can host it.
    public let topic: TopicAccess?

    public init(
        requirement: String, reason: String, range: SourceRange?, code: String? = nil, dependencies: [String] = [],
        task: WorkerTask? = nil, description: TaskDescription? = nil, topic: TopicAccess? = nil
    ) {
        self.requirement = requirement
        self.reason = reason
        self.range = range
        self.code = code
        self.dependencies = dependencies
        self.task = task
        self.description = description
        self.topic = topic
    }
}

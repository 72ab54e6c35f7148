public import DataModel
public import Diagnostics

/// What a pipeline means: a typed graph of steps. Engines and translations see this and nothing left of it.
///
/// Steps stand in topological order; a step's `id` is its index. Composites are flattened: their steps carry the
/// composite's name as a prefix.
public struct Plan: Sendable {
    public var steps: [Step]
    /// The pipeline's file, as the user named it.
    public let path: String

    public init(path: String, steps: [Step]) {
        self.path = path
        self.steps = steps
    }

    /// The schema, windowing and kind of one output.
    public subscript(reference: OutputReference) -> StepOutput {
        steps[reference.step].outputs[reference.output]
    }

    /// The steps that read an output, with the position of the input that does.
    public func consumers(of reference: OutputReference) -> [(step: Int, input: Int)] {
        steps.flatMap { step in
            step.inputs.enumerated().filter { $0.element.source == reference }.map { (step.id, $0.offset) }
        }
    }

    /// The steps that are foreign as a whole, each with what it needs.
    public var foreignSteps: [(step: Step, foreign: ForeignOperation)] {
        steps.compactMap { step in
            if case .foreign(let foreign) = step.operation { (step, foreign) } else { nil }
        }
    }
}

/// One output of one step.
public struct OutputReference: Hashable, Sendable {
    public let step: Int
    public let output: Int

    public init(step: Int, output: Int = 0) {
        self.step = step
        self.output = output
    }
}

/// One node of the graph: what a transform became.
public struct Step: Sendable {
    public let id: Int
    /// Unique in the plan: the transform's name, prefixed by its composites', such as `Clean/Filter`.
    public let name: String
    /// The transform's type as written, such as `MapToFields`; `Flatten` for an implied one.
    public let transform: String
    /// The transform in the file; for an implied step, what implies it.
    public let range: SourceRange?
    /// The expression that the step is about, such as a filter's, in the file.
    public let expressionRange: SourceRange?
    public let operation: Operation
    public let inputs: [StepInput]
    /// The main output first; a sink has none or its pass-through.
    public let outputs: [StepOutput]
    public let errorHandling: ErrorHandling?
    public let resourceHints: [ResourceHint]

    public init(
        id: Int, name: String, transform: String, range: SourceRange?, expressionRange: SourceRange? = nil,
        operation: Operation, inputs: [StepInput], outputs: [StepOutput], errorHandling: ErrorHandling? = nil,
        resourceHints: [ResourceHint] = []
    ) {
        self.id = id
        self.name = name
        self.transform = transform
        self.range = range
        self.expressionRange = expressionRange
        self.operation = operation
        self.inputs = inputs
        self.outputs = outputs
        self.errorHandling = errorHandling
        self.resourceHints = resourceHints
    }

    /// Whether another language or system takes part: the whole step, or functions in its expressions.
    public var isForeign: Bool {
        if case .foreign = operation { true } else { !operation.functions.isEmpty }
    }

    /// Whether a worker must see all rows of the inputs before any comes out.
    var isForeignBreaker: Bool {
        guard case .foreign(let foreign) = operation else { return false }
        return switch foreign.task?.kind {
        case .source, .sink: false
        case .transform: foreign.description?.mode != .elementwise
        case nil: true
        }
    }

    /// The index of the output that takes failing rows, where the step has one.
    public var errorOutput: Int? { outputs.firstIndex { $0.isErrorOutput } }
}

/// An edge into a step.
public struct StepInput: Sendable {
    /// The input's tag: `input` for a single one, the map's key otherwise.
    public let name: String
    public let source: OutputReference

    public init(name: String, source: OutputReference) {
        self.name = name
        self.source = source
    }
}

/// A collection that a step makes.
public struct StepOutput: Sendable {
    public let name: String
    /// `nil` where only a run can tell, as after a foreign step or a source whose files do not exist yet.
    public let schema: Schema?
    public let windowing: Windowing
    /// Whether the collection ends.
    public let isBounded: Bool
    /// Whether it takes the rows that failed.
    public let isErrorOutput: Bool
    /// Where its elements are no rows for Beam's transforms but what the only field holds: the worker's own description
    /// of their type.
    public let bareElement: String?

    public init(
        name: String, schema: Schema?, windowing: Windowing = .global, isBounded: Bool = true,
        isErrorOutput: Bool = false, bareElement: String? = nil
    ) {
        self.bareElement = bareElement
        self.name = name
        self.schema = schema
        self.windowing = windowing
        self.isBounded = isBounded
        self.isErrorOutput = isErrorOutput
    }
}

/// `error_handling`: failing rows go to an output instead of ending the run.
public struct ErrorHandling: Sendable {
    public let output: String
    /// The share of failing rows from 0 to 1 above which the run fails all the same.
    public let threshold: Double?

    public init(output: String, threshold: Double?) {
        self.output = output
        self.threshold = threshold
    }

    /// The rows of an error output: the failing row, `repr` of the exception, and where it happened.
    public static func schema(for element: Schema) -> Schema {
        Schema([Field("element", .row(element)), Field("msg", .string), Field("stack", .string)])
    }
}

/// `resource_hints` of a step: local runs ignore them, targets honour them.
public enum ResourceHint: Hashable, Sendable {
    case minRAM(bytes: Int64)
    case accelerator(String)
    case cpuCount(Int)
    case maxActiveBundlesPerWorker(Int)
}

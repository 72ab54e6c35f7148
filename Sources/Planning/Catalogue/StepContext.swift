import DataModel
import Diagnostics
import PipelineSpec

/// What a transform's rule knows while it is applied to one step.
final class StepContext {
    /// A collection that the step reads.
    struct Input {
        let name: String
        /// The reference in the file, or what implies it.
        let range: SourceRange
        /// The step that it comes from.
        let source: String
        let output: StepOutput
    }

    let spec: TransformSpec
    let name: String
    let inputs: [Input]
    let errorHandling: ErrorHandling?
    let services: PlanningServices
    private(set) var diagnostics: [Diagnostic] = []

    init(
        spec: TransformSpec, name: String, inputs: [Input], errorHandling: ErrorHandling?, services: PlanningServices
    ) {
        self.spec = spec
        self.name = name
        self.inputs = inputs
        self.errorHandling = errorHandling
        self.services = services
    }

    var config: YAMLNode? { spec.config }
    var schema: Schema? { inputs.first?.output.schema }
    var toleratesFailures: Bool { errorHandling != nil }

    /// A parameter's value; null counts as absent.
    subscript(parameter: String) -> YAMLNode? {
        config?[parameter].flatMap { $0.isNull ? nil : $0 }
    }

    func string(_ parameter: String) -> String? { self[parameter]?.string }
    func flag(_ parameter: String) -> Bool? { self[parameter]?.flag }

    func report(
        _ code: DiagnosticCode, severity: Diagnostic.Severity = .error, _ message: String, at range: SourceRange?,
        notes: [String] = [], hint: String? = nil, related: [Diagnostic.Related] = []
    ) {
        report(
            Diagnostic(code, severity: severity, message, at: range, notes: notes, hint: hint, related: related))
    }

    func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    func reportNotPortable(_ message: String, at range: SourceRange?, hint: String? = nil) {
        guard services.options.portable else { return }
        report(.notPortable, severity: .warning, message, at: range, hint: hint)
    }

    /// The index of a field of the input, or `nil` after reporting that there is none.
    func field(_ name: String, at range: SourceRange, in schema: Schema, verb: String = "reads") -> Int? {
        if let index = schema.index(of: name) { return index }
        report(
            .unknownInputField, "'\(name)' is not a field of the input", at: range,
            notes: ["input has: \(schema.names.prefix(40).joined(separator: ", "))"],
            hint: Suggestion.hint(for: name, among: schema.names, listing: "fields"))
        return nil
    }

    /// The names in a value that is one name or a list of them.
    func names(_ parameter: String) -> [(name: String, range: SourceRange)] {
        guard let node = self[parameter] else { return [] }
        return (node.sequence ?? [node]).compactMap { item in item.string.map { ($0, item.range) } }
    }

    /// The step as one whose types only a run can tell, since those of its input are not known.
    func unknown(outputs: [String] = ["output"]) -> StepResult {
        let source = inputs.first { $0.output.schema == nil }
        return StepResult(
            .foreign(
                ForeignOperation(
                    requirement: "schema",
                    reason: "the fields of its input '\(source?.source ?? "input")' are known only when it runs",
                    range: spec.typeRange)),
            outputs: outputs.map { StepResult.Output(name: $0, schema: nil) })
    }

    /// The step as one that something else has to host.
    func foreign(_ operation: ForeignOperation, schema: Schema?) -> StepResult {
        foreign(
            operation.requirement, operation.reason, at: operation.range, schema: schema, code: operation.code)
    }

    func foreign(
        _ requirement: String, _ reason: String, at range: SourceRange?, schema: Schema? = nil, code: String? = nil
    ) -> StepResult {
        let dependencies = self["dependencies"]?.sequence?.compactMap(\.string) ?? []
        return StepResult(
            .foreign(
                ForeignOperation(
                    requirement: requirement, reason: reason, range: range, code: code, dependencies: dependencies)),
            schema: schema)
    }
}

/// What a transform's rule makes of a step.
struct StepResult {
    struct Output {
        let name: String
        let schema: Schema?
        var bareElement: String?
    }

    /// A step that the planner puts before the one that the rule is about.
    struct Prelude {
        /// What its name ends with, after the step's own.
        let suffix: String
        let operation: Operation
        let schema: Schema
    }

    var operation: Operation
    /// Without the error output.
    var outputs: [Output]
    /// Steps before this one, in order; the first reads the step's input. None of them may fail into an error output.
    var preludes: [Prelude] = []
    /// Whether there may be outputs that nobody here knows of.
    var hasMoreOutputs = false
    /// Replaces that of the input.
    var windowing: Windowing?
    var isBounded = true
    /// The fields of the error output, where they are not the failing row and what is said of it.
    var errorSchema: Schema?
    /// The expression that the operation is about.
    var expressionRange: SourceRange?

    init(
        _ operation: Operation, schema: Schema?, expressionRange: SourceRange? = nil, preludes: [Prelude] = []
    ) {
        self.init(
            operation, outputs: [Output(name: "output", schema: schema)], expressionRange: expressionRange)
        self.preludes = preludes
    }

    init(
        _ operation: Operation, outputs: [Output], windowing: Windowing? = nil, expressionRange: SourceRange? = nil
    ) {
        self.expressionRange = expressionRange
        self.operation = operation
        self.outputs = outputs
        self.windowing = windowing
    }
}

/// What rules ask of the world.
struct PlanningServices {
    let inspector: any SourceInspector
    let loader: any TextLoader
    let options: PlanningOptions
    /// The pipeline's file: paths of callables may be relative to it.
    let path: String
}

extension YAMLNode {
    var flag: Bool? { if case .bool(let flag)? = scalar?.value { flag } else { nil } }
    var integer: Int64? { if case .int(let number)? = scalar?.value { number } else { nil } }
    var number: Double? {
        switch scalar?.value {
        case .int(let number)?: Double(number)
        case .float(let number)?: number
        default: nil
        }
    }
}

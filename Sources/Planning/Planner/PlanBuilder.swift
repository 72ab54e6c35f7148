import DataModel
import Diagnostics
import PipelineSpec

/// Builds one plan.
final class PlanBuilder {
    let document: PipelineDocument
    let catalogue: Catalogue
    let services: PlanningServices
    private(set) var steps: [Step] = []
    private(set) var diagnostics: [Diagnostic] = []
    private var consumed: Set<OutputReference> = []
    private var errorOutputs: [(reference: OutputReference, name: String, range: SourceRange)] = []
    private var names: Set<[UInt8]> = []
    private var missing: OutputReference?
    let providers: [String: ProvidedTransform]

    init(document: PipelineDocument, catalogue: Catalogue, services: PlanningServices) {
        self.document = document
        self.catalogue = catalogue
        self.services = services
        providers = ProvidedTransform.all(of: document.providers)
    }

    func plan() -> (plan: Plan?, diagnostics: [Diagnostic]) {
        reportPortability()
        let block = document.pipeline
        _ = plan(
            Block(
                isChain: block.isChain, source: block.source, transforms: block.transforms, sink: block.sink,
                extraTransforms: block.extraTransforms, output: .absent, windowing: block.windowing,
                label: "the pipeline"), inputs: [], prefix: "", depth: 0)
        for output in errorOutputs where !consumed.contains(output.reference) {
            report(
                .unconsumedErrorOutput, "nothing reads the error output '\(output.name)'", at: output.range,
                hint: "read '\(output.name)' in another transform, such as a sink for failing rows, or remove "
                    + "'error_handling'")
        }
        _ = resourceHints(block.resourceHints)
        guard !diagnostics.hasErrors else { return (nil, diagnostics) }
        return (Plan(path: document.file.path, steps: steps), diagnostics)
    }

    private func reportPortability() {
        guard services.options.portable else { return }
        if let node = document.root["pipeline"], node.sequence != nil {
            report(
                .notPortable, severity: .warning, "Beam needs a map below 'pipeline'", at: node.firstLine,
                hint: "write 'transforms:' above the list")
        }
        for provider in document.providers
        where provider.type.text == "yaml" && provider.range.file === document.file {
            report(
                .notPortable, severity: .warning, "Beam accepts 'yaml' providers only from included files",
                at: provider.type.range, hint: "move it to a file of its own and write '- include: FILE'")
        }
    }

    // MARK: Steps

    subscript(reference: OutputReference) -> StepOutput {
        guard reference.step < steps.count, reference.output < steps[reference.step].outputs.count else {
            return StepOutput(name: "output", schema: nil)
        }
        return steps[reference.step].outputs[reference.output]
    }

    func stepName(_ reference: OutputReference) -> String {
        reference.step < steps.count ? steps[reference.step].name : "input"
    }

    /// Appends a step whose name is made unique, and gives its outputs.
    func add(
        name: String, spec: TransformSpec, transform: String? = nil, operation: Operation,
        expressionRange: SourceRange? = nil, inputs: [StepInput], outputs: [StepOutput],
        errorHandling: ErrorHandling? = nil, hints: [ResourceHint] = []
    ) -> [OutputReference] {
        var unique = name
        var number = 2
        while !names.insert(Array(unique.utf8)).inserted {
            unique = "\(name) #\(number)"
            number += 1
        }
        let id = steps.count
        steps.append(
            Step(
                id: id, name: unique, transform: transform ?? spec.type.text, range: spec.typeRange,
                expressionRange: expressionRange, operation: operation, inputs: inputs, outputs: outputs,
                errorHandling: errorHandling,
                resourceHints: hints))
        return outputs.indices.map { OutputReference(step: id, output: $0) }
    }

    /// Stands for a collection that could not be planned, of which nothing is known.
    func missingCollection(for spec: TransformSpec) -> OutputReference {
        if let missing { return missing }
        let made = add(
            name: "missing", spec: spec,
            operation: .foreign(ForeignOperation(requirement: "input", reason: "it is missing", range: nil)),
            inputs: [], outputs: [StepOutput(name: "output", schema: nil)])[0]
        missing = made
        return made
    }

    func markConsumed(_ reference: OutputReference) { consumed.insert(reference) }

    func addErrorOutput(_ reference: OutputReference, name: String, at range: SourceRange) {
        errorOutputs.append((reference, name, range))
    }

    // MARK: Diagnostics

    func report(
        _ code: DiagnosticCode, severity: Diagnostic.Severity = .error, _ message: String, at range: SourceRange?,
        notes: [String] = [], hint: String? = nil, related: [Diagnostic.Related] = []
    ) {
        diagnostics.append(
            Diagnostic(code, severity: severity, message, at: range, notes: notes, hint: hint, related: related))
    }

    func report(_ problems: [Diagnostic]) { diagnostics += problems }
}

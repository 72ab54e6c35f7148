import DataModel
import Diagnostics
import PipelineSpec
import Testing

@testable import Planning

/// Documents with tests, a planner that knows connections only, and an engine that passes rows on.
enum PipelineTestFixtures {
    static let header = """
        pipeline:
          transforms:
            - type: ReadFromCsv
              name: A
              config: {path: /nowhere}
            - type: MapToFields
              name: B
              input: A
              config:
                fields: {x: x}
                error_handling: {output: bad}
            - type: Filter
              input: B.good
              config: {keep: x}
            - type: WriteToJson
              name: Out
              input: Filter
              config: {path: /nowhere}

        """

    static func document(_ text: String) throws -> PipelineDocument {
        let (document, diagnostics) = DocumentReader().read(text: text, path: "p.yaml")
        try #require(!diagnostics.hasErrors, "\(diagnostics.map(\.message))")
        return try #require(document)
    }

    static func prepared(_ tests: String, header: String = header) throws -> (PipelineDocument, [PipelineTest]) {
        let document = try document(header + tests)
        return (document, document.tests.map { PipelineTest($0, of: document, planner: plan) })
    }

    /// Every transform passes the rows of its inputs on, but what it calls `good` and `bad`.
    static func plan(_ document: PipelineDocument) -> (plan: Plan?, diagnostics: [Diagnostic]) {
        var steps: [Step] = []
        var pending = document.pipeline.transforms
        var known: [String: OutputReference] = [:]
        while let position = pending.firstIndex(where: { spec in
            spec.input.references.allSatisfy { known[$0.text] != nil }
        }) {
            let spec = pending.remove(at: position)
            let id = steps.count
            let name = (spec.name ?? spec.type).text
            let hasErrors = spec.config?["error_handling"] != nil
            let rows = spec.config?["elements"]?.testRows ?? []
            let inputs = spec.input.references.enumerated().compactMap { index, reference in
                known[reference.text].map { StepInput(name: "input\(index)", source: $0) }
            }
            var outputs = [StepOutput(name: hasErrors ? "good" : "output", schema: nil)]
            if hasErrors { outputs.append(StepOutput(name: "bad", schema: nil, isErrorOutput: true)) }
            steps.append(
                Step(
                    id: id, name: name, transform: spec.type.text, range: spec.range,
                    operation: inputs.isEmpty ? .create(rows: rows) : .flatten, inputs: inputs, outputs: outputs))
            known[name] = OutputReference(step: id)
            for (index, output) in outputs.enumerated() {
                known["\(name).\(output.name)"] = OutputReference(step: id, output: index)
            }
        }
        guard pending.isEmpty else {
            let code = DiagnosticCode("unknown-input", "", "")
            return (nil, pending.map { Diagnostic(code, "\($0.type.text) reads what is not there", at: $0.range) })
        }
        return (Plan(path: document.file.path, steps: steps), [])
    }

    /// The rows of each collection; a step's second output gets none.
    static func run(_ test: PipelineTest) -> TestOutcome {
        var rows: [OutputReference: [RowValue]] = [:]
        for step in test.plan?.steps ?? [] {
            if case .create(let created) = step.operation {
                rows[OutputReference(step: step.id)] = created
            } else {
                rows[OutputReference(step: step.id)] = step.inputs.flatMap { rows[$0.source] ?? [] }
            }
        }
        return test.outcome(rows: rows)
    }
}

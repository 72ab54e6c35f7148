import DataModel
import Diagnostics

extension Plan {
    /// The object that `PlanRenderer` describes.
    var json: JSONText {
        let analysis = FusionAnalysis(self)
        return .object([
            "path": .string(path),
            "steps": .array(steps.map { json(of: $0, analysis) }),
            "passes": .array(analysis.passes.map { .array($0.steps.map(JSONText.integer)) }),
        ])
    }

    private func json(of step: Step, _ analysis: FusionAnalysis) -> JSONText {
        var foreign: JSONText?
        if case .foreign(let operation) = step.operation {
            foreign = .object([
                "requirement": .string(operation.requirement),
                "reason": .string(operation.reason),
                "dependencies": .array(operation.dependencies.map(JSONText.string)),
                "task": operation.task.map { .string($0.name) },
                "mode": operation.description.map { .string($0.mode.rawValue) },
            ])
        }
        let functions = step.operation.functions.map { function in
            JSONText.object([
                "language": .string(function.language.rawValue), "reason": .string(function.reason),
                "dependencies": .array(function.requirements.map(JSONText.string)),
            ])
        }
        let inputs = step.inputs.enumerated().map { index, input in
            JSONText.object([
                "name": .string(input.name),
                "step": .integer(input.source.step),
                "output": .integer(input.source.output),
                "barrier": .optional(analysis.barrier(step: step.id, input: index)?.rawValue),
            ])
        }
        let errorHandling = step.errorHandling.map {
            JSONText.object(["output": .string($0.output), "threshold": $0.threshold.map(JSONText.number) ?? .null])
        }
        return .object([
            "id": .integer(step.id),
            "name": .string(step.name),
            "transform": .string(step.transform),
            "operation": .string(step.operation.kind),
            "summary": .array(OperationSummary(of: step, in: self).lines.map(JSONText.string)),
            "location": Self.location(of: step) ?? .null,
            "pass": .integer(analysis.pass(of: step.id)),
            "inputs": .array(inputs),
            "outputs": .array(step.outputs.map(\.json)),
            "errorHandling": errorHandling ?? .null,
            "resourceHints": .object(step.resourceHints.map(\.member)),
            "foreign": foreign,
            "functions": functions.isEmpty ? nil : .array(functions),
        ])
    }

    private static func location(of step: Step) -> JSONText? {
        step.range.map { range in
            let position = range.startPosition
            return .object([
                "path": .string(range.file.path),
                "line": .integer(position.line),
                "column": .integer(position.column),
            ])
        }
    }
}

extension StepOutput {
    fileprivate var json: JSONText {
        let fields = schema.map { schema in
            JSONText.array(
                schema.fields.map { field in
                    .object([
                        "name": .string(field.name),
                        "type": .string(FieldType(field.type.kind).description),
                        "nullable": .boolean(field.type.isNullable),
                    ])
                })
        }
        return .object([
            "name": .string(name),
            "fields": fields ?? .null,
            "windowing": .string(windowing.description),
            "bounded": .boolean(isBounded),
            "error": .boolean(isErrorOutput),
        ])
    }
}

extension ResourceHint {
    fileprivate var member: JSONText.Member {
        switch self {
        case .minRAM(let bytes): .init("min_ram", .integer(bytes))
        case .accelerator(let name): .init("accelerator", .string(name))
        case .cpuCount(let count): .init("cpu_count", .integer(count))
        case .maxActiveBundlesPerWorker(let count): .init("max_active_bundles_per_worker", .integer(count))
        }
    }
}

import Diagnostics
import Planning
import Projects
import Translation

/// What the steps of a job have counted, from what its engine tells of some edges of the plan.
struct StepCounts {
    private let plan: Plan
    let program: EngineProgram
    private let edges: EdgeCounts
    /// Exact counts of the rows that an output of a step has given.
    var rows: [OutputReference: Int] = [:]
    /// Bytes by the step that has read or written them.
    var bytes: [Int: Int] = [:]

    init(_ program: EngineProgram, of plan: Plan) {
        self.plan = plan
        self.program = program
        edges = EdgeCounts(plan)
    }

    /// Takes what an output of the program has got.
    mutating func take(_ output: EngineProgram.Output, records: Int?, bytes: Int?) {
        if let records, let edge = EngineProgram.edge(into: output, of: plan) { rows[edge] = records }
        if case .files = output.purpose { self.bytes[output.step] = bytes }
    }

    /// - Parameter isFinal: whether all rows have been counted.
    func steps(isFinal: Bool) -> [JobStep] {
        let known = edges.completed(rows, isFinal: isFinal)
        return plan.steps.map { step in
            let inputs = step.inputs.compactMap { known[$0.source] }
            let outputs = step.outputs.indices.map { index in
                JobStep.Output(
                    name: step.outputs[index].name, records: known[OutputReference(step: step.id, output: index)])
            }
            return JobStep(
                name: step.name, transform: step.transform, place: step.range?.location,
                recordsIn: inputs.isEmpty || inputs.count < step.inputs.count ? nil : inputs.reduce(0, +),
                outputs: outputs, failures: step.errorOutput.flatMap { outputs[$0].records } ?? 0,
                bytes: bytes[step.id] ?? 0)
        }
    }
}

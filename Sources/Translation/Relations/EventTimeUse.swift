import Planning

/// Which outputs have to carry event time, since something behind them reads it.
struct EventTimeUse {
    private let used: Set<OutputReference>

    init(_ plan: Plan) {
        var used: Set<OutputReference> = []
        for step in plan.steps.reversed() {
            let behind = step.outputs.indices.contains { used.contains(OutputReference(step: step.id, output: $0)) }
            guard Self.reads(step, in: plan, behind: behind) else { continue }
            used.formUnion(step.inputs.map(\.source))
        }
        self.used = used
    }

    func contains(_ output: OutputReference) -> Bool { used.contains(output) }

    private static func reads(_ step: Step, in plan: Plan, behind: Bool) -> Bool {
        switch step.operation {
        case .extractWindowingInfo: true
        case .aggregate(let aggregate): aggregate.windowing != .global
        case .join: step.inputs.contains { plan[$0.source].windowing != .global }
        case .write: step.inputs.contains { plan[$0.source].windowing != .global }
        case .assignTimestamps: false
        default: behind
        }
    }
}

import Planning

/// How many rows each output of a plan has: as a sample has shown, else as the operation lets one expect.
struct RowFlow {
    private let estimator: Estimator
    private(set) var rows: [OutputReference: Band] = [:]
    /// The steps whose rows a sample has shown.
    private(set) var measured: Set<Int> = []
    private(set) var assumptions: [String] = []
    private(set) var inputRows = Band(0)
    private(set) var isEndless = false

    init(_ estimator: Estimator) { self.estimator = estimator }

    mutating func run() {
        let plan = estimator.plan
        isEndless = plan.steps.contains { $0.outputs.contains { !$0.isBounded } }
        if isEndless { assume("it never ends: what is said is of what its other inputs hold") }
        if estimator.scale != 1 {
            for step in plan.steps where estimator.inputs[step.id] != nil && !estimator.scaled.contains(step.id) {
                assume("'\(step.name)' stays as it is, being small beside the largest input")
            }
        }
        for step in plan.steps {
            let sampled = step.outputs.indices.compactMap {
                estimator.profile?.outputs[OutputReference(step: step.id, output: $0)]
            }
            if sampled.count == step.outputs.count, !sampled.isEmpty {
                measured.insert(step.id)
                let scale = growth(of: step)
                for (index, growth) in sampled.enumerated() {
                    let all = growth.rows(at: scale)
                    // Of few rows the next sample may have others.
                    let noise = step.operation.isSelective ? 1 + 1 / max(1, growth.rows).squareRoot() : 1
                    rows[OutputReference(step: step.id, output: index)] = all.widened(noise)
                }
            } else {
                expect(step)
            }
            guard step.inputs.isEmpty, let all = rows[OutputReference(step: step.id)] else { continue }
            inputRows = inputRows + all
        }
    }

    /// How many times as many rows a step takes as it took of the sample.
    private func growth(of step: Step) -> Band {
        guard !step.inputs.isEmpty else {
            return Band(estimator.scaled.contains(step.id) ? estimator.scaleOfProfile : 1)
        }
        let before = step.inputs.compactMap { estimator.profile?.outputs[$0.source]?.rows }.reduce(0, +)
        let after = step.inputs.compactMap { rows[$0.source] }.reduce(Band(0), +)
        return before > 0 ? after * (1 / before) : Band(1)
    }

    private mutating func assume(_ text: String) { assumptions.append(text) }

    private mutating func expect(_ step: Step) {
        let incoming = step.inputs.compactMap { rows[$0.source] }
        // What follows from nothing known is not known.
        guard incoming.count == step.inputs.count else { return }
        let first = incoming.first ?? Band(0)
        let all = incoming.dropFirst().reduce(first, +)
        var out: Band?
        switch step.operation {
        case .create(let values): out = Band(Double(values.count))
        case .read:
            if let size = estimator.inputs[step.id] {
                out = Band(size.rows * estimator.scale(of: step.id)).widened(1.2)
            } else {
                assume("nothing is known of what '\(step.name)' reads")
            }
        case .foreign where step.inputs.isEmpty:
            if !isEndless { assume("nothing is known of what '\(step.name)' reads") }
        case .filter:
            out = Band(low: 0, likely: first.likely, high: first.high)
            assume("'\(step.name)' keeps all rows")
        case .explode:
            out = first
            assume("'\(step.name)' gives one row for each")
        case .aggregate(let aggregate):
            guard !aggregate.keys.isEmpty || aggregate.windowing != .global else {
                out = Band(1)
                break
            }
            let groups = max(1, first.likely / Estimator.assumedGroupSize)
            out = Band(low: min(1, first.high), likely: min(first.likely, groups), high: first.high)
            assume("'\(step.name)' makes one group of ten rows")
        case .join:
            out = Band(low: 0, likely: incoming.map(\.likely).max() ?? 0, high: all.high)
            assume("'\(step.name)' gives as many rows as its largest input")
        case .flatten: out = all
        default: out = incoming.isEmpty ? nil : first
        }
        guard let out else { return }
        for (index, output) in step.outputs.enumerated() {
            let isOther = output.isErrorOutput || index > 0
            rows[OutputReference(step: step.id, output: index)] =
                isOther ? Band(low: 0, likely: 0, high: out.high) : out
        }
    }
}

extension Planning.Operation {
    /// Whether the rows that come out are chosen by what is in those that go in.
    fileprivate var isSelective: Bool {
        switch self {
        case .filter, .partition, .explode, .aggregate, .join, .foreign: true
        default: false
        }
    }
}

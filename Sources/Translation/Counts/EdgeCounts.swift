public import Planning

/// How many rows go along the edges of a plan, where some tell of others: a projection gives as many as it takes.
///
/// Engines fuse steps and move filters, so that most edges exist nowhere in what they run; of the few that can be counted
/// exactly the others follow.
public struct EdgeCounts: Sendable {
    /// Sums that are zero: outputs by what they are multiplied with.
    private typealias Equation = [OutputReference: Int]

    private let equations: [Equation]
    private let constants: [OutputReference: Int]

    public init(_ plan: Plan) {
        equations = plan.steps.flatMap { Self.equations(of: $0, in: plan) }
        var constants: [OutputReference: Int] = [:]
        for step in plan.steps {
            if case .create(let rows) = step.operation { constants[OutputReference(step: step.id)] = rows.count }
        }
        self.constants = constants
    }

    private static func equations(of step: Step, in plan: Plan) -> [Equation] {
        let outputs = step.outputs.indices.map { OutputReference(step: step.id, output: $0) }
        let inputs = step.inputs.map(\.source)
        // An engine may have a row for each of the windows that a row here is in.
        for reference in inputs + outputs {
            if case .sliding = plan[reference].windowing { return [] }
        }
        var equation: Equation = [:]
        for input in inputs { equation[input, default: 0] += 1 }
        switch step.operation {
        case .project, .assignTimestamps, .window, .extractWindowingInfo, .partition, .validate, .stripErrorMetadata,
            .flatten:
            for output in outputs { equation[output, default: 0] -= 1 }
            return [equation]
        case .reshuffle, .log, .write, .assertEqual:
            return outputs.first.map { [equation.merging([$0: -1]) { $0 + $1 }] } ?? []
        case .create, .read, .filter, .explode, .aggregate, .join, .matchFiles, .foreign: return []
        }
    }

    /// The counts with those that follow from them.
    ///
    /// - Parameter isFinal: whether all rows have been counted; until then sums do not add up.
    public func completed(_ known: [OutputReference: Int], isFinal: Bool = true) -> [OutputReference: Int] {
        var known = known.merging(constants) { $1 }
        var hasNews = true
        while hasNews {
            hasNews = false
            for equation in equations where isFinal || equation.count <= 2 {
                let missing = equation.filter { known[$0.key] == nil }
                guard missing.count == 1, let (reference, factor) = missing.first else { continue }
                let sum = equation.reduce(0) { $0 + $1.value * (known[$1.key] ?? 0) }
                guard factor != 0, sum % factor == 0, -sum / factor >= 0 else { continue }
                known[reference] = -sum / factor
                hasNews = true
            }
        }
        return known
    }
}

extension EdgeCounts {
    /// The outputs that have to be counted where they are made, so that all are known when sinks are counted.
    ///
    /// - Parameters:
    ///   - counted: what is counted anyway.
    ///   - candidates: what can be counted, in the order of preference.
    func missing(besides counted: [OutputReference], of candidates: [OutputReference]) -> [OutputReference] {
        // Which are known does not depend on how many there are.
        var known = completed(Dictionary(counted.map { ($0, 0) }) { $1 })
        var missing: [OutputReference] = []
        for candidate in candidates where known[candidate] == nil {
            missing.append(candidate)
            known[candidate] = 0
            known = completed(known)
        }
        return missing
    }
}

extension EngineProgram {
    /// The edge that is written to an output, unless rows are multiplied on the way.
    public static func edge(into output: Output, of plan: Plan) -> OutputReference? {
        guard let source = plan.steps[output.step].inputs.first?.source else { return nil }
        if case .files(_, hasWindows: true) = output.purpose, case .sliding = plan[source].windowing { return nil }
        return source
    }
}

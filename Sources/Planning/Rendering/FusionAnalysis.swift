/// Which steps of a plan work on a batch in one pass over the data, and where rows have to be kept first.
///
/// An edge fuses its two steps unless the reader needs all rows before it can answer, or the fused pass would have to
/// wait for itself (a table that joins its own totals).
public struct FusionAnalysis: Sendable {
    /// Steps that rows run through together.
    public struct Pass: Sendable {
        /// The position in the order of execution, from 0.
        public let id: Int
        /// Ids of the steps, in the plan's order.
        public let steps: [Int]
    }

    /// Why rows stop between two steps.
    public enum Barrier: String, Sendable, CaseIterable {
        /// Groups are complete only when all rows have come.
        case grouping
        /// The side of a join that is kept in memory and looked up.
        case joinBuild = "join-build"
        /// Rows that wait, since what they will meet is made of the same pass.
        case waiting
        /// Rows that leave for or come from another language or system.
        case foreign
    }

    /// An edge at which rows are kept.
    public struct Break: Sendable {
        public let step: Int
        /// The index among the step's inputs.
        public let input: Int
        public let barrier: Barrier
    }

    /// In an order in which they can run.
    public let passes: [Pass]
    public let breaks: [Break]
    private let passOfStep: [Int]

    public init(_ plan: Plan) {
        var groups = StepGroups(count: plan.steps.count)
        var breaks: [Break] = []
        for step in plan.steps {
            let inputs = step.inputs.enumerated().filter { plan.steps.indices.contains($0.element.source.step) }
                .map { (index: $0.offset, source: $0.element.source.step) }
            for (index, source) in inputs {
                let waits = { inputs.contains { groups.needs($0.source, source) } }
                guard
                    let barrier = Self.barrier(at: index, of: step, from: plan.steps[source])
                        ?? (waits() ? .waiting : nil)
                else { continue }
                breaks.append(Break(step: step.id, input: index, barrier: barrier))
                groups.order(source, before: step.id)
            }
            for (index, source) in inputs where !breaks.contains(where: { $0.step == step.id && $0.input == index }) {
                groups.fuse(source, step.id)
            }
        }
        self.breaks = breaks
        passes = groups.inOrder().enumerated().map { Pass(id: $0, steps: $1) }
        var passOfStep = [Int](repeating: 0, count: plan.steps.count)
        for pass in passes {
            for step in pass.steps { passOfStep[step] = pass.id }
        }
        self.passOfStep = passOfStep
    }

    /// The pass that computes a step's output.
    public func pass(of step: Int) -> Int { passOfStep.indices.contains(step) ? passOfStep[step] : 0 }

    /// Why rows are kept before an input, or `nil` where they run through.
    public func barrier(step: Int, input: Int) -> Barrier? {
        breaks.first { $0.step == step && $0.input == input }?.barrier
    }

    private static func barrier(at input: Int, of step: Step, from source: Step) -> Barrier? {
        if source.isForeignBreaker { return .foreign }
        switch step.operation {
        case .aggregate: return .grouping
        case .join: return input == 0 ? nil : .joinBuild
        case .foreign: return step.isForeignBreaker ? .foreign : nil
        case .create, .read, .project, .filter, .partition, .explode, .assignTimestamps, .window,
            .extractWindowingInfo, .flatten, .reshuffle, .log, .assertEqual, .validate, .stripErrorMetadata,
            .matchFiles, .write:
            return nil
        }
    }
}

/// Steps merged into groups, with what has to be complete before what.
private struct StepGroups {
    private var leader: [Int]
    /// Per leader, the leaders of groups that have to be complete first; stale leaders are resolved when read.
    private var prerequisites: [Set<Int>]

    init(count: Int) {
        leader = Array(0..<count)
        prerequisites = Array(repeating: [], count: count)
    }

    func group(of step: Int) -> Int {
        var step = step
        while leader[step] != step { step = leader[step] }
        return step
    }

    mutating func order(_ earlier: Int, before later: Int) {
        let (earlier, later) = (group(of: earlier), group(of: later))
        if earlier != later { prerequisites[later].insert(earlier) }
    }

    /// Merges two groups, of which none has to be complete before the other.
    mutating func fuse(_ left: Int, _ right: Int) {
        let (left, right) = (group(of: left), group(of: right))
        if left == right { return }
        leader[max(left, right)] = min(left, right)
        prerequisites[min(left, right)].formUnion(prerequisites[max(left, right)])
    }

    /// Whether a step's group cannot start before another's is complete.
    func needs(_ later: Int, _ earlier: Int) -> Bool {
        let (later, earlier) = (group(of: later), group(of: earlier))
        if later == earlier { return false }
        var seen: Set<Int> = [later]
        var pending = [later]
        while let next = pending.popLast() {
            for group in prerequisites[next].map({ group(of: $0) }) where seen.insert(group).inserted {
                if group == earlier { return true }
                pending.append(group)
            }
        }
        return false
    }

    /// The groups, each after those it needs, else in the order of their first step.
    func inOrder() -> [[Int]] {
        var members: [Int: [Int]] = [:]
        for step in leader.indices { members[group(of: step), default: []].append(step) }
        var waiting = members.keys.sorted()
        var done: Set<Int> = []
        var ordered: [[Int]] = []
        while !waiting.isEmpty {
            let position =
                waiting.firstIndex { candidate in
                    prerequisites[candidate].allSatisfy { done.contains(group(of: $0)) || group(of: $0) == candidate }
                } ?? 0
            let next = waiting.remove(at: position)
            done.insert(next)
            ordered.append(members[next] ?? [])
        }
        return ordered
    }
}

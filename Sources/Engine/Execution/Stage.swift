import DataModel
import Planning
import Workers

/// One pass over one source: its rows go through all operators behind it up to the next breaker.
///
/// Stages run one after the other, each on all workers.
struct Stage: Sendable {
    /// Where the rows come from.
    enum Source: Sendable {
        case create(rows: [RowValue], schema: Schema)
        case read(ReadOperation, schema: Schema, neededFields: Set<Int>)
        /// What workers read.
        case partitions(any OpenTask, neededFields: Set<Int>)
        /// One output of a step for which a worker had to see all rows.
        case collection(ForeignCollectionOperator, output: Int)
        /// The groups of an aggregation that is done.
        case groups(any GroupSource)
        /// The probe side of a join, kept until its build sides were done.
        case keptProbe(JoinOperator)
        /// What is left of one build side of a join when the rows from its left are done.
        case joinRemainder(JoinOperator, side: Int)
    }

    let id: Int
    let source: Source
    /// The operator whose output the rows are.
    let head: Operator
    /// The stages that must be done before.
    var dependencies: Set<Int>
    /// The sinks that the rows can reach, in the order of the steps.
    var sinks: [SinkOperator] = []
}

/// A breaker whose rows come when its input is done.
protocol GroupSource: AnyObject, Sendable {
    func morsels() throws -> [any Morsel]
}

/// The stages of a plan, in an order in which they can run.
struct StageGraph {
    private(set) var stages: [Stage] = []
    /// For each sink, by its step, the stages that feed it.
    private(set) var feeders: [Int: Set<Int>] = [:]
    /// For each join, by its step, all stages whose rows pass through it: any of them may leave rows with it.
    private var joinStages: [Int: Set<Int>] = [:]

    /// - Parameter operators: by step.
    init(plan: Plan, operators: [Operator], neededFields: [OutputReference: Set<Int>]) {
        // The stages whose rows come out of each step.
        var origins: [Set<Int>] = Array(repeating: [], count: plan.steps.count)
        for step in plan.steps {
            let inputOrigins = step.inputs.map { origins[$0.source.step] }
            let allInputs = inputOrigins.reduce(into: Set()) { $0.formUnion($1) }
            let schema = step.outputs.first?.schema ?? .empty
            switch step.operation {
            case .create(let rows):
                origins[step.id] = [add(.create(rows: rows, schema: schema), operators[step.id], after: [])]
            case .read(let read):
                let needed = neededFields[OutputReference(step: step.id)] ?? []
                origins[step.id] = [
                    add(.read(read, schema: schema, neededFields: needed), operators[step.id], after: [])
                ]
            case .aggregate:
                guard let groups = operators[step.id] as? any GroupSource else { continue }
                feeders[step.id] = allInputs
                origins[step.id] = [add(.groups(groups), operators[step.id], after: allInputs)]
            case .join(let join):
                guard let joiner = operators[step.id] as? JoinOperator else { continue }
                origins[step.id] = addJoin(join, joiner, inputOrigins)
            case .foreign:
                if let source = operators[step.id] as? ForeignSourceOperator {
                    let needed = neededFields[OutputReference(step: step.id)] ?? []
                    origins[step.id] = [
                        add(.partitions(source.task, neededFields: needed), operators[step.id], after: [])
                    ]
                } else if let collection = operators[step.id] as? ForeignCollectionOperator {
                    feeders[step.id] = allInputs
                    origins[step.id] = Set(
                        step.outputs.indices.map {
                            add(.collection(collection, output: $0), collection, after: allInputs)
                        })
                } else {
                    fallthrough
                }
            default:
                if operators[step.id] is SinkOperator { feeders[step.id] = allInputs }
                origins[step.id] = allInputs
            }
        }
        order()
        for index in stages.indices {
            let id = stages[index].id
            stages[index].sinks = operators.compactMap { $0 as? SinkOperator }
                .filter { (joinStages[$0.step.id] ?? feeders[$0.step.id])?.contains(id) ?? false }
        }
    }

    private mutating func add(_ source: Stage.Source, _ head: Operator, after dependencies: Set<Int>) -> Int {
        stages.append(Stage(id: stages.count, source: source, head: head, dependencies: dependencies))
        return stages.count - 1
    }

    private mutating func addJoin(_ join: JoinOperation, _ joiner: JoinOperator, _ inputs: [Set<Int>]) -> Set<Int> {
        let probe = inputs.first ?? []
        let build = inputs.dropFirst().reduce(into: Set()) { $0.formUnion($1) }
        feeders[joiner.step.id] = build
        let before = build.union(build.flatMap { ancestors(of: $0) })
        var result = probe
        if probe.isDisjoint(with: before) {
            for stage in probe { stages[stage].dependencies.formUnion(build) }
        } else {
            // The rows to be matched flow while what they match is still being read: they have to wait.
            joiner.keepsProbe = true
            feeders[joiner.step.id]?.formUnion(probe)
            result = [add(.keptProbe(joiner), joiner, after: build.union(probe))]
        }
        for side in join.stages.indices {
            result.insert(add(.joinRemainder(joiner, side: side), joiner, after: result.union(build)))
        }
        joinStages[joiner.step.id] = build.union(probe).union(result)
        return result
    }

    private func ancestors(of stage: Int) -> Set<Int> {
        var seen: Set<Int> = []
        var open = Array(stages[stage].dependencies)
        while let next = open.popLast() {
            if seen.insert(next).inserted { open += stages[next].dependencies }
        }
        return seen
    }

    /// Sorts stages so that each comes after those it depends on, otherwise in the order of the steps.
    private mutating func order() {
        var remaining = stages
        var done: Set<Int> = []
        var ordered: [Stage] = []
        while let index = remaining.firstIndex(where: { $0.dependencies.isSubset(of: done) }) {
            let stage = remaining.remove(at: index)
            done.insert(stage.id)
            ordered.append(stage)
        }
        stages = ordered + remaining
    }
}

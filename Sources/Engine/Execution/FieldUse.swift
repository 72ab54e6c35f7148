import DataModel
import Expressions
import Planning

/// Which fields of each output some step uses: sources need not read the others.
enum FieldUse {
    static func neededFields(
        of plan: Plan, evaluators: [Int: RowEvaluator]
    ) -> [OutputReference: Set<Int>] {
        var needed: [OutputReference: Set<Int>] = [:]
        for step in plan.steps.reversed() {
            let used = (step.outputs.indices).map { needed[OutputReference(step: step.id, output: $0)] ?? [] }
            for (position, input) in step.inputs.enumerated() {
                let schema = plan[input.source].schema ?? .empty
                let fields = fieldsUsed(
                    by: step, input: position, schema: schema, ofOutputs: used, evaluator: evaluators[step.id])
                needed[input.source, default: []].formUnion(fields)
            }
        }
        return needed
    }

    private static func fieldsUsed(
        by step: Step, input: Int, schema: Schema, ofOutputs used: [Set<Int>], evaluator: RowEvaluator?
    ) -> Set<Int> {
        let all = Set(schema.fields.indices)
        // A row of an error output carries the whole element.
        if let errorOutput = step.errorOutput, !used[errorOutput].isEmpty { return all }
        let passed = used.first ?? []
        let read = { (index: Int, expression: RowExpression) in
            evaluator?.fields(of: index) ?? Set(expression.fields)
        }
        switch step.operation {
        case .project(let fields):
            return fields.enumerated().reduce(into: Set()) { result, field in
                guard passed.contains(field.offset) || field.element.expression.canFail else { return }
                result.formUnion(read(field.offset, field.element.expression))
            }
        case .filter(let keep): return passed.union(read(0, keep))
        case .partition(let partition): return used.reduce(into: read(0, partition.by)) { $0.formUnion($1) }
        case .explode(let explode): return passed.union(explode.fields)
        case .assignTimestamps(let timestamp): return passed.union(read(0, timestamp))
        case .window, .reshuffle: return passed
        case .extractWindowingInfo: return passed.filter { $0 < schema.count }
        case .aggregate(let aggregate):
            return aggregate.calls.reduce(into: Set(aggregate.keys)) { $0.formUnion($1.value.fields) }
        case .join(let join):
            let outputs = join.outputs.enumerated().filter { passed.contains($0.offset) && $0.element.input == input }
            var fields = Set(outputs.map(\.element.field))
            for (stage, equalities) in join.stages.map(\.equalities).enumerated() {
                for equality in equalities {
                    if equality.left.input == input { fields.insert(equality.left.field) }
                    if stage + 1 == input { fields.insert(equality.right) }
                }
            }
            return fields
        case .flatten:
            let output = step.outputs.first?.schema ?? .empty
            return Set(passed.compactMap { schema.index(of: output.fields[$0].name) })
        case .matchFiles(let match): return [match.patternField]
        case .stripErrorMetadata(let field): return [field]
        case .foreign(let foreign):
            guard let description = foreign.description, input < description.neededFields.count else { return all }
            // Columns that an extending output keeps are needed where they are used behind it.
            let kept = zip(description.outputs, used).filter { $0.0.extendsInput }.flatMap(\.1)
            return description.neededFields[input].union(kept.filter { $0 < schema.count })
        case .create, .read, .log, .assertEqual, .validate, .write: return all
        }
    }
}

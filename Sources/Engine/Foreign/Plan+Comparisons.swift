import DataModel
import Expressions
import Planning
import Workers

extension Plan {
    /// What all rows of an output fulfil that any step has a use for: a source may leave out the others, since the
    /// filters behind it would.
    func comparisons(behind output: OutputReference) -> [FieldComparison] {
        guard let schema = self[output].schema else { return [] }
        var found: [FieldComparison] = []
        var output = output
        while true {
            let consumers = consumers(of: output)
            guard consumers.count == 1, let step = consumers.first.map({ steps[$0.step] }), step.errorOutput == nil,
                case .filter(.compiled(let keep)) = step.operation
            else { return found }
            found += keep.comparisons.map {
                FieldComparison(field: schema.fields[$0.field].name, comparison: $0.symbol, value: $0.value)
            }
            output = OutputReference(step: step.id)
        }
    }
}

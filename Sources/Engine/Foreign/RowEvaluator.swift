import DataModel
import Diagnostics
import Expressions
import Planning
import Workers

/// The expressions of one step: ours run over columns here, those of other languages go to a worker together.
final class RowEvaluator: Sendable {
    private let expressions: [RowExpression]
    private let functions: (any OpenTask)?

    /// - Parameter functions: the opened task of the functions among the expressions, in their order.
    init(_ expressions: [RowExpression], functions: (any OpenTask)?) {
        self.expressions = expressions
        self.functions = functions
    }

    /// The indexes of the input's fields that an expression reads.
    func fields(of expression: Int) -> Set<Int> {
        switch expressions[expression] {
        case .compiled(let compiled): Set(compiled.fields)
        case .function(let function): functions?.description.neededFields.first ?? Set(function.fields)
        }
    }

    /// The values of all expressions; of those that `isNeeded` rules out, nothing.
    ///
    /// Throws a diagnostic where a worker fails as a whole.
    func evaluate(_ batch: Batch, isNeeded: [Bool]? = nil) throws -> [ExpressionResult?] {
        var foreign = try evaluateFunctions(batch)[...]
        return expressions.enumerated().map { index, expression in
            switch expression {
            case .function: return foreign.popFirst()
            case .compiled(let compiled): return isNeeded?[index] ?? true ? compiled.evaluate(batch) : nil
            }
        }
    }

    /// The value of the only expression.
    func evaluateOne(_ batch: Batch) throws -> ExpressionResult {
        try evaluate(batch).first.flatMap { $0 }
            ?? ExpressionResult(
                column: Column(type: .any, count: batch.count, data: .absent), failures: [])
    }

    private func evaluateFunctions(_ batch: Batch) throws -> [ExpressionResult] {
        guard let functions else { return [] }
        let result = try functions.process(batch, input: 0)
        guard let columns = result.batches.first.flatMap({ $0?.columns }) else { return [] }
        return columns.enumerated().map { index, column in
            ExpressionResult(
                column: column, failures: result.failures.filter { $0.function == index }.map(\.rowFailure))
        }
    }
}

extension TaskFailure {
    var rowFailure: RowFailure { RowFailure(row: row, error: PythonError(type, message), trace: trace) }
}

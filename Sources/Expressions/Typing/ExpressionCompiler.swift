public import DataModel
import Diagnostics

/// Turns expressions over the fields of one schema into code that runs over its batches.
public struct ExpressionCompiler: Sendable {
    private let schema: Schema

    public init(schema: Schema) {
        self.schema = schema
    }

    /// Compiles an expression.
    ///
    /// - Parameter toleratesFailures: the step has an error output: what is certain to raise is then a warning, and
    ///   raises for each row as it does in Beam.
    public func compile(_ source: ExpressionSource, toleratesFailures: Bool = false) -> Compilation {
        .invalid([])
    }
}

public import DataModel

/// The values of an expression for the rows of a batch.
public struct ExpressionResult: Sendable {
    /// As long as the batch; what it holds at a failed row means nothing.
    public let column: Column
    /// Sorted by row; nearly always empty.
    public let failures: [RowFailure]

    public init(column: Column, failures: [RowFailure] = []) {
        self.column = column
        self.failures = failures
    }
}

/// A row for which an expression raised.
public struct RowFailure: Sendable {
    /// The row's place in the batch.
    public let row: Int
    public let error: PythonError
    /// The traceback through a person's own code, where another process ran it.
    public let trace: String?

    public init(row: Int, error: PythonError, trace: String? = nil) {
        self.row = row
        self.error = error
        self.trace = trace
    }
}

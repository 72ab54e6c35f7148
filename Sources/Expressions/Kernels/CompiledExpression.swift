public import DataModel

/// An expression ready to run over batches of one schema.
public final class CompiledExpression: Sendable {
    public let type: FieldType
    /// As the pipeline has it.
    public let source: ExpressionSource
    /// Indexes of the input fields it reads, ascending; other columns of a batch may be absent.
    public let fields: [Int]
    /// The field, where the expression is nothing but one.
    public let isFieldReference: Int?
    /// Whether a row may fail.
    public let canFail: Bool
    /// Whether it runs over columns; otherwise row by row.
    public let isVectorized: Bool
    /// The tree, for tests and for printing.
    let tree: TypedExpression
    private let schema: Schema
    private let root: any Kernel
    private let slotCount: Int

    /// The text of the source.
    public var text: String { source.text }

    init(_ tree: TypedExpression, source: ExpressionSource, schema: Schema, slotCount: Int) {
        self.source = source
        self.tree = tree
        self.schema = schema
        self.slotCount = slotCount
        type = tree.type
        fields = tree.fieldsRead(of: schema)
        isFieldReference = if case .field(let index) = tree.kind { index } else { nil }
        canFail = tree.canFail
        root = KernelBuilder(slotCount: slotCount).kernel(for: tree)
        isVectorized = !(root is InterpretedKernel)
    }

    /// The values for all rows of a batch, which has the columns of the schema the expression was compiled for.
    public func evaluate(_ batch: Batch) -> ExpressionResult {
        let evaluation = Evaluation(batch: batch)
        let column = root.evaluate(evaluation).column(type: type, count: batch.count)
        return ExpressionResult(column: column, failures: evaluation.sortedFailures)
    }

    /// The same through the interpreter alone: what the kernels must agree with.
    func interpret(_ batch: Batch) -> ExpressionResult {
        let evaluation = Evaluation(batch: batch)
        let column = InterpretedKernel(tree, slotCount: slotCount).evaluate(evaluation)
            .column(type: type, count: batch.count)
        return ExpressionResult(column: column, failures: evaluation.sortedFailures)
    }
}

public import DataModel

/// The languages that Beam YAML has for expressions.
public enum ExpressionLanguage: String, Sendable, CaseIterable {
    /// A field, a literal or one comparison; what a pipeline without `language` has.
    case generic
    case python
    case sql
    case calcite
    case javascript
    case java
}

public enum ExpressionForm: Sendable {
    /// Fields are names.
    case expression
    /// A function of the whole row.
    case callable
}

/// An expression as a pipeline has it.
public struct ExpressionSource: Sendable {
    public let text: String
    public let language: ExpressionLanguage
    public let form: ExpressionForm
    /// The type that the pipeline promises; a value of another one fails its row.
    public let outputType: FieldType?
    /// The function to call where the text defines several; the last one otherwise.
    public let functionName: String?

    public init(
        _ text: String, language: ExpressionLanguage, form: ExpressionForm = .expression, outputType: FieldType? = nil,
        functionName: String? = nil
    ) {
        self.text = text
        self.language = language
        self.form = form
        self.outputType = outputType
        self.functionName = functionName
    }
}

/// What became of an expression.
public enum Compilation: Sendable {
    case native(CompiledExpression, warnings: [ExpressionProblem])
    /// Right as far as we can tell, but only its own language can run it.
    case foreign(ForeignReason, warnings: [ExpressionProblem])
    /// At least one error.
    case invalid([ExpressionProblem])
}

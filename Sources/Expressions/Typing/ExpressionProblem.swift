public import Diagnostics

/// What is wrong with an expression, by offsets in its own text: whoever knows where the text stands in a file makes a
/// `Diagnostic` of it.
public struct ExpressionProblem: Sendable {
    public let code: DiagnosticCode
    public let severity: Diagnostic.Severity
    /// The fact, as in `Diagnostic`.
    public let message: String
    /// UTF-8 offsets into the expression's text.
    public let range: Range<Int>
    public let hint: String?
    public let notes: [String]

    public init(
        _ code: DiagnosticCode, severity: Diagnostic.Severity = .error, _ message: String, at range: Range<Int>,
        hint: String? = nil, notes: [String] = []
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.range = range
        self.hint = hint
        self.notes = notes
    }
}

/// Why an expression needs another language's runtime.
public struct ForeignReason: Sendable {
    /// What left the native subset, as it reads behind "it": `calls 'numpy.array', which only Python can run`.
    public let construct: String
    /// UTF-8 offsets into the expression's text.
    public let range: Range<Int>
    public let language: ExpressionLanguage
    /// Indexes of the input fields that the expression reads; `nil` where that is not known.
    public let fieldsUsed: [Int]?

    public init(construct: String, range: Range<Int>, language: ExpressionLanguage, fieldsUsed: [Int]? = nil) {
        self.construct = construct
        self.range = range
        self.language = language
        self.fieldsUsed = fieldsUsed
    }
}

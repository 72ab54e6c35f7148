public import DataModel
public import Diagnostics
public import Expressions

/// An expression of a step: our own kernels run it, or a worker process does.
public enum RowExpression: Sendable {
    case compiled(CompiledExpression)
    case function(ForeignFunction)

    public var type: FieldType {
        switch self {
        case .compiled(let expression): expression.type
        case .function(let function): function.type
        }
    }

    /// Indexes of the fields of the input that it reads.
    public var fields: [Int] {
        switch self {
        case .compiled(let expression): expression.fields
        case .function(let function): function.fields
        }
    }

    /// Whether a row may fail.
    public var canFail: Bool {
        switch self {
        case .compiled(let expression): expression.canFail
        case .function: true
        }
    }

    /// As the pipeline has it.
    public var text: String {
        switch self {
        case .compiled(let expression): expression.text
        case .function(let function): function.source
        }
    }

    /// The field, where the expression is nothing but one.
    public var isFieldReference: Int? {
        if case .compiled(let expression) = self { expression.isFieldReference } else { nil }
    }

    public var function: ForeignFunction? {
        if case .function(let function) = self { function } else { nil }
    }

    /// The same as Python code, for engines that host Python and do not have our kernels.
    ///
    /// - Parameters:
    ///   - range: the expression in the file.
    ///   - reason: why the engine's own terms do not do.
    public func asFunction(at range: SourceRange?, path: String, reason: String) -> ForeignFunction {
        switch self {
        case .function(let function): return function
        case .compiled(let expression):
            return ForeignFunction(
                language: .python, form: expression.source.form == .callable ? .callable : .expression,
                source: expression.source.text, functionName: expression.source.functionName,
                path: range?.file.path ?? path, line: range?.startPosition.line ?? 1, type: expression.type,
                fields: expression.fields,
                requirements: PythonRequirements.of(code: expression.source.text, declared: []), reason: reason,
                range: range)
        }
    }
}

/// Code of another language that makes one value of one row.
public struct ForeignFunction: Sendable {
    public enum Language: String, Sendable { case python, javascript }

    public enum Form: String, Sendable {
        /// One expression over the fields.
        case expression
        /// A lambda, a function, or a text that defines some, of which `functionName` or the last counts.
        case callable
        /// `package.module.function`.
        case name
        /// A `CombineFn`, or a function of an iterable, by qualified name or as a constructor's text; it takes the list
        /// in the one field it reads.
        case combine
    }

    public let language: Language
    public let form: Form
    public let source: String
    public let functionName: String?
    /// The file that the code stands in and the 1-based line it starts at: tracebacks speak of them.
    public let path: String
    public let line: Int
    /// Arguments of a `CombineFn`.
    public let arguments: JSONText?
    /// What the pipeline promises that it gives; `any` where it says nothing.
    public let type: FieldType
    public let fields: [Int]
    /// Packages that the code needs.
    public let requirements: [String]
    /// Why our own engine does not run it.
    public let reason: String
    public let range: SourceRange?
    public let limits: WorkerLimits

    public init(
        language: Language, form: Form, source: String, functionName: String? = nil, path: String, line: Int,
        arguments: JSONText? = nil, type: FieldType, fields: [Int], requirements: [String], reason: String,
        range: SourceRange?, limits: WorkerLimits = WorkerLimits()
    ) {
        self.language = language
        self.form = form
        self.source = source
        self.functionName = functionName
        self.path = path
        self.line = line
        self.arguments = arguments
        self.type = type
        self.fields = fields
        self.requirements = requirements
        self.reason = reason
        self.range = range
        self.limits = limits
    }
}

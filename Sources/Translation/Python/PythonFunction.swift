import DataModel
import Planning

/// A function of a program that the engine hosts in Python: one call a row.
struct PythonFunction: Sendable {
    /// What gives one field of the result.
    struct Part: Sendable {
        let source: Source
        /// What the value is turned into.
        var conversion: Conversion?

        enum Source: Sendable {
            case code(ForeignFunction)
            /// A field as it is, for a result of another type.
            case field(Int)
            /// The lists in some fields as one list: of elements, or of rows where there are several.
            case elements(fields: [Int], isZip: Bool)
            /// True, or an exception where the row breaks the schema.
            case validation(JSONSchema)
            /// The row as a line of JSON.
            case record
            /// The files that a pattern matches, as a list of rows; relative patterns count from the folder.
            case files(MatchFilesOperation, Schema, folder: String)
        }

        /// `engine_functions.py` has them by these names.
        enum Conversion: Sendable, Equatable {
            case microseconds, truth, name, line, cell
            /// One of these names, or an exception.
            case known([String])
        }

        /// The fields that it reads; `nil` for all.
        var fields: [Int]? {
            switch source {
            case .code(let function): function.fields
            case .field(let field): [field]
            case .elements(let fields, _): fields
            case .validation, .record: nil
            case .files(let operation, _, _): [operation.patternField]
            }
        }

        /// Whether what fails is told at the step's expression, not at the step.
        var reportsExpression: Bool { if case .elements = source { false } else { true } }

        var code: ForeignFunction? {
            if case .code(let function) = source { function } else { nil }
        }
    }

    /// As SQL calls it.
    let name: String
    let step: Step
    let parts: [Part]
    /// What the step reads; parts name fields of it.
    let input: Schema
    /// The columns that it is called with, in order.
    let arguments: Schema
    /// The fields that it gives, one for each part.
    let result: Schema
    /// Whether a failing row gives nulls, and the message and traceback behind them, instead of ending the job.
    let catchesErrors: Bool

    static let messageField = "msg__"
    static let stackField = "stack__"

    var requirements: [String] { parts.compactMap(\.code).flatMap(\.requirements) }

    /// What the engine gets of it: the result as the function gives it, and what is caught.
    var engineResult: Schema {
        var fields = result.fields.map { field in
            // Moments come as microseconds.
            let type = field.type.kind == .timestamp ? FieldType(.int64, isNullable: field.type.isNullable) : field.type
            return Field(field.name, catchesErrors ? type.nullable : type)
        }
        if catchesErrors {
            fields += [Field(Self.messageField, .string.nullable), Field(Self.stackField, .string.nullable)]
        }
        return Schema(fields)
    }

    /// What keeps the engine from hosting it, in words; `nil` if nothing does.
    var obstacle: String? {
        if parts.contains(where: { $0.code.map { $0.language != .python } ?? false }) {
            return "code in JavaScript is hosted only locally"
        }
        let inner = (arguments.fields + result.fields).filter { $0.type.kind != .timestamp }
        for field in inner {
            guard let kind = Self.uncarried(field.type) else { continue }
            return "'\(field.name)' is of type \(kind), which has no fixed form outside Python"
        }
        return nil
    }

    /// Whether values of a type can be given to a function.
    static func isCarried(_ type: FieldType) -> Bool { type.kind == .timestamp || uncarried(type) == nil }

    private static func uncarried(_ type: FieldType) -> FieldType? {
        switch type.kind {
        case .any, .boolean, .int64, .double, .string, .bytes, .date: nil
        case .list(let element): uncarried(element)
        case .map(let key, let value): uncarried(key) ?? uncarried(value)
        case .row(let schema): schema.fields.lazy.compactMap { uncarried($0.type) }.first
        case .timestamp, .duration, .datetime, .decimal: type
        }
    }
}

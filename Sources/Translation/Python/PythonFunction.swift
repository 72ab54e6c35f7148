import DataModel
import Planning

/// A function of a program that the engine hosts in Python: one call a row.
struct PythonFunction: Sendable {
    enum Kind: Sendable {
        /// Several functions of one row, each of which gives one field of the result.
        case values([ForeignFunction])
    }

    /// As SQL calls it.
    let name: String
    let step: Step
    let kind: Kind
    /// The columns that it is called with, in order.
    let arguments: Schema
    /// The fields that it gives.
    let result: Schema
    /// Whether a failing row gives nulls, and the message and traceback behind them, instead of ending the job.
    let catchesErrors: Bool

    static let messageField = "msg__"
    static let stackField = "stack__"

    var requirements: [String] {
        switch kind {
        case .values(let functions): functions.flatMap(\.requirements)
        }
    }

    /// What keeps the engine from hosting it, in words; `nil` if nothing does.
    var obstacle: String? {
        guard case .values(let functions) = kind else { return nil }
        if functions.contains(where: { $0.language != .python }) { return "code in JavaScript is hosted only locally" }
        let passed = arguments.fields.filter { $0.type.kind != .timestamp }
        for field in passed + result.fields {
            guard let kind = Self.uncarried(field.type) else { continue }
            return "'\(field.name)' is of type \(kind), which has no fixed form outside Python"
                + (kind.isAny ? "; give the expression an 'output_type'" : "")
        }
        return nil
    }

    private static func uncarried(_ type: FieldType) -> FieldType? {
        switch type.kind {
        case .boolean, .int64, .double, .string, .bytes: nil
        case .list(let element): uncarried(element)
        case .map(let key, let value): uncarried(key) ?? uncarried(value)
        case .row(let schema): schema.fields.lazy.compactMap { uncarried($0.type) }.first
        case .any, .timestamp, .duration, .date, .datetime, .decimal: type
        }
    }
}

public import DataModel
import Diagnostics

extension WorkerTask {
    /// The task that runs a step's functions, all in one round trip; `nil` where there are none.
    ///
    /// - Parameter schema: the fields that the functions read.
    public static func functions(_ functions: [ForeignFunction], schema: Schema) -> WorkerTask? {
        guard let first = functions.first else { return nil }
        let items = functions.map { function in
            JSONText.object([
                "language": .string(function.language.rawValue),
                "form": .string(function.form.rawValue),
                "source": .string(function.source),
                "functionName": .optional(function.functionName),
                "path": .string(function.path),
                "line": .integer(function.line),
                "arguments": function.arguments ?? .null,
                "fields": .array(function.fields.map { .string(schema.fields[$0].name) }),
            ])
        }
        var requirements: [String] = []
        for requirement in functions.flatMap(\.requirements) where !requirements.contains(requirement) {
            requirements.append(requirement)
        }
        let places = functions.enumerated().compactMap { index, function in
            function.range.map { Place(path: ["functions", String(index)], range: $0) }
        }
        return WorkerTask(
            "functions.rows", kind: .transform,
            configuration: .object([
                "functions": .array(items),
                "outputNames": .array(functions.indices.map { .string(outputName($0)) }),
                "timeout": first.limits.timeout.map(JSONText.number),
            ]), requirements: requirements, runsUserCode: true, places: places, limits: first.limits)
    }

    /// What the functions promise to give, which goes to the worker as one more input schema.
    public static func types(of functions: [ForeignFunction]) -> Schema {
        Schema(functions.enumerated().map { Field(outputName($0), $1.type) })
    }

    private static func outputName(_ index: Int) -> String { "f\(index)" }
}

extension Operation {
    /// The expressions of a step's own rows, in a fixed order.
    public var rowExpressions: [RowExpression] {
        switch self {
        case .project(let fields): fields.map(\.expression)
        case .filter(let keep): [keep]
        case .partition(let partition): [partition.by]
        case .assignTimestamps(let timestamp): [timestamp]
        default: []
        }
    }

    /// The functions that workers run for the step.
    public var functions: [ForeignFunction] { rowExpressions.compactMap(\.function) }
}

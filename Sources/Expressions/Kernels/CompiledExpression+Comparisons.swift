public import DataModel

extension CompiledExpression {
    /// A field beside a constant.
    public struct Comparison: Sendable {
        public let field: Int
        /// One of `==`, `!=`, `<`, `<=`, `>`, `>=`.
        public let symbol: String
        public let value: Value
    }

    /// What must hold for the expression to be true, as far as it is plain comparisons of fields with constants.
    ///
    /// Of several terms of `and` only the first ones count, up to one that is anything else: a row that a later term
    /// would fail on must not be left out.
    public var comparisons: [Comparison] { Self.comparisons(of: tree) }

    private static func comparisons(of tree: TypedExpression) -> [Comparison] {
        switch tree.kind {
        case .checked(let inner, _): return comparisons(of: inner)
        case .logical(isAnd: true, let terms):
            var found: [Comparison] = []
            for term in terms {
                let more = comparisons(of: term)
                found += more
                if more.isEmpty { break }
            }
            return found
        case .comparison(let left, let links):
            guard links.count == 1, let link = links.first, let symbol = symbol(of: link.operation) else { return [] }
            switch (left.kind, link.operand.kind) {
            case (.field(let field), .constant(let value)) where isOrdered(value):
                return [Comparison(field: field, symbol: symbol, value: value)]
            case (.constant(let value), .field(let field)) where isOrdered(value):
                let mirrored = ["<": ">", "<=": ">=", ">": "<", ">=": "<="][symbol] ?? symbol
                return [Comparison(field: field, symbol: mirrored, value: value)]
            default: return []
            }
        default: return []
        }
    }

    private static func isOrdered(_ value: Value) -> Bool {
        switch value {
        case .int, .double, .string, .boolean: true
        default: false
        }
    }

    private static func symbol(of comparison: PythonRuntime.Comparison) -> String? {
        switch comparison {
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        default: nil
        }
    }
}

import DataModel

/// The language of expressions without `language`: an atom or one comparison of atoms.
///
/// Beam's own reader accepts of the comparisons only `<` and `>`, since a greedy regular expression cuts the others
/// apart; here all six that its code lists are accepted.
enum GenericLanguage {
    private static let operators = ["<=", ">=", "==", "!=", "<", ">"]

    /// The expression as Python; `nil` for what the language does not have.
    static func expression(_ text: String, schema: Schema) -> PythonExpression? {
        guard let tree = try? PythonParser.expression(text) else { return nil }
        switch tree.kind {
        case .comparison(let first, let links):
            guard links.count == 1, let link = links.first, isAtom(first, text, schema),
                isAtom(link.operand, text, schema)
            else { return nil }
            switch link.operation {
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: return tree
            default: return nil
            }
        default: return isAtom(tree, text, schema) ? tree : nil
        }
    }

    private static func isAtom(_ tree: PythonExpression, _ text: String, _ schema: Schema) -> Bool {
        switch tree.kind {
        case .name: return true
        case .int, .double: return first(tree, text) != UInt8(ascii: "(")
        case .unary(.negate, let operand):
            switch operand.kind {
            case .int, .double: return true
            default: return false
            }
        case .string: return first(tree, text) == UInt8(ascii: "\"")
        default: return false
        }
    }

    private static func first(_ tree: PythonExpression, _ text: String) -> UInt8? {
        let bytes = Array(text.utf8)
        return tree.range.lowerBound < bytes.count ? bytes[tree.range.lowerBound] : nil
    }
}

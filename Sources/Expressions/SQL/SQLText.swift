/// An expression in an engine's SQL, with exactly the meaning it has here.
public struct SQLText: Sendable {
    public let text: String
    /// How tightly its outermost operator binds; `enclosed` puts what needs them into parentheses.
    public let precedence: SQLPrecedence
    /// Functions of ours that the program has to create before: Flink only.
    public let functions: Set<SQLFunction>
    /// What may come out otherwise all the same, in words for the user.
    public let differences: [String]

    /// The text for a place beside operators.
    public var enclosed: String { precedence == .atom ? text : "(\(text))" }
}

/// How tightly an operator of SQL binds, loosest first.
public enum SQLPrecedence: Int, Sendable, Comparable {
    case or, and, not, comparison, additive, multiplicative, unary, atom

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A scalar function of ours in Flink, whose Java stands in `CEnginePrograms`.
public struct SQLFunction: Hashable, Sendable {
    public let name: String
    public let javaClass: String

    /// The statement that makes it known to a session.
    public var creation: String { "CREATE TEMPORARY FUNCTION \(name) AS '\(javaClass)'" }
}

/// Why an expression is not written in an engine's SQL.
public struct SQLObstacle: Error, Sendable, Hashable {
    /// In words, to follow "the expression": `makes the text of a float, which Spark SQL writes otherwise`.
    public let reason: String
    /// The part that is in the way, in UTF-8 bytes of the expression's text.
    public let range: Range<Int>
}

extension CompiledExpression {
    /// The expression in an engine's SQL, or why it has to run as Python.
    ///
    /// The result is never null where the expression's type has no null, provided that the same holds of the columns.
    /// A row that fails here fails the query there; which of several failing rows does is not defined.
    ///
    /// - Parameter field: the SQL of an input column by its index in the schema, such as a quoted name.
    public func sql(_ dialect: SQLDialect, field: (Int) -> String) -> Result<SQLText, SQLObstacle> {
        sql(dialect, field: field, isCondition: false)
    }

    /// The expression as a condition, as Python takes any value for true or false: a boolean that is never null.
    public func sqlCondition(_ dialect: SQLDialect, field: (Int) -> String) -> Result<SQLText, SQLObstacle> {
        sql(dialect, field: field, isCondition: true)
    }

    private func sql(
        _ dialect: SQLDialect, field: (Int) -> String, isCondition: Bool
    ) -> Result<SQLText, SQLObstacle> {
        withoutActuallyEscaping(field) { field in
            var translator = SQLTranslator(dialect: dialect, field: field)
            do throws(SQLObstacle) {
                return .success(try translator.translate(tree, isCondition: isCondition))
            } catch {
                return .failure(error)
            }
        }
    }
}

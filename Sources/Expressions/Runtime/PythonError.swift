/// An exception as Python raises it: what a failing row becomes in an error output.
public struct PythonError: Error, Hashable, Sendable {
    /// The exception's class, such as `ZeroDivisionError`.
    public let type: String
    /// Its first argument, such as `division by zero`.
    public let message: String

    public init(_ type: String, _ message: String) {
        self.type = type
        self.message = message
    }

    public static func typeError(_ message: String) -> PythonError { PythonError("TypeError", message) }
    public static func valueError(_ message: String) -> PythonError { PythonError("ValueError", message) }
    public static func overflow(_ message: String) -> PythonError { PythonError("OverflowError", message) }
    public static let divisionByZero = PythonError("ZeroDivisionError", "division by zero")
}

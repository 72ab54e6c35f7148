import DataModel

/// An exception as Python raises it: what a failing row becomes in an error output.
public struct PythonError: Error, Hashable, Sendable {
    /// The exception's class, such as `ZeroDivisionError`.
    public let type: String
    /// What `str(exception)` gives, such as `division by zero`; for a `KeyError` the `repr` of the key.
    public let message: String
    /// The text between the parentheses of `repr(exception)`, where it is not the `repr` of `message`.
    public let arguments: String?

    public init(_ type: String, _ message: String, arguments: String? = nil) {
        self.type = type
        self.message = message
        self.arguments = arguments
    }

    public static func typeError(_ message: String) -> PythonError { PythonError("TypeError", message) }
    public static func valueError(_ message: String) -> PythonError { PythonError("ValueError", message) }
    public static func overflow(_ message: String) -> PythonError { PythonError("OverflowError", message) }
    public static let divisionByZero = PythonError("ZeroDivisionError", "division by zero")

    /// What `repr(exception)` gives: `ZeroDivisionError('division by zero')`.
    public var repr: String {
        let inside = arguments ?? (message.isEmpty ? "" : PythonRuntime.quoted(message))
        return "\(type)(\(inside))"
    }

    static func keyError(_ key: Value) -> PythonError {
        let text = PythonRuntime.repr(key)
        return PythonError("KeyError", text, arguments: text)
    }

    static func indexError(_ message: String) -> PythonError { PythonError("IndexError", message) }
    static func attributeError(_ message: String) -> PythonError { PythonError("AttributeError", message) }
    static func zeroDivision(_ message: String) -> PythonError { PythonError("ZeroDivisionError", message) }
    /// An integer result outside 64 bits: CPython's integers have no limit, a column's do.
    static let integerTooLarge = PythonError.overflow("int too large to convert to a 64-bit integer")
    /// A float result outside the doubles.
    static let floatTooLarge = PythonError(
        "OverflowError", "(34, 'Numerical result out of range')", arguments: "34, 'Numerical result out of range'")
    /// A string or list beyond the limits of `PythonRuntime`.
    static let memory = PythonError("MemoryError", "")
}

extension PythonError {
    /// The classes above each class that `except` may name; all others are direct children of `Exception`.
    private static let bases: [String: String] = [
        "ZeroDivisionError": "ArithmeticError", "OverflowError": "ArithmeticError",
        "FloatingPointError": "ArithmeticError", "InvalidOperation": "ArithmeticError",
        "DivisionByZero": "ZeroDivisionError", "KeyError": "LookupError", "IndexError": "LookupError",
        "JSONDecodeError": "ValueError", "UnicodeError": "ValueError", "UnicodeEncodeError": "UnicodeError",
        "UnicodeDecodeError": "UnicodeError", "RecursionError": "RuntimeError",
        "NotImplementedError": "RuntimeError", "UnboundLocalError": "NameError",
        "ModuleNotFoundError": "ImportError", "Exception": "BaseException",
        "json.JSONDecodeError": "ValueError", "json.decoder.JSONDecodeError": "ValueError",
    ]

    /// Whether `except name` catches it; names may be qualified as in `re.error` and `json.JSONDecodeError`.
    public func isInstance(of name: String) -> Bool {
        let wanted = name.split(separator: ".").last.map(String.init) ?? name
        var current = type
        while current != wanted {
            if current == "BaseException" { return false }
            current = PythonError.bases[current] ?? "Exception"
        }
        return true
    }

    /// The builtin exception classes by name, for `raise` and `except`.
    public static let classNames: [String] = [
        "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "Exception", "FloatingPointError",
        "ImportError", "IndexError", "KeyError", "LookupError", "MemoryError", "NameError", "NotImplementedError",
        "OverflowError", "RecursionError", "RuntimeError", "StopIteration", "TypeError", "UnicodeDecodeError",
        "UnicodeEncodeError", "UnicodeError", "ValueError", "ZeroDivisionError",
    ]
}

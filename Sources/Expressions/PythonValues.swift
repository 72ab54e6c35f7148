public import DataModel

/// The part of Python's object model that operators need outside expressions, such as truth in `any` and order in `max`.
public enum PythonValues {
    /// Python's truth value.
    public static func isTrue(_ value: Value) -> Bool { PythonRuntime.isTrue(value) }

    /// What a `for` loop sees. Throws `TypeError` for what cannot be iterated.
    public static func elements(of value: Value) throws(PythonError) -> [Value] {
        try PythonRuntime.elements(of: value)
    }

    /// `left + right`. Throws what Python raises.
    public static func sum(_ left: Value, _ right: Value) throws(PythonError) -> Value {
        try PythonRuntime.binary(.add, left, right)
    }

    /// `left / right`. Throws what Python raises.
    public static func quotient(_ left: Value, _ right: Value) throws(PythonError) -> Value {
        try PythonRuntime.binary(.divide, left, right)
    }

    /// `left < right`. Throws `TypeError` for values without an order.
    public static func isLess(_ left: Value, _ right: Value) throws(PythonError) -> Bool {
        try PythonRuntime.compare(.less, left, right)
    }

    /// The name of the value's class, as Python's messages have it.
    public static func typeName(_ value: Value) -> String { PythonRuntime.typeName(value) }

    /// `str(value)`.
    public static func text(_ value: Value) -> String { PythonRuntime.str(value) }
}

import DataModel

/// Python's meaning over `Value`: the oracle is CPython 3.11, its exceptions included.
///
/// What `Value` lacks is approximated openly: tuples are lists, integers have 64 bits (`PythonError.integerTooLarge`
/// beyond), durations are both Beam's `Duration` and `datetime.timedelta` (printed as the latter), a time zone is the
/// duration of its offset, and strings hold no lone surrogates.
enum PythonRuntime {
    enum BinaryOperator: String, CaseIterable, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case modulo = "%"
        case power = "** or pow()"
        case leftShift = "<<"
        case rightShift = ">>"
        case bitAnd = "&"
        case bitOr = "|"
        case bitXor = "^"
    }

    enum UnaryOperator: Sendable {
        case negate, plus, invert, not
    }

    enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case isSame = "is"
        case isNotSame = "is not"
        case contains = "in"
        case notContains = "not in"
    }

    /// Bytes of the largest string that a function makes.
    static let maximumBytes = 1 << 28
    /// Elements of the largest list that a function makes.
    static let maximumElements = 1 << 24
    /// Levels of nesting that values may have where a function walks them.
    static let maximumDepth = 200

    /// The name of the value's class as exceptions print it.
    static func typeName(_ value: Value) -> String {
        switch value {
        case .null: "NoneType"
        case .boolean: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "str"
        case .bytes: "bytes"
        case .timestamp: "Timestamp"
        case .duration: "datetime.timedelta"
        case .date: "datetime.date"
        case .datetime: "datetime.datetime"
        case .decimal: "decimal.Decimal"
        case .list: "list"
        case .map: "dict"
        case .row: "Row"
        }
    }

    /// Whether `if value:` takes the branch.
    static func isTrue(_ value: Value) -> Bool {
        switch value {
        case .null: false
        case .boolean(let flag): flag
        case .int(let number): number != 0
        case .double(let number): number != 0
        case .string(let text): !text.utf8.isEmpty
        case .bytes(let bytes): !bytes.isEmpty
        case .duration(let micros): micros != 0
        case .decimal(let number): number.unscaled != 0
        case .list(let elements): !elements.isEmpty
        case .map(let map): map.count != 0
        case .row(let row): !row.names.isEmpty
        case .timestamp, .date, .datetime: true
        }
    }

    /// The value as an integer where Python calls `__index__`: ints and bools.
    static func index(_ value: Value) -> Int64? {
        switch value {
        case .int(let number): number
        case .boolean(let flag): flag ? 1 : 0
        default: nil
        }
    }

    /// An integer argument, or CPython's error for one that is none.
    static func integer(_ value: Value) throws(PythonError) -> Int {
        guard let number = index(value) else {
            throw .typeError("'\(typeName(value))' object cannot be interpreted as an integer")
        }
        return Int(number)
    }

    /// The value as a double where Python calls `__float__`: ints, bools, floats, decimals, timestamps.
    static func real(_ value: Value) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .boolean(let flag): flag ? 1 : 0
        case .double(let number): number
        case .decimal(let number): number.correctlyRounded
        case .timestamp(let micros): Double(micros) / 1e6
        default: nil
        }
    }

    /// What a `for` loop sees.
    static func elements(of value: Value) throws(PythonError) -> [Value] {
        switch value {
        case .list(let elements): return elements
        case .map(let map): return map.keys
        case .string(let text):
            guard text.utf8.count <= maximumElements else { throw .memory }
            return text.unicodeScalars.map { .string(String($0)) }
        case .bytes(let bytes): return bytes.map { .int(Int64($0)) }
        case .row(let row): return row.values
        default: throw .typeError("'\(typeName(value))' object is not iterable")
        }
    }

    /// `isinstance(value, typeName)`; `nil` for a class that this runtime does not know.
    static func isInstance(_ value: Value, _ typeName: String) -> Bool? {
        switch (typeName, value) {
        case ("object", _): true
        case ("int", .int), ("int", .boolean), ("bool", .boolean), ("float", .double), ("str", .string),
            ("bytes", .bytes), ("list", .list), ("dict", .map), ("NoneType", .null),
            ("datetime.date", .date), ("datetime.date", .datetime), ("datetime.datetime", .datetime),
            ("datetime.timedelta", .duration), ("decimal.Decimal", .decimal), ("Timestamp", .timestamp),
            ("Duration", .duration), ("beam.Row", .row):
            true
        case ("int", _), ("bool", _), ("float", _), ("str", _), ("bytes", _), ("list", _), ("dict", _), ("tuple", _),
            ("set", _), ("frozenset", _), ("complex", _), ("bytearray", _), ("NoneType", _), ("datetime.date", _),
            ("datetime.datetime", _), ("datetime.timedelta", _), ("decimal.Decimal", _), ("Timestamp", _),
            ("Duration", _), ("beam.Row", _):
            false
        default: nil
        }
    }
}

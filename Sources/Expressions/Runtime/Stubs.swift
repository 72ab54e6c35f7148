import DataModel

private let unfinished = PythonError("NotImplementedError", "not yet")
enum Builtins {
    static let signatures: [String: Signature] = [:]
    static func call(_ name: String, _ s: Signature, _ a: [Value], _ k: [(String, Value)]) throws(PythonError) -> Value { throw unfinished }
}
enum MathModule {
    static let signatures: [String: Signature] = [:]
    static let constants: [String: Value] = [:]
    static func call(_ name: String, _ s: Signature, _ a: [Value], _ k: [(String, Value)]) throws(PythonError) -> Value { throw unfinished }
}
enum DatetimeModule {
    static let signatures: [String: Signature] = [:]
    static let constants: [String: Value] = [:]
    static func call(_ name: String, _ s: Signature, _ a: [Value], _ k: [(String, Value)]) throws(PythonError) -> Value { throw unfinished }
    static func offset(_ v: Value) throws(PythonError) -> Int? { nil }
    static func makeDatetime(_ v: [Value], offset: Int?) throws(PythonError) -> DateTimeValue { throw unfinished }
    static func makeDate(_ a: Value, _ b: Value, _ c: Value) throws(PythonError) -> Value { throw unfinished }
}
enum JSONModule {
    static let signatures: [String: Signature] = [:]
    static func call(_ name: String, _ s: Signature, _ a: [Value], _ k: [(String, Value)]) throws(PythonError) -> Value { throw unfinished }
}
enum RegexModule {
    static let signatures: [String: Signature] = [:]
    static let constants: [String: Value] = [:]
    static func call(_ name: String, _ s: Signature, _ a: [Value], _ k: [(String, Value)]) throws(PythonError) -> Value { throw unfinished }
}
enum DateFormat {
    static func format(_ f: String, _ micros: Int64, _ offset: Int?) throws(PythonError) -> String { throw unfinished }
}
extension PythonRuntime {
    static func format(_ v: Value, _ spec: String) throws(PythonError) -> String { throw unfinished }
    static func formatted(_ t: String, _ a: [Value], _ k: [(String, Value)]) throws(PythonError) -> String { throw unfinished }
    static func percentFormat(_ l: Value, _ r: Value) throws(PythonError) -> Value { throw unfinished }
}

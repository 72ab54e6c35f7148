import DataModel

private let unfinished = PythonError("NotImplementedError", "not yet")
enum DatetimeModule {
    static let signatures: [String: Signature] = [:]
    static let constants: [String: Value] = [:]
    static func call(_ name: String, _ s: Signature, _ a: [Value], _ k: [(String, Value)]) throws(PythonError) -> Value { throw unfinished }
    static func offset(_ v: Value) throws(PythonError) -> Int? { nil }
    static func makeDatetime(_ v: [Value], offset: Int?) throws(PythonError) -> DateTimeValue { throw unfinished }
    static func makeDate(_ a: Value, _ b: Value, _ c: Value) throws(PythonError) -> Value { throw unfinished }
}
enum DateFormat {
    static func format(_ f: String, _ micros: Int64, _ offset: Int?) throws(PythonError) -> String { throw unfinished }
}

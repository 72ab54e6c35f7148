import DataModel

extension Interpreter {
    func regex(_ call: TypedExpression.RegexCall) throws(PythonError) -> Value { .null }
    func matchMethod(
        _ match: TypedExpression, _ name: String, _ arguments: [TypedExpression]
    ) throws(PythonError) -> Value { .null }
}

import DataModel

/// The methods of `int`, `bool` and `float`.
enum NumberMethods {
    static let integerSignatures: [String: Signature] = [
        "bit_length": .none(.int64), "bit_count": .none(.int64), "conjugate": .none(.int64),
    ]
    static let floatSignatures: [String: Signature] = ["is_integer": .none(.boolean), "conjugate": .none(.double)]

    static func call(integer number: Int64, _ name: String) throws(PythonError) -> Value {
        switch name {
        case "bit_length": .int(Int64(64 - number.magnitude.leadingZeroBitCount))
        case "bit_count": .int(Int64(number.magnitude.nonzeroBitCount))
        default: .int(number)
        }
    }

    static func call(float number: Double, _ name: String) throws(PythonError) -> Value {
        name == "is_integer" ? .boolean(number.isFinite && number == number.rounded(.down)) : .double(number)
    }
}

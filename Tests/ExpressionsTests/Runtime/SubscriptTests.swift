import DataModel
import Testing

@testable import Expressions

/// Calls and what CPython 3.11 answers: `repr` of the value, or `!` and `repr` of the exception.
struct SubscriptTests {
    private static let answers: [(RuntimeCase, String)] = [
        (.subscripted(.string("h\u{E9}llo"), .int(1)), "'\u{E9}'"),
        (.subscripted(.string("abc"), .int(-1)), "'c'"),
        (.subscripted(.string("abc"), .int(3)), "!IndexError('string index out of range')"),
        (.subscripted(.list([.int(1), .int(2)]), .int(-3)), "!IndexError('list index out of range')"),
        (.subscripted(.map(MapValue([(.string("a"), .int(1))])), .string("b")), "!KeyError('b')"),
        (.subscripted(.bytes([97, 98]), .int(1)), "98"),
        (.subscripted(.int(5), .int(0)), "!TypeError(\"'int' object is not subscriptable\")"),
        (.subscripted(.string("abc"), .string("x")), "!TypeError(\"string indices must be integers, not 'str'\")"),
        (.subscripted(.list([.int(1)]), .null), "!TypeError('list indices must be integers or slices, not NoneType')"),
        (.sliced(.string("h\u{E9}llo"), .int(1), .int(3), .null), "'\u{E9}l'"),
        (.sliced(.string("abc"), .null, .null, .int(-1)), "'cba'"),
        (.sliced(.list([.int(1), .int(2), .int(3), .int(4)]), .null, .null, .int(2)), "[1, 3]"),
        (.sliced(.list([.int(1), .int(2), .int(3)]), .int(-2), .null, .null), "[2, 3]"),
        (.sliced(.string("abc"), .int(5), .null, .null), "''"),
        (.sliced(.string("abc"), .null, .null, .int(0)), "!ValueError('slice step cannot be zero')"),
        (.sliced(.bytes([97, 98, 99]), .int(1), .null, .null), "b'bc'"),
        (.sliced(.list([.int(1), .int(2), .int(3)]), .null, .int(-1), .int(-1)), "[]"),
    ]

    @Test func agreesWithTheAnswersOfCPython() {
        for (call, expected) in SubscriptTests.answers {
            let outcome = call.outcome
            #expect(outcome.utf8.elementsEqual(expected.utf8), "\(call.python): \(outcome), expected \(expected)")
        }
    }
}

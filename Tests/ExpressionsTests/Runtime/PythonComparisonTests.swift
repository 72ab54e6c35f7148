import DataModel
import Testing

@testable import Expressions

/// Calls and what CPython 3.11 answers: `repr` of the value, or `!` and `repr` of the exception.
struct PythonComparisonTests {
    private static let answers: [(RuntimeCase, String)] = [
        (.compare(.equal, .int(1), .double(1.0)), "True"),
        (.compare(.equal, .boolean(true), .int(1)), "True"),
        (.compare(.equal, .string("1"), .int(1)), "False"),
        (.compare(.equal, .int(9_007_199_254_740_993), .double(9007199254740992.0)), "False"),
        (.compare(.less, .int(9_007_199_254_740_992), .double(9007199254740992.0)), "False"),
        (.compare(.less, .int(9_007_199_254_740_993), .double(9007199254740992.0)), "False"),
        (.compare(.less, .string("a"), .string("B")), "False"),
        (.compare(.less, .string("Z"), .string("\u{1D4B3}")), "True"),
        (.compare(.less, .string("\u{FFFF}"), .string("\u{1D4B3}")), "True"),
        (
            .compare(.less, .int(1), .null),
            "!TypeError(\"'<' not supported between instances of 'int' and 'NoneType'\")"
        ),
        (.compare(.less, .list([.int(1), .int(2)]), .list([.int(1), .int(3)])), "True"),
        (.compare(.less, .list([.int(1)]), .list([.int(1), .string("a")])), "True"),
        (
            .compare(.less, .list([.int(1), .string("a")]), .list([.int(1), .int(2)])),
            "!TypeError(\"'<' not supported between instances of 'str' and 'int'\")"
        ),
        (.compare(.less, .double(.nan), .int(1)), "False"),
        (
            .compare(.greater, .map(MapValue([])), .map(MapValue([]))),
            "!TypeError(\"'>' not supported between instances of 'dict' and 'dict'\")"
        ),
        (.compare(.lessOrEqual, .bytes([97]), .bytes([97, 98])), "True"),
        (.compare(.contains, .string("b"), .string("abc")), "True"),
        (
            .compare(.contains, .int(1), .string("abc")),
            "!TypeError(\"'in <string>' requires string as left operand, not int\")"
        ),
        (.compare(.contains, .int(1), .list([.double(1.0)])), "True"),
        (.compare(.contains, .string("k"), .map(MapValue([(.string("k"), .int(1))]))), "True"),
        (.compare(.notContains, .int(5), .list([.int(1)])), "True"),
        (.compare(.contains, .int(1), .int(5)), "!TypeError(\"argument of type 'int' is not iterable\")"),
        (.compare(.equal, .string("\u{E9}"), .string("e\u{301}")), "False"),
    ]

    @Test func agreesWithTheAnswersOfCPython() {
        for (call, expected) in PythonComparisonTests.answers {
            let outcome = call.outcome
            #expect(outcome.utf8.elementsEqual(expected.utf8), "\(call.python): \(outcome), expected \(expected)")
        }
    }
}

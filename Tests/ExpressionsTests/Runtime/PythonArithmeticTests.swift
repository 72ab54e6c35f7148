import DataModel
import Testing

@testable import Expressions

/// Calls and what CPython 3.11 answers: `repr` of the value, or `!` and `repr` of the exception.
struct PythonArithmeticTests {
    private static let answers: [(RuntimeCase, String)] = [
        (.binary(.add, .int(1), .int(2)), "3"),
        (.binary(.add, .boolean(true), .int(1)), "2"),
        (.binary(.add, .string("a"), .string("b")), "'ab'"),
        (.binary(.add, .string("a"), .int(1)), "!TypeError('can only concatenate str (not \"int\") to str')"),
        (.binary(.add, .null, .int(1)), "!TypeError(\"unsupported operand type(s) for +: 'NoneType' and 'int'\")"),
        (.binary(.add, .int(1), .null), "!TypeError(\"unsupported operand type(s) for +: 'int' and 'NoneType'\")"),
        (.binary(.add, .list([.int(1)]), .list([.int(2)])), "[1, 2]"),
        (.binary(.add, .list([.int(1)]), .int(1)), "!TypeError('can only concatenate list (not \"int\") to list')"),
        (.binary(.subtract, .int(5), .double(7.5)), "-2.5"),
        (
            .binary(.subtract, .string("a"), .string("b")),
            "!TypeError(\"unsupported operand type(s) for -: 'str' and 'str'\")"
        ),
        (.binary(.multiply, .string("ab"), .int(3)), "'ababab'"),
        (.binary(.multiply, .int(-1), .string("ab")), "''"),
        (.binary(.multiply, .list([.int(1)]), .int(2)), "[1, 1]"),
        (
            .binary(.multiply, .string("a"), .double(1.5)),
            "!TypeError(\"can't multiply sequence by non-int of type 'float'\")"
        ),
        (.binary(.divide, .int(1), .int(3)), "0.3333333333333333"),
        (.binary(.divide, .int(7), .int(0)), "!ZeroDivisionError('division by zero')"),
        (.binary(.divide, .int(9_007_199_254_740_993), .int(3)), "3002399751580331.0"),
        (.binary(.divide, .double(1.0), .int(0)), "!ZeroDivisionError('float division by zero')"),
        (.binary(.divide, .int(9_223_372_036_854_775_807), .int(10)), "9.223372036854776e+17"),
        (.binary(.floorDivide, .int(7), .int(-2)), "-4"),
        (.binary(.floorDivide, .int(-7), .int(2)), "-4"),
        (.binary(.floorDivide, .double(7.5), .int(-2)), "-4.0"),
        (.binary(.floorDivide, .int(1), .int(0)), "!ZeroDivisionError('integer division or modulo by zero')"),
        (.binary(.floorDivide, .double(-0.0), .int(3)), "-0.0"),
        (.binary(.modulo, .int(7), .int(-3)), "-2"),
        (.binary(.modulo, .int(-7), .int(3)), "2"),
        (.binary(.modulo, .double(5.5), .int(-2)), "-0.5"),
        (.binary(.modulo, .double(-1e-20), .int(3)), "3.0"),
        (.binary(.modulo, .int(1), .int(0)), "!ZeroDivisionError('integer modulo by zero')"),
        (.binary(.power, .int(2), .int(10)), "1024"),
        (.binary(.power, .int(2), .int(-1)), "0.5"),
        (.binary(.power, .int(0), .int(-1)), "!ZeroDivisionError('0.0 cannot be raised to a negative power')"),
        (.binary(.power, .double(10.0), .int(400)), "!OverflowError(34, 'Numerical result out of range')"),
        (.binary(.power, .int(0), .int(0)), "1"),
        (.binary(.power, .int(-2), .int(3)), "-8"),
        (.binary(.leftShift, .int(1), .int(-1)), "!ValueError('negative shift count')"),
        (.binary(.bitAnd, .boolean(true), .boolean(false)), "False"),
        (.binary(.bitOr, .int(6), .int(1)), "7"),
        (
            .binary(.bitOr, .map(MapValue([(.string("a"), .int(1))])), .map(MapValue([(.string("b"), .int(2))]))),
            "{'a': 1, 'b': 2}"
        ),
        (
            .binary(.bitAnd, .double(1.5), .int(1)),
            "!TypeError(\"unsupported operand type(s) for &: 'float' and 'int'\")"
        ),
    ]

    @Test func agreesWithTheAnswersOfCPython() {
        for (call, expected) in PythonArithmeticTests.answers {
            let outcome = call.outcome
            #expect(outcome.utf8.elementsEqual(expected.utf8), "\(call.python): \(outcome), expected \(expected)")
        }
    }
}

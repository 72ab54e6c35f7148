import DataModel
import Testing

@testable import Expressions

/// What would be endless, huge or outside 64 bits is an exception, never a crash or a hang.
struct RuntimeLimitsTests {
    private static let calls: [(RuntimeCase, String)] = [
        (.binary(.multiply, .string("a"), .int(1_000_000_000_000)), "!MemoryError()"),
        (.binary(.multiply, .list([.null]), .int(.max)), "!MemoryError()"),
        (.function("range", [.int(.min), .int(.max)]), "!MemoryError()"),
        (.method(.string("a"), "center", [.int(.max)]), "!MemoryError()"),
        (.method(.string("a"), "zfill", [.int(.max)]), "!MemoryError()"),
        (.format(.int(1), "1000000000000"), "!MemoryError()"),
        (.percent("%1000000000d", [.int(1)]), "!ValueError('width too big')"),
        (.binary(.add, .int(.max), .int(1)), "!" + PythonError.integerTooLarge.repr),
        (.binary(.floorDivide, .int(.min), .int(-1)), "!" + PythonError.integerTooLarge.repr),
        (.binary(.modulo, .int(.min), .int(-1)), "0"),
        (.binary(.leftShift, .int(1), .int(63)), "!" + PythonError.integerTooLarge.repr),
        (.negate(.int(.min)), "!" + PythonError.integerTooLarge.repr),
        (.function("abs", [.int(.min)]), "!" + PythonError.integerTooLarge.repr),
        (.function("int", [.double(1e300)]), "!" + PythonError.integerTooLarge.repr),
        (.function("int", [.string("9223372036854775808")]), "!" + PythonError.integerTooLarge.repr),
        (.function("int", [.string("-9223372036854775808")]), "-9223372036854775808"),
        (.function("json.loads", [.string("12345678901234567890")]), "!" + PythonError.integerTooLarge.repr),
        (.function("math.factorial", [.int(21)]), "!" + PythonError.integerTooLarge.repr),
        (.function("math.comb", [.int(.max), .int(.max - 2)]), "!" + PythonError.integerTooLarge.repr),
        (.function("round", [.int(.max), .int(.min)]), "0"),
        (.function("round", [.double(1.5), .int(.min)]), "0.0"),
        (.function("math.ldexp", [.double(1), .int(.max)]), "!OverflowError('math range error')"),
        (.function("datetime.timedelta", [.int(.max)]), "!" + PythonError.integerTooLarge.repr),
        (.function("datetime.datetime.fromtimestamp", [.double(1e300)]), "!ValueError('year is out of range')"),
        (.function("chr", [.int(0xD800)]), "!ValueError('lone surrogates are not supported')"),
        (.method(.timestamp(.min), "to_utc_datetime", []), "!OverflowError('date value out of range')"),
        (.method(.timestamp(.min), "to_rfc3339", []), "'-290308-12-21T19:59:05.224192Z'"),
        (.sliced(.list([.int(1)]), .int(.min), .int(.max), .int(.max)), "[1]"),
        (.subscripted(.string("a"), .int(.min)), "!IndexError('string index out of range')"),
    ]

    @Test func limitsAreExceptions() {
        for (call, expected) in RuntimeLimitsTests.calls {
            #expect(call.outcome == expected, "\(call.python)")
        }
    }

    @Test func catastrophicPatternsStop() {
        let text = String(repeating: "a", count: 60) + "b"
        let outcome = RuntimeCase.matched(.match, "(a+)+$", text).outcome
        #expect(outcome == "!RuntimeError('regular expression takes too many steps on this text')")
    }

    @Test func deepNestingIsAnException() {
        let text = String(repeating: "[", count: 100_000)
        #expect(RuntimeCase.function("json.loads", [.string(text)]).outcome.hasPrefix("!RecursionError"))
        var nested = Value.list([])
        for _ in 0..<500 { nested = .list([nested]) }
        #expect(RuntimeCase.function("json.dumps", [nested]).outcome.hasPrefix("!RecursionError"))
        #expect(RuntimeCase.function("str", [nested]).outcome.contains("..."))
        let pattern = String(repeating: "(", count: 100_000)
        #expect(RuntimeCase.matched(.match, pattern, "").outcome == "!error('too many nested groups at position 100')")
    }

    /// Random bytes as patterns and templates: any answer will do, but there is one.
    @Test func anyPatternHasAnAnswer() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "(", ")", "(?", "(?P<", "a", "b", "\\", "\\1", "[", "]", "^", "-", "{", "}", "1", ",", "*", "+", "?", "|",
            ":", "=", "!",
            "<", ">", "#", "i", "x", "é", " ", "\n", ".", "$", "\\d", "\\w", "(?:", "(?=", "(?<=", "(?(1)",
        ]
        for _ in 0..<4000 {
            let pattern = (0..<Int.random(in: 1...9, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let calls: [RuntimeCase] = [
                .matched(.search, pattern, "abéa1 b"),
                .function("re.sub", [.string("(a)"), .string(pattern), .string("aba")]),
                .template(pattern, [.int(1)]), .percent("%" + pattern, [.int(1)]), .format(.double(1.5), pattern),
                .function("datetime.datetime.fromisoformat", [.string("2020-01-02T" + pattern)]),
            ]
            for call in calls { #expect(!call.outcome.isEmpty) }
        }
    }
}

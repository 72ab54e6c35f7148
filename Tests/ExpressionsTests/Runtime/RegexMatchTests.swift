import DataModel
import Testing

@testable import Expressions

/// Calls and what CPython 3.11 answers: `repr` of the value, or `!` and `repr` of the exception.
struct RegexMatchTests {
    private static let answers: [(RuntimeCase, String)] = [
        (.matched(.search, "b+", "abbc"), "['bb', [], 1, 3]"),
        (.matched(.match, "b", "ab"), "None"),
        (.matched(.match, "(a)|(b)", "b"), "['b', [None, 'b'], 0, 1]"),
        (.matched(.fullMatch, "a.c", "abc"), "['abc', [], 0, 3]"),
        (.matched(.fullMatch, "a|ab", "ab"), "['ab', [], 0, 2]"),
        (.matched(.search, "(?<=\u{E9})x", "\u{E9}x"), "['x', [], 1, 2]"),
        (.matched(.search, "^b$", "a\nb"), "None"),
        (.matched(.search, "(?m)^b$", "a\nb"), "['b', [], 2, 3]"),
        (.matched(.match, "a{,2}", "aaa"), "['aa', [], 0, 2]"),
        (.matched(.search, "[[:alpha:]]", ":]"), "[':]', [], 0, 2]"),
        (.matched(.search, "a$", "a\n"), "['a', [], 0, 1]"),
        (.matched(.search, "a\\Z", "a\n"), "None"),
    ]

    @Test func agreesWithTheAnswersOfCPython() {
        for (call, expected) in RegexMatchTests.answers {
            let outcome = call.outcome
            #expect(outcome.utf8.elementsEqual(expected.utf8), "\(call.python): \(outcome), expected \(expected)")
        }
    }
}

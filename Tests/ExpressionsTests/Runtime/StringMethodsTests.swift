import DataModel
import Testing

@testable import Expressions

/// Calls and what CPython 3.11 answers: `repr` of the value, or `!` and `repr` of the exception.
struct StringMethodsTests {
    private static let answers: [(RuntimeCase, String)] = [
        (.method(.string("\u{DF}"), "upper", []), "'SS'"),
        (.method(.string("\u{391}\u{3A3}"), "lower", []), "'\u{3B1}\u{3C2}'"),
        (.method(.string("\u{391}\u{3A3}\u{391}"), "lower", []), "'\u{3B1}\u{3C3}\u{3B1}'"),
        (.method(.string("\u{DF}"), "casefold", []), "'ss'"),
        (.method(.string("they're bill's"), "title", []), "\"They'Re Bill'S\""),
        (.method(.string("\u{1C6}"), "title", []), "'\u{1C5}'"),
        (.method(.string("hELLO"), "capitalize", []), "'Hello'"),
        (.method(.string("aB\u{DF}"), "swapcase", []), "'AbSS'"),
        (.method(.string("  a \u{2003}"), "strip", []), "'a'"),
        (.method(.string("xxaxx"), "strip", [.string("x")]), "'a'"),
        (.method(.string("mississippi"), "lstrip", [.string("ims")]), "'ppi'"),
        (.method(.string(" a  b c "), "split", []), "['a', 'b', 'c']"),
        (.method(.string(" a  b c "), "split", [.null, .int(1)]), "['a', 'b c ']"),
        (.method(.string(" a  b c "), "rsplit", [.null, .int(1)]), "[' a  b', 'c']"),
        (.method(.string("a,b,,c"), "split", [.string(",")]), "['a', 'b', '', 'c']"),
        (.method(.string("a,b,,c"), "split", [.string(","), .int(1)]), "['a', 'b,,c']"),
        (.method(.string("a,b,,c"), "rsplit", [.string(","), .int(1)]), "['a,b,', 'c']"),
        (.method(.string(""), "split", []), "[]"),
        (.method(.string(""), "split", [.string(",")]), "['']"),
        (.method(.string("a"), "split", [.string("")]), "!ValueError('empty separator')"),
        (.method(.string("a\nb\r\nc\u{2028}d"), "splitlines", []), "['a', 'b', 'c', 'd']"),
        (.method(.string("a\nb\n"), "splitlines", [.boolean(true)]), "['a\\n', 'b\\n']"),
        (.method(.string("a-b-c"), "partition", [.string("-")]), "['a', '-', 'b-c']"),
        (.method(.string("a-b-c"), "rpartition", [.string("-")]), "['a-b', '-', 'c']"),
        (.method(.string("abc"), "partition", [.string("-")]), "['abc', '', '']"),
        (.method(.string(","), "join", [.list([.string("a"), .string("b")])]), "'a,b'"),
        (
            .method(.string(","), "join", [.list([.string("a"), .int(1)])]),
            "!TypeError('sequence item 1: expected str instance, int found')"
        ),
        (.method(.string("aaa"), "replace", [.string("a"), .string("b"), .int(2)]), "'bba'"),
        (.method(.string("abc"), "replace", [.string(""), .string("-")]), "'-a-b-c-'"),
        (.method(.string("\u{E9}\u{E9}"), "replace", [.string(""), .string("-")]), "'-\u{E9}-\u{E9}-'"),
        (.method(.string("h\u{E9}llo"), "find", [.string("l")]), "2"),
        (.method(.string("h\u{E9}llo"), "rfind", [.string("l")]), "3"),
        (.method(.string("abc"), "index", [.string("z")]), "!ValueError('substring not found')"),
        (.method(.string("abcabc"), "find", [.string("c"), .int(3)]), "5"),
        (.method(.string("abcabc"), "find", [.string("c"), .int(-1), .null]), "5"),
        (.method(.string("aaaa"), "count", [.string("aa")]), "2"),
        (.method(.string("abc"), "count", [.string("")]), "4"),
        (.method(.string("abc"), "startswith", [.string("b"), .int(1)]), "True"),
        (.method(.string("abc"), "startswith", [.list([.string("x"), .string("a")])]), "True"),
        (.method(.string("abc"), "endswith", [.string("bc"), .int(2)]), "False"),
        (
            .method(.string("abc"), "startswith", [.int(1)]),
            "!TypeError('startswith first arg must be str or a tuple of str, not int')"
        ),
        (.method(.string("-42"), "zfill", [.int(6)]), "'-00042'"),
        (.method(.string("ab"), "center", [.int(5)]), "'  ab '"),
        (.method(.string("ab"), "center", [.int(5), .string("\u{E9}")]), "'\u{E9}\u{E9}ab\u{E9}'"),
        (.method(.string("ab"), "ljust", [.int(4), .string(".")]), "'ab..'"),
        (.method(.string("ab"), "rjust", [.int(4)]), "'  ab'"),
        (.method(.string("a\tb"), "expandtabs", []), "'a       b'"),
        (.method(.string("a\tb"), "expandtabs", [.int(3)]), "'a  b'"),
        (.method(.string("\u{E9}"), "encode", []), "b'\\xc3\\xa9'"),
        (
            .method(.string("\u{E9}"), "encode", [.string("ascii")]),
            "!UnicodeEncodeError('ascii', '\u{E9}', 0, 1, 'ordinal not in range(128)')"
        ),
        (.method(.string("\u{E9}"), "encode", [.string("ascii"), .string("xmlcharrefreplace")]), "b'&#233;'"),
        (.method(.string("abc"), "removeprefix", [.string("ab")]), "'c'"),
        (.method(.string("abc"), "removesuffix", [.string("bc")]), "'a'"),
        (.method(.string("\u{B2}"), "isdigit", []), "True"),
        (.method(.string("\u{B2}"), "isdecimal", []), "False"),
        (.method(.string("\u{2167}"), "isnumeric", []), "True"),
        (.method(.string("a\u{E9}"), "isalpha", []), "True"),
        (.method(.string("A b"), "istitle", []), "False"),
        (.method(.string("Ab Cd"), "istitle", []), "True"),
        (.method(.string(""), "isalpha", []), "False"),
        (.method(.string(""), "isascii", []), "True"),
        (.method(.string("a\n"), "isprintable", []), "False"),
        (.method(.string("a1_"), "isidentifier", []), "True"),
        (.method(.string("1a"), "isidentifier", []), "False"),
        (.method(.string("a"), "upper", [.int(1)]), "!TypeError('str.upper() takes no arguments (1 given)')"),
        (.method(.string("a"), "nope", []), "!AttributeError(\"'str' object has no attribute 'nope'\")"),
        (.method(.string("\u{1F}\u{85}"), "isspace", []), "True"),
    ]

    @Test func agreesWithTheAnswersOfCPython() {
        for (call, expected) in StringMethodsTests.answers {
            let outcome = call.outcome
            #expect(outcome.utf8.elementsEqual(expected.utf8), "\(call.python): \(outcome), expected \(expected)")
        }
    }
}

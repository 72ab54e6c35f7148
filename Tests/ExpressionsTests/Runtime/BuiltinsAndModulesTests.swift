import DataModel
import Testing

@testable import Expressions

/// Calls and what CPython 3.11 answers: `repr` of the value, or `!` and `repr` of the exception.
struct BuiltinsAndModulesTests {
    private static let answers: [(RuntimeCase, String)] = [
        (.function("len", [.string("\u{E9}\u{1F600}")]), "2"),
        (.function("len", [.int(5)]), "!TypeError(\"object of type 'int' has no len()\")"),
        (.function("int", [.string(" 12 ")]), "12"),
        (.function("int", [.string("1_000")]), "1000"),
        (.function("int", [.string("x")]), "!ValueError(\"invalid literal for int() with base 10: 'x'\")"),
        (.function("int", [.string("ff"), .int(16)]), "255"),
        (.function("int", [.string("0b101"), .int(0)]), "5"),
        (.function("int", [.double(2.9)]), "2"),
        (.function("int", [.double(-2.9)]), "-2"),
        (.function("int", [.double(.nan)]), "!ValueError('cannot convert float NaN to integer')"),
        (
            .function("int", [.null]),
            "!TypeError(\"int() argument must be a string, a bytes-like object or a real number, not 'NoneType'\")"
        ),
        (.function("int", [.string("\u{663}")]), "3"),
        (.function("float", [.string("1e5")]), "100000.0"),
        (.function("float", [.string(" -inf ")]), "-inf"),
        (.function("float", [.string("1_0.5")]), "10.5"),
        (.function("float", [.string("x")]), "!ValueError(\"could not convert string to float: 'x'\")"),
        (.function("float", [.string("0x1")]), "!ValueError(\"could not convert string to float: '0x1'\")"),
        (.function("str", [.double(1.0)]), "'1.0'"),
        (.function("str", [.double(1e+16)]), "'1e+16'"),
        (.function("str", [.double(1e-05)]), "'1e-05'"),
        (.function("str", [.null]), "'None'"),
        (.function("str", [.list([.int(1), .string("a"), .null])]), "\"[1, 'a', None]\""),
        (.function("bool", [.string("")]), "False"),
        (.function("round", [.double(2.5)]), "2"),
        (.function("round", [.double(3.5)]), "4"),
        (.function("round", [.double(2.675), .int(2)]), "2.67"),
        (.function("round", [.int(1234), .int(-2)]), "1200"),
        (.function("round", [.int(25), .int(-1)]), "20"),
        (.function("round", [.double(1e+300), .int(2)]), "1e+300"),
        (.function("round", [.double(-0.4)]), "0"),
        (.function("abs", [.int(-3)]), "3"),
        (.function("abs", [.string("a")]), "!TypeError(\"bad operand type for abs(): 'str'\")"),
        (.function("divmod", [.int(-7), .int(2)]), "[-4, 1]"),
        (.function("divmod", [.double(7.5), .int(-2)]), "[-4.0, -0.5]"),
        (.function("divmod", [.int(1), .int(0)]), "!ZeroDivisionError('integer division or modulo by zero')"),
        (.function("pow", [.int(2), .int(10), .int(1000)]), "24"),
        (.function("pow", [.int(3), .int(-1), .int(7)]), "5"),
        (.function("min", [.list([.int(3), .int(1), .int(2)])]), "1"),
        (.function("max", [.string("a"), .string("b")]), "'b'"),
        (.function("min", [.list([])]), "!ValueError('min() arg is an empty sequence')"),
        (
            .function("max", [.int(1), .string("a")]),
            "!TypeError(\"'>' not supported between instances of 'str' and 'int'\")"
        ),
        (.function("sum", [.list([.int(1), .double(2.5)])]), "3.5"),
        (
            .function("sum", [.list([.string("a")])]),
            "!TypeError(\"unsupported operand type(s) for +: 'int' and 'str'\")"
        ),
        (
            .function(
                "sum",
                [
                    .list([
                        .double(0.1), .double(0.1), .double(0.1), .double(0.1), .double(0.1), .double(0.1),
                        .double(0.1), .double(0.1), .double(0.1), .double(0.1),
                    ])
                ]), "0.9999999999999999"
        ),
        (.function("sorted", [.list([.int(3), .int(1), .int(2)])]), "[1, 2, 3]"),
        (.function("sorted", [.list([.string("b"), .string("A")])]), "['A', 'b']"),
        (
            .function("sorted", [.list([.int(1), .string("a")])]),
            "!TypeError(\"'<' not supported between instances of 'str' and 'int'\")"
        ),
        (.function("reversed", [.string("abc")]), "['c', 'b', 'a']"),
        (.function("any", [.list([.int(0), .string("")])]), "False"),
        (.function("all", [.list([])]), "True"),
        (.function("enumerate", [.list([.string("a"), .string("b")])]), "[[0, 'a'], [1, 'b']]"),
        (
            .function("zip", [.list([.int(1), .int(2)]), .list([.string("a"), .string("b"), .string("c")])]),
            "[[1, 'a'], [2, 'b']]"
        ),
        (.function("range", [.int(2), .int(10), .int(3)]), "[2, 5, 8]"),
        (.function("range", [.int(1), .int(2), .int(0)]), "!ValueError('range() arg 3 must not be zero')"),
        (.function("list", [.string("a\u{F1}")]), "['a', '\u{F1}']"),
        (.function("list", [.int(1)]), "!TypeError(\"'int' object is not iterable\")"),
        (.function("dict", [.list([.list([.string("a"), .int(1)])])]), "{'a': 1}"),
        (.function("chr", [.int(128512)]), "'\u{1F600}'"),
        (.function("chr", [.int(-1)]), "!ValueError('chr() arg not in range(0x110000)')"),
        (.function("ord", [.string("\u{E9}")]), "233"),
        (.function("ord", [.string("ab")]), "!TypeError('ord() expected a character, but string of length 2 found')"),
        (.function("hex", [.int(-255)]), "'-0xff'"),
        (.function("oct", [.int(8)]), "'0o10'"),
        (.function("bin", [.int(5)]), "'0b101'"),
        (.function("repr", [.string("it's")]), "'\"it\\'s\"'"),
        (.function("ascii", [.string("\u{E9}")]), "\"'\\\\xe9'\""),
        (.function("bytes", [.list([.int(1), .int(2)])]), "b'\\x01\\x02'"),
        (.function("math.sqrt", [.int(2)]), "1.4142135623730951"),
        (.function("math.sqrt", [.int(-1)]), "!ValueError('math domain error')"),
        (.function("math.floor", [.double(-2.5)]), "-3"),
        (.function("math.ceil", [.double(2.1)]), "3"),
        (.function("math.log", [.int(8), .int(2)]), "3.0"),
        (.function("math.log", [.int(0)]), "!ValueError('math domain error')"),
        (.function("math.exp", [.int(1000)]), "!OverflowError('math range error')"),
        (.function("math.hypot", [.int(3), .int(4)]), "5.0"),
        (.function("math.gcd", [.int(12), .int(18)]), "6"),
        (.function("math.lcm", [.int(4), .int(6)]), "12"),
        (.function("math.factorial", [.int(10)]), "3628800"),
        (.function("math.factorial", [.int(-1)]), "!ValueError('factorial() not defined for negative values')"),
        (.function("math.comb", [.int(10), .int(3)]), "120"),
        (.function("math.perm", [.int(5), .int(2)]), "20"),
        (.function("math.isclose", [.double(0.30000000000000004), .double(0.3)]), "True"),
        (.function("math.fmod", [.int(-7), .int(3)]), "-1.0"),
        (
            .function(
                "math.fsum",
                [
                    .list([
                        .double(0.1), .double(0.1), .double(0.1), .double(0.1), .double(0.1), .double(0.1),
                        .double(0.1), .double(0.1), .double(0.1), .double(0.1),
                    ])
                ]), "1.0"
        ),
        (.function("math.prod", [.list([.int(2), .int(3)])]), "6"),
        (.function("math.modf", [.double(3.25)]), "[0.25, 3.0]"),
        (.function("math.dist", [.list([.int(0), .int(0)]), .list([.int(3), .int(4)])]), "5.0"),
        (.function("math.degrees", [.int(1)]), "57.29577951308232"),
        (.function("math.isqrt", [.int(10)]), "3"),
        (
            .function(
                "json.dumps",
                [
                    .map(
                        MapValue([
                            (.string("a"), .list([.int(1), .double(2.5), .null, .boolean(true)])),
                            (.string("\u{E9}"), .string("\"\n")),
                        ]))
                ]), "'{\"a\": [1, 2.5, null, true], \"\\\\u00e9\": \"\\\\\"\\\\n\"}'"
        ),
        (.function("json.dumps", [.double(.nan)]), "'NaN'"),
        (
            .function("json.dumps", [.map(MapValue([(.int(1), .int(2)), (.null, .int(3))]))]),
            "'{\"1\": 2, \"null\": 3}'"
        ),
        (.function("json.dumps", [.bytes([97])]), "!TypeError('Object of type bytes is not JSON serializable')"),
        (.function("json.loads", [.string("{\"a\": [1, 2.5, null, \"\\u00e9\"]}")]), "{'a': [1, 2.5, None, '\u{E9}']}"),
        (.function("json.loads", [.string("[1,]")]), "!JSONDecodeError('Expecting value: line 1 column 4 (char 3)')"),
        (
            .function("json.loads", [.string("{\"a\" 1}")]),
            "!JSONDecodeError(\"Expecting ':' delimiter: line 1 column 6 (char 5)\")"
        ),
        (.function("json.loads", [.string("")]), "!JSONDecodeError('Expecting value: line 1 column 1 (char 0)')"),
        (.function("json.loads", [.string("1 2")]), "!JSONDecodeError('Extra data: line 1 column 3 (char 2)')"),
        (
            .function("json.loads", [.string("\"a")]),
            "!JSONDecodeError('Unterminated string starting at: line 1 column 1 (char 0)')"
        ),
        (.function("json.loads", [.int(5)]), "!TypeError('the JSON object must be str, bytes or bytearray, not int')"),
        (.function("re.sub", [.string("(a)(b)"), .string("\\2\\1"), .string("abab")]), "'baba'"),
        (.function("re.sub", [.string("x*"), .string("-"), .string("abxd")]), "'-a-b--d-'"),
        (.function("re.sub", [.string("(?P<n>a)"), .string("<\\g<n>>"), .string("cat")]), "'c<a>t'"),
        (.function("re.sub", [.string("a"), .string("b"), .string("aaa"), .int(2)]), "'bba'"),
        (.function("re.findall", [.string("(\\w)(\\d)"), .string("a1 b2")]), "[['a', '1'], ['b', '2']]"),
        (.function("re.findall", [.string("\\d+"), .string("a1b22")]), "['1', '22']"),
        (.function("re.split", [.string("[,;] *"), .string("a, b;c")]), "['a', 'b', 'c']"),
        (.function("re.split", [.string("(,)"), .string("a,b")]), "['a', ',', 'b']"),
        (.function("re.escape", [.string("a.b*c")]), "'a\\\\.b\\\\*c'"),
        (
            .function("re.sub", [.string("("), .string(""), .string("")]),
            "!error('missing ), unterminated subpattern at position 0')"
        ),
        (.function("re.findall", [.string("a**"), .string("")]), "!error('multiple repeat at position 2')"),
        (
            .function("re.sub", [.string("a"), .string("\\2"), .string("a")]),
            "!error('invalid group reference 2 at position 1')"
        ),
        (.function("re.findall", [.string("\\bw"), .string("word w")]), "['w', 'w']"),
        (.function("re.findall", [.string("(?i)\u{C9}"), .string("\u{E9}")]), "['\u{E9}']"),
        (
            .function("datetime.datetime.strptime", [.string("2020-02-29 13:05:07"), .string("%Y-%m-%d %H:%M:%S")]),
            "datetime.datetime(2020, 2, 29, 13, 5, 7)"
        ),
        (
            .function("datetime.datetime.strptime", [.string("29/02/20 01:05 PM"), .string("%d/%m/%y %I:%M %p")]),
            "datetime.datetime(2020, 2, 29, 13, 5)"
        ),
        (
            .function("datetime.datetime.strptime", [.string("Mar 5 2021"), .string("%b %d %Y")]),
            "datetime.datetime(2021, 3, 5, 0, 0)"
        ),
        (
            .function("datetime.datetime.strptime", [.string("x"), .string("%Y")]),
            "!ValueError(\"time data 'x' does not match format '%Y'\")"
        ),
        (
            .function(
                "datetime.datetime.strptime",
                [.string("2020-01-02T03:04:05.5+01:30"), .string("%Y-%m-%dT%H:%M:%S.%f%z")]),
            "datetime.datetime(2020, 1, 2, 3, 4, 5, 500000, tzinfo=datetime.timezone(datetime.timedelta(seconds=5400)))"
        ),
        (
            .function("datetime.datetime.fromisoformat", [.string("2020-01-02T03:04:05.678+00:00")]),
            "datetime.datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.timezone.utc)"
        ),
        (.function("datetime.datetime.fromisoformat", [.string("20200102")]), "datetime.datetime(2020, 1, 2, 0, 0)"),
        (.function("datetime.date.fromisoformat", [.string("2020-13-01")]), "!ValueError('month must be in 1..12')"),
        (.function("datetime.date", [.int(2020), .int(2), .int(30)]), "!ValueError('day is out of range for month')"),
        (
            .function("datetime.timedelta", [.int(1), .int(2), .int(3)]),
            "datetime.timedelta(days=1, seconds=2, microseconds=3)"
        ),
        (.function("datetime.timedelta", [.double(0.5)]), "datetime.timedelta(seconds=43200)"),
        (
            .function("datetime.datetime", [.int(2020), .int(1), .int(2), .int(3), .int(4), .int(5), .int(6)]),
            "datetime.datetime(2020, 1, 2, 3, 4, 5, 6)"
        ),
    ]

    @Test func agreesWithTheAnswersOfCPython() {
        for (call, expected) in BuiltinsAndModulesTests.answers {
            let outcome = call.outcome
            #expect(outcome.utf8.elementsEqual(expected.utf8), "\(call.python): \(outcome), expected \(expected)")
        }
    }
}

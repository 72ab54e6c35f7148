import DataModel
import Testing

@testable import Expressions

/// Calls and what CPython 3.11 answers: `repr` of the value, or `!` and `repr` of the exception.
struct PythonFormattingTests {
    private static let answers: [(RuntimeCase, String)] = [
        (.format(.double(3.14159), ".2f"), "'3.14'"),
        (.format(.double(2.675), ".2f"), "'2.67'"),
        (.format(.double(1234567.891), ",.2f"), "'1,234,567.89'"),
        (.format(.double(1.2e-05), "g"), "'1.2e-05'"),
        (.format(.double(1e+22), ""), "'1e+22'"),
        (.format(.double(123.0), ".3"), "'1.23e+02'"),
        (.format(.int(5), "05d"), "'00005'"),
        (.format(.int(-5), "=+8,"), "'-      5'"),
        (.format(.int(1234), "010,"), "'00,001,234'"),
        (.format(.int(255), "#x"), "'0xff'"),
        (.format(.int(255), "#_b"), "'0b1111_1111'"),
        (.format(.double(0.256), ".1%"), "'25.6%'"),
        (.format(.double(1.5), "e"), "'1.500000e+00'"),
        (.format(.double(.nan), "010"), "'0000000nan'"),
        (.format(.double(-0.0), "z.1f"), "'0.0'"),
        (.format(.boolean(true), "d"), "'1'"),
        (.format(.boolean(true), ""), "'True'"),
        (.format(.string("\u{E9}"), "*^5"), "'**\u{E9}**'"),
        (.format(.string("abcdef"), ".3"), "'abc'"),
        (.format(.string("a"), "=5"), "!ValueError(\"'=' alignment not allowed in string format specifier\")"),
        (.format(.double(1.5), "d"), "!ValueError(\"Unknown format code 'd' for object of type 'float'\")"),
        (.format(.int(5), ".2d"), "!ValueError('Precision not allowed in integer format specifier')"),
        (.format(.int(5), "c"), "'\\x05'"),
        (.format(.list([.int(1)]), "5"), "!TypeError('unsupported format string passed to list.__format__')"),
        (.format(.null, ""), "'None'"),
        (.format(.double(12345.678), "n"), "'12345.7'"),
        (.format(.double(1.0), "#.0f"), "'1.'"),
        (.format(.int(10), "X"), "'A'"),
        (.format(.string("x"), "05"), "'x0000'"),
        (.format(.int(1), "99999999999999999999"), "!ValueError('Too many decimal digits in format string')"),
        (.percent("%s-%05.2f", [.string("a"), .double(3.14159)]), "'a-03.14'"),
        (.percent("%d%%", [.int(5)]), "'5%'"),
        (.percent("%x %#o %X", [.int(255), .int(8), .int(255)]), "'ff 0o10 FF'"),
        (.percent("%-5s|%5s|", [.string("a"), .string("b")]), "'a    |    b|'"),
        (.percent("%+d % d", [.int(1), .int(2)]), "'+1  2'"),
        (.percent("%r", [.string("a")]), "\"'a'\""),
        (.percent("%c%c", [.int(65), .string("z")]), "'Az'"),
        (.percent("%e", [.double(12345.678)]), "'1.234568e+04'"),
        (.percent("%.3s", [.string("abcdef")]), "'abc'"),
        (.percent("%*d", [.int(5), .int(1)]), "'    1'"),
        (.percent("%d", [.string("a")]), "!TypeError('%d format: a real number is required, not str')"),
        (.percent("%d", []), "!TypeError('not enough arguments for format string')"),
        (.percent("%s", [.int(1), .int(2)]), "!TypeError('not all arguments converted during string formatting')"),
        (.percent("%y", [.int(1)]), "!ValueError(\"unsupported format character 'y' (0x79) at index 1\")"),
        (.percent("%", [.int(1)]), "!ValueError('incomplete format')"),
        (.percent("%08.3f", [.double(-3.14159)]), "'-003.142'"),
        (.percent("%i", [.double(2.9)]), "'2'"),
        (.template("{} {}", [.int(1), .string("a")]), "'1 a'"),
        (.template("{1}{0}", [.int(1), .int(2)]), "'21'"),
        (.template("{0:>5}|{0:<5}|", [.string("a")]), "'    a|a    |'"),
        (.template("{:{}}", [.int(1), .int(5)]), "'    1'"),
        (.template("{!r}", [.string("a")]), "\"'a'\""),
        (.template("{{}}", []), "'{}'"),
        (.template("{", []), "!ValueError(\"Single '{' encountered in format string\")"),
        (.template("}", []), "!ValueError(\"Single '}' encountered in format string\")"),
        (
            .template("{} {0}", [.int(1)]),
            "!ValueError('cannot switch from automatic field numbering to manual field specification')"
        ),
        (.template("{0[1]}", [.list([.int(1), .int(2)])]), "'2'"),
        (.template("{0[k]}", [.map(MapValue([(.string("k"), .int(5))]))]), "'5'"),
        (.template("{5}", [.int(1)]), "!IndexError('Replacement index 5 out of range for positional args tuple')"),
        (.template("{a}", [.int(1)]), "!KeyError('a')"),
        (.template("{!z}", [.int(1)]), "!ValueError('Unknown conversion specifier z')"),
    ]

    @Test func agreesWithTheAnswersOfCPython() {
        for (call, expected) in PythonFormattingTests.answers {
            let outcome = call.outcome
            #expect(outcome.utf8.elementsEqual(expected.utf8), "\(call.python): \(outcome), expected \(expected)")
        }
    }
}

import DataModel
import Testing

@testable import Expressions

/// Calls and what CPython 3.11 answers: `repr` of the value, or `!` and `repr` of the exception.
struct ContainerMethodsTests {
    private static let answers: [(RuntimeCase, String)] = [
        (.method(.bytes([195, 169]), "decode", []), "'\u{E9}'"),
        (.method(.bytes([255]), "decode", []), "!UnicodeDecodeError('utf-8', b'\\xff', 0, 1, 'invalid start byte')"),
        (.method(.bytes([97, 226, 130]), "decode", [.string("utf-8"), .string("replace")]), "'a\u{FFFD}'"),
        (.method(.bytes([233]), "decode", [.string("latin-1")]), "'\u{E9}'"),
        (.method(.bytes([0, 255]), "hex", []), "'00ff'"),
        (.method(.bytes([32, 97, 32, 98, 32, 32, 99]), "split", [.null, .int(1)]), "[b'a', b'b  c']"),
        (.method(.bytes([97, 44, 98]), "split", [.bytes([44])]), "[b'a', b'b']"),
        (.method(.bytes([97, 98, 99]), "startswith", [.bytes([97])]), "True"),
        (.method(.bytes([97, 98, 99]), "find", [.bytes([99])]), "2"),
        (.method(.list([.int(1), .int(2), .int(1)]), "count", [.int(1)]), "2"),
        (.method(.list([.int(1), .int(2)]), "index", [.int(3)]), "!ValueError('3 is not in list')"),
        (.method(.map(MapValue([(.string("a"), .int(1))])), "get", [.string("b"), .int(0)]), "0"),
        (.method(.map(MapValue([(.string("a"), .int(1))])), "items", []), "[['a', 1]]"),
        (
            .method(.map(MapValue([(.string("a"), .int(1))])), "get", [.list([.int(1)])]),
            "!TypeError(\"unhashable type: 'list'\")"
        ),
        (.method(.int(255), "bit_length", []), "8"),
        (.method(.double(2.0), "is_integer", []), "True"),
    ]

    @Test func agreesWithTheAnswersOfCPython() {
        for (call, expected) in ContainerMethodsTests.answers {
            let outcome = call.outcome
            #expect(outcome.utf8.elementsEqual(expected.utf8), "\(call.python): \(outcome), expected \(expected)")
        }
    }
}

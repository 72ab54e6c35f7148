import DataModel
import Testing

@testable import Expressions

/// Methods that change their receiver: what the call gives and what the receiver is afterwards.
struct MutationTests {
    private static let steps: [(Value, String, [Value], result: String, after: String)] = [
        (.list([.int(1)]), "append", [.int(2)], "None", "[1, 2]"),
        (.list([.int(1)]), "extend", [.string("ab")], "None", "[1, 'a', 'b']"),
        (.list([.int(1), .int(2)]), "insert", [.int(-1), .int(9)], "None", "[1, 9, 2]"),
        (.list([.int(1), .int(2)]), "pop", [], "2", "[1]"),
        (.list([.int(1), .int(2)]), "pop", [.int(0)], "1", "[2]"),
        (.list([]), "pop", [], "!IndexError('pop from empty list')", "[]"),
        (.list([.int(1)]), "remove", [.int(2)], "!ValueError('list.remove(x): x not in list')", "[1]"),
        (.list([.int(3), .int(1)]), "sort", [], "None", "[1, 3]"),
        (.list([.int(3), .int(1)]), "reverse", [], "None", "[1, 3]"),
        (.list([.int(3)]), "clear", [], "None", "[]"),
        (.list([.int(3)]), "append", [], "!TypeError('list.append() takes exactly one argument (0 given)')", "[3]"),
        (.map(MapValue([(.string("a"), .int(1))])), "pop", [.string("a")], "1", "{}"),
        (.map(MapValue()), "pop", [.string("a")], "!KeyError('a')", "{}"),
        (.map(MapValue()), "setdefault", [.string("a"), .int(1)], "1", "{'a': 1}"),
        (.map(MapValue()), "update", [.map(MapValue([(.string("a"), .int(1))]))], "None", "{'a': 1}"),
        (.map(MapValue([(.string("a"), .int(1))])), "popitem", [], "['a', 1]", "{}"),
        (.map(MapValue([(.string("a"), .int(1))])), "clear", [], "None", "{}"),
        (.int(1), "append", [.int(1)], "!AttributeError(\"'int' object has no attribute 'append'\")", "1"),
    ]

    @Test func mutatesAsPython() {
        for (receiver, name, arguments, result, after) in MutationTests.steps {
            var value = receiver
            let outcome: String
            do {
                outcome = PythonRuntime.repr(try PythonRuntime.mutate(&value, name, arguments, []))
            } catch {
                outcome = "!" + error.repr
            }
            #expect(outcome == result, "\(name)")
            #expect(PythonRuntime.repr(value) == after, "\(name)")
        }
    }

    @Test func assignsByIndexAndKey() throws {
        var list = Value.list([.int(1), .int(2)])
        try PythonRuntime.assign(&list, .int(-1), .int(9))
        #expect(PythonRuntime.repr(list) == "[1, 9]")
        #expect(throws: PythonError("IndexError", "list assignment index out of range")) {
            try PythonRuntime.assign(&list, .int(5), .null)
        }
        var map = Value.map(MapValue())
        try PythonRuntime.assign(&map, .string("k"), .int(1))
        #expect(PythonRuntime.repr(map) == "{'k': 1}")
        var text = Value.string("a")
        #expect(throws: PythonError.typeError("'str' object does not support item assignment")) {
            try PythonRuntime.assign(&text, .int(0), .string("b"))
        }
    }
}

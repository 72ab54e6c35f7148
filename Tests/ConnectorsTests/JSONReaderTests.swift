import DataModel
import Diagnostics
import Engine
import Planning
import Platform
import Testing

@testable import Connectors

struct JSONReaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let lines: [String]
        let schema: String
        let rows: [String]
        var testDescription: String { name }

        init(_ name: String, _ lines: [String], _ schema: String, _ rows: [String]) {
            (self.name, self.lines, self.schema, self.rows) = (name, lines, schema, rows)
        }
    }

    static let cases = [
        Case(
            "types", [#"{"a":1,"b":1.5,"c":"x","d":true}"#, #"{"a":-2,"b":2,"c":"","d":false}"#],
            "a: int64?, b: double?, c: string?, d: boolean?",
            [#"[1,1.5,"x",true]"#, #"[-2,2.0,"",false]"#]),
        Case(
            "missing, null, other order", [#"{"a":1,"b":"x"}"#, #"{"b":"y"}"#, #"{"b":null,"a":3}"#, "{}"],
            "a: int64?, b: string?", [#"[1,"x"]"#, #"[null,"y"]"#, "[3,null]", "[null,null]"]),
        Case(
            "blanks", [#"  { "a" : 1 , "b" : [ 1 , 2 ] }  "#, "", "  ", "{\"a\":2,\"b\":[]}\r"],
            "a: int64?, b: list<int64?>?", ["[1,[1,2]]", "[2,[]]"]),
        Case(
            "escapes", [#"{"a":"q\"b\\s\/n\nt\tu\u00e9p\ud83d\ude00"}"#, #"{"\u0061":"x"}"#], "a: string?",
            [#"["q\"b\\s/n\nt\tuép😀"]"#, #"["x"]"#]),
        Case(
            "nested", [#"{"r":{"x":1,"y":["p"]}}"#, #"{"r":{"y":[null],"z":0.5}}"#, #"{"r":null}"#],
            "r: row<x: int64?, y: list<string?>?, z: double?>?",
            [#"[{"x":1,"y":["p"],"z":null}]"#, #"[{"x":null,"y":[null],"z":0.5}]"#, "[null]"]),
        Case(
            "mixed", [#"{"a":1}"#, #"{"a":"x"}"#, #"{"a":{"k":[true]}}"#], "a: any",
            ["[1]", #"["x"]"#, #"[{"k":[true]}]"#]),
        Case(
            "integers that doubles cannot hold", [#"{"a":9007199254740993}"#, #"{"a":0.5}"#], "a: any",
            ["[9007199254740993]", "[0.5]"]),
        Case(
            "integers beyond 64 bits", [#"{"a":1}"#, #"{"a":12345678901234567890123}"#], "a: any",
            ["[1]", "[12345678901234567890123]"]),
        Case(
            "Python's NaN", [#"{"a":NaN}"#, #"{"a":1.5}"#, #"{"a":-Infinity}"#], "a: double?",
            ["[NaN]", "[1.5]", "[-Infinity]"]),
        Case(
            "long texts and keys",
            [#"{"a long key with blanks":"a text that is longer than sixteen bytes"}"#],
            "a long key with blanks: string?",
            [#"["a text that is longer than sixteen bytes"]"#]),
        Case("all null", [#"{"a":null}"#], "a: any", ["[null]"]),
    ]

    @Test(arguments: cases)
    func reads(_ example: Case) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("a.json", example.lines.joined(separator: "\n"))
        for blockSize in [1 << 20, 16, 33] {
            let table = try readTable(readOperation(.json(JSONOptions()), file), blockSize: blockSize)
            #expect(table.schema.description == example.schema)
            #expect(table.rows == example.rows)
        }
    }

    @Test(arguments: cases)
    func readsArrays(_ example: Case) throws {
        let directory = try TemporaryDirectory()
        let objects = example.lines.filter { $0.contains("{") }
        let file = try directory.write("a.json", "[\n" + objects.joined(separator: ",\n") + "\n]\n")
        var options = JSONOptions()
        options.isLines = false
        for blockSize in [1 << 20, 16] {
            let table = try readTable(readOperation(.json(options), file), blockSize: blockSize)
            #expect(table.schema.description == example.schema)
            #expect(table.rows == example.rows)
        }
    }

    @Test func widens() throws {
        let directory = try TemporaryDirectory()
        let ones = String(repeating: "{\"a\":1,\"r\":{\"x\":1}}\n", count: 100_000)
        let file = try directory.write("a.json", ones + #"{"a":0.5,"r":{"x":1,"y":"new"},"b":[1]}"#)
        let table = try readTable(readOperation(.json(JSONOptions()), file))
        #expect(table.schema.description == "a: double?, r: row<x: int64?, y: string?>?, b: list<int64?>?")
        #expect(table.rows.first == #"[1.0,{"x":1,"y":null},null]"#)
        #expect(table.rows.last == #"[0.5,{"x":1,"y":"new"},[1]]"#)
    }

    @Test(arguments: [
        ("{\"a\":1}\n{\"a\":}\n", "line 2 column 6: found '}' where a value should be"),
        ("{\"a\":1}\n{\"a\" 1}\n", "line 2 column 6: found '1' where ':' should be"),
        ("{\"a\":1}\n{\"a\":1\n", "line 2 column 7: the record ends where ',' or '}' should be"),
        ("{\"a\":1}\n[1]\n", "line 2 column 1: found '[' where an object should be"),
        ("{\"a\":1} x\n", "line 1 column 9: found 'x' where the end of the line should be"),
        ("{\"a\":\"x\n\"}\n", "line 1 column 8: a string is not closed"),
        ("{\"a\":1,\"a\":2}\n", "line 1 column 12: the key 'a' is there twice"),
        ("{\"a\":01}\n", "a number must not begin with 0"),
        ("{\"a\":\"\\ud800\"}\n", "half of a surrogate pair is no character"),
        ("{\"a\":\"\\x\"}\n", "there is no such escape"),
        ("{\"a\":" + String(repeating: "[", count: 100_000), "nested more than 128 deep"),
    ])
    func problems(_ text: String, _ message: String) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("a.json", text)
        let found = problem { _ = try readTable(readOperation(.json(JSONOptions()), file)) }
        #expect(found?.code.id == "invalid-json")
        #expect(found?.message.contains(message) == true, "\(found?.message ?? "none")")
        #expect(found?.range == pathRange)
    }

    @Test func writesWhatPythonReads() throws {
        let schema = Schema([
            Field("i", .int64.nullable), Field("d", .double), Field("s", .string),
            Field("r", .row(Schema([Field("x", .int64), Field("y", .list(.string))]))),
        ])
        let row: [Value] = [
            .int(-7), .double(0.1), .string("é\"\n\\"),
            .row(RowValue(["x": .int(1), "y": .list([.string("p")])])),
        ]
        let other: [Value] = [.null, .double(.nan), .string(""), .row(RowValue(["x": .int(2), "y": .list([])]))]
        let directory = try TemporaryDirectory()
        let paths = try writeFiles(
            [batch(schema, [row, other])], schema: schema,
            WriteOperation(format: .json(JSONOptions()), path: "\(directory.path)/out.json", range: nil))
        #expect(
            try directory.text("out.json-00000-of-00001") == #"""
                {"i":-7,"d":0.1,"s":"é\"\n\\","r":{"x":1,"y":["p"]}}
                {"i":null,"d":null,"s":"","r":{"x":2,"y":[]}}

                """#)
        let same = try python(
            """
            import json, sys
            for line in open(sys.argv[1], encoding='utf-8'):
                text = json.dumps(json.loads(line), ensure_ascii=False, separators=(',', ':'))
                sys.stdout.buffer.write((text + '\\n').encode())
            """, paths)
        #expect(same == (try directory.text("out.json-00000-of-00001")))
    }
}

import PipelineSpec
import Testing

struct TemplateValueTests {
    @Test(arguments: [
        ("abc", TemplateValue.string("abc")), ("5", .string("5")),
        ("[1, 2.5, null, true]", .list([.int(1), .double(2.5), .null, .bool(true)])),
        (
            #"{"a": "x\u00e9\ud83d\ude00", "b": {}}"#,
            .dictionary([.init("a", .string("xé😀")), .init("b", .dictionary([]))])
        ),
        ("", .string("")),
    ])
    func readsTheCommandLine(_ text: String, _ expected: TemplateValue) throws {
        #expect(try TemplateValue(commandLine: text) == expected)
    }

    @Test(arguments: [
        ("[1, 2", "expected ',' or ']', found the end of the text", 5),
        ("{a: 1}", "expected a name in double quotes, found 'a'", 1),
        ("[1] x", "expected the end of the JSON, found 'x'", 4), ("[\"a", "the text is never closed", 1),
        ("[tru]", "expected a value, found 't'", 1), ("[1-2]", "'1-2' is not a number", 1),
    ])
    func saysWhatIsWrong(_ text: String, _ message: String, _ offset: Int) {
        #expect(throws: JSONReader.Failure(message: message, offset: offset)) { try TemplateValue(commandLine: text) }
    }

    @Test func refusesDeepJSON() {
        #expect(throws: JSONReader.Failure.self) {
            try TemplateValue(commandLine: String(repeating: "[", count: 100_000))
        }
    }
}

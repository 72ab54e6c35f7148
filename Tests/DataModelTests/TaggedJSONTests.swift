import DataModel
import Testing

/// Engines group by these texts: equal values have to have equal texts, whoever wrote them.
struct TaggedJSONTests {
    @Test(arguments: [
        (Value.int(1), "1"), (.double(1), "1.0"), (.boolean(true), "true"), (.double(1e16), "1e+16"),
        (.double(1.2e16), "1.2e+16"), (.double(1e-7), "1e-07"), (.double(-0.0), "-0.0"),
        (.double(.nan), "{\"$double\":\"nan\"}"), (.double(-.infinity), "{\"$double\":\"-inf\"}"),
        (.string("é\"\\\n\u{1}\u{7F}\u{2028}\u{1F600}"), "\"é\\\"\\\\\\n\\u0001\u{7F}\u{2028}\u{1F600}\""),
        (.bytes([0, 255]), "{\"$bytes\":\"AP8=\"}"), (.timestamp(-1), "{\"$timestamp\":-1}"),
        (.date(-1), "{\"$date\":-1}"),
        (.decimal(DecimalValue(unscaled: 150, scale: 2)), "{\"$decimal\":\"1.50\"}"),
        (.list([.null, .list([])]), "[null,[]]"),
        (.map(MapValue([(.string("a"), .int(1)), (.int(2), .null)])), "{\"$map\":[[\"a\",1],[2,null]]}"),
        (.row(RowValue(names: ["a", "é"], values: [.int(1), .string("")])), "{\"$row\":{\"a\":1,\"é\":\"\"}}"),
    ])
    func textIsPythons(_ value: Value, _ text: String) throws {
        #expect(TaggedJSON.text(value) == text)
        #expect(TaggedJSON.text(try #require(TaggedJSON.value(ofText: text))) == text)
    }

    @Test(arguments: ["", "{", "{\"a\":1}", "{\"$date\":\"x\"}", "[1,{\"$row\":[]}]"])
    func whatIsNoValueIsNone(_ text: String) {
        #expect(TaggedJSON.value(ofText: text) == nil)
    }
}

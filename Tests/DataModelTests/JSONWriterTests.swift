import Testing

@testable import DataModel

struct JSONWriterTests {
    private static let answers: [(Value, compact: String, python: String)] = [
        (.null, "null", "null"), (.boolean(true), "true", "true"),
        (.int(.min), "-9223372036854775808", "-9223372036854775808"),
        (.double(1), "1.0", "1.0"), (.double(.nan), "NaN", "NaN"), (.double(-.infinity), "-Infinity", "-Infinity"),
        (.string("a\"\\\n\u{1}é😀"), #""a\"\\\n\u0001é😀""#, #""a\"\\\n\u0001\u00e9\ud83d\ude00""#),
        (.bytes([0x61]), #""a""#, #""a""#), (.bytes([0xFF, 0x00]), #""/wA=""#, #""/wA=""#),
        (.timestamp(1_500_000), #""1970-01-01T00:00:01.500000Z""#, #""1970-01-01T00:00:01.500000Z""#),
        (.duration(-1_500_000), "-1.5", "-1.5"), (.date(0), #""1970-01-01""#, #""1970-01-01""#),
        (
            .datetime(DateTimeValue(localMicroseconds: 0, offsetSeconds: -5400)), #""1970-01-01T00:00:00-01:30""#,
            #""1970-01-01T00:00:00-01:30""#
        ),
        (.decimal(DecimalValue(unscaled: -150, scale: 2)), "-1.50", "-1.50"),
        (.decimal(DecimalValue(unscaled: 5, scale: 3)), "0.005", "0.005"),
        (.list([.int(1), .list([])]), "[1,[]]", "[1, []]"),
        (.map(MapValue([(.int(1), .null), (.string("b"), .int(2))])), #"{"1":null,"b":2}"#, #"{"1": null, "b": 2}"#),
        (
            .row(RowValue(["a": .int(1), "b": .row(RowValue(["c": .null]))])), #"{"a":1,"b":{"c":null}}"#,
            #"{"a": 1, "b": {"c": null}}"#
        ),
    ]

    @Test func writesValues() {
        for (value, compact, python) in JSONWriterTests.answers {
            #expect(text { JSONWriter.compact.append(value, to: $0) } == compact)
            #expect(text { JSONWriter.python.append(value, to: $0) } == python)
        }
    }

    @Test func writesCells() {
        let numbers = Column(
            type: .int64.nullable, count: 2, validity: Buffer([1, 0]), data: .int64(Buffer<Int64>([7, 0])))
        let names = Column(
            type: .string, count: 2, data: .string(StringBuffer(offsets: Buffer([0, 1, 3]), bytes: Buffer("aé".utf8))))
        let list = Column(
            type: .list(.int64.nullable), count: 2,
            data: .list(offsets: Buffer([0, 2, 2]), elements: ColumnBox(numbers)))
        let fields = ["n", "s", "l"]
        let rows = (0..<2).map { row in
            text { JSONWriter.compact.appendRow([numbers, names, list], names: fields, row: row, to: $0) }
        }
        #expect(rows == [#"{"n":7,"s":"a","l":[7,null]}"#, #"{"n":null,"s":"é","l":[]}"#])
    }

    private func text(_ write: (Buffer<UInt8>) -> Void) -> String {
        let out = Buffer<UInt8>()
        write(out)
        return String(decoding: out.elements, as: UTF8.self)
    }
}

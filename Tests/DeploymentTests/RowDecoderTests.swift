import DataModel
import Testing

@testable import Deployment

struct RowDecoderTests {
    private static func value(_ json: String, _ type: FieldType) -> Value? {
        let line = Array("{\"x\":\(json)}".utf8)
        return line.withUnsafeBytes { RowDecoder(schema: Schema([Field("x", type)])).row($0) }?["x"]
    }

    @Test(arguments: [
        ("1", FieldType.int64, Value.int(1)), ("null", .int64, .null), ("-9223372036854775808", .int64, .int(.min)),
        ("1e-07", .double, .double(1e-7)), ("\"-Infinity\"", .double, .double(-.infinity)), ("3", .double, .double(3)),
        ("\"AP8=\"", .bytes, .bytes([0, 255])), ("-1500001", .timestamp, .timestamp(-1_500_001)),
        ("1709251199000001", .datetime, .datetime(DateTimeValue(localMicroseconds: 1_709_251_199_000_001))),
        ("-1", .date, .date(-1)), ("1500000", .duration, .duration(1_500_000)),
        ("\"1.5000\"", .decimal, .decimal(DecimalValue(unscaled: 15000, scale: 4))),
        ("\"-0.05\"", .decimal, .decimal(DecimalValue(unscaled: -5, scale: 2))),
        (
            "\"99999999999999999999999999999999999999\"", .decimal,
            .decimal(DecimalValue(unscaled: 99_999_999_999_999_999_999_999_999_999_999_999_999, scale: 0))
        ),
        (
            "[[\"a\",1],[\"b\",null]]", .map(.string, .int64.nullable),
            .map(MapValue([(.string("a"), .int(1)), (.string("b"), .null)]))
        ),
        (
            "[[1,[\"Infinity\"]]]", .map(.int64, .list(.double)),
            .map(MapValue([(.int(1), .list([.double(.infinity)]))]))
        ),
        ("{\"a\":1}", .map(.string, .int64), .map(MapValue([(.string("a"), .int(1))]))),
        (
            "{\"b\":true}", .row(Schema([Field("b", .boolean)])),
            .row(RowValue(names: ["b"], values: [.boolean(true)]))
        ),
    ])
    func valuesComeBackAsTheyLeft(_ json: String, _ type: FieldType, _ expected: Value) throws {
        #expect(try #require(Self.value(json, type)) == expected)
    }

    @Test func notANumberComesBack() throws {
        guard case .double(let number) = try #require(Self.value("\"NaN\"", .double)) else {
            Issue.record("no double")
            return
        }
        #expect(number.isNaN)
    }

    @Test(arguments: [
        ("1.5", FieldType.int64), ("\"1\"", .int64), ("1", .string), ("\"*\"", .bytes), ("[[1]]", .map(.int64, .int64)),
        ("\"1.5x\"", .decimal), ("1.5", .date), ("{}", .list(.int64)),
    ])
    func whatDoesNotFitIsNoRow(_ json: String, _ type: FieldType) {
        #expect(Self.value(json, type) == nil)
    }
}

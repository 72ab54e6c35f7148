import DataModel
import Planning
import Testing

@testable import Engine

@Suite struct RowKeysTests {
    /// Keys of every kind come back as they went in, and equal keys are equal bytes.
    @Test func encodedKeysRoundTrip() {
        let schema = Schema([
            Field("a", FieldType.int64.nullable), Field("b", .string), Field("c", FieldType.double.nullable),
            Field("d", .boolean), Field("e", .list(.int64)), Field("f", .any), Field("g", .timestamp),
        ])
        let rows = [
            RowValue([
                "a": .int(1), "b": .string("x"), "c": .null, "d": .boolean(true), "e": .list([.int(1), .int(2)]),
                "f": .double(1), "g": .timestamp(5),
            ]),
            RowValue([
                "a": .null, "b": .string(""), "c": .double(-2.5), "d": .boolean(false), "e": .list([]),
                "f": .map(MapValue([(.string("k"), .null)])), "g": .timestamp(-7),
            ]),
        ]
        let batch = Batch(rows: rows, schema: schema)
        let layout = KeyLayout(fields: Array(0..<7), schema: schema, hasWindow: false)
        let (columns, windows) = layout.columns(of: layout.keys(of: batch))
        #expect(windows == nil)
        for (column, original) in zip(columns, batch.columns) { #expect(column.values == original.values) }
    }

    @Test func windowsArePartOfTheKey() {
        let schema = Schema([Field("k", .string)])
        let rows = ["a", "a", "a"].map { RowValue(["k": .string($0)]) }
        let batch = Batch(rows: rows, schema: schema)
            .with(timestamps: Buffer([0, 5_000_000, 12_000_000]))
        let assigned = Windows.assigned(batch, windowing: .fixed(size: 10_000_000, offset: 0))
        let layout = KeyLayout(fields: [0], schema: schema, hasWindow: true)
        let table = GroupTable(form: layout.form)
        let groups = Buffer<Int32>(uninitializedCount: 3)
        table.find(layout.keys(of: assigned), rows: nil, count: 3, into: groups.pointer)
        #expect(groups.toArray() == [0, 0, 1])
        #expect(layout.columns(of: table.allKeys()).windows?.starts.toArray() == [0, 10_000_000])
    }
}

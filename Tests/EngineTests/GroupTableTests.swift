import DataModel
import Testing

@testable import Engine

@Suite struct GroupTableTests {
    private func keys(_ values: [Int64?]) -> RowKeys {
        let column = Column(values.map { $0.map(Value.int) ?? .null }, type: FieldType.int64.nullable)
        let schema = Schema([Field("k", column.type)])
        let layout = KeyLayout(fields: [0], schema: schema, hasWindow: false)
        return layout.keys(of: Batch(schema: schema, columns: [column], count: values.count))
    }

    private func find(_ table: GroupTable, _ keys: RowKeys) -> [Int32] {
        let groups = Buffer<Int32>(uninitializedCount: keys.count)
        table.find(keys, rows: nil, count: keys.count, into: groups.pointer)
        return groups.toArray()
    }

    @Test func numbersKeysInOrderOfAppearance() {
        let table = GroupTable(form: .int64(field: 0))
        #expect(find(table, keys([7, 3, 7, nil, 3, nil, -1])) == [0, 1, 0, 2, 1, 2, 3])
        #expect(find(table, keys([-1, nil, 8])) == [3, 2, 4])
        #expect(table.count == 5)
    }

    @Test func keepsManyKeysApart() {
        let table = GroupTable(form: .int64(field: 0))
        let values = (0..<100_000).map { Int64($0) &* 0x1_0000_0001 }
        #expect(find(table, keys(values)) == (0..<100_000).map { Int32($0) })
        #expect(find(table, keys(values.reversed())) == (0..<100_000).reversed().map { Int32($0) })
    }

    @Test func looksUpWithoutAdding() {
        let table = GroupTable(form: .int64(field: 0))
        _ = find(table, keys([5, nil]))
        let wanted = keys([5, 6, nil])
        let groups = Buffer<Int32>(uninitializedCount: 3)
        table.lookUp(wanted, count: 3, into: groups.pointer)
        #expect(groups.toArray() == [0, -1, -1])
        #expect(table.count == 2)
    }

    @Test func stringsOfEqualLengthAndPrefixDiffer() {
        let texts = ["", "a", "b", "aaaaaaaa", "aaaaaaab", "aaaaaaaaa", "aaaaaaaab", "é", "e\u{301}"]
        let column = Column(texts.map { Value.string($0) }, type: .string)
        let schema = Schema([Field("k", .string)])
        let layout = KeyLayout(fields: [0], schema: schema, hasWindow: false)
        let table = GroupTable(form: layout.form)
        let keys = layout.keys(of: Batch(schema: schema, columns: [column], count: texts.count))
        #expect(find(table, keys) == texts.indices.map { Int32($0) })
        #expect(layout.columns(of: table.allKeys()).columns[0].values == column.values)
    }
}

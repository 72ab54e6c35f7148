import DataModel
import Testing

@Suite struct ColumnSelectionTests {
    /// One column of every layout, with nulls.
    static let columns: [Column] = {
        let row = Schema([Field("a", .int64), Field("b", FieldType.string.nullable)])
        func made(_ type: FieldType, _ values: [Value]) -> Column { Column(values, type: type) }
        return [
            made(.int64, [.int(1), .int(-2), .int(3), .int(.max)]),
            made(FieldType.int64.nullable, [.int(1), .null, .int(3), .null]),
            made(.double, [.double(0.5), .double(-0.0), .double(.infinity), .int(2)]),
            made(FieldType.boolean.nullable, [.boolean(true), .null, .boolean(false), .boolean(true)]),
            made(FieldType.string.nullable, [.string("a"), .string(""), .null, .string("日本")]),
            made(.bytes, [.bytes([0, 255]), .bytes([]), .bytes([1]), .bytes([2])]),
            made(.timestamp, [.timestamp(1), .timestamp(2), .timestamp(3), .timestamp(4)]),
            made(
                .list(FieldType.string.nullable),
                [
                    .list([.string("x"), .null]), .list([]), .list([.string("yy")]),
                    .list([.string("z"), .string("")]),
                ]),
            made(
                .map(.string, .int64),
                [
                    .map(MapValue([(.string("k"), .int(1))])), .map(MapValue()),
                    .map(MapValue([(.string("k"), .int(2)), (.string("l"), .int(3))])), .map(MapValue()),
                ]),
            made(
                FieldType.row(row).nullable,
                [
                    .row(RowValue(["a": .int(1), "b": .string("s")])), .null,
                    .row(RowValue(["a": .int(2), "b": .null])),
                    .row(RowValue(["b": .string("t"), "a": .int(3)])),
                ]),
            made(.any, [.int(1), .string("s"), .null, .list([.double(2)])]),
            made(.date, [.date(1), .date(-1), .date(0), .date(20_000)]),
        ]
    }()

    @Test(arguments: 0..<12)
    func gatherTakesRowsInOrder(index: Int) {
        let column = Self.columns[index]
        let positions = Buffer<Int32>([3, 0, 0, -1, 1, 2, 3])
        let expected = positions.elements.map { $0 < 0 ? Value.null : column.value(at: Int($0)) }
        let gathered = column.gather(positions)
        #expect(gathered.values == expected)
        #expect(gathered.type == column.type)
        #expect(column.gather(Buffer<Int32>()).values.isEmpty)
    }

    @Test(arguments: 0..<12)
    func filterKeepsMaskedRows(index: Int) {
        let column = Self.columns[index]
        for bits in 0..<16 {
            let mask = (0..<4).map { UInt8(bits >> $0 & 1) }
            let expected = (0..<4).filter { mask[$0] == 1 }.map { column.value(at: $0) }
            #expect(column.filter(mask: mask, selected: expected.count).values == expected)
        }
    }

    @Test(arguments: 0..<12)
    func concatenateJoinsRows(index: Int) {
        let column = Self.columns[index]
        let part = column.gather(Buffer<Int32>([1, 2]))
        #expect(Column.concatenate([column, part, column]).values == column.values + part.values + column.values)
        #expect(Column.concatenate([part]).values == part.values)
    }

    @Test func columnsOfDifferentTypesBecomeAny() {
        let joined = Column.concatenate([Self.columns[0], Self.columns[4]])
        #expect(joined.type.isAny)
        #expect(joined.values == Self.columns[0].values + Self.columns[4].values)
    }

    @Test func absentColumnsStayAbsent() {
        let absent = Column.absent(type: .int64, count: 4)
        let gathered = absent.gather(Buffer<Int32>([0, 1]))
        #expect(gathered.count == 2)
        #expect(gathered.value(at: 0) == .null)
        guard case .absent = Column.concatenate([Self.columns[0], absent]).data else {
            Issue.record("a part that was not read was invented")
            return
        }
    }

    @Test func constantsAndNullsHaveTheirLength() {
        for column in Self.columns {
            let value = column.value(at: 0)
            #expect(Column.constant(value, type: column.type, count: 3).values == [value, value, value])
            #expect(Column.nulls(type: column.type, count: 2).values == [.null, .null])
        }
    }

    @Test func batchesCarryEventTimes() {
        let schema = Schema([Field("a", .int64)])
        let batch = Batch(
            schema: schema, columns: [Self.columns[0]], count: 4, timestamps: Buffer([10, 20, 30, 40]),
            windows: WindowColumn(starts: Buffer([0, 0, 30, 30]), ends: Buffer([30, 30, 60, 60])))
        let filtered = batch.filter(mask: [0, 1, 0, 1], selected: 2)
        #expect(filtered.columns[0].values == [.int(-2), .int(.max)])
        #expect(filtered.timestamps.map { Array($0.elements) } == [20, 40])
        #expect(filtered.windows.map { Array($0.ends.elements) } == [30, 60])
        let plain = Batch(schema: schema, columns: [Self.columns[0]], count: 4)
        let joined = Batch.concatenate([filtered, plain], schema: schema)
        #expect(joined.timestamps.map { Array($0.elements.prefix(3)) } == [20, 40, EventTime.minTimestamp])
        #expect(joined.windows?.ends[5] == EventTime.globalWindowEnd)
        #expect(batch.slice(1..<3).columns[0].values == [.int(-2), .int(3)])
    }
}

@Suite struct ColumnBuilderTests {
    @Test(arguments: [
        (FieldType.int64, Value.string("x")), (.int64, .double(1)), (.int64, .boolean(true)), (.string, .int(1)),
        (.boolean, .int(1)), (.timestamp, .int(1)), (.date, .string("2024-01-01")), (.list(.int64), .int(1)),
        (.bytes, .string("x")), (.int64, .null),
    ])
    func valuesOfOtherTypesBecomeNull(type: FieldType, value: Value) {
        var builder = ColumnBuilder(type: type)
        let belongs = builder.append(value)
        #expect(!belongs)
        let column = builder.finish()
        #expect(column.values == [.null])
    }

    @Test func misfitsInsideNestedValuesAreReported() {
        var builder = ColumnBuilder(type: .list(.int64))
        let answers = [builder.append(.list([.int(1), .string("x")])), builder.append(.list([.int(2)]))]
        #expect(answers == [false, true])
        #expect(builder.finish().values == [.list([.int(1), .null]), .list([.int(2)])])
    }
}

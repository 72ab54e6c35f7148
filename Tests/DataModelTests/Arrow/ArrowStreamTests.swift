import Testing

@testable import DataModel

@Suite struct ArrowStreamTests {
    @Test func roundTripInSwift() throws {
        for seed in 0..<500 {
            var random = RandomBatches(seed: UInt64(seed))
            let batch = random.batch()
            let result = try batch.throughArrow()
            #expect(result.batches.texts == [batch].texts, "seed \(seed)")
            #expect(result.schema == batch.schema, "seed \(seed)")
        }
    }

    /// Without decimals: a file's have one number of places for all batches.
    @Test func aFileIsWrittenAndReadInMessages() throws {
        for seed in 0..<100 {
            var random = RandomBatches(seed: UInt64(seed) + 7000, hasDecimals: false)
            let batch = random.batch()
            let writer = ArrowStreamWriter(schema: batch.schema)
            let bytes = try writer.start() + writer.message(for: batch) + writer.message(for: batch) + writer.end()
            let input = ByteSource(bytes, atOnce: 11)
            var reader = ArrowStreamReader { input.read($0, $1) }
            var batches: [Batch] = []
            while let next = try reader.next() { batches.append(next) }
            #expect(batches.texts == [batch, batch].texts, "seed \(seed)")
        }
    }

    @Test func twoFieldsOfOneNameAreRefused() {
        let schema = Schema([Field("a", .int64), Field("a", .string)])
        #expect(throws: ArrowError.self) { try ArrowStream.encode(schema: schema, batches: []) }
    }

    @Test func valuesWithoutFieldsKeepTheirNumber() throws {
        let result = try Batch(schema: .empty, columns: [], count: 17).throughArrow()
        #expect(result.batches.map(\.count) == [17])
        #expect(result.schema == .empty)
    }

    @Test func severalBatchesShareTheNarrowestFormOfDynamicValues() throws {
        let schema = Schema([Field("v", .any)])
        let batches = [[Value.int(1), .null], [.string("x")], []].map { values in
            Batch(schema: schema, columns: [Column(values, type: .any)], count: values.count)
        }
        let bytes = try ArrowStream.encode(schema: schema, batches: batches)
        let result = try bytes.withUnsafeBytes { try ArrowStream.decode($0) }
        #expect(result.schema == schema)
        #expect(result.batches.flatMap { $0.columns[0].values } == [.int(1), .null, .string("x")])
    }

    /// A field that has no null of its own stays so below a row that is null.
    @Test func nullsOfARowAreNotThoseOfItsFields() throws {
        let inner = Schema([Field("a", .int64), Field("d", .decimal), Field("t", .date)])
        let row = Value.row(
            RowValue(
                names: inner.names,
                values: [.int(1), .decimal(DecimalValue(unscaled: 12, scale: 1)), .date(3)]))
        let column = Column([row, .null], type: FieldType.row(inner).nullable)
        let batch = Batch(schema: Schema([Field("r", column.type)]), columns: [column], count: 2)
        let result = try batch.throughArrow()
        #expect(result.schema == batch.schema)
        #expect(result.batches[0].columns[0].values == [row, .null])
    }

    /// A failed row's value is null whatever the type says, and must not become zero on the way.
    @Test func nullsThatTheTypeDoesNotHaveTravel() throws {
        let column = Column([.int(1), .null], type: .int64)
        let batch = Batch(schema: Schema([Field("v", .int64)]), columns: [column], count: 2)
        #expect(try batch.throughArrow().batches[0].columns[0].values == [.int(1), .null])
        let writer = ArrowStreamWriter(schema: batch.schema)
        let bytes = try writer.start() + writer.message(for: batch) + writer.end()
        let result = try bytes.withUnsafeBytes { try ArrowStream.decode($0) }
        #expect(result.batches[0].columns[0].values == [.int(1), .null])
    }

    @Test func decimalsOfDifferentScalesKeepTheirValue() throws {
        let values: [Value] = [(5, 0), (125, 2), (-1, 7), (Int128(Int64.max) * 1000, 3)].map {
            .decimal(DecimalValue(unscaled: $0.0, scale: $0.1))
        }
        let batch = Batch(
            schema: Schema([Field("v", .decimal)]), columns: [Column(values, type: .decimal)], count: values.count)
        #expect(try batch.throughArrow().batches[0].columns[0].values == values)
    }

    @Test func whatCannotTravelIsToldWithItsField() {
        func message(_ column: Column) -> String {
            let batch = Batch(schema: Schema([Field("price", column.type)]), columns: [column], count: column.count)
            do {
                _ = try batch.throughArrow()
                return "nothing"
            } catch {
                return "\(error)"
            }
        }
        let large = Value.decimal(DecimalValue(unscaled: Int128.max, scale: 0))
        let fine = Value.decimal(DecimalValue(unscaled: 1, scale: 3))
        #expect(
            message(Column([large, fine], type: .decimal))
                == "field 'price': 170141183460469231731687303715884105727 has more digits than travel")
        #expect(
            message(Column([.decimal(DecimalValue(unscaled: 1, scale: 39))], type: .decimal))
                == "field 'price' has decimals with 39 places")
        #expect(message(.absent(type: .int64, count: 3)) == "field 'price' was not read")
    }
}

/// Bytes that come some at a time, as from a pipe.
final class ByteSource: @unchecked Sendable {  // one thread
    private var rest: ArraySlice<UInt8>
    private let atOnce: Int

    init(_ bytes: [UInt8], atOnce: Int = .max) {
        rest = bytes[...]
        self.atOnce = atOnce
    }

    func read(_ memory: UnsafeMutableRawPointer, _ count: Int) -> Int {
        let part = rest.prefix(min(count, atOnce))
        memory.copyMemory(from: Array(part), byteCount: part.count)
        rest = rest.dropFirst(part.count)
        return part.count
    }
}

extension Batch {
    /// What comes out at the other end of a stream.
    func throughArrow() throws -> (schema: Schema, batches: [Batch]) {
        let bytes = try ArrowStream.encode(schema: schema, batches: [self])
        return try bytes.withUnsafeBytes { try ArrowStream.decode($0) }
    }
}

extension [Batch] {
    /// Every row as JSON.
    var texts: [String] {
        flatMap { batch in (0..<batch.count).map { JSONWriter.text(.row(batch.row(at: $0))) } }
    }
}

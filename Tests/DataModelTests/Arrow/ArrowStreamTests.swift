import Diagnostics
import Foundation
import Testing

@testable import DataModel

@Suite struct ArrowStreamTests {
    private func decode(_ bytes: [UInt8]) throws -> (schema: Schema, batches: [Batch]) {
        try bytes.withUnsafeBytes { try ArrowStream.decode($0) }
    }

    private func texts(_ batches: [Batch]) -> [String] {
        batches.flatMap { batch in (0..<batch.count).map { JSONWriter.text(.row(batch.row(at: $0))) } }
    }

    @Test func roundTripInSwift() throws {
        for seed in 0..<500 {
            var random = RandomBatches(seed: UInt64(seed))
            let batch = random.batch()
            let result = try decode(try ArrowStream.encode(schema: batch.schema, batches: [batch]))
            #expect(texts(result.batches) == texts([batch]), "seed \(seed)")
            #expect(result.schema.names == batch.schema.names)
        }
    }

    /// Without decimals: a file's have one number of places for all batches.
    @Test func aFileIsWrittenAndReadInMessages() throws {
        for seed in 0..<100 {
            var random = RandomBatches(seed: UInt64(seed) + 7000, hasDecimals: false)
            let batch = random.batch()
            let writer = ArrowStreamWriter(schema: batch.schema)
            let bytes = try writer.start() + writer.message(for: batch) + writer.message(for: batch) + writer.end()
            let position = Position(bytes)
            var reader = ArrowStreamReader { position.read($0, $1) }
            var batches: [Batch] = []
            while let next = try reader.next() { batches.append(next) }
            #expect(texts(batches) == texts([batch, batch]), "seed \(seed)")
        }
    }

    private final class Position: @unchecked Sendable {  // one thread
        private let bytes: [UInt8]
        private var at = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func read(_ memory: UnsafeMutableRawPointer, _ count: Int) -> Int {
            let part = bytes[at..<min(at + min(count, 11), bytes.count)]
            for (index, byte) in part.enumerated() { memory.storeBytes(of: byte, toByteOffset: index, as: UInt8.self) }
            at += part.count
            return part.count
        }
    }

    /// Five hundred schemas and batches go to pyarrow and come back: as they are, sliced, and with dictionaries.
    @Test(.enabled(if: PyArrowOracle.python != nil, "there is no pyarrow")) func throughPyArrow() throws {
        var originals: [Batch] = []
        for seed in 0..<500 {
            var random = RandomBatches(seed: UInt64(seed) + 1000)
            originals.append(random.batch())
        }
        let streams = try originals.map { try ArrowStream.encode(schema: $0.schema, batches: [$0]) }
        let answers = try PyArrowOracle.run(
            """
            for data in streams():
                reader = pa.ipc.open_stream(data)
                batches = list(reader)
                assert len(batches) == 1
                batch = batches[0]
                batch.validate(full=True)
                give(stream(reader.schema, [batch]))
                give(stream(reader.schema, [batch.slice(1, batch.num_rows - 1) if batch.num_rows else batch]))
                fields, columns = [], []
                for field, column in zip(reader.schema, batch.columns):
                    if pa.types.is_string(field.type) or pa.types.is_int64(field.type) or pa.types.is_binary(field.type):
                        column = column.dictionary_encode()
                        field = pa.field(field.name, column.type, field.nullable, field.metadata)
                    fields.append(field)
                    columns.append(column)
                schema = pa.schema(fields)
                give(stream(schema, [pa.RecordBatch.from_arrays(columns, schema=schema)]))

            """, streams)
        try #require(answers.count == 1500)
        for (index, original) in originals.enumerated() {
            let own = try decode(streams[index])
            for variant in 0..<3 {
                let answer = try decode(answers[3 * index + variant])
                let expected = variant == 1 ? Array(texts([original]).dropFirst()) : texts([original])
                #expect(texts(answer.batches) == expected, "seed \(index), variant \(variant)")
                #expect(answer.schema == own.schema, "seed \(index), variant \(variant)")
            }
        }
    }

    /// What pyarrow can put into a stream, in types of ours.
    @Test(.enabled(if: PyArrowOracle.python != nil, "there is no pyarrow")) func readsEveryTypeOfArrow() throws {
        let answers = try PyArrowOracle.run(
            """
            import datetime, decimal, json
            d = decimal.Decimal
            moment = datetime.datetime(2026, 2, 3, 4, 5, 6, 789000)
            def case(array, *expected):
                batch = pa.record_batch([array], names=['v'])
                give(stream(batch.schema, [batch]))
                give(json.dumps(expected, ensure_ascii=False, separators=(',', ':')).encode())
            for bits in (8, 16, 32, 64):
                case(pa.array([1, -2, None], getattr(pa, f'int{bits}')()), 1, -2, None)
            for bits in (8, 16, 32):
                case(pa.array([1, 200, None], getattr(pa, f'uint{bits}')()), 1, 200, None)
            case(pa.array([1.5, None, -2.0], pa.float32()), 1.5, None, -2.0)
            case(pa.array([1.5, None], pa.float64()), 1.5, None)
            case(pa.array([1.5, -0.25, None], pa.float16()), 1.5, -0.25, None)
            case(pa.array([True, None, False]), True, None, False)
            long = 'a text of more than twelve bytes'
            for kind in (pa.string(), pa.large_string(), pa.string_view()):
                case(pa.array(['ä', None, '', long], kind), 'ä', None, '', long)
            for kind in (pa.list_(pa.int8()), pa.large_list(pa.int8()), pa.list_view(pa.int8()), pa.large_list_view(pa.int8())):
                case(pa.array([[1, None], None, [], [3]], kind), [1, None], None, [], [3])
            case(pa.array([[1, 2], None, [5, 6]], pa.list_(pa.int32(), 2)), [1, 2], None, [5, 6])
            case(pa.array([{'a': 1, 'b': 'x'}, None], pa.struct([('a', pa.int64()), ('b', pa.string())])), {'a': 1, 'b': 'x'}, None)
            case(pa.array([[('k', 1)], None, []], pa.map_(pa.string(), pa.int64())), {'k': 1}, None, {})
            case(pa.array([None, None], pa.null()), None, None)
            case(pa.array(['x', 'y', None, 'x']).dictionary_encode(), 'x', 'y', None, 'x')
            case(pa.array([['x'], ['y', 'x']], pa.list_(pa.dictionary(pa.int8(), pa.string()))), ['x'], ['y', 'x'])
            case(pa.RunEndEncodedArray.from_arrays([2, 3], pa.array(['r', None])), 'r', 'r', None)
            case(pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(['a', 'b'])]), 1, 'b')
            case(pa.UnionArray.from_dense(pa.array([1, 0, 1], pa.int8()), pa.array([0, 0, 1], pa.int32()), [pa.array([7]), pa.array(['a', 'b'])]), 'a', 7, 'b')
            case(pa.array([1, 2, 3, None])[1:3], 2, 3)
            case(pa.array([[1], [2, 3], [4]])[1:], [2, 3], [4])
            case(pa.array(['p', 'q', 'r'])[2:], 'r')
            case(pa.array([True] * 5 + [False] * 6)[4:6], True, False)
            for unit in ('s', 'ms', 'us', 'ns'):
                case(pa.array([0, None], pa.timestamp(unit, tz='UTC')), '1970-01-01T00:00:00Z', None)
            """, [])
        try #require(answers.count % 2 == 0 && answers.count > 60)
        for index in stride(from: 0, to: answers.count, by: 2) {
            let result = try decode(answers[index])
            let values = result.batches.flatMap { $0.columns[0].values }
            let expected = String(decoding: answers[index + 1], as: UTF8.self)
            #expect(JSONWriter.text(.list(values)) == expected, "case \(index / 2): \(result.schema)")
        }
    }

    @Test func twoFieldsOfOneNameAreRefused() {
        let schema = Schema([Field("a", .int64), Field("a", .string)])
        #expect(throws: ArrowError.self) { try ArrowStream.encode(schema: schema, batches: []) }
    }

    /// Nothing that comes over a pipe may end the process.
    @Test func damagedStreamsThrow() throws {
        var random = RandomBatches(seed: 99)
        for seed in 0..<60 {
            var batches = RandomBatches(seed: UInt64(seed) + 3000)
            let batch = batches.batch()
            let whole = try ArrowStream.encode(schema: batch.schema, batches: [batch])
            for _ in 0..<60 {
                var bytes = whole
                for _ in 0...random.next(3) { bytes[random.next(bytes.count)] = UInt8(random.next(256)) }
                if random.next(3) == 0 { bytes.removeLast(random.next(bytes.count)) }
                // Whatever it decodes to can be walked through.
                if let result = try? decode(bytes), result.batches.allSatisfy({ $0.count <= batch.count }) {
                    _ = texts(result.batches)
                }
            }
        }
    }
}

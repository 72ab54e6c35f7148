import DataModel
import Testing

/// Nothing that comes over a pipe may end the process.
@Suite struct ArrowDamageTests {
    @Test func damagedStreamsThrow() throws {
        for seed in 0..<100 {
            var batches = RandomBatches(seed: UInt64(seed) + 3000)
            let batch = batches.batch()
            let stream = try ArrowStream.encode(schema: batch.schema, batches: [batch, batch])
            ArrowDamage.check(stream, seed: seed, times: 40)
        }
    }

    /// A stream that ends within a message says so, wherever that is.
    @Test func cutStreamsThrow() throws {
        var batches = RandomBatches(seed: 11)
        let batch = batches.batch()
        let stream = try ArrowStream.encode(schema: batch.schema, batches: [batch])
        let start = ArrowStreamWriter(schema: batch.schema)
        let startCount = try start.start().count
        for count in 0..<stream.count {
            let cut = Array(stream.prefix(count))
            // Without the marker of its end a stream may end between two messages.
            let isWhole = count == startCount || count == stream.count - 8
            let result = try? cut.withUnsafeBytes { try ArrowStream.decode($0) }
            #expect((result != nil) == isWhole, "\(count) of \(stream.count) bytes")
        }
    }

    /// A message may say that it has a terabyte.
    @Test func lengthsAreNotBelieved() throws {
        let schema = Schema([Field("v", .int64)])
        let batch = Batch(schema: schema, columns: [Column([.int(1)], type: .int64)], count: 1)
        let whole = try ArrowStream.encode(schema: schema, batches: [batch])
        for position in 0..<(whole.count - 8) {
            var bytes = whole
            for offset in 0..<4 { bytes[position + offset] = offset == 3 ? 0x7F : 0xFF }
            let input = ByteSource(bytes)
            var reader = ArrowStreamReader { input.read($0, $1) }
            var rows = 0
            while let batch = try? reader.next() { rows += batch.count }
            #expect(rows <= 1 << 25)
        }
    }
}

/// Streams with bytes that are not what was written.
enum ArrowDamage {
    /// Changes some bytes or cuts the stream, each time anew, and walks through whatever it decodes to.
    static func check(_ stream: [UInt8], seed: Int, times: Int) {
        var random = RandomBatches(seed: UInt64(seed) + 99)
        for _ in 0..<times {
            var bytes = stream
            for _ in 0...random.next(3) {
                let position = random.next(bytes.count)
                switch random.next(3) {
                case 0: bytes[position] = UInt8(random.next(256))
                case 1: bytes[position] ^= 1 << UInt8(random.next(8))
                default: bytes[position] = [0, 1, 0x7F, 0x80, 0xFF][random.next(5)]
                }
            }
            if random.next(4) == 0 { bytes.removeLast(random.next(bytes.count)) }
            guard let result = try? bytes.withUnsafeBytes({ try ArrowStream.decode($0) }) else { continue }
            for batch in result.batches where batch.count < 1000 { _ = [batch].texts }
        }
    }
}

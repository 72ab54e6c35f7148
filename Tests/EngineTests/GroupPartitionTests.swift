import DataModel
import Planning
import Testing

@testable import Engine

/// What does not fit into memory goes to disk and comes back the same.
@Suite struct GroupPartitionTests {
    private static let schema = Schema([Field("k", .string), Field("v", .int64), Field("w", FieldType.double)])

    private func aggregate(budget: Int) throws -> [String: [Value]] {
        let layout = KeyLayout(fields: [0], schema: Self.schema, hasWindow: false)
        let make: () -> [Accumulator] = {
            [
                Accumulators.make(.sum, value: .int64, result: .int64),
                Accumulators.make(.mean, value: .double, result: .double),
                Accumulators.make(.max, value: .string, result: .string),
                Accumulators.make(.group, value: .int64, result: .list(.int64)),
            ]
        }
        let partition = GroupPartition(
            layout: layout, accumulators: make(), spill: SpillSettings(directory: "/tmp", partitionBudget: budget))
        let worker = MorselAggregator(layout: layout, accumulators: make())
        for sequence in 0..<10 {
            let rows = (0..<200).map { index -> RowValue in
                let number = (sequence * 200 + index) * 7919 % 701
                return RowValue([
                    "k": .string("key\(number)"), "v": .int(Int64(index)), "w": .double(Double(number) / 3),
                ])
            }
            let batch = Batch(rows: rows, schema: Self.schema)
            let partial = try worker.aggregate(
                keys: layout.keys(of: batch),
                values: [batch.columns[1], batch.columns[2], batch.columns[0], batch.columns[1]],
                partitionBits: 0)
            try partition.merge(partial, partition: 0, sequence: sequence)
        }
        let output = Schema([
            Field("k", .string), Field("sum", .int64), Field("mean", .double), Field("max", .string),
            Field("all", .list(.int64)),
        ])
        var found: [String: [Value]] = [:]
        let result = GroupedResult(schema: output, layout: layout)
        try partition.finish(
            { batch in
                for row in 0..<batch.count {
                    let values = batch.row(at: row).values
                    guard case .string(let key) = values[0] else { continue }
                    #expect(found[key] == nil, "a key appears twice")
                    found[key] = Array(values.dropFirst())
                }
            }, result: result)
        return found
    }

    @Test func spilledGroupsEqualThoseInMemory() throws {
        let inMemory = try aggregate(budget: 1 << 30)
        #expect(inMemory.count == 701)
        #expect(try aggregate(budget: 60_000) == inMemory)
        #expect(try aggregate(budget: 20_000) == inMemory)
    }
}

import DataModel
import Foundation
import Testing

/// Against the real pyarrow: what it can put into a stream, and what it says of ours.
@Suite(.enabled(if: PyArrowOracle.python != nil, "there is no pyarrow: scripts/test-worker-programs.sh installs it"))
struct ArrowTypesTests {
    private func decode(_ bytes: [UInt8]) throws -> (schema: Schema, batches: [Batch]) {
        try bytes.withUnsafeBytes { try ArrowStream.decode($0) }
    }

    /// Five hundred schemas and batches go to pyarrow and come back: as they are, sliced, and with dictionaries.
    @Test func throughPyArrow() throws {
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
                    if field.type in (pa.string(), pa.int64(), pa.binary()):
                        column = column.dictionary_encode()
                        field = pa.field(field.name, column.type, field.nullable, field.metadata)
                    fields.append(field)
                    columns.append(column)
                schema = pa.schema(fields)
                give(stream(schema, [pa.RecordBatch.from_arrays(columns, schema=schema)]))

            """, streams)
        try #require(answers.count == 1500)
        for (index, original) in originals.enumerated() {
            for variant in 0..<3 {
                let answer = try decode(answers[3 * index + variant])
                let expected = variant == 1 ? Array([original].texts.dropFirst()) : [original].texts
                #expect(answer.batches.texts == expected, "seed \(index), variant \(variant)")
                #expect(answer.schema == original.schema, "seed \(index), variant \(variant)")
            }
        }
    }

    /// What a field becomes: its type and its values, as pyarrow's own program has written them down.
    @Test func everyTypeOfArrowBecomesOneOfOurs() throws {
        let answers = try PyArrowOracle.run(ArrowCases.program, [])
        try #require(answers.count % 3 == 0 && answers.count > 3 * 90)
        for index in stride(from: 0, to: answers.count, by: 3) {
            let (type, values) = (String(decoding: answers[index + 1], as: UTF8.self), answers[index + 2])
            guard let result = try? decode(answers[index]) else {
                Issue.record("case \(index / 3): \(type) cannot be decoded")
                continue
            }
            #expect(result.schema.description == "v: \(type)", "case \(index / 3)")
            let decoded = result.batches.flatMap { $0.columns[0].values }
            #expect(
                JSONWriter.text(.list(decoded)) == String(decoding: values, as: UTF8.self),
                "case \(index / 3): \(type)")
        }
    }

    @Test func whatWeDoNotReadIsToldWithItsField() throws {
        let answers = try PyArrowOracle.run(ArrowCases.refused, [])
        try #require(answers.count == 2 * 8)
        for index in stride(from: 0, to: answers.count, by: 2) {
            let error = #expect(throws: ArrowError.self) { try decode(answers[index]) }
            #expect(error?.message == String(decoding: answers[index + 1], as: UTF8.self))
        }
    }

    /// Layouts that we never write ourselves, with bytes changed at random.
    @Test func damagedStreamsOfPyArrowThrow() throws {
        let streams = try PyArrowOracle.run(ArrowCases.program, [])
        for (index, stream) in streams.enumerated() where index % 3 == 0 {
            ArrowDamage.check(stream, seed: index, times: 40)
        }
    }
}

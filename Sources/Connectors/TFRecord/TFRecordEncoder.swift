import DataModel

/// Writes the only field of each row, bytes or text, as a TFRecord frame.
struct TFRecordEncoder: RowEncoder {
    func encode(_ batch: Batch, rows: Range<Int>, to out: Buffer<UInt8>) throws {
        guard let column = batch.columns.first, batch.columns.count == 1, case .string(let strings) = column.data else {
            throw EncodingProblem(
                message: "a TFRecord file has one field of bytes a row, not <\(batch.schema)>",
                hint: "map the row to one field of type bytes first, such as with MapToFields")
        }
        for row in rows {
            guard !column.isNull(row) else {
                throw EncodingProblem(message: "a TFRecord cannot be null", hint: "filter out rows without a record")
            }
            append(strings[row], to: out)
        }
    }

    private func append(_ record: UnsafeBufferPointer<UInt8>, to out: Buffer<UInt8>) {
        let start = out.count
        append(UInt64(record.count), bytes: 8, to: out)
        let length = UnsafeBufferPointer(start: UnsafePointer(out.pointer + start), count: 8)
        append(UInt64(CRC32C.masked(length)), bytes: 4, to: out)
        out.append(bytes: record)
        append(UInt64(CRC32C.masked(record)), bytes: 4, to: out)
    }

    private func append(_ number: UInt64, bytes: Int, to out: Buffer<UInt8>) {
        for index in 0..<bytes { out.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
    }
}

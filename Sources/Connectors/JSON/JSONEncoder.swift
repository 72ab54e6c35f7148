import DataModel

/// Writes each row as a JSON object: compact, with its nulls, text not escaped beyond what JSON asks for.
///
/// What JSON has no number for, `NaN` and infinity, is null, as pandas writes it.
struct JSONEncoder: RowEncoder {
    /// `{"a":`, `,"b":` and so on.
    private let keys: [[UInt8]]

    init(schema: Schema) {
        keys = JSONWriter.prefixes(of: schema)
    }

    func encode(_ batch: Batch, rows: Range<Int>, to out: Buffer<UInt8>) {
        let columns = batch.columns
        let sources = columns.map { CellSource($0) }
        var sink = ByteSink(out)
        for row in rows {
            for index in sources.indices {
                let source = sources[index]
                keys[index].withUnsafeBufferPointer { key in
                    sink.reserve(key.count + 40)
                    sink.put(key)
                }
                if source.isNull(row) {
                    sink.put("null")
                    continue
                }
                switch source.kind {
                case .integer: sink.put(decimal: source.integer(row))
                case .double:
                    let number = source.double(row)
                    if number.isFinite { sink.put(double: number) } else { sink.put("null") }
                case .boolean: sink.put(source.flag(row) ? "true" : "false")
                case .text:
                    let text = source.text(row)
                    if isPlain(text) {
                        sink.reserve(text.count + 2)
                        sink.put(UInt8(ascii: "\""))
                        sink.put(text)
                        sink.put(UInt8(ascii: "\""))
                    } else {
                        sink.detached { JSONWriter.compact.appendString(text, to: $0) }
                    }
                case .other: sink.detached { JSONWriter.append(columns[index], row: row, to: $0) }
                }
            }
            sink.reserve(4)
            if sources.isEmpty { sink.put(UInt8(ascii: "{")) }
            sink.put(UInt8(ascii: "}"))
            sink.put(UInt8(ascii: "\n"))
        }
        sink.close()
        withExtendedLifetime(columns) {}
    }

    /// Whether nothing in a text has to be escaped.
    @inline(__always)
    private func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var isPlain = true
        for byte in text where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            isPlain = false
        }
        return isPlain
    }
}

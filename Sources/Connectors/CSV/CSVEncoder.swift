import DataModel

/// Writes rows as Python's `csv` does with minimal quoting: null is empty, `True` and `False`, floats as `repr`.
///
/// Lists, maps and rows are compact JSON; Beam writes them as Python objects that nothing reads back.
struct CSVEncoder: RowEncoder {
    let schema: Schema
    let delimiter: UInt8
    let hasHeader: Bool

    var preamble: [UInt8] {
        guard hasHeader else { return [] }
        let out = Buffer<UInt8>()
        for (index, name) in schema.names.enumerated() {
            if index > 0 { out.append(delimiter) }
            var name = name
            name.withUTF8 { appendText($0, to: out) }
        }
        out.append(ascii: "\n")
        return out.toArray()
    }

    func encode(_ batch: Batch, rows: Range<Int>, to out: Buffer<UInt8>) {
        let columns = batch.columns
        let sources = columns.map { CellSource($0) }
        var sink = ByteSink(out)
        sources.withUnsafeBufferPointer { sources in
            for row in rows {
                var lineLength = 0
                for index in sources.indices {
                    let source = sources[index]
                    sink.reserve(40)
                    if index > 0 { sink.put(delimiter) }
                    if source.isNull(row) { continue }
                    lineLength = 1
                    switch source.kind {
                    case .integer: sink.put(decimal: source.integer(row))
                    case .double: sink.put(double: source.double(row))
                    case .boolean: sink.put(source.flag(row) ? "True" : "False")
                    case .text:
                        let text = source.text(row)
                        if text.isEmpty { lineLength = 0 }
                        if needsQuotes(text) {
                            sink.detached { appendQuoted(text, to: $0) }
                        } else {
                            sink.reserve(text.count)
                            sink.put(text)
                        }
                    case .other:
                        sink.detached { appendOther(columns[index].value(at: row), columns[index], row, to: $0) }
                    }
                }
                sink.reserve(3)
                // A line that is empty would be no row at all.
                if sources.count == 1, lineLength == 0 { sink.put("\"\"") }
                sink.put(CSVDialect.newline)
            }
        }
        sink.close()
        withExtendedLifetime(columns) {}
    }

    @inline(never)
    private func appendOther(_ value: Value, _ column: Column, _ row: Int, to out: Buffer<UInt8>) {
        switch value {
        case .null: break
        case .boolean(let flag): out.append(text: flag ? "True" : "False")
        case .int(let number): out.append(decimal: number)
        case .double(let number): DoubleFormatting.append(number, to: out)
        case .string(var text): text.withUTF8 { appendText($0, to: out) }
        case .bytes(let bytes):
            bytes.withUnsafeBufferPointer { content in
                if UTF8Validation.firstInvalid(content) == nil {
                    appendText(content, to: out)
                } else {
                    Base64.encode(content).withUnsafeBufferPointer { out.append(bytes: $0) }
                }
            }
        default:
            let json = Buffer<UInt8>(capacity: 64)
            JSONWriter.append(column, row: row, to: json)
            let isText = json.count >= 2 && json[0] == UInt8(ascii: "\"")
            appendText(
                isText ? UnsafeBufferPointer(rebasing: json.elements[1..<(json.count - 1)]) : json.elements, to: out)
        }
    }

    private func appendText(_ text: UnsafeBufferPointer<UInt8>, to out: Buffer<UInt8>) {
        if needsQuotes(text) { appendQuoted(text, to: out) } else { out.append(bytes: text) }
    }

    @inline(__always)
    private func needsQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return false }
        var index = 0
        var found: UInt64 = 0
        while index &+ 8 <= text.count {
            found |= special(Word.load(base + index))
            index &+= 8
        }
        // The rest byte by byte: there may be nothing behind the text.
        while index < text.count {
            let byte = base[index]
            if byte == delimiter || byte == CSVDialect.quote || byte == CSVDialect.newline
                || byte == CSVDialect.carriageReturn
            {
                return true
            }
            index &+= 1
        }
        return found != 0
    }

    @inline(__always)
    private func special(_ word: UInt64) -> UInt64 {
        Word.zeroBytes(word ^ Word.repeating(delimiter)) | Word.zeroBytes(word ^ Word.repeating(CSVDialect.quote))
            | Word.zeroBytes(word ^ Word.repeating(CSVDialect.newline))
            | Word.zeroBytes(word ^ Word.repeating(CSVDialect.carriageReturn))
    }

    @inline(never)
    private func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, to out: Buffer<UInt8>) {
        out.append(CSVDialect.quote)
        for byte in text {
            if byte == CSVDialect.quote { out.append(byte) }
            out.append(byte)
        }
        out.append(CSVDialect.quote)
    }
}

extension UTF8Validation {
    static func firstInvalid(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        bytes.baseAddress.flatMap { firstInvalid($0, count: bytes.count) }
    }
}

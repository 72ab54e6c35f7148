import DataModel

/// Writes the only field of each row as Python's `str` has it, a line each.
struct TextEncoder: RowEncoder {
    func encode(_ batch: Batch, rows: Range<Int>, to out: Buffer<UInt8>) throws {
        guard let column = batch.columns.first, batch.columns.count == 1 else {
            throw EncodingProblem(
                message: "a text file has one field a row, not \(batch.columns.count)",
                hint: "map the row to one field first, such as with MapToFields")
        }
        if case .string(let strings) = column.data, column.type.kind == .string, column.validity == nil {
            for row in rows {
                out.append(bytes: strings[row])
                out.append(ascii: "\n")
            }
            return
        }
        for row in rows {
            append(column.value(at: row), to: out)
            out.append(ascii: "\n")
        }
    }

    private func append(_ value: Value, to out: Buffer<UInt8>) {
        switch value {
        case .null: out.append(text: "None")
        case .boolean(let flag): out.append(text: flag ? "True" : "False")
        case .int(let number): out.append(decimal: number)
        case .double(let number): DoubleFormatting.append(number, to: out)
        case .string(let text): out.append(utf8: text)
        case .bytes(let bytes): bytes.withUnsafeBufferPointer { out.append(bytes: $0) }
        default:
            let json = Buffer<UInt8>(capacity: 64)
            JSONWriter.append(value, to: json)
            let isText = json.count >= 2 && json[0] == UInt8(ascii: "\"")
            out.append(
                bytes: isText ? UnsafeBufferPointer(rebasing: json.elements[1..<(json.count - 1)]) : json.elements)
            withExtendedLifetime(json) {}
        }
    }
}

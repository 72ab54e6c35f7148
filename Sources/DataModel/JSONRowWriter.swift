/// Writes rows of one schema as JSON objects; the names are escaped once.
public struct JSONRowWriter: Sendable {
    private let prefixes: [[UInt8]]

    public init(schema: Schema) {
        prefixes = schema.fields.enumerated().map { index, field in
            let name = Buffer<UInt8>()
            name.append(index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
            JSONWriter.append(.string(field.name), to: name)
            name.append(UInt8(ascii: ":"))
            return name.toArray()
        }
    }

    /// Appends one row as a compact object.
    public func append(_ batch: Batch, row: Int, to out: Buffer<UInt8>) {
        if prefixes.isEmpty { out.append(UInt8(ascii: "{")) }
        for (prefix, column) in zip(prefixes, batch.columns) {
            prefix.withUnsafeBufferPointer { bytes in
                if let base = bytes.baseAddress { out.append(base, count: bytes.count) }
            }
            JSONWriter.append(column, row: row, to: out)
        }
        out.append(UInt8(ascii: "}"))
    }
}

extension JSONWriter {
    /// A value as compact JSON.
    public static func text(_ value: Value) -> String {
        let out = Buffer<UInt8>()
        append(value, to: out)
        return String(decoding: out.toArray(), as: UTF8.self)
    }
}

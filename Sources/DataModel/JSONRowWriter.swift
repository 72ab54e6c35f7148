/// Writes rows of one schema as JSON objects; the names are escaped once.
public struct JSONRowWriter: Sendable {
    private let prefixes: [[UInt8]]

    public init(schema: Schema) {
        prefixes = JSONWriter.prefixes(of: schema)
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
    /// What stands before the value of each field of a compact object: `{"a":`, then `,"b":` and so on.
    public static func prefixes(of schema: Schema) -> [[UInt8]] {
        schema.fields.enumerated().map { index, field in
            let prefix = Buffer<UInt8>()
            prefix.append(index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
            append(.string(field.name), to: prefix)
            prefix.append(UInt8(ascii: ":"))
            return prefix.toArray()
        }
    }

    /// A value as compact JSON.
    public static func text(_ value: Value) -> String {
        let out = Buffer<UInt8>()
        append(value, to: out)
        return String(decoding: out.toArray(), as: UTF8.self)
    }
}

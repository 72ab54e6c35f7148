import DataModel
import Diagnostics
import Platform

extension Publication {
    /// Rows that this machine prints when the job has finished.
    struct Printed: Sendable {
        let step: String
        /// Where they lie, below the staging folder.
        let folder: String
        /// `nil` for one that cannot be written down.
        let schema: Schema?

        /// The rows as a run prints them; `nil` where they cannot be read.
        func lines(below staging: String) -> [UInt8]? {
            guard let schema, let parts = try? Publication.parts(in: Path.join(staging, folder)) else { return nil }
            let decoder = RowDecoder(schema: schema)
            let prefixes = JSONWriter.prefixes(of: schema)
            let out = Buffer<UInt8>()
            for part in parts {
                guard let bytes = try? OpenFile.contents(of: part) else { return nil }
                for line in bytes.split(separator: UInt8(ascii: "\n")) {
                    guard let row = line.withUnsafeBytes({ decoder.row($0) }) else { return nil }
                    for (prefix, field) in zip(prefixes, schema.fields) {
                        for byte in prefix { out.append(byte) }
                        JSONWriter.append(row[field.name] ?? .null, to: out)
                    }
                    if prefixes.isEmpty { out.append(UInt8(ascii: "{")) }
                    for byte in [UInt8(ascii: "}"), UInt8(ascii: "\n")] { out.append(byte) }
                }
            }
            return out.toArray()
        }
    }
}

extension Publication.Printed {
    var json: JSONText {
        .object([
            "step": .string(step), "folder": .string(folder),
            "schema": schema.flatMap(Self.text).map(JSONText.string),
        ])
    }

    init?(_ json: JSONText) {
        guard let step = json["step"]?.string, let folder = json["folder"]?.string else { return nil }
        self.init(step: step, folder: folder, schema: json["schema"]?.string.flatMap(Self.schema))
    }

    /// A schema as an Arrow stream without rows, where that says all of it.
    private static func text(_ schema: Schema) -> String? {
        guard let bytes = try? ArrowStream.encode(schema: schema, batches: []) else { return nil }
        let text = String(decoding: Base64.encode(bytes), as: UTF8.self)
        return self.schema(text) == schema ? text : nil
    }

    private static func schema(_ text: String) -> Schema? {
        Base64.decode(text).flatMap { bytes in
            bytes.withUnsafeBytes { try? ArrowStream.decode($0) }?.schema
        }
    }
}

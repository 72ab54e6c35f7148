/// What is wrong with Arrow data, or what it cannot hold.
public struct ArrowError: Error, Sendable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) {
        self.message = message
    }

    public var description: String { message }
}

/// One encapsulated message of Arrow's IPC stream: its metadata and the range of its body.
///
/// Source: Apache Arrow's columnar format 1.5, "Encapsulated message format".
struct ArrowMessage {
    static let continuation: UInt32 = 0xFFFF_FFFF
    /// A continuation marker and no metadata.
    static let endOfStream: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
    /// Metadata version V5. Unions of V4 have validity, all else is the same.
    private static let version: Int16 = 4

    /// The start of a message up to its body.
    static func metadata(header: UInt8, bodyLength: Int, _ write: @escaping FlatBufferWriter.Target) -> [UInt8] {
        let buffer = FlatBufferWriter.buffer { writer in
            writer.table([
                .short(0, version), .byte(1, header), .offset(2, write), .long(3, Int64(bodyLength)),
            ])
        }
        let padding = (8 - buffer.count % 8) % 8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(buffer.count + padding + 8)
        withUnsafeBytes(of: continuation.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: Int32(buffer.count + padding).littleEndian) { bytes += $0 }
        bytes += buffer
        bytes.append(contentsOf: repeatElement(0, count: padding))
        return bytes
    }

    /// The kind of header: 1 schema, 2 dictionary, 3 record batch.
    let kind: UInt8
    let header: FlatBufferTable
    let bodyLength: Int

    init(metadata: UnsafeRawBufferPointer) throws(ArrowError) {
        let root = try FlatBufferTable(root: metadata)
        guard try root.number(0, Int16(0)) >= Self.version - 1 else {
            throw ArrowError("Arrow data of versions before 0.8 is not read")
        }
        kind = try root.number(1, UInt8(0))
        guard let header = try root.table(2) else { throw ArrowError("an Arrow message has no header") }
        self.header = header
        let length: Int64 = try root.number(3, 0)
        guard length >= 0, length < 1 << 40 else { throw ArrowError("an Arrow message says it has \(length) bytes") }
        bodyLength = Int(length)
    }
}

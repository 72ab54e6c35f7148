/// Arrow's IPC stream format: a schema, dictionaries and record batches, one message after the other.
///
/// Source: Apache Arrow's columnar format 1.5, "IPC streaming format".
public enum ArrowStream {
    /// A schema and any number of batches as one stream, end-of-stream marker included.
    ///
    /// Dynamic values travel in the narrowest form that fits all batches.
    public static func encode(schema: Schema, batches: [Batch]) throws(ArrowError) -> [UInt8] {
        let fields = try ArrowField.planned(
            schema, columns: schema.fields.indices.map { index in batches.map { $0.columns[index] } })
        let start = ArrowField.schema(fields)
        var messages: [ArrowBatchEncoder] = []
        for batch in batches { messages.append(try ArrowBatchEncoder(fields, batch)) }
        let end = ArrowMessage.endOfStream
        let size = start.count + messages.reduce(0) { $0 + $1.byteCount } + end.count
        return [UInt8](unsafeUninitializedCapacity: size) { memory, count in
            guard var position = memory.baseAddress else { return }
            position.update(from: start, count: start.count)
            position += start.count
            for message in messages {
                message.write(to: position)
                position += message.byteCount
            }
            position.update(from: end, count: end.count)
            count = size
        }
    }

    /// The schema and the batches of a stream; what follows its end is ignored.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(ArrowError) -> (schema: Schema, batches: [Batch]) {
        var decoder = ArrowStreamDecoder()
        var batches: [Batch] = []
        var position = 0
        while let (metadata, size) = try message(bytes, position) {
            position += size
            let message = try ArrowMessage(metadata: metadata)
            guard message.bodyLength <= bytes.count - position else { throw ArrowError("an Arrow stream ends early") }
            let body = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + message.bodyLength)])
            if let batch = try decoder.take(message, body: body) { batches.append(batch) }
            position += message.bodyLength
        }
        guard let schema = decoder.schema else { throw ArrowError("an Arrow stream has no schema") }
        return (schema, batches)
    }

    /// The metadata of the message at a position, and how long it is with what stands before it; `nil` at the end.
    private static func message(
        _ bytes: UnsafeRawBufferPointer, _ position: Int
    ) throws(ArrowError) -> (metadata: UnsafeRawBufferPointer, size: Int)? {
        if position == bytes.count { return nil }
        guard position + 8 <= bytes.count else { throw ArrowError("an Arrow stream ends early") }
        let size = try ArrowStreamDecoder.metadataSize(
            UnsafeRawBufferPointer(rebasing: bytes[position..<(position + 8)]))
        if size == 0 { return nil }
        guard size <= bytes.count - position - 8 else { throw ArrowError("an Arrow stream ends early") }
        return (UnsafeRawBufferPointer(rebasing: bytes[(position + 8)..<(position + 8 + size)]), size + 8)
    }
}

/// What a stream has said so far: its fields and its dictionaries.
struct ArrowStreamDecoder {
    private(set) var schema: Schema?
    private var fields: [ArrowField] = []
    private var dictionaryFields: [Int64: ArrowField] = [:]
    private var dictionaries: [Int64: Column] = [:]

    /// How many bytes of metadata follow the eight bytes that begin a message; 0 at the end of a stream.
    static func metadataSize(_ bytes: UnsafeRawBufferPointer) throws(ArrowError) -> Int {
        let marker = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        guard marker == ArrowMessage.continuation else { throw ArrowError("this is no Arrow stream") }
        let size = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: Int32.self))
        guard size >= 0 else { throw ArrowError("an Arrow message says it has \(size) bytes") }
        return Int(size)
    }

    /// Takes in a message; gives its rows if it is a record batch.
    mutating func take(_ message: ArrowMessage, body: UnsafeRawBufferPointer) throws(ArrowError) -> Batch? {
        switch message.kind {
        case 1:
            guard schema == nil else { throw ArrowError("an Arrow stream has two schemas") }
            fields = try ArrowField.fields(ofSchema: message.header)
            schema = try ArrowField.schema(of: fields)
            ArrowField.dictionaries(in: fields, into: &dictionaryFields)
            return nil
        case 2:
            try takeDictionary(message.header, body)
            return nil
        case 3:
            guard let schema else { throw ArrowError("an Arrow stream has rows before its schema") }
            var decoder = try ArrowBatchDecoder(message.header, body: body, dictionaries: dictionaries)
            return try decoder.batch(fields, schema)
        default: throw ArrowError("an Arrow stream has a message of an unknown kind")
        }
    }

    private mutating func takeDictionary(_ header: FlatBufferTable, _ body: UnsafeRawBufferPointer) throws(ArrowError) {
        let id: Int64 = try header.number(0, 0)
        guard let field = dictionaryFields[id], let data = try header.table(1) else {
            throw ArrowError("an Arrow stream has a dictionary that no field uses")
        }
        var decoder = try ArrowBatchDecoder(data, body: body, dictionaries: dictionaries)
        let values = try decoder.column(field)
        if try header.number(2, UInt8(0)) != 0, let known = dictionaries[id] {
            dictionaries[id] = Column.concatenate([known, values], type: values.type)
        } else {
            dictionaries[id] = values
        }
    }
}

/// Makes the messages of a stream one at a time, for files too large for memory.
public struct ArrowStreamWriter: Sendable {
    private let fields: Result<[ArrowField], ArrowError>

    /// A writer of batches of a schema; what the schema cannot have is told by the first message.
    public init(schema: Schema) {
        do throws(ArrowError) {
            fields = .success(try ArrowField.planned(schema, columns: nil))
        } catch {
            fields = .failure(error)
        }
    }

    /// The message that a stream begins with.
    public func start() throws(ArrowError) -> [UInt8] { ArrowField.schema(try fields.get()) }
    /// A message with the rows of a batch. Decimals have at most 18 places.
    public func message(for batch: Batch) throws(ArrowError) -> [UInt8] {
        let message = try ArrowBatchEncoder(try fields.get(), batch)
        return [UInt8](unsafeUninitializedCapacity: message.byteCount) { memory, count in
            guard let start = memory.baseAddress else { return }
            message.write(to: start)
            count = message.byteCount
        }
    }
    /// What a stream ends with.
    public func end() -> [UInt8] { ArrowMessage.endOfStream }
}

/// Takes a stream message by message.
public struct ArrowStreamReader {
    /// Reads up to so many bytes; 0 at the end.
    public typealias Source = @Sendable (UnsafeMutableRawPointer, Int) throws -> Int

    private let source: Source
    private var decoder = ArrowStreamDecoder()

    /// A reader of the stream that the function gives bytes of.
    public init(read source: @escaping Source) { self.source = source }

    /// The next batch, or `nil` at the end of the stream.
    public mutating func next() throws -> Batch? {
        while true {
            let head = try take(8)
            if head.isEmpty { return nil }
            let size = try head.withUnsafeBytes { try ArrowStreamDecoder.metadataSize($0) }
            if size == 0 { return nil }
            let batch = try takeWhole(size).withUnsafeBytes { metadata in
                let message = try ArrowMessage(metadata: metadata)
                return try takeWhole(message.bodyLength).withUnsafeBytes { try decoder.take(message, body: $0) }
            }
            if let batch { return batch }
        }
    }

    /// What is made room for before any of it has come: a damaged length must not ask for all memory.
    private static let step = 1 << 26

    private func takeWhole(_ wanted: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < wanted {
            let part = try take(min(wanted - bytes.count, Self.step))
            if part.isEmpty { throw ArrowError("an Arrow stream ends early") }
            if bytes.isEmpty { bytes = part } else { bytes += part }
        }
        return bytes
    }

    /// So many bytes, or none at the end.
    private func take(_ wanted: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: wanted) { memory, done in
            while done < wanted, let start = memory.baseAddress {
                let count = try source(start + done, wanted - done)
                if count == 0 {
                    if done == 0 { return }
                    throw ArrowError("an Arrow stream ends early")
                }
                done += count
            }
        }
    }
}

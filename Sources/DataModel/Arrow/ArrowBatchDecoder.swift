import Diagnostics

/// Makes columns of a record batch's nodes and buffers. Every length and offset is checked: the bytes may be anyone's.
struct ArrowBatchDecoder {
    private let body: UnsafeRawBufferPointer
    private let nodes: [(length: Int64, nulls: Int64)]
    private let buffers: [(offset: Int64, length: Int64)]
    private let variadicCounts: [Int64]
    let dictionaries: [Int64: Column]
    private let rows: Int
    private var nextNode = 0
    private var nextBuffer = 0
    private var nextVariadic = 0
    /// How many more values may be made of no bytes, or a few bytes could ask for all memory.
    private var allowance: Int

    /// Even a batch without bytes has rows, where it has no columns or only nulls.
    private static let freeRows = 1 << 24

    init(
        _ header: FlatBufferTable, body: UnsafeRawBufferPointer, dictionaries: [Int64: Column]
    ) throws(ArrowError) {
        self.body = body
        self.dictionaries = dictionaries
        if try header.table(3) != nil { throw ArrowError("compressed Arrow data is not read") }
        nodes = try header.pairs(1)
        buffers = try header.pairs(2)
        variadicCounts = try header.numbers(4, of: Int64.self)
        allowance = body.count * 64 + Self.freeRows
        let length: Int64 = try header.number(0, 0)
        guard length >= 0, length <= body.count * 8 + Self.freeRows, length <= Int32.max else {
            throw ArrowError("a batch says it has \(length) rows")
        }
        rows = Int(length)
    }

    mutating func batch(_ fields: [ArrowField], _ schema: Schema) throws(ArrowError) -> Batch {
        var columns: [Column] = []
        for field in fields { columns.append(try column(field, count: rows)) }
        return Batch(schema: schema, columns: columns, count: rows)
    }

    /// The column of a field that must have so many values; a wrong number is found before anything is made.
    mutating func column(_ field: ArrowField, count: Int) throws(ArrowError) -> Column {
        guard nextNode < nodes.count, nodes[nextNode].length == count else {
            throw ArrowError("field '\(field.name)' has not the \(count) values that its batch says")
        }
        return try column(field)
    }

    /// The column of a field, with its own type.
    mutating func column(_ field: ArrowField) throws(ArrowError) -> Column {
        let physical = if let encoding = field.dictionary { try indexed(field, encoding) } else { try plain(field) }
        let type = try field.fieldType()
        guard field.annotation == "any" || type.kind == .datetime && field.isTaggedJSON else {
            return Column(type: type, count: physical.count, validity: physical.validity, data: physical.data)
        }
        return Self.dynamic(field.isTaggedJSON ? try tagged(physical, field) : physical.values, type)
    }

    private func tagged(_ column: Column, _ field: ArrowField) throws(ArrowError) -> [Value] {
        guard case .string(let texts) = column.data else { throw ArrowError("field '\(field.name)' should be text") }
        var values: [Value] = []
        values.reserveCapacity(column.count)
        for row in 0..<column.count {
            if column.isNull(row) {
                values.append(.null)
            } else if let text = JSONText.parse(UnsafeRawBufferPointer(texts[row])),
                let value = TaggedJSON.value(text)
            {
                values.append(value)
            } else {
                throw ArrowError("field '\(field.name)' has a value that is no tagged JSON")
            }
        }
        return values
    }

    /// A column of values that carry their own type.
    static func dynamic(_ values: [Value], _ type: FieldType) -> Column {
        var validity: Buffer<UInt8>?
        for (row, value) in values.enumerated() where value.isNull {
            if validity == nil { validity = Buffer(repeating: 1, count: values.count) }
            validity?[row] = 0
        }
        return Column(type: type, count: values.count, validity: validity, data: .values(ValueBuffer(values)))
    }
}

/// The parts of a message, in the order in which the format has them.
extension ArrowBatchDecoder {
    /// How many values the next column has, and whether it says that some are null.
    mutating func node(_ field: ArrowField) throws(ArrowError) -> (count: Int, hasNulls: Bool) {
        guard nextNode < nodes.count else { throw ArrowError("field '\(field.name)' has no values in a batch") }
        let node = nodes[nextNode]
        nextNode += 1
        guard node.length >= 0, node.length <= body.count * 8 + Self.freeRows, node.length <= Int32.max else {
            throw ArrowError("field '\(field.name)' says it has \(node.length) values")
        }
        return (Int(node.length), node.nulls != 0)
    }

    /// Allows for values that take no bytes of the message.
    mutating func allow(_ count: Int, _ field: ArrowField) throws(ArrowError) {
        allowance -= count
        guard allowance >= 0 else {
            throw ArrowError("field '\(field.name)' says it has more values than a batch holds")
        }
    }

    mutating func buffer(_ field: ArrowField, atLeast wanted: Int = 0) throws(ArrowError) -> UnsafeRawBufferPointer {
        guard nextBuffer < buffers.count else { throw ArrowError("field '\(field.name)' lacks a buffer in a batch") }
        let (offset, length) = buffers[nextBuffer]
        nextBuffer += 1
        guard offset >= 0, length >= 0, offset <= Int64(body.count), length <= Int64(body.count) - offset,
            length >= wanted
        else { throw ArrowError("field '\(field.name)' has a buffer beyond its message") }
        return UnsafeRawBufferPointer(rebasing: body[Int(offset)..<Int(offset + length)])
    }

    /// The buffers that follow a column of views.
    mutating func variadicBuffers(_ field: ArrowField) throws(ArrowError) -> [UnsafeRawBufferPointer] {
        guard nextVariadic < variadicCounts.count else { throw ArrowError("field '\(field.name)' lacks its buffers") }
        let count = variadicCounts[nextVariadic]
        nextVariadic += 1
        guard count >= 0, count <= buffers.count else {
            throw ArrowError("field '\(field.name)' says it has \(count) buffers")
        }
        var found: [UnsafeRawBufferPointer] = []
        for _ in 0..<count { found.append(try buffer(field)) }
        return found
    }

    mutating func validity(_ field: ArrowField, _ count: Int, hasNulls: Bool) throws(ArrowError) -> Buffer<UInt8>? {
        let bits = try buffer(field)
        guard hasNulls, !bits.isEmpty else { return nil }
        guard bits.count >= (count + 7) / 8 else { throw ArrowError("field '\(field.name)' has too few validity bits") }
        let flags = Self.flags(bits, count)
        return Selection.selectedCount(mask: flags.pointer, count: count) == count ? nil : flags
    }

    /// A bit a value as a byte a value.
    static func flags(_ bits: UnsafeRawBufferPointer, _ count: Int) -> Buffer<UInt8> {
        let flags = Buffer<UInt8>(uninitializedCount: count)
        let out = UnsafeMutableRawPointer(flags.pointer)
        for index in 0..<(count / 8) {
            // The byte eight times, of each time another bit, moved to the lowest place of its byte.
            let spread = UInt64(bits[index]) &* 0x0101_0101_0101_0101 & 0x8040_2010_0804_0201
            let word = (spread &+ 0x7F7F_7F7F_7F7F_7F7F) >> 7 & 0x0101_0101_0101_0101
            out.storeBytes(of: word.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
        }
        for row in (count & ~7)..<count { flags.pointer[row] = bits[row >> 3] >> UInt8(row & 7) & 1 }
        return flags
    }
}

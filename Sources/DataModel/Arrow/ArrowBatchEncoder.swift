/// Turns columns into the nodes and buffers of a record batch; bytes are copied once, into the message.
struct ArrowBatchEncoder {
    /// One buffer of the body.
    fileprivate enum Piece {
        case raw(UnsafeRawPointer, count: Int, owner: AnyObject)
        case owned([UInt8])
        /// A byte a value, to be packed to a bit a value.
        case bits(Buffer<UInt8>, count: Int)
        /// Offsets that start at another number than zero.
        case offsets(Buffer<Int32>, count: Int)

        var byteCount: Int {
            switch self {
            case .raw(_, let count, _): count
            case .owned(let bytes): bytes.count
            case .bits(_, let count): (count + 7) / 8
            case .offsets(_, let count): 4 * count
            }
        }
    }

    private var nodes: [(Int64, Int64)] = []
    private var pieces: [Piece] = []
    /// The message up to its body.
    private var metadata: [UInt8] = []
    private var bodyLength = 0

    /// How long the message is.
    var byteCount: Int { metadata.count + bodyLength }

    init(_ fields: [ArrowField], _ batch: Batch) throws(ArrowError) {
        for (field, column) in zip(fields, batch.columns) { try append(field, column) }
        var buffers: [(Int64, Int64)] = []
        for piece in pieces {
            buffers.append((Int64(bodyLength), Int64(piece.byteCount)))
            bodyLength += Self.padded(piece.byteCount)
        }
        metadata = ArrowMessage.metadata(header: 3, bodyLength: bodyLength) { [nodes] writer in
            writer.table([
                .long(0, Int64(batch.count)), .offset(1) { $0.pairs(nodes) }, .offset(2) { $0.pairs(buffers) },
            ])
        }
    }

    /// Writes the message to memory that has room for `byteCount`.
    func write(to memory: UnsafeMutablePointer<UInt8>) {
        memory.update(from: metadata, count: metadata.count)
        var position = memory + metadata.count
        for piece in pieces {
            piece.write(to: position)
            let padding = Self.padded(piece.byteCount) - piece.byteCount
            (position + piece.byteCount).update(repeating: 0, count: padding)
            position += piece.byteCount + padding
        }
    }

    private static func padded(_ count: Int) -> Int { (count + 7) & ~7 }

    mutating func append(_ field: ArrowField, _ column: Column) throws(ArrowError) {
        if case .absent = column.data { throw ArrowError("field '\(field.name)' was not read") }
        if case .values(let buffer) = column.data {
            let hasNulls = field.isNullable || column.validity != nil
            return try append(field, buffer.values, hasNulls: hasNulls)
        }
        appendNode(column.count, column.validity)
        switch column.data {
        case .boolean(let values): pieces.append(.bits(values, count: column.count))
        case .int64(let values): append(values.pointer, column.count, values)
        case .double(let values): append(values.pointer, column.count, values)
        case .string(let strings):
            append(offsets: strings.offsets, rows: column.count)
            let start = Int(strings.offsets[0])
            append(strings.bytes.pointer + start, Int(strings.offsets[column.count]) - start, strings.bytes)
        case .list(let offsets, let elements):
            append(offsets: offsets, rows: column.count)
            try append(field.children[0], used(elements.column, offsets, column.count))
        case .map(let offsets, let keys, let values):
            append(offsets: offsets, rows: column.count)
            let entries = field.children[0]
            let keys = used(keys.column, offsets, column.count)
            appendNode(keys.count, nil)
            try append(entries.children[0], keys)
            try append(entries.children[1], used(values.column, offsets, column.count))
        case .row(let columns):
            for (child, values) in zip(field.children, columns) {
                try append(child, child.isNullable ? values : values.valid(under: column.validity))
            }
        case .values, .absent: break
        }
    }

    /// The elements that the rows have, where the child holds more.
    private func used(_ child: Column, _ offsets: Buffer<Int32>, _ rows: Int) -> Column {
        let (start, end) = (Int(offsets[0]), Int(offsets[rows]))
        guard start > 0 || end < child.count else { return child }
        return child.gather(Buffer((start..<end).lazy.map { Int32(truncatingIfNeeded: $0) }))
    }

    mutating func appendNode(_ count: Int, _ validity: Buffer<UInt8>?) {
        guard let validity else {
            nodes.append((Int64(count), 0))
            return pieces.append(.owned([]))
        }
        let valid = Selection.selectedCount(mask: validity.pointer, count: count)
        nodes.append((Int64(count), Int64(count - valid)))
        pieces.append(valid == count ? .owned([]) : .bits(validity, count: count))
    }

    /// A buffer that the message copies when it is written.
    private mutating func append<Element>(_ pointer: UnsafeMutablePointer<Element>, _ count: Int, _ owner: AnyObject) {
        pieces.append(.raw(UnsafeRawPointer(pointer), count: count * MemoryLayout<Element>.stride, owner: owner))
    }

    mutating func append(bytes: [UInt8]) { pieces.append(.owned(bytes)) }

    private mutating func append(offsets: Buffer<Int32>, rows: Int) {
        if offsets[0] == 0 {
            append(offsets.pointer, rows + 1, offsets)
        } else {
            pieces.append(.offsets(offsets, count: rows + 1))
        }
    }
}

extension ArrowBatchEncoder.Piece {
    fileprivate func write(to memory: UnsafeMutablePointer<UInt8>) {
        switch self {
        case .raw(let source, let count, let owner):
            withExtendedLifetime(owner) { UnsafeMutableRawPointer(memory).copyMemory(from: source, byteCount: count) }
        case .owned(let bytes): memory.update(from: bytes, count: bytes.count)
        case .offsets(let offsets, let count):
            let base = offsets[0]
            for index in 0..<count {
                UnsafeMutableRawPointer(memory).storeBytes(
                    of: (offsets.pointer[index] - base).littleEndian, toByteOffset: 4 * index, as: Int32.self)
            }
            withExtendedLifetime(offsets) {}
        case .bits(let flags, let count):
            let source = UnsafeRawPointer(flags.pointer)
            for index in 0..<(count / 8) {
                // The lowest bits of eight bytes, gathered into one by a multiplication.
                let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
                memory[index] = UInt8(
                    truncatingIfNeeded: ((word & 0x0101_0101_0101_0101) &* 0x0102_0408_1020_4080) >> 56)
            }
            if count % 8 != 0 {
                var last: UInt8 = 0
                for index in (count & ~7)..<count where flags.pointer[index] != 0 {
                    last |= 1 << UInt8(index & 7)
                }
                memory[count / 8] = last
            }
            withExtendedLifetime(flags) {}
        }
    }
}

extension Column {
    /// Without validity where it is null in no other rows than the row that it is a field of.
    func valid(under parent: Buffer<UInt8>?) -> Column {
        guard let validity, let parent else { return self }
        for row in 0..<count where validity[row] == 0 && parent[row] != 0 { return self }
        guard case .row(let fields) = data else { return Column(type: type, count: count, data: data) }
        return Column(type: type, count: count, data: .row(fields.map { $0.valid(under: validity) }))
    }
}

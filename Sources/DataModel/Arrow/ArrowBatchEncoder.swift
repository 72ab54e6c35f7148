import Diagnostics

/// Turns columns into the nodes and buffers of a record batch; bytes are copied once, into the message.
struct ArrowBatchEncoder {
    /// One buffer of the body.
    fileprivate enum Piece {
        case raw(UnsafeRawPointer, count: Int, owner: AnyObject)
        case owned([UInt8])
        /// A byte a value, to be packed to a bit a value.
        case bits(Buffer<UInt8>, from: Int, count: Int)
        /// Offsets that start at another number than zero.
        case offsets(Buffer<Int32>, count: Int)

        var byteCount: Int {
            switch self {
            case .raw(_, let count, _): count
            case .owned(let bytes): bytes.count
            case .bits(_, _, let count): (count + 7) / 8
            case .offsets(_, let count): 4 * count
            }
        }
    }

    private var nodes: [(Int64, Int64)] = []
    private var pieces: [Piece] = []

    static func message(_ fields: [ArrowField], _ batch: Batch) throws(ArrowError) -> [UInt8] {
        var encoder = ArrowBatchEncoder()
        for (field, column) in zip(fields, batch.columns) { try encoder.append(field, column) }
        return encoder.message(rows: batch.count)
    }

    private func message(rows: Int) -> [UInt8] {
        var buffers: [(Int64, Int64)] = []
        var length = 0
        for piece in pieces {
            buffers.append((Int64(length), Int64(piece.byteCount)))
            length += Self.padded(piece.byteCount)
        }
        let nodes = nodes
        let metadata = ArrowMessage.metadata(header: 3, bodyLength: length) { [buffers] writer in
            writer.table([
                .long(0, Int64(rows)), .offset(1) { $0.pairs(nodes) }, .offset(2) { $0.pairs(buffers) },
            ])
        }
        return [UInt8](unsafeUninitializedCapacity: metadata.count + length) { memory, count in
            guard let start = memory.baseAddress else { return }
            start.update(from: metadata, count: metadata.count)
            var position = start + metadata.count
            for piece in pieces {
                piece.write(to: position)
                let padding = Self.padded(piece.byteCount) - piece.byteCount
                (position + piece.byteCount).update(repeating: 0, count: padding)
                position += piece.byteCount + padding
            }
            count = metadata.count + length
        }
    }

    private static func padded(_ count: Int) -> Int { (count + 7) & ~7 }

    private mutating func append(_ field: ArrowField, _ column: Column) throws(ArrowError) {
        if case .absent = column.data { throw ArrowError("field '\(field.name)' was not read") }
        if case .values(let buffer) = column.data { return try append(field, buffer.values) }
        appendNode(column.count, column.validity)
        switch column.data {
        case .boolean(let values): pieces.append(.bits(values, from: 0, count: column.count))
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
            for (child, column) in zip(field.children, columns) { try append(child, column) }
        case .values, .absent: break
        }
    }

    /// The elements that the rows have, where the child holds more.
    private func used(_ child: Column, _ offsets: Buffer<Int32>, _ rows: Int) -> Column {
        let (start, end) = (Int(offsets[0]), Int(offsets[rows]))
        guard start > 0 || end < child.count else { return child }
        return child.gather(Buffer((start..<end).map { Int32(truncatingIfNeeded: $0) }))
    }

    private mutating func appendNode(_ count: Int, _ validity: Buffer<UInt8>?) {
        guard let validity else {
            nodes.append((Int64(count), 0))
            return pieces.append(.owned([]))
        }
        var valid = 0
        for row in 0..<count { valid += Int(validity.pointer[row]) }
        nodes.append((Int64(count), Int64(count - valid)))
        pieces.append(valid == count ? .owned([]) : .bits(validity, from: 0, count: count))
    }

    private mutating func append<Element>(_ pointer: UnsafeMutablePointer<Element>, _ count: Int, _ owner: AnyObject) {
        pieces.append(.raw(UnsafeRawPointer(pointer), count: count * MemoryLayout<Element>.stride, owner: owner))
    }

    private mutating func append(offsets: Buffer<Int32>, rows: Int) {
        if offsets[0] == 0 {
            append(offsets.pointer, rows + 1, offsets)
        } else {
            pieces.append(.offsets(offsets, count: rows + 1))
        }
    }
}

/// Values that carry their own type.
extension ArrowBatchEncoder {
    private mutating func append(_ field: ArrowField, _ values: [Value]) throws(ArrowError) {
        if field.isTaggedJSON {
            var builder = ColumnBuilder(type: .string.nullable, capacity: values.count)
            for value in values {
                builder.append(value.isNull ? .null : .string(ArrowTaggedValues.text(value).compact))
            }
            return try append(plain(field), builder.finish())
        }
        switch field.type {
        case .boolean: try append(field, values, as: .boolean)
        case .int: try append(field, values, as: .int64)
        case .float: try append(field, values, as: .double)
        case .utf8: try append(field, values, as: .string)
        case .timestamp:
            try append(
                field,
                values.map { if case .datetime(let moment) = $0 { .int(moment.localMicroseconds) } else { .null } },
                as: .int64)
        case .date:
            append(field, values, width: 4) { value in
                if case .date(let days) = value { Int128(days) } else { nil }
            }
        case .decimal(let scale, _):
            var failure: String?
            append(field, values, width: 16) { value in
                guard case .decimal(let number) = value else { return nil }
                guard let scaled = number.unscaled(atScale: Int(scale)) else {
                    failure = number.description
                    return nil
                }
                return scaled
            }
            if let failure {
                throw ArrowError("field '\(field.name)': the decimal \(failure) has more places or digits than travel")
            }
        default: throw ArrowError("field '\(field.name)' has values that cannot travel")
        }
    }

    private func plain(_ field: ArrowField) -> ArrowField {
        ArrowField(name: field.name, type: field.type, isNullable: true)
    }

    private mutating func append(_ field: ArrowField, _ values: [Value], as type: FieldType) throws(ArrowError) {
        var builder = ColumnBuilder(type: type.nullable, capacity: values.count)
        for value in values { builder.append(value) }
        try append(plain(field), builder.finish())
    }

    /// Little-endian integers of some width; `nil` is null.
    private mutating func append(
        _ field: ArrowField, _ values: [Value], width: Int, _ integer: (Value) -> Int128?
    ) {
        let validity = Buffer<UInt8>(repeating: 1, count: values.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * width)
        for (row, value) in values.enumerated() {
            let number = integer(value)
            if number == nil { validity[row] = 0 }
            withUnsafeBytes(of: (number ?? 0).littleEndian) { bytes += $0.prefix(width) }
        }
        appendNode(values.count, validity)
        pieces.append(.owned(bytes))
    }
}

extension DecimalValue {
    /// The digits with another number of places, if none is lost.
    func unscaled(atScale wanted: Int) -> Int128? {
        var number = unscaled
        var scale = scale
        while scale < wanted {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            number = product
            scale += 1
        }
        while scale > wanted {
            guard number % 10 == 0 else { return nil }
            number /= 10
            scale -= 1
        }
        return number
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
        case .bits(let flags, let from, let count):
            let source = UnsafeRawPointer(flags.pointer + from)
            for index in 0..<(count / 8) {
                // The lowest bits of eight bytes, gathered into one by a multiplication.
                let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
                memory[index] = UInt8(
                    truncatingIfNeeded: ((word & 0x0101_0101_0101_0101) &* 0x0102_0408_1020_4080) >> 56)
            }
            if count % 8 != 0 {
                var last: UInt8 = 0
                for index in (count & ~7)..<count where flags.pointer[from + index] != 0 {
                    last |= 1 << UInt8(index & 7)
                }
                memory[count / 8] = last
            }
            withExtendedLifetime(flags) {}
        }
    }
}

import Diagnostics

/// Makes columns of a record batch's nodes and buffers. Every length and offset is checked: the bytes may be anyone's.
struct ArrowBatchDecoder {
    private let body: UnsafeRawBufferPointer
    private let nodes: [(Int64, Int64)]
    private let buffers: [(Int64, Int64)]
    private let variadicCounts: [Int64]
    private let dictionaries: [Int64: Column]
    let rows: Int
    private var nextNode = 0
    private var nextBuffer = 0
    private var nextVariadic = 0

    init(
        _ header: FlatBufferTable, body: UnsafeRawBufferPointer, dictionaries: [Int64: Column]
    ) throws(ArrowError) {
        self.body = body
        self.dictionaries = dictionaries
        if try header.table(3) != nil { throw ArrowError("compressed Arrow data is not read") }
        nodes = try header.pairs(1)
        buffers = try header.pairs(2)
        variadicCounts = try header.numbers(4, of: Int64.self)
        let length: Int64 = try header.number(0, 0)
        // Even a column without buffers cannot have more rows than this, or a few bytes could ask for all memory.
        guard length >= 0, length <= Int64(body.count) * 8 + 1_048_576, length <= Int32.max else {
            throw ArrowError("a batch says it has \(length) rows")
        }
        rows = Int(length)
    }

    mutating func batch(_ fields: [ArrowField]) throws(ArrowError) -> Batch {
        var columns: [Column] = []
        for field in fields { columns.append(try column(field, count: rows)) }
        return Batch(schema: try ArrowField.schema(of: fields), columns: columns, count: rows)
    }

    /// The column of a field that must have so many values; a wrong number is found before anything is made.
    private mutating func column(_ field: ArrowField, count: Int) throws(ArrowError) -> Column {
        guard nextNode < nodes.count, nodes[nextNode].0 == count else {
            throw ArrowError("field '\(field.name)' has not the \(count) values that its batch says")
        }
        return try column(field)
    }

    /// The column of a field, with its own type.
    mutating func column(_ field: ArrowField) throws(ArrowError) -> Column {
        let physical: Column
        if let encoding = field.dictionary {
            physical = try indexed(field, encoding)
        } else {
            physical = try self.physical(field)
        }
        let type = try field.fieldType()
        guard field.annotation == "any" || type.kind == .datetime && field.isTaggedJSON else {
            return Column(type: type, count: physical.count, validity: physical.validity, data: physical.data)
        }
        let values = field.isTaggedJSON ? try tagged(physical, field) : physical.values
        return Self.dynamic(values, type)
    }

    private func tagged(_ column: Column, _ field: ArrowField) throws(ArrowError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(column.count)
        guard case .string(let texts) = column.data else { throw ArrowError("field '\(field.name)' should be text") }
        for row in 0..<column.count {
            if column.isNull(row) {
                values.append(.null)
            } else if let text = JSONText.parse(UnsafeRawBufferPointer(texts[row])),
                let value = ArrowTaggedValues.value(text)
            {
                values.append(value)
            } else {
                throw ArrowError("field '\(field.name)' has a value that is no tagged JSON")
            }
        }
        return values
    }

    private static func dynamic(_ values: [Value], _ type: FieldType) -> Column {
        var validity: Buffer<UInt8>?
        for (row, value) in values.enumerated() where value.isNull {
            if validity == nil { validity = Buffer(repeating: 1, count: values.count) }
            validity?[row] = 0
        }
        return Column(type: type, count: values.count, validity: validity, data: .values(ValueBuffer(values)))
    }

    // MARK: Nodes and buffers

    private mutating func node(_ field: ArrowField) throws(ArrowError) -> Int {
        guard nextNode < nodes.count else { throw ArrowError("field '\(field.name)' has no values in a batch") }
        let length = nodes[nextNode].0
        nextNode += 1
        guard length >= 0, length <= Int64(body.count) * 8 + 1_048_576, length <= Int32.max else {
            throw ArrowError("field '\(field.name)' says it has \(length) values")
        }
        return Int(length)
    }

    private mutating func buffer(_ field: ArrowField, atLeast wanted: Int = 0) throws(ArrowError)
        -> UnsafeRawBufferPointer
    {
        guard nextBuffer < buffers.count else { throw ArrowError("field '\(field.name)' lacks a buffer in a batch") }
        let (offset, length) = buffers[nextBuffer]
        nextBuffer += 1
        guard offset >= 0, length >= 0, offset <= Int64(body.count), length <= Int64(body.count) - offset,
            length >= wanted
        else { throw ArrowError("field '\(field.name)' has a buffer beyond its message") }
        return UnsafeRawBufferPointer(rebasing: body[Int(offset)..<Int(offset + length)])
    }

    private mutating func validity(_ field: ArrowField, _ count: Int) throws(ArrowError) -> Buffer<UInt8>? {
        let bits = try buffer(field)
        guard !bits.isEmpty else { return nil }
        guard bits.count >= (count + 7) / 8 else { throw ArrowError("field '\(field.name)' has too few validity bits") }
        let flags = Self.flags(bits, count)
        for row in 0..<count where flags.pointer[row] == 0 { return flags }
        return nil
    }

    private static func flags(_ bits: UnsafeRawBufferPointer, _ count: Int) -> Buffer<UInt8> {
        let flags = Buffer<UInt8>(uninitializedCount: count)
        for row in 0..<count { flags.pointer[row] = bits[row >> 3] >> UInt8(row & 7) & 1 }
        return flags
    }

    private mutating func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
        _ field: ArrowField, _ count: Int, as type: Number.Type
    ) throws(ArrowError) -> Buffer<Number> {
        let size = MemoryLayout<Number>.size
        let bytes = try buffer(field, atLeast: count * size)
        let numbers = Buffer<Number>(uninitializedCount: count)
        if let start = bytes.baseAddress, count > 0 {
            UnsafeMutableRawPointer(numbers.pointer).copyMemory(from: start, byteCount: count * size)
        }
        return numbers
    }

    private mutating func integers(_ field: ArrowField, _ count: Int, bits: Int32, isSigned: Bool) throws(ArrowError)
        -> Buffer<Int64>
    {
        func widened<Number: FixedWidthInteger & BitwiseCopyable>(_ numbers: Buffer<Number>) -> Buffer<Int64> {
            let wide = Buffer<Int64>(uninitializedCount: count)
            for row in 0..<count { wide.pointer[row] = Int64(truncatingIfNeeded: numbers.pointer[row]) }
            return wide
        }
        return switch (bits, isSigned) {
        case (8, true): widened(try numbers(field, count, as: Int8.self))
        case (8, false): widened(try numbers(field, count, as: UInt8.self))
        case (16, true): widened(try numbers(field, count, as: Int16.self))
        case (16, false): widened(try numbers(field, count, as: UInt16.self))
        case (32, true): widened(try numbers(field, count, as: Int32.self))
        case (32, false): widened(try numbers(field, count, as: UInt32.self))
        default: try numbers(field, count, as: Int64.self)
        }
    }

    /// Offsets from zero, and the range of the child that they span.
    private mutating func offsets(
        _ field: ArrowField, _ count: Int, bits: Int, limit: Int?
    ) throws(ArrowError) -> (offsets: Buffer<Int32>, start: Int, end: Int) {
        let result = Buffer<Int32>(uninitializedCount: count + 1)
        // A column without rows may have no offsets at all.
        guard count > 0 else {
            _ = try buffer(field)
            result.pointer[0] = 0
            return (result, 0, 0)
        }
        let wide: Buffer<Int64>
        if bits == 64 {
            wide = try numbers(field, count + 1, as: Int64.self)
        } else {
            wide = try integers(field, count + 1, bits: 32, isSigned: true)
        }
        let start = wide.pointer[0]
        var previous = start
        for index in 0...count {
            let offset = wide.pointer[index]
            guard offset >= previous, offset >= 0, offset - start <= Int32.max else {
                throw ArrowError("field '\(field.name)' has offsets that go back or are too large")
            }
            result.pointer[index] = Int32(truncatingIfNeeded: offset - start)
            previous = offset
        }
        if let limit, previous > limit { throw ArrowError("field '\(field.name)' has offsets beyond its values") }
        return (result, Int(start), Int(previous))
    }
}

/// The layouts.
extension ArrowBatchDecoder {
    private mutating func physical(_ field: ArrowField) throws(ArrowError) -> Column {
        let count = try node(field)
        let type = try field.fieldType()
        switch field.type {
        case .null: return Self.dynamic(Array(repeating: .null, count: count), .any)
        case .union(let isDense, let typeIds): return try union(field, count, isDense, typeIds)
        case .runEndEncoded: return try runs(field, count)
        default: break
        }
        let validity = try validity(field, count)
        func column(_ data: ColumnData) -> Column { Column(type: type, count: count, validity: validity, data: data) }
        func values(_ value: (Int) -> Value?) throws(ArrowError) -> Column {
            var all: [Value] = []
            all.reserveCapacity(count)
            for row in 0..<count {
                if let validity, validity[row] == 0 {
                    all.append(.null)
                } else if let value = value(row) {
                    all.append(value)
                } else {
                    throw ArrowError("field '\(field.name)' has a value beyond what can be held")
                }
            }
            return column(.values(ValueBuffer(all)))
        }
        switch field.type {
        case .boolean: return column(.boolean(Self.flags(try buffer(field, atLeast: (count + 7) / 8), count)))
        case .int(64, isSigned: false):
            let numbers = try numbers(field, count, as: UInt64.self)
            return try values { .decimal(DecimalValue(unscaled: Int128(numbers[$0]), scale: 0)) }
        case .int(let bits, let isSigned):
            return column(.int64(try integers(field, count, bits: bits, isSigned: isSigned)))
        case .float(let bits): return column(.double(try doubles(field, count, bits: bits)))
        case .utf8(let bits), .binary(let bits):
            let (offsets, start, end) = try offsets(field, count, bits: bits, limit: nil)
            let bytes = try buffer(field, atLeast: end)
            return column(.string(try strings(field, offsets, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))))
        case .fixedSizeBinary(let width):
            let bytes = try buffer(field, atLeast: count * Int(width))
            guard count * Int(width) <= Int32.max else { throw ArrowError("field '\(field.name)' is too large") }
            let offsets = Buffer((0...count).map { Int32(truncatingIfNeeded: $0 * Int(width)) })
            return column(.string(Self.copy(offsets, bytes.prefix(count * Int(width)))))
        case .view(let isText): return column(.string(try views(field, count, isText: isText)))
        case .decimal(let scale, let bits):
            let width = Int(bits) / 8
            let bytes = try buffer(field, atLeast: count * width)
            return try values { row in
                Self.integer(bytes, at: row * width, width: width).map {
                    .decimal(DecimalValue(unscaled: $0, scale: Int(scale)))
                }
            }
        case .date(let isMilliseconds):
            let numbers = try integers(field, count, bits: isMilliseconds ? 64 : 32, isSigned: true)
            return try values { row in
                .date(Int(isMilliseconds ? Calendar.floorDivide(numbers[row], 86_400_000) : numbers[row]))
            }
        case .time(let unit, let bits):
            let numbers = try integers(field, count, bits: bits, isSigned: true)
            return column(.int64(try microseconds(numbers, unit, field, validity)))
        case .duration(let unit):
            return column(.int64(try microseconds(try numbers(field, count, as: Int64.self), unit, field, validity)))
        case .timestamp(let unit, let hasZone):
            let micros = try microseconds(try numbers(field, count, as: Int64.self), unit, field, validity)
            if hasZone { return column(.int64(micros)) }
            return try values { .datetime(DateTimeValue(localMicroseconds: micros[$0])) }
        case .list(let bits):
            let (offsets, start, end) = try offsets(field, count, bits: bits, limit: nil)
            let child = try self.column(field.children[0])
            return column(.list(offsets: offsets, elements: ColumnBox(try part(child, start, end, field))))
        case .map:
            let (offsets, start, end) = try offsets(field, count, bits: 32, limit: nil)
            let entries = field.children[0]
            _ = try node(entries)
            _ = try self.validity(entries, 0)
            let keys = try self.column(entries.children[0])
            let values = try self.column(entries.children[1])
            return column(
                .map(
                    offsets: offsets, keys: ColumnBox(try part(keys, start, end, field)),
                    values: ColumnBox(try part(values, start, end, field))))
        case .fixedSizeList(let size):
            let child = try self.column(field.children[0])
            guard count * Int(size) <= Int32.max else { throw ArrowError("field '\(field.name)' is too large") }
            let offsets = Buffer((0...count).map { Int32(truncatingIfNeeded: $0 * Int(size)) })
            return column(
                .list(offsets: offsets, elements: ColumnBox(try part(child, 0, count * Int(size), field))))
        case .listView(let bits): return column(try listView(field, count, bits: bits))
        case .structure:
            var columns: [Column] = []
            for child in field.children {
                columns.append(try self.column(child, count: count))
            }
            return column(.row(columns))
        case .null, .union, .runEndEncoded, .interval:
            throw ArrowError("field '\(field.name)' cannot be read")
        }
    }

    private func part(_ child: Column, _ start: Int, _ end: Int, _ field: ArrowField) throws(ArrowError) -> Column {
        guard end <= child.count else { throw ArrowError("field '\(field.name)' has offsets beyond its elements") }
        if start == 0, end == child.count { return child }
        return child.gather(Buffer((start..<end).map { Int32(truncatingIfNeeded: $0) }))
    }

    private mutating func doubles(_ field: ArrowField, _ count: Int, bits: Int) throws(ArrowError) -> Buffer<Double> {
        let doubles = Buffer<Double>(uninitializedCount: count)
        switch bits {
        case 64:
            let bits = try numbers(field, count, as: UInt64.self)
            for row in 0..<count { doubles.pointer[row] = Double(bitPattern: bits.pointer[row]) }
        case 32:
            let bits = try numbers(field, count, as: UInt32.self)
            for row in 0..<count { doubles.pointer[row] = Double(Float(bitPattern: bits.pointer[row])) }
        default:
            let bits = try numbers(field, count, as: UInt16.self)
            for row in 0..<count { doubles.pointer[row] = Self.half(bits.pointer[row]) }
        }
        return doubles
    }

    /// IEEE 754's binary16, which not every platform's Swift has.
    private static func half(_ bits: UInt16) -> Double {
        let sign: Double = bits >> 15 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Double(bits & 0x3FF)
        switch exponent {
        case 0: return sign * fraction / 16_777_216
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
        }
    }

    private static func integer(_ bytes: UnsafeRawBufferPointer, at start: Int, width: Int) -> Int128? {
        let isNegative = bytes[start + width - 1] & 0x80 != 0
        let filling: UInt8 = isNegative ? 0xFF : 0
        for index in min(width, 16)..<max(width, 16) where width > 16 && bytes[start + index] != filling { return nil }
        if width > 16, (bytes[start + 15] & 0x80 != 0) != isNegative { return nil }
        var number: UInt128 = isNegative ? .max : 0
        for index in (0..<min(width, 16)).reversed() { number = number << 8 | UInt128(bytes[start + index]) }
        return Int128(truncatingIfNeeded: number)
    }

    private func microseconds(
        _ numbers: Buffer<Int64>, _ unit: ArrowType.Unit, _ field: ArrowField, _ validity: Buffer<UInt8>?
    ) throws(ArrowError) -> Buffer<Int64> {
        let factor: Int64
        switch unit {
        case .microsecond: return numbers
        case .nanosecond:
            for row in 0..<numbers.count { numbers[row] = Calendar.floorDivide(numbers[row], 1000) }
            return numbers
        case .millisecond: factor = 1000
        case .second: factor = 1_000_000
        }
        for row in 0..<numbers.count {
            if let validity, validity[row] == 0 { continue }
            let (product, overflow) = numbers[row].multipliedReportingOverflow(by: factor)
            guard !overflow else { throw ArrowError("field '\(field.name)' has a time beyond what can be held") }
            numbers[row] = product
        }
        return numbers
    }

    private static func copy(_ offsets: Buffer<Int32>, _ bytes: Slice<UnsafeRawBufferPointer>) -> StringBuffer {
        let source = UnsafeRawBufferPointer(rebasing: bytes)
        let copied = Buffer<UInt8>(uninitializedCount: source.count)
        if let start = source.baseAddress {
            UnsafeMutableRawPointer(copied.pointer).copyMemory(from: start, byteCount: source.count)
        }
        return StringBuffer(offsets: offsets, bytes: copied)
    }

    private func strings(
        _ field: ArrowField, _ offsets: Buffer<Int32>, _ bytes: UnsafeRawBufferPointer
    ) throws(ArrowError) -> StringBuffer {
        if case .utf8 = field.type { try validate(bytes, offsets, field) }
        return Self.copy(offsets, bytes[...])
    }

    /// Text must be UTF-8, and no value may begin in the middle of a character.
    private func validate(
        _ bytes: UnsafeRawBufferPointer, _ offsets: Buffer<Int32>, _ field: ArrowField
    ) throws(ArrowError) {
        var index = 0
        while index + 8 <= bytes.count,
            bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        { index += 8 }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        guard index < bytes.count else { return }
        var isValid = String(validating: bytes[index...], as: UTF8.self) != nil
        for row in 0..<offsets.count where Int(offsets[row]) < bytes.count && bytes[Int(offsets[row])] & 0xC0 == 0x80 {
            isValid = false
        }
        guard isValid else { throw ArrowError("field '\(field.name)' has text that is no UTF-8") }
    }
}

/// The rarer layouts.
extension ArrowBatchDecoder {
    private mutating func views(_ field: ArrowField, _ count: Int, isText: Bool) throws(ArrowError) -> StringBuffer {
        let views = try buffer(field, atLeast: count * 16)
        guard nextVariadic < variadicCounts.count else { throw ArrowError("field '\(field.name)' lacks its buffers") }
        var data: [UnsafeRawBufferPointer] = []
        let buffers = variadicCounts[nextVariadic]
        nextVariadic += 1
        guard buffers >= 0, buffers <= Int64(self.buffers.count) else {
            throw ArrowError("field '\(field.name)' says it has \(buffers) buffers")
        }
        for _ in 0..<buffers { data.append(try buffer(field)) }
        let offsets = Buffer<Int32>(capacity: count + 1)
        let bytes = Buffer<UInt8>()
        offsets.append(0)
        for row in 0..<count {
            let length = Int(views.loadUnaligned(fromByteOffset: row * 16, as: Int32.self).littleEndian)
            var source = UnsafeRawBufferPointer(rebasing: views[(row * 16 + 4)..<(row * 16 + 16)])
            if length > 12 {
                let index = Int(views.loadUnaligned(fromByteOffset: row * 16 + 8, as: Int32.self).littleEndian)
                let start = Int(views.loadUnaligned(fromByteOffset: row * 16 + 12, as: Int32.self).littleEndian)
                guard data.indices.contains(index), start >= 0, start + length <= data[index].count else {
                    throw ArrowError("field '\(field.name)' has a view beyond its buffers")
                }
                source = UnsafeRawBufferPointer(rebasing: data[index][start..<(start + length)])
            }
            guard length >= 0, length <= source.count, bytes.count + length <= Int32.max else {
                throw ArrowError("field '\(field.name)' has a view beyond its buffers")
            }
            for byte in source.prefix(length) { bytes.append(byte) }
            offsets.append(Int32(truncatingIfNeeded: bytes.count))
        }
        if isText { try validate(UnsafeRawBufferPointer(bytes.elements), offsets, field) }
        return StringBuffer(offsets: offsets, bytes: bytes)
    }

    private mutating func listView(_ field: ArrowField, _ count: Int, bits: Int) throws(ArrowError) -> ColumnData {
        let starts = try integers(field, count, bits: Int32(bits), isSigned: true)
        let sizes = try integers(field, count, bits: Int32(bits), isSigned: true)
        let child = try column(field.children[0])
        let offsets = Buffer<Int32>(capacity: count + 1)
        let rows = Buffer<Int32>()
        offsets.append(0)
        for row in 0..<count {
            guard starts[row] >= 0, sizes[row] >= 0, starts[row] <= child.count,
                sizes[row] <= Int64(child.count) - starts[row],
                rows.count + Int(sizes[row]) <= Int32.max
            else { throw ArrowError("field '\(field.name)' has a list beyond its elements") }
            for element in starts[row]..<(starts[row] + sizes[row]) { rows.append(Int32(truncatingIfNeeded: element)) }
            offsets.append(Int32(truncatingIfNeeded: rows.count))
        }
        return .list(offsets: offsets, elements: ColumnBox(child.gather(rows)))
    }

    /// Values of the dictionary that the field's indexes name.
    private mutating func indexed(
        _ field: ArrowField, _ encoding: (id: Int64, index: ArrowType)
    ) throws(ArrowError) -> Column {
        let count = try node(field)
        let validity = try validity(field, count)
        guard case .int(let bits, let isSigned) = encoding.index else {
            throw ArrowError("field '\(field.name)' has a dictionary whose indexes are no integers")
        }
        let indexes = try integers(field, count, bits: bits, isSigned: isSigned)
        let type = try field.fieldType()
        guard let dictionary = dictionaries[encoding.id] else {
            // A column without values may come before its dictionary.
            for row in 0..<count where validity?[row] != 0 {
                throw ArrowError("field '\(field.name)' uses dictionary \(encoding.id), which has not come")
            }
            return .nulls(type: type.nullable, count: count)
        }
        let rows = Buffer<Int32>(uninitializedCount: count)
        for row in 0..<count {
            let isNull = validity.map { $0[row] == 0 } ?? false
            guard isNull || indexes[row] >= 0 && indexes[row] < dictionary.count else {
                throw ArrowError("field '\(field.name)' has an index beyond its dictionary")
            }
            rows.pointer[row] = isNull ? -1 : Int32(truncatingIfNeeded: indexes[row])
        }
        return gathered(dictionary, rows)
    }

    /// Rows of a column; a negative one is null.
    private func gathered(_ column: Column, _ rows: Buffer<Int32>) -> Column {
        if column.count > 0, !rows.elements.contains(where: { $0 < 0 }) { return column.gather(rows) }
        var builder = ColumnBuilder(type: column.type.nullable, capacity: rows.count)
        for row in 0..<rows.count { builder.append(rows[row] < 0 ? .null : column.value(at: Int(rows[row]))) }
        return builder.finish()
    }

    private mutating func runs(_ field: ArrowField, _ count: Int) throws(ArrowError) -> Column {
        let ends = try column(field.children[0])
        let values = try column(field.children[1])
        guard case .int64(let numbers) = ends.data, ends.count <= values.count else {
            throw ArrowError("field '\(field.name)' has runs without values")
        }
        let rows = Buffer<Int32>(capacity: count)
        for run in 0..<ends.count {
            guard numbers[run] >= rows.count else { throw ArrowError("field '\(field.name)' has runs that go back") }
            while rows.count < min(Int(numbers[run]), count) { rows.append(Int32(truncatingIfNeeded: run)) }
        }
        guard rows.count == count else { throw ArrowError("field '\(field.name)' has too few runs") }
        return count == 0 ? values.gather(Buffer()) : values.gather(rows)
    }

    private mutating func union(
        _ field: ArrowField, _ count: Int, _ isDense: Bool, _ typeIds: [Int32]
    ) throws(ArrowError) -> Column {
        let ids = try integers(field, count, bits: 8, isSigned: true)
        let offsets = isDense ? try integers(field, count, bits: 32, isSigned: true) : nil
        var children: [Column] = []
        for child in field.children { children.append(try column(child)) }
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in 0..<count {
            let child = typeIds.isEmpty ? Int(ids[row]) : typeIds.firstIndex { Int64($0) == ids[row] } ?? -1
            let position = offsets.map { $0[row] } ?? Int64(row)
            guard children.indices.contains(child), position >= 0, position < children[child].count else {
                throw ArrowError("field '\(field.name)' has a value of no type")
            }
            values.append(children[child].value(at: Int(position)))
        }
        return Self.dynamic(values, .any)
    }
}

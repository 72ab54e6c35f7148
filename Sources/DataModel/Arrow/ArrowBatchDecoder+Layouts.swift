/// The layouts of Arrow's types.
extension ArrowBatchDecoder {
    /// The column of a field without a dictionary, before its annotation is looked at.
    mutating func plain(_ field: ArrowField) throws(ArrowError) -> Column {
        let (count, hasNulls) = try node(field)
        switch field.type {
        case .null:
            try allow(count, field)
            return .nulls(type: .any, count: count)
        case .union(let isDense, let typeIds): return try union(field, count, isDense, typeIds)
        case .runEndEncoded: return try runs(field, count)
        default: break
        }
        let validity = try validity(field, count, hasNulls: hasNulls)
        let type = try field.fieldType()
        if let data = try flat(field, count, validity) {
            return Column(type: type, count: count, validity: validity, data: data)
        }
        return Column(type: type, count: count, validity: validity, data: try nested(field, count))
    }

    /// Values without children; `nil` for other types.
    private mutating func flat(
        _ field: ArrowField, _ count: Int, _ validity: Buffer<UInt8>?
    ) throws(ArrowError) -> ColumnData? {
        switch field.type {
        case .boolean: return .boolean(Self.flags(try buffer(field, atLeast: (count + 7) / 8), count))
        case .int(64, isSigned: false):
            let numbers = try numbers(field, count, as: UInt64.self)
            return try values(field, count, validity) {
                .decimal(DecimalValue(unscaled: Int128(numbers[$0]), scale: 0))
            }
        case .int(let bits, let isSigned): return .int64(try integers(field, count, bits: bits, isSigned: isSigned))
        case .float(let bits): return .double(try doubles(field, count, bits: bits))
        case .utf8(let bits), .binary(let bits):
            let (offsets, start, end) = try offsets(field, count, bits: bits)
            let bytes = try buffer(field, atLeast: end)
            return .string(try strings(field, offsets, UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
        case .fixedSizeBinary(let width):
            let offsets = try evenOffsets(field, count, size: Int(width))
            let bytes = try buffer(field, atLeast: count * Int(width))
            return .string(
                try strings(field, offsets, UnsafeRawBufferPointer(rebasing: bytes[..<(count * Int(width))])))
        case .view: return .string(try views(field, count, validity))
        case .decimal(let scale, let bits):
            return try decimals(field, count, validity, Int(scale), width: Int(bits) / 8)
        case .date(let isMilliseconds):
            let numbers = try integers(field, count, bits: isMilliseconds ? 64 : 32, isSigned: true)
            return try values(field, count, validity) { row in
                .date(Int(isMilliseconds ? Calendar.floorDivide(numbers[row], 86_400_000) : numbers[row]))
            }
        case .time(let unit, let bits):
            return .int64(
                try microseconds(try integers(field, count, bits: bits, isSigned: true), unit, field, validity))
        case .duration(let unit):
            return .int64(try microseconds(try numbers(field, count, as: Int64.self), unit, field, validity))
        case .timestamp(let unit, let hasZone):
            let micros = try microseconds(try numbers(field, count, as: Int64.self), unit, field, validity)
            if hasZone { return .int64(micros) }
            return try values(field, count, validity) { .datetime(DateTimeValue(localMicroseconds: micros[$0])) }
        default: return nil
        }
    }

    private mutating func nested(_ field: ArrowField, _ count: Int) throws(ArrowError) -> ColumnData {
        switch field.type {
        case .list(let bits):
            let (offsets, start, end) = try offsets(field, count, bits: bits)
            let child = try column(field.children[0])
            return .list(offsets: offsets, elements: ColumnBox(try part(child, start, end, field)))
        case .map:
            let (offsets, start, end) = try offsets(field, count, bits: 32)
            let entries = field.children[0]
            let node = try node(entries)
            _ = try validity(entries, node.count, hasNulls: false)
            let keys = try column(entries.children[0], count: node.count)
            let values = try column(entries.children[1], count: node.count)
            return .map(
                offsets: offsets, keys: ColumnBox(try part(keys, start, end, field)),
                values: ColumnBox(try part(values, start, end, field)))
        case .fixedSizeList(let size):
            let offsets = try evenOffsets(field, count, size: Int(size))
            let child = try column(field.children[0])
            return .list(offsets: offsets, elements: ColumnBox(try part(child, 0, count * Int(size), field)))
        case .listView(let bits): return try listView(field, count, bits: bits)
        case .structure:
            var columns: [Column] = []
            for child in field.children { columns.append(try column(child, count: count)) }
            return .row(columns)
        default: throw ArrowError("field '\(field.name)' cannot be read")
        }
    }

    /// Offsets from zero, and the range of the child that they span.
    private mutating func offsets(
        _ field: ArrowField, _ count: Int, bits: Int
    ) throws(ArrowError) -> (offsets: Buffer<Int32>, start: Int, end: Int) {
        // A column without rows may have no offsets at all.
        guard count > 0 else {
            _ = try buffer(field)
            return (Buffer(repeating: 0, count: 1), 0, 0)
        }
        return bits == 64
            ? try rebased(try numbers(field, count + 1, as: Int64.self), field)
            : try rebased(try numbers(field, count + 1, as: Int32.self), field)
    }

    private func rebased<Offset: FixedWidthInteger & BitwiseCopyable>(
        _ raw: Buffer<Offset>, _ field: ArrowField
    ) throws(ArrowError) -> (offsets: Buffer<Int32>, start: Int, end: Int) {
        let (start, end) = (raw[0], raw[raw.count - 1])
        let offsets = raw as? Buffer<Int32> ?? Buffer<Int32>(uninitializedCount: raw.count)
        let (source, target) = (raw.pointer, offsets.pointer)
        var goesBack = start < 0
        for index in 1..<raw.count { goesBack = goesBack || source[index] < source[index - 1] }
        guard !goesBack, end - start <= Int32.max else {
            throw ArrowError("field '\(field.name)' has offsets that go back or are too large")
        }
        if start != 0 || Offset.bitWidth != 32 {
            for index in 0..<raw.count { target[index] = Int32(truncatingIfNeeded: source[index] &- start) }
        }
        return (offsets, Int(start), Int(end))
    }

    /// Offsets of values that all have the same size.
    private mutating func evenOffsets(_ field: ArrowField, _ count: Int, size: Int) throws(ArrowError) -> Buffer<Int32>
    {
        guard count * size <= Int32.max else { throw ArrowError("field '\(field.name)' is too large") }
        if size == 0 { try allow(count, field) }
        return Buffer((0...count).lazy.map { Int32(truncatingIfNeeded: $0 * size) })
    }

    /// The elements in a range.
    private func part(_ child: Column, _ start: Int, _ end: Int, _ field: ArrowField) throws(ArrowError) -> Column {
        guard end <= child.count else { throw ArrowError("field '\(field.name)' has offsets beyond its elements") }
        if start == 0, end == child.count { return child }
        return child.gather(Buffer((start..<end).lazy.map { Int32(truncatingIfNeeded: $0) }))
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
                sizes[row] <= Int64(child.count) - starts[row], rows.count + Int(sizes[row]) <= Int32.max
            else { throw ArrowError("field '\(field.name)' has a list beyond its elements") }
            // Lists may share elements, so that there are more in all than the child has.
            try allow(Int(sizes[row]), field)
            for element in starts[row]..<(starts[row] + sizes[row]) { rows.append(Int32(truncatingIfNeeded: element)) }
            offsets.append(Int32(truncatingIfNeeded: rows.count))
        }
        return .list(offsets: offsets, elements: ColumnBox(try gathered(child, rows, field)))
    }
}

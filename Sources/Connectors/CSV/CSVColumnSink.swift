import DataModel

/// A field that its column's type cannot hold.
struct CSVMisfit: Error {
    /// Where the field begins in the block.
    let position: Int
    let text: String
    let needed: FieldType.Kind
}

/// Parses one column's fields straight into the column's memory.
final class CSVColumnSink {
    let column: Int
    let type: FieldType
    private(set) var count = 0
    private var validity: Buffer<UInt8>?
    private var integers = Buffer<Int64>()
    private var doubles = Buffer<Double>()
    private var flags = Buffer<UInt8>()
    private var offsets = Buffer<Int32>()
    private var bytes = Buffer<UInt8>()
    private var scratch: [UInt8] = []
    /// An estimate of all rows to come.
    private var expectedRows = 0

    init(column: Int, type: FieldType) {
        self.column = column
        self.type = type
        if type.kind == .string { offsets.append(0) }
    }

    /// Appends the column's fields of the rows that the index holds.
    func append(_ index: borrowing CSVFieldIndex, expectedRows: Int) throws(CSVMisfit) {
        let total = count + index.rowCount
        self.expectedRows = max(total, expectedRows)
        validity?.reserve(self.expectedRows)
        switch type.kind {
        case .int64: try appendIntegers(index)
        case .double: try appendDoubles(index)
        case .boolean: try appendFlags(index)
        default: appendStrings(index)
        }
        validity?.count = total
        count = total
    }

    func finish() -> Column {
        let data: ColumnData =
            switch type.kind {
            case .int64: .int64(integers)
            case .double: .double(doubles)
            case .boolean: .boolean(flags)
            default: .string(StringBuffer(offsets: offsets, bytes: bytes))
            }
        return Column(type: type, count: count, validity: validity, data: data)
    }

    private func appendIntegers(_ index: borrowing CSVFieldIndex) throws(CSVMisfit) {
        integers.reserve(expectedRows)
        let (base, stride, rows) = (index.base, index.stride, index.rowCount)
        let out = integers.pointer + count
        var place = UnsafePointer(index.places) + column
        for row in 0..<rows {
            let start = Int(place[0]) &+ 1
            let length = Int(place[1]) &- start
            place += stride
            if length > 0, length <= 8, let digits = NumberParsing.shortDigits(Word.load(base + start), length) {
                out[row] = Int64(truncatingIfNeeded: digits)
                validity?.pointer[count &+ row] = 1
            } else if length > 8, length <= 16,
                let value = NumberParsing.mediumDigits(base + start, length)
            {
                out[row] = Int64(truncatingIfNeeded: value)
                validity?.pointer[count &+ row] = 1
            } else if let value = try integer(base, start, length) {
                out[row] = value
                validity?.pointer[count &+ row] = 1
            } else {
                out[row] = 0
                markNull(count &+ row)
            }
        }
        integers.count = count + rows
    }

    private func appendDoubles(_ index: borrowing CSVFieldIndex) throws(CSVMisfit) {
        doubles.reserve(expectedRows)
        let (base, stride, rows) = (index.base, index.stride, index.rowCount)
        let out = doubles.pointer + count
        var place = UnsafePointer(index.places) + column
        for row in 0..<rows {
            let start = Int(place[0]) &+ 1
            let length = Int(place[1]) &- start
            place += stride
            if length > 0, length <= 8, let value = NumberParsing.shortDecimal(Word.load(base + start), length) {
                out[row] = value
                validity?.pointer[count &+ row] = 1
            } else if length > 1, let value = longDecimal(base + start, length) {
                out[row] = value
                validity?.pointer[count &+ row] = 1
            } else if let value = try double(base, start, length) {
                out[row] = value
                validity?.pointer[count &+ row] = 1
            } else {
                out[row] = 0
                markNull(count &+ row)
            }
        }
        doubles.count = count + rows
    }

    /// A number with a sign or many digits; integers that may be too large for a double are left to `double`.
    private func longDecimal(_ field: UnsafePointer<UInt8>, _ length: Int) -> Double? {
        if field[0] == UInt8(ascii: "-"), length <= 9,
            let value = NumberParsing.shortDecimal(Word.load(field + 1), length &- 1)
        {
            return -value
        }
        let text = UnsafeBufferPointer(start: field, count: length)
        guard length < 16 || text.contains(UInt8(ascii: ".")) else { return nil }
        return NumberParsing.decimal(text)
    }

    private func appendFlags(_ index: borrowing CSVFieldIndex) throws(CSVMisfit) {
        flags.reserve(expectedRows)
        let (base, stride, rows) = (index.base, index.stride, index.rowCount)
        let out = flags.pointer + count
        var place = UnsafePointer(index.places) + column
        for row in 0..<rows {
            let start = Int(place[0]) &+ 1
            let length = Int(place[1]) &- start
            place += stride
            let flag = try value(base, start, length, needed: { _ in .string }, parse: CSVField.boolean)
            out[row] = flag == true ? 1 : 0
            if flag == nil { markNull(count &+ row) } else { validity?.pointer[count &+ row] = 1 }
        }
        flags.count = count + rows
    }

    private func appendStrings(_ index: borrowing CSVFieldIndex) {
        offsets.reserve(expectedRows + 1)
        let (base, stride, rows) = (index.base, index.stride, index.rowCount)
        var place = UnsafePointer(index.places) + column
        var size = 0
        for _ in 0..<rows {
            size &+= max(0, Int(place[1]) &- Int(place[0]) &- 1)
            place += stride
        }
        // Short fields are copied 16 bytes at a time, past their end.
        reserveBytes(bytes.count + size + 16, share: count + rows)
        place = UnsafePointer(index.places) + column
        let out = offsets.pointer + count + 1
        let text = bytes.pointer
        var length = bytes.count
        for row in 0..<rows {
            let start = Int(place[0]) &+ 1
            let fieldLength = Int(place[1]) &- start
            place += stride
            let field = base + start
            if fieldLength > 0, field[0] != CSVDialect.quote, fieldLength > 8 || !NullSpelling.mayStart(field[0]) {
                if fieldLength <= 16 {
                    let vector = UnsafeRawPointer(field).loadUnaligned(as: SIMD16<UInt8>.self)
                    UnsafeMutableRawPointer(text + length).storeBytes(of: vector, as: SIMD16<UInt8>.self)
                } else {
                    (text + length).update(from: field, count: fieldLength)
                }
                length &+= fieldLength
                validity?.pointer[count &+ row] = 1
            } else {
                length += copyField(
                    UnsafeBufferPointer(start: field, count: max(0, fieldLength)), to: text + length, row)
            }
            out[row] = Int32(truncatingIfNeeded: length)
        }
        bytes.count = length
        offsets.count = count + rows + 1
    }

    /// Grows ahead in one step to what the rows so far let expect.
    private func reserveBytes(_ wanted: Int, share rows: Int) {
        guard wanted > bytes.capacity else { return }
        bytes.reserve(max(wanted, rows > 0 ? wanted / rows &* expectedRows &+ expectedRows / 2 &+ 16 : wanted))
    }

    /// Copies a field that is quoted, empty or may spell null. Returns its length.
    @inline(never)
    private func copyField(_ raw: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ row: Int) -> Int
    {
        var length = 0
        var isNull = false
        CSVField.content(raw, &scratch) { content in
            isNull = NullSpelling.contains(content)
            if !isNull, let start = content.baseAddress {
                target.update(from: start, count: content.count)
                length = content.count
            }
        }
        if isNull { markNull(count &+ row) } else { validity?.pointer[count &+ row] = 1 }
        return length
    }

    @inline(never)
    private func integer(_ base: UnsafePointer<UInt8>, _ start: Int, _ length: Int) throws(CSVMisfit) -> Int64? {
        try value(
            base, start, length,
            needed: { text in
                if NumberParsing.integer(text) == .tooLarge { return .string }
                return NumberParsing.decimal(text) != nil ? .double : .string
            },
            parse: { text in
                if case .value(let value) = NumberParsing.integer(CSVField.trimmed(text)) { value } else { nil }
            })
    }

    @inline(never)
    private func double(_ base: UnsafePointer<UInt8>, _ start: Int, _ length: Int) throws(CSVMisfit) -> Double? {
        try value(
            base, start, length, needed: { _ in .string },
            parse: { text in
                let text = CSVField.trimmed(text)
                // An integer that a double cannot hold must not be rounded silently.
                if text.count >= 16 {
                    switch NumberParsing.integer(text) {
                    case .value(let value) where value.magnitude > 1 << 53: return nil
                    case .tooLarge: return nil
                    default: break
                    }
                }
                return NumberParsing.decimal(text)
            })
    }

    /// A field that the fast path does not know: `nil` for null.
    private func value<Parsed>(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ length: Int,
        needed: (UnsafeBufferPointer<UInt8>) -> FieldType.Kind, parse: (UnsafeBufferPointer<UInt8>) -> Parsed?
    ) throws(CSVMisfit) -> Parsed? {
        guard length > 0 else { return nil }
        var isNull = false
        var parsed: Parsed?
        var misfit: CSVMisfit?
        CSVField.content(UnsafeBufferPointer(start: base + start, count: length), &scratch) { content in
            isNull = NullSpelling.contains(content)
            if isNull { return }
            parsed = parse(content)
            if parsed == nil {
                misfit = CSVMisfit(
                    position: start, text: content.excerpt, needed: needed(CSVField.trimmed(content)))
            }
        }
        if let misfit { throw misfit }
        return parsed
    }

    @inline(never)
    private func markNull(_ row: Int) {
        if validity == nil {
            let made = Buffer<UInt8>(capacity: expectedRows)
            made.pointer.initialize(repeating: 1, count: row)
            validity = made
        }
        validity?.pointer[row] = 0
    }
}

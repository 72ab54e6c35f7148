import DataModel

/// Parses one field's values straight into the column's memory. All rows of a block have room from the beginning.
struct JSONSink {
    enum Kind {
        case integer
        case double
        case boolean
        case text
        case other
    }

    let type: FieldType
    let isNeeded: Bool
    private let kind: Kind
    private let capacity: Int
    private(set) var count = 0
    private var numbers = Buffer<Int64>()
    private var doubles = Buffer<Double>()
    private var flags = Buffer<UInt8>()
    private var offsets = Buffer<Int32>()
    private var bytes = Buffer<UInt8>()
    private var byteCount = 0
    private var validity: Buffer<UInt8>?
    private var builder: ColumnBuilder?
    /// The memory of numbers, flags and offsets, so that loops need not ask the buffers.
    private var numberPlace: UnsafeMutablePointer<Int64>?
    private var doublePlace: UnsafeMutablePointer<Double>?
    private var offsetPlace: UnsafeMutablePointer<Int32>?
    private var bytePlace: UnsafeMutablePointer<UInt8>
    private var byteCapacity = 0
    private var validityPlace: UnsafeMutablePointer<UInt8>?

    init(type: FieldType, isNeeded: Bool, capacity: Int, byteEstimate: Int) {
        self.type = type
        self.isNeeded = isNeeded
        self.capacity = capacity
        switch type.kind {
        case .int64: kind = .integer
        case .double: kind = .double
        case .boolean: kind = .boolean
        case .string: kind = .text
        default: kind = .other
        }
        bytePlace = bytes.pointer
        guard isNeeded else { return }
        switch kind {
        case .integer:
            numbers = Buffer(uninitializedCount: capacity)
            numberPlace = numbers.pointer
        case .double:
            doubles = Buffer(uninitializedCount: capacity)
            doublePlace = doubles.pointer
        case .boolean: flags = Buffer(uninitializedCount: capacity)
        case .text:
            offsets = Buffer(uninitializedCount: capacity + 1)
            offsets.pointer[0] = 0
            offsetPlace = offsets.pointer
            bytes = Buffer(capacity: byteEstimate + 64)
            bytePlace = bytes.pointer
            byteCapacity = bytes.capacity
        case .other: builder = ColumnBuilder(type: type, capacity: capacity)
        }
    }

    /// Reads the value at the cursor. Returns false, with the cursor where it was, if the type cannot hold it.
    @inline(__always)
    mutating func read(_ cursor: inout JSONCursor) throws(JSONFailure) -> Bool {
        let first = cursor.byte
        if first == UInt8(ascii: "n"), kind != .other {
            guard cursor.consume(literal: "null") else { throw cursor.expected("a value") }
            appendNull()
            return true
        }
        switch kind {
        case .integer: return try readInteger(&cursor)
        case .double: return try readDouble(&cursor)
        case .text:
            guard first == UInt8(ascii: "\"") else { return false }
            try readText(&cursor)
        case .boolean:
            if cursor.consume(literal: "true") {
                flags.pointer[count] = 1
            } else if cursor.consume(literal: "false") {
                flags.pointer[count] = 0
            } else {
                return false
            }
            markValid()
        case .other: return try readOther(&cursor)
        }
        return true
    }

    @inline(__always)
    private mutating func readInteger(_ cursor: inout JSONCursor) throws(JSONFailure) -> Bool {
        let start = cursor.position
        guard cursor.byte &- UInt8(ascii: "0") <= 9 || cursor.byte == UInt8(ascii: "-") else { return false }
        let (text, isInteger) = try cursor.number()
        if isInteger {
            if text.count <= 8, let digits = NumberParsing.shortDigits(Word.load(cursor.base + start), text.count) {
                numberPlace?[count] = Int64(truncatingIfNeeded: digits)
                markValid()
                return true
            }
            if case .value(let value) = NumberParsing.integer(text) {
                numberPlace?[count] = value
                markValid()
                return true
            }
        }
        cursor.position = start
        return false
    }

    @inline(__always)
    private mutating func readDouble(_ cursor: inout JSONCursor) throws(JSONFailure) -> Bool {
        let start = cursor.position
        guard cursor.byte &- UInt8(ascii: "0") <= 9 || cursor.byte == UInt8(ascii: "-") else {
            return readSpecialDouble(&cursor)
        }
        if cursor.consume(literal: "-Infinity") {
            appendDouble(-.infinity)
            return true
        }
        let (text, isInteger) = try cursor.number()
        if text.count <= 8, let value = NumberParsing.shortDecimal(Word.load(cursor.base + start), text.count) {
            appendDouble(value)
            return true
        }
        let isExact = !isInteger || text.count < 16 || isExactInteger(text)
        if isExact, let value = NumberParsing.decimal(text) {
            appendDouble(value)
            return true
        }
        cursor.position = start
        return false
    }

    private func isExactInteger(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if case .value(let value) = NumberParsing.integer(text) { value.magnitude <= 1 << 53 } else { false }
    }

    /// What Python's `json` writes for numbers that JSON does not have.
    private mutating func readSpecialDouble(_ cursor: inout JSONCursor) -> Bool {
        if cursor.consume(literal: "NaN") {
            appendDouble(.nan)
        } else if cursor.consume(literal: "Infinity") {
            appendDouble(.infinity)
        } else {
            return false
        }
        return true
    }

    @inline(__always)
    private mutating func appendDouble(_ value: Double) {
        doublePlace?[count] = value
        markValid()
    }

    @inline(__always)
    private mutating func readText(_ cursor: inout JSONCursor) throws(JSONFailure) {
        cursor.position &+= 1
        let start = cursor.position
        let hasEscapes = try cursor.findStringEnd()
        let length = cursor.position &- start
        // 16 bytes are moved at once, past the end of short texts.
        if byteCount &+ length &+ 16 > byteCapacity { growBytes(length &+ 16) }
        if hasEscapes {
            try unescape(UnsafeBufferPointer(start: cursor.base + start, count: length), at: start)
        } else {
            let target = bytePlace + byteCount
            if length <= 16 {
                let vector = UnsafeRawPointer(cursor.base + start).loadUnaligned(as: SIMD16<UInt8>.self)
                UnsafeMutableRawPointer(target).storeBytes(of: vector, as: SIMD16<UInt8>.self)
            } else {
                target.update(from: cursor.base + start, count: length)
            }
            byteCount &+= length
        }
        cursor.position &+= 1
        offsetPlace?[count &+ 1] = Int32(truncatingIfNeeded: byteCount)
        markValid()
    }

    @inline(never)
    private mutating func growBytes(_ added: Int) {
        bytes.count = byteCount
        bytes.reserve(byteCount + added)
        bytePlace = bytes.pointer
        byteCapacity = bytes.capacity
    }

    @inline(never)
    private mutating func unescape(_ raw: UnsafeBufferPointer<UInt8>, at position: Int) throws(JSONFailure) {
        var text: [UInt8] = []
        try JSONStrings.unescape(raw, at: position, to: &text)
        for byte in text {
            bytePlace[byteCount] = byte
            byteCount += 1
        }
    }

    private mutating func readOther(_ cursor: inout JSONCursor) throws(JSONFailure) -> Bool {
        let start = cursor.position
        let value = try cursor.value(as: type)
        guard JSONTypes.fits(value, type) else {
            cursor.position = start
            return false
        }
        builder?.append(value)
        count += 1
        return true
    }

    @inline(__always)
    private mutating func markValid() {
        validityPlace?[count] = 1
        count &+= 1
    }

    @inline(never)
    mutating func appendNull() {
        guard isNeeded else { return }
        switch kind {
        case .integer: numberPlace?[count] = 0
        case .double: doublePlace?[count] = 0
        case .boolean: flags.pointer[count] = 0
        case .text: offsetPlace?[count + 1] = Int32(truncatingIfNeeded: byteCount)
        case .other:
            builder?.appendNull()
            count += 1
            return
        }
        if validity == nil {
            let made = Buffer<UInt8>(uninitializedCount: capacity)
            made.pointer.initialize(repeating: 1, count: count)
            validity = made
            validityPlace = made.pointer
        }
        validityPlace?[count] = 0
        count += 1
    }

    mutating func finish(rows: Int) -> Column {
        guard isNeeded else { return .absent(type: type, count: rows) }
        for buffer in [flags, validity] { buffer?.count = min(rows, buffer?.capacity ?? 0) }
        let data: ColumnData
        switch kind {
        case .integer:
            numbers.count = rows
            data = .int64(numbers)
        case .double:
            doubles.count = rows
            data = .double(doubles)
        case .boolean: data = .boolean(flags)
        case .text:
            offsets.count = rows + 1
            bytes.count = byteCount
            data = .string(StringBuffer(offsets: offsets, bytes: bytes))
        case .other: return builder?.finish() ?? .nulls(type: type, count: rows)
        }
        return Column(type: type, count: rows, validity: validity, data: data)
    }
}

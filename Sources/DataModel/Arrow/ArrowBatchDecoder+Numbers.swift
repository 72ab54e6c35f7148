/// Numbers of all widths in those of ours.
extension ArrowBatchDecoder {
    mutating func numbers<Number: BitwiseCopyable>(
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

    mutating func integers(
        _ field: ArrowField, _ count: Int, bits: Int32, isSigned: Bool
    ) throws(ArrowError) -> Buffer<Int64> {
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

    mutating func doubles(_ field: ArrowField, _ count: Int, bits: Int) throws(ArrowError) -> Buffer<Double> {
        if bits == 64 { return try numbers(field, count, as: Double.self) }
        let doubles = Buffer<Double>(uninitializedCount: count)
        if bits == 32 {
            let floats = try numbers(field, count, as: Float.self)
            for row in 0..<count { doubles.pointer[row] = Double(floats.pointer[row]) }
        } else {
            let halves = try numbers(field, count, as: UInt16.self)
            for row in 0..<count { doubles.pointer[row] = Self.half(halves.pointer[row]) }
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

    /// Values that carry their own type; `nil` of the function is one that we cannot hold.
    func values(
        _ field: ArrowField, _ count: Int, _ validity: Buffer<UInt8>?, _ value: (Int) -> Value?
    ) throws(ArrowError) -> ColumnData {
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
        return .values(ValueBuffer(all))
    }

    mutating func decimals(
        _ field: ArrowField, _ count: Int, _ validity: Buffer<UInt8>?, _ scale: Int, width: Int
    ) throws(ArrowError) -> ColumnData {
        let bytes = try buffer(field, atLeast: count * width)
        return try values(field, count, validity) { row in
            guard let unscaled = Self.integer(bytes, at: row * width, width: width) else { return nil }
            let number = DecimalValue(unscaled: unscaled, scale: scale)
            // A negative scale is so many zeros.
            if scale < 0 { return number.unscaled(atScale: 0).map { .decimal(DecimalValue(unscaled: $0, scale: 0)) } }
            return .decimal(number)
        }
    }

    /// A little-endian integer of 4 to 32 bytes; `nil` where it does not fit.
    private static func integer(_ bytes: UnsafeRawBufferPointer, at start: Int, width: Int) -> Int128? {
        if width == 16 {
            return Int128(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Int128.self))
        }
        let isNegative = bytes[start + width - 1] & 0x80 != 0
        let filling: UInt8 = isNegative ? 0xFF : 0
        if width > 16 {
            guard bytes[(start + 16)..<(start + width)].allSatisfy({ $0 == filling }),
                (bytes[start + 15] & 0x80 != 0) == isNegative
            else { return nil }
        }
        var number: UInt128 = isNegative ? .max : 0
        for index in (0..<min(width, 16)).reversed() { number = number << 8 | UInt128(bytes[start + index]) }
        return Int128(truncatingIfNeeded: number)
    }

    /// Counts of a unit in microseconds; nanoseconds lose what is below, also before 1970.
    func microseconds(
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
            let (product, overflow) = numbers[row].multipliedReportingOverflow(by: factor)
            if overflow, validity.map({ $0[row] != 0 }) ?? true {
                throw ArrowError("field '\(field.name)' has a time beyond what can be held")
            }
            numbers[row] = product
        }
        return numbers
    }
}

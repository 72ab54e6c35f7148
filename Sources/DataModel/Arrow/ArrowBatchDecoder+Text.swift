/// Text and bytes.
extension ArrowBatchDecoder {
    /// The bytes of all values, checked where they are text.
    func strings(
        _ field: ArrowField, _ offsets: Buffer<Int32>, _ bytes: UnsafeRawBufferPointer
    ) throws(ArrowError) -> StringBuffer {
        if case .utf8 = field.type { try validate(bytes, offsets, field) }
        let copied = Buffer<UInt8>(uninitializedCount: bytes.count)
        if let start = bytes.baseAddress {
            UnsafeMutableRawPointer(copied.pointer).copyMemory(from: start, byteCount: bytes.count)
        }
        return StringBuffer(offsets: offsets, bytes: copied)
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

    /// Values of up to twelve bytes beside their length, longer ones in one of many buffers.
    mutating func views(
        _ field: ArrowField, _ count: Int, _ validity: Buffer<UInt8>?
    ) throws(ArrowError) -> StringBuffer {
        let views = try buffer(field, atLeast: count * 16)
        let data = try variadicBuffers(field)
        let offsets = Buffer<Int32>(capacity: count + 1)
        let bytes = Buffer<UInt8>()
        offsets.append(0)
        for row in 0..<count {
            if validity.map({ $0[row] != 0 }) ?? true {
                guard let value = Self.view(views, at: row * 16, data), bytes.count + value.count <= Int32.max else {
                    throw ArrowError("field '\(field.name)' has a view beyond its buffers")
                }
                // Views may share bytes, so that there are more in all than the buffers have.
                try allow(value.count, field)
                if let start = value.bindMemory(to: UInt8.self).baseAddress { bytes.append(start, count: value.count) }
            }
            offsets.append(Int32(truncatingIfNeeded: bytes.count))
        }
        if case .view(isText: true) = field.type {
            try validate(UnsafeRawBufferPointer(bytes.elements), offsets, field)
        }
        return StringBuffer(offsets: offsets, bytes: bytes)
    }

    private static func view(
        _ views: UnsafeRawBufferPointer, at start: Int, _ data: [UnsafeRawBufferPointer]
    ) -> UnsafeRawBufferPointer? {
        func number(_ offset: Int) -> Int {
            Int(Int32(littleEndian: views.loadUnaligned(fromByteOffset: start + offset, as: Int32.self)))
        }
        let length = number(0)
        if length <= 12 {
            return length < 0 ? nil : UnsafeRawBufferPointer(rebasing: views[(start + 4)..<(start + 4 + length)])
        }
        let (index, position) = (number(8), number(12))
        guard data.indices.contains(index), position >= 0, length <= data[index].count - position else { return nil }
        return UnsafeRawBufferPointer(rebasing: data[index][position..<(position + length)])
    }
}

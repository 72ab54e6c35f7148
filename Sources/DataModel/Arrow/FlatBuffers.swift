/// Writes FlatBuffers front to back: a table, then what its offsets point at, so that all offsets are positive.
///
/// Every slot of a table takes eight bytes, which keeps every kind aligned; metadata is small.
struct FlatBufferWriter {
    typealias Target = (inout FlatBufferWriter) -> Int

    enum Slot {
        case flag(Int, Bool)
        case byte(Int, UInt8)
        case short(Int, Int16)
        case int(Int, Int32)
        case long(Int, Int64)
        /// A table, vector or text that the function writes; it gives the position.
        case offset(Int, Target)

        var index: Int {
            switch self {
            case .flag(let index, _), .byte(let index, _), .short(let index, _), .int(let index, _),
                .long(let index, _), .offset(let index, _):
                index
            }
        }
    }

    private(set) var bytes: [UInt8] = [0, 0, 0, 0]

    /// A buffer with the table that `root` writes.
    static func buffer(_ root: Target) -> [UInt8] {
        var writer = FlatBufferWriter()
        let position = root(&writer)
        writer.patch(UInt32(position), at: 0)
        return writer.bytes
    }

    mutating func table(_ slots: [Slot]) -> Int {
        let count = (slots.map(\.index).max() ?? -1) + 1
        align(4)
        let vtable = bytes.count
        append(UInt16(4 + 2 * count))
        append(UInt16(8 + 8 * slots.count))
        bytes.append(contentsOf: repeatElement(0, count: 2 * count))
        align(8)
        let position = bytes.count
        append(Int32(position - vtable))
        append(Int32(0))
        for (index, slot) in slots.enumerated() {
            patch(UInt16(8 + 8 * index), at: vtable + 4 + 2 * slot.index)
            switch slot {
            case .flag(_, let flag): append(Int64(flag ? 1 : 0))
            case .byte(_, let value): append(Int64(value))
            case .short(_, let value): append(Int64(UInt16(bitPattern: value)))
            case .int(_, let value): append(Int64(UInt32(bitPattern: value)))
            case .long(_, let value): append(value)
            case .offset: append(Int64(0))
            }
        }
        for (index, slot) in slots.enumerated() {
            guard case .offset(_, let target) = slot else { continue }
            let place = position + 8 + 8 * index
            let written = target(&self)
            patch(UInt32(written - place), at: place)
        }
        return position
    }

    mutating func text(_ text: String) -> Int {
        align(4)
        let position = bytes.count
        append(UInt32(text.utf8.count))
        bytes += text.utf8
        bytes.append(0)
        return position
    }

    mutating func tables(_ targets: [Target]) -> Int {
        align(4)
        let position = bytes.count
        append(UInt32(targets.count))
        let first = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: 4 * targets.count))
        for (index, target) in targets.enumerated() {
            let written = target(&self)
            patch(UInt32(written - first - 4 * index), at: first + 4 * index)
        }
        return position
    }

    /// A vector of structs of two longs.
    mutating func pairs(_ pairs: [(Int64, Int64)]) -> Int {
        // The length stands right before the elements, which are aligned to eight bytes.
        align(8)
        append(UInt32(0))
        let position = bytes.count
        append(UInt32(pairs.count))
        for pair in pairs {
            append(pair.0)
            append(pair.1)
        }
        return position
    }

    private mutating func align(_ size: Int) {
        while bytes.count % size != 0 { bytes.append(0) }
    }

    private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    private mutating func patch<Number: FixedWidthInteger>(_ number: Number, at position: Int) {
        withUnsafeBytes(of: number.littleEndian) { source in
            for (index, byte) in source.enumerated() { bytes[position + index] = byte }
        }
    }
}

/// A table of a FlatBuffer that came from outside: every access is checked against the buffer.
struct FlatBufferTable {
    private let bytes: UnsafeRawBufferPointer
    private let position: Int
    private let vtable: Int
    private let vtableSize: Int

    /// How long the whole buffer is.
    var byteCount: Int { bytes.count }

    /// The root table.
    init(root bytes: UnsafeRawBufferPointer) throws(ArrowError) {
        let offset: UInt32 = try Self.load(bytes, 0)
        try self.init(bytes, at: Int(offset))
    }

    private init(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(ArrowError) {
        let back: Int32 = try Self.load(bytes, position)
        self.bytes = bytes
        self.position = position
        vtable = position - Int(back)
        let size: UInt16 = try Self.load(bytes, vtable)
        vtableSize = Int(size)
    }

    private static func load<Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ position: Int
    ) throws(ArrowError) -> Number {
        guard position >= 0, position <= bytes.count - MemoryLayout<Number>.size else {
            throw ArrowError("the metadata of an Arrow message is damaged")
        }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    private func place(of slot: Int) throws(ArrowError) -> Int? {
        guard 4 + 2 * slot + 2 <= vtableSize else { return nil }
        let offset: UInt16 = try Self.load(bytes, vtable + 4 + 2 * slot)
        return offset == 0 ? nil : position + Int(offset)
    }

    func number<Number: FixedWidthInteger>(_ slot: Int, _ absent: Number) throws(ArrowError) -> Number {
        guard let place = try place(of: slot) else { return absent }
        return try Self.load(bytes, place)
    }

    private func target(of slot: Int) throws(ArrowError) -> Int? {
        guard let place = try place(of: slot) else { return nil }
        let offset: UInt32 = try Self.load(bytes, place)
        return place + Int(offset)
    }

    func table(_ slot: Int) throws(ArrowError) -> FlatBufferTable? {
        guard let target = try target(of: slot) else { return nil }
        return try FlatBufferTable(bytes, at: target)
    }

    func text(_ slot: Int) throws(ArrowError) -> String? {
        guard let target = try target(of: slot) else { return nil }
        let count: UInt32 = try Self.load(bytes, target)
        guard target + 4 + Int(count) <= bytes.count else {
            throw ArrowError("the metadata of an Arrow message is damaged")
        }
        return String(decoding: bytes[(target + 4)..<(target + 4 + Int(count))], as: UTF8.self)
    }

    private func vector(_ slot: Int, size: Int) throws(ArrowError) -> (start: Int, count: Int) {
        guard let target = try target(of: slot) else { return (0, 0) }
        let count: UInt32 = try Self.load(bytes, target)
        guard Int(count) <= (bytes.count - target) / size else {
            throw ArrowError("the metadata of an Arrow message is damaged")
        }
        return (target + 4, Int(count))
    }

    func tables(_ slot: Int) throws(ArrowError) -> [FlatBufferTable] {
        let (start, count) = try vector(slot, size: 4)
        var tables: [FlatBufferTable] = []
        for index in 0..<count {
            let place = start + 4 * index
            let offset: UInt32 = try Self.load(bytes, place)
            tables.append(try FlatBufferTable(bytes, at: place + Int(offset)))
        }
        return tables
    }

    /// A vector of structs of two longs.
    func pairs(_ slot: Int) throws(ArrowError) -> [(Int64, Int64)] {
        let (start, count) = try vector(slot, size: 16)
        var pairs: [(Int64, Int64)] = []
        for index in 0..<count {
            let first: Int64 = try Self.load(bytes, start + 16 * index)
            let second: Int64 = try Self.load(bytes, start + 16 * index + 8)
            pairs.append((first, second))
        }
        return pairs
    }

    func numbers<Number: FixedWidthInteger>(_ slot: Int, of type: Number.Type) throws(ArrowError) -> [Number] {
        let (start, count) = try vector(slot, size: MemoryLayout<Number>.size)
        var numbers: [Number] = []
        for index in 0..<count {
            let number: Number = try Self.load(bytes, start + MemoryLayout<Number>.size * index)
            numbers.append(number)
        }
        return numbers
    }
}

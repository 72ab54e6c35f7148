import DataModel

/// The engine's private form of values on disk and in composite keys: equal values have equal bytes.
enum BinaryCodec {
    @inline(__always)
    static func append(_ number: Int64, to bytes: Buffer<UInt8>) {
        bytes.reserve(bytes.count + 8)
        UnsafeMutableRawPointer(bytes.pointer + bytes.count).storeBytes(of: number.littleEndian, as: Int64.self)
        bytes.count += 8
    }

    @inline(__always)
    static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: Buffer<UInt8>) {
        append(Int64(text.count), to: bytes)
        if let base = text.baseAddress { bytes.append(base, count: text.count) }
    }

    /// A byte that tells null from a value, then the value by its column's type.
    @inline(__always)
    static func append(_ column: Column, row: Int, to bytes: Buffer<UInt8>) {
        if column.isNull(row) { return bytes.append(0) }
        switch column.data {
        case .int64(let values):
            bytes.append(1)
            append(values.pointer[row], to: bytes)
        case .string(let strings):
            bytes.append(1)
            append(strings[row], to: bytes)
        case .double(let values):
            bytes.append(1)
            append(values.pointer[row], to: bytes)
        case .boolean(let values):
            bytes.append(1)
            bytes.append(values.pointer[row])
        case .list, .map, .row, .values:
            bytes.append(1)
            append(column.value(at: row), to: bytes)
        case .absent: bytes.append(0)
        }
    }

    /// Zeros of both signs are equal, and so are all NaNs.
    private static func append(_ number: Double, to bytes: Buffer<UInt8>) {
        append(canonicalBits(number), to: bytes)
    }

    @inline(__always)
    static func canonicalBits(_ number: Double) -> Int64 {
        Int64(bitPattern: (number == 0 ? 0 : number.isNaN ? Double.nan : number).bitPattern)
    }

    private static func append(_ text: String, to bytes: Buffer<UInt8>) {
        var text = text
        text.withUTF8 { append($0, to: bytes) }
    }

    /// A value with its own type.
    static func append(_ value: Value, to bytes: Buffer<UInt8>) {
        bytes.append(Tag(value).rawValue)
        switch value {
        case .null: break
        case .boolean(let flag): bytes.append(flag ? 1 : 0)
        case .int(let number), .timestamp(let number), .duration(let number): append(number, to: bytes)
        case .double(let number): append(number, to: bytes)
        case .string(let text): append(text, to: bytes)
        case .bytes(let content): content.withUnsafeBufferPointer { append($0, to: bytes) }
        case .date(let day): append(Int64(day), to: bytes)
        case .datetime(let moment):
            append(moment.localMicroseconds, to: bytes)
            append(moment.offsetSeconds.map(Int64.init) ?? .min, to: bytes)
        case .decimal(let number):
            append(Int64(truncatingIfNeeded: number.unscaled), to: bytes)
            append(Int64(truncatingIfNeeded: number.unscaled >> 64), to: bytes)
            append(Int64(number.scale), to: bytes)
        case .list(let elements):
            append(Int64(elements.count), to: bytes)
            for element in elements { append(element, to: bytes) }
        case .map(let map):
            append(Int64(map.count), to: bytes)
            for entry in map.entries {
                append(entry.key, to: bytes)
                append(entry.value, to: bytes)
            }
        case .row(let row):
            append(Int64(row.names.count), to: bytes)
            for (name, value) in zip(row.names, row.values) {
                append(name, to: bytes)
                append(value, to: bytes)
            }
        }
    }

    fileprivate enum Tag: UInt8 {
        case null, boolean, int, double, string, bytes, timestamp, duration, date, datetime, decimal, list, map, row

        init(_ value: Value) {
            self =
                switch value {
                case .null: .null
                case .boolean: .boolean
                case .int: .int
                case .double: .double
                case .string: .string
                case .bytes: .bytes
                case .timestamp: .timestamp
                case .duration: .duration
                case .date: .date
                case .datetime: .datetime
                case .decimal: .decimal
                case .list: .list
                case .map: .map
                case .row: .row
                }
        }
    }
}

/// Reads what `BinaryCodec` wrote. Only the engine's own bytes come here, so that a short read means a defect or a
/// damaged temporary file: it reads as zeros and sets `isDamaged`.
struct BinaryReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private(set) var isDamaged = false

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset >= bytes.count }

    mutating func byte() -> UInt8 {
        guard offset < bytes.count else {
            isDamaged = true
            return 0
        }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func int64() -> Int64 {
        guard let base = bytes.baseAddress, offset + 8 <= bytes.count else {
            isDamaged = true
            return 0
        }
        offset += 8
        return Int64(littleEndian: UnsafeRawPointer(base + offset - 8).loadUnaligned(as: Int64.self))
    }

    mutating func text() -> UnsafeBufferPointer<UInt8> {
        let count = Int(int64())
        guard count >= 0, count <= bytes.count - offset else {
            isDamaged = true
            return UnsafeBufferPointer(rebasing: bytes[0..<0])
        }
        offset += count
        return UnsafeBufferPointer(rebasing: bytes[(offset - count)..<offset])
    }

    /// A value that `append(_:row:to:)` wrote from a column of the given type.
    mutating func value(of type: FieldType) -> Value {
        guard byte() == 1 else { return .null }
        switch type.kind {
        case .boolean: return .boolean(byte() != 0)
        case .int64: return .int(int64())
        case .timestamp: return .timestamp(int64())
        case .duration: return .duration(int64())
        case .double: return .double(Double(bitPattern: UInt64(bitPattern: int64())))
        case .string: return .string(String(decoding: text(), as: UTF8.self))
        case .bytes: return .bytes(Array(text()))
        case .any, .date, .datetime, .decimal, .list, .map, .row: return value()
        }
    }

    /// A value with its own type.
    mutating func value() -> Value {
        switch BinaryCodec.Tag(rawValue: byte()) {
        case .null, nil: return .null
        case .boolean: return .boolean(byte() != 0)
        case .int: return .int(int64())
        case .timestamp: return .timestamp(int64())
        case .duration: return .duration(int64())
        case .double: return .double(Double(bitPattern: UInt64(bitPattern: int64())))
        case .string: return .string(String(decoding: text(), as: UTF8.self))
        case .bytes: return .bytes(Array(text()))
        case .date: return .date(Int(int64()))
        case .datetime:
            let micros = int64()
            let offset = int64()
            return .datetime(
                DateTimeValue(localMicroseconds: micros, offsetSeconds: offset == .min ? nil : Int(offset)))
        case .decimal:
            let low = UInt64(bitPattern: int64())
            let unscaled = Int128(int64()) << 64 | Int128(low)
            return .decimal(DecimalValue(unscaled: unscaled, scale: Int(int64())))
        case .list: return .list((0..<length()).map { _ in value() })
        case .map: return .map(MapValue((0..<length()).map { _ in (value(), value()) }))
        case .row:
            var names: [String] = []
            var values: [Value] = []
            for _ in 0..<length() {
                names.append(String(decoding: text(), as: UTF8.self))
                values.append(value())
            }
            return .row(RowValue(names: names, values: values))
        }
    }

    private mutating func length() -> Int {
        let count = Int(int64())
        guard count >= 0, count <= bytes.count - offset else {
            isDamaged = true
            return 0
        }
        return count
    }
}

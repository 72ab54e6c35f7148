import DataModel

/// A column as bare pointers, for loops over rows that must not count references. Valid while the column lives.
struct CellSource {
    enum Kind {
        case integer
        case double
        case boolean
        case text
        /// Anything that is written through `Value`.
        case other
    }

    let kind: Kind
    private let validity: UnsafePointer<UInt8>?
    private let memory: UnsafeRawPointer?
    private let offsets: UnsafePointer<Int32>?

    init(_ column: Column) {
        validity = column.validity.map { UnsafePointer($0.pointer) }
        switch column.data {
        case .int64(let numbers) where column.type.kind == .int64:
            (kind, memory, offsets) = (.integer, UnsafeRawPointer(numbers.pointer), nil)
        case .double(let numbers): (kind, memory, offsets) = (.double, UnsafeRawPointer(numbers.pointer), nil)
        case .boolean(let flags): (kind, memory, offsets) = (.boolean, UnsafeRawPointer(flags.pointer), nil)
        case .string(let strings) where column.type.kind == .string:
            kind = .text
            memory = UnsafeRawPointer(strings.bytes.pointer)
            offsets = UnsafePointer(strings.offsets.pointer)
        default: (kind, memory, offsets) = (.other, nil, nil)
        }
    }

    @inline(__always)
    func isNull(_ row: Int) -> Bool {
        if let validity { validity[row] == 0 } else { false }
    }

    @inline(__always)
    func integer(_ row: Int) -> Int64 {
        memory.map { $0.load(fromByteOffset: row &* 8, as: Int64.self) } ?? 0
    }

    @inline(__always)
    func double(_ row: Int) -> Double {
        memory.map { $0.load(fromByteOffset: row &* 8, as: Double.self) } ?? 0
    }

    @inline(__always)
    func flag(_ row: Int) -> Bool {
        memory.map { $0.load(fromByteOffset: row, as: UInt8.self) != 0 } ?? false
    }

    @inline(__always)
    func text(_ row: Int) -> UnsafeBufferPointer<UInt8> {
        guard let memory, let offsets else { return UnsafeBufferPointer(start: nil, count: 0) }
        let start = Int(offsets[row])
        return UnsafeBufferPointer(
            start: memory.assumingMemoryBound(to: UInt8.self) + start, count: Int(offsets[row &+ 1]) &- start)
    }
}

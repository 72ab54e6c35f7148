import DataModel

/// Puts the fields of composite keys end to end, a column at a time, in the form that `BinaryReader` reads.
enum KeyEncoder {
    static func encode(_ columns: [Column], windows: WindowColumn?, count: Int) -> StringBuffer {
        // Lists, maps, rows and values go through `BinaryCodec` into texts of their own first.
        let parts = columns.map { isFlat($0) ? Part.column($0) : .encoded(texts(of: $0)) }
        let cursors = Buffer<Int32>(repeating: windows == nil ? 0 : 16, count: count + 1)
        for part in parts { addLengths(of: part, to: cursors.pointer, count) }
        // Lengths become offsets.
        let offsets = Buffer<Int32>(uninitializedCount: count + 1)
        var total: Int32 = 0
        for row in 0..<count {
            offsets.pointer[row] = total
            let length = cursors.pointer[row]
            cursors.pointer[row] = total
            total &+= length
        }
        offsets.pointer[count] = total
        let bytes = Buffer<UInt8>(uninitializedCount: Int(total))
        if let windows {
            for row in 0..<count {
                store(windows.starts.pointer[row], bytes.pointer, &cursors.pointer[row])
                store(windows.ends.pointer[row], bytes.pointer, &cursors.pointer[row])
            }
        }
        for part in parts { write(part, to: bytes.pointer, cursors.pointer, count) }
        withExtendedLifetime(cursors) {}
        return StringBuffer(offsets: offsets, bytes: bytes)
    }

    private enum Part {
        case column(Column)
        case encoded(StringBuffer)
    }

    private static func isFlat(_ column: Column) -> Bool {
        switch column.data {
        case .boolean, .int64, .double, .string: true
        case .list, .map, .row, .values, .absent: false
        }
    }

    private static func texts(of column: Column) -> StringBuffer {
        let offsets = Buffer<Int32>([0])
        let bytes = Buffer<UInt8>()
        for row in 0..<column.count {
            BinaryCodec.append(column, row: row, to: bytes)
            offsets.append(Int32(truncatingIfNeeded: bytes.count))
        }
        return StringBuffer(offsets: offsets, bytes: bytes)
    }

    /// A byte for null, then 8 for numbers, 1 for booleans, a length and the bytes for texts.
    private static func addLengths(of part: Part, to lengths: UnsafeMutablePointer<Int32>, _ count: Int) {
        switch part {
        case .encoded(let texts):
            let offsets = texts.offsets.pointer
            for row in 0..<count { lengths[row] &+= offsets[row + 1] &- offsets[row] }
        case .column(let column):
            switch column.data {
            case .string(let strings):
                let offsets = strings.offsets.pointer
                for row in 0..<count { lengths[row] &+= 9 &+ offsets[row + 1] &- offsets[row] }
            case .boolean: for row in 0..<count { lengths[row] &+= 2 }
            default: for row in 0..<count { lengths[row] &+= 9 }
            }
            guard let validity = column.validity?.pointer else { return }
            for row in 0..<count where validity[row] == 0 {
                if case .string(let strings) = column.data {
                    lengths[row] &-= 8 &+ strings.offsets.pointer[row + 1] &- strings.offsets.pointer[row]
                } else if case .boolean = column.data {
                    lengths[row] &-= 1
                } else {
                    lengths[row] &-= 8
                }
            }
        }
    }

    @inline(__always)
    private static func store(_ number: Int64, _ bytes: UnsafeMutablePointer<UInt8>, _ cursor: inout Int32) {
        UnsafeMutableRawPointer(bytes + Int(cursor)).storeBytes(of: number.littleEndian, as: Int64.self)
        cursor &+= 8
    }

    private static func write(
        _ part: Part, to bytes: UnsafeMutablePointer<UInt8>, _ cursors: UnsafeMutablePointer<Int32>, _ count: Int
    ) {
        switch part {
        case .encoded(let texts):
            for row in 0..<count {
                let text = texts[row]
                if let base = text.baseAddress { (bytes + Int(cursors[row])).update(from: base, count: text.count) }
                cursors[row] &+= Int32(truncatingIfNeeded: text.count)
            }
        case .column(let column):
            let validity = column.validity?.pointer
            @inline(__always)
            func each(_ body: (_ row: Int) -> Void) {
                for row in 0..<count {
                    let isPresent = validity.map { $0[row] != 0 } ?? true
                    bytes[Int(cursors[row])] = isPresent ? 1 : 0
                    cursors[row] &+= 1
                    if isPresent { body(row) }
                }
            }
            switch column.data {
            case .int64(let values):
                let source = values.pointer
                each { store(source[$0], bytes, &cursors[$0]) }
            case .double(let values):
                let source = values.pointer
                each { store(BinaryCodec.canonicalBits(source[$0]), bytes, &cursors[$0]) }
            case .boolean(let values):
                let source = values.pointer
                each {
                    bytes[Int(cursors[$0])] = source[$0]
                    cursors[$0] &+= 1
                }
            case .string(let strings):
                let (offsets, texts) = (strings.offsets.pointer, strings.bytes.pointer)
                each {
                    let start = Int(offsets[$0])
                    let length = Int(offsets[$0 + 1]) - start
                    store(Int64(length), bytes, &cursors[$0])
                    let target = bytes + Int(cursors[$0])
                    for index in 0..<length { target[index] = texts[start + index] }
                    cursors[$0] &+= Int32(truncatingIfNeeded: length)
                }
            case .list, .map, .row, .values, .absent: break
            }
        }
    }
}

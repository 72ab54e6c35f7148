import DataModel

extension PythonRuntime {
    /// `value[index]`.
    static func subscripted(_ value: Value, _ index: Value) throws(PythonError) -> Value {
        switch value {
        case .map(let map):
            try requireHashable(index)
            guard let found = map[index] else { throw .keyError(index) }
            return found
        case .list(let elements):
            return elements[try position(index, elements.count, "list")]
        case .string(var text):
            guard let number = self.index(index) else {
                throw .typeError("string indices must be integers, not '\(typeName(index))'")
            }
            let found: String? = text.withUTF8 { utf8 in
                let layout = ScalarLayout(utf8)
                guard let position = wrapped(number, layout.count) else { return nil }
                return String(decoding: utf8[layout.byte(position)..<layout.byte(position + 1)], as: UTF8.self)
            }
            guard let found else { throw .indexError("string index out of range") }
            return .string(found)
        case .bytes(let bytes):
            guard let number = self.index(index) else {
                throw .typeError("byte indices must be integers or slices, not \(typeName(index))")
            }
            guard let position = wrapped(number, bytes.count) else { throw .indexError("index out of range") }
            return .int(Int64(bytes[position]))
        case .row(let row):
            if case .string(let name) = index, let found = row[name] { return found }
            guard let number = self.index(index) else {
                throw .typeError("tuple indices must be integers or slices, not \(typeName(index))")
            }
            guard let position = wrapped(number, row.values.count) else {
                throw .indexError("tuple index out of range")
            }
            return row.values[position]
        default: throw .typeError("'\(typeName(value))' object is not subscriptable")
        }
    }

    /// The place that an index names in a list, or CPython's error.
    static func position(_ index: Value, _ count: Int, _ kind: String) throws(PythonError) -> Int {
        guard let number = self.index(index) else {
            throw .typeError("\(kind) indices must be integers or slices, not \(typeName(index))")
        }
        guard let position = wrapped(number, count) else { throw .indexError("\(kind) index out of range") }
        return position
    }

    /// Negative indices count from the end; `nil` outside.
    static func wrapped(_ index: Int64, _ count: Int) -> Int? {
        let position = index < 0 ? Int(index) + count : Int(index)
        return position >= 0 && position < count ? position : nil
    }

    /// `value[start:stop:step]`; `.null` stands for a part that is not written, as `None` does.
    static func sliced(
        _ value: Value, _ start: Value, _ stop: Value, _ step: Value
    ) throws(PythonError) -> Value {
        switch value {
        case .list(let elements):
            let slice = try Slice(start, stop, step, count: elements.count)
            if let range = slice.range { return .list(Array(elements[range])) }
            return .list(slice.positions.map { elements[$0] })
        case .bytes(let bytes):
            let slice = try Slice(start, stop, step, count: bytes.count)
            if let range = slice.range { return .bytes(Array(bytes[range])) }
            return .bytes(slice.positions.map { bytes[$0] })
        case .row(let row):
            let slice = try Slice(start, stop, step, count: row.values.count)
            return .list(slice.positions.map { row.values[$0] })
        case .string(let text):
            let utf8 = Array(text.utf8)
            let layout = utf8.withUnsafeBufferPointer { ScalarLayout($0) }
            let slice = try Slice(start, stop, step, count: layout.count)
            if let range = slice.range {
                let bytes = utf8[layout.byte(range.lowerBound)..<layout.byte(range.upperBound)]
                return .string(String(decoding: bytes, as: UTF8.self))
            }
            var out: [UInt8] = []
            for position in slice.positions { out += utf8[layout.byte(position)..<layout.byte(position + 1)] }
            return .string(String(decoding: out, as: UTF8.self))
        case .map: throw .typeError("unhashable type: 'slice'")
        default: throw .typeError("'\(typeName(value))' object is not subscriptable")
        }
    }
}

/// Where the code points of a UTF-8 text start; ASCII needs no table.
struct ScalarLayout {
    let count: Int
    private let starts: [Int]?
    private let end: Int

    init(_ utf8: UnsafeBufferPointer<UInt8>) {
        end = utf8.count
        guard utf8.contains(where: { $0 >= 0x80 }) else {
            count = utf8.count
            starts = nil
            return
        }
        var starts: [Int] = []
        for (offset, byte) in utf8.enumerated() where byte & 0xC0 != 0x80 { starts.append(offset) }
        count = starts.count
        starts.append(utf8.count)
        self.starts = starts
    }

    init(_ utf8: [UInt8]) {
        self = utf8.withUnsafeBufferPointer { ScalarLayout($0) }
    }

    /// The offset of the byte at which code point `position` starts; the end of the text for `count`.
    func byte(_ position: Int) -> Int {
        guard let starts else { return min(position, end) }
        return starts[min(position, count)]
    }

    /// The code point that starts at the byte `offset`.
    func position(ofByte offset: Int) -> Int {
        guard let starts else { return offset }
        var (low, high) = (0, starts.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The places of a sequence that a slice names; source: CPython's `PySlice_AdjustIndices`.
struct Slice {
    let start: Int
    let step: Int
    let count: Int

    init(_ start: Value, _ stop: Value, _ step: Value, count length: Int) throws(PythonError) {
        let step = try Slice.part(step) ?? 1
        guard step != 0 else { throw .valueError("slice step cannot be zero") }
        let isForward = step > 0
        func clamped(_ index: Int64, _ low: Int, _ high: Int) -> Int {
            let position = index < 0 ? index.addingReportingOverflow(Int64(length)).partialValue : index
            return min(max(Int(position), low), high)
        }
        let (low, high) = isForward ? (0, length) : (-1, length - 1)
        let first = try Slice.part(start).map { clamped($0, low, high) } ?? (isForward ? 0 : length - 1)
        let last = try Slice.part(stop).map { clamped($0, low, high) } ?? (isForward ? length : -1)
        self.start = first
        self.step = Int(step)
        let distance = isForward ? last - first : first - last
        let stride = UInt(step.magnitude)
        count = distance <= 0 ? 0 : Int((UInt(distance) - 1) / stride) + 1
    }

    /// The bounds where the slice takes every element in order.
    var range: Range<Int>? { step == 1 ? start..<start + count : nil }

    var positions: [Int] { (0..<count).map { start + $0 &* step } }

    private static func part(_ value: Value) throws(PythonError) -> Int64? {
        if case .null = value { return nil }
        guard let number = PythonRuntime.index(value) else {
            throw .typeError("slice indices must be integers or None or have an __index__ method")
        }
        return number
    }
}

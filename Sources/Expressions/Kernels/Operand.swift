import DataModel

/// One side of an operation over columns: a value a row, or the same for all.
enum Operand<Element: BitwiseCopyable> {
    case column(Buffer<Element>)
    case constant(Element)

    subscript(row: Int) -> Element {
        switch self {
        case .column(let buffer): buffer[row]
        case .constant(let value): value
        }
    }

    func map<Result: BitwiseCopyable>(count: Int, _ body: (Element) -> Result) -> Operand<Result> {
        switch self {
        case .column(let buffer): .column(Loops.map(buffer, count, body))
        case .constant(let value): .constant(body(value))
        }
    }
}

/// Loops over plain values, specialised for each operation by inlining.
enum Loops {
    @inline(__always)
    static func map<Element: BitwiseCopyable, Result: BitwiseCopyable>(
        _ buffer: Buffer<Element>, _ count: Int, _ body: (Element) -> Result
    ) -> Buffer<Result> {
        let result = Buffer<Result>(uninitializedCount: count)
        let (out, from) = (result.pointer, buffer.pointer)
        for row in 0..<count { out[row] = body(from[row]) }
        return result
    }

    @inline(__always)
    static func combine<Left: BitwiseCopyable, Right: BitwiseCopyable, Result: BitwiseCopyable>(
        _ left: Operand<Left>, _ right: Operand<Right>, _ count: Int, _ body: (Left, Right) -> Result
    ) -> Buffer<Result> {
        let result = Buffer<Result>(uninitializedCount: count)
        let out = result.pointer
        switch (left, right) {
        case (.column(let a), .column(let b)):
            let (first, second) = (a.pointer, b.pointer)
            for row in 0..<count { out[row] = body(first[row], second[row]) }
            withExtendedLifetime((a, b)) {}
        case (.column(let a), .constant(let b)):
            let first = a.pointer
            for row in 0..<count { out[row] = body(first[row], b) }
            withExtendedLifetime(a) {}
        case (.constant(let a), .column(let b)):
            let second = b.pointer
            for row in 0..<count { out[row] = body(a, second[row]) }
            withExtendedLifetime(b) {}
        case (.constant(let a), .constant(let b)):
            let value = body(a, b)
            for row in 0..<count { out[row] = value }
        }
        return result
    }
}

extension Vector {
    /// The value at a row, for the paths that leave the kernels.
    func value(at row: Int) -> Value {
        switch self {
        case .column(let column): column.value(at: row)
        case .constant(let value): value
        }
    }

    func isNull(_ row: Int) -> Bool {
        switch self {
        case .column(let column): column.isNull(row)
        case .constant(let value): value.isNull
        }
    }

    /// Whether some row is null; a constant null makes all of them.
    var mayHaveNulls: Bool {
        switch self {
        case .column(let column): column.validity != nil
        case .constant(let value): value.isNull
        }
    }

    /// Numbers and booleans; `nil` for any other layout.
    func numbers(_ count: Int) -> NumericOperand? {
        switch self {
        case .column(let column):
            switch column.data {
            case .int64(let buffer): return .int64(.column(buffer))
            case .double(let buffer): return .double(.column(buffer))
            case .boolean(let buffer): return .int64(.column(Loops.map(buffer, count) { Int64($0) }))
            default: return nil
            }
        case .constant(.int(let number)): return .int64(.constant(number))
        case .constant(.boolean(let flag)): return .int64(.constant(flag ? 1 : 0))
        case .constant(.double(let number)): return .double(.constant(number))
        case .constant(.timestamp(let micros)), .constant(.duration(let micros)): return .int64(.constant(micros))
        default: return nil
        }
    }

    /// Strings; `nil` for any other layout.
    var strings: StringOperand? {
        switch self {
        case .column(let column):
            if case .string(let strings) = column.data { .column(strings) } else { nil }
        case .constant(.string(let text)): .constant(Array(text.utf8))
        case .constant(.bytes(let bytes)): .constant(bytes)
        default: nil
        }
    }

    /// Python's truth of each row: 0 or 1.
    func truth(_ count: Int) -> Buffer<UInt8> {
        switch self {
        case .constant(let value): return Buffer(repeating: PythonRuntime.isTrue(value) ? 1 : 0, count: count)
        case .column(let column):
            let result: Buffer<UInt8>
            switch column.data {
            case .boolean(let buffer):
                if column.validity == nil { return buffer }
                result = Loops.map(buffer, count) { $0 }
            case .int64(let buffer) where column.type.kind != .timestamp:
                result = Loops.map(buffer, count) { $0 != 0 ? 1 : 0 }
            case .double(let buffer): result = Loops.map(buffer, count) { $0 != 0 ? 1 : 0 }
            case .string(let strings):
                result = Buffer(uninitializedCount: count)
                let offsets = strings.offsets
                for row in 0..<count { result.pointer[row] = offsets[row + 1] > offsets[row] ? 1 : 0 }
            case .list(let offsets, _), .map(let offsets, _, _):
                result = Buffer(uninitializedCount: count)
                for row in 0..<count { result.pointer[row] = offsets[row + 1] > offsets[row] ? 1 : 0 }
            default:
                result = Buffer(uninitializedCount: count)
                for row in 0..<count { result.pointer[row] = PythonRuntime.isTrue(column.value(at: row)) ? 1 : 0 }
                return result
            }
            if let validity = column.validity {
                for row in 0..<count { result.pointer[row] &= validity[row] }
            }
            return result
        }
    }
}

enum NumericOperand {
    case int64(Operand<Int64>)
    case double(Operand<Double>)

    /// As doubles; right only for arithmetic, which in Python rounds the integer first.
    func doubles(_ count: Int) -> Operand<Double> {
        switch self {
        case .int64(let operand): operand.map(count: count) { Double($0) }
        case .double(let operand): operand
        }
    }
}

enum StringOperand {
    case column(StringBuffer)
    case constant([UInt8])

    @inline(__always)
    func withBytes<Result>(_ row: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        switch self {
        case .column(let strings): body(strings[row])
        case .constant(let bytes): bytes.withUnsafeBufferPointer(body)
        }
    }
}

import DataModel

/// Comparison of two columns; the result is never null.
struct ComparisonKernel: Kernel {
    let operation: PythonRuntime.Comparison
    let left: any Kernel
    let right: any Kernel

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let first = left.evaluate(evaluation)
        let second = right.evaluate(evaluation)
        let count = evaluation.count
        guard let result = fast(first, second, count) else {
            let result = Buffer<UInt8>(repeating: 0, count: count)
            for row in 0..<count { redo(row, result, first, second, evaluation) }
            return .column(Column(type: .boolean, count: count, data: .boolean(result)))
        }
        if first.mayHaveNulls || second.mayHaveNulls {
            for row in 0..<count where first.isNull(row) || second.isNull(row) {
                redo(row, result, first, second, evaluation)
            }
        }
        return .column(Column(type: .boolean, count: count, data: .boolean(result)))
    }

    private func redo(
        _ row: Int, _ result: Buffer<UInt8>, _ first: Vector, _ second: Vector, _ evaluation: Evaluation
    ) {
        evaluation.attempt(row) { () throws(PythonError) in
            let holds = try PythonRuntime.compare(operation, first.value(at: row), second.value(at: row))
            result[row] = holds ? 1 : 0
        }
    }

    private func fast(_ first: Vector, _ second: Vector, _ count: Int) -> Buffer<UInt8>? {
        if let a = first.numbers(count), let b = second.numbers(count) {
            return switch (a, b) {
            case (.int64(let a), .int64(let b)): ordered(a, b, count)
            case (.double(let a), .double(let b)): ordered(a, b, count)
            case (.int64(let a), .double(let b)): mixed(a, b, count)
            case (.double(let a), .int64(let b)): mixed(b, a, count, isSwapped: true)
            }
        }
        if let a = first.strings, let b = second.strings { return text(a, b, count) }
        return nil
    }

    @inline(__always)
    private func ordered<Element: Comparable & BitwiseCopyable>(
        _ a: Operand<Element>, _ b: Operand<Element>, _ count: Int
    ) -> Buffer<UInt8>? {
        switch operation {
        case .equal: Loops.combine(a, b, count) { $0 == $1 ? 1 : 0 }
        case .notEqual: Loops.combine(a, b, count) { $0 != $1 ? 1 : 0 }
        case .less: Loops.combine(a, b, count) { $0 < $1 ? 1 : 0 }
        case .lessOrEqual: Loops.combine(a, b, count) { $0 <= $1 ? 1 : 0 }
        case .greater: Loops.combine(a, b, count) { $0 > $1 ? 1 : 0 }
        case .greaterOrEqual: Loops.combine(a, b, count) { $0 >= $1 ? 1 : 0 }
        default: nil
        }
    }

    /// Python compares an integer with a float exactly, not as two floats.
    private func mixed(
        _ a: Operand<Int64>, _ b: Operand<Double>, _ count: Int, isSwapped: Bool = false
    ) -> Buffer<UInt8>? {
        // -1, 0, 1 for less, equal, greater as seen from the left operand; 2 for not a number.
        let sign = isSwapped ? -1 : 1
        let wanted: (Int) -> Bool
        switch operation {
        case .equal: wanted = { $0 == 0 }
        case .notEqual: wanted = { $0 != 0 }
        case .less: wanted = { $0 == -1 }
        case .lessOrEqual: wanted = { $0 == -1 || $0 == 0 }
        case .greater: wanted = { $0 == 1 }
        case .greaterOrEqual: wanted = { $0 == 1 || $0 == 0 }
        default: return nil
        }
        // The six outcomes once, so that the loop only looks up.
        let table = (wanted(-sign), wanted(0), wanted(sign), wanted(2))
        return Loops.combine(a, b, count) { x, y in
            let holds =
                switch Self.order(x, y) {
                case -1: table.0
                case 0: table.1
                case 1: table.2
                default: table.3
                }
            return holds ? 1 : 0
        }
    }

    @inline(__always)
    private static func order(_ x: Int64, _ y: Double) -> Int {
        let rounded = Double(x)
        if x.magnitude <= 1 << 53 || y.isNaN {
            return rounded < y ? -1 : rounded > y ? 1 : rounded == y ? 0 : 2
        }
        if y >= 0x1p63 { return -1 }
        if y < -0x1p63 { return 1 }
        let whole = Int64(y.rounded(.down))
        return x < whole ? -1 : x > whole ? 1 : y > y.rounded(.down) ? -1 : 0
    }

    private func text(_ a: StringOperand, _ b: StringOperand, _ count: Int) -> Buffer<UInt8>? {
        let result = Buffer<UInt8>(uninitializedCount: count)
        let out = result.pointer
        switch operation {
        case .equal, .notEqual:
            let same: UInt8 = operation == .equal ? 1 : 0
            if case .column(let strings) = a, case .constant(let text) = b {
                equal(strings, text, count, same, out)
            } else if case .constant(let text) = a, case .column(let strings) = b {
                equal(strings, text, count, same, out)
            } else {
                for row in 0..<count {
                    out[row] = a.withBytes(row) { x in
                        b.withBytes(row) { y in TextBytes.areEqual(x, y) ? same : 1 - same }
                    }
                }
            }
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            for row in 0..<count {
                let order = a.withBytes(row) { x in b.withBytes(row) { y in TextBytes.order(x, y) } }
                let holds =
                    switch operation {
                    case .less: order < 0
                    case .lessOrEqual: order <= 0
                    case .greater: order > 0
                    default: order >= 0
                    }
                out[row] = holds ? 1 : 0
            }
        case .contains, .notContains:
            let found: UInt8 = operation == .contains ? 1 : 0
            for row in 0..<count {
                out[row] = a.withBytes(row) { part in
                    b.withBytes(row) { text in TextBytes.contains(text, part) ? found : 1 - found }
                }
            }
        default: return nil
        }
        return result
    }

    private func equal(
        _ strings: StringBuffer, _ text: [UInt8], _ count: Int, _ same: UInt8, _ out: UnsafeMutablePointer<UInt8>
    ) {
        text.withUnsafeBufferPointer { text in
            let offsets = strings.offsets.pointer
            let bytes = strings.bytes.pointer
            let length = Int32(truncatingIfNeeded: text.count)
            for row in 0..<count {
                let start = offsets[row]
                guard offsets[row + 1] - start == length else {
                    out[row] = 1 - same
                    continue
                }
                let candidate = UnsafeBufferPointer(start: bytes + Int(start), count: text.count)
                out[row] = TextBytes.areEqual(candidate, text) ? same : 1 - same
            }
        }
    }
}

/// UTF-8 compared byte by byte, which is the order of code points.
enum TextBytes {
    @inline(__always)
    static func areEqual(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<a.count where a[index] != b[index] { return false }
        return true
    }

    static func order(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
        let common = min(a.count, b.count)
        for index in 0..<common where a[index] != b[index] { return a[index] < b[index] ? -1 : 1 }
        return a.count - b.count
    }

    static func contains(_ text: UnsafeBufferPointer<UInt8>, _ part: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= text.count else { return false }
        for start in 0...(text.count - part.count) where text[start] == first {
            var length = 1
            while length < part.count, text[start + length] == part[length] { length += 1 }
            if length == part.count { return true }
        }
        return false
    }

    static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var all: UInt8 = 0
        for byte in bytes { all |= byte }
        return all < 0x80
    }
}

/// `x is None` and `x is not None`.
struct NullTestKernel: Kernel {
    let operand: any Kernel
    let isNegated: Bool

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let isNull: UInt8 = isNegated ? 0 : 1
        switch operand.evaluate(evaluation) {
        case .constant(let value): return .constant(.boolean(value.isNull != isNegated))
        case .column(let column):
            let result = Buffer<UInt8>(repeating: 1 - isNull, count: count)
            if let validity = column.validity {
                for row in 0..<count where validity[row] == 0 { result.pointer[row] = isNull }
            }
            return .column(Column(type: .boolean, count: count, data: .boolean(result)))
        }
    }
}

/// `x in (constants)` for strings and integers.
struct MembershipKernel: Kernel {
    let operand: any Kernel
    let members: Set<Value>
    let isNegated: Bool

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let vector = operand.evaluate(evaluation)
        let found: UInt8 = isNegated ? 0 : 1
        let result = Buffer<UInt8>(repeating: 1 - found, count: count)
        if let strings = vector.strings, members.count <= 16 {
            let texts = members.compactMap { if case .string(let text) = $0 { Array(text.utf8) } else { nil } }
            for text in texts {
                text.withUnsafeBufferPointer { text in
                    for row in 0..<count where !vector.isNull(row) {
                        if strings.withBytes(row, { TextBytes.areEqual($0, text) }) { result.pointer[row] = found }
                    }
                }
            }
            if members.contains(.null), vector.mayHaveNulls {
                for row in 0..<count where vector.isNull(row) { result.pointer[row] = found }
            }
        } else {
            for row in 0..<count where members.contains(vector.value(at: row)) { result.pointer[row] = found }
        }
        return .column(Column(type: .boolean, count: count, data: .boolean(result)))
    }
}

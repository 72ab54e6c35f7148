import DataModel

/// Text put together from pieces: `a + b`, f-strings, `str(x)`.
///
/// Each piece is brought to text as a whole column first; then lengths and bytes are filled in piece by piece.
struct ConcatenationKernel: Kernel {
    enum Piece: Sendable {
        case literal([UInt8])
        /// A value whose `str` is appended.
        case value(any Kernel)
    }

    let pieces: [Piece]
    /// `+` raises for None where an f-string writes it.
    let isAddition: Bool

    private enum Text {
        case literal([UInt8])
        case column(StringBuffer)
    }

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        var texts: [Text] = []
        var vectors: [Vector] = []
        for piece in pieces {
            switch piece {
            case .literal(let text): texts.append(.literal(text))
            case .value(let kernel):
                let vector = kernel.evaluate(evaluation)
                vectors.append(vector)
                texts.append(text(of: vector, count))
            }
        }
        if isAddition { failNulls(vectors, evaluation) }
        if texts.count == 1, case .column(let strings)? = texts.first {
            return .column(Column(type: .string, count: count, data: .string(strings)))
        }
        return .column(Column(type: .string, count: count, data: .string(joined(texts, count))))
    }

    private func failNulls(_ vectors: [Vector], _ evaluation: Evaluation) {
        guard vectors.contains(where: { $0.mayHaveNulls }), vectors.count == 2 else { return }
        for row in 0..<evaluation.count where vectors.contains(where: { $0.isNull(row) }) {
            evaluation.attempt(row) { () throws(PythonError) in
                _ = try PythonRuntime.binary(.add, vectors[0].value(at: row), vectors[1].value(at: row))
            }
        }
    }

    private func joined(_ texts: [Text], _ count: Int) -> StringBuffer {
        let lengths = Buffer<Int>(repeating: 0, count: count)
        for text in texts {
            switch text {
            case .literal(let bytes): for row in 0..<count { lengths.pointer[row] += bytes.count }
            case .column(let strings):
                let from = strings.offsets.pointer
                for row in 0..<count { lengths.pointer[row] += Int(from[row + 1] - from[row]) }
            }
        }
        let offsets = Buffer<Int32>(uninitializedCount: count + 1)
        offsets[0] = 0
        var total = 0
        for row in 0..<count {
            let length = lengths[row]
            // From here on, where the next piece of the row goes.
            lengths[row] = total
            total += length
            offsets.pointer[row + 1] = Int32(truncatingIfNeeded: total)
        }
        // Above 2 GiB the offsets would have wrapped; batches are far smaller.
        precondition(total <= Int(Int32.max), "a string column is limited to 2 GiB")
        let bytes = Buffer<UInt8>(uninitializedCount: total)
        for text in texts { fill(text, count, lengths, bytes) }
        return StringBuffer(offsets: offsets, bytes: bytes)
    }

    private func fill(_ text: Text, _ count: Int, _ places: Buffer<Int>, _ bytes: Buffer<UInt8>) {
        let (out, places) = (bytes.pointer, places.pointer)
        switch text {
        case .literal(let literal):
            literal.withUnsafeBufferPointer { literal in
                for row in 0..<count {
                    let place = places[row]
                    for index in 0..<literal.count { out[place + index] = literal[index] }
                    places[row] = place + literal.count
                }
            }
        case .column(let strings):
            let (from, offsets) = (strings.bytes.pointer, strings.offsets.pointer)
            for row in 0..<count {
                let start = Int(offsets[row])
                let length = Int(offsets[row + 1]) - start
                (out + places[row]).update(from: from + start, count: length)
                places[row] += length
            }
            withExtendedLifetime(strings) {}
        }
    }

    private static let none = Array("None".utf8)
    private static let truths = [Array("False".utf8), Array("True".utf8)]

    private func text(of vector: Vector, _ count: Int) -> Text {
        switch vector {
        case .constant(let value): return .literal(Array(PythonRuntime.str(value).utf8))
        case .column(let column):
            switch column.data {
            case .string(let strings) where column.type.kind == .string && column.validity == nil:
                return .column(strings)
            case .string(let strings) where column.type.kind == .string:
                return written(column) { row, bytes in
                    let text = strings[row]
                    if let base = text.baseAddress { bytes.append(base, count: text.count) }
                }
            case .int64(let buffer) where column.type.kind == .int64:
                return written(column) { row, bytes in IntegerText.append(buffer[row], to: bytes) }
            case .double(let buffer):
                return written(column) { row, bytes in DoubleFormatting.append(buffer[row], to: bytes) }
            case .boolean(let buffer):
                return written(column) { row, bytes in append(Self.truths[buffer[row] == 0 ? 0 : 1], bytes) }
            default:
                return written(column) { row, bytes in
                    append(Array(PythonRuntime.str(column.value(at: row)).utf8), bytes)
                }
            }
        }
    }

    private func written(_ column: Column, _ write: (Int, Buffer<UInt8>) -> Void) -> Text {
        let bytes = Buffer<UInt8>(capacity: column.count * 8)
        let offsets = Buffer<Int32>(uninitializedCount: column.count + 1)
        offsets[0] = 0
        for row in 0..<column.count {
            if column.isNull(row) { append(Self.none, bytes) } else { write(row, bytes) }
            offsets[row + 1] = Int32(bytes.count)
        }
        return .column(StringBuffer(offsets: offsets, bytes: bytes))
    }

    private func append(_ text: [UInt8], _ bytes: Buffer<UInt8>) {
        text.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { bytes.append(base, count: source.count) }
        }
    }
}

/// Decimal digits without a string in between.
enum IntegerText {
    static func append(_ number: Int64, to bytes: Buffer<UInt8>) {
        bytes.reserve(bytes.count + 20)
        var magnitude = number.magnitude
        let start = bytes.count
        var end = start
        let out = bytes.pointer
        repeat {
            out[end] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
            magnitude /= 10
            end += 1
        } while magnitude > 0
        if number < 0 {
            out[end] = UInt8(ascii: "-")
            end += 1
        }
        bytes.count = end
        var (low, high) = (start, end - 1)
        while low < high {
            (out[low], out[high]) = (out[high], out[low])
            low += 1
            high -= 1
        }
    }
}

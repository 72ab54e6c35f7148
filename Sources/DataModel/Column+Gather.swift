extension Column {
    /// The rows at the given positions, in that order; a negative position gives null.
    ///
    /// The bytes of a string column's result must stay below 2 GiB.
    public func gather(_ indices: UnsafeBufferPointer<Int32>) -> Column {
        if case .absent = data { return .absent(type: type, count: indices.count) }
        let validity = gatherValidity(indices)
        let gathered: ColumnData =
            switch data {
            case .boolean(let buffer): .boolean(Self.gather(buffer, indices, zero: 0))
            case .int64(let buffer): .int64(Self.gather(buffer, indices, zero: 0))
            case .double(let buffer): .double(Self.gather(buffer, indices, zero: 0))
            case .string(let strings): .string(Self.gather(strings, indices))
            case .list(let offsets, let elements):
                {
                    let (newOffsets, children) = Self.gatherChildren(offsets, indices)
                    return .list(
                        offsets: newOffsets, elements: ColumnBox(elements.column.gather(children)))
                }()
            case .map(let offsets, let keys, let values):
                {
                    let (newOffsets, children) = Self.gatherChildren(offsets, indices)
                    return .map(
                        offsets: newOffsets, keys: ColumnBox(keys.column.gather(children)),
                        values: ColumnBox(values.column.gather(children)))
                }()
            case .row(let children): .row(children.map { $0.gather(indices) })
            case .values(let buffer): .values(ValueBuffer(indices.map { $0 < 0 ? .null : buffer.values[Int($0)] }))
            case .absent: .absent
            }
        return Column(type: type, count: indices.count, validity: validity, data: gathered)
    }

    /// The rows at the given positions, in that order; a negative position gives null.
    public func gather(_ positions: Buffer<Int32>) -> Column {
        withExtendedLifetime(positions) { gather(positions.elements) }
    }

    /// The rows whose mask is not 0; `selected` is how many those are.
    public func filter(mask: UnsafePointer<UInt8>, selected: Int) -> Column {
        if selected == count { return self }
        return gather(Selection.positions(mask: mask, count: count, selected: selected))
    }

    private func gatherValidity(_ indices: UnsafeBufferPointer<Int32>) -> Buffer<UInt8>? {
        var hasMissing = false
        for index in indices where index < 0 {
            hasMissing = true
            break
        }
        guard hasMissing || validity != nil else { return nil }
        let result = Buffer<UInt8>(uninitializedCount: indices.count)
        let out = result.pointer
        var conjunction: UInt8 = 1
        if let source = validity?.pointer {
            for (position, index) in indices.enumerated() {
                let valid = index < 0 ? 0 : source[Int(index)]
                out[position] = valid
                conjunction &= valid
            }
        } else {
            for (position, index) in indices.enumerated() { out[position] = index < 0 ? 0 : 1 }
            conjunction = 0
        }
        return conjunction == 0 ? result : nil
    }

    private static func gather<Element: BitwiseCopyable>(
        _ source: Buffer<Element>, _ indices: UnsafeBufferPointer<Int32>, zero: Element
    ) -> Buffer<Element> {
        let result = Buffer<Element>(uninitializedCount: indices.count)
        let (out, from) = (result.pointer, source.pointer)
        for position in 0..<indices.count {
            let index = indices[position]
            out[position] = index < 0 ? zero : from[Int(index)]
        }
        return result
    }

    private static func gather(_ source: StringBuffer, _ indices: UnsafeBufferPointer<Int32>) -> StringBuffer {
        let starts = source.offsets.pointer
        let offsets = Buffer<Int32>(uninitializedCount: indices.count + 1)
        var total = 0
        offsets.pointer[0] = 0
        for position in 0..<indices.count {
            let index = Int(indices[position])
            if index >= 0 { total += Int(starts[index + 1] - starts[index]) }
            offsets.pointer[position + 1] = Int32(truncatingIfNeeded: total)
        }
        // Above 2 GiB the offsets would have wrapped; stopping is the only safe answer to a broken contract.
        precondition(total <= Int(Int32.max), "a string column is limited to 2 GiB")
        let bytes = Buffer<UInt8>(uninitializedCount: total)
        var out = bytes.pointer
        var position = 0
        while position < indices.count {
            let first = Int(indices[position])
            position += 1
            guard first >= 0 else { continue }
            var last = first
            while position < indices.count, Int(indices[position]) == last + 1 {
                last += 1
                position += 1
            }
            let length = Int(starts[last + 1] - starts[first])
            out.update(from: source.bytes.pointer + Int(starts[first]), count: length)
            out += length
        }
        return StringBuffer(offsets: offsets, bytes: bytes)
    }

    private static func gatherChildren(
        _ source: Buffer<Int32>, _ indices: UnsafeBufferPointer<Int32>
    ) -> (offsets: Buffer<Int32>, children: Buffer<Int32>) {
        let starts = source.pointer
        let offsets = Buffer<Int32>(capacity: indices.count + 1)
        let children = Buffer<Int32>(capacity: indices.count)
        offsets.append(0)
        for index in indices {
            if index >= 0 {
                var child = starts[Int(index)]
                let end = starts[Int(index) + 1]
                while child < end {
                    children.append(child)
                    child += 1
                }
            }
            offsets.append(Int32(children.count))
        }
        return (offsets, children)
    }
}

/// Positions of rows.
public enum Selection {
    /// The positions of all rows of a batch of `count`.
    public static func all(_ count: Int) -> Buffer<Int32> {
        let result = Buffer<Int32>(uninitializedCount: count)
        let out = result.pointer
        for row in 0..<count { out[row] = Int32(truncatingIfNeeded: row) }
        return result
    }

    /// The positions whose mask is not 0, in order; `selected` is how many those are.
    public static func positions(mask: UnsafePointer<UInt8>, count: Int, selected: Int) -> Buffer<Int32> {
        // One element more than are selected: the loop writes before it knows whether the row counts.
        let result = Buffer<Int32>(capacity: selected + 1)
        let out = result.pointer
        var next = 0
        for row in 0..<count where next <= selected {
            out[next] = Int32(truncatingIfNeeded: row)
            next += mask[row] != 0 ? 1 : 0
        }
        result.count = min(next, selected)
        return result
    }

    /// How many bytes of a mask are not 0.
    public static func selectedCount(mask: UnsafePointer<UInt8>, count: Int) -> Int {
        var selected = 0
        for row in 0..<count { selected += mask[row] != 0 ? 1 : 0 }
        return selected
    }
}

/// Values that stand elsewhere: in dictionaries, in runs, in the members of unions.
extension ArrowBatchDecoder {
    /// Values of the dictionary that the field's indexes name.
    mutating func indexed(
        _ field: ArrowField, _ encoding: (id: Int64, index: ArrowType)
    ) throws(ArrowError) -> Column {
        let (count, hasNulls) = try node(field)
        let validity = try validity(field, count, hasNulls: hasNulls)
        guard case .int(let bits, let isSigned) = encoding.index else {
            throw ArrowError("field '\(field.name)' has a dictionary whose indexes are no integers")
        }
        let indexes = try integers(field, count, bits: bits, isSigned: isSigned)
        let rows = Buffer<Int32>(uninitializedCount: count)
        // A column whose values are all null may come before its dictionary.
        let dictionary = dictionaries[encoding.id]
        let type = try field.fieldType()
        let values = dictionary ?? .nulls(type: type, count: 0)
        for row in 0..<count {
            if let validity, validity[row] == 0 {
                rows[row] = -1
                continue
            }
            guard dictionary != nil else {
                throw ArrowError("field '\(field.name)' uses dictionary \(encoding.id), which has not come")
            }
            guard indexes[row] >= 0, indexes[row] < values.count else {
                throw ArrowError("field '\(field.name)' has an index beyond its dictionary")
            }
            rows[row] = Int32(truncatingIfNeeded: indexes[row])
        }
        return try gathered(values, rows, field)
    }

    mutating func runs(_ field: ArrowField, _ count: Int) throws(ArrowError) -> Column {
        try allow(count, field)
        let ends = try column(field.children[0])
        let values = try column(field.children[1])
        guard case .int64(let numbers) = ends.data, ends.count <= values.count else {
            throw ArrowError("field '\(field.name)' has runs without values")
        }
        let rows = Buffer<Int32>(capacity: count)
        for run in 0..<ends.count {
            guard numbers[run] >= rows.count else { throw ArrowError("field '\(field.name)' has runs that go back") }
            while rows.count < min(Int(numbers[run]), count) { rows.append(Int32(truncatingIfNeeded: run)) }
        }
        guard rows.count == count else { throw ArrowError("field '\(field.name)' has too few runs") }
        return try gathered(values, rows, field)
    }

    /// A union's values carry the type of their member.
    mutating func union(
        _ field: ArrowField, _ count: Int, _ isDense: Bool, _ typeIds: [Int32]
    ) throws(ArrowError) -> Column {
        let ids = try numbers(field, count, as: UInt8.self)
        let offsets = isDense ? try integers(field, count, bits: 32, isSigned: true) : nil
        var members: [Column] = []
        for child in field.children { members.append(try column(child)) }
        // The member of each of the 256 ids.
        var member = [Int](repeating: -1, count: 256)
        for position in members.indices where position < 128 {
            let id = typeIds.isEmpty ? position : position < typeIds.count ? Int(typeIds[position]) : -1
            if member.indices.contains(id) { member[id] = position }
        }
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in 0..<count {
            let child = member[Int(ids[row])]
            let position = offsets.map { $0[row] } ?? Int64(row)
            guard child >= 0, position >= 0, position < members[child].count else {
                throw ArrowError("field '\(field.name)' has a value of no type")
            }
            values.append(members[child].value(at: Int(position)))
        }
        return Self.dynamic(values, .any)
    }

    /// Rows of a column; a negative one is null. What comes out may be far larger than the message.
    func gathered(_ column: Column, _ rows: Buffer<Int32>, _ field: ArrowField) throws(ArrowError) -> Column {
        if let weights = Self.weights(column) {
            var total = 0
            for row in 0..<rows.count where rows[row] >= 0 { total += weights[Int(rows[row])] }
            guard total <= Int32.max else { throw ArrowError("field '\(field.name)' has more than 2 GiB in a batch") }
        }
        return column.gather(rows)
    }

    /// How many bytes and elements each row has; `nil` where all have the same.
    private static func weights(_ column: Column) -> [Int]? {
        func spans(_ offsets: Buffer<Int32>, _ children: [Column]) -> [Int] {
            var weights = (0..<column.count).map { Int(offsets[$0 + 1] - offsets[$0]) }
            for children in children.compactMap(Self.weights) {
                for row in 0..<column.count {
                    for child in Int(offsets[row])..<Int(offsets[row + 1]) { weights[row] += children[child] }
                }
            }
            return weights
        }
        switch column.data {
        case .string(let strings): return spans(strings.offsets, [])
        case .list(let offsets, let elements): return spans(offsets, [elements.column])
        case .map(let offsets, let keys, let values): return spans(offsets, [keys.column, values.column])
        case .row(let children):
            let weighted = children.compactMap(weights)
            guard let first = weighted.first else { return nil }
            return weighted.dropFirst().reduce(first) { sum, next in zip(sum, next).map { $0 + $1 } }
        case .boolean, .int64, .double, .values, .absent: return nil
        }
    }
}

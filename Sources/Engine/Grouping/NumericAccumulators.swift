import DataModel

/// The number of rows of each group, null values included.
final class CountAccumulator: Accumulator {
    private let counts = Buffer<Int64>()

    override var byteCount: Int { counts.capacity * 8 }
    override var stateTypes: [FieldType] { [.int64] }
    override func grow(to count: Int) { counts.grow(to: count, filling: 0) }
    override func removeAll() { counts.count = 0 }

    override func update(_ column: Column, groups: UnsafePointer<Int32>) throws {
        let counts = counts.pointer
        for row in 0..<column.count { counts[Int(groups[row])] &+= 1 }
    }

    override func merge(
        _ states: [Column], rows: UnsafePointer<Int32>, groups: UnsafePointer<Int32>, count: Int
    ) throws {
        guard case .int64(let partial) = states[0].data else { return }
        let counts = counts.pointer
        for index in 0..<count { counts[Int(groups[index])] &+= partial.pointer[Int(rows[index])] }
    }

    override func mergeGroup(_ source: Int, into target: Int) throws { counts[target] += counts[source] }

    override func states(ofRows column: Column) throws -> [Column] {
        [Column(type: .int64, count: column.count, data: .int64(Buffer(repeating: 1, count: column.count)))]
    }

    override func states() -> [Column] { [Column(type: .int64, count: counts.count, data: .int64(counts.copy()))] }
    override func results() throws -> Column { states()[0] }
}

/// Sums and means of integers, exact in 128 bits; a sum that leaves 64 bits in the end is an error.
final class IntegerSumAccumulator: Accumulator {
    private let isMean: Bool
    private let low = Buffer<Int64>()
    /// How often `low` wrapped: the sum is `low` + `wraps` · 2^64.
    private let wraps = Buffer<Int64>()
    private let counts = Buffer<Int64>()

    init(isMean: Bool) {
        self.isMean = isMean
    }

    override var byteCount: Int { low.capacity * 8 + wraps.capacity * 8 + counts.capacity * 8 }
    override var stateTypes: [FieldType] { [.int64, .int64, .int64] }

    override func grow(to count: Int) {
        low.grow(to: count, filling: 0)
        wraps.grow(to: count, filling: 0)
        counts.grow(to: count, filling: 0)
    }

    override func removeAll() {
        low.count = 0
        wraps.count = 0
        counts.count = 0
    }

    @inline(__always)
    private func add(_ value: Int64, to group: Int) {
        let (sum, overflow) = low.pointer[group].addingReportingOverflow(value)
        low.pointer[group] = sum
        if overflow { wraps.pointer[group] += value < 0 ? -1 : 1 }
    }

    override func update(_ column: Column, groups: UnsafePointer<Int32>) throws {
        guard case .int64(let values) = column.data else { return }
        try Accumulators.requireNoNulls(column, isMean ? "mean" : "sum")
        for row in 0..<column.count {
            let group = Int(groups[row])
            add(values.pointer[row], to: group)
            counts.pointer[group] &+= 1
        }
    }

    override func merge(
        _ states: [Column], rows: UnsafePointer<Int32>, groups: UnsafePointer<Int32>, count: Int
    ) throws {
        guard case .int64(let lows) = states[0].data, case .int64(let highs) = states[1].data,
            case .int64(let numbers) = states[2].data
        else { return }
        for index in 0..<count {
            let (row, group) = (Int(rows[index]), Int(groups[index]))
            add(lows.pointer[row], to: group)
            wraps.pointer[group] &+= highs.pointer[row]
            counts.pointer[group] &+= numbers.pointer[row]
        }
    }

    override func mergeGroup(_ source: Int, into target: Int) throws {
        add(low[source], to: target)
        wraps[target] += wraps[source]
        counts[target] += counts[source]
    }

    override func states(ofRows column: Column) throws -> [Column] {
        guard case .int64(let values) = column.data else { return [] }
        try Accumulators.requireNoNulls(column, isMean ? "mean" : "sum")
        return [
            Column(type: .int64, count: column.count, data: .int64(values)),
            Column(type: .int64, count: column.count, data: .int64(Buffer(repeating: 0, count: column.count))),
            Column(type: .int64, count: column.count, data: .int64(Buffer(repeating: 1, count: column.count))),
        ]
    }

    override func states() -> [Column] {
        [low, wraps, counts].map { Column(type: .int64, count: low.count, data: .int64($0.copy())) }
    }

    override func results() throws -> Column {
        let count = low.count
        guard isMean else {
            guard wraps.elements.allSatisfy({ $0 == 0 }) else {
                throw AggregationError(message: "sum leaves the range of 64-bit integers")
            }
            return Column(type: .int64, count: count, data: .int64(low.copy()))
        }
        let means = Buffer<Double>(uninitializedCount: count)
        for group in 0..<count {
            let sum = Int128(low[group]) + Int128(wraps[group]) << 64
            means.pointer[group] = Double(sum) / Double(counts[group])
        }
        return Column(type: .double, count: count, data: .double(means))
    }
}

/// Sums and means of doubles, added in the order of the data.
final class DoubleSumAccumulator: Accumulator {
    private let isMean: Bool
    private let sums = Buffer<Double>()
    private let counts = Buffer<Int64>()

    init(isMean: Bool) {
        self.isMean = isMean
    }

    override var byteCount: Int { sums.capacity * 8 + counts.capacity * 8 }
    override var stateTypes: [FieldType] { [.double, .int64] }

    override func grow(to count: Int) {
        // -0.0 is the neutral element: a sum of nothing but -0.0 stays -0.0.
        sums.grow(to: count, filling: -0.0)
        counts.grow(to: count, filling: 0)
    }

    override func removeAll() {
        sums.count = 0
        counts.count = 0
    }

    override func update(_ column: Column, groups: UnsafePointer<Int32>) throws {
        guard case .double(let values) = column.data else { return }
        try Accumulators.requireNoNulls(column, isMean ? "mean" : "sum")
        let sums = sums.pointer
        let counts = counts.pointer
        for row in 0..<column.count {
            let group = Int(groups[row])
            sums[group] += values.pointer[row]
            counts[group] &+= 1
        }
    }

    override func merge(
        _ states: [Column], rows: UnsafePointer<Int32>, groups: UnsafePointer<Int32>, count: Int
    ) throws {
        guard case .double(let partial) = states[0].data, case .int64(let numbers) = states[1].data else { return }
        for index in 0..<count {
            let (row, group) = (Int(rows[index]), Int(groups[index]))
            sums.pointer[group] += partial.pointer[row]
            counts.pointer[group] &+= numbers.pointer[row]
        }
    }

    override func mergeGroup(_ source: Int, into target: Int) throws {
        sums[target] += sums[source]
        counts[target] += counts[source]
    }

    override func states(ofRows column: Column) throws -> [Column] {
        guard case .double(let values) = column.data else { return [] }
        try Accumulators.requireNoNulls(column, isMean ? "mean" : "sum")
        return [
            Column(type: .double, count: column.count, data: .double(values)),
            Column(type: .int64, count: column.count, data: .int64(Buffer(repeating: 1, count: column.count))),
        ]
    }

    override func states() -> [Column] {
        [
            Column(type: .double, count: sums.count, data: .double(sums.copy())),
            Column(type: .int64, count: sums.count, data: .int64(counts.copy())),
        ]
    }

    override func results() throws -> Column {
        let results = sums.copy()
        if isMean {
            for group in 0..<results.count { results.pointer[group] /= Double(counts.pointer[group]) }
        }
        return Column(type: .double, count: results.count, data: .double(results))
    }
}

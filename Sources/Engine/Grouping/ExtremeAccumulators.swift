import DataModel

/// The least or greatest of integers and times.
final class Int64ExtremeAccumulator: Accumulator {
    private let type: FieldType
    private let isMaximum: Bool
    private let values = Buffer<Int64>()

    init(type: FieldType, isMaximum: Bool) {
        self.type = type
        self.isMaximum = isMaximum
    }

    override var byteCount: Int { values.capacity * 8 }
    override var stateTypes: [FieldType] { [type] }
    override func grow(to count: Int) { values.grow(to: count, filling: isMaximum ? .min : .max) }
    override func removeAll() { values.count = 0 }

    @inline(__always)
    private func fold(_ value: Int64, into group: Int) {
        let current = values.pointer[group]
        values.pointer[group] = isMaximum ? max(current, value) : min(current, value)
    }

    override func update(_ column: Column, groups: UnsafePointer<Int32>) throws {
        guard case .int64(let source) = column.data else { return }
        try Accumulators.requireNoNulls(column, isMaximum ? "max" : "min")
        for row in 0..<column.count { fold(source.pointer[row], into: Int(groups[row])) }
    }

    override func merge(
        _ states: [Column], rows: UnsafePointer<Int32>, groups: UnsafePointer<Int32>, count: Int
    ) throws {
        guard case .int64(let source) = states[0].data else { return }
        for index in 0..<count { fold(source.pointer[Int(rows[index])], into: Int(groups[index])) }
    }

    override func mergeGroup(_ source: Int, into target: Int) throws { fold(values[source], into: target) }

    override func states(ofRows column: Column) throws -> [Column] {
        try Accumulators.requireNoNulls(column, isMaximum ? "max" : "min")
        return [Column(type: type, count: column.count, data: column.data)]
    }

    override func states() -> [Column] { [Column(type: type, count: values.count, data: .int64(values.copy()))] }
    override func results() throws -> Column { states()[0] }
}

/// The least or greatest of doubles. As in Python a NaN stays if it comes first and is passed over later.
final class DoubleExtremeAccumulator: Accumulator {
    private let isMaximum: Bool
    private let values = Buffer<Double>()
    private let isSet = Buffer<UInt8>()

    init(isMaximum: Bool) {
        self.isMaximum = isMaximum
    }

    override var byteCount: Int { values.capacity * 9 }
    override var stateTypes: [FieldType] { [.double] }

    override func grow(to count: Int) {
        values.grow(to: count, filling: 0)
        isSet.grow(to: count, filling: 0)
    }

    override func removeAll() {
        values.count = 0
        isSet.count = 0
    }

    @inline(__always)
    private func fold(_ value: Double, into group: Int) {
        let current = values.pointer[group]
        if isSet.pointer[group] == 0 || (isMaximum ? value > current : value < current) {
            values.pointer[group] = value
            isSet.pointer[group] = 1
        }
    }

    override func update(_ column: Column, groups: UnsafePointer<Int32>) throws {
        guard case .double(let source) = column.data else { return }
        try Accumulators.requireNoNulls(column, isMaximum ? "max" : "min")
        for row in 0..<column.count { fold(source.pointer[row], into: Int(groups[row])) }
    }

    override func merge(
        _ states: [Column], rows: UnsafePointer<Int32>, groups: UnsafePointer<Int32>, count: Int
    ) throws {
        guard case .double(let source) = states[0].data else { return }
        for index in 0..<count { fold(source.pointer[Int(rows[index])], into: Int(groups[index])) }
    }

    override func mergeGroup(_ source: Int, into target: Int) throws { fold(values[source], into: target) }

    override func states(ofRows column: Column) throws -> [Column] {
        try Accumulators.requireNoNulls(column, isMaximum ? "max" : "min")
        return [Column(type: .double, count: column.count, data: column.data)]
    }

    override func states() -> [Column] { [Column(type: .double, count: values.count, data: .double(values.copy()))] }
    override func results() throws -> Column { states()[0] }
}

/// `all` and `any` in Python's sense of truth.
final class TruthAccumulator: Accumulator {
    private let isAll: Bool
    private let values = Buffer<UInt8>()

    init(isAll: Bool) {
        self.isAll = isAll
    }

    override var byteCount: Int { values.capacity }
    override var stateTypes: [FieldType] { [.boolean] }
    override func grow(to count: Int) { values.grow(to: count, filling: isAll ? 1 : 0) }
    override func removeAll() { values.count = 0 }

    @inline(__always)
    private func fold(_ value: UInt8, into group: Int) {
        values.pointer[group] = isAll ? values.pointer[group] & value : values.pointer[group] | value
    }

    override func update(_ column: Column, groups: UnsafePointer<Int32>) throws {
        let mask = Truth.mask(of: column)
        for row in 0..<column.count { fold(mask.pointer[row], into: Int(groups[row])) }
    }

    override func merge(
        _ states: [Column], rows: UnsafePointer<Int32>, groups: UnsafePointer<Int32>, count: Int
    ) throws {
        guard case .boolean(let source) = states[0].data else { return }
        for index in 0..<count { fold(source.pointer[Int(rows[index])], into: Int(groups[index])) }
    }

    override func mergeGroup(_ source: Int, into target: Int) throws { fold(values[source], into: target) }

    override func states(ofRows column: Column) throws -> [Column] {
        [Column(type: .boolean, count: column.count, data: .boolean(Truth.mask(of: column)))]
    }

    override func states() -> [Column] { [Column(type: .boolean, count: values.count, data: .boolean(values.copy()))] }
    override func results() throws -> Column { states()[0] }
}

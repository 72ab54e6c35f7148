import DataModel
import Expressions

/// Aggregations over values of any type, a value at a time.
final class ValueAccumulator: Accumulator {
    enum Fold {
        case sum, mean, min, max
        /// All values in a list.
        case group
        /// All elements of lists in one list.
        case concat
    }

    private let fold: Fold
    private let result: FieldType
    private var values: [Value] = []
    private var lists: [[Value]] = []
    private var counts: [Int64] = []
    private var heldBytes = 0

    init(fold: Fold, result: FieldType) {
        self.fold = fold
        self.result = result
    }

    private var isList: Bool { fold == .group || fold == .concat }

    override var byteCount: Int { counts.capacity * 80 + heldBytes }
    override var stateTypes: [FieldType] { [isList ? listType : .any, .int64] }

    /// Lists travel between workers and to disk in the type of the result, so that nothing is boxed twice.
    private var listType: FieldType {
        if case .list = result.kind { result.nonNull } else { .list(.any) }
    }

    override func grow(to count: Int) {
        guard count > counts.count else { return }
        let added = count - counts.count
        counts.append(contentsOf: repeatElement(0, count: added))
        if isList {
            lists.append(contentsOf: repeatElement([], count: added))
        } else {
            values.append(contentsOf: repeatElement(.null, count: added))
        }
    }

    override func removeAll() {
        values.removeAll(keepingCapacity: true)
        lists.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        heldBytes = 0
    }

    override func update(_ column: Column, groups: UnsafePointer<Int32>) throws {
        for row in 0..<column.count {
            try add(column.value(at: row), to: Int(groups[row]))
        }
    }

    override func merge(
        _ states: [Column], rows: UnsafePointer<Int32>, groups: UnsafePointer<Int32>, count: Int
    ) throws {
        for index in 0..<count {
            let (row, group) = (Int(rows[index]), Int(groups[index]))
            try absorb(states[0].value(at: row), count: states[1].value(at: row), into: group)
        }
    }

    override func mergeGroup(_ source: Int, into target: Int) throws {
        let state: Value = isList ? .list(lists[source]) : values[source]
        try absorb(state, count: .int(counts[source]), into: target)
        if isList { lists[source] = [] }
    }

    private func absorb(_ state: Value, count: Value, into group: Int) throws {
        guard case .int(let number) = count, number > 0 else { return }
        if isList {
            if case .list(let elements) = state {
                lists[group].append(contentsOf: elements)
                heldBytes += elements.count * 40
            }
        } else {
            try combine(state, into: group)
        }
        counts[group] += number
    }

    private func add(_ value: Value, to group: Int) throws {
        switch fold {
        case .group:
            lists[group].append(value)
            heldBytes += 40
        case .concat:
            let elements = try failing { () throws(PythonError) in try PythonValues.elements(of: value) }
            lists[group].append(contentsOf: elements)
            heldBytes += elements.count * 40
        case .sum, .mean, .min, .max:
            try combine(value, into: group)
        }
        counts[group] += 1
    }

    private func combine(_ value: Value, into group: Int) throws {
        let isFirst = counts[group] == 0
        switch fold {
        case .sum, .mean:
            // As Python's sum(), which starts from the integer 0.
            let current = isFirst ? Value.int(0) : values[group]
            values[group] = try failing { () throws(PythonError) in try PythonValues.sum(current, value) }
        case .min, .max:
            if isFirst {
                values[group] = value
            } else {
                let (left, right) = fold == .min ? (value, values[group]) : (values[group], value)
                if try failing({ () throws(PythonError) in try PythonValues.isLess(left, right) }) {
                    values[group] = value
                }
            }
        case .group, .concat: break
        }
    }

    private func failing<Result>(_ body: () throws(PythonError) -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw AggregationError(message: "\(error.type): \(error.message)")
        }
    }

    override func states(ofRows column: Column) throws -> [Column] {
        var states: [Value] = []
        states.reserveCapacity(column.count)
        for row in 0..<column.count {
            let value = column.value(at: row)
            switch fold {
            case .group: states.append(.list([value]))
            case .concat:
                states.append(.list(try failing { () throws(PythonError) in try PythonValues.elements(of: value) }))
            case .sum, .mean, .min, .max: states.append(value)
            }
        }
        let ones = Buffer<Int64>(repeating: 1, count: column.count)
        return [
            Column(states, type: stateTypes[0]), Column(type: .int64, count: column.count, data: .int64(ones)),
        ]
    }

    override func states() -> [Column] {
        let states = isList ? lists.map { Value.list($0) } : values
        return [
            Column(states, type: stateTypes[0]),
            Column(type: .int64, count: counts.count, data: .int64(Buffer(counts))),
        ]
    }

    override func results() throws -> Column {
        switch fold {
        case .group, .concat: return Column(lists.map { Value.list($0) }, type: result)
        case .sum, .min, .max: return Column(values, type: result)
        case .mean:
            let means = try zip(values, counts).map { sum, count in
                try failing { () throws(PythonError) in try PythonValues.quotient(sum, .int(count)) }
            }
            return Column(means, type: result)
        }
    }
}

public import DataModel

/// The difference of two collections of rows without regard to order, rows counted as often as they occur.
///
/// Values are equal in Python's sense (`1 == 1.0`), all fields count, those with null as well, in any order; a map with
/// text keys equals the row of the same fields, and a datetime with an offset the timestamp of that instant, since YAML
/// writes both the same way.
public struct RowComparison: Sendable {
    /// An expected row and the actual row that is nearest to it.
    public struct Change: Sendable {
        /// The index among the expected rows.
        public let expected: Int
        /// The index among the actual rows.
        public let actual: Int
        /// The names of the fields that differ, or that only one of the rows has.
        public let fields: [String]
    }

    /// Indexes of expected rows that came.
    public let matched: [Int]
    /// Expected rows that did not come, each with a row that came instead.
    public let changed: [Change]
    /// Indexes of expected rows that did not come.
    public let missing: [Int]
    /// Indexes of actual rows that nobody expected.
    public let unexpected: [Int]

    public var isEqual: Bool { changed.isEmpty && missing.isEmpty && unexpected.isEmpty }

    public init(expected: [RowValue], actual: [RowValue]) {
        let expectedKeys = expected.map(ComparableRow.init)
        let actualKeys = actual.map(ComparableRow.init)
        var waiting: [ComparableRow: [Int]] = [:]
        for (index, key) in actualKeys.enumerated().reversed() { waiting[key, default: []].append(index) }
        var matched: [Int] = []
        var missing: [Int] = []
        var taken: Set<Int> = []
        for (index, key) in expectedKeys.enumerated() {
            if let partner = waiting[key]?.popLast() {
                matched.append(index)
                taken.insert(partner)
            } else {
                missing.append(index)
            }
        }
        let unexpected = actual.indices.filter { !taken.contains($0) }
        let changed = Self.pairs(missing, unexpected, expectedKeys, actualKeys)
        self.matched = matched
        self.changed = changed
        self.missing = missing.filter { index in !changed.contains { $0.expected == index } }
        self.unexpected = unexpected.filter { index in !changed.contains { $0.actual == index } }
    }

    /// Pairs rows of which at least half the fields agree (or that have one field only), the most similar first.
    private static func pairs(
        _ missing: [Int], _ unexpected: [Int], _ expected: [ComparableRow], _ actual: [ComparableRow]
    ) -> [Change] {
        var candidates: [Change] = []
        // Beyond a screenful nobody reads pairs, and their number grows with the square.
        for left in missing.prefix(100) {
            for right in unexpected.prefix(100) {
                let fields = expected[left].differences(from: actual[right])
                let names = max(expected[left].names.count, actual[right].names.count)
                if fields.count * 2 <= names || names == 1 && fields.count == 1 {
                    candidates.append(Change(expected: left, actual: right, fields: fields))
                }
            }
        }
        candidates.sort { ($0.fields.count, $0.expected, $0.actual) < ($1.fields.count, $1.expected, $1.actual) }
        var (lefts, rights) = (Set<Int>(), Set<Int>())
        return candidates.filter { candidate in
            guard !lefts.contains(candidate.expected), !rights.contains(candidate.actual) else { return false }
            lefts.insert(candidate.expected)
            rights.insert(candidate.actual)
            return true
        }.sorted { $0.expected < $1.expected }
    }
}

/// A row as comparisons see it: fields by name, nested rows and maps alike.
private struct ComparableRow: Hashable {
    let names: [String]
    private let keys: [[UInt8]]
    private let values: [Value]

    init(_ row: RowValue) {
        let order = row.names.indices.sorted { row.names[$0].utf8.lexicographicallyPrecedes(row.names[$1].utf8) }
        names = order.map { row.names[$0] }
        keys = names.map { Array($0.utf8) }
        values = order.map { Self.canonical(row.values[$0]) }
    }

    static func == (left: ComparableRow, right: ComparableRow) -> Bool {
        left.keys == right.keys && left.values == right.values
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(keys)
        hasher.combine(values)
    }

    /// The names of the fields that differ, by name.
    func differences(from other: ComparableRow) -> [String] {
        var differing: [String] = []
        for (index, key) in keys.enumerated() {
            guard let match = other.keys.firstIndex(of: key), other.values[match] == values[index] else {
                differing.append(names[index])
                continue
            }
        }
        for (index, key) in other.keys.enumerated() where !keys.contains(key) { differing.append(other.names[index]) }
        return differing
    }

    private static func canonical(_ value: Value) -> Value {
        switch value {
        case .list(let elements): .list(elements.map(canonical))
        case .row(let row):
            .map(MapValue(zip(row.names, row.values).map { (.string($0), canonical($1)) }))
        case .map(let map): .map(MapValue(map.entries.map { ($0.key, canonical($0.value)) }))
        case .datetime(let moment) where moment.offsetSeconds != nil: .timestamp(moment.instantOrLocal)
        default: value
        }
    }
}

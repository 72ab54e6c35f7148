import Diagnostics

/// Compares two outputs, row by row, whatever the order of the rows.
///
/// Of each different row it holds a number of 64 bits and a count; the rows themselves are looked up again only where
/// these differ.
public struct OutputComparison: Sendable {
    /// Calls its argument with each row, as one line of JSON.
    public typealias Rows = (_ take: (ArraySlice<UInt8>) -> Void) throws -> Void

    /// What an engine does otherwise, and has said before.
    public struct Tolerance: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// The last digits of floats.
        public static let lastDigits = Tolerance(rawValue: 1)
        /// The order within lists.
        public static let listOrder = Tolerance(rawValue: 2)

        /// What a target has announced, as its plan words it.
        public init(announced: [String]) {
            self = []
            if announced.contains(where: { $0.contains("last digit") }) { insert(.lastDigits) }
            if announced.contains(where: { $0.contains("order within") }) { insert(.listOrder) }
        }
    }

    public enum Verdict: Sendable, Equatable {
        case same
        /// Only as was announced.
        case announced
        case different
    }

    public private(set) var verdict = Verdict.same
    public private(set) var rowCounts = (first: 0, second: 0)
    /// The first rows that only one side has, each with how often it has it more than the other.
    public private(set) var onlyFirst: [(row: String, count: Int)] = []
    public private(set) var onlySecond: [(row: String, count: Int)] = []
    /// How many different rows only one side has.
    public private(set) var differingRows = (first: 0, second: 0)

    /// - Parameter shown: how many rows of each side are kept to be shown.
    public init(_ first: Rows, _ second: Rows, tolerance: Tolerance = [], shown: Int = 5) throws {
        var surplus: [Int: Int] = [:]
        try first { row in
            rowCounts.first += 1
            surplus[Self.hash(row), default: 0] += 1
        }
        try second { row in
            rowCounts.second += 1
            let hash = Self.hash(row)
            let left = surplus[hash, default: 0] - 1
            surplus[hash] = left == 0 ? nil : left
        }
        // What only the first side has is above zero, what only the second has below.
        guard !surplus.isEmpty else { return }
        differingRows = (surplus.values.count { $0 > 0 }, surplus.values.count { $0 < 0 })
        verdict = .different
        if !tolerance.isEmpty, try Self.isEqual(first, second, surplus, tolerance) {
            verdict = .announced
            return
        }
        onlyFirst = try Self.find(first, shown, surplus.filter { $0.value > 0 })
        onlySecond = try Self.find(second, shown, surplus.filter { $0.value < 0 })
    }

    private static func hash(_ row: ArraySlice<UInt8>) -> Int {
        var hasher = Hasher()
        row.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    private static func find(
        _ rows: Rows, _ limit: Int, _ surplus: [Int: Int]
    ) throws -> [(row: String, count: Int)] {
        var found: [Int: String] = [:]
        try rows { row in
            guard found.count < 4096 else { return }
            let hash = hash(row)
            if surplus[hash] != nil, found[hash] == nil { found[hash] = String(decoding: row, as: UTF8.self) }
        }
        // In order, so that rows that belong together stand beside each other.
        return found.sorted { $0.value < $1.value }.prefix(limit).map { ($0.value, abs(surplus[$0.key] ?? 0)) }
    }

    /// Whether the rows that differ are the same but for what is tolerated.
    private static func isEqual(
        _ first: Rows, _ second: Rows, _ surplus: [Int: Int], _ tolerance: Tolerance
    ) throws -> Bool {
        var rest: [String: Int] = [:]
        var taken: [Int: Int] = [:]
        func add(_ row: ArraySlice<UInt8>, _ sign: Int) {
            let hash = hash(row)
            // Of a row that both sides have, only what one has more often counts.
            guard let count = surplus[hash], count * sign > 0, taken[hash, default: 0] < abs(count) else { return }
            taken[hash, default: 0] += 1
            let text = canonical(row, tolerance)
            let left = rest[text, default: 0] + sign
            rest[text] = left == 0 ? nil : left
        }
        try first { add($0, 1) }
        try second { add($0, -1) }
        return rest.isEmpty
    }

    private static func canonical(_ row: ArraySlice<UInt8>, _ tolerance: Tolerance) -> String {
        let text = String(decoding: row, as: UTF8.self)
        guard let json = JSONText.parse(text) else { return text }
        return canonical(json, tolerance).compact
    }

    private static func canonical(_ json: JSONText, _ tolerance: Tolerance) -> JSONText {
        switch json {
        case .number(let number) where tolerance.contains(.lastDigits): return .number(rounded(number))
        case .array(let elements):
            let elements = elements.map { canonical($0, tolerance) }
            guard tolerance.contains(.listOrder) else { return .array(elements) }
            return .array(elements.sorted { $0.compact < $1.compact })
        case .object(let members):
            return .object(members.map { JSONText.Member($0.name, canonical($0.value, tolerance)) })
        default: return json
        }
    }

    /// A float to ten digits.
    private static func rounded(_ number: Double) -> Double {
        guard number.isFinite, number != 0 else { return number }
        // The other bits hold what sums in another order differ in.
        let mask: UInt64 = ~0 << 20
        let half: UInt64 = 1 << 19
        return Double(bitPattern: (number.bitPattern &+ half) & mask)
    }
}

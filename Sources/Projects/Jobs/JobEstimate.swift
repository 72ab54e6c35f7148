public import Diagnostics

/// What was expected of a job before it began, to be held against what it took.
public struct JobEstimate: Sendable, Equatable {
    /// From where to where a number is expected to be.
    public struct Span: Sendable, Equatable {
        public let low: Double
        public let likely: Double
        public let high: Double

        public init(low: Double, likely: Double, high: Double) {
            self.low = low
            self.likely = likely
            self.high = high
        }

        var json: JSONText { .array([.number(low), .number(likely), .number(high)]) }

        init?(_ json: JSONText) {
            let numbers = (json.elements ?? []).compactMap(\.double)
            guard numbers.count == 3 else { return nil }
            self.init(low: numbers[0], likely: numbers[1], high: numbers[2])
        }
    }

    /// From start to end; `nil` for a stream.
    public let seconds: Span?
    /// Seconds before earlier jobs corrected them: what a later correction is made from.
    public let uncorrectedSeconds: Double?
    /// Tasks that each step was expected to want, and bytes of each worker.
    public let parallelism: Int
    public let memory: Int
    /// Rows that come out of each step, by its name.
    public let rows: [String: Span]
    /// Whether a sample run was made before.
    public let isSampled: Bool

    public init(
        seconds: Span?, uncorrectedSeconds: Double?, parallelism: Int, memory: Int, rows: [String: Span],
        isSampled: Bool
    ) {
        self.seconds = seconds
        self.uncorrectedSeconds = uncorrectedSeconds
        self.parallelism = parallelism
        self.memory = memory
        self.rows = rows
        self.isSampled = isSampled
    }

    public var json: JSONText {
        .object([
            "seconds": seconds.map(\.json) ?? .null,
            "uncorrectedSeconds": uncorrectedSeconds.map(JSONText.number) ?? .null,
            "parallelism": .integer(parallelism), "memory": .integer(memory), "isSampled": .boolean(isSampled),
            "rows": .object(rows.sorted { $0.key < $1.key }.map { JSONText.Member($0.key, $0.value.json) }),
        ])
    }

    public init?(_ json: JSONText) {
        guard let parallelism = json["parallelism"]?.int, let memory = json["memory"]?.int else { return nil }
        var rows: [String: Span] = [:]
        if case .object(let members)? = json["rows"] {
            for member in members { rows[member.name] = Span(member.value) }
        }
        self.init(
            seconds: json["seconds"].flatMap { Span($0) }, uncorrectedSeconds: json["uncorrectedSeconds"]?.double,
            parallelism: parallelism, memory: memory, rows: rows, isSampled: json["isSampled"]?.bool ?? false)
    }
}

public import Diagnostics

/// What a job will need on an engine, and why.
public struct Estimate: Sendable {
    /// What is expected of one step.
    public struct Step: Sendable {
        public let name: String
        /// Rows that come out, of all outputs; `nil` where nothing is known.
        public let rows: Band?
        /// Whether the rows were measured on a sample rather than assumed.
        public let isMeasured: Bool
        /// Seconds of one task's work.
        public let work: Double
        public let reason: String
    }

    public let engine: String
    public let steps: [Step]
    /// Tasks that each step is split into.
    public let parallelism: Int
    public let parallelismReason: String
    /// Bytes of each worker.
    public let memory: Int
    public let memoryReason: String
    /// From start to end; `nil` for a stream.
    public let seconds: Band?
    /// Of those, what is likely without the correction by earlier jobs.
    public let uncorrectedSeconds: Double?
    /// The correction in words, where there is one.
    public let correctionReason: String?
    public let inputBytes: Double
    public let inputRows: Band
    /// What the numbers rest on that nobody has measured.
    public let assumptions: [String]

    public var json: JSONText {
        .object([
            "engine": .string(engine), "inputBytes": .number(inputBytes), "inputRows": inputRows.json,
            "parallelism": .object(["value": .integer(parallelism), "reason": .string(parallelismReason)]),
            "memory": .object(["bytes": .integer(memory), "reason": .string(memoryReason)]),
            "seconds": seconds.map(\.json) ?? .null, "correction": .optional(correctionReason),
            "steps": .array(
                steps.map {
                    .object([
                        "name": .string($0.name), "rows": $0.rows.map(\.json) ?? .null,
                        "isMeasured": .boolean($0.isMeasured), "taskSeconds": .number($0.work),
                        "reason": .string($0.reason),
                    ])
                }),
            "assumptions": .array(assumptions.map(JSONText.string)),
        ])
    }
}

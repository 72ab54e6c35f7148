public import Platform

/// All that is known of one job, for a person.
public struct JobDetails: Sendable {
    private let record: JobRecord
    private let now: Int64

    public init(_ record: JobRecord, now: Int64 = WallClock.microseconds) {
        self.record = record
        self.now = now
    }

    public var text: String {
        var text = "\(record.id): \(record.state.rawValue)\n\(facts.text.indented)"
        if !record.steps.isEmpty { text += "\n" + steps.text.indented }
        if !record.operators.isEmpty { text += "\n" + operators.text.indented }
        if let failure = record.failure { text += "\n" + failure.text }
        return text
    }

    private var facts: TextTable {
        var table = TextTable()
        func add(_ name: String, _ value: String?) { if let value { table.add([name, value]) } }
        add("pipeline", record.pipeline + change)
        add("target", target)
        add("address", record.address)
        add("engine's job", record.engineJobID)
        if let word = record.engineState, word.lowercased() != record.state.rawValue { add("engine's state", word) }
        add("submitted", "\(Quantities.moment(record.submittedAt)), \(Quantities.age(record.submittedAt, now: now))")
        add("ended", record.endedAt.map(Quantities.moment))
        add("took", record.duration(now: now).map(Quantities.span))
        add("estimated", estimated)
        add("process", record.state.isFinal ? nil : record.process.map { String($0.processID) })
        add("restart of", record.restartOf)
        for variable in record.options.variables { add("variable", Self.text(variable)) }
        add("program", record.programFolder)
        add("unpublished", record.stagingFolder)
        for log in record.logs { add("log", log) }
        add("savepoint", record.savepoint)
        for output in record.outputs { add("wrote", output) }
        return table
    }

    /// What was expected, and how far off that was.
    private var estimated: String? {
        guard let seconds = record.estimate?.seconds else { return nil }
        func span(_ seconds: Double) -> String { Quantities.span(Int64(seconds * 1_000_000)) }
        var text = "\(span(seconds.low)) to \(span(seconds.high)), likely \(span(seconds.likely))"
        if record.state == .finished, let took = record.duration(now: now), seconds.likely > 0 {
            let tenths = Int((Double(took) / 1_000_000 / seconds.likely * 10).rounded())
            text += "; it took \(tenths / 10).\(tenths % 10) times that"
        }
        return text
    }

    /// The rows that were expected of a step.
    private func expected(_ step: JobStep) -> String {
        guard let rows = record.estimate?.rows[step.name] else { return "" }
        let (low, high) = (Quantities.count(Int(rows.low.rounded())), Quantities.count(Int(rows.high.rounded())))
        return low == high ? low : "\(low) to \(high)"
    }

    private var target: String {
        var text = record.target + ": " + record.engine.title
        if record.place != .local { text += " in \(record.place.rawValue)" }
        if let cluster = record.cluster { text += ", cluster '\(cluster)'" }
        return text
    }

    /// Whether the pipeline's file is still what ran.
    private var change: String {
        guard let hash = record.contentHash else { return "" }
        guard let bytes = try? OpenFile.contents(of: record.pipeline, limit: 64 << 20) else { return " (gone)" }
        return JobRecord.hash(of: bytes) == hash ? "" : " (changed since)"
    }

    private var steps: TextTable {
        let hasEstimate = record.estimate.map { !$0.rows.isEmpty } ?? false
        var table = TextTable(
            [.left, .right, .right] + [TextTable.Alignment](repeating: .right, count: hasEstimate ? 4 : 3))
        table.add(["STEP", "IN", "OUT"] + (hasEstimate ? ["EXPECTED"] : []) + ["FAILED", "RATE", "BYTES", "PLACE"])
        for step in record.steps {
            let known = step.outputs.compactMap(\.records)
            let outputs = step.outputs.map { $0.records.map(Quantities.count) ?? "?" }.joined(separator: " + ")
            table.add(
                [step.name, step.recordsIn.map(Quantities.count) ?? "", known.isEmpty ? "" : outputs]
                    + (hasEstimate ? [expected(step)] : [])
                    + [
                        step.failures == 0 ? "" : Quantities.count(step.failures),
                        Quantities.rate(max(step.recordsIn ?? 0, known.reduce(0, +)), in: record.duration(now: now)),
                        step.bytes == 0 ? "" : Quantities.bytes(step.bytes), step.place ?? "",
                    ])
        }
        return table
    }

    private var operators: TextTable {
        var table = TextTable([.left, .left, .right, .right, .right, .right])
        table.add(["OPERATOR", "STATE", "PARALLEL", "IN", "OUT", "RATE"])
        for part in record.operators {
            table.add([
                part.name, part.state.lowercased(), part.parallelism.map(String.init) ?? "",
                part.recordsIn.map(Quantities.count) ?? "", part.recordsOut.map(Quantities.count) ?? "",
                Quantities.rate(max(part.recordsIn ?? 0, part.recordsOut ?? 0), in: record.duration(now: now)),
            ])
        }
        return table
    }

    private static func text(_ variable: JobOptions.Variable) -> String {
        switch variable.value {
        case .text(let text): "\(variable.name) = \(text)"
        case .file(let path): "\(variable.name) from \(path)"
        case .withheld: "\(variable.name) (a secret; not kept)"
        }
    }
}

extension JobRecord {
    /// What tells the contents of pipeline files apart.
    public static func hash(of bytes: [UInt8]) -> String {
        var fingerprint = Fingerprint()
        bytes.withUnsafeBytes { fingerprint.add($0) }
        return fingerprint.text
    }
}

public import Diagnostics
public import Platform

/// Jobs as a table, or as JSON.
public struct JobListing: Sendable {
    private let records: [JobRecord]
    private let now: Int64

    public init(_ records: [JobRecord], now: Int64 = WallClock.microseconds) {
        self.records = records
        self.now = now
    }

    /// A line a job under a line of titles; nothing for no jobs.
    public var text: String {
        guard !records.isEmpty else { return "" }
        var table = TextTable([.left, .left, .left, .left, .right, .right])
        table.add(["JOB", "STATE", "TARGET", "STARTED", "TOOK", "RECORDS", "PIPELINE"])
        for record in records {
            let engine = record.target == record.engine.rawValue ? "" : " (\(record.engine.rawValue))"
            table.add([
                record.id, record.state.rawValue, record.target + engine,
                Quantities.age(record.startedAt ?? record.submittedAt, now: now),
                record.duration(now: now).map(Quantities.span) ?? "",
                record.recordsRead.map(Quantities.count) ?? "", record.pipeline,
            ])
        }
        return table.text
    }

    /// An array of objects with the keys of `JobRecord.json`.
    public var json: JSONText { .array(records.map { $0.json(now: now) }) }
}

extension JobRecord {
    /// Records that came out of the sources; `nil` where nobody counted.
    var recordsRead: Int? {
        let sources = steps.filter { ($0.recordsIn ?? 0) == 0 }.compactMap(\.recordsOut).filter { $0 > 0 }
        if !sources.isEmpty { return sources.reduce(0, +) }
        let engineSources = operators.filter { ($0.recordsIn ?? 0) == 0 }.compactMap(\.recordsOut)
        return engineSources.isEmpty ? nil : engineSources.reduce(0, +)
    }

    /// Everything about the job for scripts. Times are microseconds since 1970-01-01T00:00:00Z.
    public func json(now: Int64 = WallClock.microseconds) -> JSONText {
        let texts: KeyValuePairs<String, String?> = [
            "id": id, "name": name, "state": state.rawValue, "engineState": engineState, "pipeline": pipeline,
            "workingDirectory": workingDirectory, "contentHash": contentHash, "target": target,
            "engine": engine.rawValue, "place": place.rawValue, "cluster": cluster, "address": address,
            "engineJobID": engineJobID, "savepoint": savepoint, "programFolder": programFolder,
            "stagingFolder": stagingFolder, "version": version, "restartOf": restartOf,
        ]
        let numbers: KeyValuePairs<String, Int64?> = [
            "submittedAt": submittedAt, "startedAt": startedAt, "endedAt": endedAt,
            "durationMicroseconds": duration(now: now), "processID": process.map { Int64($0.processID) },
        ]
        let values: KeyValuePairs<String, JSONText> = [
            "steps": .array(steps.map(\.json)), "operators": .array(operators.map(\.json)),
            "failure": failure?.value ?? .null, "outputs": .array(outputs.map(JSONText.string)),
            "logs": .array(logs.map(JSONText.string)), "options": options.json,
            "estimate": estimate?.json ?? .null,
        ]
        return .object(
            texts.map { JSONText.Member($0.key, .optional($0.value)) }
                + numbers.map { JSONText.Member($0.key, $0.value.map(JSONText.integer) ?? .null) }
                + values.map { JSONText.Member($0.key, $0.value) })
    }
}

extension JobFailure {
    fileprivate var value: JSONText {
        .object(["text": .string(text), "diagnostics": JSONText.parse(json) ?? .null])
    }
}

import Diagnostics
import Platform

/// A record as a row of the table and back. Lists are JSON, so that other programs can read them.
extension JobRecord {
    /// The values of `JobStoreSchema.columns`.
    var row: [SQLiteValue] {
        [
            .text(id), .text(name), .text(pipeline), .text(workingDirectory), .optional(contentHash), .text(target),
            .text(engine.rawValue), .text(place.rawValue), .optional(cluster), .optional(address),
            .optional(engineJobID), .text(state.rawValue), .optional(engineState), .integer(submittedAt),
            .optional(startedAt), .optional(endedAt), .json(steps.map(\.json)), .json(operators.map(\.json)),
            .optional(failure?.text), .optional(failure?.json), .optional(programFolder), .optional(stagingFolder),
            .json(logs.map(JSONText.string)), .optional(savepoint), .json(outputs.map(JSONText.string)),
            options == JobOptions() ? .null : .text(options.json.compact),
            .optional(process.map { Int64($0.processID) }), .optional(process?.start),
            .integer(isStopRequested ? 1 : 0), .optional(version), .optional(restartOf),
            .optional(estimate?.json.compact),
        ]
    }

    /// Reads a row; `nil` where this version does not understand it.
    init?(_ row: SQLiteStatement) {
        guard let id = row.text(0), let name = row.text(1), let pipeline = row.text(2), let directory = row.text(3),
            let target = row.text(5), let engine = row.text(6).flatMap(JobEngine.init),
            let place = row.text(7).flatMap(Place.init), let state = row.text(11).flatMap(JobState.init)
        else { return nil }
        self.init(
            name: name, pipeline: pipeline, workingDirectory: directory, contentHash: row.text(4), target: target,
            engine: engine, place: place, cluster: row.text(8), address: row.text(9), engineJobID: row.text(10),
            state: state, submittedAt: row.integer(13) ?? 0, startedAt: row.integer(14),
            steps: row.elements(16).compactMap(JobStep.init), programFolder: row.text(20), stagingFolder: row.text(21),
            logs: row.elements(22).compactMap(\.string),
            options: row.text(25).flatMap(JSONText.parse).map(JobOptions.init) ?? JobOptions(),
            version: row.text(29), restartOf: row.text(30))
        self.id = id
        engineState = row.text(12)
        endedAt = row.integer(15)
        operators = row.elements(17).compactMap(JobOperator.init)
        failure = row.text(18).map { JobFailure(text: $0, json: row.text(19) ?? "[]") }
        savepoint = row.text(23)
        outputs = row.elements(24).compactMap(\.string)
        if let number = row.integer(26), let start = row.text(27) {
            process = ProcessIdentity(processID: Int32(truncatingIfNeeded: number), start: start)
        }
        isStopRequested = row.integer(28) == 1
        estimate = row.text(31).flatMap { JSONText.parse($0) }.flatMap { JobEstimate($0) }
    }
}

extension SQLiteValue {
    /// A list; nothing where it is empty.
    fileprivate static func json(_ elements: [JSONText]) -> SQLiteValue {
        elements.isEmpty ? .null : .text(JSONText.array(elements).compact)
    }
}

extension SQLiteStatement {
    fileprivate func elements(_ column: Int) -> [JSONText] {
        text(column).flatMap { JSONText.parse($0) }?.elements ?? []
    }
}

extension JobStep {
    var json: JSONText {
        .object([
            "name": .string(name), "transform": .string(transform), "place": .optional(place),
            "recordsIn": recordsIn.map(JSONText.integer) ?? .null,
            "recordsOut": recordsOut.map(JSONText.integer) ?? .null,
            "outputs": .array(
                outputs.map {
                    .object(["name": .string($0.name), "records": $0.records.map(JSONText.integer) ?? .null])
                }),
            "failures": .integer(failures), "bytes": .integer(bytes), "busyMicroseconds": .integer(busyMicroseconds),
        ])
    }

    init?(_ json: JSONText) {
        guard let name = json["name"]?.string, let transform = json["transform"]?.string else { return nil }
        self.init(
            name: name, transform: transform, place: json["place"]?.string, recordsIn: json["recordsIn"]?.int,
            outputs: (json["outputs"]?.elements ?? []).compactMap { output in
                output["name"]?.string.map { Output(name: $0, records: output["records"]?.int) }
            },
            failures: json["failures"]?.int ?? 0, bytes: json["bytes"]?.int ?? 0,
            busyMicroseconds: json["busyMicroseconds"]?.int ?? 0)
    }
}

extension JobOperator {
    var json: JSONText {
        .object([
            "name": .string(name), "state": .string(state), "parallelism": parallelism.map(JSONText.integer) ?? .null,
            "recordsIn": recordsIn.map(JSONText.integer) ?? .null,
            "recordsOut": recordsOut.map(JSONText.integer) ?? .null,
        ])
    }

    init?(_ json: JSONText) {
        guard let name = json["name"]?.string, let state = json["state"]?.string else { return nil }
        self.init(
            name: name, recordsIn: json["recordsIn"]?.int, recordsOut: json["recordsOut"]?.int,
            parallelism: json["parallelism"]?.int, state: state)
    }
}

extension JobOptions {
    var json: JSONText {
        .object([
            "command": .string(command), "variables": .array(variables.map(\.json)),
            "workers": workers.map(JSONText.integer), "memory": memory.map(JSONText.integer),
        ])
    }

    init(_ json: JSONText) {
        self.init(
            command: json["command"]?.string ?? "run",
            variables: (json["variables"]?.elements ?? []).compactMap(Variable.init), workers: json["workers"]?.int,
            memory: json["memory"]?.int)
    }
}

extension JobOptions.Variable {
    var json: JSONText {
        switch value {
        case .text(let text): .object(["name": .string(name), "text": .string(text)])
        case .file(let path): .object(["name": .string(name), "file": .string(path)])
        case .withheld: .object(["name": .string(name), "isWithheld": true])
        }
    }

    init?(_ json: JSONText) {
        guard let name = json["name"]?.string else { return nil }
        let text = json["text"]?.string.map(Value.text)
        self.init(name, text ?? json["file"]?.string.map(Value.file) ?? .withheld)
    }
}

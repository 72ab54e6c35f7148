import DataModel
import Diagnostics
import Planning
import Platform

/// The requests of the protocol, and what is in the replies.
enum TaskMessages {
    typealias Message = [JSONText.Member]

    static func request(_ operation: String, _ task: Int, _ members: KeyValuePairs<String, JSONText> = [:]) -> Message {
        [JSONText.Member("op", .string(operation)), JSONText.Member("task", .integer(task))]
            + members.map { JSONText.Member($0.key, $0.value) }
    }

    /// What a task said when it was opened.
    struct Opened {
        let description: TaskDescription
        /// For each output the schema of what the worker sends.
        let sent: [Schema]
        let wantsTime: Bool
    }

    static func opened(_ frame: Frame, inputs: [Schema]) throws(WorkerFault) -> Opened {
        let header = frame.header
        let outputs = header["outputs"]?.elements ?? []
        guard outputs.count == frame.bodyCount else {
            throw .nonsense("it names other outputs than it describes")
        }
        var sent: [Schema] = []
        var described: [TaskDescription.Output] = []
        for (index, output) in outputs.enumerated() {
            let schema = try frame.decode(index).schema
            let extends = output["extendsInput"]?.bool ?? false
            let kept = extends ? inputs.first?.fields ?? [] : []
            if let twice = schema.fields.first(where: { added in kept.contains { $0.name == added.name } }) {
                throw .refused([
                    "code": "invalid-configuration",
                    "message": .string("the step adds a field '\(twice.name)', which its input has already"),
                    "hint": "rename the input's field before the step",
                ])
            }
            sent.append(schema)
            described.append(
                TaskDescription.Output(
                    name: output["name"]?.string ?? "output", schema: Schema(kept + schema.fields),
                    extendsInput: extends, bareElement: output["bare"]?.string))
        }
        let needs = header["needs"]?.elements ?? []
        let needed = inputs.enumerated().map { index, schema in
            let names = index < needs.count ? needs[index].strings : nil
            return names.map { Set($0.compactMap { schema.index(of: $0) }) } ?? Set(schema.fields.indices)
        }
        let mode = header["mode"]?.string.flatMap(TaskDescription.Mode.init) ?? .elementwise
        return Opened(
            description: TaskDescription(
                mode: mode, outputs: described, neededFields: needed, modeReason: header["reason"]?.string),
            sent: sent, wantsTime: header["wantsTime"]?.bool ?? false)
    }

    static func failures(_ header: JSONText) -> [TaskFailure] {
        (header["failures"]?.elements ?? []).map { failure in
            TaskFailure(
                row: failure["row"]?.int ?? 0, type: failure["type"]?.string ?? "Exception",
                message: failure["message"]?.string ?? "", trace: failure["trace"]?.string ?? "",
                function: failure["function"]?.int ?? 0)
        }
    }

    static func partitions(_ header: JSONText) -> [TaskPartition] {
        (header["partitions"]?.elements ?? []).map { TaskPartition(content: $0, byteCount: $0["bytes"]?.int) }
    }

    /// A comparison, or `nil` where the literal has no form that workers know; the engine filters anyway.
    static func json(_ comparison: FieldComparison) -> JSONText? {
        json(comparison.value).map { [.string(comparison.field), .string(comparison.comparison), $0] }
    }

    private static func json(_ value: Value) -> JSONText? {
        switch value {
        case .null: .null
        case .boolean(let flag): .boolean(flag)
        case .int(let number): .integer(number)
        case .double(let number): number.isFinite ? .number(number) : nil
        case .string(let text): .string(text)
        case .timestamp(let micros): ["$timestamp": .integer(micros)]
        case .duration(let micros): ["$duration": .integer(micros)]
        case .date(let days): ["$date": .integer(days)]
        case .datetime(let moment):
            [
                "$datetime": [
                    .integer(moment.localMicroseconds), moment.offsetSeconds.map { .integer($0) } ?? .null,
                ]
            ]
        case .decimal(let number): ["$decimal": .string(number.description)]
        case .bytes, .list, .map, .row: nil
        }
    }
}

extension WorkerFault {
    /// What to tell the person: at the part of the configuration that is at fault, where the worker knows it.
    func diagnostic(_ task: WorkerTask, _ step: WorkerStep) -> Diagnostic {
        let range = step.range ?? task.range(of: [])
        switch self {
        case .crashed(let ending, let lines):
            let isKilled = ending == .signalled(9)
            return Diagnostic(
                .workerCrashed, "the worker of '\(step.name)' ended with \(ending)", at: range,
                notes: lines.suffix(5).map { "it printed: \($0)" },
                hint: isKilled ? "the system may have run out of memory" : nil)
        case .timedOut(let seconds):
            return Diagnostic(
                .workerTimedOut, "a batch of '\(step.name)' took longer than \(JSONText.number(seconds).compact) s",
                at: range, hint: "raise 'timeout' below 'worker', or let the batch be tried again with 'restarts'")
        case .nonsense(let what):
            return Diagnostic(.workerFailed, "the worker of '\(step.name)' failed: \(what)", at: range)
        case .cancelled:
            return Diagnostic(.cancelled, "the run was stopped", at: nil)
        case .system(let what):
            return Diagnostic(.workerFailed, "no worker for '\(step.name)' can be started: \(what)", at: range)
        case .unsendable(let what):
            return Diagnostic(.workerFailed, "rows cannot be sent to the worker of '\(step.name)': \(what)", at: range)
        case .refused(let error):
            return Self.refusal(error, task, step)
        }
    }

    private static func refusal(_ error: JSONText, _ task: WorkerTask, _ step: WorkerStep) -> Diagnostic {
        let code = WorkerDiagnosticCodes.code(error["code"]?.string ?? "")
        let path = (error["path"]?.elements ?? []).map { $0.string ?? $0.compact }
        let range = path.isEmpty ? step.range ?? task.range(of: []) : task.range(of: path) ?? step.range
        var notes = error["notes"]?.strings ?? []
        var message = error["message"]?.string ?? "it gave no reason"
        if let type = error["type"]?.string {
            message = "the worker of '\(step.name)' failed: \(type)\(message.isEmpty ? "" : ": \(message)")"
            notes += (error["trace"]?.string ?? "").split(separator: "\n").suffix(12).map(String.init)
        }
        return Diagnostic(code, message, at: range, notes: notes, hint: error["hint"]?.string)
    }
}

import Diagnostics
import Platform
public import Projects
import Synchronization

/// What Spark's event log tells of a job: the stages of each output, and how many records they have read and written.
///
/// The log is the one account of counts that needs neither an open port nor a change of the program. Spark fuses steps
/// of a pipeline, so records are had per stage; per step only where a step ends a query, that is for outputs.
public final class SparkEvents: Sendable {
    /// What one output has got.
    public struct OutputCount: Sendable, Equatable {
        public var records = 0
        public var bytes = 0
    }

    private struct Stage {
        let id: Int
        let execution: Int
        var tasks: Int
        var state = "RUNNING"
        var read = 0
        var written = 0
        var parts: [String] = []
    }

    private struct State {
        var file: OpenFile?
        var partial: [UInt8] = []
        var stages: [Stage] = []
        /// The output that an execution of a query is for.
        var outputs: [Int: String] = [:]
        /// The plan's nodes that count rows, by the accumulators of the counts; sources come first in their order.
        var nodes: [Int: (order: Int, name: String)] = [:]
        var nodeCount = 0
        var counts: [String: OutputCount] = [:]
    }

    private let folder: String
    private let staging: String
    private let outputs: [String]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - folder: where Spark writes the log.
    ///   - staging: where the job writes its outputs.
    ///   - outputs: their folders there.
    init(folder: String, staging: String, outputs: [String]) {
        self.folder = folder
        self.staging = staging
        self.outputs = outputs
    }

    /// Spark's settings that have it write the log.
    var settings: [String] {
        [
            "spark.eventLog.enabled=true", "spark.eventLog.dir=\(folder)", "spark.eventLog.rolling.enabled=false",
            "spark.eventLog.compress=false",
        ]
    }

    /// Reads what is new.
    func update() {
        state.withLock { state in
            if state.file == nil {
                // The name changes at the end; what is open stays.
                let name = (try? FileSystem.names(in: folder))?.first { !$0.hasPrefix(".") }
                state.file = name.flatMap { try? OpenFile(Path.join(folder, $0)) }
            }
            guard let file = state.file else { return }
            withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { room in
                guard let start = room.baseAddress else { return }
                while let count = try? file.read(into: start, count: room.count), count > 0 {
                    add(UnsafeRawBufferPointer(rebasing: room[..<count]), to: &state)
                }
            }
        }
    }

    private func add(_ bytes: UnsafeRawBufferPointer, to state: inout State) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            state.partial.append(contentsOf: rest[..<end])
            take(state.partial, &state)
            state.partial.removeAll(keepingCapacity: true)
            rest = rest[(end + 1)...]
        }
        state.partial.append(contentsOf: rest)
    }

    // MARK: Events

    private static let sql = "org.apache.spark.sql.execution.ui.SparkListenerSQL"

    private func take(_ line: [UInt8], _ state: inout State) {
        // Most of a log is of no use here, and parsing it would be most of the work.
        let start = String(decoding: line.prefix(120), as: UTF8.self)
        guard let name = start.split(separator: "\"").dropFirst(3).first.map(String.init) else { return }
        let isPlan = name == Self.sql + "ExecutionStart" || name == Self.sql + "AdaptiveExecutionUpdate"
        let isStage = ["SparkListenerStageSubmitted", "SparkListenerStageCompleted", "SparkListenerTaskEnd"].contains(
            name)
        guard isPlan || isStage, let event = line.withUnsafeBytes({ JSONText.parse($0) }) else { return }
        if isPlan { return plan(event, line, &state) }
        switch name {
        case "SparkListenerStageSubmitted": submitted(event, &state)
        case "SparkListenerStageCompleted": completed(event, &state)
        default: taskEnded(event, &state)
        }
    }

    private func plan(_ event: JSONText, _ line: [UInt8], _ state: inout State) {
        guard let execution = event["executionId"]?.int else { return }
        if let tree = event["sparkPlanInfo"] { collect(tree, &state) }
        guard state.outputs[execution] == nil, let text = event["physicalPlanDescription"]?.string else { return }
        state.outputs[execution] = outputs.first { text.contains(Path.join(staging, $0)) }
    }

    private func collect(_ node: JSONText, _ state: inout State) {
        for child in node["children"]?.elements ?? [] { collect(child, &state) }
        state.nodeCount += 1
        let name = node["nodeName"]?.string?.trimmed ?? ""
        for metric in node["metrics"]?.elements ?? [] {
            guard let id = metric["accumulatorId"]?.int, let count = metric["name"]?.string else { continue }
            guard count == "number of output rows" || name.contains("Python") else { continue }
            state.nodes[id] = (state.nodeCount, name)
        }
    }

    private func submitted(_ event: JSONText, _ state: inout State) {
        guard let stage = event["Stage Info"], let id = stage["Stage ID"]?.int,
            // Stages of no query find out what files hold, before the job's own work.
            let execution = event["Properties"]?["spark.sql.execution.id"]?.string.flatMap({ Int($0) })
        else { return }
        // What an earlier attempt has counted is counted again.
        state.stages.removeAll { $0.id == id }
        state.stages.append(Stage(id: id, execution: execution, tasks: stage["Number of Tasks"]?.int ?? 0))
    }

    private func completed(_ event: JSONText, _ state: inout State) {
        guard let stage = event["Stage Info"], let id = stage["Stage ID"]?.int,
            let index = state.stages.firstIndex(where: { $0.id == id })
        else { return }
        state.stages[index].state = stage["Failure Reason"]?.string == nil ? "FINISHED" : "FAILED"
        let nodes = (stage["Accumulables"]?.elements ?? []).compactMap { $0["ID"]?.int.flatMap { state.nodes[$0] } }
        var parts: [String] = []
        for node in nodes.sorted(by: { $0.order < $1.order }) where parts.last != node.name { parts.append(node.name) }
        state.stages[index].parts = parts
    }

    private func taskEnded(_ event: JSONText, _ state: inout State) {
        guard event["Task End Reason"]?["Reason"]?.string == "Success", let metrics = event["Task Metrics"],
            let index = state.stages.firstIndex(where: { $0.id == event["Stage ID"]?.int })
        else { return }
        func count(_ group: String, _ name: String) -> Int { metrics[group]?[name]?.int ?? 0 }
        let written = count("Output Metrics", "Records Written")
        state.stages[index].read +=
            count("Input Metrics", "Records Read") + count("Shuffle Read Metrics", "Total Records Read")
        state.stages[index].written += written + count("Shuffle Write Metrics", "Shuffle Records Written")
        guard let output = state.outputs[state.stages[index].execution] else { return }
        state.counts[output, default: OutputCount()].records += written
        state.counts[output, default: OutputCount()].bytes += count("Output Metrics", "Bytes Written")
    }

    // MARK: Counts

    /// The stages so far, each with the output that it works for.
    ///
    /// - Parameter title: what an output, given by its folder, is called.
    public func operators(title: (String) -> String) -> [JobOperator] {
        update()
        return state.withLock { state in
            state.stages.map { stage in
                let output = state.outputs[stage.execution].map { " for '\(title($0))'" } ?? ""
                let parts = stage.parts.isEmpty ? "" : ": " + stage.parts.joined(separator: ", ")
                return JobOperator(
                    name: "stage \(stage.id)\(output)\(parts)", recordsIn: stage.read > 0 ? stage.read : nil,
                    recordsOut: stage.written > 0 ? stage.written : nil, parallelism: stage.tasks, state: stage.state)
            }
        }
    }

    /// What each output has got, by its folder.
    public var counts: [String: OutputCount] {
        update()
        return state.withLock(\.counts)
    }
}

extension String {
    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}

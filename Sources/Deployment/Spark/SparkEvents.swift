import Diagnostics
import Platform
public import Projects
import Synchronization
import Translation

/// What Spark's event log tells of a job: the stages of each output, and how many records they have read and written.
///
/// The log is the one account of counts that needs no open port. Spark fuses steps of a pipeline, so records are had per
/// stage; per step where a step ends a query, that is for outputs, and where the program has rows counted.
public final class SparkEvents: Sendable {
    /// What one output has got.
    public struct OutputCount: Sendable, Equatable {
        public var records = 0
        public var bytes = 0
    }

    /// What one task has got; of several tries of one only the last counts.
    private struct Task {
        var read = 0
        var written = 0
        var output = OutputCount()
        /// Rows by the accumulator that has counted them.
        var rows: [(accumulator: Int, count: Int)] = []
    }

    private struct Stage {
        let id: Int
        let execution: Int
        var size: Int
        var state = "RUNNING"
        /// By the partition that it computed.
        var tasks: [Int: Task] = [:]
        var parts: [String] = []

        var read: Int { tasks.values.reduce(0) { $0 + $1.read } }
        var written: Int { tasks.values.reduce(0) { $0 + $1.written } }
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
        /// The program's own conditions among them, with their numbers.
        var counters: [Int: Int] = [:]
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
        if let tree = event["sparkPlanInfo"] { collect(tree, &state, isReadInFull: true) }
        guard state.outputs[execution] == nil, let text = event["physicalPlanDescription"]?.string else { return }
        state.outputs[execution] = outputs.first { text.contains(Path.join(staging, $0)) }
    }

    /// Nodes that may do without the rest of their inputs' rows, such as a join whose other side has come to its end.
    private static let economical = [
        "SortMergeJoin", "ShuffledHashJoin", "BroadcastNestedLoopJoin", "CartesianProduct", "Limit", "TakeOrdered",
    ]

    /// - Parameter isReadInFull: whether what takes the node's rows wants all of them.
    private func collect(_ node: JSONText, _ state: inout State, isReadInFull: Bool) {
        let name = node["nodeName"]?.string?.trimmed ?? ""
        let isFence = name.contains("Exchange") || name.contains("QueryStage")
        let wantsAll = isFence || isReadInFull && !Self.economical.contains { name.contains($0) }
        for child in node["children"]?.elements ?? [] { collect(child, &state, isReadInFull: wantsAll) }
        state.nodeCount += 1
        let number = Self.number(ofCounter: node["simpleString"]?.string ?? "")
        for metric in node["metrics"]?.elements ?? [] {
            guard let id = metric["accumulatorId"]?.int, let count = metric["name"]?.string else { continue }
            guard count == "number of output rows" || name.contains("Python") else { continue }
            if let number {
                state.counters[id] = isReadInFull ? number : nil
            } else {
                state.nodes[id] = (state.nodeCount, name)
            }
        }
    }

    /// Of a condition that is there for its count alone.
    private static func number(ofCounter text: String) -> Int? {
        let start = "Filter (" + SparkCounter.condition
        guard text.hasPrefix(start) else { return nil }
        return Int(text.dropFirst(start.count).prefix { $0.isNumber })
    }

    private func submitted(_ event: JSONText, _ state: inout State) {
        guard let stage = event["Stage Info"], let id = stage["Stage ID"]?.int,
            // Stages of no query find out what files hold, before the job's own work.
            let execution = event["Properties"]?["spark.sql.execution.id"]?.string.flatMap({ Int($0) })
        else { return }
        if let index = state.stages.firstIndex(where: { $0.id == id }) {
            // A further attempt computes only what was lost.
            state.stages[index].state = "RUNNING"
        } else {
            state.stages.append(Stage(id: id, execution: execution, size: stage["Number of Tasks"]?.int ?? 0))
        }
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
        var task = Task()
        task.output.records = count("Output Metrics", "Records Written")
        task.output.bytes = count("Output Metrics", "Bytes Written")
        task.read = count("Input Metrics", "Records Read") + count("Shuffle Read Metrics", "Total Records Read")
        task.written = task.output.records + count("Shuffle Write Metrics", "Shuffle Records Written")
        let info = event["Task Info"]
        for value in info?["Accumulables"]?.elements ?? [] {
            guard let id = value["ID"]?.int, state.counters[id] != nil,
                let count = value["Update"]?.int ?? value["Update"]?.string.flatMap({ Int($0) })
            else { continue }
            task.rows.append((id, count))
        }
        let partition = info?["Partition ID"]?.int ?? info?["Index"]?.int ?? state.stages[index].tasks.count
        state.stages[index].tasks[partition] = task
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
                    recordsOut: stage.written > 0 ? stage.written : nil, parallelism: stage.size, state: stage.state)
            }
        }
    }

    /// What each output has got, by its folder.
    public var counts: [String: OutputCount] {
        update()
        return state.withLock { state in
            var counts: [String: OutputCount] = [:]
            for stage in state.stages {
                guard let output = state.outputs[stage.execution] else { continue }
                for task in stage.tasks.values {
                    counts[output, default: OutputCount()].records += task.output.records
                    counts[output, default: OutputCount()].bytes += task.output.bytes
                }
            }
            return counts
        }
    }

    /// The rows that the program has had counted, by their numbers in it.
    ///
    /// - Parameter isFinal: whether only what was computed to its end is told.
    func rows(isFinal: Bool) -> [Int: Int] {
        update()
        return state.withLock { state in
            var rows: [Int: Int] = [:]
            for stage in state.stages where stage.state == "FINISHED" || !isFinal && stage.state == "RUNNING" {
                var sums: [Int: Int] = [:]
                for task in stage.tasks.values {
                    for (accumulator, count) in task.rows { sums[accumulator, default: 0] += count }
                }
                // The same rows are computed for each output anew.
                for (accumulator, count) in sums {
                    guard let number = state.counters[accumulator] else { continue }
                    rows[number] = max(rows[number] ?? 0, count)
                }
            }
            return rows
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}

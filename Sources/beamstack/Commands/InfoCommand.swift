import ArgumentParser
import Deployment
import Diagnostics
import Platform
import Translation

/// `beamstack info`: the clusters of this machine, as they are now.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show the clusters of this machine, or one of them.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Argument(help: "A cluster; all of them if left out.")
    var name: String?

    @Option(help: "text or json.")
    var format = Format.text

    func run() throws {
        let store = ClusterStore()
        if let name {
            let status = ClusterStatus(of: try store.existing(name))
            Output.write(format == .json ? status.json.pretty + "\n" : Self.details(status))
            return
        }
        let clusters = store.all.map { ClusterStatus(of: $0) }
        let engines = EngineInstallations().known
        switch format {
        case .json:
            let all = JSONText.object([
                "clusters": .array(clusters.map(\.json)), "engines": .array(engines.map(\.json)),
            ])
            Output.write(all.pretty + "\n")
        case .text:
            if clusters.isEmpty { Output.message("no clusters; 'beamstack create flink NAME' makes one\n") }
            Output.write(Self.table(clusters.map(Self.row)))
            for engine in engines {
                Output.message("\(engine.engine.title) \(engine.version) is installed in \(engine.home)\n")
            }
        }
    }

    private static func row(_ status: ClusterStatus) -> [String] {
        let record = status.record
        let jobs = status.runningJobs.map { "\($0) job\($0 == 1 ? "" : "s") running" } ?? ""
        return [
            record.name, "\(record.engine.rawValue) \(record.version)", state(status),
            "\(status.workers ?? 0)/\(record.size.workers) workers", "\(record.totalSlots) slots", record.address, jobs,
        ]
    }

    private static func state(_ status: ClusterStatus) -> String {
        status.state == .down || status.supervisor != nil ? status.state.rawValue : "unsupervised"
    }

    private static func table(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let line = cells.joined(separator: "  ")
            return line.prefix(line.count - line.reversed().prefix { $0 == " " }.count) + "\n"
        }.joined()
    }

    private static func details(_ status: ClusterStatus) -> String {
        let record = status.record
        var lines = [
            ["state", state(status) + remark(status)],
            ["engine", "\(record.engine.title) \(record.version)"],
            ["address", record.address], ["web page", record.webAddress],
        ]
        if record.submissionAddress != record.address { lines.append(["submissions", record.submissionAddress]) }
        let free = status.freeSlots.map { ", \($0) free" } ?? ""
        lines += [
            [
                "workers",
                "\(status.workers ?? 0) of \(record.size.workers), "
                    + "each \(record.size.slots) slots and \(ClusterSize.text(record.size.memoryInBytes))",
            ],
            ["slots", "\(record.totalSlots)\(free)"],
            ["jobs", status.runningJobs.map { "\($0) running" } ?? "unknown"],
            ["installation", record.home], ["settings", record.configurationFolder], ["logs", record.logFolder],
        ]
        return "\(record.name)\n" + indented(table(lines)) + "\n"
            + indented(table(status.processes.map { process($0, status) }))
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    private static func remark(_ status: ClusterStatus) -> String {
        let again = "'beamstack create \(status.record.engine.rawValue) \(status.record.name)'"
        if status.state == .down { return ": its processes are gone; \(again) starts it again" }
        if status.supervisor == nil { return ": nobody brings back what is lost; \(again) sees to that" }
        return ""
    }

    private static func process(_ process: ClusterProcess, _ status: ClusterStatus) -> [String] {
        let restarts = process.restarts
        let ending = process.lastEnding.map { ", last \($0)" } ?? ""
        let memory = process.identity.residentMemoryInBytes / 1_000_000
        return [
            process.role, "process \(process.identity.processID)",
            process.isAlive ? "up \(age(process.startedAt))" : status.supervisor == nil ? "gone" : "being restarted",
            process.isAlive ? "\(memory) MB" : "",
            restarts == 0 ? "" : "\(restarts) restart\(restarts == 1 ? "" : "s")\(ending)",
            process.metricsAddress ?? "",
        ]
    }

    private static func age(_ start: Int64) -> String {
        let seconds = max(0, (WallClock.microseconds - start) / 1_000_000)
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86_400) days"
        }
    }
}

import ArgumentParser
import Diagnostics
import Platform
import Workers

/// `beamstack environments`: the Python packages that steps have had installed.
struct EnvironmentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "environments", abstract: "List or clear the Python environments of steps.",
        discussion: """
            Steps that need Python packages have them installed once, into environments below the cache folder
            (BEAMSTACK_CACHE, or the user's cache folder). Clearing one costs its next user another installation.
            """,
        subcommands: [List.self, Clear.self], defaultSubcommand: List.self)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    /// `beamstack environments list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List environments, those used last first.")

        @Option(help: "text or json.")
        var format = Format.text

        func run() throws {
            let entries = EnvironmentList().entries
            switch format {
            case .json: Output.write(JSONText.array(entries.map(\.json)).pretty + "\n")
            case .text:
                if entries.isEmpty { Output.message("no environments\n") }
                for entry in entries { Output.write(line(entry) + "\n") }
            }
        }

        /// `1f0c…  python 3.11.7  312 MB  used 2 days ago  pyarrow>=17, torch`
        private func line(_ entry: EnvironmentList.Entry) -> String {
            let python = entry.python.map { "python \($0)" } ?? "unfinished"
            let packages = entry.requirements.joined(separator: ", ")
            return "\(entry.id)  \(python)  \(entry.sizeInBytes / 1_000_000) MB  used \(age(entry))  \(packages)"
        }

        private func age(_ entry: EnvironmentList.Entry) -> String {
            switch entry.daysUnused {
            case ..<1: "today"
            case 1: "yesterday"
            case let days: "\(days) days ago"
            }
        }
    }

    /// `beamstack environments clear`
    struct Clear: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove environments.")

        @Argument(help: "Which, by the first column of the list; its beginning is enough.")
        var ids: [String] = []

        @Flag(help: "Remove all of them.")
        var all = false

        @Option(
            name: .customLong("unused-for"),
            help: ArgumentHelp("Remove those that no run has used for so many days.", valueName: "days"))
        var unusedDays: Int?

        func validate() throws {
            let ways = [!ids.isEmpty, all, unusedDays != nil].count { $0 }
            guard ways == 1 else {
                throw ValidationError("say which environments to remove: their ids, --all or --unused-for DAYS")
            }
        }

        func run() throws {
            let list = EnvironmentList()
            var removed = 0
            var freed: Int64 = 0
            var isComplete = true
            for entry in try chosen(from: list.entries) {
                if try list.remove(entry.id) {
                    removed += 1
                    freed += entry.sizeInBytes
                } else {
                    isComplete = false
                    Output.message("\(entry.id) is in use by another beamstack; left as it is\n")
                }
            }
            Output.message("removed \(removed) environment\(removed == 1 ? "" : "s"), \(freed / 1_000_000) MB\n")
            if !isComplete { throw CommandFailure.failed }
        }

        private func chosen(from entries: [EnvironmentList.Entry]) throws -> [EnvironmentList.Entry] {
            if all { return entries }
            if let unusedDays { return entries.filter { $0.daysUnused >= unusedDays } }
            return try ids.map { id in
                let found = entries.filter { $0.id.hasPrefix(id) }
                if found.count == 1, let entry = found.first { return entry }
                let problem = found.isEmpty ? "there is no environment '\(id)'" : "'\(id)' begins several ids"
                Output.message("error: \(problem); 'beamstack environments' lists them\n")
                throw CommandFailure(status: .usage)
            }
        }
    }
}

extension EnvironmentList.Entry {
    fileprivate var daysUnused: Int {
        Int(max(0, Double(WallClock.microseconds) / 1e6 - lastUsed) / 86_400)
    }
}

import ArgumentParser
import Diagnostics
import Platform
import Projects

/// `beamstack jobs`: what was run and deployed, and how it is.
struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Show jobs, on all engines: those that run and those that have ended.",
        discussion: """
            A job is named by its identifier, by as much of it as no other has, or by its pipeline's name: then the
            newest is meant.
            """,
        subcommands: [List.self, Show.self, Remove.self, Prune.self], defaultSubcommand: List.self)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    private static func state(_ text: String) throws -> JobState {
        if let state = JobState(rawValue: text) { return state }
        let names = JobState.allCases.map(\.rawValue)
        let hint = Suggestion.hint(for: text, among: names, listing: "states").map { "; \($0)" } ?? ""
        throw ValidationError("there is no state '\(text)'\(hint)")
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the jobs that run and the last twenty that have ended.")

        @Flag(help: "All jobs that are remembered.")
        var all = false

        @Option(
            help: "Only jobs of a state, such as running or failed; may be repeated.",
            completion: .list(JobState.allCases.map(\.rawValue)), transform: JobsCommand.state)
        var state: [JobState] = []

        @Option(help: "text or json.")
        var format = Format.text

        func run() throws {
            let records = try JobSupport.existing().map { store in
                let limit = all || !state.isEmpty ? nil : 20
                let ended = try store.all(states: Set(JobState.allCases.filter(\.isFinal)), limit: limit)
                let active = try store.all(states: Set(JobState.allCases.filter { !$0.isFinal }))
                let refreshed = try JobSupport.refreshed(active, in: store)
                let records = (refreshed + ended).sorted { $0.submittedAt > $1.submittedAt }
                return state.isEmpty ? records : records.filter { state.contains($0.state) }
            }
            switch format {
            case .json: Output.write(JobListing(records ?? []).json.pretty + "\n")
            case .text:
                if records?.isEmpty ?? true { Output.message("no jobs\n") }
                Output.write(JobListing(records ?? []).text)
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a job: its steps and their records, its outputs, why it failed.")

        @Argument(help: "The job.")
        var job: String

        @Option(help: "text or json.")
        var format = Format.text

        func run() throws {
            let store = try JobSupport.store()
            let record = try JobSupport.refreshed([try store.find(job)], in: store)[0]
            Output.write(format == .json ? record.json().pretty + "\n" : JobDetails(record).text)
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Forget jobs that have ended. What they wrote stays.")

        @Argument(help: "The jobs.")
        var jobs: [String]

        func run() throws {
            let store = try JobSupport.store()
            let found = try jobs.map { try store.find($0, isOne: true) }
            let records = try JobSupport.refreshed(found, in: store)
            for record in records where !record.state.isFinal {
                throw Diagnostic(
                    .jobRunning, "'\(record.id)' is \(record.state.rawValue)", at: nil,
                    hint: "'beamstack stop \(record.id)' ends it")
            }
            for record in records { JobSupport.removeFolders(of: record) }
            try store.remove(records.map(\.id))
            for record in records { Output.message("removed '\(record.id)'\n") }
        }
    }

    struct Prune: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Forget all jobs that have ended but the last ones.")

        @Option(help: "How many to keep.")
        var keep = 0

        func validate() throws {
            if keep < 0 { throw ValidationError("--keep takes a number of jobs") }
        }

        func run() throws {
            guard let store = try JobSupport.existing() else { return }
            _ = try JobSupport.refreshed(
                try store.all(states: Set(JobState.allCases.filter { !$0.isFinal })), in: store)
            let ended = try store.all(states: Set(JobState.allCases.filter(\.isFinal))).dropFirst(keep)
            for record in ended { JobSupport.removeFolders(of: record) }
            let count = try store.remove(ended.map(\.id))
            // The oldest jobs are forgotten without a command.
            JobFolder.removeOrphans(except: Set(try store.all().map(\.id)))
            Output.message("removed \(count) job\(count == 1 ? "" : "s")\n")
        }
    }
}

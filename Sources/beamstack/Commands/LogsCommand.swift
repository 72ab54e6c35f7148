import ArgumentParser
import Diagnostics
import Platform
import Projects

/// `beamstack logs ID`
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what the processes of a job have said.",
        discussion: """
            A run of the embedded engine that was not deployed keeps no log: what it says goes to its terminal, and what
            ended it is kept.
            """)

    @Argument(help: "The job.")
    var job: String

    @Flag(name: [.customShort("f"), .long], help: "Go on until the job ends.")
    var follow = false

    func run() throws {
        let store = try JobSupport.store()
        let keeper = JobSupport.keeper(store)
        var record = try keeper.refreshed(try store.find(job)).record
        var offsets: [String: Int] = [:]
        var shown: String?
        while true {
            // The state is asked first: what is said before the end is then not missed.
            let isFinal = record.state.isFinal
            let parts = try keeper.log(of: record, from: &offsets)
            for part in parts {
                if let shown, shown != part.name { Output.write("\n") }
                if shown != part.name, offsets.count > 1 { Output.write("==> \(part.name) <==\n") }
                shown = part.name
                Output.write(Self.suited(part.text))
            }
            if !parts.isEmpty { continue }
            guard follow, !isFinal else { break }
            Threads.sleep(milliseconds: 300)
            record = try keeper.refreshed(record).record
        }
        if shown == nil { Output.message("'\(record.id)' (\(record.state.rawValue)) has left no log\n") }
        // A job with a log has told there why it failed, unless it was killed.
        if let failure = record.failure, shown == nil || record.state == .lost { Output.message(failure.text) }
    }

    /// Without the colours of the terminal that the job was started from, where this is none.
    private static func suited(_ text: String) -> String {
        guard text.utf8.contains(0x1B), !Terminal.isTerminal(.output) || Environment["NO_COLOR"] != nil else {
            return text
        }
        return text.replacing(#/\x{1B}\[[0-9;]*[A-Za-z]/#, with: "")
    }
}

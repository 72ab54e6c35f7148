import ArgumentParser
import Diagnostics
import Platform
import Projects

/// `beamstack logs ID`
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what the processes of a job have said.",
        discussion: """
            A run of the embedded engine keeps no log: what it says goes to its terminal, and what ended it is kept.
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
        var hasLog = false
        while true {
            // The state is asked first: what is said before the end is then not missed.
            let isFinal = record.state.isFinal
            let parts = try keeper.log(of: record, from: &offsets)
            for part in parts {
                if offsets.count > 1 { Output.write("==> \(part.name) <==\n") }
                Output.write(part.text)
            }
            hasLog = hasLog || !parts.isEmpty
            if !parts.isEmpty { continue }
            guard follow, !isFinal else { break }
            Threads.sleep(milliseconds: 300)
            record = try keeper.refreshed(record).record
        }
        if !hasLog { Output.message("'\(record.id)' (\(record.state.rawValue)) has left no log\n") }
        if let failure = record.failure { Output.message(failure.text) }
    }
}

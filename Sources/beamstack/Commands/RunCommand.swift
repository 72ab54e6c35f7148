import ArgumentParser
import Platform

/// `beamstack run`: executes a pipeline and waits for its end.
struct RunCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline.",
        discussion: """
            Rows of LogForTesting go to standard output, one JSON object a line. Files appear whole or not at all.
            Results are the same whatever the number of workers. With --target another engine runs it: then the job
            goes on should this command be killed, and 'beamstack jobs' finds it.
            """)
    static let recordedName = "run"

    @OptionGroup var pipeline: RunArguments

    @Flag(name: [.short, .long], help: "Print neither progress nor a summary.")
    var quiet = false

    @Flag(name: .customLong("no-record"), help: "Leave no record of the run for 'beamstack jobs'.")
    var leavesNoRecord = false

    var showsProgress: Bool { !quiet }

    func run(as arguments: [String]) throws {
        let job = try job()
        guard !leavesNoRecord else { return try job.execute(nil) }
        guard job.target.translated != nil, job.canBeReadAgain else { return try job.execute(RunRecord(job)) }
        // A job that nobody could find again stays with this process.
        guard let detached = try DetachedJob(job, arguments, appearance: .current) else {
            return try job.execute(nil)
        }
        try detached.follow()
    }
}

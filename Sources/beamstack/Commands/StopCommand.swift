import ArgumentParser
import Platform
import Projects

/// `beamstack stop ID`
struct StopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End a job.",
        discussion: "A run of the embedded engine that is stopped leaves its outputs as they were before.")

    @Argument(help: "The job.")
    var job: String

    @Option(
        help: "Save the job's state into this folder first, so that 'restart' can go on from there (Flink).",
        completion: .directory)
    var savepointFolder: String?

    @Flag(help: "Save the job's state into the cluster's folder first (Flink).")
    var savepoint = false

    @Flag(help: "With a savepoint: let windows and timers run to their end before.")
    var drain = false

    func run() throws {
        let store = try JobSupport.store()
        let active = Set(JobState.allCases.filter { !$0.isFinal })
        let record = try store.find(job, states: active, isOne: true)
        let saves = savepoint || drain || savepointFolder != nil
        let folder = savepointFolder.map { Path.join(FileSystem.currentDirectory, $0) }
        let ended = try JobSupport.keeper(store).stop(
            record, saves ? .savepoint(folder: folder, drain: drain) : .cancel)
        Output.message("'\(ended.id)' is \(ended.state.rawValue)\n")
        if let savepoint = ended.savepoint { Output.write(savepoint + "\n") }
    }
}

import ArgumentParser
import Projects

/// A command that runs a pipeline, here or in a process that outlives it.
protocol PipelineCommand: ParsableCommand {
    var pipeline: RunArguments { get }
    var showsProgress: Bool { get }
    /// As records keep it, so that `restart` does the same.
    static var recordedName: String { get }

    /// - Parameter arguments: what this was read from, for a process that is to do the work.
    func run(as arguments: [String]) throws
}

extension PipelineCommand {
    func run() throws { try run(as: Array(CommandLine.arguments.dropFirst())) }

    func job() throws -> PipelineJob {
        try PipelineJob(pipeline, command: Self.recordedName, showsProgress: showsProgress)
    }

    /// Does the work of a job that another process has begun.
    func carry(_ id: String) throws {
        do {
            let job = try job()
            try job.execute(RunRecord(job, adopting: id))
        } catch {
            // Most failures have been written down where they came up.
            _ = try? JobSupport.store().update(id) { record in
                guard !record.state.isFinal else { return }
                record.state = .failed
                record.failure = record.failure ?? RunRecord.failure(error)
            }
            throw error
        }
    }
}

import ArgumentParser
import Deployment
import Diagnostics
import PipelineSpec
import Platform
import Projects

/// A job in a process of its own, which goes on when this one is gone.
struct DetachedJob {
    let id: String
    private let folder: JobFolder
    private let process: ProcessIdentity

    /// Starts the process.
    ///
    /// - Parameters:
    ///   - arguments: the command that it is to carry out.
    ///   - appearance: of what a person will see its output on.
    /// - Returns: `nil` where no record can be kept of the job, which has been told.
    init?(_ job: PipelineJob, _ arguments: [String], appearance: Terminal.Appearance) throws {
        let (document, problems) = DocumentReader(variables: job.variables).read(path: job.arguments.file)
        guard let document, !problems.hasErrors else {
            Output.report(problems)
            throw CommandFailure(of: problems)
        }
        let record = RunRecord(job)
        record.submit(document)
        guard let id = record.recorder.id else { return nil }
        self.id = id
        folder = JobFolder(of: id)
        do {
            try folder.create()
            guard let program = Host.executablePath else {
                throw Diagnostic(.jobFailed, "the system does not tell where the program 'beamstack' is", at: nil)
            }
            let handover = JobHandover(arguments: arguments, appearance: appearance)
            process = try DetachedProcess.start(
                program, arguments: [CarryJobCommand.configuration.commandName ?? "", id], input: handover.bytes,
                output: folder.output, errors: folder.messages)
        } catch {
            let problem =
                error as? Diagnostic ?? Diagnostic(.jobFailed, "the job cannot be started: \(error)", at: nil)
            record.fail(problem, isStopped: false)
            throw problem
        }
        let process = process
        record.recorder.change { $0.process = process }
        record.recorder.close()
    }

    /// Shows what the job says until it ends, and ends as it does. Ctrl-C ends the job, a second one at once.
    func follow() throws {
        passInterruptionsOn()
        let output = FileTail(folder.output, to: .output)
        let messages = FileTail(folder.messages, to: .error)
        var pause = 1
        while true {
            let ending = process.reap()
            let hasNews = [messages.copy(), output.copy()].contains(true)
            if let ending { return try finish(ending) }
            pause = hasNews ? 4 : min(40, pause * 2)
            Threads.sleep(milliseconds: pause)
        }
    }

    /// Waits until the engine has the job, or ends as the job does where that comes first.
    func waitUntilTaken() throws {
        passInterruptionsOn()
        let messages = FileTail(folder.messages, to: .error)
        let store = try JobSupport.store()
        while true {
            let ending = process.reap()
            messages.copy()
            if let ending { return try finish(ending) }
            guard let record = try store.job(id) else { return }
            // One that has failed already has more to say before its process ends.
            if !record.state.isFinal, record.state != .submitted || record.engineState != nil { break }
            Threads.sleep(milliseconds: 10)
        }
        Interruption.whenInterrupted(nil)
    }

    private func finish(_ ending: ChildProcess.Ending) throws {
        switch ending {
        case .exited(0): return
        case .exited(let status):
            guard let known = ExitStatus(rawValue: status) else { Host.exit(status) }
            throw CommandFailure(status: known)
        case .signalled:
            let record = try settled()
            if let failure = record?.failure { Output.message(failure.text) }
            throw CommandFailure.failed
        }
    }

    /// The record after the process has gone without a word.
    private func settled() throws -> JobRecord? {
        let store = try JobSupport.store()
        return try store.job(id).map { try JobSupport.keeper(store).refreshed($0).record }
    }

    private func passInterruptionsOn() {
        Interruption.whenInterrupted { [self] in
            _ = try? JobSupport.store().update(id) { $0.isStopRequested = true }
            process.interrupt()
        } again: { [self] in
            process.killSession()
            _ = try? settled()
        }
    }
}

/// What is added to a file, copied to where a person looks.
private final class FileTail {
    private let path: String
    private let stream: StandardStream
    private var file: OpenFile?

    init(_ path: String, to stream: StandardStream) {
        self.path = path
        self.stream = stream
    }

    /// Copies what is new.
    ///
    /// - Returns: whether there was something.
    @discardableResult
    func copy() -> Bool {
        if file == nil { file = try? OpenFile(path) }
        guard let file else { return false }
        return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { room in
            guard let start = room.baseAddress else { return false }
            var hasNews = false
            while let count = try? file.read(into: start, count: room.count), count > 0 {
                hasNews = true
                // A reader that went away ends the talk, not the job.
                try? stream.write(UnsafeRawBufferPointer(rebasing: room[..<count]))
            }
            return hasNews
        }
    }
}

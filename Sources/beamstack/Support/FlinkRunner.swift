import Deployment
import Diagnostics
import Engine
import Planning
import Platform
import Projects
import Translation
import Workers

/// Runs a plan on Flink: translates it, hands it over, publishes the outputs, and does the rest here.
struct FlinkRunner: PlanRunner {
    /// Of the JobManager; `nil` for a cluster that lives as long as this process.
    let address: String?
    /// Tasks that a step is split into, where the person or the target says.
    let parallelism: Int?
    /// Bytes for a cluster of this run, where the person says.
    let memory: Int?
    /// What the job brings along.
    let jars: [String]
    /// Where the job that this one goes on from left its state.
    let savepoint: String?
    /// Flink's own, by name.
    let settings: [(name: String, value: String)]
    let isVerbose: Bool
    let showsProgress: Bool
    let support: WorkerSupport
    let recorder: JobRecorder?
    /// Where a job that outlives its command keeps what it makes; without one a temporary folder does.
    let folder: JobFolder?
    /// What is started where there is no address.
    let temporary: TemporaryCluster

    /// How often a stream's files are looked for.
    private static let secondsBetweenLooks = 1.0

    /// - Returns: the files that were written.
    func run(
        _ plan: Plan, _ cancellation: Cancellation, _ returns: EngineReturns
    ) throws -> [String] {
        let program = Translator(.flink).program(for: plan)
        guard program.obstacles.isEmpty else {
            recorder?.change { $0.failure = JobFailure(program.obstacles) }
            Output.report(program.obstacles)
            throw CommandFailure.failed
        }
        let (address, home) = try place()
        let folders = Environment["TMPDIR"] ?? "/tmp"
        let staging = try StagingFolder(
            for: program, of: plan, temporaryDirectory: folders, journal: folder?.publication)
        defer { staging.remove() }
        try EngineResults.prepare(staging, support: support)
        let programFolder = folder?.program ?? TemporaryName.beside(Path.join(folders, "beamstack-flink"))
        defer { if folder == nil { try? FileSystem.removeTree(programFolder) } }
        let job = FlinkJob(
            program, of: plan,
            options: .init(
                address: address, parallelism: parallelism, jars: jars, savepoint: savepoint, settings: settings,
                home: home),
            pool: support.pool)
        recorder?.change { record in
            record.steps = plan.steps.map { JobStep($0) }
            record.programFolder = programFolder
            record.stagingFolder = staging.path
            // Of a target, as it was written there: the address may hold a password.
            if self.address == nil { record.address = address }
        }
        Interruption.whenInterrupted {
            cancellation.cancel()
            job.cancel()
            support.pool.cancel()
        }
        let start = MonotonicClock.nanoseconds
        if showsProgress { Output.message("running on Flink (\(FlinkREST(address: address).address)) …\n") }
        if program.isStreaming, showsProgress {
            if let savepoint { Output.message("going on from \(savepoint)\n") }
            Output.message("it never ends by itself; 'beamstack stop' ends it, with --savepoint so that it can go on\n")
        }
        var stream = StreamPublication(staging)
        var problem: (any Error)?
        var looked = MonotonicClock.seconds
        var last: EngineJobStatus?
        var counted: [JobStep]?
        do {
            try job.run(
                folder: programFolder, staging: staging,
                onStatus: { id, status, steps in
                    if last == nil { recorder?.running() }
                    if program.isStreaming, problem == nil, MonotonicClock.seconds - looked > Self.secondsBetweenLooks {
                        looked = MonotonicClock.seconds
                        do {
                            try EngineResults.continue(&stream, support: support, returns)
                        } catch {
                            problem = error
                            job.cancel()
                        }
                    }
                    let isNews =
                        last?.state != status.state || last?.operators != status.operators || counted != steps
                    (last, counted) = (status, steps)
                    guard isNews else { return }
                    recorder?.change { record in
                        record.engineJobID = id
                        record.engineState = status.engineState
                        record.steps = steps
                        record.operators = status.operators
                    }
                }, onLine: { if isVerbose { Output.message("[flink] \($0)\n") } },
                onSubmission: { id in recorder?.change { $0.engineJobID = id } },
                onTrouble: { problem in
                    var problem = problem
                    problem.severity = .warning
                    problem.notes.append("Flink begins again from the last checkpoint")
                    Output.report([problem])
                })
        } catch {
            // What a stream has completed stays, however it ends.
            if program.isStreaming { try? EngineResults.continue(&stream, support: support, returns) }
            throw problem ?? error
        }
        recorder?.change { $0.engineState = JobRecord.finishedByEngine }
        if program.isStreaming { try EngineResults.continue(&stream, support: support, returns) }
        let outputs = stream.files + (try EngineResults.finish(staging, support: support, returns))
        if folder == nil { recorder?.change { $0.programFolder = nil } }
        guard showsProgress else { return outputs }
        let seconds = Double(MonotonicClock.nanoseconds - start) / 1e9
        for path in outputs { Output.message("wrote \(path)\n") }
        Output.message("finished on Flink in \((seconds * 10).rounded() / 10) s\n")
        return outputs
    }

    /// Where jobs are handed in, and the installation that the program's Java is compiled against.
    private func place() throws -> (address: String, home: String) {
        if let address {
            let own = ClusterStore().all.first { $0.engine == .flink && $0.address == address }
            let home = try own?.home ?? ClusterSupport.installation(.flink, version: nil, installs: true).home
            return (address, home)
        }
        if showsProgress { Output.message("starting Flink for this run …\n") }
        let record = try temporary.record()
        return (record.address, record.home)
    }
}

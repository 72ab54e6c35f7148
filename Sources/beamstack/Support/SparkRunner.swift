import Deployment
import Diagnostics
import Engine
import Planning
import Platform
import Projects
import Translation
import Workers

/// Runs a plan on Spark: translates it, hands it over, publishes the outputs, and does the rest here.
struct SparkRunner: PlanRunner {
    let master: String
    let workers: Int
    /// Bytes for the driver, where the person says.
    let memory: Int?
    /// Spark's own, by name.
    let settings: [(name: String, value: String)]
    let isVerbose: Bool
    let showsProgress: Bool
    let support: WorkerSupport
    let recorder: JobRecorder?
    /// Where a job that outlives its command keeps what it makes; without one a temporary folder does.
    let folder: JobFolder?

    /// - Returns: the files that were written.
    func run(
        _ plan: Plan, _ cancellation: Cancellation, _ returns: EngineReturns
    ) throws -> [String] {
        let program = Translator(.spark).program(for: plan)
        guard program.obstacles.isEmpty else {
            recorder?.change { $0.failure = JobFailure(program.obstacles) }
            Output.report(program.obstacles)
            throw CommandFailure.failed
        }
        let temporary = Environment["TMPDIR"] ?? "/tmp"
        let staging = try StagingFolder(
            for: program, of: plan, temporaryDirectory: temporary, journal: folder?.publication)
        defer { staging.remove() }
        try EngineResults.prepare(staging, support: support)
        // It stays where the job fails: the message names the log in it.
        let programFolder = folder?.program ?? TemporaryName.beside(Path.join(temporary, "beamstack-spark"))
        let job = SparkJob(
            program, of: plan,
            options: .init(master: master, memory: memory, partitions: 2 * workers, settings: settings),
            pool: support.pool)
        recorder?.change { record in
            record.steps = plan.steps.map { JobStep($0) }
            record.programFolder = programFolder
            record.stagingFolder = staging.path
            record.logs.append(Path.join(programFolder, SparkJob.logName))
        }
        recorder?.follow { job.counts }
        Interruption.whenInterrupted {
            cancellation.cancel()
            job.cancel()
            support.pool.cancel()
        }
        let start = MonotonicClock.nanoseconds
        if showsProgress { Output.message("running on Spark (\(master)) …\n") }
        try job.run(
            folder: programFolder, staging: staging, onStart: { recorder?.running() },
            onLine: { line in if isVerbose { Output.message("[spark] \(line)\n") } })
        recorder?.change { $0.engineState = JobRecord.finishedByEngine }
        let outputs = try EngineResults.finish(staging, support: support, returns)
        if folder == nil {
            try? FileSystem.removeTree(programFolder)
            recorder?.change { record in
                record.programFolder = nil
                record.logs = []
            }
        }
        guard showsProgress else { return outputs }
        let seconds = Double(MonotonicClock.nanoseconds - start) / 1e9
        for path in outputs { Output.message("wrote \(path)\n") }
        Output.message("finished on Spark in \((seconds * 10).rounded() / 10) s\n")
        return outputs
    }
}

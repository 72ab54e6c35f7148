import DataModel
public import Diagnostics
public import Planning
import Platform
public import Projects
import Synchronization
public import Translation
public import Workers

/// Runs a program on a Flink cluster, and follows it to its end.
public final class FlinkJob: Sendable {
    /// The version that programs are written and tested for, and whose Python they use.
    public static let version = "2.3.0"

    public struct Options: Sendable {
        /// Of the JobManager's REST API.
        public var address: String
        /// Of a step, where the person or the target says.
        public var parallelism: Int?
        /// Paths of jars that the job needs beside what the cluster has, such as a connector's.
        public var jars: [String]
        /// Where an earlier run of the same program left its state.
        public var savepoint: String?
        /// Flink's own settings, which may hold secrets.
        public var settings: [(name: String, value: String)]
        /// The installation that the program's Java is compiled against.
        public var home: String

        public init(
            address: String, parallelism: Int?, jars: [String] = [], savepoint: String? = nil,
            settings: [(name: String, value: String)] = [],
            home: String
        ) {
            self.address = address
            self.parallelism = parallelism
            self.jars = jars
            self.savepoint = savepoint
            self.settings = settings
            self.home = home
        }
    }

    /// What a stream is given where the person does not say: without checkpoints it would lose what it was about to write
    /// and could not go on after a failure; one empty partition would keep all windows open; and what fails ten times
    /// within five minutes has another cause than a process or a broker that is lost for a while.
    private static let streamSettings = [
        (name: "execution.checkpointing.interval", value: "10 s"),
        (name: "table.exec.source.idle-timeout", value: "30 s"),
        (name: "restart-strategy.type", value: "failure-rate"),
        (name: "restart-strategy.failure-rate.max-failures-per-interval", value: "10"),
        (name: "restart-strategy.failure-rate.failure-rate-interval", value: "5 min"),
        (name: "restart-strategy.failure-rate.delay", value: "3 s"),
    ]

    private let program: EngineProgram
    private let plan: Plan
    private let options: Options
    private let rest: FlinkREST
    private let pool: WorkerPool
    private let name: String
    private let state = Mutex<(id: String?, isCancelled: Bool)>((nil, false))

    public init(_ program: EngineProgram, of plan: Plan, options: Options, pool: WorkerPool) {
        self.program = program
        self.plan = plan
        self.options = options
        self.pool = pool
        rest = FlinkREST(address: options.address)
        let file = Path.name(of: plan.path)
        name = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    }

    /// Ends the job, from any thread.
    public func cancel() {
        let id = state.withLock { state in
            state.isCancelled = true
            return state.id
        }
        // A job that has ended meanwhile is no error.
        if let id { try? rest.cancel(id) }
    }

    private var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - folder: where the program's files go.
    ///   - onStatus: takes the job's identifier and what is known of it, each time that it is asked for; and the steps
    ///     with what they have counted.
    ///   - onLine: takes what Flink says at length: exceptions, whole.
    ///   - onTrouble: takes why the job has begun again from its last checkpoint.
    ///   - onSubmission: takes the identifier that the job will have, and `nil` where Flink has refused it.
    /// - Throws: what the job ended for.
    public func run(
        folder: String, staging: StagingFolder, onStatus: (String, EngineJobStatus, [JobStep]) -> Void,
        onLine: (String) -> Void, onSubmission: (String?) -> Void = { _ in },
        onTrouble: (Diagnostic) -> Void = { _ in }
    ) throws(Diagnostic) {
        let overview = try rest.overview()
        try check(overview)
        let arguments = try arguments(folder: folder, staging: staging)
        let jar = try rest.upload(try FlinkRunnerJar.jar(flinkHome: options.home, with: options.jars))
        if isCancelled { throw cancelled }
        let id: String
        do {
            let chosen = Self.newIdentifier()
            // Should this process be killed before Flink answers, others can still ask for the job.
            onSubmission(chosen)
            id = try rest.run(
                jar: jar, arguments: arguments, parallelism: options.parallelism,
                savepoint: program.isStreaming ? options.savepoint : nil, id: chosen)
        } catch let refusal as FlinkREST.Refusal {
            onSubmission(nil)
            onLine(refusal.errors)
            throw failure(refusal.errors)
        } catch {
            throw error as? Diagnostic ?? Diagnostic(.jobFailed, "\(error)", at: nil)
        }
        state.withLock { $0.id = id }
        if isCancelled { try? rest.cancel(id) }
        try follow(id, overview, staging, onStatus: onStatus, onLine: onLine, onTrouble: onTrouble)
    }

    /// 16 bytes in hexadecimal, as Flink's own.
    private static func newIdentifier() -> String {
        (0..<4).map { _ in
            let part = String(UInt32.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 8 - part.utf8.count) + part
        }.joined()
    }

    // MARK: Before

    private func check(_ overview: FlinkREST.Overview) throws(Diagnostic) {
        let parts = overview.version.split(separator: ".").compactMap { Int($0) }
        let isKnown = parts.count >= 2 && (parts[0] == 2 || (parts[0] == 1 && parts[1] >= 20))
        guard isKnown else {
            throw Diagnostic(
                .engineVersion, "Flink at \(rest.address) is \(overview.version); programs are for 1.20 and 2.x",
                at: nil,
                hint: "'beamstack create flink NAME' makes a cluster of \(Self.version) on this machine")
        }
        guard overview.slots > 0 else {
            throw Diagnostic(
                .noSlots, "Flink at \(rest.address) has no slots: \(overview.workers) TaskManagers are registered",
                at: nil, hint: "start a TaskManager; 'beamstack info' says how clusters of this machine are")
        }
        guard let wanted = options.parallelism, wanted > overview.slots else { return }
        throw Diagnostic(
            .noSlots,
            "a parallelism of \(wanted) needs as many slots, and Flink at \(rest.address) has \(overview.slots)",
            at: nil, hint: "ask for less, or give the cluster more: 'beamstack scale NAME --workers N'")
    }

    private func arguments(folder: String, staging: StagingFolder) throws(Diagnostic) -> [String] {
        var settings = options.settings
        if let requirements = program.pythonRequirements {
            let step = WorkerStep(name: "Flink", range: nil)
            let (python, package) = try pool.python(with: ["apache-flink==\(Self.version)"] + requirements, step: step)
            settings += [
                ("python.executable", python), ("python.client.executable", python),
                ("python.files", "file://\(Path.join(folder, "functions.py")),file://\(package)"),
            ]
        }
        do throws(SystemError) {
            try FileSystem.createDirectories(folder)
            for file in program.files { try OpenFile.write(Array(file.text.utf8), to: Path.join(folder, file.name)) }
        } catch {
            throw Diagnostic(.jobFailed, "the program's files cannot be written: \(error)", at: nil)
        }
        var variables = program.secrets
        if program.isStreaming {
            variables.append(("watermark_delay", try watermarkDelay(&settings)))
            settings += Self.streamSettings.filter { own in !settings.contains { $0.name == own.name } }
        }
        return script(in: folder) + ["--set", "staging=\(staging.path)", "--name", name]
            + variables.flatMap { ["--set", "\($0.name)=\($0.value)"] }
            + settings.map { "-D\($0.name)=\($0.value)" }
    }

    /// Takes out of the settings what is ours: how many seconds records may come behind later ones.
    ///
    /// - Returns: as `00:00:05`, since Flink's intervals of seconds alone end at 99.
    private func watermarkDelay(_ settings: inout [(name: String, value: String)]) throws(Diagnostic) -> String {
        let name = "beamstack.watermark-delay"
        var seconds = 5
        if let index = settings.lastIndex(where: { $0.name == name }) {
            let value = settings.remove(at: index).value
            guard let number = Int(value), (0..<360_000).contains(number) else {
                throw Diagnostic(
                    .jobFailed, "'\(name)' is a whole number of seconds below 360000, not '\(value)'", at: nil,
                    hint: "correct it in 'settings' of the target")
            }
            seconds = number
        }
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60]
        return parts.map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: ":")
    }

    private func script(in folder: String) -> [String] {
        guard let main = program.files.first else { return [] }
        if rest.isLocal { return ["--sql-file", Path.join(folder, main.name)] }
        // Another machine cannot read our files.
        return ["--sql", String(decoding: Base64.encode(main.text.utf8), as: UTF8.self)]
    }

    // MARK: While it runs

    /// Seconds without a slot until the person is told.
    private static let patienceForSlots = 30.0

    private func follow(
        _ id: String, _ overview: FlinkREST.Overview, _ staging: StagingFolder,
        onStatus: (String, EngineJobStatus, [JobStep]) -> Void,
        onLine: (String) -> Void, onTrouble: (Diagnostic) -> Void
    ) throws(Diagnostic) {
        let start = MonotonicClock.seconds
        var unanswered = 0
        var counts = StepCounts(program, of: plan)
        var troubles = Troubles()
        while true {
            let job: FlinkREST.Job
            do throws(Diagnostic) {
                guard let found = try rest.job(id) else {
                    throw Diagnostic(.jobLost, "Flink at \(rest.address) no longer knows the job \(id)", at: nil)
                }
                job = found
                unanswered = 0
            } catch {
                // A JobManager that is lost comes back, and finds its jobs.
                unanswered += 1
                guard unanswered < 60 else { throw error }
                Threads.sleep(milliseconds: 1000)
                continue
            }
            let status = FlinkJobs.status(of: job)
            counts.take(job)
            onStatus(id, status, counts.steps(isFinal: false))
            switch job.state {
            case "FINISHED":
                // What a stream has written is taken away as it comes.
                if !program.isStreaming {
                    counts.take(staging)
                    onStatus(id, status, counts.steps(isFinal: true))
                }
                return
            case "CANCELED", "CANCELLED": throw cancelled
            case "FAILED":
                let exception = try rest.exception(of: id)
                let text = exception?.text ?? "no reason was given"
                onLine(text)
                if isCancelled { throw cancelled }
                throw failure(text, task: exception?.task)
            default:
                guard troubles.isTimeToAsk, let exception = try? rest.exception(of: id) else { break }
                let problem = failure(exception.text, task: exception.task)
                if troubles.isNew(exception.time, problem) { onTrouble(problem) }
            }
            let elapsed = MonotonicClock.seconds - start
            if elapsed > Self.patienceForSlots, !isCancelled, lacksSlots(job) {
                try? rest.cancel(id)
                throw noSlots(overview)
            }
            Threads.sleep(milliseconds: elapsed < 10 ? 50 : elapsed < 60 ? 200 : 1000)
        }
    }

    /// What made a job begin again, told once.
    private struct Troubles {
        private var lastAsked = MonotonicClock.seconds
        private var lastTime = 0
        private var lastMessage = ""

        /// Exceptions are asked for every five seconds.
        var isTimeToAsk: Bool {
            mutating get {
                guard MonotonicClock.seconds - lastAsked > 5 else { return false }
                lastAsked = MonotonicClock.seconds
                return true
            }
        }

        /// Whether the job has begun again for another reason than before.
        mutating func isNew(_ time: Int, _ problem: Diagnostic) -> Bool {
            defer { (lastTime, lastMessage) = (time, problem.message) }
            return time != lastTime && problem.message != lastMessage
        }
    }

    /// Whether no task has been given a slot yet.
    private func lacksSlots(_ job: FlinkREST.Job) -> Bool {
        !job.vertices.isEmpty && job.vertices.allSatisfy { ["CREATED", "SCHEDULED"].contains($0.state) }
            && ["CREATED", "RUNNING"].contains(job.state)
    }

    private func noSlots(_ overview: FlinkREST.Overview) -> Diagnostic {
        let free = (try? rest.overview())?.freeSlots ?? overview.freeSlots
        return Diagnostic(
            .noSlots,
            "the job was given no slot within \(Int(Self.patienceForSlots)) s: \(free) of \(overview.slots) are free",
            at: nil, hint: "end other jobs of the cluster, or give it more: 'beamstack scale NAME --workers N'")
    }

    private func failure(_ exception: String, task: String? = nil) -> Diagnostic {
        FlinkFailure(exception, task: task, program: program, plan: plan).diagnostic
    }

    private var cancelled: Diagnostic { Diagnostic(.cancelled, "the job was ended before it was done", at: nil) }
}

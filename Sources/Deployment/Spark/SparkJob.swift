public import Diagnostics
public import Planning
import Platform
public import Projects
import Synchronization
public import Translation
public import Workers

/// Runs a program with Spark's driver as a child of this process.
public final class SparkJob: Sendable {
    /// The version that programs are written and tested for.
    public static let version = "4.3.0"
    /// The file in the job's folder that holds what the driver prints.
    public static let logName = "driver.log"

    public struct Options: Sendable {
        /// `local[N]`, or the address of a cluster such as `spark://host:7077`.
        public var master: String
        /// Bytes for the driver, where the person says.
        public var memory: Int?
        public var partitions: Int
        /// Spark's own settings, which may hold secrets.
        public var settings: [(name: String, value: String)]

        public init(
            master: String, memory: Int?, partitions: Int, settings: [(name: String, value: String)] = []
        ) {
            self.settings = settings
            self.master = master
            self.memory = memory
            self.partitions = partitions
        }
    }

    private let program: EngineProgram
    private let plan: Plan
    private let options: Options
    private let pool: WorkerPool
    private let child = Mutex<ChildProcess?>(nil)
    private let isCancelled = Mutex(false)
    private let events = Mutex<SparkEvents?>(nil)
    private let hasFinished = Mutex(false)

    public init(_ program: EngineProgram, of plan: Plan, options: Options, pool: WorkerPool) {
        self.program = program
        self.plan = plan
        self.options = options
        self.pool = pool
    }

    /// Ends the driver, from any thread.
    public func cancel() {
        isCancelled.withLock { $0 = true }
        child.withLock { $0?.kill() }
    }

    /// The plan's steps and Spark's stages, with what has been counted so far.
    public var counts: JobCounts {
        var known = StepCounts(program, of: plan)
        let isFinal = hasFinished.withLock { $0 }
        guard let events = events.withLock({ $0 }) else { return JobCounts(steps: known.steps(isFinal: isFinal)) }
        let outputs = events.counts
        var titles: [String: String] = [:]
        for output in program.outputs {
            titles[output.folder] = plan.steps[output.step].name
            let count = outputs[output.folder]
            known.take(output, records: count?.records, bytes: count?.bytes)
        }
        let rows = events.rows(isFinal: isFinal)
        for (index, reference) in program.counted.enumerated() { known.rows[reference] = rows[index + 1] }
        return JobCounts(steps: known.steps(isFinal: isFinal), operators: events.operators { titles[$0] ?? $0 })
    }

    /// Runs the program to its end.
    ///
    /// The driver ends with this process, however that ends.
    ///
    /// - Parameters:
    ///   - folder: where the program's files and the log go.
    ///   - onStart: called when the driver is at work.
    ///   - onLine: takes each line that the driver prints.
    /// - Throws: what the driver gave up for.
    public func run(
        folder: String, staging: StagingFolder, onStart: () -> Void = {}, onLine: @escaping (String) -> Void
    ) throws(Diagnostic) {
        defer { Self.removeTraces(in: folder) }
        _ = try JavaRuntime.find(for: .spark)
        let step = WorkerStep(name: "Spark", range: nil)
        let requirements = ["pyspark==\(Self.version)"] + (program.pythonRequirements ?? [])
        let (python, package) = try pool.python(with: requirements, step: step)
        let path = Path.join(folder, Self.logName)
        var log = SparkLog(onLine: onLine)
        let events = logsEvents(to: folder, staging)
        self.events.withLock { $0 = events }
        defer { events?.update() }
        let ending: ChildProcess.Ending?
        do throws(SystemError) {
            try FileSystem.createDirectories(events == nil ? folder : Path.join(folder, Self.eventsName))
            let copy = try OpenFile(path, .overwrite)
            log = SparkLog { line in
                onLine(line)
                // Others follow it there.
                try? copy.write(Array((line + "\n").utf8))
            }
            for file in program.files { try OpenFile.write(Array(file.text.utf8), to: Path.join(folder, file.name)) }
            try writeSettings(to: folder)
            let process = try ChildProcess(
                python,
                arguments: [
                    "-m", "beamstack_worker.driver", Path.join(folder, "pipeline.py"), "--staging", staging.path,
                ],
                environment: variables(python: python, package: package, folder: folder, events), hasChannels: true)
            child.withLock { $0 = process }
            if isCancelled.withLock({ $0 }) { process.kill() }
            onStart()
            ending = log.follow(process)
            child.withLock { $0 = nil }
        } catch {
            throw Diagnostic(.jobFailed, "Spark cannot be started: \(error)", at: nil)
        }
        if ending != .exited(0) { throw failure(log, path, ending) }
        hasFinished.withLock { $0 = true }
    }

    private func failure(_ log: SparkLog, _ path: String, _ ending: ChildProcess.Ending?) -> Diagnostic {
        let cause = log.cause ?? "the driver ended with \(ending.map(String.init(describing:)) ?? "no status")"
        let step = log.failedLine.flatMap { program.step(atLine: $0, of: plan) }
        return Diagnostic(
            .jobFailed, "Spark: \(cause)", at: step?.range,
            notes: (step.map { ["in step '\($0.name)' (\($0.transform))"] } ?? []) + ["the whole log: \(path)"])
    }

    private static let settingsName = "spark.properties"
    private static let eventsName = "events"

    /// The account that Spark keeps of the job; `nil` where a person has it kept elsewhere.
    private func logsEvents(to folder: String, _ staging: StagingFolder) -> SparkEvents? {
        guard !options.settings.contains(where: { $0.name.hasPrefix("spark.eventLog.") }) else { return nil }
        return SparkEvents(
            folder: Path.join(folder, Self.eventsName), staging: staging.path, outputs: program.outputs.map(\.folder))
    }

    /// Removes what nobody needs when the driver has ended and nobody should find.
    public static func removeTraces(in folder: String) {
        for name in [settingsName, eventsName] { try? FileSystem.removeTree(Path.join(folder, name)) }
    }

    /// Settings go in a file of our own: everybody may read a command line.
    private func writeSettings(to folder: String) throws(SystemError) {
        guard !options.settings.isEmpty else { return }
        let path = Path.join(folder, Self.settingsName)
        // Private before there is anything in it.
        let file = try OpenFile(path, .createNew)
        try FileSystem.makePrivate(path)
        let lines = options.settings.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))\n" }
        try file.write(Array(lines.joined().utf8))
    }

    /// A word as shells read it.
    private static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\"'\"'") + "'"
    }

    /// A name or value of a Java properties file.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            switch scalar {
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case "\\", "=", ":", "#", "!": escaped += "\\" + String(scalar)
            case " " where index == 0: escaped += "\\ "
            case _ where scalar.value > 0x7E:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    escaped += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private func variables(
        python: String, package: String, folder: String, _ events: SparkEvents?
    ) -> [String: String?] {
        var settings = [
            // Nothing listens beyond loopback.
            "spark.driver.host=127.0.0.1", "spark.driver.bindAddress=127.0.0.1", "spark.ui.enabled=false",
            "spark.ui.showConsoleProgress=false", "spark.sql.shuffle.partitions=\(options.partitions)",
        ]
        // A cluster's executors do not have the driver's variables.
        settings.append("spark.executorEnv.PYTHONPATH=\(folder):\(package)")
        settings += events?.settings ?? []
        if let memory = options.memory { settings.append("spark.driver.memory=\(max(512, memory >> 20))m") }
        // What is given one by one wins over the file.
        let file = options.settings.isEmpty ? [] : ["--properties-file", Path.join(folder, Self.settingsName)]
        let arguments = file + ["--master", options.master] + settings.flatMap { ["--conf", $0] } + ["pyspark-shell"]
        return [
            "PYSPARK_SUBMIT_ARGS": arguments.map(Self.quoted).joined(separator: " "), "PYSPARK_PYTHON": python,
            "PYSPARK_DRIVER_PYTHON": python, "PYTHONPATH": "\(folder):\(package)", "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_HOME": nil, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1",
        ]
    }
}

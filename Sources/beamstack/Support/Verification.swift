import DataModel
import Deployment
import Diagnostics
import Engine
import Planning
import Platform
import Projects
import Synchronization
import Translation

/// Runs one plan on several targets and compares what comes out.
final class Verification {
    /// What one target did with one plan.
    struct Run {
        let target: String
        /// What its plan says beforehand, step by step.
        var announced: [String] = []
        /// The rows of each output, in files of JSON lines.
        var outputs: [String] = []
        var seconds = 0.0
        /// Why there is nothing to compare.
        var obstacles: [Diagnostic] = []
    }

    /// One output of two targets beside each other.
    struct Result {
        let output: String
        let targets: (first: String, second: String)
        let comparison: OutputComparison
    }

    private let folder: String
    private let plan: Plan
    private let support: WorkerSupport
    private let cancellation: Cancellation
    /// The steps whose rows are compared.
    private let ends: [Step]

    init(_ plan: Plan, support: WorkerSupport, cancellation: Cancellation) throws {
        self.plan = plan
        self.support = support
        self.cancellation = cancellation
        folder = TemporaryName.beside(Path.join(Environment["TMPDIR"] ?? "/tmp", "beamstack-verify"))
        ends = plan.steps.filter { step in
            switch step.operation {
            case .log, .write: true
            default: false
            }
        }
        try FileSystem.createDirectories(folder)
    }

    deinit { try? FileSystem.removeTree(folder) }

    /// The names of what is compared.
    var outputs: [String] { ends.map(\.name) }

    // MARK: Running

    func run(on session: TargetSession) throws -> Run {
        var run = Run(target: session.target.definition.name)
        if let engine = session.target.translated {
            let program = Translator(engine).program(for: plan)
            run.obstacles = program.obstacles
            guard run.obstacles.isEmpty else { return run }
            for difference in program.steps.flatMap(\.differences) where !run.announced.contains(difference) {
                run.announced.append(difference)
            }
        }
        let place = Path.join(folder, run.target)
        try FileSystem.createDirectories(place)
        let start = MonotonicClock.seconds
        let runner = try session.runner(support, isVerbose: false, showsProgress: false)
        let log = try OpenFile(Path.join(place, "log"), .overwrite)
        let failure = Mutex<SystemError?>(nil)
        var returns = EngineReturns()
        returns.hasLogPrefixes = false
        returns.log = { bytes in
            do throws(SystemError) { try log.write(bytes) } catch { failure.withLock { $0 = error } }
        }
        _ = try runner.run(RedirectedPlan(folder: place).plan(plan), cancellation, returns)
        if let error = failure.withLock({ $0 }) { throw error }
        run.seconds = MonotonicClock.seconds - start
        for step in ends { run.outputs.append(try lines(of: step, in: place)) }
        return run
    }

    /// Reads an output back by our own reader, which gives the same text for the same row whatever its spelling.
    ///
    /// - Returns: a file of JSON lines.
    private func lines(of step: Step, in place: String) throws -> String {
        let files = RedirectedPlan(folder: place).files(of: step)
        let path = files + ".jsonl"
        let file = try OpenFile(path, .overwrite)
        guard let input = step.inputs.first, let written = plan[input.source].schema,
            FileSystem.isDirectory(files)
        else { return path }
        let (format, schema) = Self.readable(step, written)
        let read = ReadOperation(
            format: format, pattern: Path.join(files, "**"), range: step.range)
        let steps = [
            Step(
                id: 0, name: "Read", transform: "Read", range: step.range, operation: .read(read), inputs: [],
                outputs: [StepOutput(name: "output", schema: schema)]),
            Step(
                id: 1, name: "Rows", transform: "LogForTesting", range: step.range,
                operation: .log(LogOperation(level: "INFO", prefix: "")),
                inputs: [StepInput(name: "input", source: OutputReference(step: 0))],
                outputs: [StepOutput(name: "output", schema: schema)]),
        ]
        let failure = Mutex<SystemError?>(nil)
        var returns = EngineReturns()
        returns.hasLogPrefixes = false
        returns.log = { bytes in
            do throws(SystemError) { try file.write(bytes) } catch { failure.withLock { $0 = error } }
        }
        let reader = EmbeddedRunner(workers: Host.coreCount, memory: nil, support: support)
        _ = try reader.run(Plan(path: plan.path, steps: steps), cancellation, returns)
        if let error = failure.withLock({ $0 }) { throw error }
        return path
    }

    /// How a step's files are read back: CSV by its columns, all else line by line.
    private static func readable(_ step: Step, _ schema: Schema) -> (FileFormat, Schema) {
        guard case .write(let write) = step.operation, case .csv(var options) = write.format else {
            return (.text, Schema([Field("line", .string)]))
        }
        let fields = schema.fields.map { field in
            switch field.type.kind {
            case .int64, .double, .boolean: Field(field.name, field.type.nullable)
            default: Field(field.name, .string.nullable)
            }
        }
        for field in fields { options.types[field.name] = field.type }
        if !options.hasHeader { options.names = schema.names }
        return (.csv(options), Schema(fields))
    }

    /// Whether a step's lines are objects of JSON.
    private static func isJSON(_ step: Step) -> Bool {
        switch step.operation {
        case .log: return true
        case .write(let write): if case .json = write.format { return true } else { return false }
        default: return false
        }
    }

    // MARK: Comparing

    func compare(_ first: Run, _ second: Run) throws -> [Result] {
        let tolerance = OutputComparison.Tolerance(announced: first.announced + second.announced)
        return try zip(ends.indices, ends).map { index, step in
            let comparison = try OutputComparison(
                rows(of: first.outputs[index], step), rows(of: second.outputs[index], step), tolerance: tolerance)
            return Result(output: step.name, targets: (first.target, second.target), comparison: comparison)
        }
    }

    private func rows(of path: String, _ step: Step) -> OutputComparison.Rows {
        let isJSON = Self.isJSON(step)
        return { take in
            // A line of JSON is what it says, not how: 1.0E7 is 10000000.0.
            func give(_ row: ArraySlice<UInt8>) {
                guard isJSON, let line = JSONText.parse(String(decoding: row, as: UTF8.self))?["line"]?.string,
                    let value = JSONText.parse(line)
                else { return take(row) }
                take(Array(value.compact.utf8)[...])
            }
            let file = try OpenFile(path)
            var rest: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = try chunk.withUnsafeMutableBytes { room -> Int in
                    guard let start = room.baseAddress else { return 0 }
                    return try file.read(into: start, count: room.count)
                }
                if count == 0 { break }
                rest += chunk[..<count]
                var start = 0
                while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                    give(rest[start..<end])
                    start = end + 1
                }
                rest.removeFirst(start)
            }
            if !rest.isEmpty { give(rest[...]) }
        }
    }
}

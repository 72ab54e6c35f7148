import Diagnostics
import Planning
import Projects
import Translation

/// What an exception of Flink's comes down to, at the place in the pipeline that it is of.
struct FlinkFailure {
    private let exception: String
    private let program: EngineProgram
    private let plan: Plan
    private var message: String
    private var step: Step?
    private var candidates: [Step]

    /// - Parameters:
    ///   - exception: with all its causes and frames.
    ///   - task: the name of the task that threw it.
    init(_ exception: String, task: String? = nil, program: EngineProgram, plan: Plan) {
        self.exception = exception
        self.program = program
        self.plan = plan
        let names = plan.steps.map { JobStep(name: $0.name, transform: $0.transform, place: nil) }
        let cause = FailureCause(of: exception, steps: names)
        message = cause.message
        // Of our functions, which throw what Python would.
        let wrapper = "PythonException: "
        if message.hasPrefix(wrapper) { message.removeFirst(wrapper.count) }
        candidates = program.steps(raising: exception, task: task, of: plan)
        step = cause.step.flatMap { named in plan.steps.first { $0.name == named.name } }
        if candidates.count == 1 { step = candidates[0] }
        // `line 12: …` is said of the program.
        if message.hasPrefix("line "), let colon = message.firstIndex(of: ":"),
            let line = Int(message[..<colon].dropFirst("line ".count))
        {
            step = program.step(atLine: line, of: plan) ?? step
            message = String(message[message.index(after: colon)...].drop { $0 == " " })
        }
    }

    var diagnostic: Diagnostic {
        let written = placeInPython
        let step = written?.step ?? step
        var notes = step.map { ["in step '\($0.name)' (\($0.transform))"] } ?? []
        if step == nil, !candidates.isEmpty {
            notes = ["in one of the steps " + candidates.map { "'\($0.name)'" }.joined(separator: ", ")]
        }
        let range = written?.range ?? step?.expressionRange ?? step?.range
        if let part = missingPart {
            // Tables are looked at where a query first reads them, which may be steps later.
            let user = part.name == "kafka" ? plan.foreignSteps.first { $0.foreign.topic != nil }?.step : nil
            return Diagnostic(
                .engineLacksPart, "the Flink cluster has no \(part.kind) '\(part.name)'", at: user?.range ?? range,
                notes: user.map { ["in step '\($0.name)' (\($0.transform))"] } ?? notes,
                hint: "name its jar in 'jars' of the target in beamstack.yaml, or put it into the lib folder of "
                    + "Flink's installations there and start Flink again")
        }
        if message.contains("UnknownTopicOrPartitionException") || message.contains("UnknownTopicIdException") {
            return unknownTopic
        }
        return Diagnostic(.jobFailed, "Flink: \(message)", at: range, notes: notes, hint: hint)
    }

    /// Kafka does not say which one it is.
    private var unknownTopic: Diagnostic {
        let found = plan.foreignSteps.compactMap { step, foreign in foreign.topic.map { (step, $0) } }
        let names = found.map { "'\($0.1.topic)' at \($0.1.bootstrapServers)" }
        return Diagnostic(
            .jobFailed,
            found.count == 1
                ? "there is no topic \(names[0])"
                : "one of the topics does not exist: "
                    + names.joined(separator: ", "),
            at: found.count == 1 ? found[0].0.range : nil, hint: "make the topic, or correct its name")
    }

    /// `Could not find any factory for identifier 'kafka' that implements …DynamicTableFactory`
    private var missingPart: (kind: String, name: String)? {
        for (kind, words) in [
            ("format", "Could not find any format factory for identifier '"),
            ("connector", "Could not find any factory for identifier '"),
        ] {
            guard let start = message.firstRange(of: words)?.upperBound else { continue }
            return (kind, String(message[start...].prefix { $0 != "'" }))
        }
        return nil
    }

    private var hint: String? {
        if message.contains("ModuleNotFoundError") {
            return "name the package that has it in the step's 'dependencies', so that it is installed for the job"
        }
        if message.contains("ClassNotFoundException"), message.contains("PythonFunctionFactory") {
            return "copy opt/flink-python-*.jar of the installation to its lib folder, and start Flink again"
        }
        if message.contains("ClassNotFoundException") || message.contains("NoClassDefFoundError") {
            return "the cluster lacks a jar: put it into the lib folder of Flink's installation, and start Flink again"
        }
        if message.contains("Could not acquire the minimum required resources")
            || message.contains("NoResourceAvailableException")
        {
            return "the cluster has too few slots: 'beamstack scale NAME --workers N' gives it more"
        }
        if message.contains("Insufficient number of network buffers") {
            return "the TaskManagers need more: 'taskmanager.memory.network.fraction', or fewer for each shuffle: "
                + "'taskmanager.network.sort-shuffle.min-buffers'"
        }
        return nil
    }

    /// The line of the pipeline that the innermost frame of a Python traceback is of, and its step.
    ///
    /// Python of the pipeline is compiled with the pipeline's path and lines.
    private var placeInPython: (range: SourceRange, step: Step)? {
        let marker = "  File \""
        for text in exception.split(separator: "\n").reversed() where text.hasPrefix(marker) {
            let path = text.dropFirst(marker.count).prefix { $0 != "\"" }
            let place = text.dropFirst(marker.count + path.count + "\", line ".count)
            guard let line = Int(place.prefix { $0.isNumber }) else { continue }
            let steps = plan.steps.compactMap { step in step.range.map { (step: step, range: $0) } }
                .filter { $0.range.file.path == path }
            guard let file = steps.first?.range.file, let start = file.offset(line: line, column: 1) else { continue }
            let written = file.lineText(line)
            let end = start + written.utf8.count
            // The last step that begins before the line's end is the one around it.
            guard let found = steps.filter({ $0.range.start < end }).max(by: { $0.range.start < $1.range.start }) else {
                continue
            }
            // A step on one line has places that are told better.
            if found.range.startPosition.line == line { return (found.step.expressionRange ?? found.range, found.step) }
            let indentation = written.utf8.prefix { $0 == UInt8(ascii: " ") }.count
            return (SourceRange(file: file, start: start + indentation, end: end), found.step)
        }
        return nil
    }
}

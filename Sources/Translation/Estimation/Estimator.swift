import DataModel
public import Planning
import Platform

/// Says what a plan will need on an engine: from the sizes of its inputs, from what a sample has shown where there was
/// one, and from what the engine costs.
///
/// docs/estimate.md is the model in words.
public struct Estimator {
    let plan: Plan
    let model: CostModel
    let inputs: [Int: InputSize]
    let profile: SampleProfile?
    /// How many times as large the inputs are to be thought.
    let scale: Double
    /// The steps whose inputs grow.
    let scaled: Set<Int>
    /// Tasks that the target can run at once.
    let slots: Int
    /// Tasks that one worker of it runs at once.
    let slotsPerWorker: Int
    /// The steps that run as Python on the engine.
    let pythonSteps: Set<Int>
    /// How many times as long as estimated earlier jobs of this pipeline took on this target.
    let correction: (factor: Double, jobs: Int)?
    /// What a job should take at most, if more tasks can help.
    static let goalSeconds = 300.0
    /// Samples that took less say little of the time.
    static let leastSampleSeconds = 0.05
    /// Rows that an assumed group has.
    static let assumedGroupSize = 10.0

    public init(
        _ plan: Plan, on model: CostModel, inputs: [InputSize], profile: SampleProfile? = nil, scale: Double = 1,
        slots: Int, slotsPerWorker: Int? = nil, pythonSteps: Set<Int> = [],
        correction: (factor: Double, jobs: Int)? = nil
    ) {
        self.plan = plan
        self.model = model
        self.inputs = Dictionary(inputs.map { ($0.step, $0) }) { first, _ in first }
        self.profile = profile
        scaled = Set(InputSize.scaled(inputs))
        self.scale = scale
        self.slots = max(1, slots)
        self.slotsPerWorker = max(1, min(slotsPerWorker ?? slots, slots))
        self.pythonSteps = pythonSteps
        self.correction = correction
    }

    func scale(of step: Int) -> Double { scaled.contains(step) ? scale : 1 }

    private var scaledBytes: Double { inputs.values.reduce(0) { $0 + (scaled.contains($1.step) ? $1.bytes : 0) } }

    /// How many times as large the inputs are thought as those of the sample were.
    var scaleOfProfile: Double {
        guard let profile, profile.inputBytes > 0, scaledBytes > 0 else { return scale }
        return scaledBytes * scale / profile.inputBytes
    }

    public func estimate() -> Estimate {
        var flow = RowFlow(self)
        flow.run()
        var steps: [Estimate.Step] = []
        let readers = readers
        var load = Load()
        for step in plan.steps {
            let work = work(of: step, flow)
            if let source = readers[step.id] {
                load.reading[source, default: 0] += work.seconds
            } else {
                load.rest += work.seconds
            }
            let outputs = step.outputs.indices.compactMap { flow.rows[OutputReference(step: step.id, output: $0)] }
            steps.append(
                Estimate.Step(
                    name: step.name,
                    rows: outputs.count == step.outputs.count && !outputs.isEmpty
                        ? outputs.dropFirst().reduce(outputs[0], +) : nil,
                    isMeasured: flow.measured.contains(step.id), work: work.seconds, reason: work.reason))
        }
        let tasks = parallelism(load)
        let memory = memory(tasks.count, flow)
        let seconds = seconds(load, tasks.count, flow)
        return Estimate(
            engine: model.title, steps: steps, parallelism: tasks.count, parallelismReason: tasks.reason,
            memory: memory.bytes, memoryReason: memory.reason,
            seconds: flow.isEndless ? nil : corrected(seconds),
            uncorrectedSeconds: flow.isEndless ? nil : seconds.likely, correctionReason: correctionReason,
            inputBytes: inputs.values.reduce(0) { $0 + $1.bytes * scale(of: $1.step) }, inputRows: flow.inputRows,
            assumptions: flow.assumptions)
    }

    // MARK: Work

    /// What one task would take for a step's rows.
    private func work(of step: Step, _ flow: RowFlow) -> (seconds: Double, reason: String) {
        let incoming = step.inputs.compactMap { flow.rows[$0.source]?.likely }.reduce(0, +)
        func at(_ rate: Double, _ what: String) -> (Double, String) {
            (incoming / rate, "\(what), \(Figures.count(rate)) rows a second and task")
        }
        switch step.operation {
        case .read(let read):
            guard let size = inputs[step.id] else { return (0, "nothing is known of its size") }
            let isParsed =
                switch read.format {
                case .csv, .json: true
                case .text, .tfrecord: false
                }
            let rate = isParsed ? model.parsedBytes : model.lineBytes
            let scale = scale(of: step.id)
            let bytes = size.bytes * size.expansion * scale
            let files = size.files == 1 ? "1 file" : "\(size.files) files"
            let packed = size.expansion > 1 ? ", \(Figures.bytes(bytes)) unpacked" : ""
            return (
                bytes / rate,
                "\(Figures.bytes(size.bytes * scale)) in \(files)\(packed), \(Figures.bytes(rate)) a second and task"
            )
        case .create, .flatten, .reshuffle, .window, .stripErrorMetadata, .matchFiles:
            return (0, "costs nothing to speak of")
        case .aggregate: return at(model.groupedRows, "grouped")
        case .join: return at(model.joinedRows, "joined")
        case .write, .log, .assertEqual:
            let bytes = incoming * rowBytes(plan.steps[step.id].inputs.first.flatMap { plan[$0.source].schema })
            return (bytes / model.writtenBytes, "about \(Figures.bytes(bytes)) written")
        case .foreign(let foreign):
            if foreign.topic != nil { return (0, "a topic") }
            return at(model.pythonRows, "in Python")
        default:
            return pythonSteps.contains(step.id)
                ? at(model.pythonRows, "in Python") : at(model.computedRows, "computed")
        }
    }

    private func seconds(_ load: Load, _ tasks: Int, _ flow: RowFlow) -> Band {
        let band: Band
        if let profile, model.title == CostModel.embedded.title, profile.seconds > Self.leastSampleSeconds {
            // What was measured here grows with the rows that the steps take.
            let busy = profile.busySeconds.values.reduce(0, +)
            let grown = profile.busySeconds.reduce(0.0) { sum, entry in sum + entry.value * growth(of: entry.key, flow)
            }
            let factor = busy > 0 ? grown / busy : scale
            band = Band(max(0, profile.seconds - model.startSeconds) * factor).widened(1.8)
        } else {
            let work = time(load, tasks) - startSeconds
            band = Band(work).widened(profile == nil ? 2.5 : 2)
        }
        return band + Band(startSeconds).widened(1.4)
    }

    private func corrected(_ seconds: Band) -> Band {
        correction.map { (Band(seconds.likely) * $0.factor).widened(1.5) } ?? seconds
    }

    private var correctionReason: String? {
        correction.map { correction in
            let tenths = Int((correction.factor * 10).rounded())
            let jobs = correction.jobs == 1 ? "the last job" : "the last \(correction.jobs) jobs"
            return "\(jobs) of this pipeline there took \(tenths / 10).\(tenths % 10) times what the model says"
        }
    }

    /// How many times as many rows a step takes as in the sample.
    private func growth(of step: Int, _ flow: RowFlow) -> Double {
        guard let profile, plan.steps.indices.contains(step) else { return scale }
        let step = plan.steps[step]
        let edges =
            step.inputs.isEmpty
            ? step.outputs.indices.map { OutputReference(step: step.id, output: $0) } : step.inputs.map(\.source)
        let before = edges.compactMap { profile.outputs[$0]?.rows }.reduce(0, +)
        let after = edges.compactMap { flow.rows[$0]?.likely }.reduce(0, +)
        return before > 0 ? after / before : scale
    }

    // MARK: Parallelism

    /// Seconds of one task's work.
    private struct Load {
        /// By the source in whose tasks it is done.
        var reading: [Int: Double] = [:]
        var rest = 0.0

        var longestRead: Double { reading.values.max() ?? 0 }
    }

    /// The steps that run in the tasks that read, with the source: what follows one up to the next grouping or join.
    private var readers: [Int: Int] {
        var found: [Int: Int] = [:]
        guard model.readsWholeFiles else { return found }
        for step in plan.steps {
            switch step.operation {
            case .aggregate, .join: continue
            default:
                if step.inputs.isEmpty {
                    found[step.id] = step.id
                } else if step.inputs.allSatisfy({ found[$0.source.step] != nil }) {
                    found[step.id] = step.inputs.first.flatMap { found[$0.source.step] }
                }
            }
        }
        return found
    }

    /// Seconds in which no row is worked on.
    private var startSeconds: Double {
        let isPython = !pythonSteps.isEmpty || plan.steps.contains(where: \.isForeign)
        return model.startSeconds + (isPython ? model.pythonStartSeconds : 0)
    }

    /// The most tasks that a source is read by.
    private func files(of source: Int) -> Int { max(1, inputs[source]?.files ?? 1) }

    private func time(_ load: Load, _ tasks: Int) -> Double {
        load.reading.reduce(startSeconds + load.rest / Double(tasks)) { sum, entry in
            sum + entry.value / Double(min(tasks, files(of: entry.key)))
        }
    }

    private func parallelism(_ load: Load) -> (count: Int, reason: String) {
        let alone = time(load, 1)
        guard slots > 1 else { return (1, "the target runs one task at once; \(Figures.span(alone))") }
        var tasks = 1
        // More tasks while they help by a fifth.
        while tasks < slots {
            let now = time(load, tasks)
            let more = min(slots, tasks * 2)
            guard now > Self.goalSeconds || now - startSeconds > startSeconds / 3 else { break }
            // What is too slow is worth more of them.
            guard time(load, more) < now * (now > Self.goalSeconds ? 0.95 : 0.8) else { break }
            tasks = more
        }
        var reason = "one task would take about \(Figures.span(alone))"
        if tasks > 1 { reason += ", \(tasks) take \(Figures.span(time(load, tasks)))" }
        let slowest = load.reading.max { $0.value < $1.value }
        if let slowest, slowest.value > load.rest, slowest.value > 1, files(of: slowest.key) < slots {
            let count = files(of: slowest.key)
            reason += "; '\(plan.steps[slowest.key].name)' is read by \(count == 1 ? "one task" : "\(count) tasks"), "
            reason += "as many as it has files, with what follows up to the next grouping: split the input"
        } else if tasks == slots {
            reason += "; the target has no more slots"
        }
        return (tasks, reason)
    }

    // MARK: Memory

    /// Round numbers for each worker, so that nothing has to go to disk.
    private func memory(_ tasks: Int, _ flow: RowFlow) -> (bytes: Int, reason: String) {
        var held = 0.0
        var parts: [String] = []
        for step in plan.steps {
            let bytes: Double
            switch step.operation {
            case .aggregate(let aggregate):
                guard let groups = flow.rows[OutputReference(step: step.id)]?.high else { continue }
                let rows = step.inputs.first.flatMap { flow.rows[$0.source]?.high } ?? 0
                let schema = step.outputs.first?.schema
                bytes = groups * (model.entryBytes + rowBytes(schema)) + listedBytes(aggregate, rows)
                parts.append("\(Figures.count(groups)) groups of '\(step.name)' \(Figures.bytes(bytes))")
            case .join:
                // All sides but the first are held.
                bytes = step.inputs.dropFirst().reduce(0.0) { sum, input in
                    sum + (flow.rows[input.source]?.high ?? 0)
                        * (model.entryBytes + rowBytes(plan[input.source].schema))
                }
                parts.append("the held sides of '\(step.name)' \(Figures.bytes(bytes))")
            default: continue
            }
            held += bytes
        }
        let workers = max(1, (tasks + slotsPerWorker - 1) / slotsPerWorker)
        let base = model.workerBytes + model.taskBytes * Double(min(tasks, slotsPerWorker))
        let needed = base + 1.25 * held / Double(workers)
        let step = 256.0 * 1_048_576
        let bytes = (needed / step).rounded(.up) * step
        var reason = "\(Figures.bytes(base)) for the worker and its tasks"
        if !parts.isEmpty { reason += ", and " + parts.joined(separator: ", ") }
        if workers > 1 { reason += ", on \(workers) workers" }
        return (Int(bytes), reason)
    }

    /// What lists of the groups' values hold.
    private func listedBytes(_ aggregate: AggregateOperation, _ rows: Double) -> Double {
        let lists = aggregate.calls.count { $0.function == .group || $0.function == .concat }
        return rows * Double(lists) * 24
    }

    /// About what a row takes as text.
    private func rowBytes(_ schema: Schema?) -> Double {
        guard let schema else { return 64 }
        return schema.fields.reduce(2) { $0 + Self.bytes(of: $1.type) }
    }

    private static func bytes(of type: FieldType) -> Double {
        switch type.kind {
        case .boolean: 5
        case .int64, .double: 9
        case .timestamp, .date: 24
        case .row(let schema): schema.fields.reduce(2) { $0 + bytes(of: $1.type) }
        case .list(let element): 8 * bytes(of: element)
        default: 16
        }
    }
}

import DataModel
import Diagnostics
import Planning
import Workers

/// One run of one plan.
final class Execution {
    private let plan: Plan
    private let metrics: RunMetrics
    private let connectors: any Connectors
    private let options: RunOptions
    private let collecting: [OutputReference]
    private let workers: (any WorkerHost)?
    private var neededFields: [OutputReference: Set<Int>] = [:]
    /// The tasks of steps that workers run, wholly or for their functions.
    private var tasks: [Int: any OpenTask] = [:]
    private var evaluators: [Int: RowEvaluator] = [:]
    private var operators: [Operator] = []
    private var collectors: [OutputReference: CollectOperator] = [:]
    private var writers: [WriteOperator] = []

    init(
        plan: Plan, collecting: [OutputReference], metrics: RunMetrics, connectors: any Connectors,
        workers: (any WorkerHost)?, options: RunOptions
    ) {
        // A probe is one more step that reads an output; it is how rows are collected.
        var plan = plan
        for output in collecting {
            plan.steps.append(
                Step(
                    id: plan.steps.count, name: "collect \(plan.steps.count)", transform: "Collect",
                    range: plan.steps[output.step].range, operation: .assertEqual([]),
                    inputs: [StepInput(name: "input", source: output)], outputs: []))
        }
        self.plan = plan
        self.collecting = collecting
        self.metrics = collecting.isEmpty ? metrics : RunMetrics(plan: plan)
        self.connectors = connectors
        self.options = options
        self.workers = workers
    }

    func run(cancellation: Cancellation) throws -> (result: RunResult, rows: [OutputReference: [RowValue]]) {
        defer { for task in tasks.values { task.close() } }
        do {
            try openTasks()
            neededFields = FieldUse.neededFields(of: plan, evaluators: evaluators)
            try build()
            try runStages(cancellation)
            try checkThresholds()
            let paths = try commit()
            let rows = collectors.mapValues { collector in
                collector.rows.compactMap { value -> RowValue? in
                    if case .row(let row) = value { row } else { nil }
                }
            }
            return (RunResult(outputs: paths, metrics: metrics), rows)
        } catch {
            for writer in writers { writer.writer.abandon() }
            throw error
        }
    }

    /// Opens what workers are to run: most that is wrong with a person's code or a model shows here, before any row.
    private func openTasks() throws {
        for step in plan.steps {
            let inputs = step.inputs.map { plan[$0.source].schema ?? .empty }
            let place = WorkerStep(name: step.name, range: step.range)
            if case .foreign(let foreign) = step.operation, let task = foreign.task, let workers {
                tasks[step.id] = try workers.open(task, inputs: inputs, step: place)
            }
            let expressions = step.operation.rowExpressions
            guard !expressions.isEmpty else { continue }
            let functions = step.operation.functions
            if let task = WorkerTask.functions(functions, schema: inputs.first ?? .empty), let workers {
                tasks[step.id] = try workers.open(task, inputs: inputs + [WorkerTask.types(of: functions)], step: place)
            }
            evaluators[step.id] = RowEvaluator(expressions, functions: tasks[step.id])
        }
    }

    private func build() throws {
        let probes = plan.steps.count - collecting.count
        for step in plan.steps {
            let stepMetrics = metrics.steps[step.id]
            if step.id >= probes {
                let collector = CollectOperator(step: step, metrics: stepMetrics)
                collectors[collecting[step.id - probes]] = collector
                operators.append(collector)
            } else {
                operators.append(try makeOperator(step, stepMetrics))
            }
        }
        for step in plan.steps {
            for (position, input) in step.inputs.enumerated() {
                operators[input.source.step].consumers[input.source.output]
                    .append(Operator.Port(target: operators[step.id], input: position))
            }
        }
    }

    private func makeOperator(_ step: Step, _ metrics: StepMetrics) throws -> Operator {
        let inputSchemas = step.inputs.map { plan[$0.source].schema ?? .empty }
        let inputWindowing = step.inputs.first.map { plan[$0.source].windowing } ?? .global
        let needed = neededFields[OutputReference(step: step.id)] ?? []
        let evaluator = evaluators[step.id] ?? RowEvaluator([], functions: nil)
        switch step.operation {
        case .create, .read, .reshuffle: return Operator(step: step, metrics: metrics)
        case .foreign: return try makeForeignOperator(step, metrics, inputSchemas)
        case .project(let fields):
            return ProjectOperator(
                step: step, metrics: metrics, fields: fields, evaluator: evaluator, neededFields: needed)
        case .filter: return FilterOperator(step: step, metrics: metrics, keep: evaluator)
        case .partition(let operation):
            return PartitionOperator(step: step, metrics: metrics, operation: operation, by: evaluator)
        case .explode(let operation): return ExplodeOperator(step: step, metrics: metrics, operation: operation)
        case .assignTimestamps:
            return AssignTimestampsOperator(step: step, metrics: metrics, timestamp: evaluator)
        case .window: return WindowOperator(step: step, metrics: metrics, inputWindowing: inputWindowing)
        case .extractWindowingInfo(let fields):
            return ExtractWindowingInfoOperator(step: step, metrics: metrics, fields: fields, windowing: inputWindowing)
        case .aggregate(let operation):
            let input = inputSchemas.first ?? .empty
            if case .sessions = operation.windowing {
                return SessionAggregateOperator(
                    step: step, metrics: metrics, operation: operation, input: input, options: options)
            }
            return AggregateOperator(step: step, metrics: metrics, operation: operation, input: input, options: options)
        case .join(let operation):
            return JoinOperator(
                step: step, metrics: metrics, operation: operation, inputs: inputSchemas,
                windowings: step.inputs.map { plan[$0.source].windowing }, neededOutputs: needed, options: options)
        case .flatten: return FlattenOperator(step: step, metrics: metrics)
        case .log(let operation):
            return LogOperator(step: step, metrics: metrics, operation: operation, options: options)
        case .assertEqual(let elements): return AssertEqualOperator(step: step, metrics: metrics, expected: elements)
        case .validate(let schema): return ValidateOperator(step: step, metrics: metrics, schema: schema)
        case .stripErrorMetadata(let field):
            return StripErrorMetadataOperator(step: step, metrics: metrics, field: field)
        case .matchFiles(let operation):
            return MatchFilesOperator(step: step, metrics: metrics, operation: operation, connectors: connectors)
        case .write(let operation):
            guard collecting.isEmpty else { return Operator(step: step, metrics: metrics) }
            let writer = WriteOperator(
                step: step, metrics: metrics,
                writer: try connectors.writer(
                    for: operation, schema: inputSchemas.first ?? .empty, windowing: inputWindowing))
            writers.append(writer)
            return writer
        }
    }

    private func makeForeignOperator(_ step: Step, _ metrics: StepMetrics, _ inputs: [Schema]) throws -> Operator {
        guard case .foreign(let foreign) = step.operation, let kind = foreign.task?.kind, let task = tasks[step.id]
        else { return Operator(step: step, metrics: metrics) }
        switch kind {
        case .source: return ForeignSourceOperator(step: step, metrics: metrics, task: task)
        case .sink:
            guard collecting.isEmpty else { return Operator(step: step, metrics: metrics) }
            let writer = WriteOperator(step: step, metrics: metrics, writer: try TaskRecordWriter(task: task))
            writers.append(writer)
            return writer
        case .transform:
            guard task.description.mode == .collection else {
                return ForeignOperator(step: step, metrics: metrics, task: task)
            }
            return try ForeignCollectionOperator(
                step: step, metrics: metrics, task: task, inputs: inputs,
                windowings: step.inputs.map { plan[$0.source].windowing },
                temporaryDirectory: options.temporaryDirectory)
        }
    }

    private func runStages(_ cancellation: Cancellation) throws {
        let graph = StageGraph(plan: plan, operators: operators, neededFields: neededFields)
        var waiting = graph.feeders
        var sequence = 0
        for stage in graph.stages {
            let reader = try reader(for: stage)
            if let total = reader.totalBytes { stage.head.metrics.add(Int(total), to: .totalBytes) }
            let runner = StageRunner(stage, reader: reader, first: sequence, cancellation: cancellation)
            sequence = try runner.run(workers: options.workers)
            for sink in operators.compactMap({ $0 as? SinkOperator }) {
                guard waiting[sink.step.id]?.remove(stage.id) != nil, waiting[sink.step.id]?.isEmpty ?? false else {
                    continue
                }
                try sink.finishInput()
            }
        }
    }

    private func reader(for stage: Stage) throws -> any RecordReader {
        switch stage.source {
        case .create(let rows, let schema):
            let pieces = stride(from: 0, to: rows.count, by: 4096).map { start in
                BatchMorsel(batches: [Batch(rows: rows[start..<min(start + 4096, rows.count)], schema: schema)])
            }
            return MorselList(pieces)
        case .read(let read, let schema, let needed):
            return try connectors.reader(for: read, schema: schema, neededFields: needed)
        case .partitions(let task, let needed):
            let schema = stage.head.schema()
            return try TaskRecordReader(
                task: task, schema: schema, neededFields: needed,
                comparisons: plan.comparisons(behind: OutputReference(step: stage.head.step.id)))
        case .collection(let collection, let output):
            if collection.step.inputs.isEmpty { try collection.run() }
            return try collection.reader(output: output)
        case .groups(let groups): return MorselList(try groups.morsels())
        case .keptProbe(let join): return MorselList(try join.probeMorsels())
        case .joinRemainder(let join, let side):
            return MorselList(join.remainders(side: side).map { RemainderMorsel(remainder: $0) })
        }
    }

    private func checkThresholds() throws {
        for step in plan.steps {
            guard let threshold = step.errorHandling?.threshold else { continue }
            let (failed, all) = (metrics.steps[step.id].failures, metrics.steps[step.id].recordsIn)
            guard all > 0, Double(failed) / Double(all) > threshold else { continue }
            throw Diagnostic(
                .errorThreshold,
                "\(failed) of \(all) rows failed in step '\(step.name)', more than the threshold of \(threshold)",
                at: step.range,
                hint: "raise 'threshold', or mend the rows that '\(step.name)' sends to its error output")
        }
    }

    /// Completes all files, then moves them to their names.
    private func commit() throws -> [String] {
        for writer in writers { _ = try writer.writer.prepare() }
        return try writers.flatMap { try $0.writer.commit() }
    }
}

extension Batch {
    /// Rows written down in the pipeline: fields go by name, missing ones are null.
    init(rows: some Collection<RowValue>, schema: Schema) {
        var builders = schema.fields.map { ColumnBuilder(type: $0.type, capacity: rows.count) }
        for row in rows {
            for (index, field) in schema.fields.enumerated() { builders[index].append(row[field.name] ?? .null) }
        }
        self.init(schema: schema, columns: builders.indices.map { builders[$0].finish() }, count: rows.count)
    }
}

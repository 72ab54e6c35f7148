import DataModel
import Diagnostics
import Expressions
import Planning

/// Turns a plan into queries over named relations, in the SQL of one engine.
///
/// Every step is tried, also behind one that is impossible, so that all obstacles are told at once.
final class PlanLowering {
    let plan: Plan
    let engine: TargetEngine
    /// What relative paths of the pipeline count from.
    let workingDirectory: String
    let use: EventTimeUse

    /// Whether some of it never ends.
    let isStreaming: Bool

    private(set) var statements: [ProgramStatement] = []
    private(set) var functions: [PythonFunction] = []
    private(set) var inputs: [EngineProgram.Input] = []
    private(set) var outputs: [EngineProgram.Output] = []
    private(set) var translations: [StepTranslation] = []
    /// Functions of ours that the queries call: Flink only.
    private(set) var sqlFunctions: Set<SQLFunction> = []

    private var identifiers = Identifiers(reserved: ["spark", "view", "sink", "staging", "main"])
    private var relations: [OutputReference: Relation] = [:]
    /// The topics that relations stand for, by the relations' names.
    private(set) var topics: [String: TopicTable] = [:]
    private(set) var topicInputs: [EngineProgram.TopicInput] = []
    /// Values that the program names as variables.
    private(set) var secrets: [(name: String, value: String)] = []
    /// The outputs that have a relation of their own.
    private var owners: [String: OutputReference] = [:]
    /// What is said of the step at hand.
    private var differences: [String] = []
    private var pythonReason: String?

    init(_ plan: Plan, engine: TargetEngine, workingDirectory: String) {
        self.plan = plan
        self.engine = engine
        self.workingDirectory = workingDirectory
        use = EventTimeUse(plan)
        isStreaming = plan.steps.contains { $0.outputs.contains { !$0.isBounded } }
    }

    var dialect: SQLDialect { engine.dialect }

    /// Why a step has no equivalent.
    struct Obstacle: Error {
        let reason: String
        var range: SourceRange?
        var hint: String?
    }

    func run() {
        for step in plan.steps {
            differences = []
            pythonReason = nil
            let written = statements.count
            do throws(Obstacle) {
                try lower(step)
                try defineMissingErrors(step)
                translations.append(StepTranslation(step: step.id, mode: mode(of: step), differences: differences))
            } catch {
                statements.removeSubrange(written...)
                let diagnostic = Diagnostic(
                    .notOnTarget, "'\(step.name)' cannot run on \(engine.title): \(error.reason)",
                    at: error.range ?? step.expressionRange ?? step.range,
                    hint: error.hint ?? "run it on the embedded engine: 'beamstack run' without '--target'")
                translations.append(StepTranslation(step: step.id, mode: .impossible(diagnostic)))
            }
            standIns(for: step)
        }
        computeUnread()
    }

    /// The error output of a step that cannot fail: no rows.
    private func defineMissingErrors(_ step: Step) throws(Obstacle) {
        guard let output = step.errorOutput, relations[OutputReference(step: step.id, output: output)] == nil else {
            return
        }
        let schema = try schema(step, output)
        let nulls = schema.fields.compactMap { field in
            dialect.literal(.null, field.type).map { "\($0) AS \(quoted(field.name))" }
        }
        define(
            step, output: output, schema: schema, eventTime: [],
            query: SelectQuery(columns: nulls, from: "(VALUES (1)) AS nothing__(x)", conditions: ["FALSE"]).text)
    }

    /// What nobody reads is computed all the same, as its rows may fail.
    private func computeUnread() {
        let read = Set(plan.steps.flatMap { $0.inputs.map(\.source) })
        for step in plan.steps where outputs.allSatisfy({ $0.step != step.id }) {
            let references = step.outputs.indices.map { OutputReference(step: step.id, output: $0) }
            // Of several outputs one is enough: all come from the same rows.
            guard references.allSatisfy({ !read.contains($0) }), let first = references.first,
                let relation = relations[first], !relation.schema.fields.isEmpty
            else { continue }
            let query = SelectQuery(columns: columns(of: relation, eventTime: false), from: quoted(relation.name)).text
            statements.append(
                ProgramStatement(
                    step: step,
                    kind: .discard(table: name(for: step.name + "_unread"), query: query, schema: relation.schema)))
        }
    }

    private func mode(of step: Step) -> StepTranslation.Mode {
        if let pythonReason { return .python(reason: pythonReason) }
        switch step.operation {
        case .log: return .local(reason: "the rows are brought here and printed when the job has finished")
        case .assertEqual: return .local(reason: "the rows are brought here and compared when the job has finished")
        default: return .native
        }
    }

    /// Relations for outputs that are not there, so that what reads them can be judged.
    private func standIns(for step: Step) {
        for (index, output) in step.outputs.enumerated() {
            let reference = OutputReference(step: step.id, output: index)
            guard relations[reference] == nil, let schema = output.schema else { continue }
            relations[reference] = Relation(
                name: "missing", schema: schema,
                eventTime: use.contains(reference) ? (isStreaming ? .rowTime : .timestamp) : [],
                windowing: output.windowing)
        }
    }

    // MARK: What steps are lowered with

    /// The relation of an input.
    func input(_ step: Step, _ index: Int = 0) throws(Obstacle) -> Relation {
        guard step.inputs.indices.contains(index), let relation = relations[step.inputs[index].source] else {
            throw Obstacle(reason: "the fields of its input are known only when it runs")
        }
        return relation
    }

    /// The schema of an output, with types that the dialect has.
    func schema(_ step: Step, _ output: Int = 0) throws(Obstacle) -> Schema {
        guard step.outputs.indices.contains(output), let schema = step.outputs[output].schema else {
            throw Obstacle(reason: "the fields of its output are known only when it runs")
        }
        for field in schema.fields where dialect.typeName(field.type) == nil {
            throw Obstacle(
                reason: "the field '\(field.name)' has the type \(field.type), which \(engine.title) does not have")
        }
        let reserved = EventTimeColumns.all.names
        if let taken = schema.names.first(where: { reserved.contains($0) }) {
            throw Obstacle(reason: "the name of the field '\(taken)' is used by the program itself")
        }
        return schema
    }

    func quoted(_ name: String) -> String { dialect.quoted(name) }

    func need(_ functions: Set<SQLFunction>) { sqlFunctions.formUnion(functions) }

    func name(for text: String) -> String { identifiers.name(for: text) }

    func differs(_ text: String) {
        if !differences.contains(text) { differences.append(text) }
    }

    /// The columns of event time that an output has to carry.
    func carries(_ step: Step, _ output: Int = 0) -> Bool {
        use.contains(OutputReference(step: step.id, output: output))
    }

    /// Makes an output of a step the name of a query.
    func define(
        _ step: Step, output: Int = 0, schema: Schema, eventTime: EventTimeColumns, query: String
    ) {
        let suffix = step.outputs.count > 1 && output > 0 ? "_" + step.outputs[output].name : ""
        let relation = Relation(
            name: name(for: step.name + suffix), schema: schema, eventTime: eventTime,
            windowing: step.outputs[output].windowing)
        relations[OutputReference(step: step.id, output: output)] = relation
        owners[relation.name] = OutputReference(step: step.id, output: output)
        statements.append(ProgramStatement(step: step, kind: .view(relation, query: query)))
    }

    /// Makes an output of a step the same relation as an input.
    func pass(_ relation: Relation, as step: Step, output: Int = 0) {
        relations[OutputReference(step: step.id, output: output)] = Relation(
            name: relation.name, schema: relation.schema, eventTime: relation.eventTime,
            windowing: step.outputs[output].windowing)
    }

    /// A relation that only this step reads: another one, with columns of the program's own.
    func helper(_ step: Step, _ suffix: String, of relation: Relation, hidden: [String], query: String) -> Relation {
        let helper = Relation(
            name: name(for: step.name + "_" + suffix), schema: relation.schema, eventTime: relation.eventTime,
            windowing: relation.windowing, hidden: relation.hidden + hidden)
        statements.append(ProgramStatement(step: step, kind: .view(helper, query: query)))
        return helper
    }

    func source(_ step: Step, _ read: ReadOperation, schema: Schema) {
        let relation = Relation(name: name(for: step.name), schema: schema, windowing: .global)
        relations[OutputReference(step: step.id)] = relation
        owners[relation.name] = OutputReference(step: step.id)
        inputs.append(EngineProgram.Input(step: step.id, relation: relation.name, operation: read))
        statements.append(ProgramStatement(step: step, kind: .source(relation, read)))
    }

    /// Makes a topic a relation: the step's output, unless a view behind it is.
    func source(_ step: Step, _ relation: Relation, _ topic: TopicTable, isOutput: Bool) {
        topics[relation.name] = topic
        if isOutput {
            relations[OutputReference(step: step.id)] = relation
            topicInputs.append(.init(step: step.id, relation: relation.name))
        }
        statements.append(ProgramStatement(step: step, kind: .topicSource(relation, topic)))
        secrets += topic.hidden.map { ($0.variable, $0.value) }
    }

    func sink(_ step: Step, query: String, _ topic: TopicTable) {
        let table = name(for: step.name + "_topic")
        statements.append(ProgramStatement(step: step, kind: .topicSink(table: table, query: query, topic)))
        secrets += topic.hidden.map { ($0.variable, $0.value) }
    }

    func sink(_ step: Step, query: String, schema: Schema, _ purpose: EngineProgram.Output.Purpose) {
        let folder = name(for: step.name + "_output")
        outputs.append(EngineProgram.Output(step: step.id, folder: folder, purpose: purpose))
        statements.append(
            ProgramStatement(step: step, kind: .sink(folder: folder, query: query, schema: schema, purpose)))
    }

    /// The relations whose rows the program has counted, each with a number of its own from 1 on.
    var counters: [String: Int] {
        // Flink's plans have no place for it that costs nothing.
        guard engine == .spark else { return [:] }
        let numbers = counted.enumerated().map { ($1, $0 + 1) }
        let byOutput = Dictionary(numbers) { $1 }
        return owners.compactMapValues { byOutput[$0] }
    }

    /// The outputs that are counted where they are made, by their numbers less one.
    var counted: [OutputReference] {
        guard engine == .spark else { return [] }
        let order = owners.values.sorted { ($0.step, $0.output) < ($1.step, $1.output) }
        return EdgeCounts(plan).missing(
            besides: outputs.compactMap { output in EngineProgram.edge(into: output, of: plan) },
            of: order.filter { reference in
                guard case .sliding = plan[reference].windowing else { return true }
                // Until it is grouped, a row in several windows may be there several times.
                if case .aggregate = plan.steps[reference.step].operation { return true }
                return false
            })
    }

    func add(_ function: PythonFunction, reason: String) throws(Obstacle) {
        if let obstacle = function.obstacle { throw Obstacle(reason: "\(reason), and \(obstacle)") }
        pythonReason = pythonReason ?? reason
        if engine == .flink, function.requirements.contains(PythonPackages.beam) {
            differs("its Python meets the Apache Beam 2.61 that PyFlink is built on, not the one of local workers")
        }
        functions.append(function)
    }
}

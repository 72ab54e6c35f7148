import DataModel
import Diagnostics
import Expressions

extension Operation {
    /// The operation's stable name in machine formats.
    var kind: String {
        switch self {
        case .create: "create"
        case .read: "read"
        case .project: "project"
        case .filter: "filter"
        case .partition: "partition"
        case .explode: "explode"
        case .assignTimestamps: "assign-timestamps"
        case .window: "window"
        case .extractWindowingInfo: "extract-windowing-info"
        case .aggregate: "aggregate"
        case .join: "join"
        case .flatten: "flatten"
        case .reshuffle: "reshuffle"
        case .log: "log"
        case .assertEqual: "assert-equal"
        case .validate: "validate"
        case .stripErrorMetadata: "strip-error-metadata"
        case .matchFiles: "match-files"
        case .write: "write"
        case .foreign: "foreign"
        }
    }
}

/// What a step does, in a few lines for a person.
struct OperationSummary {
    private let plan: Plan
    private let step: Step

    init(of step: Step, in plan: Plan) {
        self.step = step
        self.plan = plan
    }

    /// One fact a line; users' text is as written, not escaped.
    var lines: [String] { own + functions }

    /// Which expressions leave our own engine, and why.
    private var functions: [String] {
        step.operation.functions.map { function in
            "in \(function.language == .python ? "Python" : "JavaScript") workers: \(function.reason)"
                + (function.requirements.isEmpty ? "" : ", with " + function.requirements.joined(separator: ", "))
        }
    }

    private var own: [String] {
        switch step.operation {
        case .create(let rows): ["\(rows.count) row\(rows.count == 1 ? "" : "s") written in the pipeline"]
        case .read(let read): ["\(read.format.title) files \(read.pattern)"]
        case .project(let fields): projected(fields)
        case .filter(let condition): ["keeps rows where " + text(of: condition)]
        case .partition(let partition):
            [
                "by \(text(of: partition.by)): " + partition.outputs.joined(separator: ", ")
                    + (partition.unknownOutput.map { ", others to \(outputName($0))" } ?? ", other values fail")
            ]
        case .explode(let explode):
            [
                "one row for each element of " + explode.fields.map { field($0) }.joined(separator: ", ")
                    + (explode.fields.count < 2
                        ? "" : explode.isCrossProduct ? ", every combination" : ", side by side")
            ]
        case .assignTimestamps(let time): ["event time = " + text(of: time)]
        case .window(let windowing): ["windows: \(windowing)"]
        case .extractWindowingInfo(let fields):
            fields.map { "\($0.name) = \($0.property.rawValue)" }
        case .aggregate(let aggregate): aggregated(aggregate)
        case .join(let join): joined(join)
        case .flatten: step.inputs.count == 1 ? ["the rows of its input"] : ["the rows of \(step.inputs.count) inputs"]
        case .reshuffle: ["rows pass through"]
        case .log(let log): ["prints rows at level \(log.level)" + (log.prefix.isEmpty ? "" : ", prefix \(log.prefix)")]
        case .assertEqual(let rows): ["fails unless the rows are just the \(rows.count) expected"]
        case .validate: ["rows that break the schema fail"]
        case .stripErrorMetadata(let index): ["the failing row from \(field(index))"]
        case .matchFiles(let match): ["lists files for the patterns in \(field(match.patternField))"]
        case .write(let write):
            [
                "\(write.format.title) files \(write.path)"
                    + (write.shardCount > 1 ? ", \(write.shardCount) shards" : "")
            ]
        case .foreign(let foreign):
            hosted(foreign)
                + (foreign.dependencies.isEmpty ? [] : ["with " + foreign.dependencies.joined(separator: ", ")])
        }
    }

    private func hosted(_ foreign: ForeignOperation) -> [String] {
        guard let task = foreign.task else { return ["needs \(foreign.requirement): \(foreign.reason)"] }
        let how =
            switch (task.kind, foreign.description?.mode) {
            case (.source, _): "read by Python workers, partition by partition"
            case (.sink, _): "written by one Python worker, all or nothing"
            case (.transform, .elementwise?): "in Python workers, batch by batch"
            case (.transform, .collection?):
                "in one Python worker, which sees all rows first"
                    + (foreign.description?.modeReason.map { ": \($0)" } ?? "")
            case (.transform, nil): "in Python workers; how, they say when it runs"
            }
        return [foreign.reason, how]
    }

    private func projected(_ fields: [ProjectedField]) -> [String] {
        var lines: [String] = []
        var kept: [String] = []
        for item in fields {
            let source = text(of: item.expression)
            if item.expression.isFieldReference != nil, source.utf8.elementsEqual(item.name.utf8) {
                kept.append(item.name)
            } else {
                lines.append("\(item.name) = \(source)")
            }
        }
        if !kept.isEmpty { lines.insert("keeps " + kept.joined(separator: ", "), at: 0) }
        return lines
    }

    private func aggregated(_ aggregate: AggregateOperation) -> [String] {
        let keys = aggregate.keys.map { field($0) }
        var lines = [keys.isEmpty ? "one group of all rows" : "group by " + keys.joined(separator: ", ")]
        if aggregate.windowing != .global { lines[0] += " and window (\(aggregate.windowing))" }
        for call in aggregate.calls {
            lines.append("\(call.destination) = \(call.function.rawValue)(\(text(of: call.value)))")
        }
        return lines
    }

    private func joined(_ join: JoinOperation) -> [String] {
        join.stages.enumerated().map { index, stage in
            let conditions = stage.equalities.map { pair in
                "\(inputName(pair.left.input)).\(field(pair.left.field, input: pair.left.input)) = "
                    + "\(inputName(index + 1)).\(field(pair.right, input: index + 1))"
            }
            return "\(stage.kind.rawValue) join with \(inputName(index + 1)) on "
                + conditions.joined(separator: " and ")
        }
    }

    private func inputName(_ input: Int) -> String {
        step.inputs.indices.contains(input) ? step.inputs[input].name : "input \(input)"
    }

    private func outputName(_ output: Int) -> String {
        step.outputs.indices.contains(output) ? step.outputs[output].name : "output \(output)"
    }

    /// The name of a field of an input, or its place where the schema is not known.
    private func field(_ index: Int, input: Int = 0) -> String {
        guard step.inputs.indices.contains(input) else { return "field \(index)" }
        let source = step.inputs[input].source
        guard plan.steps.indices.contains(source.step), plan.steps[source.step].outputs.indices.contains(source.output),
            let schema = plan[source].schema, schema.fields.indices.contains(index)
        else { return "field \(index)" }
        return schema.fields[index].name
    }

    /// A field's name, or the expression as written; of one over several lines, such as a callable, the first.
    private func text(of expression: CompiledExpression) -> String { text(of: .compiled(expression)) }

    private func text(of expression: RowExpression) -> String {
        if let index = expression.isFieldReference { return field(index) }
        let lines = expression.text.split(whereSeparator: \.isNewline)
        return (lines.first.map(String.init) ?? "…") + (lines.count > 1 ? " …" : "")
    }
}

extension FileFormat {
    /// The format's name, as users call it.
    var title: String {
        switch self {
        case .csv: "CSV"
        case .json: "JSON"
        case .text: "text"
        case .tfrecord: "TFRecord"
        }
    }
}

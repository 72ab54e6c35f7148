import DataModel
import Diagnostics
import Expressions
import Planning

/// Writes a lowered plan as Flink SQL: a table for each place, a view for each step, one statement set at the end.
struct FlinkProgram {
    let lowering: PlanLowering
    /// What relative paths count from.
    let workingDirectory: String

    static let name = "pipeline.sql"

    private var plan: Plan { lowering.plan }
    private var dialect: SQLDialect { .flink }

    var text: String {
        var text = """
            -- \(comment(plan.path)) as Flink SQL, made by `beamstack compile --target flink`.
            --
            -- ${staging} is the folder for what the program writes; `beamstack run` publishes it from there.\(secrets)

            SET 'execution.runtime-mode' = '\(lowering.isStreaming ? "streaming" : "batch")';

            """
        for setting in dialect.settings { text += "SET '\(setting.name)' = '\(setting.value)';\n" }
        if !lowering.sqlFunctions.isEmpty {
            text += "\n-- What Python does otherwise than SQL.\n"
            for function in lowering.sqlFunctions.sorted(by: { $0.name < $1.name }) {
                text += function.creation + ";\n"
            }
        }
        var inserts = ""
        for statement in lowering.statements {
            let title = "-- \(StepTitle.text(statement.step))\n"
            for function in functions(before: statement) {
                text +=
                    "\n\(title)CREATE TEMPORARY FUNCTION \(function.name) AS 'functions.\(function.name)' LANGUAGE PYTHON;\n"
            }
            switch statement.kind {
            case .source(let relation, let read): text += "\n" + title + source(relation, read)
            case .topicSource(let relation, let topic): text += "\n" + title + source(relation, topic)
            case .view(let relation, let query):
                text += "\n\(title)CREATE TEMPORARY VIEW \(dialect.quoted(relation.name)) AS\n\(query);\n"
            case .discard(let name, let query, let schema):
                text +=
                    "\n" + title + table(name, columns: schema.fields.map(column), [("connector", "blackhole")])
                inserts += "\n\(title)INSERT INTO \(dialect.quoted(name))\n\(query);\n"
            case .topicSink(let name, let query, let topic):
                text +=
                    "\n" + title
                    + table(
                        name, columns: topic.schema.fields.map(column), variables: variables(of: topic), topic.options)
                inserts += "\n\(title)INSERT INTO \(dialect.quoted(name))\n\(query);\n"
            case .sink(let folder, let query, let schema, let purpose):
                text += "\n" + title + sink(folder, schema, purpose)
                inserts += "\n\(title)INSERT INTO \(dialect.quoted(folder))\n\(query);\n"
            }
        }
        return text + "\nEXECUTE STATEMENT SET BEGIN\n\(inserts)\nEND;\n"
    }

    private var secrets: String {
        var text = ""
        if lowering.isStreaming {
            text += "\n-- ${\(TopicTable.watermarkDelay)} is how far, as 00:00:05, records may come behind later ones."
        }
        if !lowering.secrets.isEmpty { text += "\n-- Other ${names} stand for what nobody should read here." }
        return text
    }

    /// The functions that a statement is the first to call.
    private func functions(before statement: ProgramStatement) -> [PythonFunction] {
        guard case .view(_, let query) = statement.kind else { return [] }
        return lowering.functions.filter { $0.step.id == statement.step.id && query.contains("\($0.name)(") }
    }

    private func comment(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

    private func path(_ pattern: String) -> String {
        if pattern.hasPrefix("file://") { return String(pattern.dropFirst("file://".count)) }
        return pattern.hasPrefix("/") ? pattern : workingDirectory + "/" + pattern
    }

    // MARK: Places

    /// A table: its columns, and how it is connected.
    private func table(
        _ name: String, columns: [String], partitionedBy partitions: [String] = [],
        variables: [(option: String, text: String)] = [], _ options: [(String, String)]
    ) -> String {
        var text = "CREATE TEMPORARY TABLE \(dialect.quoted(name)) (\n"
        text += columns.map { "  \($0)" }.joined(separator: ",\n") + "\n) "
        if !partitions.isEmpty { text += "PARTITIONED BY (\(partitions.map(dialect.quoted).joined(separator: ", "))) " }
        // Variables stand outside of what is quoted for the reader of SQL.
        let lines =
            variables.map { "  '\($0.option)' = '\($0.text)'" }
            + options.map { "  '\($0.0)' = \(dialect.string($0.1))" }
        return text + "WITH (\n" + lines.joined(separator: ",\n") + "\n);\n"
    }

    private func column(_ field: Field) -> String {
        "\(dialect.quoted(field.name)) \(dialect.typeName(field.type) ?? "STRING")"
    }

    private func source(_ relation: Relation, _ read: ReadOperation) -> String {
        var options = [("connector", "beam-files"), ("path", path(read.pattern))]
        var columns = relation.schema.fields.map(column)
        let format: String
        switch read.format {
        case .csv(let csv):
            format = "beam-csv"
            options.append(("format", format))
            options += Self.options(of: csv)
            if let names = csv.names { options.append(("beam-csv.names", Self.list(names))) }
            let known = relation.schema.names.filter { $0 != csv.filenameColumn }
            if csv.hasHeader, csv.names == nil { options.append(("beam-csv.known-fields", Self.list(known))) }
            if let filename = csv.filenameColumn, let index = relation.schema.index(of: filename) {
                columns[index] = "\(dialect.quoted(filename)) STRING NOT NULL METADATA FROM 'file.path' VIRTUAL"
            }
        case .json:
            format = "beam-json"
            options += [("format", format), ("beam-json.known-fields", Self.list(relation.schema.names))]
        case .text, .tfrecord:
            format = "beam-text"
            options.append(("format", format))
        }
        if read.compression == .gzip { options.append(("\(format).compression", "gzip")) }
        return table(relation.name, columns: columns, options)
    }

    private func source(_ relation: Relation, _ source: TopicTable) -> String {
        var columns = source.schema.fields.map(column)
        if source.keepsFailures {
            columns += [
                "\(dialect.quoted(TopicTable.failedRecordColumn)) BYTES",
                "\(dialect.quoted(TopicTable.failureColumn)) STRING",
            ]
        }
        let recordTime = "TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL"
        if source.time.contains(.recordTime) {
            columns.append("\(dialect.quoted(EventTimeColumns.recordTimeName)) \(recordTime)")
        }
        if source.time.contains(.rowTime) {
            let name = dialect.quoted(EventTimeColumns.rowTimeName)
            columns += [
                "\(name) \(source.rowTime.map { "AS \($0)" } ?? recordTime)",
                "WATERMARK FOR \(name) AS \(name) - INTERVAL '${\(TopicTable.watermarkDelay)}' HOUR TO SECOND",
            ]
        }
        return table(relation.name, columns: columns, variables: variables(of: source), source.options)
    }

    private func variables(of topic: TopicTable) -> [(option: String, text: String)] {
        topic.hidden.map { ($0.option, "${\($0.variable)}") }
    }

    private func sink(_ folder: String, _ schema: Schema, _ purpose: EngineProgram.Output.Purpose) -> String {
        var columns = schema.fields.map(column)
        var options = [("connector", "filesystem")]
        var partitions: [String] = []
        switch purpose {
        case .rows: options.append(("format", "beam-rows"))
        case .files(let write, let hasWindows):
            let format: String
            switch write.format {
            case .csv(let csv):
                format = "beam-csv"
                options.append(("format", format))
                options += Self.options(of: csv)
            case .json:
                format = "beam-json"
                options.append(("format", format))
            case .text, .tfrecord:
                format = "beam-text"
                options.append(("format", format))
            }
            if lowering.isCompressed(write) { options.append(("\(format).compression", "gzip")) }
            if hasWindows {
                partitions = EventTimeColumns.window.names
                columns += partitions.map { "\(dialect.quoted($0)) BIGINT" }
            }
        }
        return table(
            folder, columns: columns, partitionedBy: partitions, variables: [("path", "${staging}/\(folder)")], options)
    }

    private static func options(of csv: CSVOptions) -> [(String, String)] {
        var options: [(String, String)] = []
        if csv.delimiter != UInt8(ascii: ",") {
            options.append(("beam-csv.delimiter", String(UnicodeScalar(csv.delimiter))))
        }
        if let comment = csv.comment { options.append(("beam-csv.comment", String(UnicodeScalar(comment)))) }
        if !csv.hasHeader { options.append(("beam-csv.header", "false")) }
        return options
    }

    /// Names as a list in JSON.
    private static func list(_ names: [String]) -> String {
        JSONText.array(names.map { .string($0) }).compact
    }
}

import DataModel
import Diagnostics
import Expressions
import Planning

/// Writes a lowered plan as a PySpark program: a query of Spark SQL for each step, in the plan's order.
struct SparkProgram {
    let lowering: PlanLowering
    /// What relative paths count from.
    let workingDirectory: String

    static let name = "pipeline.py"

    private var plan: Plan { lowering.plan }
    private let counters: [String: Int]

    init(lowering: PlanLowering, workingDirectory: String) {
        self.lowering = lowering
        self.workingDirectory = workingDirectory
        counters = lowering.counters
    }

    var text: String {
        let hasFunctions = !lowering.functions.isEmpty
        let hasCSV = lowering.inputs.contains { if case .csv = $0.operation.format { true } else { false } }
        var text = """
            \"\"\"\(plan.path) as a PySpark program, made by `beamstack compile --target spark`.

                python pipeline.py --staging FOLDER

            What it writes goes below the staging folder; `beamstack run` publishes it from there.
            \"\"\"

            import argparse

            from pyspark.sql import SparkSession

            """
        if hasFunctions { text += "\nimport functions\n" }
        if hasCSV {
            let nulls = CSVOptions.nullTexts.map { lowering.dialect.string($0) }.joined(separator: ", ")
            text += """

                # Texts that stand for null in CSV, as in pandas.
                NULLS = "\(nulls)"


                def typed(column, type):
                    \"\"\"A column of CSV, which has only texts, as a type.\"\"\"
                    return f"CASE WHEN {column} NOT IN ({NULLS}) THEN CAST({column} AS {type}) END AS {column}"

                """
        }
        if !counters.isEmpty {
            text += """


                def counted(frame, number):
                    \"\"\"The same rows: all meet the condition, by whose number Spark's plan tells how many they are.\"\"\"
                    return frame.where(f"\(SparkCounter.condition){number}")

                """
        }
        let settings = lowering.dialect.settings.map { ".config(\"\($0.name)\", \"\($0.value)\")" }
            .joined(separator: "\n        ")
        text += """


            def main(staging):
                spark = (
                    SparkSession.builder.appName(\(PythonText.string(appName)))
                    # What differs from the pipeline's meaning otherwise: zones, overflow, names that differ in case.
                    \(settings)
                    .getOrCreate()
                )

            \(view)

            """
        for function in lowering.functions {
            let type = lowering.dialect.typeName(.row(function.engineResult)) ?? ""
            text +=
                "\n    spark.udf.register(\"\(function.name)\", functions.\(function.name), \(PythonText.string(type)))"
        }
        if hasFunctions { text += "\n" }
        for statement in lowering.statements { text += "\n" + indented(self.text(of: statement)) }
        text += "\n    spark.stop()\n"
        text += """


            if __name__ == "__main__":
                parser = argparse.ArgumentParser(description=__doc__)
                parser.add_argument("--staging", required=True, help="the folder for what the program writes")
                main(parser.parse_args().staging)

            """
        return text
    }

    /// The function that names a query.
    private var view: String {
        counters.isEmpty
            ? """
                def view(name, query):
                    spark.sql(query).createOrReplaceTempView(name)
            """
            : """
                def view(name, query, number=None):
                    frame = spark.sql(query)
                    (counted(frame, number) if number else frame).createOrReplaceTempView(name)
            """
    }

    /// The name that a relation gets, and its rows by where they come from.
    private func naming(_ relation: Relation, _ frame: String) -> String {
        let rows = counters[relation.name].map { "counted(\(frame), \($0))" } ?? frame
        return "\(rows).createOrReplaceTempView(\"\(relation.name)\")"
    }

    private var appName: String {
        let name = plan.path.split(separator: "/").last.map(String.init) ?? plan.path
        return name.split(separator: ".").first.map(String.init) ?? name
    }

    /// Indents code, but not the lines of texts between triple quotes, where blanks would count in literals.
    private func indented(_ code: String) -> String {
        var lines: [String] = []
        var isInText = false
        for line in code.split(separator: "\n", omittingEmptySubsequences: false) {
            lines.append(line.isEmpty || isInText ? String(line) : "    " + line)
            var rest = line[...]
            while let quotes = rest.firstRange(of: "\"\"\"") {
                isInText.toggle()
                rest = rest[quotes.upperBound...]
            }
        }
        return lines.joined(separator: "\n")
    }

    private func text(of statement: ProgramStatement) -> String {
        let comment = "# \(StepTitle.text(statement.step))\n"
        switch statement.kind {
        case .source(let relation, let read): return comment + source(relation, read)
        case .view(let relation, let query):
            let number = counters[relation.name].map { ", \($0)" } ?? ""
            return comment + "view(\"\(relation.name)\", \(quoted(query))\(number))\n"
        // Refused before.
        case .topicSource, .topicSink: return comment
        case .discard(_, let query, _):
            return comment + "spark.sql(\(quoted(query))).write.format(\"noop\").mode(\"overwrite\").save()\n"
        case .sink(let folder, let query, let schema, let purpose):
            return comment + sink(folder, query, schema, purpose)
        }
    }

    /// A query between triple quotes: raw, since backslashes belong to SQL.
    private func quoted(_ query: String) -> String {
        query.contains("\"\"\"") ? PythonText.string(query) : "r\"\"\"\n\(query)\n\"\"\""
    }

    private func path(_ pattern: String) -> String {
        if pattern.hasPrefix("/") || pattern.contains("://") { return PythonText.string(pattern) }
        return PythonText.string(workingDirectory + "/" + pattern)
    }

    private func source(_ relation: Relation, _ read: ReadOperation) -> String {
        switch read.format {
        case .csv(let options):
            var arguments = [
                path(read.pattern), "header=\(options.hasHeader ? "True" : "False")",
                "sep=\(PythonText.string(String(UnicodeScalar(options.delimiter))))", "quote='\"'", "escape='\"'",
                "multiLine=True",
            ]
            if let comment = options.comment {
                arguments.append("comment=\(PythonText.string(String(UnicodeScalar(comment))))")
            }
            var frame = "spark.read.csv(\(arguments.joined(separator: ", ")))"
            if let names = options.names { frame += ".toDF(*\(PythonText.list(names.map(PythonText.string))))" }
            let columns = relation.schema.fields.map { field in
                let type = lowering.dialect.typeName(field.type) ?? "STRING"
                return "typed(\(PythonText.string(lowering.dialect.quoted(field.name))), \"\(type)\")"
            }
            return """
                \(relation.name) = \(frame)
                \(relation.name) = \(relation.name).selectExpr(
                    \(columns.joined(separator: ",\n    ")),
                )
                \(naming(relation, relation.name))

                """
        case .json:
            let types = relation.schema.fields.map {
                "\(lowering.dialect.quoted($0.name)) \(lowering.dialect.typeName($0.type) ?? "STRING")"
            }
            let schema = PythonText.string(types.joined(separator: ", "))
            return """
                \(relation.name) = spark.read.json(\(path(read.pattern)), schema=\(schema), mode="FAILFAST")
                \(naming(relation, relation.name))

                """
        case .text, .tfrecord:
            let name = PythonText.string(relation.schema.names.first ?? "line")
            return """
                \(relation.name) = spark.read.text(\(path(read.pattern))).toDF(\(name))
                \(naming(relation, relation.name))

                """
        }
    }

    private func sink(
        _ folder: String, _ query: String, _ schema: Schema, _ purpose: EngineProgram.Output.Purpose
    ) -> String {
        let target = "f\"{staging}/\(folder)\""
        var query = query
        let writing: String
        switch purpose {
        case .rows:
            // Times as numbers of microseconds: JSON has no form of its own for them.
            if schema.fields.contains(where: { $0.type.kind == .timestamp }) {
                let columns = schema.fields.map { field -> String in
                    let name = lowering.dialect.quoted(field.name)
                    return field.type.kind == .timestamp ? "unix_micros(\(name)) AS \(name)" : name
                }
                query = SelectQuery(columns: columns, from: "(\n\(query)\n)").text
            }
            writing = "json(\(target), ignoreNullFields=False)"
        case .files(let write, _):
            let compression = lowering.isCompressed(write) ? ", compression=\"gzip\"" : ""
            switch write.format {
            case .csv(let options):
                let delimiter = PythonText.string(String(UnicodeScalar(options.delimiter)))
                writing = """
                    csv(
                        \(target), header=\(options.hasHeader ? "True" : "False"), sep=\(delimiter), quote='"', escape='"',
                        emptyValue="", nullValue="", ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False\(compression),
                    )
                    """
            case .json: writing = "json(\(target), ignoreNullFields=False\(compression))"
            case .text, .tfrecord: writing = "text(\(target)\(compression))"
            }
        }
        var partitioned = ""
        if case .files(_, hasWindows: true) = purpose {
            let names = EventTimeColumns.window.names.map(PythonText.string)
            partitioned = "partitionBy(\(names.joined(separator: ", ")))."
        }
        return "spark.sql(\(quoted(query))).write.\(partitioned)\(writing)\n"
    }
}

import DataModel
import Diagnostics
import PipelineSpec

/// Reading and writing files.
enum FileTransforms {
    static let all: [TransformDefinition] = [
        readFromText, writeToText, readFromCSV, writeToCSV, readFromJSON, writeToJSON, readFromTFRecord,
        writeToTFRecord,
    ]

    private static let readPath = Parameter("path", .path, required: true, "A file or a glob, such as `data/*.csv`.")
    private static let writePath = Parameter(
        "path", .path, required: true, "The prefix of the files: `out.csv` becomes `out.csv-00000-of-00001`.")
    private static let splittable = Parameter(
        "splittable", .boolean, "Accepted for Beam; files are always read in parts.")
    private static let shards = Parameter("num_shards", .integer, default: "1", "How many files to write.")

    static let readFromText = TransformDefinition(
        "ReadFromText", category: "Sources", summary: "reads lines of text",
        documentation: "One row with the field `line` for each line.",
        example: "type: ReadFromText\nconfig:\n  path: notes.txt", inputs: .none, parameters: [readPath]
    ) { context in read(.text, "path", context) }

    static let writeToText = TransformDefinition(
        "WriteToText", category: "Sinks", summary: "writes one line a row",
        documentation: "The input must have exactly one field.",
        example: "type: WriteToText\nconfig:\n  path: out.txt", outputs: "none", parameters: [writePath]
    ) { context in
        if let schema = context.schema, schema.count != 1 {
            context.report(
                .wrongInputSchema, "'WriteToText' needs rows with exactly one field, and these have \(schema.count)",
                at: context.spec.typeRange, notes: ["input has: \(schema)"],
                hint: "make one with 'MapToFields', or use 'WriteToCsv' or 'WriteToJson'")
            return nil
        }
        return write(.text, "path", context)
    }

    static let readFromTFRecord = TransformDefinition(
        "ReadFromTFRecord", category: "Sources", summary: "reads TFRecord files",
        documentation: "One row with the field `record`, bytes, for each record.",
        example: "type: ReadFromTFRecord\nconfig:\n  file_pattern: records-*", inputs: .none,
        parameters: [
            Parameter("file_pattern", .path, required: true, "A file or a glob."),
            compression,
            Parameter("validate", .boolean, default: "true", "Whether checksums are checked."),
        ]
    ) { context in
        read(.tfrecord(validatesChecksums: context.flag("validate") ?? true), "file_pattern", context)
    }

    static let writeToTFRecord = TransformDefinition(
        "WriteToTFRecord", category: "Sinks", summary: "writes TFRecord files",
        documentation: "The input must have exactly one field, of bytes.",
        example: "type: WriteToTFRecord\nconfig:\n  file_path_prefix: records", outputs: "none",
        parameters: [
            Parameter("file_path_prefix", .path, required: true, "The prefix of the files."),
            Parameter("file_name_suffix", .string, default: "''", "Ends the files' names."),
            Parameter("num_shards", .integer, default: "0", "How many files to write; 0 lets the runner decide."),
            Parameter("shard_name_template", .string, default: "-SSSSS-of-NNNNN", "Numbers the files."),
            compression,
        ]
    ) { context in
        if let schema = context.schema,
            schema.count != 1 || !(schema.fields[0].type.kind == .bytes || schema.fields[0].type.isAny)
        {
            context.report(
                .wrongInputSchema, "'WriteToTFRecord' needs rows with exactly one field, of bytes",
                at: context.spec.typeRange, notes: ["input has: \(schema)"],
                hint: "make one with 'MapToFields', such as 'record: line.encode()'")
            return nil
        }
        return write(.tfrecord(validatesChecksums: true), "file_path_prefix", context)
    }

    private static let compression = Parameter(
        "compression_type", .choice(["AUTO", "UNCOMPRESSED", "GZIP"]), default: "AUTO",
        "How the files are compressed; `AUTO` goes by the name when writing and by the content when reading.")

    // MARK: CSV and JSON

    static let readFromCSV = TransformDefinition(
        "ReadFromCsv", category: "Sources", summary: "reads CSV files",
        documentation: """
            Names come from the header, types from the data: `int64`, `double`, `boolean`, else `string`. Empty cells
            and `NA`, `null`, `NaN`, `None` and the like are null.
            """,
        example: "type: ReadFromCsv\nconfig:\n  path: orders.csv", inputs: .none,
        parameters: [
            readPath, Parameter("delimiter", .string, default: "','", "One character between the fields."),
            Parameter("sep", .string, "The same as `delimiter`."),
            Parameter("comment", .string, "A character that starts a comment."),
            Parameter("filename_column", .string, "Adds a field with the file's path."),
            Parameter("header", .any, default: "0", "`null` for files without a line of names."),
            Parameter("names", .list(.string), "The names of the fields."),
            Parameter("dtype", .map, "Types by field: `str`, `int64`, `float64` or `bool`."), splittable,
        ], unsupportedParameters: pandasReadCSV
    ) { context in
        CSVOptions(reading: context).flatMap { read(.csv($0), "path", context) }
    }

    static let writeToCSV = TransformDefinition(
        "WriteToCsv", category: "Sinks", summary: "writes CSV files",
        documentation: "A line of names, then one line a row; null is an empty cell.",
        example: "type: WriteToCsv\nconfig:\n  path: out.csv", outputs: "none",
        parameters: [
            writePath, Parameter("delimiter", .string, default: "','", "One character between the fields."),
            Parameter("sep", .string, "The same as `delimiter`."),
            Parameter("header", .boolean, default: "true", "Whether to write the line of names."),
            Parameter("index", .choice(["false", "False"]), default: "false", "Accepted for Beam."), shards,
        ], unsupportedParameters: pandasToCSV
    ) { context in
        CSVOptions(writing: context).flatMap { write(.csv($0), "path", context) }
    }

    static let readFromJSON = TransformDefinition(
        "ReadFromJson", category: "Sources", summary: "reads JSON files",
        documentation: "One object a line, or with `lines: false` one array of objects.",
        example: "type: ReadFromJson\nconfig:\n  path: events.jsonl", inputs: .none,
        parameters: [
            readPath, Parameter("lines", .boolean, default: "true", "Whether each line is an object of its own."),
            orient, Parameter("dtype", .any, "Accepted for Beam; types come from the data."), splittable,
        ], unsupportedParameters: pandasReadJSON
    ) { context in
        var options = JSONOptions()
        options.isLines = context.flag("lines") ?? true
        return read(.json(options), "path", context)
    }

    static let writeToJSON = TransformDefinition(
        "WriteToJson", category: "Sinks", summary: "writes JSON files",
        documentation: "One object a line, or with `lines: false` one array of objects.",
        example: "type: WriteToJson\nconfig:\n  path: out.json", outputs: "none",
        parameters: [
            writePath, Parameter("lines", .boolean, default: "true", "Whether each line is an object of its own."),
            orient, shards,
        ], unsupportedParameters: pandasToJSON
    ) { context in
        var options = JSONOptions()
        options.isLines = context.flag("lines") ?? true
        return write(.json(options), "path", context)
    }

    private static let orient = Parameter(
        "orient", .choice(["records"]), default: "records", "How rows are laid out: as objects.")

    // MARK: Rules

    private static func read(_ format: FileFormat, _ parameter: String, _ context: StepContext) -> StepResult? {
        guard let node = context[parameter], let pattern = node.string else { return nil }
        let read = ReadOperation(
            format: format, pattern: pattern, range: node.range, compression: compression(context))
        do throws(Diagnostic) {
            return StepResult(.read(read), schema: try context.services.inspector.schema(of: read))
        } catch {
            var problem = error
            if problem.isAboutMissingFiles, !context.services.options.missingFilesAreErrors {
                problem.severity = .warning
            }
            context.report(problem)
            let known: Schema? =
                switch format {
                case .text: Schema([Field("line", .string)])
                case .tfrecord: Schema([Field("record", .bytes)])
                case .csv, .json: nil
                }
            return StepResult(.read(read), schema: known)
        }
    }

    private static func write(_ format: FileFormat, _ parameter: String, _ context: StepContext) -> StepResult? {
        guard let node = context[parameter], let path = node.string else { return nil }
        var shardCount = 1
        if let shards = context["num_shards"], let count = shards.integer {
            guard count >= 0, count <= 10_000 else {
                context.report(
                    .wrongParameterType, "'num_shards' cannot be \(count)", at: shards.range,
                    hint: "write a number from 1 to 10000")
                return nil
            }
            shardCount = max(1, Int(count))
        }
        if context.schema == nil { return context.unknown(outputs: []) }
        let write = WriteOperation(
            format: format, path: path, range: node.range, fileNameSuffix: context.string("file_name_suffix") ?? "",
            shardNameTemplate: context.string("shard_name_template"), shardCount: shardCount,
            compression: compression(context))
        return StepResult(.write(write), outputs: [])
    }

    private static func compression(_ context: StepContext) -> FileCompression {
        context.string("compression_type").flatMap(FileCompression.init(rawValue:)) ?? .automatic
    }

    static let pandasReadCSV = [
        "index_col", "usecols", "engine", "converters", "true_values", "false_values", "skipinitialspace", "skiprows",
        "skipfooter", "nrows", "na_values", "keep_default_na", "na_filter", "verbose", "skip_blank_lines",
        "parse_dates", "infer_datetime_format", "keep_date_col", "date_parser", "date_format", "dayfirst",
        "cache_dates", "compression", "thousands", "decimal", "lineterminator", "quotechar", "quoting", "doublequote",
        "escapechar", "encoding", "encoding_errors", "dialect", "on_bad_lines", "delim_whitespace", "low_memory",
        "memory_map", "float_precision", "storage_options", "dtype_backend",
    ]
    static let pandasToCSV = [
        "na_rep", "float_format", "columns", "index_label", "mode", "encoding", "compression", "quoting", "quotechar",
        "lineterminator", "chunksize", "date_format", "doublequote", "escapechar", "decimal", "errors",
        "storage_options",
    ]
    static let pandasReadJSON = [
        "typ", "convert_axes", "convert_dates", "keep_default_dates", "precise_float", "date_unit", "encoding",
        "encoding_errors", "chunksize", "compression", "nrows", "storage_options", "dtype_backend", "engine",
    ]
    static let pandasToJSON = [
        "date_format", "double_precision", "force_ascii", "date_unit", "default_handler", "compression", "index",
        "indent", "storage_options", "mode",
    ]
}

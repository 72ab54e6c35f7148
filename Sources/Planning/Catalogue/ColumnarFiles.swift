import DataModel
import Diagnostics
import PipelineSpec

/// Files that know their own types: Parquet and Avro. Workers read and write them.
enum ColumnarFiles {
    static let all: [TransformDefinition] = [readFromParquet, writeToParquet, readFromAvro, writeToAvro]

    // MARK: Parquet

    static let readFromParquet = TransformDefinition(
        "ReadFromParquet", category: "Sources", summary: "reads Parquet files",
        documentation: """
            Only the columns that the pipeline uses are read, and only the row groups that may have rows which the next
            `Filter` keeps. Folders such as `year=2026/month=1` add their keys as fields. Files may differ in which
            columns they have, not in their types. See [Data files](../data-files.md) for which type becomes which.
            """,
        example: """
            type: ReadFromParquet
            config:
              path: s3://bucket/orders/
            """, inputs: .none, parameters: [readPath, columns, .worker]
    ) { context in
        read("parquet.read", [PythonPackages.arrow], context, reason: "'ReadFromParquet' reads with Arrow in Python")
    }

    static let writeToParquet = TransformDefinition(
        "WriteToParquet", category: "Sinks", summary: "writes Parquet files",
        documentation: """
            The files appear together when the whole run has succeeded. Each field needs a type: one of the type `any`
            is an error. As in Beam, windows make no files of their own. `compression` is Beamstack's own.
            """,
        example: """
            type: WriteToParquet
            config:
              path: out.parquet
            """, outputs: "none",
        parameters: [
            writePath,
            Parameter(
                "compression", .choice(["snappy", "zstd", "gzip", "brotli", "lz4", "none"]), default: "snappy",
                "How columns are compressed."), shards, .worker,
        ]
    ) { context in
        write(
            "parquet.write", [PythonPackages.arrow], context, own: ["compression", "num_shards"],
            reason: "'WriteToParquet' writes with Arrow in Python")
    }

    // MARK: Avro

    static let readFromAvro = TransformDefinition(
        "ReadFromAvro", category: "Sources", summary: "reads Avro files",
        documentation: """
            Large files are read in parts, on all cores. Unions of null and one type are that type, or null; unions of
            unlike types are of the type `any`. See [Data files](../data-files.md) for which type becomes which.
            """,
        example: """
            type: ReadFromAvro
            config:
              path: orders-*.avro
            """, inputs: .none, parameters: [readPath, columns, .worker]
    ) { context in
        read(
            "avro.read", [PythonPackages.arrow, PythonPackages.avro], context,
            reason: "'ReadFromAvro' decodes in Python")
    }

    static let writeToAvro = TransformDefinition(
        "WriteToAvro", category: "Sinks", summary: "writes Avro files",
        documentation: """
            The files appear together when the whole run has succeeded. Their schema follows from the rows, with a union
            with null for each field that may be null; or it is the one that `schema` gives. As in Beam, windows make no
            files of their own. `codec` and `schema` are Beamstack's own.
            """,
        example: """
            type: WriteToAvro
            config:
              path: out.avro
            """, outputs: "none",
        parameters: [
            writePath,
            Parameter(
                "codec", .choice(["deflate", "snappy", "zstandard", "bzip2", "xz", "none"]), default: "deflate",
                "How blocks are compressed."),
            Parameter("schema", .oneOf([.map, .string]), "The files' schema: a record, as JSON text or as YAML."),
            shards, .worker,
        ]
    ) { context in
        write(
            "avro.write", [PythonPackages.arrow, PythonPackages.avro], context,
            own: ["codec", "schema", "num_shards"], reason: "'WriteToAvro' encodes in Python")
    }

    // MARK: Rules

    private static let readPath = Parameter(
        "path", .path, required: true, "A file, a glob or a folder, here or at `s3://bucket/key`.")
    private static let writePath = Parameter(
        "path", .path, required: true, "The prefix of the files: `out` becomes `out-00000-of-00001`.")
    private static let columns = Parameter(
        "columns", .list(.string), "The columns to read, in this order; without it, all that are used.")
    private static let shards = Parameter("num_shards", .integer, default: "1", "How many files to write.")

    private static func read(
        _ task: String, _ packages: [String], _ context: StepContext, reason: String
    ) -> StepResult? {
        guard let node = context["path"], let path = node.string else { return nil }
        noteOwn(["columns"], context)
        let isRemote = RemotePath.isRemote(path)
        return context.task(
            task, kind: .source, requirements: packages + (isRemote ? [PythonPackages.objectStore] : []),
            connects: isRemote, reason: reason)
    }

    private static func write(
        _ task: String, _ packages: [String], _ context: StepContext, own: [String], reason: String
    ) -> StepResult? {
        guard let node = context["path"], let path = node.string else { return nil }
        if let shards = context["num_shards"], let count = shards.integer, !(0...10_000).contains(count) {
            context.report(
                .wrongParameterType, "'num_shards' cannot be \(count)", at: shards.range,
                hint: "write a number from 1 to 10000")
            return nil
        }
        noteOwn(own, context)
        let isRemote = RemotePath.isRemote(path)
        return context.task(
            task, kind: .sink, requirements: packages + (isRemote ? [PythonPackages.objectStore] : []),
            connects: isRemote, reason: reason)
    }

    private static func noteOwn(_ parameters: [String], _ context: StepContext) {
        for parameter in parameters {
            if let node = context[parameter] {
                context.reportNotPortable("Beam does not know '\(parameter)'", at: node.range)
            }
        }
    }
}

/// Paths of object stores that workers can reach.
public enum RemotePath {
    /// What a worker needs to reach them.
    public static let requirements = [PythonPackages.arrow, PythonPackages.objectStore]

    public static func isRemote(_ path: String) -> Bool { path.hasPrefix("s3://") }
}

extension PythonPackages {
    static let avro = "fastavro[snappy,zstandard]>=1.9"
    static let objectStore = "botocore>=1.36"
}

extension Diagnostic {
    /// Whether it says that the files of a read are not there, which is no fault of the pipeline before it runs.
    var isAboutMissingFiles: Bool { ["no-file-matches", "unsupported-file-system"].contains(code.id) }
}

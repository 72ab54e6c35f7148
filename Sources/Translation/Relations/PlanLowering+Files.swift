import DataModel
import Diagnostics
import Planning

/// Files that a program reads and writes.
extension PlanLowering {
    func read(_ step: Step, _ read: ReadOperation) throws(Obstacle) {
        let schema = try schema(step)
        if read.pattern.contains("://"), !read.pattern.hasPrefix("file://") {
            throw Obstacle(
                reason: "'\(read.pattern)' lies in a store that the engine has no access to yet", range: read.range)
        }
        switch read.format {
        case .tfrecord: throw Obstacle(reason: "the engine has no reader for TFRecord")
        case .json(let options):
            if !options.isLines { throw Obstacle(reason: "a file that is one array of objects is read in one piece") }
        case .csv, .text: break
        }
        if engine == .spark { try checkSparkSource(read) }
        for field in schema.fields where field.type.kind == .timestamp || field.type.kind == .date {
            throw Obstacle(reason: "'\(field.name)' is read as \(field.type), whose spellings differ")
        }
        source(step, read, schema: schema)
    }

    /// Flink reads with our own connector, which has these things.
    private func checkSparkSource(_ read: ReadOperation) throws(Obstacle) {
        if read.pattern.contains("**") {
            throw Obstacle(reason: "the engine knows no '**' in paths", range: read.range)
        }
        if read.compression == .gzip {
            throw Obstacle(
                reason: "it tells compressed files by '.gz' alone", range: read.range, hint: "leave 'compression' out")
        }
        guard case .csv(let options) = read.format, options.filenameColumn != nil else { return }
        throw Obstacle(reason: "names of files as a column are not translated")
    }

    func write(_ step: Step, _ write: WriteOperation) throws(Obstacle) {
        let relation = try input(step)
        if write.path.contains("://"), !write.path.hasPrefix("file://") {
            throw Obstacle(
                reason: "'\(write.path)' lies in a store that the engine has no access to yet", range: write.range)
        }
        if write.compression == .automatic, (write.path + write.fileNameSuffix).hasSuffix(".zst") {
            throw Obstacle(reason: "the engine has no Zstandard", range: write.range)
        }
        if case .tfrecord = write.format { throw Obstacle(reason: "the engine has no writer for TFRecord") }
        var columns: [String] = []
        for field in relation.schema.fields {
            columns.append(engine == .spark ? try sparkColumn(field, write) : quoted(field.name))
        }
        differs("as many files as the engine has parts, each named as part of their number")
        var from = quoted(relation.name)
        let hasWindows = relation.windowing != .global
        if hasWindows {
            if case .sessions = relation.windowing, !relation.eventTime.contains(.window) {
                throw Obstacle(reason: "sessions are merged only by grouping, and nothing groups before these files")
            }
            from = assigned(relation).from
            columns += EventTimeColumns.window.names.map(quoted)
        }
        sink(
            step, query: SelectQuery(columns: columns, from: from).text, schema: relation.schema,
            .files(write, hasWindows: hasWindows))
        if !step.outputs.isEmpty { pass(relation, as: step) }
    }

    /// By the name unless the pipeline says, as the embedded engine.
    func isCompressed(_ write: WriteOperation) -> Bool {
        switch write.compression {
        case .automatic: (write.path + write.fileNameSuffix).hasSuffix(".gz")
        case .gzip: true
        case .uncompressed: false
        }
    }

    /// Spark writes with writers of its own: what they spell as ours do.
    private func sparkColumn(_ field: Field, _ write: WriteOperation) throws(Obstacle) -> String {
        if isCompressed(write) {
            throw Obstacle(reason: "compressed files are not written there yet", range: write.range)
        }
        let name = quoted(field.name)
        switch (write.format, field.type.kind) {
        case (.csv, .boolean): return "CASE WHEN \(name) THEN 'True' WHEN NOT \(name) THEN 'False' END AS \(name)"
        case (.csv, .int64), (.csv, .string), (.json, .int64), (.json, .string), (.json, .boolean), (.text, .string):
            return name
        case (.csv, .double), (.json, .double):
            differs("floats from 1e7 up and below 1e-3 are spelt as 1.0E7")
            return name
        case (.json, .list), (.json, .map), (.json, .row): return name
        default: throw Obstacle(reason: "'\(field.name)' of type \(field.type) would be spelt otherwise")
        }
    }
}

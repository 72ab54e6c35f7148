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
        if let open = schema.fields.first(where: { $0.type.holdsAny }) {
            throw Obstacle(
                reason: "'\(open.name)' has values of several types, of which the engine reads one",
                hint: "give the field a type, such as with 'schema' or 'dtype'")
        }
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
        let spelt = try spelt(step, write, relation)
        var columns = spelt.columns
        differs("as many files as the engine has parts, each named as part of their number")
        var from = quoted(spelt.relation.name) + " AS t"
        let hasWindows = relation.windowing != .global
        if hasWindows {
            if case .sessions = relation.windowing, relation.eventTime.isDisjoint(with: [.window, .streamWindow]) {
                throw Obstacle(reason: "sessions are merged only by grouping, and nothing groups before these files")
            }
            let assigned = try assigned(spelt.relation)
            let moments = moments(spelt.relation, assigned.eventTime)
            from = assigned.from
            columns += zip([moments.start, moments.end], EventTimeColumns.window.names).map {
                "\($0) AS \(quoted($1))"
            }
        }
        sink(
            step, query: SelectQuery(columns: columns, from: from).text, schema: spelt.schema,
            .files(spelt.write, hasWindows: hasWindows))
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

    // MARK: How values are spelt

    /// What a writer of the engine is given so that it writes what ours would.
    private struct Spelt {
        let relation: Relation
        let columns: [String]
        let schema: Schema
        let write: WriteOperation
    }

    /// Values that the engine's writer would spell otherwise are spelt by Python.
    private func spelt(_ step: Step, _ write: WriteOperation, _ relation: Relation) throws(Obstacle) -> Spelt {
        let fields = relation.schema.fields
        let foreign = fields.indices.filter { !isSpelt(fields[$0].type, write.format) }
        guard !foreign.isEmpty else {
            return Spelt(
                relation: relation, columns: fields.map { sparkColumn($0, write) }, schema: relation.schema,
                write: write)
        }
        let reason = "the engine would spell values of type \(fields[foreign[0]].type) otherwise"
        if case .json = write.format {
            let computed = try compute(
                step, [Computation(.hosted(.record, reason: reason), type: .string)], over: relation, catching: false)
            let line = Field("line", .string)
            return Spelt(
                relation: computed.relation, columns: ["\(computed.texts[0]) AS \(quoted(line.name))"],
                schema: Schema([line]), write: write.with(format: .text))
        }
        let isText = if case .text = write.format { true } else { false }
        let computed = try compute(
            step,
            foreign.map { index in
                Computation(
                    .hosted(.field(index), reason: reason), type: isText ? .string : .string.nullable,
                    conversion: isText ? .line : .cell)
            }, over: relation, catching: false)
        var columns = fields.map { sparkColumn($0, write) }
        var types = fields
        for (index, text) in zip(foreign, computed.texts) {
            columns[index] = "\(text) AS \(quoted(fields[index].name))"
            types[index] = Field(fields[index].name, .string.nullable)
        }
        return Spelt(relation: computed.relation, columns: columns, schema: Schema(types), write: write)
    }

    /// Whether the engine's writer spells values of a type as ours do, at most with a difference that is told.
    private func isSpelt(_ type: FieldType, _ format: FileFormat) -> Bool {
        if type.holdsAny { return false }
        if engine == .flink { return true }
        switch (format, type.kind) {
        case (.csv, .boolean), (.csv, .int64), (.csv, .double), (.csv, .string), (.json, .int64), (.json, .double),
            (.json, .string), (.json, .boolean):
            return true
        case (.text, .string): return !type.isNullable
        case (.json, .list(let element)): return isSpelt(element, format)
        case (.json, .map(let key, let value)): return key.kind == .string && isSpelt(value, format)
        case (.json, .row(let schema)): return schema.fields.allSatisfy { isSpelt($0.type, format) }
        default: return false
        }
    }

    private func sparkColumn(_ field: Field, _ write: WriteOperation) -> String {
        let name = "t." + quoted(field.name)
        guard engine == .spark else { return name }
        switch (write.format, field.type.kind) {
        case (.csv, .boolean):
            return "CASE WHEN \(name) THEN 'True' WHEN NOT \(name) THEN 'False' END AS \(quoted(field.name))"
        case (.csv, .double), (.json, .double): differs("floats from 1e7 up and below 1e-3 are spelt as 1.0E7")
        default: break
        }
        return name
    }
}

extension WriteOperation {
    /// The same files in another format.
    fileprivate func with(format: FileFormat) -> WriteOperation {
        WriteOperation(
            format: format, path: path, range: range, fileNameSuffix: fileNameSuffix,
            shardNameTemplate: shardNameTemplate, shardCount: shardCount, compression: compression)
    }
}

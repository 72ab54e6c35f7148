public import DataModel
public import Diagnostics
public import Engine
public import Planning
import Platform
import Synchronization
public import Workers

/// Finds the schemas of files from samples, and learns from runs where a sample was not enough.
public final class FileInspector: SourceInspector {
    /// Types that data has shown to be needed, by pattern and field.
    private let widened = Mutex<[String: [(name: String, type: FieldType)]]>([:])
    let blockSize: Int
    let workers: (any WorkerHost)?
    let permission: WorkerPermission

    /// - Parameters:
    ///   - workers: are asked about what is not ours to read: files of other formats, databases, a person's code.
    ///   - permission: what may be asked of them now.
    public convenience init(workers: (any WorkerHost)? = nil, permission: WorkerPermission = .everything) {
        self.init(blockSize: 1 << 20, workers: workers, permission: permission)
    }

    init(blockSize: Int, workers: (any WorkerHost)? = nil, permission: WorkerPermission = .everything) {
        self.blockSize = blockSize
        self.workers = workers
        self.permission = permission
    }

    public func schema(of read: ReadOperation) throws(Diagnostic) -> Schema {
        let sampled = try sample(read)
        guard let needed = widened.withLock({ $0[read.pattern] }) else { return sampled }
        let isJSON = if case .json = read.format { true } else { false }
        var fields = sampled.fields
        for (name, type) in needed {
            if let index = fields.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                let known = fields[index].type
                fields[index].type = isJSON ? JSONTypes.join(known, type) : TypeLattice.join(known, type)
            } else if isJSON {
                fields.append(Field(name, type))
            }
        }
        return Schema(fields)
    }

    private func sample(_ read: ReadOperation) throws(Diagnostic) -> Schema {
        if RemotePath.isRemote(read.pattern), permission == .ownCode { throw Self.unseen(read) }
        let found: (paths: [String], context: ReadContext)
        do throws(Diagnostic) {
            found = try FilePattern.files(of: read, workers: workers)
        } catch {
            // Without its environment the worker cannot be asked, which is no fault of the pipeline.
            throw error.code == .environmentMissing ? Self.unseen(read) : error
        }
        let (files, context) = found
        switch read.format {
        case .csv(let options):
            var sampler = CSVSampler(context, options, files: files)
            return try sampler.schema()
        case .text: return Schema([Field("line", .string)])
        case .tfrecord: return Schema([Field("record", .bytes)])
        case .json(let options):
            var sampler = JSONSampler(context, isLines: options.isLines, files: files)
            return try sampler.schema()
        }
    }

    private static func unseen(_ read: ReadOperation) -> Diagnostic {
        Diagnostic(
            .remoteFilesUnseen, severity: .note, "what '\(read.pattern)' holds is known only when the pipeline runs",
            at: read.range)
    }

    /// Takes in that a run met a value which its planned type cannot hold: from now on the field has the wider type.
    ///
    /// Planning and running again ends, since each step widens a type and there is a widest.
    public func widen(_ drift: SchemaDrift) {
        widened.withLock { $0[drift.pattern, default: []].append((drift.field, drift.neededType)) }
    }
}

/// How types widen where data does not fit.
enum TypeLattice {
    /// The narrowest type for values of both: integers become doubles, all else of CSV text.
    static func join(_ left: FieldType, _ right: FieldType) -> FieldType {
        let isNullable = left.isNullable || right.isNullable
        if left.kind == right.kind { return FieldType(left.kind, isNullable: isNullable) }
        switch (left.kind, right.kind) {
        case (.int64, .double), (.double, .int64): return FieldType(.double, isNullable: isNullable)
        case (.any, _), (_, .any): return .any
        case (.string, _), (_, .string), (.boolean, _), (_, .boolean): return FieldType(.string, isNullable: isNullable)
        default: return left.union(right, widensIntegers: true)
        }
    }
}

public import DataModel
public import Diagnostics
public import Engine
public import Planning
import Platform
import Synchronization

/// Finds the schemas of files from samples, and learns from runs where a sample was not enough.
public final class FileInspector: SourceInspector {
    /// Types that data has shown to be needed, by pattern and field.
    private let widened = Mutex<[String: [[UInt8]: FieldType]]>([:])
    let blockSize: Int

    public convenience init() { self.init(blockSize: 1 << 20) }

    init(blockSize: Int) { self.blockSize = blockSize }

    public func schema(of read: ReadOperation) throws(Diagnostic) -> Schema {
        let sampled = try sample(read)
        guard let needed = widened.withLock({ $0[read.pattern] }) else { return sampled }
        return Schema(
            sampled.fields.map { field in
                needed[Array(field.name.utf8)].map { Field(field.name, TypeLattice.join(field.type, $0)) } ?? field
            })
    }

    private func sample(_ read: ReadOperation) throws(Diagnostic) -> Schema {
        let files = try FilePattern.files(of: read)
        let context = ReadContext(read: read)
        switch read.format {
        case .csv(let options):
            var sampler = CSVSampler(context, options, files: files)
            return try sampler.schema()
        case .text: return Schema([Field("line", .string)])
        case .tfrecord: return Schema([Field("record", .bytes)])
        case .json: return Schema.empty
        }
    }

    /// Takes in that a run met a value which its planned type cannot hold: from now on the field has the wider type.
    ///
    /// Planning and running again ends, since each step widens a type and there is a widest.
    public func widen(_ drift: SchemaDrift) {
        widened.withLock {
            let name = Array(drift.field.utf8)
            let known = $0[drift.pattern]?[name]
            $0[drift.pattern, default: [:]][name] = known.map { TypeLattice.join($0, drift.neededType) } ?? drift.neededType
        }
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

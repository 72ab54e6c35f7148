public import DataModel
public import Diagnostics
public import Planning

/// What the embedded engine asks of sources and sinks; module `Connectors` answers.
public protocol Connectors: Sendable {
    /// Opens the files of a read.
    ///
    /// `neededFields` are the indexes of the schema's fields that some step uses: the reader may leave the others
    /// `absent`, but every batch has all columns of `schema`.
    func reader(for read: ReadOperation, schema: Schema, neededFields: Set<Int>) throws(Diagnostic) -> any RecordReader

    /// Starts a write; nothing is visible at its path before `commit`.
    func writer(
        for write: WriteOperation, schema: Schema, windowing: Windowing
    ) throws(Diagnostic) -> any RecordWriter

    /// The files that a pattern names, sorted by path; a pattern without wildcards gives the file if it exists.
    func files(matching pattern: String) throws(Diagnostic) -> [FileEntry]
}

/// A file as `MatchAll` lists it.
public struct FileEntry: Sendable, Hashable {
    public let path: String
    public let sizeInBytes: Int64
    /// Seconds since the epoch.
    public let lastUpdated: Double

    public init(path: String, sizeInBytes: Int64, lastUpdated: Double) {
        self.path = path
        self.sizeInBytes = sizeInBytes
        self.lastUpdated = lastUpdated
    }
}

/// Gives a source's data in pieces, in order. How it is cut must not depend on the number of workers: results are
/// then the same on any machine.
public protocol RecordReader: AnyObject, Sendable {
    /// The size of all input in bytes where it is known, for progress.
    var totalBytes: Int64? { get }

    /// The next piece, or `nil` at the end. The engine calls it from one thread at a time; it should do little more
    /// than read bytes and find the last record boundary, since parsing happens in `Morsel.parse` on all workers.
    func next() throws(Diagnostic) -> (any Morsel)?
}

/// A piece of a source's data, small enough to be parsed at once (about a megabyte).
public protocol Morsel: Sendable {
    /// The bytes of input it stands for.
    var byteCount: Int { get }

    /// Its rows. Runs on any worker, once.
    ///
    /// Throws a diagnostic with file and row where the data is broken, or `SchemaDrift` where a column turns out to
    /// hold another type than the plan was made with.
    func parse() throws -> Batch

    /// The same in pieces, for morsels whose rows are more than one batch should hold.
    func parse(_ emit: (Batch) throws -> Void) throws
}

extension Morsel {
    public func parse(_ emit: (Batch) throws -> Void) throws { try emit(try parse()) }
}

/// A column holds something that its planned type cannot: the run has to be planned again with the wider type.
public struct SchemaDrift: Error, Sendable {
    public let pattern: String
    public let field: String
    public let plannedType: FieldType
    public let neededType: FieldType
    /// The file, 1-based line and text of the first value that does not fit.
    public let evidence: String

    public init(pattern: String, field: String, plannedType: FieldType, neededType: FieldType, evidence: String) {
        self.pattern = pattern
        self.field = field
        self.plannedType = plannedType
        self.neededType = neededType
        self.evidence = evidence
    }

    /// What to tell the user when the run starts again with the wider type.
    public func note(in plan: Plan) -> Diagnostic {
        let step = plan.steps.first { step in
            if case .read(let read) = step.operation { read.pattern == pattern } else { false }
        }
        return Diagnostic(
            .columnWidened, severity: .note, "the field '\(field)' is read as \(neededType), not as \(plannedType)",
            at: step?.range, notes: ["because of \(evidence)"])
    }
}

/// Writes a collection so that it appears whole or not at all.
public protocol RecordWriter: AnyObject, Sendable {
    /// Turns rows into bytes; runs on all workers at once.
    func encode(_ batch: Batch) throws -> any EncodedPiece

    /// Takes encoded pieces in the order of the rows, from one thread at a time, into temporary files.
    func write(_ piece: any EncodedPiece) throws(Diagnostic)

    /// Completes the temporary files. After it, `commit` can hardly fail. Returns the bytes written.
    func prepare() throws(Diagnostic) -> Int64

    /// Moves the files to their names. Returns the paths.
    func commit() throws(Diagnostic) -> [String]

    /// Removes everything that was written; called on every path that does not commit.
    func abandon()
}

/// Some encoded rows on their way to a file.
public protocol EncodedPiece: Sendable {
    var byteCount: Int { get }
}

public import DataModel
public import Diagnostics

/// What the planner asks about data that it cannot see: connectors answer, so that types are known before a run.
public protocol SourceInspector: Sendable {
    /// The schema of what a read will give, from the files' headers and data.
    ///
    /// Throws a diagnostic at the operation's path where nothing matches the pattern or the data has no schema.
    func schema(of read: ReadOperation) throws(Diagnostic) -> Schema
}

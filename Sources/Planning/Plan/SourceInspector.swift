public import DataModel
public import Diagnostics

/// What the planner asks about data that it cannot see: connectors answer, so that types are known before a run.
public protocol SourceInspector: Sendable {
    /// The schema of what a read will give, from the files' headers and data.
    ///
    /// Throws a diagnostic at the operation's path where nothing matches the pattern or the data has no schema.
    func schema(of read: ReadOperation) throws(Diagnostic) -> Schema

    /// What a worker's task says of itself for inputs of the given schemas, or `nil` where it must not or cannot be
    /// asked now: what comes out of it is then known only when the pipeline runs.
    ///
    /// Throws a diagnostic at the part of the task's configuration that is wrong.
    func description(
        of task: WorkerTask, inputs: [Schema], step: WorkerStep
    ) throws(Diagnostic) -> TaskDescription?
}

extension SourceInspector {
    /// Asks nobody.
    public func description(
        of task: WorkerTask, inputs: [Schema], step: WorkerStep
    ) throws(Diagnostic) -> TaskDescription? { nil }
}

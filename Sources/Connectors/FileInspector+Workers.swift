public import DataModel
public import Diagnostics
public import Planning
import Workers

/// What the planner may ask of workers.
public enum WorkerPermission: Sendable {
    /// Only our own code over local files: what `validate` does with a stranger's pipeline.
    case ownCode
    /// Also code that came with the pipeline, and connections.
    case everything
}

extension FileInspector {
    public func description(
        of task: WorkerTask, inputs: [Schema], step: WorkerStep
    ) throws(Diagnostic) -> TaskDescription? {
        guard let workers else { return nil }
        if permission == .ownCode, task.runsUserCode || task.connects { return nil }
        do throws(Diagnostic) {
            let opened = try workers.open(task, inputs: inputs, step: step)
            defer { opened.close() }
            return opened.description
        } catch {
            // Without its environment a task cannot be asked, which is no fault of the pipeline.
            if error.code == .environmentMissing { return nil }
            throw error
        }
    }
}

import Planning
import Platform

/// A plan whose files go below a folder of ours: nothing of the person's is overwritten.
struct RedirectedPlan {
    let folder: String

    /// - Parameter read: what a step reads instead.
    func plan(_ plan: Plan, reading read: (Step, ReadOperation) -> ReadOperation = { $1 }) -> Plan {
        var plan = plan
        plan.steps = plan.steps.map { step in
            switch step.operation {
            case .read(let operation): return step.replacing(operation: .read(read(step, operation)))
            case .write(let write): return step.replacing(operation: .write(redirected(write, step)))
            case .log: return step.replacing(operation: .write(printed(step)))
            default: return step
            }
        }
        return plan
    }

    /// Where the files of a step are.
    func files(of step: Step) -> String { Path.join(folder, "step-\(step.id)") }

    private func redirected(_ write: WriteOperation, _ step: Step) -> WriteOperation {
        WriteOperation(
            format: write.format, path: Path.join(files(of: step), Path.name(of: write.path)),
            range: write.range, fileNameSuffix: write.fileNameSuffix, shardNameTemplate: write.shardNameTemplate,
            shardCount: write.shardCount, compression: write.compression)
    }

    /// Rows that would be printed, as files.
    private func printed(_ step: Step) -> WriteOperation {
        WriteOperation(format: .json(JSONOptions()), path: Path.join(files(of: step), "rows"), range: step.range)
    }
}

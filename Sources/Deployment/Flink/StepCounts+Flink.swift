import Planning
import Translation

/// What Flink tells of steps. The counters of its operators are gone when a task has finished, those of its vertices stay:
/// in a vertex that reads a table and nothing else they are the table's.
extension StepCounts {
    mutating func take(_ job: FlinkREST.Job) {
        for vertex in job.vertices where vertex.isCounted || job.endedAt < 0 {
            guard let table = Self.table(readBy: vertex.name),
                let input = program.inputs.first(where: { $0.relation == table })
            else { continue }
            let reference = OutputReference(step: input.step)
            // A table may be read for several outputs, each time as a whole.
            rows[reference] = max(rows[reference] ?? 0, vertex.recordsIn)
        }
    }

    /// `orders`, of `Source: orders[1] -> (Calc[2], Calc[7] -> Sink: Filesystem)`.
    static func table(readBy vertex: String) -> String? {
        let start = "Source: "
        guard vertex.hasPrefix(start) else { return nil }
        let rest = vertex.dropFirst(start.count)
        guard rest.firstRange(of: start) == nil, let end = rest.firstIndex(of: "[") else { return nil }
        return String(rest[..<end])
    }

    /// Takes what lies in the staging folder when the job has finished.
    mutating func take(_ staging: StagingFolder) {
        for output in program.outputs {
            guard let written = WrittenRecords(output, in: staging) else { continue }
            take(output, records: written.records, bytes: written.bytes)
        }
    }
}

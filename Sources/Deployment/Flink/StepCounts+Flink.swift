import Planning
import Translation

/// What Flink tells of steps. The counters of its operators are gone when a task has finished, those of its vertices stay:
/// in a vertex that reads a table and nothing else they are the table's.
extension StepCounts {
    mutating func take(_ job: FlinkREST.Job) {
        for vertex in job.vertices where vertex.isCounted || job.endedAt < 0 {
            guard let table = Self.table(readBy: vertex.name),
                let step = program.inputs.first(where: { $0.relation == table })?.step
                    ?? program.topicInputs.first(where: { $0.relation == table })?.step
            else { continue }
            let reference = OutputReference(step: step)
            // A table may be read for several outputs, each time as a whole.
            rows[reference] = max(rows[reference] ?? 0, vertex.recordsIn)
        }
    }

    /// `orders`, of `Source: orders[1] -> (Calc[2], Calc[7] -> Sink: Filesystem)` or of
    /// `Source: KafkaSource-default_catalog.default_database.orders -> Calc[2]`.
    static func table(readBy vertex: String) -> String? {
        let start = "Source: "
        guard vertex.hasPrefix(start) else { return nil }
        let rest = vertex.dropFirst(start.count)
        guard rest.firstRange(of: start) == nil else { return nil }
        let topic = "KafkaSource-default_catalog.default_database."
        if rest.hasPrefix(topic) { return String(rest.dropFirst(topic.count).prefix { $0 != " " }) }
        return rest.firstIndex(of: "[").map { String(rest[..<$0]) }
    }

    /// Takes what lies in the staging folder when the job has finished.
    mutating func take(_ staging: StagingFolder) {
        for output in program.outputs {
            guard let written = WrittenRecords(output, in: staging) else { continue }
            take(output, records: written.records, bytes: written.bytes)
        }
    }
}

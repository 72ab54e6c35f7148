public import DataModel

/// Event time as columns of a batch, which is how it travels to workers and back.
public enum EventTimeColumns {
    /// Microseconds since the epoch, as `tasks.py` names them.
    static let timestamp = "__beamstack_timestamp"
    static let windowStart = "__beamstack_window_start"
    static let windowEnd = "__beamstack_window_end"

    /// The schema of what `attach` gives.
    public static func schema(_ schema: Schema, hasWindows: Bool) -> Schema {
        let names = [timestamp] + (hasWindows ? [windowStart, windowEnd] : [])
        return Schema(schema.fields + names.map { Field($0, .int64) })
    }

    /// The batch with its event time as columns behind the others.
    public static func attach(to batch: Batch, hasWindows: Bool) -> Batch {
        var times = [batch.timestamps ?? Buffer(repeating: EventTime.minTimestamp, count: batch.count)]
        if hasWindows {
            times.append(batch.windows?.starts ?? Buffer(repeating: EventTime.minTimestamp, count: batch.count))
            times.append(batch.windows?.ends ?? Buffer(repeating: EventTime.globalWindowEnd, count: batch.count))
        }
        return batch.with(
            schema: schema(batch.schema, hasWindows: hasWindows),
            columns: batch.columns + times.map { Column(type: .int64, count: batch.count, data: .int64($0)) })
    }

    /// The batch with what such columns say as its event time; other batches as they are.
    public static func detach(from batch: Batch) -> Batch {
        func take(_ name: String) -> Buffer<Int64>? {
            guard case .int64(let values)? = batch.column(name)?.data else { return nil }
            return values
        }
        let reserved: Set<String> = [timestamp, windowStart, windowEnd]
        let kept = batch.schema.fields.indices.filter { !reserved.contains(batch.schema.fields[$0].name) }
        guard kept.count < batch.schema.count else { return batch }
        var windows = batch.windows
        if let starts = take(windowStart), let ends = take(windowEnd) {
            windows = WindowColumn(starts: starts, ends: ends)
        }
        return Batch(
            schema: Schema(kept.map { batch.schema.fields[$0] }), columns: kept.map { batch.columns[$0] },
            count: batch.count, timestamps: take(timestamp) ?? batch.timestamps, windows: windows)
    }
}

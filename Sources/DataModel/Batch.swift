/// Some rows of a collection, column by column, with their event time.
public struct Batch: Sendable {
    public let schema: Schema
    public let columns: [Column]
    public let count: Int
    /// The event time of each row in microseconds since the epoch; `nil` where all rows have `minTimestamp`.
    public let timestamps: Buffer<Int64>?
    /// The window of each row where grouping has fixed it; `nil` where windows still follow from timestamps and the
    /// windowing of the edge.
    public let windows: WindowColumn?

    public init(
        schema: Schema, columns: [Column], count: Int, timestamps: Buffer<Int64>? = nil, windows: WindowColumn? = nil
    ) {
        self.schema = schema
        self.columns = columns
        self.count = count
        self.timestamps = timestamps
        self.windows = windows
    }

    /// The same rows with other columns.
    public func with(schema: Schema, columns: [Column]) -> Batch {
        Batch(schema: schema, columns: columns, count: count, timestamps: timestamps, windows: windows)
    }

    public func column(_ name: String) -> Column? {
        schema.index(of: name).map { columns[$0] }
    }
}

/// Half-open intervals of event time in microseconds, one a row.
public struct WindowColumn: Sendable {
    public let starts: Buffer<Int64>
    public let ends: Buffer<Int64>

    public init(starts: Buffer<Int64>, ends: Buffer<Int64>) {
        self.starts = starts
        self.ends = ends
    }
}

/// Beam's bounds of event time, in microseconds.
public enum EventTime {
    /// The timestamp of elements of a bounded source.
    public static let minTimestamp: Int64 = -9_223_372_036_854_775_000
    public static let maxTimestamp: Int64 = 9_223_372_036_854_775_000
    /// The end of the global window: one day before `maxTimestamp`.
    public static let globalWindowEnd: Int64 = 9_223_371_950_454_775_000
}

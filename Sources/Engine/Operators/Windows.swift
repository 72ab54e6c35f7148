import DataModel
import Planning

/// Half-open intervals of event time, and where rows fall.
enum Windows {
    /// Beam's resolution of a window's last instant: outputs of grouping carry `end` less this.
    static let granularity: Int64 = 1000

    /// The start of the last window of `period` that begins at or before a timestamp.
    @inline(__always)
    static func start(of timestamp: Int64, period: Int64, offset: Int64) -> Int64 {
        let shifted = timestamp.subtractingReportingOverflow(offset)
        let remainder = (shifted.overflow ? timestamp : shifted.partialValue) % period
        let distance = remainder < 0 ? remainder &+ period : remainder
        let start = timestamp.subtractingReportingOverflow(distance)
        return start.overflow ? .min : start.partialValue
    }

    /// The windows of each row: the batch's own where grouping has fixed them, else by timestamp. Rows in several
    /// windows are repeated, once a window. Sessions are not merged here.
    static func assigned(_ batch: Batch, windowing: Windowing) -> Batch {
        if batch.windows != nil { return batch }
        let count = batch.count
        let starts = Buffer<Int64>(uninitializedCount: count)
        let ends = Buffer<Int64>(uninitializedCount: count)
        switch windowing {
        case .global:
            starts.pointer.update(repeating: EventTime.minTimestamp, count: count)
            ends.pointer.update(repeating: EventTime.globalWindowEnd, count: count)
        case .fixed(let size, let offset):
            for row in 0..<count {
                let start = start(of: batch.timestamp(row), period: size, offset: offset)
                starts.pointer[row] = start
                ends.pointer[row] = start &+ size
            }
        case .sessions(let gap):
            for row in 0..<count {
                starts.pointer[row] = batch.timestamp(row)
                ends.pointer[row] = batch.timestamp(row) &+ gap
            }
        case .sliding(let size, let period, let offset):
            return slid(batch, size: size, period: period, offset: offset)
        }
        return batch.with(windows: WindowColumn(starts: starts, ends: ends))
    }

    private static func slid(_ batch: Batch, size: Int64, period: Int64, offset: Int64) -> Batch {
        let parents = Buffer<Int32>()
        let starts = Buffer<Int64>()
        let ends = Buffer<Int64>()
        for row in 0..<batch.count {
            let timestamp = batch.timestamp(row)
            var start = start(of: timestamp, period: period, offset: offset)
            while start > timestamp &- size {
                parents.append(Int32(truncatingIfNeeded: row))
                starts.append(start)
                ends.append(start &+ size)
                let earlier = start.subtractingReportingOverflow(period)
                if earlier.overflow { break }
                start = earlier.partialValue
            }
        }
        return batch.gather(parents).with(windows: WindowColumn(starts: starts, ends: ends))
    }
}

extension Batch {
    /// The event time of a row in microseconds.
    @inline(__always)
    func timestamp(_ row: Int) -> Int64 {
        if let timestamps { timestamps.pointer[row] } else { EventTime.minTimestamp }
    }

    func with(windows: WindowColumn?) -> Batch {
        Batch(schema: schema, columns: columns, count: count, timestamps: timestamps, windows: windows)
    }

    func with(timestamps: Buffer<Int64>?, windows: WindowColumn? = nil) -> Batch {
        Batch(schema: schema, columns: columns, count: count, timestamps: timestamps, windows: windows)
    }
}

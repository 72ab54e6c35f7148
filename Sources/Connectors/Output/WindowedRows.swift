import DataModel
import Planning

/// The rows of a batch by the window whose file they go to.
enum WindowedRows {
    /// Windows in order of first appearance, each with its rows in order; `nil` for the global window.
    static func split(_ batch: Batch, by windowing: Windowing) -> [(window: FileNaming.Window?, rows: Batch)] {
        if windowing == .global { return [(nil, batch)] }
        var order: [FileNaming.Window] = []
        var rows: [FileNaming.Window: Buffer<Int32>] = [:]
        func add(_ window: FileNaming.Window, _ row: Int) {
            if let known = rows[window] { return known.append(Int32(truncatingIfNeeded: row)) }
            order.append(window)
            rows[window] = Buffer<Int32>([Int32(truncatingIfNeeded: row)])
        }
        for row in 0..<batch.count {
            if let windows = batch.windows {
                add(FileNaming.Window(start: windows.starts[row], end: windows.ends[row]), row)
            } else {
                let timestamp = batch.timestamps?[row] ?? EventTime.minTimestamp
                for window in assigned(timestamp, windowing) { add(window, row) }
            }
        }
        return order.map { window in
            (isGlobal(window) ? nil : window, rows[window].map { batch.gather($0) } ?? batch)
        }
    }

    private static func isGlobal(_ window: FileNaming.Window) -> Bool { window.end == EventTime.globalWindowEnd }

    private static func assigned(_ timestamp: Int64, _ windowing: Windowing) -> [FileNaming.Window] {
        switch windowing {
        case .global: return [FileNaming.Window(start: EventTime.minTimestamp, end: EventTime.globalWindowEnd)]
        case .fixed(let size, let offset):
            let start = lastStart(timestamp, max(1, size), offset)
            return [FileNaming.Window(start: start, end: start &+ max(1, size))]
        case .sessions(let gap): return [FileNaming.Window(start: timestamp, end: timestamp &+ gap)]
        case .sliding(let size, let period, let offset):
            let last = lastStart(timestamp, max(1, period), offset)
            var windows: [FileNaming.Window] = []
            var distance: Int64 = 0
            while distance < size, last &- distance > timestamp &- size {
                windows.append(FileNaming.Window(start: last &- distance, end: last &- distance &+ size))
                distance += max(1, period)
            }
            return windows
        }
    }

    private static func lastStart(_ timestamp: Int64, _ period: Int64, _ offset: Int64) -> Int64 {
        let remainder = (timestamp &- offset) % period
        return timestamp &- (remainder < 0 ? remainder &+ period : remainder)
    }
}

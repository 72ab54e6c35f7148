import DataModel
import Expressions
import Planning

/// Sets the event time of each row: seconds since the epoch, or a timestamp.
final class AssignTimestampsOperator: Operator, @unchecked Sendable {  // as Operator
    private let timestamp: RowEvaluator

    init(step: Step, metrics: StepMetrics, timestamp: RowEvaluator) {
        self.timestamp = timestamp
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let result = try timestamp.evaluateOne(batch)
        var failures = result.failures
        let timestamps = Buffer<Int64>(repeating: 0, count: batch.count)
        let failed = Set(failures.map(\.row))
        for row in 0..<batch.count where !failed.contains(row) {
            if let micros = microseconds(result.column, row: row) {
                timestamps.pointer[row] = micros
            } else {
                let value = result.column.value(at: row)
                let message =
                    "Cannot interpret \(PythonValues.text(value)) <class '\(PythonValues.typeName(value))'> as Timestamp."
                failures.append(RowFailure(row: row, error: .typeError(message)))
            }
        }
        // The timestamps must be filtered with the rows.
        let stamped = batch.with(timestamps: timestamps)
        guard !failures.isEmpty else { return try emit(stamped, in: context) }
        failures.sort { $0.row < $1.row }
        try reject(failures, of: batch, at: step.expressionRange, in: context)
        try emit(withoutFailures(failures, in: stamped), in: context)
    }

    @inline(__always)
    private func microseconds(_ column: Column, row: Int) -> Int64? {
        if column.isNull(row) { return nil }
        switch column.data {
        case .int64(let values):
            if column.type.kind == .int64 {
                let (micros, overflow) = values.pointer[row].multipliedReportingOverflow(by: 1_000_000)
                return overflow ? nil : micros
            }
            return values.pointer[row]
        case .double(let values): return Int64(exactly: (values.pointer[row] * 1e6).rounded(.toNearestOrEven))
        default:
            switch column.value(at: row) {
            case .int(let seconds):
                let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
                return overflow ? nil : micros
            case .boolean(let flag): return flag ? 1_000_000 : 0
            case .double(let seconds): return Int64(exactly: (seconds * 1e6).rounded(.toNearestOrEven))
            case .timestamp(let micros), .duration(let micros): return micros
            case .datetime(let moment) where moment.offsetSeconds != nil: return moment.instantOrLocal
            default: return nil
            }
        }
    }
}

/// Changes the windowing: windows that grouping had fixed are forgotten, a row in several becomes several.
final class WindowOperator: Operator, @unchecked Sendable {  // as Operator
    private let inputWindowing: Windowing

    init(step: Step, metrics: StepMetrics, inputWindowing: Windowing) {
        self.inputWindowing = inputWindowing
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        var batch = batch
        if case .sliding = inputWindowing { batch = Windows.assigned(batch, windowing: inputWindowing) }
        try emit(batch.with(windows: nil), in: context)
    }
}

/// Appends properties of each row's event time and window.
final class ExtractWindowingInfoOperator: Operator, @unchecked Sendable {  // as Operator
    private let fields: [WindowingInfoField]
    private let windowing: Windowing

    init(step: Step, metrics: StepMetrics, fields: [WindowingInfoField], windowing: Windowing) {
        self.fields = fields
        self.windowing = windowing
        super.init(step: step, metrics: metrics)
    }

    override func process(_ batch: Batch, input: Int, in context: WorkerContext) throws {
        let needsWindows = fields.contains { $0.property != .timestamp && $0.property != .paneInfo }
        let batch = needsWindows ? Windows.assigned(batch, windowing: windowing) : batch
        let schema = schema()
        var columns = batch.columns
        for (position, field) in fields.enumerated() {
            let type = schema.fields[batch.schema.count + position].type
            columns.append(column(field.property, of: batch, type: type))
        }
        try emit(batch.with(schema: schema, columns: columns), in: context)
    }

    private func column(_ property: WindowingInfoField.Property, of batch: Batch, type: FieldType) -> Column {
        let count = batch.count
        switch property {
        case .timestamp:
            let timestamps = batch.timestamps ?? Buffer(repeating: EventTime.minTimestamp, count: count)
            return Column(type: .timestamp, count: count, data: .int64(timestamps)).cast(to: type)
        case .windowStart, .windowEnd:
            guard let windows = batch.windows else { break }
            let times = property == .windowStart ? windows.starts : windows.ends
            return Column(type: .timestamp, count: count, data: .int64(times)).cast(to: type)
        case .windowString, .windowType, .windowObject, .paneInfo: break
        }
        var builder = ColumnBuilder(type: type, capacity: count)
        for row in 0..<count {
            builder.append(value(property, of: batch, row: row))
        }
        return builder.finish()
    }

    private func value(_ property: WindowingInfoField.Property, of batch: Batch, row: Int) -> Value {
        let start = batch.windows?.starts[row] ?? EventTime.minTimestamp
        let end = batch.windows?.ends[row] ?? EventTime.globalWindowEnd
        let isGlobal = windowing == .global
        switch property {
        case .timestamp: return .timestamp(batch.timestamp(row))
        case .windowStart: return .timestamp(start)
        case .windowEnd: return .timestamp(end)
        case .windowType: return .string(isGlobal ? "GlobalWindow" : "IntervalWindow")
        case .windowString:
            if isGlobal { return .string("GlobalWindow") }
            let bounds = [start, end].map { DoubleFormatting.description(Double($0) / 1e6) }
            return .string("[\(bounds[0]), \(bounds[1]))")
        case .windowObject:
            return .row(RowValue(["start": .timestamp(start), "end": .timestamp(end)]))
        case .paneInfo:
            return .row(
                RowValue([
                    "is_first": .boolean(true), "is_last": .boolean(true), "timing": .string("UNKNOWN"),
                    "index": .int(0), "nonspeculative_index": .int(0),
                ]))
        }
    }
}

extension Value {
    /// As `str()` shows scalars in messages.
    var plainText: String {
        if case .string(let text) = self { text } else { JSONWriter.text(self) }
    }
}

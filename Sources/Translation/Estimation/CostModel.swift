import Planning

/// What work costs on an engine: figures of one task on one core, measured as docs/estimate.md tells.
///
/// They are right within a factor of two on machines of today; what a pipeline was measured to take corrects them.
public struct CostModel: Sendable {
    /// The engine as its makers call it.
    public let title: String
    /// Seconds before the first row and after the last.
    let startSeconds: Double
    /// Bytes a second that one task reads of CSV or JSON, parsed.
    let parsedBytes: Double
    /// Bytes a second that one task reads of lines.
    let lineBytes: Double
    /// Rows a second of one step that computes row by row.
    let computedRows: Double
    /// Rows a second that Python functions are called for, and seconds until the first can be.
    let pythonRows: Double
    let pythonStartSeconds: Double
    /// Rows a second that are shuffled and grouped.
    let groupedRows: Double
    /// Rows a second that are shuffled and joined, of all sides together.
    let joinedRows: Double
    /// Bytes a second that are written.
    let writtenBytes: Double
    /// Whether one task reads one file as a whole.
    let readsWholeFiles: Bool
    /// Bytes that a worker needs before it holds any row, and those that each of its tasks adds.
    let workerBytes: Double
    let taskBytes: Double
    /// Bytes beside the values that a group or a joined row takes.
    let entryBytes: Double

    /// The embedded engine.
    public static let embedded = CostModel(
        title: "the embedded engine", startSeconds: 0.01, parsedBytes: 250e6, lineBytes: 500e6, computedRows: 60e6,
        pythonRows: 700e3, pythonStartSeconds: 0.5, groupedRows: 30e6, joinedRows: 20e6, writtenBytes: 250e6,
        readsWholeFiles: false,
        workerBytes: 16e6, taskBytes: 16e6, entryBytes: 48)

    /// Apache Flink's batch and streaming jobs on a session cluster.
    public static let flink = CostModel(
        title: "Apache Flink", startSeconds: 3, parsedBytes: 120e6, lineBytes: 200e6, computedRows: 15e6,
        pythonRows: 75e3, pythonStartSeconds: 5, groupedRows: 8e6, joinedRows: 1.5e6, writtenBytes: 60e6,
        readsWholeFiles: true,
        workerBytes: 1.2e9, taskBytes: 150e6, entryBytes: 200)

    /// Apache Spark with a driver of its own.
    public static let spark = CostModel(
        title: "Apache Spark", startSeconds: 13, parsedBytes: 30e6, lineBytes: 60e6, computedRows: 8e6,
        pythonRows: 330e3, pythonStartSeconds: 6, groupedRows: 3e6, joinedRows: 2e6, writtenBytes: 50e6,
        readsWholeFiles: true,
        workerBytes: 0.7e9, taskBytes: 150e6, entryBytes: 160)

    /// - Parameter engine: `nil` for the embedded one.
    public static func of(_ engine: TargetEngine?) -> CostModel {
        switch engine {
        case nil: .embedded
        case .flink: .flink
        case .spark: .spark
        }
    }
}

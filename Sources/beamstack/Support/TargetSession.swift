import Deployment
import Diagnostics
import Platform
import Projects
import Translation

/// A target in use: what was started for it lasts until `close`, however many plans run.
final class TargetSession {
    let target: Target
    private let workers: Int?
    private let memory: Int?
    private let cluster: TemporaryCluster

    /// - Parameters:
    ///   - workers: tasks at once, where the command line says.
    ///   - memory: bytes, where the command line says.
    init(_ target: Target, workers: Int?, memory: Int?) throws {
        self.target = target
        self.workers = workers ?? target.definition.parallelism
        self.memory = memory
        cluster = TemporaryCluster(
            .flink, slots: self.workers, memoryInBytes: memory.map { Int64($0) }, manager: try ClusterSupport.manager(),
            installation: { () throws(Diagnostic) in
                try ClusterSupport.installation(.flink, version: nil, installs: true)
            })
    }

    /// Ends what was started.
    func close() { cluster.remove() }

    /// What runs plans of one pipeline.
    ///
    /// - Parameter savepoint: the state that a stream goes on from.
    func runner(
        _ support: WorkerSupport, isVerbose: Bool, showsProgress: Bool, recorder: JobRecorder? = nil,
        folder: JobFolder? = nil, savepoint: String? = nil
    ) throws -> any PlanRunner {
        let threads = workers ?? Host.coreCount
        switch target.engine {
        case .embedded:
            return EmbeddedRunner(workers: threads, memory: memory ?? target.definition.memory, support: support)
        case .spark(let master):
            return SparkRunner(
                master: master, workers: threads, memory: memory, settings: try target.sparkSettings,
                isVerbose: isVerbose, showsProgress: showsProgress, support: support, recorder: recorder, folder: folder
            )
        case .flink(let address):
            return FlinkRunner(
                address: address, parallelism: workers, memory: memory, jars: target.jars,
                savepoint: savepoint, settings: try target.settings,
                isVerbose: isVerbose, showsProgress: showsProgress, support: support, recorder: recorder,
                folder: folder, temporary: cluster)
        }
    }
}

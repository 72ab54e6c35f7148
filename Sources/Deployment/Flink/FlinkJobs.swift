import Diagnostics
public import Projects

/// The jobs of a Flink cluster.
public struct FlinkJobs: EngineJobs {
    private let rest: FlinkREST

    /// - Parameter address: of the JobManager's REST API.
    public init(address: String) {
        rest = FlinkREST(address: address)
    }

    /// Whether Flink answers at the address.
    public var isReachable: Bool { (try? rest.overview()) != nil }

    public func status(of engineJobID: String) throws -> EngineJobStatus? {
        do throws(Diagnostic) {
            guard let job = try rest.job(engineJobID) else { return nil }
            return Self.status(
                of: job, exception: job.state == "FAILED" ? try rest.exception(of: engineJobID)?.text : nil)
        } catch {
            throw EngineUnavailable.unreachable(error)
        }
    }

    /// Flink's words in our vocabulary.
    ///
    /// Source: https://nightlies.apache.org/flink/flink-docs-stable/docs/internals/job_scheduling/
    static func state(_ word: String) -> JobState {
        switch word {
        case "INITIALIZING", "CREATED": .submitted
        case "RESTARTING", "FAILING": .restarting
        case "FINISHED": .finished
        case "FAILED": .failed
        case "CANCELED": .stopped
        case "SUSPENDED": .lost
        default: .running
        }
    }

    static func status(of job: FlinkREST.Job, exception: String? = nil) -> EngineJobStatus {
        EngineJobStatus(
            state: state(job.state), engineState: job.state, startedAt: Int64(job.startedAt) * 1000,
            endedAt: job.endedAt > 0 ? Int64(job.endedAt) * 1000 : nil,
            operators: job.vertices.map { vertex in
                JobOperator(
                    name: vertex.name, recordsIn: vertex.recordsIn, recordsOut: vertex.recordsOut,
                    parallelism: vertex.parallelism, state: vertex.state)
            }, exception: exception)
    }

    public func stop(_ engineJobID: String, _ way: JobStop) throws -> String? {
        do {
            switch way {
            case .cancel:
                try rest.cancel(engineJobID)
                return nil
            case .savepoint(let folder, let drain):
                guard let job = try rest.job(engineJobID), !job.isBatch else {
                    throw Diagnostic(
                        .jobNotStopped, "it is a batch job, which Flink saves no state of", at: nil,
                        hint: "leave --savepoint and --drain out")
                }
                return try rest.stop(engineJobID, folder: folder, drain: drain)
            }
        } catch let refusal as FlinkREST.Refusal {
            throw Diagnostic(.jobNotStopped, "Flink: \(FailureCause(of: refusal.errors).message)", at: nil)
        }
    }

    /// What Flink's processes have said while the job ran.
    public func log(of engineJobID: String, from offsets: [String: Int]) throws -> [EngineLog] {
        do throws(Diagnostic) {
            guard let job = try rest.job(engineJobID) else { return [] }
            let filter = FlinkLog(
                startedAt: Int64(job.startedAt) * 1000, endedAt: job.endedAt > 0 ? Int64(job.endedAt) * 1000 : nil,
                clockOffset: try rest.clockOffset())
            var parts: [EngineLog] = []
            for worker in [nil] + (try rest.workers()) {
                let name = worker ?? "jobmanager"
                let offset = offsets[name] ?? 0
                guard var log = try rest.log(ofWorker: worker, from: offset) else { continue }
                let isNew = log.end < offset
                // A log that became shorter was begun anew.
                if isNew { log = try rest.log(ofWorker: worker, from: 0) ?? ([], 0) }
                let lines = filter.lines(of: log.bytes, isContinued: offset > 0)
                parts.append(
                    EngineLog(name: name, text: lines.text, end: (isNew ? 0 : offset) + lines.count))
            }
            return parts
        } catch {
            throw EngineUnavailable.unreachable(error)
        }
    }
}

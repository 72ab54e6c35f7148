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

    /// Where the line begins that first names a job, in bytes.
    private static func start(of job: String, in text: String) -> Int? {
        guard let name = text.firstRange(of: job) else { return nil }
        let line = text[..<name.lowerBound].lastIndex(of: "\n").map { text.index(after: $0) } ?? text.startIndex
        return text.utf8.distance(from: text.startIndex, to: line)
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

    /// Flink keeps no log of one job: what its processes have said since they first named it is given.
    public func log(of engineJobID: String, from offsets: [String: Int]) throws -> [EngineLog] {
        var parts: [EngineLog] = []
        func add(_ name: String, _ text: String?) {
            guard let text else { return }
            let bytes = text.utf8
            guard let offset = offsets[name].map({ min($0, bytes.count) }) ?? Self.start(of: engineJobID, in: text)
            else { return }
            parts.append(
                EngineLog(name: name, text: String(decoding: bytes.dropFirst(offset), as: UTF8.self), end: bytes.count))
        }
        do throws(Diagnostic) {
            add("jobmanager", try rest.log(ofWorker: nil))
            for worker in try rest.workers() { add(worker.name, try rest.log(ofWorker: worker.id)) }
        } catch {
            throw EngineUnavailable.unreachable(error)
        }
        return parts
    }
}

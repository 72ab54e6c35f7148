import Diagnostics
import Platform

/// What the API tells of jobs, and does to them.
extension FlinkREST {
    /// One vertex of a job's graph.
    struct Vertex: Sendable {
        let id: String
        let name: String
        let state: String
        let parallelism: Int
        let recordsIn: Int
        let recordsOut: Int
        /// Whether the numbers are from all of its tasks.
        var isCounted = true
    }

    struct Job: Sendable {
        let state: String
        let isBatch: Bool
        /// Milliseconds since 1970-01-01T00:00:00Z.
        let startedAt: Int
        /// -1 while it runs.
        let endedAt: Int
        let vertices: [Vertex]
    }

    /// `nil` where the cluster does not know the job.
    func job(_ id: String) throws(Diagnostic) -> Job? {
        let response = try send(request(.get, "/jobs/\(id)", timeLimit: 20_000))
        if response.status == 404 { return nil }
        guard response.status == 200, let json = response.json, let state = json["state"]?.string else {
            throw unexpected(response, "/jobs/\(id)")
        }
        let vertices = (json["vertices"]?.elements ?? []).map { vertex in
            Vertex(
                id: vertex["id"]?.string ?? "", name: vertex["name"]?.string ?? "",
                state: vertex["status"]?.string ?? "", parallelism: vertex["parallelism"]?.int ?? 1,
                recordsIn: vertex["metrics"]?["read-records"]?.int ?? 0,
                recordsOut: vertex["metrics"]?["write-records"]?.int ?? 0,
                isCounted: vertex["metrics"]?["read-records-complete"]?.bool ?? false)
        }
        return Job(
            state: state, isBatch: json["job-type"]?.string == "BATCH", startedAt: json["start-time"]?.int ?? 0,
            endedAt: json["end-time"]?.int ?? -1, vertices: vertices)
    }

    /// The exception that ended a job or made it restart last.
    struct JobException: Sendable {
        /// With all causes and frames.
        let text: String
        /// The name of the task that threw it.
        let task: String?
        /// Milliseconds since 1970-01-01T00:00:00Z.
        let time: Int
    }

    func exception(of id: String) throws(Diagnostic) -> JobException? {
        let json = try json("/jobs/\(id)/exceptions?maxExceptions=1")
        guard let entry = json["exceptionHistory"]?["entries"]?.elements?.first,
            let text = entry["stacktrace"]?.string
        else { return json["root-exception"]?.string.map { JobException(text: $0, task: nil, time: 0) } }
        // Where Flink has given up trying again, the task is only named in the exception that was one too many.
        let failures = [entry] + (entry["concurrentExceptions"]?.elements ?? [])
        return JobException(
            text: text, task: failures.lazy.compactMap { $0["taskName"]?.string }.first,
            time: entry["timestamp"]?.int ?? 0)
    }

    func cancel(_ id: String) throws {
        let response = try send(request(.patch, "/jobs/\(id)?mode=cancel"))
        guard (200..<300).contains(response.status) else { throw refusal(response) }
    }

    /// Ends a streaming job with its state saved, and waits until that is done.
    ///
    /// - Returns: where the state lies.
    func stop(_ id: String, folder: String?, drain: Bool) throws -> String {
        var request = request(.post, "/jobs/\(id)/stop")
        let body = JSONText.object(["drain": .boolean(drain), "targetDirectory": folder.map(JSONText.string)])
        request.body = .bytes(Array(body.compact.utf8), type: "application/json")
        let response = try send(request)
        guard let trigger = response.json?["request-id"]?.string else { throw refusal(response) }
        let start = MonotonicClock.seconds
        while MonotonicClock.seconds - start < 600 {
            let answer = try json("/jobs/\(id)/savepoints/\(trigger)")
            if answer["status"]?["id"]?.string == "COMPLETED" {
                // Also what has failed is said to be completed.
                if let place = answer["operation"]?["location"]?.string { return place }
                let cause = answer["operation"]?["failure-cause"]?["stack-trace"]?.string ?? "no reason was given"
                throw Refusal(status: 200, errors: cause)
            }
            Threads.sleep(milliseconds: 100)
        }
        throw Refusal(status: 200, errors: "the savepoint was not done within ten minutes")
    }

    // MARK: Logs

    /// The workers' identifiers, which are also names that a person can tell apart.
    func workers() throws(Diagnostic) -> [String] {
        (try json("/taskmanagers")["taskmanagers"]?.elements ?? []).compactMap { $0["id"]?.string }.sorted()
    }

    /// Minutes that the JobManager's clock, whose hours its log shows, is ahead of UTC.
    func clockOffset() throws(Diagnostic) -> Int {
        // Of its settings, in milliseconds.
        (try json("/config")["timezone-offset"]?.int ?? 0) / 60_000
    }

    /// What a log holds from an offset in bytes on: of a worker, or of the JobManager; and how long it is.
    ///
    /// - Returns: `nil` where the process keeps no log.
    func log(
        ofWorker worker: String?, from offset: Int
    ) throws(Diagnostic) -> (bytes: [UInt8], end: Int)? {
        let path = worker.map { "/taskmanagers/\($0)/log" } ?? "/jobmanager/log"
        var bytes: [UInt8] = []
        var length = 0
        let response = try send(request(.get, path)) { part in
            // Flink gives whole logs only.
            let skipped = min(part.count, max(0, offset - length))
            length += part.count
            bytes.append(contentsOf: part[skipped...])
            return true
        }
        return response.status == 200 ? (bytes, length) : nil
    }
}

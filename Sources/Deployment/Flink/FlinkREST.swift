public import Diagnostics
import Platform
import Projects

/// The REST API of Flink's JobManager.
///
/// Source: https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/
public struct FlinkREST: Sendable {
    /// Such as `http://127.0.0.1:8081`, without a slash at its end.
    public let address: String
    private let credentials: String?

    /// - Parameter address: a URL, which may hold `user:password@`.
    public init(address: String) {
        var address = address
        while address.hasSuffix("/") { address.removeLast() }
        if !address.contains("://") { address = "http://" + address }
        // What belongs to the user alone does not stay in the address, which messages name.
        guard let start = address.firstRange(of: "://")?.upperBound,
            let end = address[start...].firstIndex(of: "@"), !address[start..<end].contains("/")
        else {
            self.address = address
            credentials = nil
            return
        }
        credentials = String(address[start..<end])
        self.address = String(address[..<start] + address[address.index(after: end)...])
    }

    /// An answer that says no.
    struct Refusal: Error {
        let status: Int
        /// Flink's own words, many lines of stack trace among them.
        let errors: String
    }

    // MARK: The cluster

    /// A cluster at a glance.
    public struct Overview: Sendable {
        public let version: String
        public let workers: Int
        public let slots: Int
        public let freeSlots: Int
    }

    /// - Throws: that nothing, or something else than Flink, answers there.
    public func overview() throws(Diagnostic) -> Overview {
        let response = try send(request("GET", "/overview", patience: 10_000))
        guard response.status == 200, let json = response.json, let version = json["flink-version"]?.string,
            let slots = json["slots-total"]?.int
        else {
            throw Diagnostic(
                .engineUnreachable, "what answers at \(address) is not Flink", at: nil,
                hint: "the address of a target is that of the JobManager's web page; Flink's own port for it is 8081")
        }
        return Overview(
            version: version, workers: json["taskmanagers"]?.int ?? 0, slots: slots,
            freeSlots: json["slots-available"]?.int ?? 0)
    }

    // MARK: Jobs

    /// The identifier of a jar on the cluster, which is uploaded unless one of that name is there.
    func upload(_ path: String) throws(Diagnostic) -> String {
        let name = Path.name(of: path)
        if let known = try json("GET", "/jars")["files"]?.elements?.first(where: { $0["name"]?.string == name }),
            let id = known["id"]?.string
        {
            return id
        }
        var request = request("POST", "/jars/upload", patience: 120_000)
        request.body = .file(path: path, field: "jarfile", type: "application/x-java-archive")
        let response = try send(request)
        guard response.status == 200, let file = response.json?["filename"]?.string else {
            throw Diagnostic(
                .jobFailed, "Flink at \(address) does not take the program's jar (status \(response.status))", at: nil,
                hint: "'web.submit.enable' has to be true there")
        }
        return Path.name(of: file)
    }

    /// Starts a jar's main class.
    ///
    /// - Returns: the job's identifier.
    func run(
        jar: String, arguments: [String], parallelism: Int?, savepoint: String?
    ) throws -> String {
        let body = JSONText.object([
            "programArgsList": .array(arguments.map(JSONText.string)),
            "parallelism": parallelism.map(JSONText.integer), "savepointPath": savepoint.map(JSONText.string),
        ])
        var request = request("POST", "/jars/\(jar)/run", patience: 180_000)
        request.body = .bytes(Array(body.compact.utf8), type: "application/json")
        let response = try send(request)
        guard response.status == 200, let id = response.json?["jobid"]?.string else { throw refusal(response) }
        return id
    }

    /// One vertex of a job's graph.
    struct Vertex: Sendable {
        let id: String
        let name: String
        let state: String
        let parallelism: Int
        let recordsIn: Int
        let recordsOut: Int
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
        let response = try send(request("GET", "/jobs/\(id)", patience: 20_000))
        if response.status == 404 { return nil }
        guard response.status == 200, let json = response.json, let state = json["state"]?.string else {
            throw unexpected(response, "/jobs/\(id)")
        }
        let vertices = (json["vertices"]?.elements ?? []).map { vertex in
            Vertex(
                id: vertex["id"]?.string ?? "", name: vertex["name"]?.string ?? "",
                state: vertex["status"]?.string ?? "", parallelism: vertex["parallelism"]?.int ?? 1,
                recordsIn: vertex["metrics"]?["read-records"]?.int ?? 0,
                recordsOut: vertex["metrics"]?["write-records"]?.int ?? 0)
        }
        return Job(
            state: state, isBatch: json["job-type"]?.string == "BATCH", startedAt: json["start-time"]?.int ?? 0,
            endedAt: json["end-time"]?.int ?? -1, vertices: vertices)
    }

    /// The exception that ended a job or made it restart last, whole, and the name of the task that threw it.
    func exception(of id: String) throws(Diagnostic) -> (text: String, task: String?)? {
        let json = try json("GET", "/jobs/\(id)/exceptions?maxExceptions=1")
        guard let entry = json["exceptionHistory"]?["entries"]?.elements?.first,
            let text = entry["stacktrace"]?.string
        else { return json["root-exception"]?.string.map { ($0, nil) } }
        return (text, entry["taskName"]?.string)
    }

    func cancel(_ id: String) throws {
        let response = try send(request("PATCH", "/jobs/\(id)?mode=cancel"))
        guard (200..<300).contains(response.status) else { throw refusal(response) }
    }

    /// Ends a streaming job with its state saved, and waits until that is done.
    ///
    /// - Returns: where the state lies.
    func stop(_ id: String, folder: String?, drain: Bool) throws -> String {
        var request = request("POST", "/jobs/\(id)/stop")
        let body = JSONText.object(["drain": .boolean(drain), "targetDirectory": folder.map(JSONText.string)])
        request.body = .bytes(Array(body.compact.utf8), type: "application/json")
        let response = try send(request)
        guard let trigger = response.json?["request-id"]?.string else { throw refusal(response) }
        let start = MonotonicClock.seconds
        while MonotonicClock.seconds - start < 600 {
            let answer = try json("GET", "/jobs/\(id)/savepoints/\(trigger)")
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

    /// The workers' identifiers, each with a name that a person can tell from the others.
    func workers() throws(Diagnostic) -> [(id: String, name: String)] {
        let json = try json("GET", "/taskmanagers")
        return (json["taskmanagers"]?.elements ?? []).enumerated().compactMap { number, worker in
            worker["id"]?.string.map { ($0, "taskmanager-\(number + 1)") }
        }
    }

    /// A whole log: of a worker, or of the JobManager.
    func log(ofWorker worker: String?) throws(Diagnostic) -> String? {
        let path = worker.map { "/taskmanagers/\($0)/log" } ?? "/jobmanager/log"
        let response = try send(request("GET", path))
        return response.status == 200 ? response.text : nil
    }

    // MARK: Exchanges

    private func request(_ method: String, _ path: String, patience: Int = 30_000) -> HTTPRequest {
        var request = HTTPRequest(method, address + path)
        request.patience = patience
        request.credentials = credentials
        return request
    }

    private func send(_ request: HTTPRequest) throws(Diagnostic) -> HTTPResponse {
        do throws(HTTPFailure) {
            let response = try HTTPClient.send(request)
            if response.status == 401 || response.status == 403 {
                throw HTTPFailure(kind: .other, message: "it wants other credentials (status \(response.status))")
            }
            return response
        } catch {
            throw .unreachable(error, engine: "Flink", address: address)
        }
    }

    private func json(_ method: String, _ path: String) throws(Diagnostic) -> JSONText {
        let response = try send(request(method, path))
        guard response.status == 200, let json = response.json else { throw unexpected(response, path) }
        return json
    }

    private func unexpected(_ response: HTTPResponse, _ path: String) -> Diagnostic {
        let errors = refusal(response).errors.split(separator: "\n").first.map(String.init) ?? ""
        return Diagnostic(
            .engineUnreachable, "Flink at \(address) answers \(path) with status \(response.status): \(errors)", at: nil
        )
    }

    private func refusal(_ response: HTTPResponse) -> Refusal {
        let errors = response.json?["errors"]?.strings?.joined(separator: "\n")
        return Refusal(status: response.status, errors: errors ?? response.text)
    }
}

extension Diagnostic {
    /// Why an engine gives no answer, and what to do about it.
    static func unreachable(_ failure: HTTPFailure, engine: String, address: String) -> Diagnostic {
        let (problem, hint): (String, String?)
        switch failure.kind {
        case .libraryMissing:
            problem = "there is no libcurl on this machine"
            hint = "install it (Debian: 'apt install libcurl4')"
        case .refused:
            problem = "nothing listens there"
            hint = "see whether the cluster runs ('beamstack info'), and whether the target's address is right"
        case .unresolved:
            problem = "its host has no address"
            hint = "see whether the target's address is right"
        case .timedOut:
            problem = "it does not answer in time"
            hint = "see whether a firewall is in between, and whether the cluster is overloaded"
        case .tls:
            problem = "the secure connection fails: \(failure.message)"
            hint = "the variable SSL_CERT_FILE names the certificates of a private authority"
        case .file, .other:
            problem = failure.message
            hint = nil
        }
        return Diagnostic(
            .engineUnreachable, "\(engine) at \(address) cannot be reached: \(problem)", at: nil, hint: hint)
    }
}

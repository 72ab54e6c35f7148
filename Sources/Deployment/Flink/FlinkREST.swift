public import Diagnostics
import Platform
import Projects

/// The REST API of Flink's JobManager.
///
/// Source: https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/
public struct FlinkREST: Sendable {
    /// Such as `http://127.0.0.1:8081`, without user and password and without a slash at its end.
    public let address: String
    /// Whether the cluster is on this machine and sees its files.
    let isLocal: Bool
    private let credentials: HTTPCredentials?
    private let client = HTTPClient()

    /// - Parameter address: a URL, which may hold `user:password@`.
    public init(address: String) {
        var address = address
        while address.hasSuffix("/") { address.removeLast() }
        if !address.contains("://") { address = "http://" + address }
        let url = HTTPURL(address)
        // What belongs to the user alone does not stay in the address, which messages name.
        self.address = url?.plain ?? address
        isLocal = url?.isLoopback ?? false
        credentials = url?.credentials
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
        let response = try send(request(.get, "/overview", timeLimit: 10_000))
        guard response.status == 200, let json = response.json, let version = json["flink-version"]?.string,
            let slots = json["slots-total"]?.int
        else { throw notFlink(response) }
        return Overview(
            version: version, workers: json["taskmanagers"]?.int ?? 0, slots: slots,
            freeSlots: json["slots-available"]?.int ?? 0)
    }

    private func notFlink(_ response: HTTPResponse) -> Diagnostic {
        if (500..<600).contains(response.status) {
            return Diagnostic(
                .engineUnreachable, "what answers at \(address) has an error of its own (status \(response.status))",
                at: nil, hint: "a JobManager that starts is not ready at once; try again in a moment")
        }
        if (300..<400).contains(response.status), let place = response.header("Location") {
            return Diagnostic(
                .engineUnreachable, "what answers at \(address) is not Flink: it leads to '\(place)'", at: nil,
                hint: "write the address that Flink has behind it")
        }
        return Diagnostic(
            .engineUnreachable, "what answers at \(address) is not Flink", at: nil,
            hint: "the address of a target is that of the JobManager's web page; Flink's own port for it is 8081")
    }

    // MARK: Jars

    /// The identifier of a jar on the cluster, which is uploaded unless one of that name is there.
    func upload(_ path: String) throws(Diagnostic) -> String {
        let name = Path.name(of: path)
        if let known = try json("/jars")["files"]?.elements?.first(where: { $0["name"]?.string == name }),
            let id = known["id"]?.string
        {
            return id
        }
        var request = request(.post, "/jars/upload", timeLimit: 120_000)
        request.body = .form([
            .init("jarfile", .file(path: path, name: name, type: "application/x-java-archive"))
        ])
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
    /// - Parameter id: what the job is to be called, so that it is known before anything runs.
    /// - Returns: the job's identifier.
    func run(
        jar: String, arguments: [String], parallelism: Int?, savepoint: String?, id: String? = nil
    ) throws -> String {
        let body = JSONText.object([
            "programArgsList": .array(arguments.map(JSONText.string)),
            "parallelism": parallelism.map(JSONText.integer), "savepointPath": savepoint.map(JSONText.string),
            "jobId": id.map(JSONText.string),
        ])
        var request = request(.post, "/jars/\(jar)/run", timeLimit: 180_000)
        request.body = .bytes(Array(body.compact.utf8), type: "application/json")
        let response = try send(request)
        guard response.status == 200, let id = response.json?["jobid"]?.string else { throw refusal(response) }
        return id
    }

    // MARK: Exchanges

    func request(_ method: HTTPRequest.Method, _ path: String, timeLimit: Int = 30_000) -> HTTPRequest {
        var request = HTTPRequest(method, address + path, credentials: credentials)
        request.timeLimit = timeLimit
        return request
    }

    /// - Parameter receive: takes the answer's bytes as they come, which are then not part of it.
    func send(
        _ request: HTTPRequest, receive: ((UnsafeRawBufferPointer) -> Bool)? = nil
    ) throws(Diagnostic) -> HTTPResponse {
        let response: HTTPResponse
        do throws(HTTPFailure) {
            if let receive {
                response = try client.send(request, receive: receive)
            } else {
                response = try client.send(request)
            }
        } catch {
            throw .unreachable(error, engine: "Flink", address: address)
        }
        guard response.status == 401 || response.status == 403 else { return response }
        throw Diagnostic(
            .engineUnreachable,
            "Flink at \(address) lets nobody in without the right credentials (status \(response.status))", at: nil,
            hint: "write them into the target's address: 'https://NAME:${env:VARIABLE}@HOST'")
    }

    func json(_ path: String) throws(Diagnostic) -> JSONText {
        let response = try send(request(.get, path))
        guard response.status == 200, let json = response.json else { throw unexpected(response, path) }
        return json
    }

    func unexpected(_ response: HTTPResponse, _ path: String) -> Diagnostic {
        let errors = refusal(response).errors.split(separator: "\n").first.map(String.init) ?? ""
        return Diagnostic(
            .engineUnreachable, "Flink at \(address) answers \(path) with status \(response.status): \(errors)", at: nil
        )
    }

    func refusal(_ response: HTTPResponse) -> Refusal {
        let errors = response.json?["errors"]?.strings?.joined(separator: "\n")
        return Refusal(status: response.status, errors: errors ?? response.text)
    }
}

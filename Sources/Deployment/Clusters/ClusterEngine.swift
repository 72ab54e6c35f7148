import Diagnostics
import Platform
import Translation

/// How the processes of one engine make a cluster.
protocol ClusterEngine: Sendable {
    init(_ record: ClusterRecord)

    /// Writes the engine's settings and makes the folders that its processes expect.
    func prepare() throws(SystemError)

    /// The processes that there should be, those first that others wait for.
    var roles: [String] { get }

    /// Whether what a process needs from the first moment on is there.
    func isDue(_ role: String) -> Bool

    /// How to start one of them.
    ///
    /// - Parameter metricsPort: a port that nobody listens at.
    func launch(_ role: String, metricsPort: Int?) -> ClusterLaunch

    /// What the cluster says of itself; `nil` where it does not answer.
    func ask() -> ClusterAnswer?
}

/// The command of one process.
struct ClusterLaunch: Sendable {
    var program: String
    var arguments: [String]
    var environment: [String: String?]
    var metricsAddress: String?
}

/// What a cluster says of itself.
struct ClusterAnswer: Sendable {
    var workers: Int
    var slots: Int
    var freeSlots: Int
    var runningJobs: Int
}

extension ClusterRecord {
    var clusterEngine: any ClusterEngine {
        switch engine {
        case .flink: FlinkCluster(self)
        case .spark: SparkCluster(self)
        }
    }

    /// Each worker has a number, from 1 on.
    func workerRoles(_ word: String) -> [String] { (1...max(1, size.workers)).map { "\(word)-\($0)" } }
}

/// The little of HTTP that it takes to ask a cluster of this machine how it is.
enum LoopbackHTTP {
    /// What is found at a path, if it comes with status 200 within two seconds.
    static func json(port: Int, path: String) -> JSONText? {
        let request = "GET \(path) HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\nAccept: application/json\r\n\r\n"
        guard
            let answer = LoopbackPorts.exchange(
                Array(request.utf8), with: port, milliseconds: 2000, limit: 16 << 20)
        else { return nil }
        let text = String(decoding: answer, as: UTF8.self)
        guard let head = text.firstRange(of: "\r\n\r\n"),
            text[..<head.lowerBound].split(separator: " ").dropFirst().first == "200"
        else { return nil }
        return JSONText.parse(String(text[head.upperBound...]))
    }
}

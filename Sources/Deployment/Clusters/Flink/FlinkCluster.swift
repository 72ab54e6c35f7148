import Diagnostics
import Platform

/// A Flink session cluster: a JobManager, TaskManagers, and a ZooKeeper of Flink's own jar.
///
/// ZooKeeper is what Flink's standalone clusters need to remember jobs when their JobManager is lost; it costs one small
/// process. All are started directly: Flink's scripts take three times as long.
struct FlinkCluster: ClusterEngine {
    static let jobManager = "jobmanager"
    static let zooKeeper = "zookeeper"

    let record: ClusterRecord

    init(_ record: ClusterRecord) { self.record = record }

    var roles: [String] { [Self.zooKeeper, Self.jobManager] + record.workerRoles("taskmanager") }

    /// All look for each other again and again, without a pause worth mentioning.
    func isDue(_ role: String) -> Bool { true }

    func ask() -> ClusterAnswer? {
        guard let overview = LoopbackHTTP.json(port: record.ports.web, path: "/overview"),
            let runningJobs = overview["jobs-running"]?.int,
            let known = LoopbackHTTP.json(port: record.ports.web, path: "/taskmanagers")?["taskmanagers"]?.elements
        else { return nil }
        let workers = known.filter(Self.isThere)
        return ClusterAnswer(
            workers: workers.count, slots: workers.reduce(0) { $0 + ($1["slotsNumber"]?.int ?? 0) },
            freeSlots: workers.reduce(0) { $0 + ($1["freeSlots"]?.int ?? 0) }, runningJobs: runningJobs)
    }

    /// Whether a TaskManager that Flink knows still listens: Flink itself takes seconds to miss one.
    private static func isThere(_ worker: JSONText) -> Bool {
        // `pekko.tcp://flink@127.0.0.1:41359/user/rpc/taskmanager_0`
        let port = worker["path"]?.string?.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) }
        return port.map(LoopbackPorts.isListening) ?? true
    }

    func launch(_ role: String, metricsPort: Int?) -> ClusterLaunch {
        var arguments: [String]
        switch role {
        case Self.zooKeeper:
            arguments = ["-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"] + logging(role)
            // A log that survives the machine's crash would cost a wait per entry; ours need only survive processes.
            arguments += ["-Dzookeeper.forceSync=no", "-Dzookeeper.preAllocSize=64"]
            arguments += ["-cp", "\(record.home)/lib/*"]
            arguments += ["org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain"]
            arguments += [Path.join(record.configurationFolder, "zoo.cfg")]
            return ClusterLaunch(program: record.java, arguments: arguments, environment: environment)
        case Self.jobManager:
            arguments = ["-Xmx\(Self.jobManagerHeap >> 20)m", "-XX:MaxMetaspaceSize=256m", "-XX:+UseSerialGC"]
            arguments += logging(role) + Self.openings
            arguments += classPath("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint")
            arguments += settings([
                ("jobmanager.memory.heap.size", "\(Self.jobManagerHeap)b"),
                ("jobmanager.memory.off-heap.size", "\(Int64(128) << 20)b"),
                ("jobmanager.memory.jvm-metaspace.size", "\(Int64(256) << 20)b"),
            ])
        default:
            let memory = FlinkMemory(process: record.size.memoryInBytes)
            arguments = memory.javaOptions + logging(role) + Self.openings
            arguments += classPath("org.apache.flink.runtime.taskexecutor.TaskManagerRunner")
            arguments += settings(
                memory.settings + [
                    ("taskmanager.cpu.cores", "\(record.size.slots).0"),
                    // One that comes back under its own name is taken for the one that was lost, at once.
                    ("taskmanager.resource-id", role),
                ])
        }
        var launch = ClusterLaunch(program: record.java, arguments: arguments, environment: environment)
        if let metricsPort, !record.extensions.isEmpty {
            launch.arguments += settings([
                (
                    "metrics.reporter.prom.factory.class",
                    "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"
                ),
                ("metrics.reporter.prom.port", String(metricsPort)),
            ])
            launch.metricsAddress = "http://127.0.0.1:\(metricsPort)/metrics"
        }
        return launch
    }

    private static let jobManagerHeap = Int64(448) << 20

    private func settings(_ list: [(String, String)]) -> [String] { list.flatMap { ["-D", "\($0)=\($1)"] } }

    private func classPath(_ main: String) -> [String] {
        let python = ((try? FileSystem.names(in: Path.join(record.home, "opt"))) ?? []).first {
            $0.hasPrefix("flink-python") && $0.hasSuffix(".jar")
        }
        // Python functions are found only by the class loader of Flink itself.
        let jars = record.extensions + ["\(record.home)/lib/*"] + (python.map { ["\(record.home)/opt/\($0)"] } ?? [])
        var options: [String] = []
        if !record.extensions.isEmpty { options = LoopbackServers.javaOptions }
        return options + ["-cp", jars.joined(separator: ":"), main, "--configDir", record.configurationFolder]
    }

    private func logging(_ role: String) -> [String] {
        [
            "-Dlog.file=\(Path.join(record.logFolder, role)).log",
            "-Dlog4j.configurationFile=\(Path.join(record.configurationFolder, "log4j.properties"))",
            "-XX:ErrorFile=\(Path.join(record.logFolder, role)).crash", "-Djava.net.preferIPv4Stack=true",
        ]
    }

    private var environment: [String: String?] {
        [
            "FLINK_HOME": record.home, "FLINK_CONF_DIR": record.configurationFolder,
            "FLINK_LIB_DIR": Path.join(record.home, "lib"), "FLINK_OPT_DIR": Path.join(record.home, "opt"),
            "FLINK_PLUGINS_DIR": Path.join(record.home, "plugins"), "FLINK_LOG_DIR": record.logFolder,
            // Settings of somebody else's Java programs.
            "JAVA_TOOL_OPTIONS": nil, "CLASSPATH": nil, "_JAVA_OPTIONS": nil,
        ]
    }

    /// What Flink and the libraries in it reach for inside Java, of `env.java.opts.all` in Flink's own settings.
    private static let openings: [String] = {
        let exports = [
            "java.rmi/sun.rmi.registry", "jdk.compiler/com.sun.tools.javac.api",
            "jdk.compiler/com.sun.tools.javac.file", "jdk.compiler/com.sun.tools.javac.parser",
            "jdk.compiler/com.sun.tools.javac.tree", "jdk.compiler/com.sun.tools.javac.util",
            "java.security.jgss/sun.security.krb5",
        ]
        let opens = [
            "lang", "net", "io", "nio", "lang.reflect", "text", "time", "util", "util.concurrent",
            "util.concurrent.atomic", "util.concurrent.locks",
        ]
        return exports.map { "--add-exports=\($0)=ALL-UNNAMED" }
            + opens.map { "--add-opens=java.base/java.\($0)=ALL-UNNAMED" }
            + ["--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"]
    }()
}

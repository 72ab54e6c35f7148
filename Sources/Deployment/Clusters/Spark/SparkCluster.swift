import Diagnostics
import Platform

/// A Spark standalone cluster: a Master and Workers, which start executors and drivers of their own.
struct SparkCluster: ClusterEngine {
    static let master = "master"
    /// What a worker offers beyond its executors, so that a driver that was handed in by REST finds room.
    static let driverMemory = Int64(1) << 30
    static let smallestExecutor: Int64 = 500_000_000

    let record: ClusterRecord

    init(_ record: ClusterRecord) { self.record = record }

    var roles: [String] { [Self.master] + record.workerRoles("worker") }

    /// A worker that finds no master tries again only after five to fifteen seconds.
    func isDue(_ role: String) -> Bool { role == Self.master || LoopbackPorts.isListening(record.ports.rpc) }

    func ask() -> ClusterAnswer? {
        guard let state = LoopbackHTTP.json(port: record.ports.web, path: "/json/"),
            state["status"]?.string == "ALIVE", let workers = state["workers"]?.elements
        else { return nil }
        let alive = workers.filter { $0["state"]?.string == "ALIVE" }
        // The core that each worker has for drivers does not count.
        let free = alive.reduce(0) { $0 + min(record.size.slots, $1["coresfree"]?.int ?? 0) }
        return ClusterAnswer(
            workers: alive.count, slots: alive.count * record.size.slots, freeSlots: free,
            runningJobs: max(
                state["activeapps"]?.elements?.count ?? 0, state["activedrivers"]?.elements?.count ?? 0))
    }

    func launch(_ role: String, metricsPort: Int?) -> ClusterLaunch {
        let program = Path.join(record.home, "bin/spark-class")
        let daemons = Path.join(record.configurationFolder, "daemons.conf")
        let common = ["--host", "127.0.0.1", "--properties-file", daemons]
        if role == Self.master {
            let ports = ["--port", String(record.ports.rpc), "--webui-port", String(record.ports.web)]
            return ClusterLaunch(
                program: program, arguments: ["org.apache.spark.deploy.master.Master"] + common + ports,
                environment: environment,
                metricsAddress: "\(record.webAddress)/metrics/master/prometheus/")
        }
        let offer = [
            "--cores", String(record.size.slots + 1),
            "--memory", "\((record.size.memoryInBytes + Self.driverMemory) >> 20)m",
        ]
        let arguments = ["org.apache.spark.deploy.worker.Worker"] + common + offer
        return ClusterLaunch(
            program: program,
            arguments: arguments + ["--webui-port", String(metricsPort ?? 0), record.address],
            environment: environment,
            metricsAddress: metricsPort.map { "http://127.0.0.1:\($0)/metrics/prometheus/" })
    }

    func prepare() throws(SystemError) {
        for folder in ["conf", "logs", "work", "local", "events", "recovery", "warehouse"] {
            try FileSystem.createDirectories(Path.join(record.folder, folder))
        }
        try write("spark-defaults.conf", jobSettings)
        try write("daemons.conf", daemonSettings)
    }

    private func write(_ name: String, _ settings: [(String, String)]) throws(SystemError) {
        // A properties file: a backslash begins an escape.
        let text = settings.map { "\($0) \($1.replacing("\\", with: "\\\\"))\n" }.joined()
        try OpenFile.write(Array(text.utf8), to: Path.join(record.configurationFolder, name))
    }

    private var eventLog: [(String, String)] {
        [("spark.eventLog.enabled", "true"), ("spark.eventLog.dir", FileURL.of(record.eventLogFolder))]
    }

    /// What a job finds that says nothing else.
    private var jobSettings: [(String, String)] {
        eventLog + metrics + [
            ("spark.master", record.address), ("spark.driver.host", "127.0.0.1"),
            ("spark.driver.bindAddress", "127.0.0.1"), ("spark.executor.cores", String(record.size.slots)),
            ("spark.executor.memory", "\(record.size.memoryInBytes >> 20)m"),
            ("spark.ui.prometheus.enabled", "true"),
            ("spark.sql.warehouse.dir", FileURL.of(Path.join(record.folder, "warehouse"))),
        ]
    }

    private var daemonSettings: [(String, String)] {
        eventLog + metrics + [
            ("spark.master.rest.enabled", "true"), ("spark.master.rest.host", "127.0.0.1"),
            ("spark.master.rest.port", String(record.ports.submission)),
            ("spark.deploy.recoveryMode", "FILESYSTEM"),
            ("spark.deploy.recoveryDirectory", Path.join(record.folder, "recovery")),
            // Workers of this machine answer a new master at once, or not at all.
            ("spark.deploy.recoveryTimeout", "10s"),
            // Pages of processes that count as clients are shown to the whole network.
            ("spark.submit.deployMode", "cluster"),
            ("spark.worker.cleanup.enabled", "true"),
        ]
    }

    private var metrics: [(String, String)] {
        let sink = "sink.prometheusServlet"
        return [
            ("spark.metrics.conf.*.\(sink).class", "org.apache.spark.metrics.sink.PrometheusServlet"),
            ("spark.metrics.conf.*.\(sink).path", "/metrics/prometheus"),
            // One page serves both of these.
            ("spark.metrics.conf.master.\(sink).path", "/metrics/master/prometheus"),
            ("spark.metrics.conf.applications.\(sink).path", "/metrics/applications/prometheus"),
        ]
    }

    private var environment: [String: String?] {
        [
            "SPARK_HOME": record.home, "SPARK_CONF_DIR": record.configurationFolder, "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_PUBLIC_DNS": "127.0.0.1", "SPARK_WORKER_DIR": Path.join(record.folder, "work"),
            "SPARK_LOCAL_DIRS": Path.join(record.folder, "local"), "SPARK_LOG_DIR": record.logFolder,
            "JAVA_HOME": Path.directory(of: Path.directory(of: record.java)), "SPARK_DAEMON_MEMORY": "256m",
            // Neither does long computations: the quick compiler halves the time that they take to start.
            "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true",
            "SPARK_LAUNCHER_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "SPARK_MASTER_HOST": nil, "SPARK_MASTER_PORT": nil, "SPARK_WORKER_CORES": nil, "SPARK_WORKER_MEMORY": nil,
            "JAVA_TOOL_OPTIONS": nil, "CLASSPATH": nil, "_JAVA_OPTIONS": nil,
        ]
    }
}

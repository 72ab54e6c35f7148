import Platform

/// Flink's settings files.
extension FlinkCluster {
    func prepare() throws(SystemError) {
        for folder in ["conf", "logs", "tmp", "jars", "checkpoints", "savepoints", "recovery", "zookeeper"] {
            try FileSystem.createDirectories(Path.join(record.folder, folder))
        }
        try write("config.yaml", settings.map { "\($0): '\($1.replacing("'", with: "''"))'\n" }.joined())
        try write(
            "zoo.cfg",
            """
            tickTime=1000
            clientPort=\(record.ports.coordination)
            clientPortAddress=127.0.0.1
            dataDir=\(Path.join(record.folder, "zookeeper"))
            admin.enableServer=false
            autopurge.purgeInterval=1

            """)
        try write("log4j.properties", Self.logging)
    }

    private func write(_ name: String, _ text: String) throws(SystemError) {
        try OpenFile.write(Array(text.utf8), to: Path.join(record.configurationFolder, name))
    }

    private func url(_ name: String) -> String { FileURL.of(Path.join(record.folder, name)) }

    private var settings: [(String, String)] {
        let loopback = "127.0.0.1"
        return [
            ("jobmanager.rpc.address", loopback), ("jobmanager.rpc.port", String(record.ports.rpc)),
            ("jobmanager.bind-host", loopback), ("taskmanager.host", loopback), ("taskmanager.bind-host", loopback),
            ("rest.address", loopback), ("rest.bind-address", loopback), ("rest.port", String(record.ports.web)),
            ("rest.bind-port", String(record.ports.web)),
            ("taskmanager.numberOfTaskSlots", String(record.size.slots)),
            ("parallelism.default", String(record.totalSlots)),
            ("io.tmp.dirs", Path.join(record.folder, "tmp")), ("web.upload.dir", Path.join(record.folder, "jars")),
            ("web.tmpdir", Path.join(record.folder, "tmp")),
            ("execution.checkpointing.dir", url("checkpoints")),
            ("execution.checkpointing.savepoint-dir", url("savepoints")),
            ("classloader.check-leaked-classloader", "false"),
            // Of the 512 that a shuffle in batch mode asks for otherwise, a small TaskManager has enough for eight.
            ("taskmanager.network.sort-shuffle.min-buffers", "64"),
            // The loss of a process costs one try; what fails on its data should not do so for long.
            ("restart-strategy.type", "fixed-delay"), ("restart-strategy.fixed-delay.attempts", "3"),
            ("restart-strategy.fixed-delay.delay", "1 s"),
            // A second old rather than ten: on one machine asking costs little.
            ("metrics.fetcher.update-interval", "1000"),
            // On one machine a process that cannot be reached is gone.
            ("heartbeat.interval", "2000"), ("heartbeat.timeout", "30000"),
            ("high-availability.type", "zookeeper"),
            ("high-availability.zookeeper.quorum", "\(loopback):\(record.ports.coordination)"),
            ("high-availability.storageDir", url("recovery")), ("high-availability.cluster-id", record.name),
            ("high-availability.jobmanager.port", String(record.ports.rpc)),
            ("high-availability.zookeeper.client.session-timeout", "8000"),
            ("high-availability.zookeeper.client.tolerate-suspended-connections", "true"),
        ]
    }

    private static let logging = """
        rootLogger.level = INFO
        rootLogger.appenderRef.file.ref = MainAppender
        logger.zookeeper.name = org.apache.flink.shaded.zookeeper3
        logger.zookeeper.level = WARN
        logger.python.name = PythonWorker
        logger.python.level = ALL
        appender.main.name = MainAppender
        appender.main.type = RollingFile
        appender.main.append = true
        appender.main.fileName = ${sys:log.file}
        appender.main.filePattern = ${sys:log.file}.%i
        appender.main.layout.type = PatternLayout
        appender.main.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
        appender.main.policies.type = Policies
        appender.main.policies.size.type = SizeBasedTriggeringPolicy
        appender.main.policies.size.size = 20MB
        appender.main.strategy.type = DefaultRolloverStrategy
        appender.main.strategy.max = 4

        """
}

/// Files as Java programs name them.
enum FileURL {
    /// The URL of an absolute path, with what has a meaning in URLs as `%` and its number.
    static func of(_ path: String) -> String {
        var url = "file://"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                url.append(Character(UnicodeScalar(byte)))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                url += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return url
    }
}

import ArgumentParser
import Deployment
import Diagnostics
import Platform
import Projects
import Translation

/// Where a pipeline runs: a target of the project's file, a cluster, or one of those that are always there.
struct Target {
    enum Engine {
        /// On this machine, by our own engine.
        case embedded
        /// By Spark: `local[N]`, or a cluster's address.
        case spark(master: String)
        /// By Flink, at its REST address; `nil` for a cluster of this run alone.
        case flink(address: String?)
    }

    let definition: TargetDefinition
    let engine: Engine

    /// - Parameters:
    ///   - name: as given on the command line.
    ///   - pipeline: the file beside or above which the project's file is looked for.
    ///   - workers: threads on this machine, where the command line says how many.
    init(named name: String?, forPipeline pipeline: String, workers: Int?) throws {
        let definition = try Self.project(forPipeline: pipeline).target(named: name, clusters: Self.clusters)
        self.definition = definition
        switch definition.engine {
        case .embedded: engine = .embedded
        case .spark:
            let address = try Self.address(of: definition)
            let threads = workers ?? definition.parallelism ?? Host.coreCount
            engine = .spark(master: address ?? "local[\(threads)]")
        case .flink:
            engine = .flink(address: try Self.address(of: definition))
        }
    }

    /// Where a target takes jobs; `nil` for engines of one run.
    private static func address(of definition: TargetDefinition) throws(Diagnostic) -> String? {
        if let cluster = definition.cluster { return try ClusterStore().existing(cluster).address }
        return try definition.address?.resolved()
    }

    /// The project of a pipeline; what is wrong with its file ends the command.
    static func project(forPipeline pipeline: String) throws -> Project {
        let (project, problems) = Project.load(forPipeline: pipeline)
        guard let project else { throw DiagnosticsError(problems) }
        Output.report(problems)
        return project
    }

    /// The clusters of this machine.
    static var clusters: [KnownCluster] {
        ClusterStore().all.map { KnownCluster(name: $0.name, engine: $0.engine == .flink ? .flink : .spark) }
    }

    /// What the target says for Spark: its own words, and its settings with the values of variables.
    var sparkSettings: [(name: String, value: String)] {
        get throws(Diagnostic) {
            let driver = definition.resources.driver
            var settings: [(name: String, value: String)] = []
            func add(_ name: String, _ value: String?) { if let value { settings.append((name, value)) } }
            add("spark.executor.instances", definition.workers.map(String.init))
            add("spark.executor.cores", definition.slots.map(String.init))
            add("spark.executor.memory", definition.memory.map(Self.mebibytes))
            add("spark.driver.memory", driver.memory.map(Self.mebibytes))
            add("spark.driver.cores", driver.cpu.map { String(max(1, Int($0.rounded()))) })
            add("spark.jars", jars.isEmpty ? nil : jars.joined(separator: ","))
            return settings + (try self.settings)
        }
    }

    /// The paths of the jars that jobs bring along.
    var jars: [String] {
        let folder = definition.range.map { Path.directory(of: $0.file.path) } ?? ""
        return definition.jars.map { Path.join(folder, $0) }
    }

    /// The engine's own settings, with the values of variables.
    var settings: [(name: String, value: String)] {
        get throws(Diagnostic) {
            var settings: [(name: String, value: String)] = []
            for setting in definition.settings { settings.append((setting.name, try setting.value.resolved())) }
            return settings
        }
    }

    private static func mebibytes(_ bytes: Int) -> String { "\(max(512, bytes >> 20))m" }

    /// The engine that programs are translated for.
    var translated: TargetEngine? {
        switch engine {
        case .embedded: nil
        case .spark: .spark
        case .flink: .flink
        }
    }
}

/// The option that commands take which run, plan or compile pipelines.
struct TargetArguments: ParsableArguments {
    @Option(
        help: """
            Where the pipeline runs: a target of beamstack.yaml, local (this engine), flink or spark (for this run), or a \
            cluster's name.
            """,
        completion: .list(TargetDefinition.builtIn.map(\.name)))
    var target: String?
}

extension Translator {
    init(_ engine: TargetEngine) {
        self.init(engine, workingDirectory: FileSystem.absolutePath(of: ".") ?? "")
    }
}

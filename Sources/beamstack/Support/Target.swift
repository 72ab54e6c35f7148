import ArgumentParser
import Deployment
import Diagnostics
import Platform
import Projects
import Translation

/// Where a pipeline runs, by its name on the command line.
enum Target {
    /// On this machine, by our own engine.
    case embedded
    /// By Spark: `local[N]`, or a cluster's address.
    case spark(master: String, cluster: String?)

    static let names = ["local", "spark"]

    init(named name: String?, workers: Int) throws {
        switch name {
        case nil, "local": self = .embedded
        case "spark": self = .spark(master: "local[\(workers)]", cluster: nil)
        case let name?:
            let clusters = ClusterStore()
            guard let cluster = clusters.find(name) else {
                let names = Self.names + clusters.all.filter { $0.engine == .spark }.map(\.name)
                let hint = Suggestion.hint(for: name, among: names, listing: "targets").map { "; \($0)" } ?? ""
                throw ValidationError("there is no target '\(name)'\(hint)")
            }
            guard cluster.engine == .spark else {
                throw ValidationError("'\(name)' is a cluster of Flink, which pipelines are not translated for yet")
            }
            self = .spark(master: cluster.address, cluster: cluster.name)
        }
    }

    var engine: TargetEngine? {
        switch self {
        case .embedded: nil
        case .spark: .spark
        }
    }

    /// As records name the engine.
    var jobEngine: JobEngine {
        switch self {
        case .embedded: .embedded
        case .spark: .spark
        }
    }

    var cluster: String? { if case .spark(_, let cluster) = self { cluster } else { nil } }
    var address: String? { if case .spark(let master, _) = self { master } else { nil } }
}

/// The option that commands take which run, plan or compile pipelines.
struct TargetArguments: ParsableArguments {
    @Option(
        help: "Where the pipeline runs: local (this engine), spark (Apache Spark, for this run), or a cluster's name.",
        completion: .list(Target.names))
    var target: String?
}

extension Translator {
    init(_ engine: TargetEngine) {
        self.init(engine, workingDirectory: FileSystem.absolutePath(of: ".") ?? "")
    }
}

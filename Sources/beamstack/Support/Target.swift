import ArgumentParser
import Deployment
import Diagnostics
import Platform
import Translation

/// Where a pipeline runs, by its name on the command line.
enum Target {
    /// On this machine, by our own engine.
    case embedded
    /// By Spark: `local[N]`, or a cluster's address.
    case spark(master: String)

    static let names = ["local", "spark"]

    init(named name: String?, workers: Int) throws {
        switch name {
        case nil, "local": self = .embedded
        case "spark": self = .spark(master: "local[\(workers)]")
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
            self = .spark(master: cluster.address)
        }
    }

    var engine: TargetEngine? {
        switch self {
        case .embedded: nil
        case .spark: .spark
        }
    }
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

public import Diagnostics
public import PipelineSpec
import Platform

/// What belongs to the pipelines of a folder: where they can run.
public struct Project: Sendable {
    public static let fileName = "beamstack.yaml"

    /// The file, as it is shown; `nil` where there is none.
    public let path: String?
    /// The targets of the file, in its order.
    public let targets: [TargetDefinition]
    /// What is meant without `--target`.
    public let defaultTarget: SpecText?

    /// A project without a file.
    public static let withoutFile = Project(path: nil, targets: [], defaultTarget: nil)

    /// Reads the project that a pipeline's file belongs to: `beamstack.yaml` in its folder, or in the nearest above.
    ///
    /// - Returns: the project, `nil` where its file has errors; and all problems of the file.
    public static func load(forPipeline pipeline: String) -> (project: Project?, diagnostics: [Diagnostic]) {
        guard let path = find(from: Path.directory(of: pipeline)) else { return (.withoutFile, []) }
        return ProjectReader.read(path: path)
    }

    /// Reads a project's file.
    public static func load(path: String) -> (project: Project?, diagnostics: [Diagnostic]) {
        ProjectReader.read(path: path)
    }

    /// The nearest file in a folder or above it; relative to the working directory where that is above it.
    static func find(from folder: String) -> String? {
        let current = FileSystem.currentDirectory
        var folder = FileSystem.absolutePath(of: folder.isEmpty ? "." : folder) ?? Path.join(current, folder)
        while true {
            let path = Path.join(folder, fileName)
            if let found = try? FileSystem.status(of: path), found.kind == .file {
                let prefix = current.utf8.last == Path.slash ? current : current + "/"
                return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
            }
            let parent = Path.directory(of: folder)
            if parent == folder || parent.isEmpty { return nil }
            folder = parent
        }
    }

    /// All targets: those of the file, the clusters, and what is always there; earlier ones hide later ones of a name.
    public func targets(with clusters: [KnownCluster]) -> [TargetDefinition] {
        let known = clusters.map { TargetDefinition(name: $0.name, engine: $0.engine, cluster: $0.name) }
        var names: Set<String> = []
        return (targets + TargetDefinition.builtIn + known).filter { names.insert($0.name).inserted }
    }

    /// The target of a name, or the one that is meant without.
    ///
    /// - Parameter clusters: those of this machine; asked for only where they matter.
    /// - Throws: what targets there are; what the target lacks.
    public func target(
        named name: String?, clusters: @autoclosure () -> [KnownCluster]
    ) throws(Diagnostic) -> TargetDefinition {
        let wanted = name ?? defaultTarget?.text ?? "local"
        let defined = targets(with: []).first { $0.name == wanted }
        if let defined, defined.cluster == nil { return defined }
        let clusters = clusters()
        let all = targets(with: clusters)
        guard let target = defined ?? all.first(where: { $0.name == wanted }) else {
            throw Diagnostic(
                .unknownTarget, "there is no target '\(wanted)'", at: name == nil ? defaultTarget?.range : nil,
                notes: [
                    "targets: " + all.map { "'\($0.name)'" }.joined(separator: ", "),
                    path.map { "the project's file is '\($0)'" }
                        ?? "there is no \(Self.fileName) beside the pipeline or above it",
                ],
                hint: Suggestion.nearest(to: wanted, among: all.map(\.name)).map { "did you mean '\($0)'?" })
        }
        guard let cluster = target.cluster else { return target }
        guard let known = clusters.first(where: { $0.name == cluster }) else {
            throw Diagnostic(
                .unknownTarget, "the target '\(wanted)' names the cluster '\(cluster)', which does not exist",
                at: target.range,
                hint: Suggestion.nearest(to: cluster, among: clusters.map(\.name)).map { "did you mean '\($0)'?" }
                    ?? "'beamstack create \(target.engine.rawValue) \(cluster)' makes it")
        }
        guard known.engine == target.engine else {
            throw Diagnostic(
                .invalidTarget,
                "the target '\(wanted)' is of \(target.engine.rawValue), and its cluster '\(cluster)' of "
                    + known.engine.rawValue, at: target.range, hint: "write 'engine: \(known.engine.rawValue)'")
        }
        return target
    }
}

import Diagnostics
import PipelineSpec

/// Reads `beamstack.yaml` and collects all that is wrong with it.
struct ProjectReader {
    var structure: StructureReader

    static func read(path: String) -> (project: Project?, diagnostics: [Diagnostic]) {
        switch SourceFile.load(path, with: FileTextLoader()) {
        case .success(let file): read(file)
        case .failure(let diagnostic): (nil, [diagnostic])
        }
    }

    static func read(_ file: SourceFile) -> (project: Project?, diagnostics: [Diagnostic]) {
        // A file of comments is the beginning of one.
        let isEmpty = (1...file.lineCount).allSatisfy { number in
            let line = file.lineText(number).drop { $0 == " " || $0 == "\t" }
            return line.isEmpty || line.hasPrefix("#")
        }
        if isEmpty { return (Project(path: file.path, targets: [], defaultTarget: nil), []) }
        let (root, diagnostics) = YAMLParser.parse(RenderedText(file))
        guard let root else { return (nil, diagnostics) }
        var reader = ProjectReader(structure: StructureReader(diagnostics: diagnostics))
        let project = reader.project(root, path: file.path)
        return (reader.structure.diagnostics.hasErrors ? nil : project, reader.structure.diagnostics)
    }

    private mutating func project(_ root: YAMLNode, path: String) -> Project {
        let hint = "a project's file has 'targets:', and below it a name for each"
        guard let pairs = structure.map(root, "a project's file", hint: hint) else { return .withoutFile }
        structure.checkKeys(of: pairs, in: "the project's file", allowed: ProjectKeys.document) { key in
            key == "pipeline" ? "this file is about all pipelines of its folder; a pipeline has a file of its own" : nil
        }
        var targets: [TargetDefinition] = []
        if let list = root["targets"], !list.isNull {
            for pair in structure.map(list, "'targets'", hint: "write 'NAME:' and the target's keys below it") ?? [] {
                if let target = target(pair) { targets.append(target) }
            }
        }
        let defaultTarget = root["default_target"].flatMap { structure.text($0, "'default_target'") }
        return Project(path: path, targets: targets, defaultTarget: defaultTarget)
    }

    private mutating func target(_ pair: YAMLPair) -> TargetDefinition? {
        guard let name = structure.text(pair.key, "a target's name") else { return nil }
        if !ProjectKeys.isName(name.text) {
            structure.report(
                .invalidTarget, "'\(name.text)' cannot name a target", at: name.range,
                hint: "up to 64 letters, digits, '-' and '_', a letter first")
        }
        let what = "the target '\(name.text)'"
        guard let pairs = structure.map(pair.value, what, hint: "give it at least an 'engine'") else { return nil }
        structure.checkKeys(of: pairs, in: what, allowed: ProjectKeys.Target.allCases.map(\.rawValue)) { key in
            Self.hint(forKey: key)
        }
        guard let engineNode = pair.value["engine"] else {
            structure.report(
                .invalidTarget, "\(what) has no 'engine'", at: name.range,
                hint: "add 'engine: flink' (or spark, or embedded)")
            return nil
        }
        guard let engine: JobEngine = word(engineNode, .engine) else { return nil }
        var target = TargetDefinition(name: name.text, engine: engine, range: name.range)
        for pair in pairs {
            guard let key = pair.key.scalar.flatMap({ ProjectKeys.Target(rawValue: $0.text) }) else { continue }
            if engine == .embedded, !key.suitsEmbedded {
                structure.report(
                    .invalidTarget, "the embedded engine has no '\(key.rawValue)'", at: pair.key.range,
                    hint: "remove it, or name another engine")
                continue
            }
            read(pair.value, key, into: &target)
        }
        check(target, pair.value)
        return target
    }

    private mutating func read(_ node: YAMLNode, _ key: ProjectKeys.Target, into target: inout TargetDefinition) {
        switch key {
        case .engine: break
        case .place: target.place = word(node, key) ?? .local
        case .cluster: target.cluster = structure.text(node, "'cluster'")?.text
        case .address: target.address = secret(node, "'address'")
        case .parallelism: target.parallelism = count(node, key)
        case .workers: target.workers = count(node, key)
        case .slots: target.slots = count(node, key)
        case .memory: target.memory = size(node, "'memory'")
        case .resources: target.resources = resources(node)
        case .jars: target.jars = texts(node, "'jars'")
        case .settings: target.settings = settings(node)
        }
    }

    /// What each key by itself cannot tell.
    private mutating func check(_ target: TargetDefinition, _ node: YAMLNode) {
        if target.name == "local", target.engine != .embedded {
            structure.report(
                .invalidTarget, "'local' always is the embedded engine", at: target.range ?? node.place,
                hint: "give the target another name; 'default_target' makes it the one that is meant")
        }
        if target.engine == .embedded, target.place != .local, let place = node["place"] {
            structure.report(
                .invalidTarget, "the embedded engine runs in this process, not in \(target.place.rawValue)",
                at: place.range, hint: "remove 'place'")
        }
        if target.cluster != nil, let address = node["address"] {
            structure.report(
                .invalidTarget, "a target has a 'cluster' or an 'address', not both", at: address.place,
                hint: "the cluster's address is known; remove this one")
        }
        if target.cluster != nil, target.place != .local, let place = node["place"] {
            structure.report(
                .invalidTarget, "clusters of 'beamstack create' are local", at: place.range, hint: "remove 'place'")
        }
        if let address = target.address, let written = node["address"] { check(address, of: target.engine, written) }
    }

    private mutating func check(_ address: SecretText, of engine: JobEngine, _ node: YAMLNode) {
        guard case .text(let start)? = address.pieces.first else { return }
        let schemes = engine == .flink ? ["http://", "https://"] : ["spark://", "local[", "k8s://", "yarn"]
        guard !schemes.contains(where: start.hasPrefix) else { return }
        structure.report(
            .invalidTarget, "'\(address)' is no address of \(engine.title)", at: node.place,
            hint: engine == .flink
                ? "write the address of its REST API: http://HOST:8081"
                : "write the master's address: spark://HOST:7077")
    }

    /// Names that other tools have for the same.
    private static func hint(forKey key: String) -> String? {
        switch key.lowercased() {
        case "url", "master", "host", "rest", "endpoint": "did you mean 'address'?"
        case "type", "runner": "did you mean 'engine'?"
        case "config", "conf", "configuration", "options", "properties": "did you mean 'settings'?"
        case "taskmanagers", "executors", "nodes": "did you mean 'workers'?"
        case "cores", "cpu": "cores go below 'resources': {worker: {cpu: 2}}"
        default: nil
        }
    }
}

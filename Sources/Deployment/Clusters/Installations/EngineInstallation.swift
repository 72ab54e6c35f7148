public import Diagnostics
import Platform
public import Translation
public import Workers

/// An installation of Flink or Spark on this machine.
public struct EngineInstallation: Sendable {
    public let engine: TargetEngine
    public let version: String
    /// What `FLINK_HOME` or `SPARK_HOME` would name.
    public let home: String
    /// The folder of the cache that holds it, where Beamstack has installed it.
    public let cacheFolder: String?

    /// Reads an installation's version from the names of its jars.
    ///
    /// - Throws: what the folder lacks.
    init(_ engine: TargetEngine, home: String, cacheFolder: String? = nil, named: String? = nil) throws(Diagnostic) {
        let (folder, prefix) = engine == .flink ? ("lib", "flink-dist-") : ("jars", "spark-core_")
        let names = (try? FileSystem.names(in: Path.join(home, folder))) ?? []
        let jar = names.first { $0.hasPrefix(prefix) && $0.hasSuffix(".jar") }
        let program = engine == .flink ? "plugins" : "bin/spark-class"
        let isWhole = (try? FileSystem.status(of: Path.join(home, program))).flatMap { $0 } != nil
        // Spark's jar has Scala's version before its own.
        guard let jar, isWhole, let version = jar.dropLast(4).split(separator: "-").last else {
            let lacking = jar == nil ? "\(folder)/\(prefix)*.jar" : program
            throw Diagnostic(
                .engineUnusable, "\(named.map { "\($0) is '\(home)'" } ?? "'\(home)'"), which has no \(lacking)",
                at: nil,
                hint: named.map {
                    "let \($0) name a whole installation of \(engine.title), or unset it and add --install"
                })
        }
        self.engine = engine
        self.version = String(version)
        self.home = home
        self.cacheFolder = cacheFolder
    }

    /// Why this version cannot be used.
    var problem: Diagnostic? { engine.problem(withVersion: version, of: "'\(home)'") }

    /// Whether a version is one that was asked for: `2.3` means any `2.3.x`.
    func isVersion(_ wanted: String) -> Bool { version == wanted || version.hasPrefix(wanted + ".") }

    public var json: JSONText {
        .object([
            "engine": .string(engine.rawValue), "version": .string(version), "home": .string(home),
            "isOurs": .boolean(cacheFolder != nil),
        ])
    }
}

extension TargetEngine {
    /// Why a version cannot be used.
    fileprivate func problem(withVersion version: String, of what: String) -> Diagnostic? {
        let numbers = version.split(separator: ".").compactMap { Int($0.prefix { $0.isASCII && $0.isNumber }) }
        let (major, minor) = (numbers.first ?? 0, numbers.dropFirst().first ?? 0)
        let isKnown = self == .flink ? major == 2 || (major, minor) == (1, 20) : major == 4
        if isKnown { return nil }
        return Diagnostic(
            .engineUnusable, "\(what) is \(title) \(version), which Beamstack does not know", at: nil,
            notes: ["known are \(self == .flink ? "Flink 1.20 and 2.x" : "Spark 4.x")"],
            hint: "add --install to have \(title) \(installedVersion) installed")
    }

    /// What is installed where no version is asked for: the one that Beamstack is tested with.
    var installedVersion: String { self == .flink ? "2.3.0" : "4.3.0" }
    /// The variable that names an installation.
    var homeVariable: String { self == .flink ? "FLINK_HOME" : "SPARK_HOME" }
    /// What pip downloads, roughly.
    var downloadInMegabytes: Int { self == .flink ? 330 : 460 }

    fileprivate func specifiers(_ version: String) -> [String] {
        // The first has the jars, the second the scripts; together they are a whole FLINK_HOME.
        self == .flink ? ["apache-flink-libraries==\(version)", "apache-flink==\(version)"] : ["pyspark==\(version)"]
    }

    fileprivate var package: String { self == .flink ? "pyflink" : "pyspark" }
}

/// The installations that there are, and those that could be.
public struct EngineInstallations: Sendable {
    private let cache: String

    public init(cache: String = CacheFolder.standard) {
        self.cache = cache
    }

    private var root: String { Path.join(cache, "engines") }

    private func folder(_ engine: TargetEngine, _ version: String) -> String {
        Path.join(root, "\(engine.rawValue)-\(version)")
    }

    /// What Beamstack has installed itself, by name.
    public var installed: [EngineInstallation] {
        ((try? FileSystem.names(in: root)) ?? []).compactMap { name in
            TargetEngine.allCases.lazy.filter { name.hasPrefix($0.rawValue + "-") }.compactMap {
                installation($0, folder: Path.join(root, name))
            }.first
        }
    }

    /// All that can be used: those that variables name, and our own.
    public var known: [EngineInstallation] {
        let named = TargetEngine.allCases.compactMap { engine in
            Environment[engine.homeVariable].flatMap { try? EngineInstallation(engine, home: $0) }
        }
        return named + installed
    }

    private func installation(_ engine: TargetEngine, folder: String) -> EngineInstallation? {
        let packages = PackageFolder(folder)
        guard packages.isComplete, let home = packages.packages.map({ Path.join($0, engine.package) }) else {
            return nil
        }
        return try? EngineInstallation(engine, home: home, cacheFolder: folder)
    }

    /// The installation to use: that of `FLINK_HOME` or `SPARK_HOME`, else the newest of our own.
    ///
    /// - Parameter version: as `2.3.0` or `2.3`; none for any.
    /// - Throws: what is wrong with the one that a variable names.
    public func find(_ engine: TargetEngine, version: String? = nil) throws(Diagnostic) -> EngineInstallation? {
        var unusable: Diagnostic?
        if let home = Environment[engine.homeVariable], !home.isEmpty {
            let named = try EngineInstallation(
                engine, home: Path.join(FileSystem.currentDirectory, home), named: engine.homeVariable)
            if version.map(named.isVersion) ?? true {
                unusable = named.problem
                if unusable == nil { return named }
            }
        }
        let ours = installed.filter { $0.engine == engine && (version.map($0.isVersion) ?? true) && $0.problem == nil }
        if let newest = ours.max(by: { Self.numbers($0.version).lexicographicallyPrecedes(Self.numbers($1.version)) }) {
            return newest
        }
        if let unusable { throw unusable }
        return nil
    }

    private static func numbers(_ version: String) -> [Int] { version.split(separator: ".").map { Int($0) ?? 0 } }

    /// Installs an engine from its Python packages.
    ///
    /// - Parameter version: a whole version; none for the one that Beamstack is tested with.
    public func install(
        _ engine: TargetEngine, version: String? = nil, isCancelled: @escaping () -> Bool = { false },
        log: @escaping (String) -> Void = { _ in }
    ) throws(Diagnostic) -> EngineInstallation {
        let version = version ?? engine.installedVersion
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ Int($0) != nil }) else {
            throw Diagnostic(
                .engineUnusable, "'\(version)' is no version of \(engine.title)", at: nil,
                hint: "give all of it, such as \(engine.installedVersion)")
        }
        if let problem = engine.problem(withVersion: version, of: "what was asked for") { throw problem }
        let packages = PackageFolder(folder(engine, version))
        let isNew = !packages.isComplete
        if isNew {
            log("installing \(engine.title) \(version) from PyPI (about \(engine.downloadInMegabytes) MB, once)")
        }
        let start = MonotonicClock.seconds
        try packages.install(
            engine.specifiers(version), withDependencies: engine == .spark, as: "\(engine.title) \(version)",
            isCancelled: isCancelled, log: log)
        if isNew { log("installed in \(Int((MonotonicClock.seconds - start).rounded(.up))) s") }
        guard let made = installation(engine, folder: packages.path) else {
            throw Diagnostic(
                .engineUnusable, "the packages of \(engine.title) \(version) are installed, and are no whole engine",
                at: nil,
                notes: ["they are in \(packages.path)"], hint: "remove that folder and try again")
        }
        return made
    }

    /// What to say where an engine is missing.
    public func missing(_ engine: TargetEngine, version: String?) -> Diagnostic {
        let wanted = version.map { "\(engine.title) \($0)" } ?? engine.title
        let others = installed.filter { $0.engine == engine }.map(\.version)
        return Diagnostic(
            .engineMissing, "\(wanted) is not installed on this machine", at: nil,
            notes: others.isEmpty ? [] : ["installed by Beamstack: \(others.joined(separator: ", "))"],
            hint:
                "add --install to get it from PyPI (about \(engine.downloadInMegabytes) MB), or name an installation with "
                + "\(engine.homeVariable)")
    }
}

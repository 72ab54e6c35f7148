import CEnginePrograms
public import Diagnostics
import Platform
import Translation
public import Workers

/// The jar that is uploaded to Flink's clusters: it submits SQL, and has our formats, connector and functions.
///
/// It is compiled once for each version of Flink, since all that it needs is the JDK and the installation.
public enum FlinkRunnerJar {
    private static let sources = "java/dev/beamstack/flink/"
    private static let services = "java/META-INF/"
    private static let mainClass = "dev.beamstack.flink.SqlRunner"
    /// The oldest Java that Flink 1.20 and 2.x run on: a cluster's may be older than ours.
    private static let release = "11"

    /// The path of the jar for an installation of Flink, made where it is not there yet.
    ///
    /// - Parameter others: paths of jars that stand in its folder `lib`, from where Flink puts them onto a job's class path.
    /// - Throws: that there is no JDK or no such jar, or what the compiler says.
    public static func jar(
        flinkHome: String, with others: [String] = [], cacheFolder: String = CacheFolder.standard
    ) throws(Diagnostic) -> String {
        let installation = try EngineInstallation(.flink, home: flinkHome)
        let folder = Path.join(cacheFolder, "engines/programs")
        let contents = try fingerprint(with: others)
        let jar = Path.join(folder, "flink-runner-\(installation.version)-\(contents).jar")
        if isThere(jar) { return jar }
        let tools = try JavaTools()
        let temporary = TemporaryName.beside(jar)
        defer { try? FileSystem.removeTree(temporary) }
        var problem: (what: String, notes: [String])?
        do throws(SystemError) {
            problem = try build(in: temporary, flinkHome: flinkHome, others, tools)
            if problem == nil { try FileSystem.rename(Path.join(temporary, jarName), to: jar) }
        } catch {
            // Another process may have been quicker.
            if !isThere(jar) { problem = ("\(error)", []) }
        }
        if let problem {
            throw Diagnostic(
                .runnerNotBuilt, "the classes for Flink \(installation.version) could not be compiled: \(problem.what)",
                at: nil, notes: problem.notes)
        }
        return jar
    }

    private static let jarName = "runner.jar"

    /// Compiles and packs; what a tool complains of, where it does.
    private static func build(
        in folder: String, flinkHome: String, _ others: [String], _ tools: JavaTools
    ) throws(SystemError) -> (what: String, notes: [String])? {
        let classes = Path.join(folder, "classes")
        let files = try write(into: folder, classes: classes)
        let options = [
            "--release", release, "-nowarn", "-proc:none", "-encoding", "UTF-8", "-cp", Path.join(flinkHome, "lib/*"),
        ]
        if let notes = try tools.run("javac", options + ["-d", classes] + files) {
            return ("javac does not take them against '\(flinkHome)'", notes)
        }
        if !others.isEmpty { try FileSystem.createDirectories(Path.join(classes, "lib")) }
        for other in others {
            try OpenFile.write(
                try OpenFile.contents(of: other), to: Path.join(classes, "lib/" + Path.name(of: other)))
        }
        let jar = Path.join(folder, jarName)
        if let notes = try tools.run(
            "jar", ["--create", "--file", jar, "--main-class", mainClass, "-C", classes, "."])
        {
            return ("'jar' does not pack them", notes)
        }
        return nil
    }

    /// Writes the Java files, and beside the classes what tells Flink which of them to find.
    ///
    /// - Returns: the paths of the Java files.
    private static func write(into folder: String, classes: String) throws(SystemError) -> [String] {
        var files: [String] = []
        for program in programs {
            let isService = program.path.hasPrefix(services)
            let path = Path.join(isService ? classes : folder, String(program.path.dropFirst("java/".count)))
            try FileSystem.createDirectories(Path.directory(of: path))
            try OpenFile.write(Array(program.bytes), to: path)
            if !isService { files.append(path) }
        }
        return files
    }

    private static var programs: [(path: String, bytes: UnsafeRawBufferPointer)] {
        (0..<engine_program_count).lazy.map { engine_program_at($0) }.map {
            (String(cString: $0.path), UnsafeRawBufferPointer(start: $0.bytes, count: $0.length))
        }.filter { $0.path.hasPrefix(sources) || $0.path.hasPrefix(services) }
    }

    private static func fingerprint(with others: [String]) throws(Diagnostic) -> String {
        var fingerprint = Fingerprint()
        for other in others {
            guard let found = try? FileSystem.status(of: other), found.kind == .file else {
                throw Diagnostic(
                    .runnerNotBuilt, "there is no jar '\(other)', which the job should bring along", at: nil,
                    hint: "'jars' of the target in beamstack.yaml names it; paths count from that file")
            }
            fingerprint.add("\(other) \(found.sizeInBytes) \(found.lastUpdated)")
        }
        for program in programs {
            fingerprint.add(program.path)
            fingerprint.add(program.bytes)
        }
        return fingerprint.text
    }

    private static func isThere(_ path: String) -> Bool {
        if let status = try? FileSystem.status(of: path) { status.kind == .file } else { false }
    }
}

/// The tools of the JDK.
private struct JavaTools {
    private let folder: String

    init() throws(Diagnostic) {
        let java = try JavaRuntime.find(for: .flink)
        folder = Path.directory(of: java.path)
        let compiler = Path.join(folder, "javac")
        guard let status = try? FileSystem.status(of: compiler), status.kind == .file else {
            throw Diagnostic(
                .compilerMissing, "Java \(java.version) in '\(folder)' has no compiler, 'javac'", at: nil,
                hint: "install a JDK of version 17, or name one with the variable JAVA_HOME")
        }
    }

    /// What the tool says where it fails, at most so many lines as a message bears.
    func run(_ tool: String, _ arguments: [String]) throws(SystemError) -> [String]? {
        let child = try ChildProcess(
            Path.join(folder, tool), arguments: arguments,
            environment: ["JAVA_TOOL_OPTIONS": nil, "JDK_JAVAC_OPTIONS": nil, "CLASSPATH": nil])
        var lines: [String] = []
        let ending = child.finish(deadline: MonotonicClock.seconds + 120, onLine: { lines.append($0) })
        return ending == .exited(0) ? nil : Array(lines.prefix(8))
    }
}

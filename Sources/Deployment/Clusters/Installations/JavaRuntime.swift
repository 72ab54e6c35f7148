import Diagnostics
import Platform
import Translation
import Workers

/// The Java that a cluster's processes run on.
struct JavaRuntime: Sendable {
    /// The program `java`.
    let path: String
    /// The major version, such as 17.
    let version: Int

    /// The Java of `JAVA_HOME`, or else of the `PATH`.
    static func find(for engine: TargetEngine) throws(Diagnostic) -> JavaRuntime {
        let home = Environment["JAVA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        let program = home.map { Path.join($0, "bin/java") } ?? "java"
        let hint = "install a JDK of version 17, or name one with the variable JAVA_HOME"
        var lines: [String] = []
        do throws(SystemError) {
            let child = try ChildProcess(program, arguments: ["-XshowSettings:properties", "-version"])
            let ending = child.finish(deadline: MonotonicClock.seconds + 30, onLine: { lines.append($0) })
            guard ending == .exited(0) else {
                throw SystemError(code: 8, operation: "run", path: program)
            }
        } catch {
            let problem =
                home.map { "JAVA_HOME is '\($0)', which has no Java that runs" }
                ?? "\(engine.title) needs Java, and there is no 'java' on the PATH"
            throw Diagnostic(.javaNotFound, problem, at: nil, notes: lines.suffix(3), hint: hint)
        }
        let version = property("java.specification.version", in: lines) ?? ""
        let major = Int(version.hasPrefix("1.") ? version.dropFirst(2) : version[...]) ?? 0
        let oldest = engine == .flink ? 11 : 17
        guard major >= oldest else {
            throw Diagnostic(
                .javaNotFound, "'\(program)' is Java \(version), and \(engine.title) needs \(oldest) or later", at: nil,
                hint: hint)
        }
        // The path past `PATH` and links: another Java may be installed while the cluster runs.
        let path = property("java.home", in: lines).map { Path.join($0, "bin/java") } ?? program
        return JavaRuntime(path: path, version: major)
    }

    private static func property(_ name: String, in lines: [String]) -> String? {
        lines.lazy.compactMap { line in
            line.firstRange(of: "\(name) = ").map { String(line[$0.upperBound...]) }
        }.first
    }
}

import CEnginePrograms
import Platform
import Workers

/// The Java class that keeps a process's HTTP servers on loopback; compiled once per JDK, kept in the cache.
enum LoopbackServers {
    private static let source = "java/dev/beamstack/cluster/LoopbackServers.java"
    private static let exports = "jdk.httpserver/sun.net.httpserver=ALL-UNNAMED"

    static let javaOptions = [
        "--add-exports=\(exports)",
        "-Dcom.sun.net.httpserver.HttpServerProvider=dev.beamstack.cluster.LoopbackServers",
    ]

    /// The folder for the class path; `nil` where the Java has no compiler.
    static func folder(java: JavaRuntime, cache: String) -> String? {
        guard
            let program = (0..<engine_program_count).lazy.map({ engine_program_at($0) }).first(where: {
                String(cString: $0.path) == source
            })
        else { return nil }
        let text = UnsafeRawBufferPointer(start: program.bytes, count: program.length)
        var fingerprint = Fingerprint()
        fingerprint.add(text)
        let folder = "\(cache)/engines/programs/loopback-java\(java.version)-\(fingerprint.text)"
        if FileSystem.isDirectory(folder) { return folder }
        let temporary = TemporaryName.beside(folder)
        defer { try? FileSystem.removeTree(temporary) }
        do {
            try FileSystem.createDirectories(temporary)
            let file = Path.join(temporary, "LoopbackServers.java")
            try OpenFile.write(Array(text), to: file)
            let compiler = try ChildProcess(
                Path.join(Path.directory(of: java.path), "javac"),
                arguments: ["--add-exports", exports, "-d", temporary, file])
            guard compiler.finish(deadline: MonotonicClock.seconds + 60, onLine: { _ in }) == .exited(0) else {
                return nil
            }
            try FileSystem.rename(temporary, to: folder)
        } catch {
            // Another process may have been quicker.
            return FileSystem.isDirectory(folder) ? folder : nil
        }
        return folder
    }
}

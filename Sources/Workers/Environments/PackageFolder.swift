public import Diagnostics
import Platform

/// Programs that come as Python packages, installed into a folder of their own.
public struct PackageFolder: Sendable {
    /// A virtual environment, once `isComplete`.
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    public var isComplete: Bool {
        (try? FileSystem.status(of: Path.join(path, Environments.marker))).flatMap { $0 } != nil
    }

    /// Where the packages lie; `nil` where there are none.
    public var packages: String? {
        let libraries = Path.join(path, "lib")
        return ((try? FileSystem.names(in: libraries)) ?? []).map { "\(libraries)/\($0)/site-packages" }
            .first { FileSystem.isDirectory($0) }
    }

    /// Installs packages, unless that was done; waits while another process does it.
    ///
    /// - Parameters:
    ///   - specifiers: as pip takes them.
    ///   - subject: what messages call the packages, such as `Apache Flink 2.3.0`.
    public func install(
        _ specifiers: [String], withDependencies: Bool, as subject: String,
        isCancelled: @escaping () -> Bool, log: @escaping (String) -> Void
    ) throws(Diagnostic) {
        let interpreter = try Interpreter.find(for: nil)
        do {
            try FileSystem.createDirectories(Path.directory(of: path))
            var hasTold = false
            while !isComplete {
                if isCancelled() { throw Diagnostic(.cancelled, "the installation was stopped", at: nil) }
                guard let lock = try FileLock(path + ".lock") else {
                    if !hasTold { log("waiting for another beamstack that installs the same packages") }
                    hasTold = true
                    Threads.sleep(milliseconds: 100)
                    continue
                }
                defer { withExtendedLifetime(lock) {} }
                if isComplete { return }
                try FileSystem.removeTree(path)
                let installer = PackageInstaller(
                    interpreter: interpreter, folder: path, logPath: path + ".log", subject: subject,
                    place: { _ in nil }, isCancelled: isCancelled, log: log)
                do {
                    try installer.install(
                        Requirement.sorted(specifiers, folder: ""), options: withDependencies ? [] : ["--no-deps"])
                    try OpenFile.write([], to: Path.join(path, Environments.marker))
                } catch {
                    try? FileSystem.removeTree(path)
                    throw error
                }
            }
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw Diagnostic(
                .environmentFailed, "\(subject) cannot be installed: \(error)", at: nil,
                hint: "the variable BEAMSTACK_CACHE names another folder for what is installed")
        }
    }
}

import ArgumentParser
import Deployment
import Diagnostics
import Platform
import Synchronization
import Translation

/// What the commands about clusters share.
enum ClusterSupport {
    private static let isInterrupted = Mutex(false)

    /// The clusters of this machine; Ctrl-C ends waiting, and clears away what was being made.
    static func manager() throws -> ClusterManager {
        guard let program = Host.executablePath else {
            Output.message("error: the system does not tell where the program 'beamstack' is\n")
            throw CommandFailure.environment
        }
        Interruption.whenInterrupted { isInterrupted.withLock { $0 = true } }
        return ClusterManager(
            supervisorCommand: [program, SuperviseClusterCommand.configuration.commandName ?? ""], log: tell,
            isCancelled: { isInterrupted.withLock { $0 } })
    }

    /// The engine to make a cluster of; installed where that is wanted, by an option or by an answer.
    static func installation(
        _ engine: TargetEngine, version: String?, installs: Bool
    ) throws(Diagnostic) -> EngineInstallation {
        let installations = EngineInstallations()
        if installs, version == nil, let known = try? installations.find(engine) { return known }
        if !installs || version != nil, let known = try installations.find(engine, version: version) { return known }
        let missing = installations.missing(engine, version: version)
        guard installs || agrees(to: missing) else { throw missing }
        return try installations.install(
            engine, version: version, isCancelled: { isInterrupted.withLock { $0 } }, log: tell)
    }

    /// Asks a person at a terminal; nobody else is asked.
    private static func agrees(to missing: Diagnostic) -> Bool {
        guard Terminal.isTerminal(.input), Terminal.isTerminal(.error) else { return false }
        Output.message("\(missing.message). Install it from PyPI into the cache folder? [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    @Sendable private static func tell(_ line: String) { Output.message(line + "\n") }
}

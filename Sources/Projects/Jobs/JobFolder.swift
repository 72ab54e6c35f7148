import Diagnostics
public import Platform

/// Where a job that runs in a process of its own keeps what it says, and what is needed to bring it to its end.
public struct JobFolder: Sendable, Equatable {
    public let path: String

    /// The folder that holds those of all jobs.
    public static func root(in state: String = StateFolder.standard) -> String { Path.join(state, "jobs") }

    public init(of id: String, state: String = StateFolder.standard) {
        path = Path.join(Self.root(in: state), id)
    }

    /// Standard output: rows that the job prints.
    public var output: String { Path.join(path, "output.log") }
    /// Standard error: progress, warnings, why it failed.
    public var messages: String { Path.join(path, "messages.log") }
    /// The program that was generated for the engine, and what its driver says.
    public var program: String { Path.join(path, "program") }
    /// How the outputs get from where the engine wrote them to their places.
    public var publication: String { Path.join(path, "publication.json") }
    /// Held by the one process that brings the job to its end.
    private var lock: String { Path.join(path, "lock") }

    /// Makes the folder, for nobody else to look into: rows and errors are in it.
    public func create() throws(SystemError) {
        try FileSystem.createDirectories(path)
        try FileSystem.makePrivate(path)
    }

    /// Whether there is such a folder.
    public var exists: Bool { FileSystem.isDirectory(path) }

    public func remove() { try? FileSystem.removeTree(path) }

    /// Does what only one process may do, or nothing while another does.
    func exclusively<Result>(_ body: () throws(Diagnostic) -> Result) throws(Diagnostic) -> Result? {
        guard exists else { return try body() }
        // Without locks, on some network's file system, it is done anyway: two at once are rare.
        let held: FileLock?
        do { held = try FileLock(lock) } catch { return try body() }
        guard let held else { return nil }
        defer { withExtendedLifetime(held) {} }
        return try body()
    }

    /// Removes the folders that no job has any more.
    public static func removeOrphans(except ids: Set<String>, state: String = StateFolder.standard) {
        for name in (try? FileSystem.names(in: root(in: state))) ?? [] where !ids.contains(name) {
            JobFolder(of: name, state: state).remove()
        }
    }
}

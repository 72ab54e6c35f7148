public import Platform
public import Projects

/// Brings jobs of this machine to their end whose process was killed.
public struct LocalAftermath: JobAftermath {
    private let state: String

    /// - Parameter state: the folder that the folders of jobs are in.
    public init(state: String = StateFolder.standard) {
        self.state = state
    }

    public func publish(_ record: JobRecord) throws -> [String] {
        let folder = JobFolder(of: record.id, state: state)
        let outputs = try Publication.resume(
            folder.publication,
            warn: { try? OpenFile(folder.messages, .append).write(Array($0.utf8)) },
            // A job of an engine prints nothing else; the process may have printed a part of it.
            print: { try? OpenFile(folder.output, $1 ? .append : .overwrite).write($0) })
        leave(record)
        return outputs
    }

    public func clear(_ record: JobRecord) {
        leave(record)
        Self.removeStaging(record)
    }

    /// Ends what is left of the process.
    private func leave(_ record: JobRecord) {
        // Only processes with a folder lead a session; in another's session may be anything.
        if JobFolder(of: record.id, state: state).exists { record.process?.killSession() }
        if let program = record.programFolder { SparkJob.removeTraces(in: program) }
    }

    /// Removes outputs that are not published.
    public static func removeStaging(_ record: JobRecord) {
        guard let folder = record.stagingFolder else { return }
        // A record may name any folder; only what is certainly ours goes.
        let name = Path.name(of: folder)
        guard name.hasPrefix("."), name.hasSuffix(".partial"), !folder.contains("/../") else { return }
        try? FileSystem.removeTree(folder)
    }
}

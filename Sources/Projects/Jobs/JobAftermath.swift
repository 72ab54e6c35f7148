/// What is left to do for a job whose process is gone.
public protocol JobAftermath: Sendable {
    /// Brings the outputs of a job that its engine has finished to their places.
    ///
    /// - Returns: the files.
    /// - Throws: a diagnostic of the code `jobLost` where that is impossible without the process.
    func publish(_ record: JobRecord) throws -> [String]

    /// Ends what the process has left running, and removes outputs that nobody will publish.
    func clear(_ record: JobRecord)
}

/// For jobs that leave nothing behind.
struct NoAftermath: JobAftermath {
    func publish(_ record: JobRecord) throws -> [String] { record.outputs }
    func clear(_ record: JobRecord) {}
}

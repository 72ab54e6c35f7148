public import Diagnostics

extension DiagnosticCode {
    public static let jobFailed = DiagnosticCode(
        "job-failed", "the engine ended the job with an error",
        """
        The pipeline was translated and handed over, and the engine gave up on it. The message is the engine's own cause,
        without the frames around it; the notes name the log with all of them. Nothing was published: files of an earlier
        run are as they were.
        """)
    public static let outputNotPublished = DiagnosticCode(
        "output-not-published", "what a job wrote could not be brought to its place",
        """
        A job writes into a hidden folder beside its first output; when it has finished, the files are renamed into place.
        That failed: the folder is on another disk than the output, is full, or may not be written to.
        """)

    /// All codes of this module, for `beamstack explain`.
    public static let deploymentCodes: [DiagnosticCode] = [.jobFailed, .outputNotPublished]
}

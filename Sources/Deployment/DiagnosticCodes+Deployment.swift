public import Diagnostics

extension DiagnosticCode {
    public static let outputNotPublished = DiagnosticCode(
        "output-not-published", "what a job wrote could not be brought to its place",
        """
        A job writes into a hidden folder beside its first output; when it has finished, the files are renamed into place.
        That failed: the folder is on another disk than the output, is full, or may not be written to.
        """)

    /// All codes of this module, for `beamstack explain`.
    public static let deploymentCodes: [DiagnosticCode] = [.outputNotPublished]
}

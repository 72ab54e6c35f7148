public import Diagnostics

extension DiagnosticCode {
    static let notOnTarget = DiagnosticCode(
        "not-on-target", "a step that the target's engine cannot run as the pipeline means it",
        """
        The pipeline is right, and runs on the embedded engine; the engine of the target named by `--target` has no
        way to do this step with the same result. Nothing is run there that would come out differently without a
        word.

        `beamstack plan --target NAME` says for each step how it would run. Often the step can be written
        otherwise, as the message says; else run it with the embedded engine, before or after the part that is too
        large for one machine.
        """)

    /// All codes of this module, for `beamstack explain`.
    public static let translationCodes: [DiagnosticCode] = [.notOnTarget]
}

public import Diagnostics

extension DiagnosticCode {
    public static let pythonNotFound = DiagnosticCode(
        "python-not-found", "there is no Python to run a step with",
        """
        A step runs Python code or uses a Python package, and no `python3` is on the `PATH`. Install Python 3.9 or
        later, or name one:

        ```sh
        BEAMSTACK_PYTHON=/opt/python3.12/bin/python3 beamstack run pipeline.yaml
        ```

        Beamstack keeps what it installs in environments of its own, and never changes that Python.
        """)
    public static let pythonTooOld = DiagnosticCode(
        "python-too-old", "the Python that was found is older than 3.9",
        """
        Worker processes need Python 3.9 or later. Name another one with the variable `BEAMSTACK_PYTHON`, or put one
        first on the `PATH`.
        """)
    public static let environmentFailed = DiagnosticCode(
        "environment-failed", "the packages of a step could not be installed",
        """
        A step's packages are installed by pip into an environment of its own, once for each set of requirements. That
        failed; the notes show pip's own words, and name its log.

        A package that is not found is misspelt, has no release for this Python, or is in an index that pip does not
        know: pip's settings (`PIP_INDEX_URL`, `pip.conf`) hold here as everywhere.
        """)
    public static let environmentMissing = DiagnosticCode(
        "environment-missing", "the packages of a step are not installed yet",
        """
        Commands that only look at a pipeline install nothing: what a step needs is installed at its first run, and what
        comes out of the step is known from then on.
        """)
    public static let workerCrashed = DiagnosticCode(
        "worker-crashed", "a worker process ended in the middle of its work",
        """
        The Python process that ran a step came to its end: its code left the interpreter, native code in one of its
        packages crashed, or the system stopped it for want of memory (signal 9). The notes show the last lines that it
        printed.

        Where that happens now and then, the batch can be given to a new process:

        ```yaml
        - type: PyTransform
          config: {constructor: mymodule.Enrich, worker: {restarts: 2}}
        ```
        """)
    public static let workerTimedOut = DiagnosticCode(
        "worker-timed-out", "a batch took longer than its step allows",
        """
        A step may say how many seconds a batch of rows may take: `worker: {timeout: 60}`. A worker that took longer was
        stopped. Raise the limit, or let the batch be tried again with `restarts`.
        """)
    public static let workerFailed = DiagnosticCode(
        "worker-failed", "a worker process failed",
        """
        An exception came out of the Python code of a step as a whole, not for one of its rows, or the process did not
        answer as it should. The notes show what Python says.

        Code that writes to file descriptors other than standard output and standard error may have disturbed the talk
        between the processes.
        """)
    public static let invalidCallable = DiagnosticCode(
        "invalid-callable", "the text of a function is no function",
        "The code does not compile, or defines no function of the wanted name. It runs when the step is opened.")
    public static let missingPackage = DiagnosticCode(
        "missing-package", "code imports a package that is not installed for it",
        """
        A step's code runs in an environment that has only what the step or the pipeline lists:

        ```yaml
        - type: MapToFields
          config:
            language: python
            dependencies: ["geopy==2.4.1"]
            fields:
              place:
                callable: |
                  import geopy
                  def locate(row): ...
        ```
        """)
    public static let invalidTransform = DiagnosticCode(
        "invalid-transform", "a Python transform cannot be made or used",
        """
        The constructor raised an exception, the name leads to nothing, or the object is no transform that fits the
        step's inputs and outputs.
        """)
    public static let modelNotFound = DiagnosticCode(
        "model-not-found", "a model cannot be found or loaded",
        "The path or name of a model leads to nothing, or to a file that the model handler cannot load.")
    public static let invalidConfiguration = DiagnosticCode(
        "invalid-configuration", "a step's configuration does not fit together",
        "A parameter has a value that the step's implementation refuses; the message says which and why.")
    public static let unreachableService = DiagnosticCode(
        "unreachable-service", "a database, broker or other service does not answer",
        "There is no connection to the address that the step names. Check it, and that the service is up.")
    public static let loginRefused = DiagnosticCode(
        "login-refused", "a service refused the user or the password",
        """
        The service answers, but not to this user. Passwords are better kept out of pipeline files: give them as
        template variables, `--set password="$DB_PASSWORD"`.
        """)
    public static let unknownTable = DiagnosticCode(
        "unknown-table", "a table, topic or collection does not exist",
        "The service has nothing of that name, or the user may not see it.")
    public static let unsupportedColumnType = DiagnosticCode(
        "unsupported-column-type", "a column has a type that cannot be read or written",
        "The type has no counterpart on the other side. Leave the column out, or cast it in the query.")
    public static let writeRefused = DiagnosticCode(
        "write-refused", "an outside system refused rows",
        "A constraint, a quota or missing permissions; nothing of the step's output is visible unless the notes say so."
    )
    public static let damagedFile = DiagnosticCode(
        "damaged-file", "a file cannot be read in its format",
        "The file is damaged, of another format than the step says, or not readable for this user.")
    public static let unknownObject = DiagnosticCode(
        "unknown-object", "an object store has no such bucket or object",
        "The URL's bucket or key does not exist, or the credentials may not see it.")
    public static let robotsRefused = DiagnosticCode(
        "robots-refused", "a site does not want to be read by programs",
        "The site's `robots.txt` excludes the address.")

    public static let cancelled = DiagnosticCode(
        "cancelled", "the run was stopped",
        "The run was interrupted before its end. Outputs are as they were before.")

    /// All codes of this module, for `beamstack explain`; workers may use any of them.
    public static let workerCodes: [DiagnosticCode] =
        [
            .pythonNotFound, .pythonTooOld, .environmentFailed, .environmentMissing, .workerCrashed, .workerTimedOut,
            .workerFailed, .invalidCallable, .missingPackage, .invalidTransform, .modelNotFound, .invalidConfiguration,
            .unreachableService, .loginRefused, .unknownTable, .unsupportedColumnType, .writeRefused, .damagedFile,
            .unknownObject, .robotsRefused, .cancelled,
        ] + fileCodes
}

/// The codes that a worker's errors may have.
enum WorkerDiagnosticCodes {
    private static let codes = Dictionary(
        DiagnosticCode.workerCodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

    /// The code of an id; an id that nobody has explained counts as a failure of the worker.
    static func code(_ id: String) -> DiagnosticCode { codes[id] ?? .workerFailed }
}

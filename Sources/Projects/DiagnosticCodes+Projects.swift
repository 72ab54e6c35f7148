public import Diagnostics

extension DiagnosticCode {
    public static let jobStoreUnusable = DiagnosticCode(
        "job-store-unusable", "what was run cannot be remembered, or not be looked up",
        """
        Beamstack keeps a record of every job in the SQLite database `jobs.db` of its state folder (`BEAMSTACK_STATE`, or
        else `~/.local/state/beamstack`; on macOS `~/Library/Application Support/beamstack`). The database is damaged,
        locked, of a newer version, or its folder may not be written to.

        A `run` goes on without a record; `--no-record` does so silently.
        """)
    public static let unknownJob = DiagnosticCode(
        "unknown-job", "there is no job of that name, or more than one",
        """
        A job is named by its identifier (`orders-7f3k`), by as much of its beginning as no other has, by its last four
        letters, or by the name of its pipeline: then the newest is meant. `beamstack jobs --all` lists them.
        """)
    public static let jobEnded = DiagnosticCode(
        "job-ended", "the job has ended already",
        "Only a job that goes on can be stopped. `beamstack jobs show ID` shows how it ended.")
    public static let jobRunning = DiagnosticCode(
        "job-running", "the job goes on",
        "Its record is needed until it has ended. `beamstack stop ID` ends it.")
    public static let jobNotStopped = DiagnosticCode(
        "job-not-stopped", "the job could not be ended in the way that was asked for",
        """
        Savepoints are Flink's: a job of another engine is ended without one. Where an engine does not do as it is told,
        the notes say why.
        """)
    public static let jobNotRestartable = DiagnosticCode(
        "job-not-restartable", "the job cannot be run again as it was",
        """
        Its pipeline is gone, or it was given variables that looked like secrets and were not written down:

        ```sh
        beamstack restart orders-7f3k --set token=…
        ```
        """)
    public static let jobFailed = DiagnosticCode(
        "job-failed", "the engine ended the job with an error",
        """
        The pipeline was translated and handed over, and the engine gave up on it. The message is the engine's own cause,
        without the frames around it; the notes name the log with all of them. Nothing was published: files of an earlier
        run are as they were.
        """)
    public static let jobLost = DiagnosticCode(
        "job-lost", "what ran the job is gone",
        """
        The process or the cluster that ran the job exists no more and never told how the job ended: it was killed, or the
        machine was restarted. A job that is lost has published nothing.
        """)

    public static let unknownTarget = DiagnosticCode(
        "unknown-target", "there is no target of that name",
        """
        `--target` takes a name from the project's `beamstack.yaml`, the name of a cluster that `beamstack create` has made,
        `local` (the embedded engine) or `spark` (for one run). `beamstack targets` lists them.
        """)
    public static let invalidTarget = DiagnosticCode(
        "invalid-target", "a target is not described rightly",
        """
        A target in `beamstack.yaml` has an engine, and what is needed to reach it.

        Wrong:

        ```yaml
        targets:
          production:
            engine: spork
            parallelism: "8"
        ```

        Right:

        ```yaml
        targets:
          production:
            engine: spark
            address: spark://spark.example.com:7077
            parallelism: 8
        ```
        """)
    public static let missingEnvironment = DiagnosticCode(
        "missing-environment", "an environment variable that a target needs is not set",
        """
        `${env:NAME}` in `beamstack.yaml` stands for the value of an environment variable, which is read when the target
        is used.
        """)
    public static let secretInFile = DiagnosticCode(
        "secret-in-file", "a secret stands in the project's file",
        """
        `beamstack.yaml` belongs into version control, and whoever may read it could read the secret. Take it from the
        environment:

        ```yaml
        targets:
          production:
            engine: spark
            settings:
              spark.authenticate.secret: ${env:SPARK_SECRET}
        ```
        """)
    public static let fileInTheWay = DiagnosticCode(
        "file-in-the-way", "a file would be overwritten",
        "`beamstack init` only writes files that do not exist. Move the file away, or name another folder.")

    /// All codes of this module, for `beamstack explain`.
    public static let projectCodes: [DiagnosticCode] = [
        .jobStoreUnusable, .unknownJob, .jobEnded, .jobRunning, .jobNotStopped, .jobNotRestartable,
        .jobFailed, .jobLost, .unknownTarget, .invalidTarget, .missingEnvironment, .secretInFile, .fileInTheWay,
    ]
}

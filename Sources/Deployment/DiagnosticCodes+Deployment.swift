public import Diagnostics

extension DiagnosticCode {
    public static let outputNotPublished = DiagnosticCode(
        "output-not-published", "what a job wrote could not be brought to its place",
        """
        A job writes into a hidden folder beside its first output; when it has finished, the files are renamed into place.
        That failed: the folder is on another disk than the output, is full, or may not be written to.
        """)
    public static let compilerMissing = DiagnosticCode(
        "java-compiler-missing", "there is Java, but not its compiler",
        """
        Programs for Flink come with a few Java classes: what submits SQL, and readers and writers that do as the embedded
        engine does. They are compiled once for each version of Flink and kept in the cache folder. That takes a JDK; a
        mere runtime (JRE) has no `javac`. Install one (Debian: `apt install openjdk-17-jdk-headless`, macOS:
        `brew install openjdk@17`), or name it:

        ```sh
        JAVA_HOME=/opt/jdk-17 beamstack run --target flink pipeline.yaml
        ```
        """)
    public static let runnerNotBuilt = DiagnosticCode(
        "flink-runner-not-built", "the classes for Flink could not be compiled",
        """
        The classes are compiled against the jars in the `lib` folder of the installation, of Flink 1.20 or 2.x. It fails
        where some of these are missing, `flink-connector-files` for one, or where the cache folder has no room. The notes
        are the compiler's.
        """)

    static let engineUnreachable = DiagnosticCode(
        "engine-unreachable", "no engine answers where jobs are to be handed in",
        """
        A target of `beamstack.yaml` has an `address`, a cluster has one of its own. Nothing listens there, its name is
        unknown, a firewall is in between, or what answers is something else. `beamstack info` shows the clusters of this
        machine and how they are; `beamstack open NAME` opens a cluster's page.
        """)
    static let engineVersion = DiagnosticCode(
        "engine-version", "a version of the engine that programs are not written for",
        """
        Programs are written for Apache Flink 1.20 and 2.x, and for Apache Spark 4. Older ones lack functions that the
        programs use, or give them another meaning.
        """)
    static let noSlots = DiagnosticCode(
        "no-slots", "the cluster has no room for the job",
        """
        Each task of a Flink job takes a slot of a TaskManager while it runs. A job waits until others have given theirs
        back; one that has waited half a minute is ended and told so. `beamstack info NAME` shows the slots,
        `beamstack scale NAME --workers N` gives a cluster of this machine more.
        """)
    static let engineLacksPart = DiagnosticCode(
        "engine-lacks-part", "the cluster has no connector or format of that name",
        """
        A program names connectors and formats, which are jars in the `lib` folder of an engine's installation. Those of
        Beamstack itself go along with each job; others, such as Kafka's, have to be on the cluster, in the version that
        belongs to its Flink. A cluster that `beamstack create` has made takes them from the installation that
        `beamstack info NAME` shows.
        """)

    /// All codes of this module, for `beamstack explain`.
    public static let deploymentCodes: [DiagnosticCode] = [
        .outputNotPublished, .compilerMissing, .runnerNotBuilt, .engineUnreachable, .engineVersion, .noSlots,
        .engineLacksPart,
    ]
}

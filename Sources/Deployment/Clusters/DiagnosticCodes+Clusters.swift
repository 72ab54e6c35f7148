public import Diagnostics

extension DiagnosticCode {
    public static let unknownCluster = DiagnosticCode(
        "unknown-cluster", "there is no cluster of that name on this machine",
        "`beamstack info` lists the clusters that `beamstack create` has made and nobody has deleted since.")
    public static let clusterExists = DiagnosticCode(
        "cluster-exists", "a cluster of that name runs already",
        """
        Names of clusters are unique on a machine, whatever the engine. `beamstack info NAME` shows what has the name,
        `beamstack delete NAME` frees it.

        A cluster that is down, say after the machine was restarted, is started again by the `create` that made it.
        """)
    public static let invalidCluster = DiagnosticCode(
        "invalid-cluster", "a cluster cannot have this name or size",
        """
        A name has up to 40 lower-case letters, digits and `-`, and begins with a letter; `local` is the embedded
        engine. Each worker has 1 to 256 slots, and memory that its engine can start with:

        ```sh
        beamstack create flink sales --workers 2 --slots 2 --memory 2GB
        ```
        """)
    public static let clusterFailed = DiagnosticCode(
        "cluster-failed", "a cluster does not start or does not answer",
        """
        The processes of a cluster were started and one of them ended, or they did not find each other in time. The
        notes show the end of its log. Common causes are too little memory, and a Java that the engine does not know.
        """)
    public static let clusterDown = DiagnosticCode(
        "cluster-down", "a cluster's processes are gone",
        """
        The record of the cluster is there, its processes are not: the machine was restarted, or somebody ended them
        together with their supervisor. `beamstack create` with the cluster's engine and name starts it again, on the
        same addresses and with Flink's unfinished jobs.
        """)
    public static let clusterBusy = DiagnosticCode(
        "cluster-busy", "a cluster runs jobs and would lose them",
        "`beamstack jobs` shows them, `beamstack stop` ends one; `beamstack delete --force` ends them all.")
    public static let javaNotFound = DiagnosticCode(
        "java-not-found", "there is no Java that the engine runs on",
        """
        Flink and Spark are Java programs. Flink needs Java 11 or later, Spark Java 17 or later; 17 suits both. Install
        it (Debian: `apt install openjdk-17-jdk-headless`, macOS: `brew install openjdk@17`), or name one:

        ```sh
        JAVA_HOME=/opt/jdk-17 beamstack create flink sales
        ```
        """)
    public static let engineMissing = DiagnosticCode(
        "engine-missing", "the engine is not installed",
        """
        Beamstack uses the installation that `FLINK_HOME` or `SPARK_HOME` names, or one that it has installed itself,
        which `--install` does: from the Python packages of the engine, into the cache folder.

        ```sh
        beamstack create flink sales --install
        ```
        """)
    public static let engineUnusable = DiagnosticCode(
        "engine-unusable", "an installation of an engine is incomplete or of a version that Beamstack does not know",
        """
        `FLINK_HOME` must name a folder with `lib/flink-dist-VERSION.jar`, of Flink 1.20 or 2.x; `SPARK_HOME` one with
        `jars/spark-core_*.jar`, of Spark 4.x.
        """)

    /// All codes about clusters, for `beamstack explain`.
    public static let clusterCodes: [DiagnosticCode] = [
        .unknownCluster, .clusterExists, .invalidCluster, .clusterFailed, .clusterDown, .clusterBusy, .javaNotFound,
        .engineMissing, .engineUnusable,
    ]
}

/// The tables of the store of jobs, and how databases of earlier versions become those of this one.
enum JobStoreSchema {
    /// Statements from each version (the position; `user_version` of the file) to the next. Never changed, only added to.
    static let migrations = [
        """
        CREATE TABLE jobs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            pipeline TEXT NOT NULL,
            working_directory TEXT NOT NULL,
            content_hash TEXT,
            target TEXT NOT NULL,
            engine TEXT NOT NULL,
            place TEXT NOT NULL,
            cluster TEXT,
            address TEXT,
            engine_job_id TEXT,
            state TEXT NOT NULL,
            engine_state TEXT,
            submitted_at INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            steps TEXT,
            operators TEXT,
            failure TEXT,
            problems TEXT,
            program_folder TEXT,
            staging_folder TEXT,
            logs TEXT,
            savepoint TEXT,
            outputs TEXT,
            options TEXT,
            process_id INTEGER,
            process_start TEXT,
            is_stop_requested INTEGER NOT NULL,
            version TEXT,
            restart_of TEXT
        )
        """,
        "ALTER TABLE jobs ADD COLUMN estimate TEXT",
    ]

    /// All columns but `number`, in the order of `JobRecord.row`.
    static let columns = [
        "id", "name", "pipeline", "working_directory", "content_hash", "target", "engine", "place", "cluster",
        "address",
        "engine_job_id", "state", "engine_state", "submitted_at", "started_at", "ended_at", "steps", "operators",
        "failure", "problems", "program_folder", "staging_folder", "logs", "savepoint", "outputs", "options",
        "process_id", "process_start", "is_stop_requested", "version", "restart_of",
        "estimate",
    ]

    /// The columns once more, as one literal: each run would spend a while on joining them. A test compares the two.
    static let list = """
        id, name, pipeline, working_directory, content_hash, target, engine, place, cluster, address, engine_job_id, \
        state, engine_state, submitted_at, started_at, ended_at, steps, operators, failure, problems, program_folder, \
        staging_folder, logs, savepoint, outputs, options, process_id, process_start, is_stop_requested, version, \
        restart_of, estimate
        """

    static let insertion =
        "INSERT INTO jobs (" + list
        + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    /// Changes some columns, given by their positions, of the row whose identifier is the last parameter.
    static func change(of changed: [Int]) -> String {
        var sql = "UPDATE jobs SET "
        for (index, column) in changed.enumerated() {
            if index > 0 { sql += ", " }
            sql += columns[column]
            sql += " = ?"
        }
        return sql + " WHERE id = ?"
    }
}

import CSQLite
import Diagnostics
import Platform

/// The database's file: making it, bringing it up to date, keeping it small.
extension JobStore {
    /// Larger logs are folded into the database: every opening reads the log.
    private static let maximumLogSize: Int64 = 256 << 10

    static func connect(
        _ path: String, _ patience: Int32, _ migrations: [String]
    ) throws(SQLiteError) -> SQLiteConnection {
        let exists = (try? FileSystem.status(of: path)) != nil
        if !exists { try create(path) }
        let connection = try SQLiteConnection(path, patience: patience)
        // The log is written in order and has checksums: without waiting for the disk a failure of power costs the
        // latest entries, nothing else. Only folding the log into the database must wait; see `foldLog`.
        try connection.execute("PRAGMA synchronous = OFF")
        connection.leaveLogAlone()
        try migrate(connection, migrations)
        return connection
    }

    private static func create(_ path: String) throws(SQLiteError) {
        do throws(SystemError) {
            try FileSystem.createDirectories(Path.directory(of: path))
            // Errors quote rows of data; they are nobody else's business.
            guard (try? OpenFile(path, .createNew)) != nil else { return }
            try FileSystem.makePrivate(path)
        } catch {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: error.description)
        }
    }

    private static func migrate(_ connection: SQLiteConnection, _ migrations: [String]) throws(SQLiteError) {
        let version = try version(of: connection)
        if version == migrations.count { return }
        if version == 0 { try startLog(connection) }
        try connection.transaction { () throws(SQLiteError) in
            // Another process may have been faster.
            let version = try Self.version(of: connection)
            guard version <= migrations.count else {
                throw SQLiteError(code: SQLITE_SCHEMA, message: "it was written by a newer version of Beamstack")
            }
            for migration in migrations[version...] { try connection.execute(migration) }
            try connection.execute("PRAGMA user_version = \(migrations.count)")
        }
    }

    private static func version(of connection: SQLiteConnection) throws(SQLiteError) -> Int {
        Int(try connection.integer("PRAGMA user_version") ?? 0)
    }

    /// Turns the write-ahead log on, which stays so. Two processes that do so at once are refused without waiting.
    private static func startLog(_ connection: SQLiteConnection) throws(SQLiteError) {
        for attempt in 0... {
            do throws(SQLiteError) {
                return try connection.execute("PRAGMA journal_mode = WAL")
            } catch {
                guard error.isBusy, attempt < 200 else { throw error }
                Threads.sleep(milliseconds: 10)
            }
        }
    }

    /// Moves a log that has grown into the database; not now where other processes use it.
    static func foldLog(_ connection: SQLiteConnection, _ path: String) {
        guard let log = try? FileSystem.status(of: path + "-wal"), log.sizeInBytes > maximumLogSize else { return }
        connection.setPatience(0)
        try? connection.execute(
            """
            DELETE FROM jobs WHERE number <= (SELECT max(number) FROM jobs) - \(capacity)
                AND state IN ('finished', 'failed', 'stopped', 'lost')
            """)
        try? connection.execute("PRAGMA synchronous = NORMAL; PRAGMA wal_checkpoint(TRUNCATE)")
    }

    static func diagnostic(_ error: SQLiteError, _ path: String) -> Diagnostic {
        if error.isDamage {
            return Diagnostic(
                .jobStoreUnusable, "the store of jobs '\(path)' is damaged: \(error.message)", at: nil,
                hint: "move the file away; the next job begins a new one")
        }
        if error.isBusy {
            return Diagnostic(
                .jobStoreUnusable, "the store of jobs '\(path)' is being written by another process", at: nil,
                hint: "try again when no other command hangs")
        }
        if error.code == SQLITE_SCHEMA {
            return Diagnostic(
                .jobStoreUnusable, "the store of jobs '\(path)' cannot be used: \(error.message)", at: nil,
                hint: "update Beamstack, or let the variable BEAMSTACK_STATE name another folder")
        }
        return Diagnostic(
            .jobStoreUnusable, "the store of jobs '\(path)' cannot be used: \(error.message)", at: nil,
            hint: "the variable BEAMSTACK_STATE names another folder for it")
    }
}

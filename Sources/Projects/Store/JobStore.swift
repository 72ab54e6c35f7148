public import Diagnostics
public import Platform
import Synchronization

/// Everything that was ever run or deployed, on any engine: an SQLite database in the state folder.
///
/// Commands of several processes use it at once: the log is a write-ahead one, so that readers wait for nobody and
/// writers only for each other.
public final class JobStore: Sendable {
    public let path: String
    private let connection: Mutex<SQLiteConnection>
    /// Ended jobs beyond these are forgotten, oldest first.
    static let capacity = 10_000

    /// The file of the jobs of a state folder.
    public static func path(in state: String = StateFolder.standard) -> String { Path.join(state, "jobs.db") }

    /// Opens the store, or makes it.
    ///
    /// - Parameter patience: milliseconds to wait for other commands that write.
    public convenience init(path: String = JobStore.path(), patience: Int32 = 5000) throws(Diagnostic) {
        try self.init(path: path, patience: patience, migrations: JobStoreSchema.migrations)
    }

    init(path: String, patience: Int32, migrations: [String]) throws(Diagnostic) {
        self.path = path
        do throws(SQLiteError) {
            connection = Mutex(try Self.connect(path, patience, migrations))
        } catch {
            throw Self.diagnostic(error, path)
        }
    }

    deinit { connection.withLock { Self.foldLog($0, path) } }

    // MARK: Writing

    /// Adds a job under a free name of its own.
    ///
    /// - Returns: the name.
    @discardableResult
    public func add(_ record: JobRecord) throws(Diagnostic) -> String {
        var record = record
        return try perform { (connection) throws(SQLiteError) in
            let insertion = try connection.prepare(JobStoreSchema.insertion)
            for attempt in 0... {
                record.id = JobIdentifier.make(for: record.name)
                do throws(SQLiteError) {
                    try insertion.bind(record.row)
                    _ = try insertion.step()
                    break
                } catch {
                    // Another job has the name already; with so many names a few attempts find a free one.
                    guard error.isConflict, attempt < 20 else { throw error }
                    insertion.reset()
                }
            }
            return record.id
        }
    }

    /// Changes a job, with nobody changing it meanwhile.
    ///
    /// - Returns: the job as it is then; `nil` where it exists no more.
    @discardableResult
    public func update(_ id: String, _ change: (inout JobRecord) -> Void) throws(Diagnostic) -> JobRecord? {
        try perform { (connection) throws(SQLiteError) in
            try connection.transaction { () throws(SQLiteError) in
                guard var record = try Self.select(connection, "WHERE id = ?", [.text(id)]).first else { return nil }
                let old = record.row
                change(&record)
                record.id = id
                let new = record.row
                // Only what is new: other columns may hold what this version does not understand.
                let changed = new.indices.filter { new[$0] != old[$0] }
                guard !changed.isEmpty else { return record }
                let update = try connection.prepare(JobStoreSchema.change(of: changed))
                try update.bind(changed.map { new[$0] } + [.text(id)])
                _ = try update.step()
                return record
            }
        }
    }

    /// Forgets jobs.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func remove(_ ids: [String]) throws(Diagnostic) -> Int {
        try perform { (connection) throws(SQLiteError) in
            try connection.transaction { () throws(SQLiteError) in
                let removal = try connection.prepare("DELETE FROM jobs WHERE id = ?")
                var count = 0
                for id in ids {
                    try removal.bind([.text(id)])
                    _ = try removal.step()
                    count += connection.changes
                    removal.reset()
                }
                return count
            }
        }
    }

    // MARK: Reading

    /// Jobs, the newest first.
    ///
    /// - Parameters:
    ///   - states: only jobs that are in one of these.
    ///   - limit: at most so many.
    public func all(states: Set<JobState>? = nil, limit: Int? = nil) throws(Diagnostic) -> [JobRecord] {
        let chosen = (states ?? []).map(\.rawValue).sorted()
        let places = chosen.map { _ in "?" }.joined(separator: ", ")
        let condition = states == nil ? "" : "WHERE state IN (\(places)) "
        return try select(
            condition + "ORDER BY number DESC" + (limit.map { " LIMIT \($0)" } ?? ""), chosen.map { .text($0) })
    }

    /// The job of an identifier.
    public func job(_ id: String) throws(Diagnostic) -> JobRecord? {
        try select("WHERE id = ?", [.text(id)]).first
    }

    func select(_ condition: String, _ values: [SQLiteValue]) throws(Diagnostic) -> [JobRecord] {
        try perform { (connection) throws(SQLiteError) in try Self.select(connection, condition, values) }
    }

    private static func select(
        _ connection: SQLiteConnection, _ condition: String, _ values: [SQLiteValue]
    ) throws(SQLiteError) -> [JobRecord] {
        let selection = try connection.prepare("SELECT \(JobStoreSchema.list) FROM jobs \(condition)")
        try selection.bind(values)
        var records: [JobRecord] = []
        while try selection.step() { if let record = JobRecord(selection) { records.append(record) } }
        return records
    }

    private func perform<Result: Sendable>(
        _ body: (SQLiteConnection) throws(SQLiteError) -> Result
    ) throws(Diagnostic) -> Result {
        do throws(SQLiteError) {
            return try connection.withLock { (connection) throws(SQLiteError) in try body(connection) }
        } catch {
            throw Self.diagnostic(error, path)
        }
    }
}

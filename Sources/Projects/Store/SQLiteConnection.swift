import CSQLite

/// What SQLite has against a call.
struct SQLiteError: Error {
    let code: Int32
    let message: String

    /// The file is no database, or not a sound one.
    var isDamage: Bool { code == SQLITE_NOTADB || code == SQLITE_CORRUPT }
    /// Another process holds the database longer than we wait.
    var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }
    /// A value that has to be unique is there already.
    var isConflict: Bool { code == SQLITE_CONSTRAINT }
}

/// One connection to one database file, for one thread at a time.
// Unchecked: only `JobStore` has one, behind its lock.
final class SQLiteConnection: @unchecked Sendable {
    private let handle: OpaquePointer

    /// Opens a file, or creates it.
    ///
    /// - Parameter patience: milliseconds to wait for other processes.
    init(_ path: String, patience: Int32) throws(SQLiteError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let status = sqlite3_open_v2(path, &opened, flags, nil)
        guard status == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw SQLiteError(code: status & 0xFF, message: message)
        }
        handle = opened
        sqlite3_busy_timeout(handle, patience)
        sqlite3_keep_log_on_close(handle)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String) throws(SQLiteError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
        guard let statement else { throw SQLiteError(code: SQLITE_MISUSE, message: "an empty statement") }
        return SQLiteStatement(statement, of: self)
    }

    /// The first column of the first row.
    func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Runs `body` with no other process writing meanwhile; what it did is undone where it throws.
    func transaction<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// Rows that the last statement changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// Nothing is moved from the log into the database but by an explicit checkpoint.
    func leaveLogAlone() { sqlite3_wal_autocheckpoint(handle, 0) }

    /// Milliseconds to wait for other processes from now on.
    func setPatience(_ milliseconds: Int32) { sqlite3_busy_timeout(handle, milliseconds) }

    fileprivate func check(_ status: Int32) throws(SQLiteError) {
        guard status == SQLITE_OK else { throw error(status) }
    }

    fileprivate func error(_ status: Int32) -> SQLiteError {
        SQLiteError(code: status & 0xFF, message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// A statement that was compiled once; parameters count from 1, columns from 0.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: SQLiteConnection

    fileprivate init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        for (index, value) in values.enumerated() {
            let position = Int32(index + 1)
            switch value {
            case .null: try connection.check(sqlite3_bind_null(handle, position))
            case .integer(let number): try connection.check(sqlite3_bind_int64(handle, position, number))
            case .text(let text):
                try connection.check(
                    sqlite3_bind_copied_text(handle, position, text, Int32(clamping: text.utf8.count)))
            }
        }
    }

    /// Makes it ready to be run again with other values.
    func reset() { sqlite3_reset(handle) }

    /// Goes on to the next row; false where there is none.
    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let status: throw connection.error(status)
        }
    }

    func integer(_ column: Int) -> Int64? {
        let column = Int32(column)
        return sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int) -> String? {
        let column = Int32(column)
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A value of a row.
enum SQLiteValue: Equatable {
    case null
    case integer(Int64)
    case text(String)

    static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
    static func optional(_ number: Int64?) -> SQLiteValue { number.map { .integer($0) } ?? .null }
}

#include <sqlite3.h>

/// `SQLITE_TRANSIENT` is a cast that Swift does not import.
static inline int sqlite3_bind_copied_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

/// Variadic functions are not imported either: closing leaves the write-ahead log as it is.
static inline int sqlite3_keep_log_on_close(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

"""SQLite through Python's own module.

Arrow's driver takes a column's type from the first rows it meets, so that a column that begins with nulls fails further
on; here the declared types count.
"""

import os
import re

from beamstack_worker.databases_connection import Column, Database, first_line
from beamstack_worker.databases_writing import TargetColumn, json_texts


class SQLite(Database):
    """A connection to a file of SQLite."""

    alias = "AS beamstack_query"
    creates_in_transaction = True

    _connection = None

    def connect(self):
        import sqlite3

        path = self.location.database
        may_create = self.settings.writes and self.settings.config.get("create_table")
        if not os.path.exists(path) and not may_create:
            raise self.failure("unreachable-service", f"there is no file '{path}'", [self.settings.url_parameter],
                               "check the path; relative ones start from the working directory")
        try:
            self._connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error as error:
            raise self.failure("unreachable-service", f"'{path}' cannot be opened as a database of SQLite: {error}",
                               [self.settings.url_parameter]) from None
        for index, statement in enumerate(self.settings.initial_statements):
            try:
                self._connection.execute(statement)
            except sqlite3.Error as error:
                raise self.failure("invalid-configuration", str(error), ["connection_init_sql", str(index)]) from None

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def execute(self, sql):
        self._connection.execute(sql)

    def scalar_row(self, sql):
        return self._connection.execute(sql).fetchone()

    def table_name(self, table):
        if table.startswith(('"', "`", "[")) or self._table_info(table):
            return table if table[:1] in '"`[' else self.quoted(table)
        return super().table_name(table)

    def _table_info(self, table):
        return self._connection.execute("SELECT * FROM pragma_table_xinfo(?)", (table.strip('"`[]'),)).fetchall()

    def columns(self, table, query):
        import sqlite3

        if table:
            rows = self._table_info(table)
            if not rows:
                raise self.unknown_table(table)
            return [self._column(row, table=table) for row in rows]
        try:
            self._connection.execute(f"CREATE TEMPORARY VIEW beamstack_columns AS {query}")
            rows = self._table_info("beamstack_columns")
            columns = [self._column(row, query=query) for row in rows]
            self._connection.execute("DROP VIEW temp.beamstack_columns")
            return columns
        except sqlite3.Error as error:
            raise self.bad_sql(first_line(error)) from None

    def _column(self, row, table=None, query=None):
        name, declared, not_null, is_key = row[1], row[2] or "", bool(row[3]), bool(row[5])
        type = _declared_type(declared) or self._found_type(name, table, query)
        if type is None:
            raise self.unsupported(name, declared or "mixed", f"cast it in 'query': 'CAST({name} AS TEXT)'")
        # A key column that is an integer is the row's number, which is never null.
        nullable = not (not_null or (is_key and declared.upper() == "INTEGER")) if table else True
        return Column(name, type, nullable)

    def _found_type(self, name, table, query):
        """The type of a column that declares none: what is stored in it."""
        import pyarrow as pa

        source = self.table_name(table) if table else f"({query})"
        rows = self._connection.execute(f"SELECT DISTINCT typeof({self.quoted(name)}) FROM {source}").fetchall()
        found = {row[0] for row in rows} - {"null"}
        if found <= {"text"}:
            return pa.string()
        types = {"integer": pa.int64(), "real": pa.float64(), "blob": pa.binary()}
        if len(found) == 1:
            return types[found.pop()]
        return pa.float64() if found == {"integer", "real"} else None

    def batches(self, sql, columns):
        import pyarrow as pa
        import sqlite3

        schema = pa.schema([pa.field(column.name, column.type, column.nullable) for column in columns])
        try:
            cursor = self._connection.execute(sql)
            while True:
                rows = cursor.fetchmany(self.settings.fetch_size)
                if not rows:
                    return
                if not columns:
                    yield pa.RecordBatch.from_struct_array(pa.array([{}] * len(rows), pa.struct([])))
                    continue
                arrays = [self._array(values, column) for values, column in zip(zip(*rows), columns)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        except sqlite3.Error as error:
            raise self.bad_sql(first_line(error)) from None

    def _array(self, values, column):
        import pyarrow as pa

        type = column.type
        try:
            if pa.types.is_boolean(type):
                return pa.array(values, pa.int64()).cast(type)
            if pa.types.is_temporal(type):
                return pa.array(values, pa.string()).cast(type)
            return pa.array(values, type)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise self.failure(
                "unsupported-column-type",
                f"column '{column.name}' holds a value that is no {type}, which it declares: {first_line(error)}",
                self.path_of_source(), f"cast it in 'query': 'CAST({column.name} AS TEXT) AS {column.name}'") from None

    # Writing

    def table_columns(self, table):
        rows = self._table_info(table)
        return [
            # Type, not null, default, key, hidden: 2 and 3 are columns that are computed.
            TargetColumn(row[1], row[2] or "", not row[3], not row[3] or row[4] is not None or bool(row[5]), row[6] > 1)
            for row in rows
        ] or None

    def begin(self):
        import sqlite3

        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self.failure("write-refused", f"'{self.location.database}' cannot be written: {error}",
                               [self.settings.url_parameter],
                               "another process or step writes to the same file") from None

    def commit(self):
        self.execute("COMMIT")

    def rollback(self):
        if self._connection is not None and self._connection.in_transaction:
            self.execute("ROLLBACK")

    def column_type(self, type, is_key=False):
        names = {"bool": "BOOLEAN", "int64": "INTEGER", "double": "REAL", "binary": "BLOB", "date32[day]": "DATE",
                 "timestamp[us]": "DATETIME", "timestamp[us, tz=UTC]": "TIMESTAMPTZ", "duration[us]": "INTEGER"}
        return names.get(str(type), "TEXT")

    def check_writing(self, target):
        import sqlite3

        try:
            self._connection.execute("EXPLAIN " + self._statement(target), [None] * len(target.columns))
        except sqlite3.Error as error:
            if "ON CONFLICT" in str(error):
                keys = ", ".join(target.key)
                raise self.failure("invalid-configuration", f"no unique index of '{target.name}' has the key {keys}",
                                   ["key"], f"CREATE UNIQUE INDEX name ON {target.table} ({keys})") from None
            raise self.bad_sql(first_line(error)) from None

    def _statement(self, target):
        if target.statement:
            return target.statement
        names = ", ".join(self.quoted(column.name) for column in target.columns)
        marks = ", ".join("?" * len(target.columns))
        sql = f"INSERT INTO {target.table} ({names}) VALUES ({marks})"
        if target.mode == "upsert":
            others = [self.quoted(column.name) for column in target.columns if column.name not in target.key]
            changes = ", ".join(f"{name} = excluded.{name}" for name in others)
            sql += f" ON CONFLICT ({', '.join(map(self.quoted, target.key))}) DO "
            sql += f"UPDATE SET {changes}" if others else "NOTHING"
        return sql

    def writer(self, target):
        return _Writer(self, self._statement(target))


class _Writer:
    """Inserts batches as they come."""

    def __init__(self, database, statement):
        self._database = database
        self._statement = statement
        self._bytes = 0

    def write(self, batch):
        import sqlite3

        columns = [_values(column) for column in batch.columns]
        try:
            self._database._connection.executemany(self._statement, zip(*columns))
        except sqlite3.Error as error:
            raise self._database.write_refused(first_line(error)) from None
        self._bytes += batch.nbytes

    def finish(self):
        return self._bytes


def _values(array):
    """A column's values as SQLite stores them: times as ISO's text, decimals and nested values as text."""
    import pyarrow as pa

    type = array.type
    if pa.types.is_nested(type):
        array = json_texts(array)
    elif pa.types.is_duration(type):
        array = array.cast(pa.int64())
    elif pa.types.is_timestamp(type) and type.tz:
        texts = array.cast(pa.timestamp("us")).cast(pa.string()).to_pylist()
        return [None if text is None else text + "+00:00" for text in texts]
    elif pa.types.is_temporal(type) or pa.types.is_decimal(type):
        array = array.cast(pa.string())
    return array.to_pylist()


def _declared_type(declared):
    import pyarrow as pa

    text = declared.upper()
    if not text:
        return None
    patterns = (
        ("BOOL", pa.bool_()), ("INTERVAL", pa.string()), ("INT", pa.int64()),
        ("TIMESTAMPTZ|TIMESTAMP WITH TIME ZONE", pa.timestamp("us", "UTC")), ("DATETIME|TIMESTAMP", pa.timestamp("us")),
        ("^DATE$", pa.date32()), ("CHAR|CLOB|TEXT|JSON|UUID|STRING|TIME|ENUM", pa.string()),
        ("BLOB|BINARY", pa.binary()), ("REAL|FLOA|DOUB|NUM|DEC", pa.float64()),
    )
    return next((type for pattern, type in patterns if re.search(pattern, text)), None)

"""MySQL and MariaDB through MySQL's own connector.

Rows come as the server's text, unconverted; whole columns of it become Arrow arrays by Arrow's own casts. Rows go out
as a file that the server loads, made of whole columns too.
"""

import os
import re
import tempfile

from beamstack_worker.databases_connection import Column, Database, first_line
from beamstack_worker.databases_writing import TargetColumn, json_texts, with_placeholders

LOGIN = (1044, 1045, 1698, 1251)
UNKNOWN_TABLE = (1146, 1051)
# The server does not take files of clients: 'local_infile' is off.
NO_LOCAL_FILES = (1148, 3948, 4166, 2068)


class MySQL(Database):
    """A connection to MySQL or MariaDB."""

    quote = "`"
    alias = "AS beamstack_query"
    # Both drop ORDER BY of a subquery.
    nests_queries = False
    creates_in_transaction = False

    _connection = None

    def connect(self):
        import mysql.connector
        from mysql.connector import errors

        location = self.location
        options = {
            "host": location.host, "port": location.port, "user": location.user, "password": location.password or "",
            # A collation that both servers know; the connector's own default is MySQL's alone.
            "charset": "utf8mb4", "collation": "utf8mb4_general_ci", "autocommit": True, "time_zone": "+00:00",
            "allow_local_infile": True, "get_warnings": False, "connection_timeout": 30,
        }
        if location.database:
            options["database"] = location.database
        known = {"sslca": "ssl_ca", "sslcert": "ssl_cert", "sslkey": "ssl_key"}
        for name, value in location.properties.items():
            key = known.get(name.lower())
            if name.lower() == "connecttimeout":
                options["connection_timeout"] = max(1, int(value) // 1000)
            elif name.lower() in ("usessl", "sslmode"):
                options["ssl_disabled"] = value.lower() in ("false", "disabled", "disable")
            elif key:
                options[key] = value
            else:
                self.context.log(f"the connection property '{name}' has no meaning here and is left out")
        try:
            self._connection = mysql.connector.connect(**options)
            self.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')")
        except errors.Error as error:
            if error.errno in LOGIN:
                raise self.refused(error.msg) from None
            if error.errno == 1049:
                raise self.failure("invalid-configuration", error.msg, [self.settings.url_parameter]) from None
            raise self.unreachable(error.msg or error) from None
        for index, statement in enumerate(self.settings.initial_statements):
            try:
                self.execute(statement)
            except errors.Error as error:
                raise self.failure("invalid-configuration", error.msg, ["connection_init_sql", str(index)]) from None

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def execute(self, sql):
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql)
        finally:
            cursor.close()

    def _rows(self, sql, parameters=None):
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql, parameters)
            return cursor.fetchall()
        finally:
            cursor.close()

    def scalar_row(self, sql):
        return self._rows(sql)[0]

    def literal(self, value):
        return super().literal(value.replace("\\", "\\\\") if isinstance(value, str) else value)

    # Columns

    def columns(self, table, query):
        from mysql.connector import errors

        try:
            if table:
                rows = self._rows(f"SHOW COLUMNS FROM {self.table_name(table)}")
                return [self._column(row, row[2] == "YES") for row in rows]
            # A table of no rows knows the exact type of each column, which the result of a query does not tell.
            self.execute(f"CREATE TEMPORARY TABLE beamstack_columns AS SELECT * FROM ({query}) {self.alias} LIMIT 0")
            rows = self._rows("SHOW COLUMNS FROM beamstack_columns")
            self.execute("DROP TEMPORARY TABLE beamstack_columns")
            return [self._column(row, True) for row in rows]
        except errors.Error as error:
            if table and error.errno in UNKNOWN_TABLE:
                raise self.unknown_table(table) from None
            raise self.bad_sql(error.msg) from None

    def _column(self, row, nullable):
        name, declared = row[0], _text(row[1])
        type = _type_of(declared)
        if type is None:
            hint = f"cast it in 'query', such as 'ST_AsText({name}) AS {name}', or leave it out"
            raise self.unsupported(name, declared, hint)
        return Column(name, type, nullable, decode=_decoder(declared, type))

    def table_columns(self, table):
        from mysql.connector import errors

        try:
            rows = self._rows(f"SHOW COLUMNS FROM {self.table_name(table)}")
        except errors.Error as error:
            if error.errno in UNKNOWN_TABLE:
                return None
            raise self.bad_sql(error.msg) from None
        columns = []
        for name, type, null, _, default, extra in rows:
            extra = _text(extra).lower()
            optional = null == "YES" or default is not None or "auto_increment" in extra
            columns.append(TargetColumn(name, _text(type), null == "YES", optional, "generated" in extra.split()))
        return columns

    # Reading

    def batches(self, sql, columns):
        import pyarrow as pa
        from mysql.connector import errors

        schema = pa.schema([pa.field(column.name, column.type, column.nullable) for column in columns])
        cursor = self._connection.cursor(raw=True)
        try:
            cursor.execute(sql)
            while True:
                rows = cursor.fetchmany(self.settings.fetch_size)
                if not rows:
                    return
                if not columns:
                    yield pa.RecordBatch.from_struct_array(pa.array([{}] * len(rows), pa.struct([])))
                    continue
                arrays = [self._array(values, column) for values, column in zip(zip(*rows), columns)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        except errors.Error as error:
            raise self.bad_sql(error.msg) from None
        finally:
            try:
                cursor.close()
            except errors.Error:
                # A reader that stopped early leaves rows behind; the connection cannot go on.
                self._connection.close()

    def _array(self, values, column):
        import pyarrow as pa

        try:
            return column.decode(pa.array(values, pa.binary()))
        except pa.ArrowInvalid as error:
            raise self.failure(
                "unsupported-column-type",
                f"column '{column.name}' has a value that no {column.type} can hold: {first_line(error)}",
                self.path_of_source(),
                f"replace it in 'query', such as \"NULLIF({column.name}, '0000-00-00')\", or cast it to CHAR") from None

    # Writing

    def begin(self):
        self.execute("START TRANSACTION")

    def commit(self):
        self.execute("COMMIT")

    def rollback(self):
        if self._connection is not None and self._connection.is_connected():
            self.execute("ROLLBACK")

    def column_type(self, type, is_key=False):
        import pyarrow as pa

        if pa.types.is_decimal(type):
            return f"decimal(38, {type.scale})"
        if pa.types.is_nested(type):
            return "json"
        if is_key and (pa.types.is_string(type) or pa.types.is_binary(type)):
            return "varchar(255)" if pa.types.is_string(type) else "varbinary(255)"
        names = {"bool": "boolean", "int64": "bigint", "double": "double", "string": "longtext", "binary": "longblob",
                 "date32[day]": "date", "timestamp[us]": "datetime(6)", "timestamp[us, tz=UTC]": "timestamp(6)",
                 "duration[us]": "bigint"}
        return names[str(type)]

    def check_writing(self, target):
        if target.mode == "upsert":
            rows = self._rows(f"SHOW INDEX FROM {target.table} WHERE Non_unique = 0")
            indexes = {}
            for row in rows:
                indexes.setdefault(row[2], set()).add(row[4])
            if set(target.key) not in indexes.values():
                keys = ", ".join(target.key)
                raise self.failure("invalid-configuration", f"no unique index of '{target.name}' has the key {keys}",
                                   ["key"], f"CREATE UNIQUE INDEX name ON {target.table} ({keys})")
        status = self._rows(f"SELECT engine FROM information_schema.tables WHERE table_name = "
                            f"{self.literal(target.name.split('.')[-1])} AND table_schema = DATABASE()")
        if status and status[0][0] and _text(status[0][0]).lower() not in ("innodb", "rocksdb", "ndbcluster"):
            self.context.log(f"the table '{target.name}' has the engine {_text(status[0][0])}, which has no "
                             "transactions: a failure may leave a part of the rows")

    def writer(self, target):
        return _StatementWriter(self, target) if target.statement else _TableWriter(self, target)


class _StatementWriter:
    """A person's own statement, once for each row."""

    def __init__(self, database, target):
        self._database = database
        self._statement = with_placeholders(target.statement.replace("%", "%%"), lambda index: "%s")
        self._bytes = 0

    def write(self, batch):
        from mysql.connector import errors

        import pyarrow as pa

        columns = [
            (json_texts(column) if pa.types.is_nested(column.type) else column).to_pylist() for column in batch.columns]
        # The session's time zone is UTC, and the connector knows no other.
        columns = [
            [value.replace(tzinfo=None) if value is not None else None for value in values]
            if pa.types.is_timestamp(column.type) else values for values, column in zip(columns, batch.columns)]
        cursor = self._database._connection.cursor()
        try:
            cursor.executemany(self._statement, list(zip(*columns)))
        except errors.Error as error:
            raise self._database.write_refused(error.msg) from None
        finally:
            cursor.close()
        self._bytes += batch.nbytes

    def finish(self):
        return self._bytes


class _TableWriter:
    """Loads rows into a temporary table; one statement brings them from there into the target.

    A file that a client sends would lose rows with nothing but warnings, were it loaded into the target itself.
    """

    def __init__(self, database, target):
        self._database = database
        self._target = target
        self._bytes = 0
        self._loads_files = True
        types = [database.column_type(field.type) for field in target.schema]
        types = ["datetime(6)" if type == "timestamp(6)" else "longtext" if type == "json" else type for type in types]
        parts = [f"f{index} {type} NULL" for index, type in enumerate(types)]
        database.execute("DROP TEMPORARY TABLE IF EXISTS beamstack_rows")
        parts.insert(0, "n bigint AUTO_INCREMENT PRIMARY KEY")
        database.execute(f"CREATE TEMPORARY TABLE beamstack_rows ({', '.join(parts)}) CHARACTER SET utf8mb4")

    def write(self, batch):
        self._bytes += batch.nbytes
        if not self._loads_files:
            return self._insert(batch)
        handle, path = tempfile.mkstemp(prefix="beamstack-", dir=self._database.context.temporary)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(tab_separated(batch))
            self._load(path, batch)
        finally:
            os.unlink(path)

    def _load(self, path, batch):
        import pyarrow as pa

        from mysql.connector import errors

        names, changes = [], []
        for index, column in enumerate(batch.columns):
            is_bytes = pa.types.is_binary(column.type)
            names.append(f"@f{index}" if is_bytes else f"f{index}")
            if is_bytes:
                changes.append(f"f{index} = UNHEX(@f{index})")
        sql = f"LOAD DATA LOCAL INFILE {self._database.literal(path)} INTO TABLE beamstack_rows CHARACTER SET utf8mb4"
        sql += f" ({', '.join(names)})" + (" SET " + ", ".join(changes) if changes else "")
        try:
            self._database.execute(sql)
        except errors.Error as error:
            if error.errno not in NO_LOCAL_FILES:
                raise self._database.write_refused(error.msg) from None
            self._loads_files = False
            self._insert(batch)

    def _insert(self, batch):
        from mysql.connector import errors

        columns = [_plain_values(column) for column in batch.columns]
        names = ", ".join(f"f{index}" for index in range(len(columns)))
        marks = ", ".join(["%s"] * len(columns))
        rows = list(zip(*columns))
        cursor = self._database._connection.cursor()
        try:
            for start in range(0, len(rows), 1000):
                cursor.executemany(f"INSERT INTO beamstack_rows ({names}) VALUES ({marks})", rows[start : start + 1000])
        except errors.Error as error:
            raise self._database.write_refused(error.msg) from None
        finally:
            cursor.close()

    def finish(self):
        from mysql.connector import errors

        database, target = self._database, self._target
        names = [database.quoted(column.name) for column in target.columns]
        values = ", ".join(f"f{index}" for index in range(len(names)))
        sql = f"INSERT INTO {target.table} ({', '.join(names)}) SELECT {values} FROM beamstack_rows ORDER BY n"
        if target.mode == "upsert":
            others = [name for name, column in zip(names, target.columns) if column.name not in target.key] or names[:1]
            sql += " ON DUPLICATE KEY UPDATE " + ", ".join(f"{name} = VALUES({name})" for name in others)
        try:
            database.execute(sql)
        except errors.Error as error:
            raise database.write_refused(error.msg) from None
        return self._bytes


def tab_separated(batch):
    """A batch as the text that LOAD DATA reads, made of whole columns."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in batch.columns:
        type = column.type
        if pa.types.is_binary(type):
            texts = pa.array([None if value is None else value.hex() for value in column.to_pylist()], pa.string())
        elif pa.types.is_boolean(type):
            texts = column.cast(pa.int8()).cast(pa.string())
        elif pa.types.is_duration(type):
            texts = column.cast(pa.int64()).cast(pa.string())
        elif pa.types.is_timestamp(type):
            texts = column.cast(pa.timestamp("us")).cast(pa.string())
        elif pa.types.is_nested(type) or pa.types.is_string(type):
            texts = json_texts(column) if pa.types.is_nested(type) else column
            for plain, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\x00", "\\0")):
                texts = pc.replace_substring(texts, plain, escaped)
        else:
            texts = column.cast(pa.string())
        columns.append(pc.fill_null(texts, "\\N").cast(pa.large_string()))
    # Joined with an empty text each line ends with its own end: the column of lines is then the file as it stands.
    tab, end, nothing = (pa.scalar(text, pa.large_string()) for text in ("\t", "\n", ""))
    lines = pc.binary_join_element_wise(*columns, tab)
    lines = pc.binary_join_element_wise(lines, nothing, end)
    if not len(lines):
        return b""
    offsets = memoryview(lines.buffers()[1]).cast("q")
    return memoryview(lines.buffers()[2])[offsets[lines.offset] : offsets[lines.offset + len(lines)]]


def _plain_values(array):
    import pyarrow as pa

    type = array.type
    if pa.types.is_nested(type):
        array = json_texts(array)
    elif pa.types.is_duration(type):
        array = array.cast(pa.int64())
    elif pa.types.is_timestamp(type):
        array = array.cast(pa.timestamp("us"))
    return array.to_pylist()


def _text(value):
    return value.decode() if isinstance(value, (bytes, bytearray)) else str(value or "")


def _type_of(declared):
    import pyarrow as pa

    name = re.match(r"[a-z0-9 ]+", declared.lower()).group().split()[0]
    if declared.lower().startswith(("tinyint(1)", "bit(1)")):
        return pa.bool_()
    if name in ("tinyint", "smallint", "mediumint", "int", "integer", "bigint", "year", "bit"):
        return pa.int64()
    if name in ("float", "double", "real"):
        return pa.float64()
    if name in ("decimal", "numeric"):
        precision, scale = map(int, re.search(r"\((\d+),(\d+)\)", declared).groups())
        return pa.decimal128(38, scale) if precision <= 38 else pa.string()
    texts = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json", "uuid", "inet4",
             "inet6", "time")
    if name in texts:
        return pa.string()
    types = {"date": pa.date32(), "datetime": pa.timestamp("us"), "timestamp": pa.timestamp("us", "UTC")}
    if name in ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"):
        return pa.binary()
    return types.get(name)


def _decoder(declared, type):
    import pyarrow as pa

    if pa.types.is_binary(type):
        return lambda array: array
    if declared.lower().startswith("bit"):
        def number(value):
            return None if value is None else int.from_bytes(value, "big")

        return lambda array: pa.array(map(number, array.to_pylist()), pa.int64()).cast(type)
    if pa.types.is_boolean(type):
        return lambda array: array.cast(pa.string()).cast(pa.int64()).cast(type)
    if pa.types.is_timestamp(type):
        return lambda array: array.cast(pa.string()).cast(pa.timestamp("us")).cast(type)
    return lambda array: array.cast(pa.string()).cast(type)

"""PostgreSQL through Arrow's ADBC driver, which speaks its binary COPY in both directions."""

import re
from urllib.parse import quote, urlencode

from beamstack_worker.databases_connection import Database, first_line
from beamstack_worker.databases_postgres_types import column_of, created_type, plan_of
from beamstack_worker.databases_writing import TargetColumn, with_placeholders

# JDBC's properties with the parameter of PostgreSQL's own library that means the same.
PROPERTIES = {
    "ApplicationName": "application_name",
    "connectTimeout": "connect_timeout",
    "loginTimeout": "connect_timeout",
}
LIBRARY_PROPERTIES = {
    "application_name", "connect_timeout", "channel_binding", "client_encoding", "gssencmode", "krbsrvname",
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "options", "passfile", "require_auth",
    "service", "sslcert", "sslcompression", "sslcrl", "sslkey", "sslmode", "sslpassword", "sslrootcert", "sslsni",
    "target_session_attrs", "tcp_user_timeout",
}
# Bytes of a batch that is read: near the engine's own portions of work.
BATCH_BYTES = 1 << 20
# Bytes that are gathered for one COPY.
COPY_BYTES = 8 << 20
# Pages of 8 KiB that are read as one part.
PART_PAGES = 4096

_COLUMNS = """
SELECT a.attname, t.typname, a.atttypmod, t.typtype::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.atthasdef OR a.attidentity <> '' OR NOT a.attnotnull, a.attgenerated <> '' OR a.attidentity = 'a',
       b.typname, b.typtype::text, t.typtypmod, e.typname, e.typtype::text
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
WHERE a.attrelid = {} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


class Postgres(Database):
    """A connection to PostgreSQL."""

    alias = "AS beamstack_query"
    creates_in_transaction = True

    _connection = None

    def connect(self):
        import adbc_driver_postgresql.dbapi as driver

        try:
            self._connection = driver.connect(self._uri(), autocommit=True)
        except driver.Error as error:
            text = self._message(error)
            refusals = r"authentication failed|no password supplied|no pg_hba.conf entry|role .* does not exist"
            if re.search(refusals, text):
                raise self.refused(text) from None
            if re.search(r"database .* does not exist", text):
                raise self.failure("invalid-configuration", text, [self.settings.url_parameter]) from None
            raise self.unreachable(text) from None
        for index, statement in enumerate(self.settings.initial_statements):
            try:
                self.execute(statement)
            except driver.Error as error:
                raise self.failure("invalid-configuration", self._message(error),
                                   ["connection_init_sql", str(index)]) from None

    def _uri(self):
        location = self.location
        parameters = {}
        for name, value in location.properties.items():
            if name == "currentSchema":
                parameters["options"] = "-csearch_path=" + value
            elif name == "ssl":
                parameters.setdefault("sslmode", "verify-full" if value.lower() in ("", "true") else "prefer")
            elif PROPERTIES.get(name, name) in LIBRARY_PROPERTIES:
                parameters[PROPERTIES.get(name, name)] = value
            else:
                self.context.log(f"the connection property '{name}' has no meaning here and is left out")
        parameters.setdefault("application_name", "beamstack")
        user = quote(location.user, safe="") if location.user else ""
        if location.password:
            user += ":" + quote(location.password, safe="")
        host = f"[{location.host}]" if ":" in location.host else location.host
        return f"postgresql://{user + '@' if user else ''}{host}:{location.port}/{quote(location.database, safe='')}" \
            + "?" + urlencode(parameters, quote_via=quote)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _message(self, error):
        """What the server says, without the driver's own frame."""
        text = str(error)
        match = re.search(r"(?:ERROR|FATAL):\s+(.+?)(?:\n|\. SQLSTATE|\s*$)", text)
        return self.location.scrubbed((match.group(1) if match else first_line(text)).strip())

    def _notes(self, error):
        """The lines that say where, such as DETAIL and the place in the statement."""
        lines = [line.strip() for line in str(error).splitlines()[1:]]
        return [line for line in lines if line and not line.startswith(("SQLSTATE", "LINE", "^"))]

    def execute(self, sql):
        with self._connection.cursor() as cursor:
            cursor.executescript(sql)

    def _rows(self, sql):
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def scalar_row(self, sql):
        return self._rows(sql)[0]

    # Columns

    def columns(self, table, query):
        from adbc_driver_manager import Error

        if table:
            relation = self._relation(table)
            if relation is None:
                raise self.unknown_table(table)
            return [column_of(self, row) for row in self._rows(_COLUMNS.format(relation))]
        # A view knows the exact type of each column, which the result of a query does not tell.
        try:
            self.execute("BEGIN")
            self.execute(f"CREATE TEMPORARY VIEW beamstack_columns AS\n{query}")
            rows = self._rows(_COLUMNS.format("'pg_temp.beamstack_columns'::regclass"))
            return [column_of(self, row, nullable=True) for row in rows]
        except Error as error:
            state = error.sqlstate or ""
            if state not in ("25006", "42501", "0A000"):
                raise self.bad_sql(self._message(error), self._notes(error)) from None
        finally:
            self.execute("ROLLBACK")
        return self._columns_of_result(query)

    def _columns_of_result(self, query):
        """The columns of a query where no view can be made, as on a read-only replica."""
        from adbc_driver_manager import Error

        try:
            with self._connection.cursor() as cursor:
                schema = cursor.adbc_execute_schema(query)
        except Error as error:
            raise self.bad_sql(self._message(error), self._notes(error)) from None
        columns = []
        for field in schema:
            name = (field.metadata or {}).get(b"ADBC:postgresql:typname", b"").decode()
            if not name:
                name = getattr(field.type, "type_name", "") or _TYPE_NAMES.get(str(field.type), str(field.type))
            element = name[1:] if name.startswith("_") else None
            row = (field.name, name, -1, "b", name, False, True, False, None, None, -1, element, "b")
            columns.append(column_of(self, row))
        return columns

    def _relation(self, table):
        name = self.literal(self.table_name(table))
        found = self._rows(f"SELECT to_regclass({name})::oid::bigint")[0][0]
        return None if found is None else int(found)

    def table_columns(self, table):
        relation = self._relation(table)
        if relation is None:
            return None
        columns = []
        for row in self._rows(_COLUMNS.format(relation)):
            column = TargetColumn(row[0], row[4], not row[5], row[6], row[7])
            column.base = row[8] or row[1]
            column.family = row[9] or row[3]
            column.element = row[11]
            columns.append(column)
        return columns

    # Reading

    def batches(self, sql, columns):
        from adbc_driver_manager import Error

        options = {"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
        try:
            with self._connection.cursor(adbc_stmt_kwargs=options) as cursor:
                cursor.execute(sql)
                for batch in cursor.fetch_record_batch():
                    if batch.num_rows:
                        yield self._decoded(batch, columns)
        except Error as error:
            raise self.bad_sql(self._message(error), self._notes(error)) from None

    def _decoded(self, batch, columns):
        import pyarrow as pa

        arrays = []
        for index, column in enumerate(columns):
            array = batch.column(index)
            try:
                array = array.storage if isinstance(array, pa.ExtensionArray) else array
                array = column.decode(array) if column.decode else array
                arrays.append(array if array.type == column.type else array.cast(column.type))
            except pa.ArrowInvalid as error:
                raise self.failure(
                    "unsupported-column-type",
                    f"column '{column.name}' has a value that no {column.type} can hold: {first_line(error)}",
                    self.path_of_source(), f"cast it in 'query', such as '{column.name}::numeric(20, 4)'") from None
        schema = pa.schema([pa.field(column.name, column.type, column.nullable) for column in columns])
        if not arrays:
            return pa.RecordBatch.from_struct_array(pa.array([{}] * batch.num_rows, pa.struct([])))
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def snapshot(self):
        from adbc_driver_manager import Error

        try:
            self.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return self.scalar_row("SELECT pg_export_snapshot()")[0]
        except Error:
            # Poolers and some replicas have none; the parts are then read as they are.
            self.execute("ROLLBACK")
            return None

    _entered = None

    def enter(self, snapshot):
        if snapshot is None or snapshot == self._entered:
            return
        if self._entered:
            self.execute("ROLLBACK")
        self.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.execute(f"SET TRANSACTION SNAPSHOT {self.literal(snapshot)}")
        self._entered = snapshot

    def natural_partitions(self, table):
        kind, pages, rows, version = self.scalar_row(
            "SELECT relkind::text, pg_relation_size(oid) / 8192, reltuples::bigint, "
            "current_setting('server_version_num')::int "
            f"FROM pg_class WHERE oid = {self._relation(table)}")
        # From version 14 on a range of row addresses is a scan of those pages alone.
        if kind not in ("r", "m") or version < 140000 or pages <= PART_PAGES:
            return None
        starts = list(range(0, int(pages), PART_PAGES))
        parts = []
        for start in starts:
            where = f"ctid >= '({start},0)'::tid"
            if start != starts[-1]:
                where += f" AND ctid < '({start + PART_PAGES},0)'::tid"
            parts.append({"where": where, "bytes": PART_PAGES * 8192, "rows": max(0, int(rows)) // len(starts)})
        return parts

    # Writing

    def begin(self):
        self.execute("BEGIN")

    def commit(self):
        self.execute("COMMIT")

    def rollback(self):
        from adbc_driver_manager import Error

        if self._connection is not None:
            try:
                self.execute("ROLLBACK")
            except Error:
                # A connection that is gone has been rolled back by the server.
                self.close()

    def column_type(self, type, is_key=False):
        return created_type(self, type)

    def check_writing(self, target):
        """Asks the server whether it would take such rows, without giving it any."""
        from adbc_driver_manager import Error

        plans = [plan_of(self, field, column) for field, column in zip(target.schema, target.columns)]
        values = ", ".join(plan.expression.format(f"CAST(NULL AS {plan.stage_type})") for plan in plans)
        try:
            self.execute(f"EXPLAIN {self._insertion(target)} SELECT {values} WHERE false{self._conflict(target)}")
        except Error as error:
            message = self._message(error)
            if error.sqlstate == "42P10":
                keys = ", ".join(target.key)
                raise self.failure("invalid-configuration", f"no unique index of '{target.name}' has the key {keys}",
                                   ["key"], f"CREATE UNIQUE INDEX ON {target.table} ({keys})") from None
            if error.sqlstate == "42501":
                raise self.write_refused(message) from None
            raise self.failure("invalid-configuration", message, self.path_of_source(),
                               "change the field's type with 'MapToFields'", self._notes(error)) from None

    def _insertion(self, target):
        names = ", ".join(self.quoted(column.name) for column in target.columns)
        return f"INSERT INTO {target.table} ({names})"

    def _conflict(self, target):
        if target.mode != "upsert":
            return ""
        keys = ", ".join(map(self.quoted, target.key))
        others = [self.quoted(column.name) for column in target.columns if column.name not in target.key]
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in others)
        return f" ON CONFLICT ({keys}) DO " + (f"UPDATE SET {changes}" if others else "NOTHING")

    def writer(self, target):
        return _StatementWriter(self, target) if target.statement else _TableWriter(self, target)


class _Writer:
    """Gathers batches until one COPY is worth it."""

    def __init__(self, database, target):
        self.database = database
        self.target = target
        self.bytes = 0
        self._pending = []
        self._pending_bytes = 0

    def write(self, batch):
        self._pending.append(batch)
        self._pending_bytes += batch.nbytes
        if self._pending_bytes >= COPY_BYTES:
            self._flush()

    def _flush(self):
        from adbc_driver_manager import Error

        if not self._pending:
            return
        try:
            with self.database._connection.cursor() as cursor:
                self._send(cursor, self._pending)
        except Error as error:
            raise self._refusal(error) from None
        self.bytes += self._pending_bytes
        self._pending, self._pending_bytes = [], 0

    def _refusal(self, error):
        return self.database.write_refused(self.database._message(error), self.database._notes(error))

    def finish(self):
        """Sends the rest, so that nothing is left that the commit could refuse."""
        from adbc_driver_manager import Error

        self._flush()
        try:
            self._complete()
            # Constraints that wait for the commit would fail when it is too late to undo other outputs.
            self.database.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except Error as error:
            raise self._refusal(error) from None
        return self.bytes

    def _complete(self):
        """What remains when all rows are with the server."""


class _TableWriter(_Writer):
    """COPY, straight into the table or by way of a temporary one."""

    def __init__(self, database, target):
        super().__init__(database, target)
        self._plans = [plan_of(database, field, column) for field, column in zip(target.schema, target.columns)]
        self._is_direct = target.mode != "upsert" and all(plan.is_direct for plan in self._plans)
        if not self._is_direct:
            parts = [f"f{index} {plan.stage_type}" for index, plan in enumerate(self._plans)]
            # The order of the rows decides which of two with the same key comes last.
            parts.append("n bigserial")
            database.execute(f"CREATE TEMPORARY TABLE beamstack_rows ({', '.join(parts)}) ON COMMIT DROP")

    def _send(self, cursor, batches):
        import pyarrow as pa

        converted = []
        for batch in batches:
            arrays = []
            for index, plan in enumerate(self._plans):
                try:
                    arrays.append(plan.encode(batch.column(index), self._is_direct))
                except pa.ArrowInvalid as error:
                    column = self.target.columns[index]
                    raise self.database.write_refused(
                        f"a value does not fit the column '{column.name}' ({column.type}): {first_line(error)}"
                    ) from None
            names = [f"f{index}" for index in range(len(arrays))]
            if self._is_direct:
                names = [column.name for column in self.target.columns]
            converted.append(pa.RecordBatch.from_arrays(arrays, names))
        reader = pa.RecordBatchReader.from_batches(converted[0].schema, converted)
        if self._is_direct:
            schema, _, table = self._qualified()
            options = {"db_schema_name": schema} if schema else {}
            cursor.adbc_ingest(table, reader, mode="append", **options)
        else:
            cursor.adbc_ingest("beamstack_rows", reader, mode="append", temporary=True)

    def _qualified(self):
        row = self.database.scalar_row(
            "SELECT n.nspname, '.', c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            f"WHERE c.oid = {self.database._relation(self.target.settings.table)}")
        return row

    def _complete(self):
        if self._is_direct:
            return
        database, target = self.database, self.target
        values = ", ".join(plan.expression.format(f"f{index}") for index, plan in enumerate(self._plans))
        rows = "beamstack_rows"
        if target.mode == "upsert":
            keys = ", ".join(f"f{target.schema.get_field_index(name)}" for name in target.key)
            rows = f"(SELECT DISTINCT ON ({keys}) * FROM beamstack_rows ORDER BY {keys}, n DESC) AS latest"
        database.execute(
            f"{database._insertion(target)} SELECT {values} FROM {rows} ORDER BY n{database._conflict(target)}")


class _StatementWriter(_Writer):
    """A person's own statement, once for each row."""

    def __init__(self, database, target):
        super().__init__(database, target)
        self._statement = with_placeholders(target.statement, lambda index: f"${index + 1}")

    def _send(self, cursor, batches):
        for batch in batches:
            cursor.executemany(self._statement, batch)


_TYPE_NAMES = {
    "bool": "bool", "int16": "int2", "int32": "int4", "int64": "int8", "float": "float4", "double": "float8",
    "string": "text", "binary": "bytea", "date32[day]": "date", "timestamp[us]": "timestamp",
    "timestamp[us, tz=UTC]": "timestamptz", "time64[us]": "time",
}

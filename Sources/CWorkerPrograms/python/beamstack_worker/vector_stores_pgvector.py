"""PostgreSQL with the extension pgvector: one transaction for all rows of a run."""

import json

from beamstack_worker import vector_stores
from beamstack_worker.http_json import secret
from beamstack_worker.tasks import TaskError
from beamstack_worker.vector_stores import Match

# Operator class and operator by distance.
_OPERATORS = {
    "cosine": ("vector_cosine_ops", "<=>"),
    "dot": ("vector_ip_ops", "<#>"),
    "euclidean": ("vector_l2_ops", "<->"),
}
# What pgvector's HNSW index can hold.
_MOST_INDEXED = 2000
_SEARCHES = 256


class Store(vector_stores.Store):
    """A table with the columns id, embedding, text and metadata."""

    parameters = ("url", "table", "username", "password", "password_variable", "index")
    is_transactional = True

    def __init__(self, config, context):
        super().__init__(config, context)
        self.url = self._required("url", "such as postgresql://user@host:5432/database")
        if self.url.startswith("jdbc:"):
            self.url = self.url[len("jdbc:") :]
        if not self.url.startswith(("postgresql://", "postgres://")):
            raise TaskError(
                "invalid-configuration",
                "the 'url' of a PgVector store is no address of PostgreSQL",
                path=["store", "url"],
                hint="such as postgresql://user@host:5432/database",
            )
        self.name = self._required("table", "the table that holds the vectors; it is made where it is missing")
        self.index = config.get("index") or "hnsw"
        if self.index not in ("hnsw", "none"):
            raise TaskError(
                "invalid-configuration",
                f"there is no index '{self.index}'",
                path=["store", "index"],
                hint="choices: hnsw, none",
            )
        self._connection = None

    def connect(self):
        psycopg = _psycopg()
        if self._connection is not None:
            return
        options = {"connect_timeout": 10, "application_name": "beamstack"}
        if self.config.get("username"):
            options["user"] = str(self.config["username"])
        password = secret(self.config, "password", path=["store"])
        if password:
            options["password"] = password
        try:
            self._connection = psycopg.connect(self.url, **options)
        except psycopg.ProgrammingError as error:
            raise TaskError(
                "invalid-configuration",
                f"the 'url' of the store cannot be read: {_first_line(error)}",
                path=["store", "url"],
            ) from None
        except psycopg.OperationalError as error:
            raise _connection_error(error) from None

    def begin(self, dimensions, replaces):
        self._run(self._begin, dimensions, replaces)

    def _begin(self, cursor, dimensions, replaces):
        from psycopg import sql

        self._ensure_extension(cursor)
        there = self._dimensions(cursor)
        if there is None and dimensions is None:
            return
        self._is_new = there is None
        table = self._table()
        if there is None:
            cursor.execute(
                sql.SQL(
                    "CREATE TABLE {} (id text PRIMARY KEY, embedding vector({}) NOT NULL, text text, metadata jsonb)"
                ).format(table, sql.Literal(dimensions))
            )
        elif dimensions is not None and there not in (dimensions, -1):
            raise self._wrong_dimensions(dimensions, there, f"the table '{self.name}'")
        if replaces:
            cursor.execute(sql.SQL("DELETE FROM {}").format(table))
        self._dimension = dimensions
        if dimensions is not None:
            cursor.execute(
                "CREATE TEMP TABLE beamstack_rows (position bigserial, id text, embedding vector, text text, "
                "metadata jsonb) ON COMMIT DROP"
            )

    def upsert(self, records):
        self._run(self._copy, records)

    def _copy(self, cursor, records):
        with cursor.copy("COPY beamstack_rows (id, embedding, text, metadata) FROM STDIN") as copy:
            for record in records:
                text = record.text
                # PostgreSQL's texts hold every character but this one.
                if text is not None and "\0" in text:
                    text = text.replace("\0", "")
                metadata = json.dumps(record.metadata).replace("\\u0000", "")
                copy.write_row((str(record.id), _literal(record.vector), text, metadata))

    def finish(self):
        self._run(self._merge)

    def _merge(self, cursor):
        from psycopg import sql

        if getattr(self, "_dimension", None) is None:
            return
        # Of rows with one id the last wins, as it would if they were written one by one.
        cursor.execute(
            sql.SQL(
                "INSERT INTO {} (id, embedding, text, metadata) "
                "SELECT DISTINCT ON (id) id, embedding, text, metadata FROM beamstack_rows ORDER BY id, position DESC "
                "ON CONFLICT (id) DO UPDATE SET embedding = EXCLUDED.embedding, text = EXCLUDED.text, "
                "metadata = EXCLUDED.metadata"
            ).format(self._table())
        )
        if self._is_new and self.index == "hnsw":
            if self._dimension > _MOST_INDEXED:
                self.context.log(f"no index: pgvector indexes vectors of at most {_MOST_INDEXED} dimensions")
            else:
                cursor.execute(
                    sql.SQL("CREATE INDEX ON {} USING hnsw (embedding {})").format(
                        self._table(), sql.SQL(_OPERATORS[self.distance][0])
                    )
                )

    def commit(self):
        self._run(lambda cursor: self._connection.commit())
        return self.name

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def search(self, vectors, limit, conditions):
        return self._run(self._search, vectors, limit, conditions)

    def _search(self, cursor, vectors, limit, conditions):
        from psycopg import sql

        there = self._dimensions(cursor)
        if there is None:
            raise self._unknown(f"table '{self.name}'")
        for vector in vectors:
            if there not in (len(vector), -1):
                raise self._wrong_dimensions(len(vector), there, f"the table '{self.name}'")
        cursor.execute("SELECT set_config('hnsw.ef_search', %s, true)", (str(min(1000, max(40, 2 * limit))),))
        if conditions:
            # A filter after an approximate search may leave too few: an exact one finds all.
            cursor.execute("SET LOCAL enable_indexscan = off")
        where, values = _where(conditions)
        operator = sql.SQL(_OPERATORS[self.distance][1])
        # Materialised, since the text of a vector would else be read again for every row of the table.
        query = sql.SQL(
            "WITH q AS MATERIALIZED (SELECT text::vector AS vector, position "
            "FROM unnest(%s::text[]) WITH ORDINALITY AS given (text, position)) "
            "SELECT q.position, m.* FROM q, LATERAL ("
            "SELECT id, embedding {operator} q.vector AS distance, text, metadata FROM {table} {where} "
            "ORDER BY embedding {operator} q.vector LIMIT %s) AS m ORDER BY q.position, m.distance, m.id"
        ).format(operator=operator, table=self._table(), where=where)
        found = [[] for _ in vectors]
        for start in range(0, len(vectors), _SEARCHES):
            literals = [_literal(vector) for vector in vectors[start : start + _SEARCHES]]
            cursor.execute(query, (literals, *values, limit))
            for position, key, distance, text, metadata in cursor:
                found[start + position - 1].append(Match(key, self._score(distance), text, metadata or {}))
        self._connection.rollback()
        return found

    def _score(self, distance):
        return {"cosine": 1.0 - distance, "dot": -distance, "euclidean": distance}[self.distance]

    def _table(self):
        from psycopg import sql

        return sql.Identifier(*self.name.split("."))

    def _dimensions(self, cursor):
        """The dimensions of the table's vectors, -1 for any; None where there is no such table."""
        cursor.execute(
            "SELECT atttypmod, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attname = 'embedding' AND NOT attisdropped",
            (self._table().as_string(self._connection),),
        )
        row = cursor.fetchone()
        if row is None:
            cursor.execute("SELECT to_regclass(%s)", (self._table().as_string(self._connection),))
            if cursor.fetchone()[0] is None:
                return None
        if row is None or not row[1].endswith("vector"):
            raise TaskError(
                "invalid-configuration",
                f"the table '{self.name}' has no column 'embedding' of vectors",
                path=["store", "table"],
                hint="name another table: it is made where it is missing",
            )
        return row[0]

    def _ensure_extension(self, cursor):
        psycopg = _psycopg()
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'")
        if cursor.fetchone():
            return
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except psycopg.errors.InsufficientPrivilege:
            raise TaskError(
                "write-refused",
                "the database lacks the extension 'vector', and this user may not add it",
                path=["store", "url"],
                hint="ask its owner for 'CREATE EXTENSION vector'",
            ) from None
        except psycopg.Error:
            raise TaskError(
                "write-refused",
                "the server has no extension 'vector'",
                path=["store", "url"],
                hint="install pgvector on the server",
            ) from None

    def _run(self, work, *arguments):
        """Does some work with a cursor; the server's errors become a person's."""
        psycopg = _psycopg()
        try:
            with self._connection.cursor() as cursor:
                return work(cursor, *arguments)
        except psycopg.errors.InsufficientPrivilege as error:
            raise TaskError(
                "write-refused",
                _first_line(error),
                path=["store", "table"],
                hint="the user needs the rights to the table and its schema",
            ) from None
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise TaskError("unknown-table", _first_line(error), path=["store", "table"]) from None
        except psycopg.OperationalError as error:
            raise _connection_error(error) from None
        except psycopg.Error as error:
            raise TaskError(
                "write-refused",
                f"PostgreSQL refused: {_first_line(error)}",
                path=["store", "table"],
                notes=[error.diag.message_detail] if error.diag.message_detail else [],
            ) from None


def _psycopg():
    try:
        import psycopg
    except ImportError as error:
        raise TaskError(
            "missing-package",
            f"'psycopg' cannot be imported: {error}",
            path=["store", "type"],
            hint="add 'psycopg[binary]' to 'dependencies'",
        ) from None
    return psycopg


def _connection_error(error):
    text = _first_line(error)
    if any(part in text for part in ("authentication failed", "no password supplied", 'role "', "pg_hba.conf")):
        return TaskError(
            "login-refused",
            f"PostgreSQL refused the login: {text}",
            path=["store", "url"],
            hint="check the user and 'password'",
        )
    if 'database "' in text:
        return TaskError("unknown-table", text, path=["store", "url"], hint="create the database, or check its name")
    return TaskError(
        "unreachable-service",
        f"PostgreSQL does not answer: {text}",
        path=["store", "url"],
        hint="check host and port, and that the server is up",
    )


def _first_line(error):
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__


def _literal(vector):
    return "[" + ",".join(map(repr, vector)) + "]"


def _where(conditions):
    from psycopg import sql

    parts, values = [], []
    for name, wanted in conditions.items():
        choices = wanted if isinstance(wanted, list) else [wanted]
        values += [json.dumps({name: choice}) for choice in choices]
        parts.append(sql.SQL("({})").format(sql.SQL(" OR ").join([sql.SQL("metadata @> %s::jsonb")] * len(choices))))
    return (sql.SQL("WHERE ") + sql.SQL(" AND ").join(parts)) if parts else sql.SQL(""), values

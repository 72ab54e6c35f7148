"""Databases by JDBC's URLs: what is read comes as Arrow batches, what is written is one transaction."""

import datetime

from beamstack_worker.databases_location import locate
from beamstack_worker.tasks import Output, Sink, Source, TaskError, task

# How many ranges a partition column is cut into unless the step says otherwise: enough for the cores of most machines.
DEFAULT_PARTITIONS = 8


class Settings:
    """A step's configuration under one set of names; Beam has two for some."""

    def __init__(self, config, writes=False):
        self.config = config
        self.writes = writes
        self.url_parameter, self.url = self._either("url", "jdbc_url")
        self.table_parameter, self.table = self._either("table", "location")
        self.query_parameter, self.query = self._either("query", "write_statement" if writes else "read_query")
        self.query = self.query.strip().rstrip(";") if self.query else None
        if not self.url:
            raise TaskError("invalid-configuration", "'url' is missing", path=[],
                            hint="write the database's URL, such as 'jdbc:postgresql://host:5432/database'")
        if bool(self.table) == bool(self.query):
            raise TaskError("invalid-configuration", "the step needs either 'table' or 'query'",
                            path=[self.query_parameter] if self.table else [],
                            hint="leave one of them out" if self.table else "write 'table: NAME' or 'query: SELECT …'")
        statements = config.get("connection_init_sql") or []
        self.initial_statements = [statements] if isinstance(statements, str) else list(statements)
        self.fetch_size = int(config.get("fetch_size") or 0) or 50_000

    def _either(self, *names):
        for name in names:
            if self.config.get(name):
                return name, self.config[name]
        return names[0], None


def open_database(config, context, writes=False):
    """A connected database and the settings it was made from."""
    settings = Settings(config, writes)
    location = locate(
        settings.url, config.get("username"), config.get("password"), config.get("connection_properties"),
        context.folder)
    if location.kind == "postgres":
        from beamstack_worker.databases_postgres import Postgres as cls
    elif location.kind == "sqlite":
        from beamstack_worker.databases_sqlite import SQLite as cls
    elif location.kind == "mysql":
        from beamstack_worker.databases_mysql import MySQL as cls
    elif location.kind == "sqlserver":
        from beamstack_worker.databases_others import SQLServer as cls
    else:
        from beamstack_worker.databases_others import Oracle as cls
    database = cls(location, settings, context)
    try:
        database.connect()
    except ImportError as error:
        raise TaskError("missing-package", f"the driver for {location.title} is not installed: {error.name}",
                        path=[settings.url_parameter]) from None
    return database


@task("databases.read")
class Read(Source):
    """Reads a table or a query; with `partition_column`, or a table of PostgreSQL, in parts."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        self._database = open_database(config, context)
        self._settings = self._database.settings
        self._columns = self._database.columns(self._settings.table, self._settings.query)
        names = [column.name for column in self._columns]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise TaskError("invalid-configuration", f"the query gives two columns the name '{repeated[0]}'",
                            path=[self._settings.query_parameter], hint=f"rename one: '{repeated[0]} AS other_name'")
        self._partition_column = self._checked_partition_column()
        self._keeper = None

    def _checked_partition_column(self):
        import pyarrow as pa

        name = self.config.get("partition_column")
        if not name:
            return None
        column = next((column for column in self._columns if column.name == name), None)
        if column is None:
            raise TaskError("invalid-configuration", f"'{name}' is no column of what is read",
                            path=["partition_column"],
                            hint="the columns are " + ", ".join(column.name for column in self._columns))
        ordered = (pa.types.is_integer, pa.types.is_date, pa.types.is_timestamp, pa.types.is_floating,
                   pa.types.is_decimal)
        if not any(check(column.type) for check in ordered):
            raise TaskError("invalid-configuration", f"'{name}' cannot be cut into ranges: it is a {column.type}",
                            path=["partition_column"], hint="choose a column of numbers, dates or timestamps")
        return column

    def outputs(self):
        import pyarrow as pa

        return [Output(pa.schema([pa.field(c.name, c.type, c.nullable) for c in self._columns]))]

    def _source(self):
        settings = self._settings
        if settings.table:
            return self._database.table_name(settings.table)
        return f"({settings.query}) {self._database.alias}"

    def partitions(self):
        if self._partition_column is None:
            natural = self._settings.table and self._database.natural_partitions(self._settings.table)
            conditions = natural or [{}]
        else:
            conditions = self._ranges()
        if len(conditions) > 1:
            # Kept until the run ends: parts that are read at different times then show one state of the table.
            snapshot = self._database.snapshot()
            if snapshot:
                self._keeper = self._database
                self._database = open_database(self.config, self.context)
                conditions = [dict(condition, snapshot=snapshot) for condition in conditions]
        return conditions

    def _ranges(self):
        column = self._partition_column
        name = self._database.quoted(column.name)
        low, high, count = self._database.scalar_row(
            f"SELECT min({name}), max({name}), count(*) FROM {self._source()}")
        parts = max(1, int(self.config.get("num_partitions") or DEFAULT_PARTITIONS))
        bounds = boundaries(low, high, parts) if low is not None else []
        bounds = [self._database.literal(bound) for bound in bounds]
        if not bounds:
            return [{"rows": int(count)}]
        conditions = [f"({name} < {bounds[0]} OR {name} IS NULL)"]
        conditions += [f"{name} >= {a} AND {name} < {b}" for a, b in zip(bounds, bounds[1:])]
        conditions.append(f"{name} >= {bounds[-1]}")
        return [{"where": condition, "rows": int(count) // len(conditions)} for condition in conditions]

    def read(self, partition):
        database = self._database
        columns = self._columns
        if self.columns is not None:
            wanted = set(self.columns)
            columns = [column for column in columns if column.name in wanted]
        conditions = [partition["where"]] if partition.get("where") else []
        if self._settings.query and not database.nests_queries and not conditions:
            # A subquery would lose the query's order.
            sql, selected = self._settings.query, self._columns
        else:
            conditions += [text for text in map(self._condition, self.comparisons) if text]
            sql, selected = f"SELECT {database.selection(columns)} FROM {self._source()}", columns
            if conditions:
                sql += " WHERE " + " AND ".join(conditions)
        database.enter(partition.get("snapshot"))
        for batch in database.batches(sql, selected):
            yield batch if selected is columns else batch.select([column.name for column in columns])

    def _condition(self, comparison):
        """SQL for a comparison where both sides mean the same by it; rows with null are the host's to judge."""
        import pyarrow as pa

        name, operator, value = comparison
        column = next((column for column in self._columns if column.name == name), None)
        if column is None or operator not in _OPERATORS:
            return None
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (is_number and value == value and abs(value) < 2**53):
            return None
        if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
            return None
        quoted = self._database.quoted(name)
        return f"({quoted} {_OPERATORS[operator]} {self._database.literal(value)} OR {quoted} IS NULL)"

    def close(self):
        self._database.close()
        if self._keeper:
            self._keeper.close()


_OPERATORS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "="}


def boundaries(low, high, parts):
    """The values between `parts` ranges of equal width from `low` to `high`; fewer where they would coincide."""
    if isinstance(low, datetime.datetime):
        width = (high - low) // datetime.timedelta(microseconds=1)
        offsets = [width * index // parts for index in range(1, parts)]
        values = [low + datetime.timedelta(microseconds=offset) for offset in offsets]
    elif isinstance(low, datetime.date):
        offsets = [(high - low).days * index // parts for index in range(1, parts)]
        values = [low + datetime.timedelta(days=offset) for offset in offsets]
    elif isinstance(low, int):
        values = [low + (high - low) * index // parts for index in range(1, parts)]
    else:
        low, high = float(low), float(high)
        values = [low + (high - low) * index / parts for index in range(1, parts)]
    return [value for value in sorted(set(values)) if value > low]


@task("databases.write")
class Write(Sink):
    """Writes rows into a table, or runs a statement for each, in one transaction."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        from beamstack_worker.databases_writing import Target

        self._writer = None
        self._database = open_database(config, context, writes=True)
        try:
            self._target = Target(self._database, config, inputs[0])
        finally:
            # Rows may come much later: servers end connections that idle.
            self._database.close()

    def open(self):
        self._database.connect()
        self._database.begin()
        self._writer = self._target.writer()

    def write(self, batch):
        self._writer.write(batch)

    def prepare(self):
        return self._writer.finish()

    def commit(self):
        self._database.commit()
        self._target.forget()
        return [self._target.name]

    def abort(self):
        if self._writer is not None:
            self._database.rollback()
            self._target.undo()

    def close(self):
        self._database.close()

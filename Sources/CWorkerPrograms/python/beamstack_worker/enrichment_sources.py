"""Where `enrichment.lookup` finds records: what all sources have in common, files, and databases."""

import time
from collections import OrderedDict

import pyarrow as pa

from beamstack_worker.tasks import TaskError

CONFIG = "handler_config"
_GOOGLE = ("BigQuery", "BigTable", "VertexAIFeatureStore")


def source_of(config, schema, context):
    """The source that a configuration describes."""
    kind = config.get("enrichment_handler")
    if kind == "Http":
        from beamstack_worker.enrichment_http import Http as cls
    elif kind in ("File", "Sql"):
        cls = File if kind == "File" else Sql
    else:
        hint = "choices: File, Http, Sql"
        if kind in _GOOGLE:
            hint = "Beamstack has no connection to Google Cloud; run this pipeline with Beam"
        elif kind == "FeastFeatureStore":
            hint = "ask Feast's own feature server with 'Http', or its offline store with 'File' or 'Sql'"
        raise TaskError(
            "invalid-configuration",
            f"there is no enrichment handler '{kind}' here",
            path=["enrichment_handler"],
            hint=hint,
        )
    return cls(config, schema, context)


class Source:
    """Records by key.

    key_fields: the input's fields that make the key, in order. fields: those of a record that rows get.
    """

    parameters = ()

    def __init__(self, config, schema, context):
        self.config = config.get(CONFIG) or {}
        self.schema = schema
        self.context = context
        self.timeout = float(config.get("timeout") or 30)
        self.fields = []
        known = (*self.parameters, "fields", "missing")
        for name in self.config:
            if name not in known:
                raise self.error(
                    f"'{config['enrichment_handler']}' has no parameter '{name}'",
                    name,
                    hint="its parameters are " + ", ".join(known),
                )

    def open(self):
        """Connects or loads."""

    def close(self):
        """Lets go of it."""

    def lookup(self, keys):
        """For keys, tuples: the columns of their records, whether each is there, and errors by position."""
        raise NotImplementedError

    def error(self, message, *where, hint=None):
        """A `TaskError` at a part of the source's configuration."""
        return TaskError("invalid-configuration", message, path=[CONFIG, *where], hint=hint)

    def number(self, name, default, low):
        """A parameter that is a number."""
        value = self.config.get(name)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < low:
            raise self.error(f"'{name}' is {value!r}, and must be a number from {low}", name)
        return value

    def required(self, name, hint):
        """A parameter that is a text and must be there."""
        value = self.config.get(name)
        if not isinstance(value, str) or not value:
            raise self.error(
                f"'{name}' is missing" if value is None else f"'{name}' must be a text",
                *([] if value is None else [name]),
                hint=hint,
            )
        return value

    def names(self, name):
        """A parameter that is a name, a list of names, or a map to the source's names: pairs of both."""
        value = self.config.get(name)
        if value is None:
            return None
        if isinstance(value, dict):
            pairs = list(value.items())
        else:
            pairs = [(part, part) for part in (value if isinstance(value, list) else [value])]
        if not pairs or not all(isinstance(part, str) for pair in pairs for part in pair):
            raise self.error(f"'{name}' must be a name, a list of names, or a map of names", name)
        return pairs

    def input_field(self, name, *where):
        """A field of the input."""
        if name not in self.schema.names:
            raise self.error(
                f"'{name}' is not a field of the input", *where, hint="the input has: " + ", ".join(self.schema.names)
            )
        return self.schema.field(name)


class Tabular(Source):
    """A source whose records are rows of a table with known columns."""

    parameters = ("key",)

    def choose(self, columns):
        """Settles on key and fields, of the table's columns as Arrow fields."""
        by_name = {column.name: column for column in columns}

        def column(name, where):
            if name not in by_name:
                raise self.error(f"there is no column '{name}'", where, hint="there are: " + ", ".join(by_name))
            return by_name[name]

        key = self.names("key")
        if key is None:
            raise self.error("'key' is missing", hint="name the field that tells records apart")
        self.key_fields = [own for own, _ in key]
        self.key_columns = [theirs for _, theirs in key]
        for own, theirs in key:
            kinds = kind_of(self.input_field(own, "key").type), kind_of(column(theirs, "key").type)
            if None in kinds or kinds[0] != kinds[1]:
                raise self.error(
                    f"the field '{own}' is {self.schema.field(own).type} and the column '{theirs}' is "
                    f"{by_name[theirs].type}: they cannot be equal",
                    "key",
                    hint="bring the field to the column's type with 'MapToFields'",
                )
        chosen = self.names("fields") or [(name, name) for name in by_name if name not in self.key_columns]
        self.columns = [theirs for _, theirs in chosen]
        self.fields = [
            pa.field(own, column(theirs, "fields").type, column(theirs, "fields").nullable) for own, theirs in chosen
        ]

    def repeated(self, key):
        """The error of two records with one key."""
        named = ", ".join(f"{name} = {value!r}" for name, value in zip(self.key_columns, key))
        return self.error(
            f"two records have {named}", "key", hint="name more fields in 'key'; for several records a row, use 'Join'"
        )


def kind_of(type):
    """What values of a type can be equal to; `None` for what is no key."""
    if pa.types.is_integer(type) or pa.types.is_decimal(type):
        return "number"
    for kind, check in (("text", pa.types.is_string), ("boolean", pa.types.is_boolean), ("date", pa.types.is_date)):
        if check(type):
            return kind
    return None


class File(Tabular):
    """A CSV, JSON or Parquet file, which each worker loads once."""

    parameters = (*Tabular.parameters, "path", "format")

    def __init__(self, config, schema, context):
        super().__init__(config, schema, context)
        from beamstack_worker.enrichment_files import read

        self.path = self.required("path", "the path of a CSV, JSON or Parquet file")
        self.table = read(self, self.path, self.config.get("format"))
        self.choose(self.table.schema)
        self._index = None

    def open(self):
        self._index = {}
        for row, key in enumerate(zip(*[self.table.column(name).to_pylist() for name in self.key_columns])):
            if None not in key and self._index.setdefault(key, row) != row:
                raise self.repeated(key)
        self.table = self.table.select(self.columns).combine_chunks()

    def lookup(self, keys):
        rows = [self._index.get(key) for key in keys]
        taken = pa.array(rows, pa.int64())
        columns = [column.combine_chunks() for column in self.table.take(taken).columns]
        return columns, [row is not None for row in rows], {}


class Cached(Source):
    """A source that is asked over a network: what it said is remembered, and many keys are asked for at once."""

    parameters = ("cache_size", "cache_seconds")

    def __init__(self, config, schema, context):
        super().__init__(config, schema, context)
        self._size = self.number("cache_size", 100_000, 0)
        self._seconds = self.config.get("cache_seconds") and self.number("cache_seconds", None, 0)
        self._cache = OrderedDict()

    def fetch(self, keys):
        """The records of keys, none twice: a map to tuples of values, or to the exception that fails their rows."""
        raise NotImplementedError

    def lookup(self, keys):
        now = time.monotonic()
        records = {}
        for key in keys:
            if key not in records and None not in key:
                records[key] = self._remembered(key, now)
        wanted = [key for key, record in records.items() if record is _UNKNOWN]
        if wanted:
            found = self.fetch(wanted)
            for key in wanted:
                record = records[key] = found.get(key)
                # What failed may work the next time.
                if not isinstance(record, Exception):
                    self._cache[key] = now, record
            while len(self._cache) > self._size:
                self._cache.popitem(last=False)
        rows = [records.get(key) for key in keys]
        errors = {position: row for position, row in enumerate(rows) if isinstance(row, Exception)}
        rows = [None if isinstance(row, Exception) else row for row in rows]
        nothing = (None,) * len(self.fields)
        values = list(zip(*[nothing if row is None else row for row in rows])) or [[] for _ in self.fields]
        columns = [pa.array(column, field.type) for column, field in zip(values, self.fields)]
        return columns, [row is not None for row in rows], errors

    def _remembered(self, key, now):
        entry = self._cache.get(key)
        if entry is None or (self._seconds and now - entry[0] > self._seconds):
            return _UNKNOWN
        self._cache.move_to_end(key)
        return entry[1]


_UNKNOWN = object()


class Sql(Tabular, Cached):
    """A table or a query of a database."""

    _connection = ("url", "username", "password", "connection_properties", "connection_init_sql")
    parameters = (*Tabular.parameters, *Cached.parameters, *_connection, "table", "query", "batch_size")

    def __init__(self, config, schema, context):
        super().__init__(config, schema, context)
        self._batch_size = int(self.number("batch_size", 500, 1))
        self._database = self._from = None
        try:
            self._connect()
            columns = self._database.columns(self._database.settings.table, self._database.settings.query)
            self.choose([pa.field(column.name, column.type, column.nullable) for column in columns])
        except TaskError as error:
            raise self._placed(error) from None
        finally:
            # Rows may come much later: servers end connections that idle.
            self.close()
        wanted = [*self.key_columns, *self.columns]
        self._selected = [column for column in columns if column.name in wanted]

    def _connect(self):
        from beamstack_worker.databases import open_database

        names = (*self._connection, "table", "query")
        self._database = open_database({name: self.config[name] for name in names if name in self.config}, self.context)

    def open(self):
        try:
            self._connect()
        except TaskError as error:
            raise self._placed(error) from None
        database, settings = self._database, self._database.settings
        self._from = database.table_name(settings.table) if settings.table else f"({settings.query}) {database.alias}"

    def close(self):
        if self._database is not None:
            self._database.close()
            self._database = None

    def fetch(self, keys):
        keys = [key for key in keys if not any(isinstance(part, str) and "\0" in part for part in key)]
        wanted, found = set(keys), {}
        database = self._database
        for start in range(0, len(keys), self._batch_size):
            condition = self._condition(keys[start : start + self._batch_size])
            sql = f"SELECT {database.selection(self._selected)} FROM {self._from} WHERE {condition}"
            try:
                for batch in database.batches(sql, self._selected):
                    self._take(batch, wanted, found)
            except TaskError as error:
                raise self._placed(error) from None
        return found

    def _take(self, batch, wanted, found):
        columns = {field.name: column for field, column in zip(batch.schema, batch.columns)}
        keys = zip(*[columns[name].to_pylist() for name in self.key_columns])
        records = zip(*[columns[name].to_pylist() for name in self.columns])
        for key, record in zip(keys, records):
            # A database may think texts equal that are not, such as 'a' and 'A'.
            if key in wanted:
                if key in found:
                    raise self.repeated(key)
                found[key] = record

    def _condition(self, keys):
        database = self._database
        names = [database.quoted(name) for name in self.key_columns]
        if len(names) == 1:
            return f"{names[0]} IN ({', '.join(database.literal(key[0]) for key in keys)})"
        parts = [" AND ".join(f"{name} = {database.literal(part)}" for name, part in zip(names, key)) for key in keys]
        return " OR ".join(f"({part})" for part in parts)

    @staticmethod
    def _placed(error):
        if error.path[:1] != [CONFIG]:
            error.path.insert(0, CONFIG)
        return error

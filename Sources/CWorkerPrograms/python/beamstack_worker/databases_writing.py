"""How rows come into a table: what the fields must fit, and in which mode they are added."""

import re

from beamstack_worker.databases_connection import first_line
from beamstack_worker.tasks import TaskError

MODES = ("append", "replace", "upsert")


class TargetColumn:
    """A column of an existing table. type: the database's own name of it."""

    def __init__(self, name, type, nullable=True, optional=True, generated=False):
        self.name = name
        self.type = type
        self.nullable = nullable
        # Whether rows may leave it out: it is nullable or has a default.
        self.optional = optional
        # Whether only the database may set it.
        self.generated = generated


class Target:
    """What a step writes to: a table, or a statement with a placeholder for each field."""

    def __init__(self, database, config, schema):
        self.database = database
        self.schema = schema
        self.settings = database.settings
        self.name = self.settings.table or first_words(self.settings.query)
        self.mode = config.get("mode") or "append"
        self.key = config.get("key") or []
        self.key = [self.key] if isinstance(self.key, str) else list(self.key)
        self.statement = self.settings.query
        self.columns = []
        self.must_create = False
        self._was_created = False
        self._check_fields()
        if self.statement:
            self._check_statement()
        else:
            self._check_table(bool(config.get("create_table")))

    @property
    def table(self):
        """The table's name for SQL."""
        return self.database.table_name(self.settings.table)

    def writer(self):
        """What takes the batches; the transaction has begun."""
        try:
            if self.must_create:
                self.create()
            if self.mode == "replace":
                self.database.execute(f"DELETE FROM {self.table}")
            return self.database.writer(self)
        except TaskError:
            raise
        except Exception as error:
            # Each driver has its own exceptions; here they all mean that the user may not do it.
            raise self.database.write_refused(first_line(error)) from error

    def create(self):
        """Makes the table after the input's schema."""
        quoted = self.database.quoted
        parts = [
            f"{quoted(field.name)} {self.database.column_type(field.type, field.name in self.key)}"
            + ("" if field.nullable and field.name not in self.key else " NOT NULL")
            for field in self.schema
        ]
        if self.key:
            parts.append(f"PRIMARY KEY ({', '.join(map(quoted, self.key))})")
        self.database.execute(f"CREATE TABLE {self.table} ({', '.join(parts)})")
        self._was_created = True
        self.columns = self._matched(self.database.table_columns(self.settings.table))

    def undo(self):
        """Removes a table that the step has made, where that is no part of the transaction."""
        if self._was_created and not self.database.creates_in_transaction:
            self.database.execute(f"DROP TABLE IF EXISTS {self.table}")
        self._was_created = False

    def forget(self):
        """What was made stays."""
        self._was_created = False

    def _check_fields(self):
        if not self.schema:
            raise self._invalid("there are no fields to write", [])
        for field in self.schema:
            metadata = field.metadata or {}
            if metadata.get(b"beamstack.encoding") == b"json":
                raise TaskError("unsupported-column-type", f"the type of the field '{field.name}' is not known",
                                path=self.database.path_of_source(),
                                hint=f"give it a type in the step that makes it: 'output_type' of '{field.name}'")
        if self.mode not in MODES:
            raise self._invalid(f"'{self.mode}' is no mode", ["mode"], "write 'append', 'replace' or 'upsert'")
        if self.mode == "upsert" and not self.key:
            raise self._invalid("'mode: upsert' needs the fields that identify a row", ["mode"],
                                "name them: 'key: [id]'")
        for name in self.key:
            if name not in self.schema.names:
                raise self._invalid(f"'{name}' is not a field of the input", ["key"],
                                    "the fields are " + ", ".join(self.schema.names))

    def _check_statement(self):
        if self.mode != "append" or self.key:
            raise self._invalid("'mode' and 'key' belong to 'table'", ["mode" if self.mode != "append" else "key"],
                                "say what happens to a row in the statement itself")
        count = len(placeholders(self.statement))
        if count != len(self.schema):
            raise self._invalid(
                f"the statement has {count} placeholders, and the input {len(self.schema)} fields",
                [self.settings.query_parameter], "write one '?' for each field, in the fields' order")

    def _check_table(self, creates):
        existing = self.database.table_columns(self.settings.table)
        if existing is None:
            if not creates:
                raise self.database.unknown_table(self.settings.table)
            self.must_create = True
            for field in self.schema:
                self.database.column_type(field.type, field.name in self.key)
            return
        self.columns = self._matched(existing)
        self.database.check_writing(self)

    def _matched(self, existing):
        by_name = {column.name: column for column in existing}
        # Oracle and others fold names that were not quoted.
        folded = {column.name.lower(): column for column in existing}
        matched = []
        for field in self.schema:
            column = by_name.get(field.name) or folded.get(field.name.lower())
            if column is None:
                raise self._invalid(
                    f"the table '{self.name}' has no column '{field.name}'", [self.settings.table_parameter],
                    "its columns are " + ", ".join(by_name) + "; choose the fields with 'MapToFields'")
            if column.generated:
                raise self._invalid(f"the column '{column.name}' is set by the database itself",
                                    [self.settings.table_parameter], "leave the field out with 'MapToFields'")
            matched.append(column)
        given = {column.name for column in matched}
        for column in existing:
            if column.name not in given and not column.optional and not column.generated:
                raise self._invalid(
                    f"the column '{column.name}' of '{self.name}' needs a value, and the input has no such field",
                    [self.settings.table_parameter], "add it with 'MapToFields', or give the column a default")
        return matched

    def _invalid(self, message, path, hint=None):
        return TaskError("invalid-configuration", message, path=path, hint=hint)


def placeholders(statement):
    """Where the '?' of a statement stand that are no part of a text, a name or a comment."""
    pattern = r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|\?"
    return [match.start() for match in re.finditer(pattern, statement, re.DOTALL) if match.group() == "?"]


def with_placeholders(statement, mark):
    """The statement with each '?' replaced by `mark(index)`."""
    parts, position = [], 0
    for index, start in enumerate(placeholders(statement)):
        parts += [statement[position:start], mark(index)]
        position = start + 1
    return "".join(parts + [statement[position:]])


def first_words(statement):
    """What messages call a statement."""
    return " ".join(statement.split()[:3])


def json_texts(array):
    """Nested values as JSON, for columns that hold it."""
    import json

    import pyarrow as pa

    texts = [None if value is None else json.dumps(_plain(value), ensure_ascii=False) for value in array.to_pylist()]
    return pa.array(texts, pa.string())


def _plain(value):
    """A value of Arrow as JSON has it: maps come as lists of pairs, rare types as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(item, tuple) for item in value):
            return {str(key): _plain(item) for key, item in value}
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)

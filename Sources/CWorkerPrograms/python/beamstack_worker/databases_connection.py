"""What every kind of database has in common: a connection that answers questions about columns, reads and writes."""

from beamstack_worker.tasks import TaskError


class Column:
    """A column of a query's result.

    type: the Arrow type of the engine's field. expression: how a query selects it where its own form cannot be read;
    `{}` stands for the quoted name. decode: from the array that the driver gives to that of the type.
    """

    def __init__(self, name, type, nullable=True, expression="{}", decode=None):
        self.name = name
        self.type = type
        self.nullable = nullable
        self.expression = expression
        self.decode = decode


class Database:
    """A connection to a database. Subclasses know one kind; `databases.open_database` chooses."""

    # How the kind quotes a name.
    quote = '"'
    # Whether ORDER BY in a subquery is allowed and kept.
    nests_queries = True

    def __init__(self, location, settings, context):
        self.location = location
        self.settings = settings
        self.context = context

    def connect(self):
        """Connects and runs the initial statements."""
        raise NotImplementedError

    def close(self):
        """Closes the connection, if there is one; what was not committed is undone."""
        raise NotImplementedError

    def columns(self, table, query):
        """The columns of a table or a query, without reading it."""
        raise NotImplementedError

    def table_columns(self, table):
        """The columns of a table to write to, or None if it does not exist."""
        raise NotImplementedError

    def scalar_row(self, sql):
        """The one row of a query, as a tuple."""
        raise NotImplementedError

    def execute(self, sql):
        """Runs a statement that gives no rows."""
        raise NotImplementedError

    def batches(self, sql, columns):
        """The result of a query as record batches of these columns."""
        raise NotImplementedError

    def snapshot(self):
        """A text by which other connections can see the same state, or None."""
        return None

    def enter(self, snapshot):
        """Makes the connection see the state that `snapshot` named."""

    def natural_partitions(self, table):
        """Conditions that cut a table without a partition column, in the order of its rows, or None."""
        return None

    # Writing

    def begin(self):
        """Starts the transaction that `commit` ends."""
        raise NotImplementedError

    def commit(self):
        """Makes all that was done since `begin` visible."""
        raise NotImplementedError

    def rollback(self):
        """Undoes all that was done since `begin`."""
        raise NotImplementedError

    def writer(self, target):
        """Something with `write(batch)` and `finish()` that brings rows into a `databases_writing.Target`."""
        raise NotImplementedError

    def column_type(self, type):
        """The kind's own name of an Arrow type, for a table that is to be made."""
        raise NotImplementedError

    # Text of SQL

    def quoted(self, name):
        """A column's name for SQL."""
        end = "]" if self.quote == "[" else self.quote
        return self.quote + name.replace(end, end * 2) + end

    def table_name(self, table):
        """A table's name for SQL: 'schema.table', each part quoted unless it is already."""
        if any(mark in table for mark in "\"`["):
            return table
        return ".".join(self.quoted(part) for part in table.split("."))

    def selection(self, columns):
        """What stands behind SELECT."""
        if not columns:
            return "1"
        parts = []
        for column in columns:
            name = self.quoted(column.name)
            expression = column.expression.format(name)
            parts.append(expression if expression == name else f"{expression} AS {name}")
        return ", ".join(parts)

    def literal(self, value):
        """A value as SQL has it."""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, (int, float)):
            return repr(value)
        return "'" + str(value).replace("'", "''") + "'"

    # Errors

    def path_of_source(self):
        """The parameter that says what is read or written."""
        return [self.settings.query_parameter if self.settings.query else self.settings.table_parameter]

    def failure(self, code, message, path, hint=None, notes=()):
        """A `TaskError` whose texts cannot hold the password."""
        scrub = self.location.scrubbed
        return TaskError(code, scrub(message), path=path, hint=hint, notes=[scrub(note) for note in notes])

    def unreachable(self, error):
        """The server does not answer."""
        return self.failure(
            "unreachable-service",
            f"{self.location.title} at {self.location.address} does not answer: {first_line(error)}",
            [self.settings.url_parameter],
            "check host and port, and that the server is up",
        )

    def refused(self, error):
        """The server knows the user not, or not with this password."""
        user = f" for user '{self.location.user}'" if self.location.user else ""
        return self.failure(
            "login-refused",
            f"{self.location.title} at {self.location.address} refuses the login{user}: {first_line(error)}",
            ["password" if "password" in self.settings.config else self.settings.url_parameter],
            "check 'username' and 'password'",
        )

    def unknown_table(self, table):
        """There is no such table."""
        return self.failure(
            "unknown-table",
            f"there is no table '{table}' in the database '{self.location.database}'",
            [self.settings.table_parameter],
            "check its schema, its spelling and the user's rights, or set 'create_table: true'"
            if self.settings.writes
            else "check its schema, its spelling and the user's rights",
        )

    def bad_sql(self, message, notes=()):
        """The server does not understand a statement."""
        return self.failure(
            "invalid-configuration", f"{self.location.title} refuses the SQL: {message}", self.path_of_source(), None,
            notes)

    def unsupported(self, name, type, hint):
        """A column cannot be read or written."""
        return self.failure(
            "unsupported-column-type", f"column '{name}' has the type '{type}', which has no counterpart here",
            self.path_of_source(), hint)

    def write_refused(self, message, notes=()):
        """The server refuses rows."""
        return self.failure(
            "write-refused", f"{self.location.title} refuses rows: {message}", self.path_of_source(), None,
            list(notes) + ["nothing was written: the whole step is one transaction"])


def first_line(error):
    """The first line of an error's text."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].strip()

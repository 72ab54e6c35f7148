"""Types, schemas, rows and batches of tasks that exchange rows: plain Python, no package needed."""

from itertools import repeat
from operator import itemgetter


class Type:
    """A type: its kind, and for lists, maps and rows the `Field`s inside.

    kind: 'boolean', 'int64', 'double', 'string', 'bytes', 'timestamp', 'duration', 'date', 'datetime', 'decimal',
    'list', 'map', 'row', 'any'; as what a batch physically holds also 'null', 'int8', 'int16', 'int32', 'float'.
    """

    __slots__ = ("kind", "fields", "scale")

    def __init__(self, kind, fields=(), scale=0):
        self.kind = kind
        self.fields = tuple(fields)
        self.scale = scale

    @property
    def element(self):
        """The type of a list's elements."""
        return self.fields[0].type

    def __eq__(self, other):
        return isinstance(other, Type) and self.kind == other.kind and self.fields == other.fields

    def __hash__(self):
        return hash((self.kind, self.fields))

    def __repr__(self):
        if self.kind == "list":
            return f"list<{self.element!r}>"
        if self.kind == "map":
            return f"map<{self.fields[0].type!r}, {self.fields[1].type!r}>"
        if self.kind == "row":
            return "row<" + ", ".join(f"{field.name}: {field.type!r}" for field in self.fields) + ">"
        return self.kind


BOOLEAN = Type("boolean")
INT64 = Type("int64")
DOUBLE = Type("double")
STRING = Type("string")
BYTES = Type("bytes")
TIMESTAMP = Type("timestamp")
DURATION = Type("duration")
DATE = Type("date")
DATETIME = Type("datetime")
DECIMAL = Type("decimal")
ANY = Type("any")


def list_of(element, nullable=True):
    """The type of lists of a type."""
    return Type("list", [Field("item", element, nullable)])


def map_of(key, value, nullable=True):
    """The type of maps between two types."""
    return Type("map", [Field("key", key, False), Field("value", value, nullable)])


def row_of(fields):
    """The type of rows with these fields."""
    return Type("row", fields)


class Field:
    """A named part of a schema.

    physical: the type that a batch holds the values as, where it is another than `type`.
    metadata: what else the field says of itself, text by text.
    """

    __slots__ = ("name", "type", "nullable", "physical", "metadata")

    def __init__(self, name, type, nullable=True, physical=None, metadata=None):
        self.name = name
        self.type = type
        self.nullable = nullable
        self.physical = physical or type
        self.metadata = metadata or {}

    def __eq__(self, other):
        return isinstance(other, Field) and (self.name, self.type, self.nullable) == (
            other.name,
            other.type,
            other.nullable,
        )

    def __hash__(self):
        return hash((self.name, self.type, self.nullable))

    def __repr__(self):
        return f"{self.name}: {self.type!r}{'?' if self.nullable else ''}"


class Schema:
    """The fields of a batch, in order; names are unique."""

    __slots__ = ("fields", "_indexes")

    def __init__(self, fields):
        self.fields = list(fields)
        self._indexes = {field.name: index for index, field in enumerate(self.fields)}

    @property
    def names(self):
        """The fields' names, in order."""
        return [field.name for field in self.fields]

    def index(self, name):
        """Where the field of that name is; `None` if there is none."""
        return self._indexes.get(name)

    def __getitem__(self, name):
        return self.fields[self._indexes[name]]

    def __contains__(self, name):
        return name in self._indexes

    def __len__(self):
        return len(self.fields)

    def __iter__(self):
        return iter(self.fields)

    def __eq__(self, other):
        return isinstance(other, Schema) and self.fields == other.fields

    __hash__ = None

    def __repr__(self):
        return f"Schema({self.fields!r})"


class Row(tuple):
    """A row: a tuple whose parts have names, as a named tuple; its subclasses are made by `row_class`."""

    __slots__ = ()
    _fields = ()

    def __getitem__(self, key):
        if isinstance(key, str):
            try:
                return tuple.__getitem__(self, self._fields.index(key))
            except ValueError:
                raise KeyError(key) from None
        return tuple.__getitem__(self, key)

    def __getattr__(self, name):
        # Called for unknown names only.
        raise AttributeError(f"the row has no field '{name}' (its fields: {', '.join(self._fields)})")

    def _asdict(self):
        return dict(zip(self._fields, self))

    as_dict = _asdict

    def _replace(self, **values):
        unknown = [name for name in values if name not in self._fields]
        if unknown:
            raise ValueError(f"Got unexpected field names: {unknown!r}")
        return self._make([values.get(name, value) for name, value in zip(self._fields, self)])

    @classmethod
    def _make(cls, values):
        return tuple.__new__(cls, values)

    def __repr__(self):
        return f"Row({', '.join(f'{name}={value!r}' for name, value in zip(self._fields, self))})"

    def __reduce__(self):
        return _row, (self._fields, tuple(self))


try:
    from _collections import _tuplegetter as _getter
except ImportError:  # another Python than CPython

    def _getter(index, documentation):
        return property(itemgetter(index), doc=documentation)


_CLASSES = {}


def row_class(names):
    """The class of rows with these fields; one for each tuple of names."""
    names = tuple(names)
    found = _CLASSES.get(names)
    if found is None:
        members = {name: _getter(index, None) for index, name in enumerate(names) if not name.startswith("__")}
        members.update(__slots__=(), _fields=names)
        found = _CLASSES[names] = type("Row", (Row,), members)
    return found


def _row(names, values):
    return tuple.__new__(row_class(names), values)


def rows_of(names, columns, count):
    """An iterator of rows from columns."""
    if not columns:
        return repeat(row_class(names)(), count)
    return map(tuple.__new__, repeat(row_class(names)), zip(*columns))


class Batch:
    """Rows as columns, each a list of Python values or a callable that makes it when it is first touched.

    Values are bool, int, float, str, bytes, `Timestamp`, `Duration`, `datetime.date`, `datetime.datetime`,
    `decimal.Decimal`, list, dict, `Row`, and `None`.
    """

    __slots__ = ("schema", "count", "_columns")

    def __init__(self, schema, columns, count=None):
        self.schema = schema
        self._columns = list(columns)
        self.count = len(self.column(0)) if count is None and self._columns else count or 0

    def column(self, key):
        """The values of a field, by name or index."""
        index = self.schema.index(key) if isinstance(key, str) else key
        column = self._columns[index]
        if callable(column):
            column = self._columns[index] = column()
        return column

    @property
    def columns(self):
        """All columns, as lists."""
        return [self.column(index) for index in range(len(self._columns))]

    def rows(self, names=None):
        """An iterator of rows, of some fields only where `names` are given."""
        names = self.schema.names if names is None else names
        return rows_of(names, [self.column(name) for name in names], self.count)

    def __len__(self):
        return self.count

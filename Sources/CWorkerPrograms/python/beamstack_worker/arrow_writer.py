"""Arrow's IPC stream format in plain Python: the other direction, from lists of values to a stream.

Values must be of the kinds that `values.Batch` states; `conversion.conform` sees to that for what a person's code gave.
"""

from array import array
from itertools import accumulate, chain

from beamstack_worker.arrow_schema import END_OF_STREAM, batch_message, schema_message
from beamstack_worker.conversion import physical_type
from beamstack_worker.values import Field, Schema, Type


def encode(schema, batches=()):
    """A schema and batches as one stream.

    A dynamic column of a single batch goes as the type that its values have, where they have only one.
    """
    batches = list(batches)
    if len(batches) == 1:
        batch = batches[0]
        schema = Schema([_settled(field, batch.column(index)) for index, field in enumerate(schema.fields)])
        pieces = [schema_message(schema)] + _pieces(schema, batch)
    else:
        writer = StreamWriter(schema)
        pieces = [writer.start()]
        for batch in batches:
            pieces += writer.batch(batch)
    pieces.append(END_OF_STREAM)
    return b"".join(pieces)


def _settled(field, values):
    """The field with the physical type that suits these values."""
    kind = field.type.kind
    physical = None
    if kind == "any":
        physical = physical_type(values) or _JSON
    elif kind == "decimal":
        physical = Type("decimal", scale=_scale(values))
    elif kind == "datetime":
        physical = _JSON if any(value is not None and value.tzinfo for value in values) else None
    elif kind in ("list", "map", "row") and _depends_on_values(field.type):
        columns = _children(field.type, [value for value in values if value is not None])
        physical = Type(kind, [_settled(*child) for child in zip(field.type.fields, columns)])
    return Field(field.name, field.type, field.nullable, physical, field.metadata)


_JSON = Type("json")


def _depends_on_values(type):
    if type.fields:
        return any(_depends_on_values(field.type) for field in type.fields)
    return type.kind in ("any", "decimal", "datetime")


def _children(type, values):
    if type.kind == "list":
        return [list(chain.from_iterable(values))]
    if type.kind == "map":
        pairs = [pair for value in values for pair in value.items()]
        return [[key for key, _ in pairs], [item for _, item in pairs]]
    return [list(column) for column in zip(*values)] or [[]] * len(type.fields)


# Decimals of a stream have one scale, which must be known before the values are.
_STREAM_SCALE = 18


def _of_stream(field):
    """The field as it goes before batches that are not known yet."""
    kind = field.type.kind
    physical = None
    if kind == "decimal":
        physical = Type("decimal", scale=_STREAM_SCALE)
    elif kind == "datetime":
        physical = _JSON
    elif field.type.fields:
        physical = Type(kind, [_of_stream(child) for child in field.type.fields])
    return Field(field.name, field.type, field.nullable, physical, field.metadata)


class StreamWriter:
    """Makes a stream message by message; columns whose form depends on their values go as JSON."""

    def __init__(self, schema):
        self.schema = Schema([_of_stream(field) for field in schema.fields])

    def start(self):
        """The first message."""
        return schema_message(self.schema)

    def batch(self, batch):
        """The message of a batch, in pieces."""
        return _pieces(self.schema, batch)


def _pieces(schema, batch):
    body = _Body()
    for index, field in enumerate(schema.fields):
        body.add(field, batch.column(index))
    return [batch_message(batch.count, body.nodes, body.buffers, body.length)] + body.pieces


_NoneType = type(None)


class _Body:
    """The buffers of a batch."""

    def __init__(self):
        self.pieces = []
        self.nodes = []
        self.buffers = []
        self.length = 0

    def buffer(self, data):
        size = data.itemsize * len(data) if isinstance(data, array) else len(data)
        self.buffers.append((self.length, size))
        self.pieces.append(data)
        padding = -size % 8
        if padding:
            self.pieces.append(bytes(padding))
        self.length += size + padding

    def add(self, field, values):
        """A column: its node, its validity, and its own buffers."""
        kind = field.physical.kind
        nulls = list(map(type, values)).count(_NoneType)
        self.nodes.append((len(values), nulls))
        if kind == "null":
            return
        self.buffer(_packed([value is not None for value in values]) if nulls else b"")
        _ENCODERS[kind](self, field.physical, values, nulls)

    def offsets(self, lengths):
        offsets = array("q", accumulate(lengths, initial=0))
        if offsets[-1] > 0x7FFFFFFF:
            raise OverflowError("a batch of more than 2 GiB in one column")
        self.buffer(array("i", offsets))


def _packed(values):
    """Booleans as bits."""
    digits = bytes(values).translate(_DIGITS)[::-1]
    return int(digits, 2).to_bytes((len(values) + 7) // 8, "little") if values else b""


_DIGITS = b"01" + bytes(254)


def _fixed(code, zero):
    def write(body, type, values, nulls):
        if nulls:
            values = [zero if value is None else value for value in values]
        body.buffer(array(code, values))

    return write


def _converted(code, convert):
    def write(body, type, values, nulls):
        body.buffer(array(code, [0 if value is None else convert(value) for value in values]))

    return write


def _booleans(body, type, values, nulls):
    body.buffer(_packed([value or False for value in values] if nulls else values))


def _strings(body, type, values, nulls):
    if nulls:
        values = [value or "" for value in values]
    text = "".join(values)
    data = text.encode()
    if len(data) != len(text):
        values = [value.encode() for value in values]
    body.offsets(map(len, values))
    body.buffer(data)


def _byte_strings(body, type, values, nulls):
    values = [value or b"" for value in values]
    body.offsets(map(len, values))
    body.buffer(b"".join(values))


def _json(body, type, values, nulls):
    from beamstack_worker.tagged_json import to_json

    _strings(body, type, [None if value is None else to_json(value) for value in values], nulls)


def _micros(value):
    return value.micros


def _day(value):
    return value.toordinal() - 719163


def _local_micros(value):
    from beamstack_worker.times import datetime_micros

    return datetime_micros(value)


def _scale(values):
    return max((max(-value.as_tuple().exponent, 0) for value in values if value is not None), default=0)


def _decimals(body, type, values, nulls):
    from decimal import Context

    scale = Context(prec=80).scaleb
    zero = bytes(16)
    body.buffer(
        b"".join(
            [
                zero
                if value is None
                else _unscaled(value, scale(value, type.scale)).to_bytes(16, "little", signed=True)
                for value in values
            ]
        )
    )


def _unscaled(value, scaled):
    whole = int(scaled)
    if whole != scaled or abs(whole) >= 10**38:
        raise OverflowError(f"the decimal {value} has too many digits")
    return whole


def _lists(body, type, values, nulls):
    if nulls:
        values = [value or () for value in values]
    body.offsets(map(len, values))
    body.add(type.fields[0], list(chain.from_iterable(values)))


def _maps(body, type, values, nulls):
    values = [value or {} for value in values]
    body.offsets(map(len, values))
    keys = list(chain.from_iterable(values))
    body.nodes.append((len(keys), 0))
    body.buffer(b"")
    body.add(type.fields[0], keys)
    body.add(type.fields[1], list(chain.from_iterable(value.values() for value in values)))


def _rows(body, type, values, nulls):
    if nulls:
        absent = (None,) * len(type.fields)
        values = [absent if value is None else value for value in values]
    columns = list(zip(*values)) or [()] * len(type.fields)
    for field, column in zip(type.fields, columns):
        body.add(field, list(column))


_ENCODERS = {
    "boolean": _booleans,
    "int8": _fixed("b", 0),
    "int16": _fixed("h", 0),
    "int32": _fixed("i", 0),
    "int64": _fixed("q", 0),
    "float": _fixed("f", 0.0),
    "double": _fixed("d", 0.0),
    "string": _strings,
    "json": _json,
    "any": _json,
    "bytes": _byte_strings,
    "timestamp": _converted("q", _micros),
    "duration": _converted("q", _micros),
    "date": _converted("i", _day),
    "datetime": _converted("q", _local_micros),
    "decimal": _decimals,
    "list": _lists,
    "map": _maps,
    "row": _rows,
}

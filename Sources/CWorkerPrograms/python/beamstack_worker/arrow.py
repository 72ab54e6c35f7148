"""Arrow's IPC stream format in plain Python: batches of rows without any package.

Columns become lists by bulk operations, and only when they are touched. What the host sends is all that is taken: no
dictionaries, no views, no compression.
"""

from itertools import chain, repeat

from beamstack_worker.arrow_schema import END_OF_STREAM, RECORD_BATCH, SCHEMA, ArrowError, Table, read_schema
from beamstack_worker.values import Batch, rows_of

__all__ = ["ArrowError", "StreamReader", "decode", "END_OF_STREAM"]


class StreamReader:
    """Takes a stream message by message; `read(count)` gives that many bytes, or fewer at the end."""

    def __init__(self, read):
        self._read = read
        message, _ = self._message()
        if message is None or message.byte(1) != SCHEMA:
            raise ArrowError("the stream does not start with a schema")
        self.schema = read_schema(message.table(2))

    def __iter__(self):
        while True:
            message, body = self._message()
            if message is None:
                return
            if message.byte(1) != RECORD_BATCH:
                raise ArrowError(f"a message of kind {message.byte(1)}")
            yield _batch(self.schema, message.table(2), body)

    def _message(self):
        prefix = self._read(8)
        if len(prefix) < 8:
            return None, None
        if bytes(prefix[:4]) != b"\xff\xff\xff\xff":
            raise ArrowError("no message where one should start")
        length = int.from_bytes(prefix[4:8], "little")
        if length == 0:
            return None, None
        message = Table.root(memoryview(self._read(length)))
        body = memoryview(self._read(message.long(3)))
        if len(body) < message.long(3):
            raise ArrowError("the stream ends within a batch")
        return message, body


def decode(data):
    """A stream in memory: its schema, and its batches as a list."""
    view = memoryview(data).cast("B")
    position = 0

    def read(count):
        nonlocal position
        position += count
        return view[position - count : position]

    reader = StreamReader(read)
    return reader.schema, list(reader)


def _batch(schema, table, body):
    if table.table(3) is not None:
        raise ArrowError("a compressed batch")
    nodes = iter(table.pairs(1))
    buffers = (body[offset : offset + length] for offset, length in table.pairs(2))
    columns = [_Column(field, nodes, buffers).values for field in schema.fields]
    return Batch(schema, columns, table.long(0))


class _Column:
    """The buffers of one field of a batch, its children's included."""

    __slots__ = ("field", "count", "nulls", "buffers", "children")

    def __init__(self, field, nodes, buffers):
        self.field = field
        self.count, self.nulls = next(nodes)
        kind = field.physical.kind
        self.buffers = [next(buffers) for _ in range(_BUFFERS.get(kind, 2))]
        if kind == "map":
            # Keys and values are the fields of a struct, whose own validity says nothing.
            next(nodes)
            next(buffers)
        self.children = [_Column(child, nodes, buffers) for child in field.physical.fields]

    def values(self):
        """The column as a list."""
        kind = self.field.physical.kind
        if self.count == 0:
            return []
        if self.nulls == self.count:
            return [None] * self.count
        values = _DECODERS[kind](self)
        if self.nulls:
            return [value if valid else None for value, valid in zip(values, _bits(self.buffers[0], self.count))]
        return values

    def numbers(self, code, size):
        """The fixed-size values of the second buffer."""
        return self.buffers[1][: self.count * size].cast(code).tolist()

    def offsets(self):
        """Where each value starts and the last one ends."""
        return self.buffers[1][: (self.count + 1) * 4].cast("i").tolist()


# Buffers of a kind, where it has not two.
_BUFFERS = {"null": 0, "row": 1, "string": 3, "bytes": 3, "json": 3, "any": 3}

_BITS = None


def _bits(buffer, count):
    """The bits of a buffer as a list of booleans."""
    global _BITS
    if _BITS is None:
        _BITS = [tuple(bool(byte >> bit & 1) for bit in range(8)) for byte in range(256)]
    values = list(chain.from_iterable(map(_BITS.__getitem__, buffer[: (count + 7) // 8])))
    del values[count:]
    return values


def _numbers(code, size):
    return lambda column: column.numbers(code, size)


def _strings(column):
    offsets = column.offsets()
    data = column.buffers[2][offsets[0] : offsets[-1]]
    text = str(data, "utf-8")
    first = offsets[0]
    if first:
        offsets = [offset - first for offset in offsets]
    ends = iter(offsets)
    next(ends)
    if len(text) == len(data):
        return [text[start:end] for start, end in zip(offsets, ends)]
    data = bytes(data)
    return [data[start:end].decode() for start, end in zip(offsets, ends)]


def _byte_strings(column):
    offsets = column.offsets()
    data = bytes(column.buffers[2])
    return [data[start:end] for start, end in zip(offsets, offsets[1:])]


def _json(column):
    from beamstack_worker.tagged_json import from_json

    # Null slots are empty texts.
    return [from_json(text) if text else None for text in _strings(column)]


def _timestamps(column):
    from beamstack_worker.times import timestamp_class

    make = timestamp_class()
    return [make(micros=micros) for micros in column.numbers("q", 8)]


def _durations(column):
    from beamstack_worker.times import duration_class

    make = duration_class()
    return [make(micros=micros) for micros in column.numbers("q", 8)]


def _within(values, column, low, high):
    # What lies under a null may be anything.
    return [value if low <= value <= high else low for value in values] if column.nulls else values


def _dates(column):
    from datetime import date

    from beamstack_worker.tagged_json import EPOCH_DAY

    days = _within(column.numbers("i", 4), column, 1 - EPOCH_DAY, date.max.toordinal() - EPOCH_DAY)
    return [date.fromordinal(day + EPOCH_DAY) for day in days]


def _datetimes(column):
    from datetime import datetime, timedelta

    epoch = datetime(1970, 1, 1)
    limits = [(limit - epoch) // timedelta(microseconds=1) for limit in (datetime.min, datetime.max)]
    micros = _within(column.numbers("q", 8), column, *limits)
    return [epoch + timedelta(microseconds=value) for value in micros]


def _decimals(column):
    from decimal import Context, Decimal

    scale = Context(prec=80).scaleb
    data = bytes(column.buffers[1])
    by = -column.field.physical.scale
    ends = range(16, 16 * column.count + 1, 16)
    return [scale(Decimal(int.from_bytes(data[end - 16 : end], "little", signed=True)), by) for end in ends]


def _lists(column):
    items = column.children[0].values()
    offsets = column.offsets()
    return [items[start:end] for start, end in zip(offsets, offsets[1:])]


def _maps(column):
    keys, values = (child.values() for child in column.children)
    if keys and isinstance(keys[0], list):
        keys = [tuple(key) for key in keys]
    offsets = column.offsets()
    return [dict(zip(keys[start:end], values[start:end])) for start, end in zip(offsets, offsets[1:])]


def _rows(column):
    names = [child.field.name for child in column.children]
    return list(rows_of(names, [child.values() for child in column.children], column.count))


_DECODERS = {
    "null": lambda column: list(repeat(None, column.count)),
    "boolean": lambda column: _bits(column.buffers[1], column.count),
    "int8": _numbers("b", 1),
    "int16": _numbers("h", 2),
    "int32": _numbers("i", 4),
    "int64": _numbers("q", 8),
    "float": _numbers("f", 4),
    "double": _numbers("d", 8),
    "string": _strings,
    "bytes": _byte_strings,
    "json": _json,
    "any": _json,
    "timestamp": _timestamps,
    "duration": _durations,
    "date": _dates,
    "datetime": _datetimes,
    "decimal": _decimals,
    "list": _lists,
    "map": _maps,
    "row": _rows,
}

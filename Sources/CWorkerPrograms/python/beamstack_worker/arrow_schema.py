"""Arrow's metadata: schemas and messages as FlatBuffers, read and written by hand."""

import struct

from beamstack_worker.values import Field, Schema, Type

_I16 = struct.Struct("<h")
_U16 = struct.Struct("<H")
_I32 = struct.Struct("<i")
_U32 = struct.Struct("<I")
_I64 = struct.Struct("<q")

SCHEMA, RECORD_BATCH = 1, 3
_VERSION_5 = 4


class ArrowError(ValueError):
    """A stream that is none, or that holds what we do not take."""


class Table:
    """A FlatBuffers table at a position of a buffer; slots count from 0."""

    __slots__ = ("_buffer", "_position", "_vtable", "_size")

    def __init__(self, buffer, position):
        self._buffer = buffer
        self._position = position
        self._vtable = position - _I32.unpack_from(buffer, position)[0]
        self._size = _U16.unpack_from(buffer, self._vtable)[0]

    @classmethod
    def root(cls, buffer):
        """The table that a buffer holds."""
        return cls(buffer, _U32.unpack_from(buffer, 0)[0])

    def _at(self, slot):
        entry = 4 + 2 * slot
        if entry >= self._size:
            return None
        offset = _U16.unpack_from(self._buffer, self._vtable + entry)[0]
        return self._position + offset if offset else None

    def _scalar(self, slot, form, default):
        at = self._at(slot)
        return default if at is None else form.unpack_from(self._buffer, at)[0]

    def byte(self, slot, default=0):
        """An unsigned byte, a boolean, or the kind of a union."""
        at = self._at(slot)
        return default if at is None else self._buffer[at]

    def short(self, slot, default=0):
        """A 16-bit integer."""
        return self._scalar(slot, _I16, default)

    def int(self, slot, default=0):
        """A 32-bit integer."""
        return self._scalar(slot, _I32, default)

    def long(self, slot, default=0):
        """A 64-bit integer."""
        return self._scalar(slot, _I64, default)

    def _target(self, slot):
        at = self._at(slot)
        return None if at is None else at + _U32.unpack_from(self._buffer, at)[0]

    def table(self, slot):
        """A table, or `None`."""
        at = self._target(slot)
        return None if at is None else Table(self._buffer, at)

    def text(self, slot):
        """A text, or `None`."""
        at = self._target(slot)
        if at is None:
            return None
        length = _U32.unpack_from(self._buffer, at)[0]
        return bytes(self._buffer[at + 4 : at + 4 + length]).decode()

    def tables(self, slot):
        """A vector of tables."""
        at = self._target(slot)
        if at is None:
            return []
        count = _U32.unpack_from(self._buffer, at)[0]
        entries = range(at + 4, at + 4 + 4 * count, 4)
        return [Table(self._buffer, entry + _U32.unpack_from(self._buffer, entry)[0]) for entry in entries]

    def pairs(self, slot):
        """A vector of structs of two 64-bit integers."""
        at = self._target(slot)
        if at is None:
            return []
        count = _U32.unpack_from(self._buffer, at)[0]
        numbers = struct.unpack_from(f"<{2 * count}q", self._buffer, at + 4)
        return list(zip(numbers[::2], numbers[1::2]))


_UNITS = {0: "s", 1: "ms", 2: "us", 3: "ns"}
_INTEGERS = {8: "int8", 16: "int16", 32: "int32", 64: "int64"}


def read_schema(table):
    """A `Schema` from Arrow's schema table."""
    return Schema([_read_field(field) for field in table.tables(1)])


def _read_field(table):
    name = table.text(0) or ""
    if table.table(4) is not None:
        raise ArrowError(f"field '{name}': a dictionary")
    fields = [_read_field(child) for child in table.tables(5)]
    physical = _read_type(name, table.byte(2), table.table(3), fields)
    metadata = {entry.text(0): entry.text(1) for entry in table.tables(6)}
    type = physical
    described = metadata.pop("beamstack.type", None)
    if described is not None:
        if described == "any" or metadata.get("beamstack.encoding") == "json":
            type = Type(described)
        if metadata.pop("beamstack.encoding", None) == "json":
            physical = Type("json")
    return Field(name, type, bool(table.byte(1)), physical, metadata)


def _read_type(name, kind, table, fields):
    if kind == 1:
        return Type("null")
    if kind == 2 and table.byte(1):
        return Type(_INTEGERS[table.int(0)])
    if kind == 3 and table.short(0) in (1, 2):
        return Type("float" if table.short(0) == 1 else "double")
    if kind == 4:
        return Type("bytes")
    if kind == 5:
        return Type("string")
    if kind == 6:
        return Type("boolean")
    if kind == 7 and table.int(2, 128) == 128:
        return Type("decimal", scale=table.int(1))
    if kind == 8 and table.short(0, 1) == 0:
        return Type("date")
    if kind == 10 and _UNITS[table.short(0)] == "us":
        return Type("timestamp" if table.text(1) else "datetime")
    if kind == 18 and _UNITS[table.short(0, 1)] == "us":
        return Type("duration")
    if kind == 12:
        return Type("list", fields)
    if kind == 13:
        return Type("row", fields)
    if kind == 17:
        return Type("map", fields[0].type.fields)
    raise ArrowError(f"field '{name}': Arrow's type number {kind} or a form of it that is not exchanged with workers")


class _Writer:
    """Writes a buffer front to back: a table, then what its offsets point at, so that all offsets are positive."""

    def __init__(self):
        self.bytes = bytearray(4)

    def finish(self, write):
        _U32.pack_into(self.bytes, 0, write(self))
        return self.bytes

    def table(self, slots):
        """slots: (slot, 'b'|'h'|'i'|'q', number) or (slot, '@', function that writes the target)."""
        out = self.bytes
        count = max((slot for slot, _, _ in slots), default=-1) + 1
        out += bytes(-len(out) % 4)
        vtable = len(out)
        out += bytes(4 + 2 * count)
        out += bytes(-len(out) % 8)
        position = len(out)
        # Each slot takes eight bytes, which keeps every kind aligned; metadata is small.
        size = 8 + 8 * len(slots)
        out += bytes(size)
        struct.pack_into("<HH", out, vtable, 4 + 2 * count, size)
        _I32.pack_into(out, position, position - vtable)
        targets = []
        for index, (slot, form, value) in enumerate(slots):
            offset = 8 + 8 * index
            _U16.pack_into(out, vtable + 4 + 2 * slot, offset)
            if form == "@":
                targets.append((position + offset, value))
            else:
                struct.pack_into("<" + form, out, position + offset, value)
        for at, write in targets:
            _U32.pack_into(out, at, write(self) - at)
        return position

    def text(self, text):
        out = self.bytes
        out += bytes(-len(out) % 4)
        position = len(out)
        data = text.encode()
        out += _U32.pack(len(data)) + data + b"\0"
        return position

    def tables(self, writes):
        out = self.bytes
        out += bytes(-len(out) % 4)
        position = len(out)
        out += _U32.pack(len(writes)) + bytes(4 * len(writes))
        for index, write in enumerate(writes):
            at = position + 4 + 4 * index
            _U32.pack_into(out, at, write(self) - at)
        return position

    def pairs(self, pairs):
        out = self.bytes
        out += bytes((4 - len(out)) % 8)
        position = len(out)
        flat = [number for pair in pairs for number in pair]
        out += _U32.pack(len(pairs)) + struct.pack(f"<{len(flat)}q", *flat)
        return position


def schema_message(schema):
    """A schema as an encapsulated message."""
    fields = [_field(field) for field in schema.fields]
    return _message(SCHEMA, lambda out: out.table([(0, "h", 0), (1, "@", lambda out: out.tables(fields))]), 0)


def batch_message(count, nodes, buffers, body_length):
    """What goes before the body of a batch. nodes: (values, nulls), buffers: (offset, length)."""
    slots = [(0, "q", count), (1, "@", lambda out: out.pairs(nodes)), (2, "@", lambda out: out.pairs(buffers))]
    return _message(RECORD_BATCH, lambda out: out.table(slots), body_length)


END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"


def _message(kind, header, body_length):
    metadata = _Writer().finish(
        lambda out: out.table([(0, "h", _VERSION_5), (1, "b", kind), (2, "@", header), (3, "q", body_length)])
    )
    metadata += bytes(-len(metadata) % 8)
    return struct.pack("<II", 0xFFFFFFFF, len(metadata)) + metadata


def _field(field):
    physical = field.physical
    metadata = dict(field.metadata)
    if physical.kind in ("json", "any"):
        metadata.update({"beamstack.type": field.type.kind, "beamstack.encoding": "json"})
    elif field.type.kind == "any":
        metadata["beamstack.type"] = "any"
    kind, slots = _type(physical)
    children = physical.fields
    if physical.kind == "map":
        children = [Field("entries", Type("row", children), False)]

    def write(out):
        return out.table(
            [
                (0, "@", lambda out: out.text(field.name)),
                (1, "b", field.nullable),
                (2, "b", kind),
                (3, "@", lambda out: out.table(slots)),
                (5, "@", lambda out: out.tables([_field(child) for child in children])),
                (6, "@", lambda out: out.tables([_entry(*entry) for entry in metadata.items()])),
            ]
        )

    return write


def _entry(key, value):
    slots = [(0, "@", lambda out: out.text(key)), (1, "@", lambda out: out.text(value))]
    return lambda out: out.table(slots)


_TYPES = {
    "null": (1, []),
    "int8": (2, [(0, "i", 8), (1, "b", 1)]),
    "int16": (2, [(0, "i", 16), (1, "b", 1)]),
    "int32": (2, [(0, "i", 32), (1, "b", 1)]),
    "int64": (2, [(0, "i", 64), (1, "b", 1)]),
    "float": (3, [(0, "h", 1)]),
    "double": (3, [(0, "h", 2)]),
    "bytes": (4, []),
    "string": (5, []),
    "json": (5, []),
    # Without a physical type that fits all values, `any` is JSON.
    "any": (5, []),
    "boolean": (6, []),
    "date": (8, [(0, "h", 0)]),
    "datetime": (10, [(0, "h", 2)]),
    "timestamp": (10, [(0, "h", 2), (1, "@", lambda out: out.text("UTC"))]),
    "duration": (18, [(0, "h", 2)]),
    "list": (12, []),
    "row": (13, []),
    "map": (17, [(0, "b", 0)]),
}


def _type(type):
    if type.kind == "decimal":
        return 7, [(0, "i", 38), (1, "i", type.scale), (2, "i", 128)]
    return _TYPES[type.kind]

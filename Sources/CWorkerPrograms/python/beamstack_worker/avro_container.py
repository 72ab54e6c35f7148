"""Avro's object container files: a header, then blocks of records, each followed by the file's sync marker.

Blocks are found here and decoded by `fastavro`, so that a file can be read from any point of it: a reader that starts
in the middle looks for the next marker.
"""

import io
import json

from beamstack_worker.tasks import TaskError

MAGIC = b"Obj\x01"
SYNC_SIZE = 16
CHUNK = 1 << 20
# Damaged lengths must not make us ask for all of the memory.
MAXIMUM_BLOCK = 1 << 30
MAXIMUM_HEADER = 64 << 20


class Container:
    """The header of a file."""

    def __init__(self, path, stream):
        self.path = path
        data = _Cursor(path, stream)
        if data.take(4) != MAGIC:
            raise damaged(path, "it does not begin as Avro files do")
        self.metadata = {}
        while True:
            count = data.number()
            if count == 0:
                break
            if count < 0:
                count = -count
                data.number()
            for _ in range(count):
                name = data.text()
                self.metadata[name.decode("utf-8", "replace")] = data.text()
        self.sync = data.take(SYNC_SIZE)
        self.size = data.position
        try:
            self.schema = json.loads(self.metadata["avro.schema"])
        except (KeyError, ValueError):
            raise damaged(path, "its header has no schema") from None
        self.codec = self.metadata.get("avro.codec", b"null").decode("utf-8", "replace") or "null"

    def header(self, schema):
        """The bytes of a header for the same blocks under another form of the schema."""
        return header(schema, self.codec, self.sync)

    def blocks(self, stream, start, end, size_limit):
        """The raw blocks whose marker in front begins in [start, end), several at a time: (bytes, records)."""
        position = self._first_block(stream, start)
        if position is None:
            return
        stream.seek(position)
        data = _Cursor(self.path, stream, position)
        pending, length, count = [], 0, 0
        while data.position - SYNC_SIZE < end and not data.is_at_end():
            begin = data.position
            records, size = data.number(), data.number()
            if records < 0 or not 0 <= size <= MAXIMUM_BLOCK:
                raise damaged(self.path, f"the block at byte {begin} has no sensible length")
            block = data.take(size)
            if data.take(SYNC_SIZE) != self.sync:
                raise damaged(self.path, f"the block at byte {begin} does not end with the file's marker")
            pending.append(encoded(records) + encoded(size) + block + self.sync)
            length += size
            count += records
            if length >= size_limit:
                yield b"".join(pending), count
                pending, length, count = [], 0, 0
        if pending:
            yield b"".join(pending), count

    def _first_block(self, stream, start):
        # The marker at the header's end is in front of the first block.
        if start <= self.size - SYNC_SIZE:
            return self.size
        stream.seek(start)
        position, tail = start, b""
        while True:
            data = stream.read(CHUNK)
            if not data:
                return None
            found = (tail + data).find(self.sync)
            if found >= 0:
                return position - len(tail) + found + SYNC_SIZE
            position += len(data)
            tail = (tail + data)[-(SYNC_SIZE - 1) :]


def header(schema, codec, sync):
    """The bytes that a file begins with."""
    metadata = {"avro.schema": json.dumps(schema).encode(), "avro.codec": codec.encode()}
    parts = [MAGIC, encoded(len(metadata))]
    for name, value in metadata.items():
        parts += [encoded(len(name.encode())), name.encode(), encoded(len(value)), value]
    return b"".join(parts + [b"\x00", sync])


def encoded(number):
    """A number as Avro's zigzag varint."""
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def damaged(path, reason):
    """The error for a file that is not as it should be."""
    return TaskError("damaged-file", f"'{path}' is no readable Avro file: {reason}", path=["path"],
                     hint="make it anew, or name only Avro files in 'path'")


class _Cursor:
    """Reads forward in large pieces."""

    def __init__(self, path, stream, position=0):
        self._path = path
        self._stream = stream
        self._data = b""
        self._at = 0
        self.position = position

    def _fill(self, count):
        while len(self._data) - self._at < count:
            more = self._stream.read(max(CHUNK, count - (len(self._data) - self._at)))
            if not more:
                return False
            self._data = self._data[self._at :] + more
            self._at = 0
        return True

    def is_at_end(self):
        return not self._fill(1)

    def take(self, count):
        if not self._fill(count):
            raise damaged(self._path, "it ends too early")
        piece = self._data[self._at : self._at + count]
        self._at += count
        self.position += count
        return piece

    def number(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            shift += 7
            if shift > 63:
                raise damaged(self._path, f"there is no length at byte {self.position}")

    def text(self):
        count = self.number()
        if not 0 <= count <= MAXIMUM_HEADER:
            raise damaged(self._path, "its header has no sensible length")
        return self.take(count)


def records(head, blocks, reader_schema):
    """The records of raw blocks, by `fastavro`."""
    import fastavro

    return fastavro.reader(io.BytesIO(head + blocks), reader_schema)

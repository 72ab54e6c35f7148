"""Compares the worker's own Arrow codec with pyarrow on generated schemas; run by a Python that has pyarrow."""

import datetime
import decimal
import math
import random
import sys

import pyarrow as pa

from support import arrow, arrow_writer
from beamstack_worker.times import Duration, Timestamp
from beamstack_worker.values import (
    ANY,
    BOOLEAN,
    BYTES,
    DATE,
    DATETIME,
    DECIMAL,
    DOUBLE,
    DURATION,
    INT64,
    STRING,
    TIMESTAMP,
    Batch,
    Field,
    Row,
    Schema,
    list_of,
    map_of,
    row_class,
    row_of,
)

SCALARS = [BOOLEAN, INT64, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION, DATE, DATETIME, DECIMAL]
TEXTS = ["", "a", "abc", "é", "日本", "😀x", "line\nbreak", "long " * 20]


def random_type(dice, depth):
    choice = dice.random()
    if depth and choice < 0.12:
        return list_of(random_type(dice, depth - 1))
    if depth and choice < 0.2:
        return row_of([Field(f"m{index}", random_type(dice, depth - 1)) for index in range(dice.randint(1, 3))])
    if depth and choice < 0.25:
        return map_of(dice.choice([STRING, INT64]), random_type(dice, depth - 1))
    return dice.choice(SCALARS)


def random_value(dice, type, nulls):
    if dice.random() < nulls:
        return None
    kind = type.kind
    if kind == "list":
        return [random_value(dice, type.element, nulls) for _ in range(dice.randint(0, 4))]
    if kind == "map":
        key, value = (field.type for field in type.fields)
        return {random_value(dice, key, 0): random_value(dice, value, nulls) for _ in range(dice.randint(0, 3))}
    if kind == "row":
        return row_class([field.name for field in type.fields])._make(
            [random_value(dice, field.type, nulls) for field in type.fields]
        )
    return {
        "boolean": lambda: dice.random() < 0.5,
        "int64": lambda: dice.choice([0, 1, -1, 2**63 - 1, -(2**63), dice.randint(-1000, 1000)]),
        "double": lambda: dice.choice([0.0, -1.5, 1e300, math.inf, dice.random()]),
        "string": lambda: dice.choice(TEXTS),
        "bytes": lambda: dice.choice([b"", b"\0\xff", b"abc"]),
        "timestamp": lambda: Timestamp(micros=dice.randint(-(10**15), 10**15)),
        "duration": lambda: Duration(micros=dice.randint(-(10**12), 10**12)),
        "date": lambda: datetime.date.fromordinal(dice.randint(1, 3_000_000)),
        "datetime": lambda: (
            datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=dice.randint(-(10**15), 10**15))
        ),
        "decimal": lambda: decimal.Decimal(dice.randint(-(10**20), 10**20)).scaleb(-dice.randint(0, 6)),
    }[kind]()


def from_arrow(value, type):
    """What `to_pylist` gives, in our kinds."""
    if value is None:
        return None
    kind = type.kind
    if kind == "timestamp":
        return Timestamp(micros=(value - datetime.datetime(1970, 1, 1, tzinfo=value.tzinfo)) // MICROSECOND)
    if kind == "duration":
        return Duration(micros=value // MICROSECOND)
    if kind == "list":
        return [from_arrow(item, type.element) for item in value]
    if kind == "map":
        key, item = (field.type for field in type.fields)
        return {from_arrow(name, key): from_arrow(part, item) for name, part in value}
    if kind == "row":
        return tuple(from_arrow(value[field.name], field.type) for field in type.fields)
    return value


MICROSECOND = datetime.timedelta(microseconds=1)


def compare(seed):
    dice = random.Random(seed)
    fields = [Field(f"c{index}", random_type(dice, 3)) for index in range(dice.randint(1, 5))]
    schema = Schema(fields)
    count = dice.choice([0, 1, 7, 8, 9, 64, 100])
    nulls = dice.choice([0, 0.2, 1])
    columns = [[random_value(dice, field.type, nulls) for _ in range(count)] for field in fields]
    body = arrow_writer.encode(schema, [Batch(schema, columns, count)])
    reader = pa.ipc.open_stream(pa.py_buffer(body))
    (batch,) = list(reader)
    batch.validate(full=True)
    theirs = [
        [from_arrow(value, field.type) for value in batch.column(index).to_pylist()]
        for index, field in enumerate(fields)
    ]
    assert theirs == columns, f"seed {seed}: pyarrow reads something else"
    start = dice.randint(0, count)
    part = batch.slice(start, dice.randint(0, count - start))
    for sent, expected in [(batch, columns), (part, [column[start : start + part.num_rows] for column in columns])]:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, sent.schema) as stream:
            stream.write_batch(sent)
        received, batches = arrow.decode(sink.getvalue())
        assert received == schema, f"seed {seed}: {received} for {schema}"
        assert batches[0].columns == expected, f"seed {seed}: we read something else than pyarrow wrote"


def compare_dynamic(seed):
    """Dynamic columns come back as they were, and pyarrow accepts what carries them."""
    dice = random.Random(seed)
    types = [random_type(dice, 2) for _ in range(dice.choice([1, 1, 3]))]
    values = [random_value(dice, dice.choice(types), 0.1) for _ in range(dice.choice([0, 1, 20]))]
    schema = Schema([Field("x", ANY)])
    for sent in ([Batch(schema, [values])], [Batch(schema, [values])] * 2):
        body = arrow_writer.encode(schema, sent)
        for batch in pa.ipc.open_stream(pa.py_buffer(body)):
            batch.validate(full=True)
        received, batches = arrow.decode(body)
        assert received == schema
        for batch in batches:
            assert batch.column("x") == values, f"seed {seed}: {batch.column('x')} for {values}"
            kinds = [type(value) if not isinstance(value, Row) else value._fields for value in values]
            assert [
                type(value) if not isinstance(value, Row) else value._fields for value in batch.column("x")
            ] == kinds


if __name__ == "__main__":
    for seed in range(int(sys.argv[1])):
        compare(seed)
        compare_dynamic(seed)
    print("equal")

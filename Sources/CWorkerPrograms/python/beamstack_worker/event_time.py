"""Event time of rows that pass through a task of the mode 'collection' one to one and in order.

Such a task has `wants_time`, and in `run` it writes what it found there behind its own columns.
"""

from beamstack_worker.tasks import TIMESTAMP, WINDOW_END, WINDOW_START

# What rows without windows of their own have: the host's global window.
_LOWEST_TIMESTAMP = -9_223_372_036_854_775_000
_GLOBAL_WINDOW_END = 9_223_371_950_454_775_000
_DEFAULTS = ((TIMESTAMP, _LOWEST_TIMESTAMP), (WINDOW_START, _LOWEST_TIMESTAMP), (WINDOW_END, _GLOBAL_WINDOW_END))


def timed(schema):
    """A `values.Schema` with the columns of event time."""
    from beamstack_worker.values import INT64, Field, Schema

    return Schema(schema.fields + [Field(name, INT64, False) for name, _ in _DEFAULTS])


def times(batch):
    """The columns of event time of a `values.Batch`."""
    return [batch.column(name) if name in batch.schema else [value] * batch.count for name, value in _DEFAULTS]


def timed_arrow(schema):
    """A `pyarrow.Schema` with the columns of event time."""
    import pyarrow as pa

    for name, _ in _DEFAULTS:
        schema = schema.append(pa.field(name, pa.int64(), False))
    return schema


def times_arrow(batch):
    """The columns of event time of a `pyarrow.RecordBatch`."""
    import pyarrow as pa

    names = batch.schema.names
    return [
        batch.column(name) if name in names else pa.repeat(pa.scalar(value, pa.int64()), batch.num_rows)
        for name, value in _DEFAULTS
    ]

"""How batches go between frames and tasks: as `pyarrow` objects, or as rows in plain Python."""

from beamstack_worker.values import Field, Schema, Type

ROW = "__beamstack_row"


class RowExchange:
    """Batches as `values.Batch`."""

    def schema(self, body):
        """The schema that a body holds."""
        from beamstack_worker import arrow

        return arrow.decode(body)[0]

    def batch(self, body):
        """The batch that a body holds."""
        from beamstack_worker import arrow
        from beamstack_worker.values import Batch

        schema, batches = arrow.decode(body)
        return batches[0] if batches else Batch(schema, [[] for _ in schema.fields], 0)

    def schema_body(self, schema):
        """A schema as a body."""
        from beamstack_worker import arrow_writer

        return arrow_writer.encode(schema)

    def body(self, batch, rows=None):
        """A batch as a body, with the input row that each of its rows came from where they are given."""
        from beamstack_worker import arrow_writer
        from beamstack_worker.values import Batch

        if rows is not None:
            schema = Schema(batch.schema.fields + [Field(ROW, Type("int32"), False)])
            batch = Batch(schema, batch.columns + [list(rows)], batch.count)
        return arrow_writer.encode(batch.schema, [batch])

    def reader(self, path):
        """A new iterator of a file's batches."""
        from beamstack_worker import arrow

        with open(path, "rb") as file:
            yield from arrow.StreamReader(file.read)

    def writer(self, path, schema):
        """A writer of batches to a file."""
        return _RowFile(path, schema)


class _RowFile:
    def __init__(self, path, schema):
        from beamstack_worker import arrow_writer

        self.count = 0
        self._file = open(path, "wb")
        self._stream = arrow_writer.StreamWriter(schema)
        self._file.write(self._stream.start())

    def write(self, batch):
        self.count += batch.count
        self._file.writelines(self._stream.batch(batch))

    def close(self):
        from beamstack_worker.arrow_schema import END_OF_STREAM

        self._file.write(END_OF_STREAM)
        self._file.close()


class ArrowExchange:
    """Batches as `pyarrow.RecordBatch`; what they hold is not copied."""

    def schema(self, body):
        """The schema that a body holds."""
        return self._open(body).schema

    def batch(self, body):
        """The batch that a body holds."""
        import pyarrow as pa

        reader = self._open(body)
        batches = list(reader)
        if len(batches) == 1:
            return batches[0]
        if not batches:
            return pa.RecordBatch.from_arrays(
                [pa.array([], field.type) for field in reader.schema], schema=reader.schema
            )
        return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]

    def schema_body(self, schema):
        """A schema as a body."""
        return self._body(schema, ())

    def body(self, batch, rows=None):
        """A batch as a body, with the input row that each of its rows came from where they are given."""
        import pyarrow as pa

        if rows is not None:
            indexes = rows.cast(pa.int32()) if hasattr(rows, "cast") else pa.array(rows, pa.int32())
            schema = batch.schema.append(pa.field(ROW, pa.int32(), nullable=False))
            batch = pa.RecordBatch.from_arrays(batch.columns + [indexes], schema=schema)
        return self._body(batch.schema, (batch,))

    def reader(self, path):
        """A new iterator of a file's batches."""
        import pyarrow as pa

        with pa.memory_map(path) as file:
            yield from pa.ipc.open_stream(file)

    def writer(self, path, schema):
        """A writer of batches to a file."""
        return _ArrowFile(path, schema)

    def _open(self, body):
        import pyarrow as pa

        return pa.ipc.open_stream(pa.py_buffer(body))

    def _body(self, schema, batches):
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, schema) as stream:
            for batch in batches:
                stream.write_batch(batch)
        return sink.getvalue()


class _ArrowFile:
    def __init__(self, path, schema):
        import pyarrow as pa

        self.count = 0
        self._file = pa.OSFile(path, "wb")
        self._stream = pa.ipc.new_stream(self._file, schema)

    def write(self, batch):
        self.count += batch.num_rows
        self._stream.write(batch)

    def close(self):
        self._stream.close()
        self._file.close()


EXCHANGES = {"rows": RowExchange(), "arrow": ArrowExchange()}

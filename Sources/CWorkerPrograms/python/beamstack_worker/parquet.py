"""Parquet files: read by row groups and by the columns that are needed, written in row groups of bounded size."""

from beamstack_worker import files
from beamstack_worker.tasks import Output, Sink, Source, TaskError, task

# Rows of a batch: at most so many, fewer where they are long.
BATCH_ROWS = 65_536
BATCH_BYTES = 16 << 20
# Neighbouring row groups that are smaller than this together are one partition.
PARTITION_BYTES = 16 << 20
ROW_GROUP_ROWS = 1 << 20
ROW_GROUP_BYTES = 128 << 20


@task("parquet.read")
class Read(Source):
    """Reads the files of a path, a pattern or a folder; the folders' `key=value` names are columns, too."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        from beamstack_worker.parquet_dataset import Dataset

        self._dataset = Dataset(files.find(config["path"], expands_folders=True), config.get("columns"))
        self._current = None

    def outputs(self):
        return [Output(self._dataset.schema)]

    def partitions(self):
        from beamstack_worker.parquet_pruning import Pruning

        pruning = Pruning(self._dataset.schema, self.comparisons)
        partitions = []
        for index, file in enumerate(self._dataset.files):
            if not pruning.may_have(file.keys):
                continue
            for first, last, size, rows in file.row_group_runs(pruning, self.columns, PARTITION_BYTES):
                partitions.append({"file": index, "groups": [first, last], "bytes": size, "rows": rows})
        return partitions

    def read(self, partition):
        file = self._dataset.files[partition["file"]]
        if self._current not in (None, file):
            # There may be more files than a process may have open.
            self._current.close()
        self._current = file
        yield from file.batches(range(*partition["groups"]), self._dataset.selected(self.columns), BATCH_ROWS,
                                BATCH_BYTES)

    def close(self):
        self._dataset.close()


CODECS = {"snappy": "snappy", "zstd": "zstd", "gzip": "gzip", "brotli": "brotli", "lz4": "lz4", "none": "none"}


@task("parquet.write")
class Write(Sink):
    """Writes all rows into files that appear together."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        from beamstack_worker.columnar_types import written_schema

        self._schema = written_schema(inputs[0], "Parquet")
        if not self._schema.names:
            raise TaskError("unsupported-column-type", "rows without fields have no form in Parquet")
        self._codec = str(config.get("compression") or "snappy").lower()
        if self._codec not in CODECS:
            raise TaskError("invalid-configuration", f"'{self._codec}' is no compression of Parquet files",
                            path=["compression"], hint="write one of " + ", ".join(CODECS))
        self._shards = None

    def open(self):
        self._shards = files.Shards(self.config["path"], files.shard_count(self.config), self._writer)

    def _writer(self, output):
        return RowGroupWriter(output, self._schema, CODECS[self._codec])

    def write(self, batch):
        from beamstack_worker.columnar_types import as_written

        self._shards.write(as_written(batch, self._schema))

    def prepare(self):
        return self._shards.finish()

    def commit(self):
        return self._shards.commit()

    def abort(self):
        if self._shards is not None:
            self._shards.abort()


class RowGroupWriter:
    """Collects batches until a row group is large enough to be read well, and small enough for memory."""

    def __init__(self, output, schema, codec):
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = schema
        self._pending = []
        self._rows = 0
        self._bytes = 0
        # Microseconds need no coercion, and without the Arrow schema durations would be bare numbers.
        self._writer = pq.ParquetWriter(pa.PythonFile(_Outlet(output), "w"), schema, compression=codec)

    def write(self, batch):
        self._pending.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= ROW_GROUP_ROWS or self._bytes >= ROW_GROUP_BYTES:
            self._flush()

    def _flush(self):
        import pyarrow as pa

        table = pa.Table.from_batches(self._pending, self._schema)
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._pending = []
        self._rows = self._bytes = 0

    def close(self):
        if self._pending:
            self._flush()
        self._writer.close()


class _Outlet:
    """What `pyarrow` asks of a file to write to."""

    closed = False

    def __init__(self, output):
        self._output = output

    def write(self, data):
        return self._output.write(data)

    def tell(self):
        return self._output.size

    def flush(self):
        """The output decides when."""

    def writable(self):
        return True

    def readable(self):
        return False

    def seekable(self):
        return False

    def close(self):
        self.closed = True

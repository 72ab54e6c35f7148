"""Objects as bytes, for the readers and writers of the engine itself."""

from beamstack_worker import files
from beamstack_worker.tasks import Output, Sink, Source, task

# Bytes of one batch: a range that the engine asks for comes in several.
CHUNK = 1 << 20


@task("object_store.read")
class Read(Source):
    """Finds the objects that a path or pattern stands for, as partitions; reads ranges of them.

    The engine makes the partitions that it reads itself: `path`, `size`, `offset`, `length`.
    """

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        self._open = None

    def outputs(self):
        import pyarrow as pa

        return [Output(pa.schema([pa.field("bytes", pa.binary(), nullable=False)]))]

    def partitions(self):
        return [{"path": file.path, "bytes": file.size, "modified": file.modified}
                for file in files.find(self.config["path"])]

    def read(self, partition):
        import pyarrow as pa

        path, size = partition["path"], partition["size"]
        if self._open is None or self._open.url != path:
            from beamstack_worker.s3 import ObjectReader

            self._open = ObjectReader(path, size)
        self._open.seek(partition["offset"])
        data = memoryview(self._open.read(partition["length"]))
        for start in range(0, len(data), CHUNK):
            yield pa.record_batch([pa.array([data[start : start + CHUNK]], pa.binary())], ["bytes"])


@task("object_store.write")
class Write(Sink):
    """Uploads pieces of objects: rows of `path` and `bytes`, those of one object in their order."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        self._outputs = {}

    def write(self, batch):
        for path, data in zip(batch.column("path").to_pylist(), batch.column("bytes")):
            if path not in self._outputs:
                self._outputs[path] = files.create(path)
            self._outputs[path].write(data.as_buffer())

    def prepare(self):
        for output in self._outputs.values():
            output.finish()
        return sum(output.size for output in self._outputs.values())

    def commit(self):
        return [output.commit() for output in self._outputs.values()]

    def abort(self):
        outputs, self._outputs = self._outputs, {}
        files.abort_all(outputs.values())

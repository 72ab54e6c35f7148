"""What the tests of columnar files share."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Sources/CWorkerPrograms/python"))

from beamstack_worker.tasks import Context, TaskError  # noqa: E402


class FileCase(unittest.TestCase):
    """A folder, and tasks run as the host does. Subclasses set `reader` and `writer`."""

    reader = None
    writer = None
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def open(self, path, columns=None, comparisons=(), prunes=False, **config):
        task = self.reader(dict(config, path=str(path)), [], Context())
        if columns is not None or comparisons or prunes:
            task.prune(columns, list(comparisons))
        return task

    def batches(self, *args, **config):
        """The batches of a read, checked against what it says of itself."""
        task = self.open(*args, **config)
        schema = task.outputs()[0].schema
        batches = [batch for partition in task.partitions() for batch in task.read(partition)]
        for batch in batches:
            batch.validate(full=True)
            if task.columns is None:
                self.assertTrue(batch.schema.equals(schema), f"{batch.schema}\n{schema}")
        task.close()
        return batches

    def rows(self, *args, **config):
        return [row for batch in self.batches(*args, **config) for row in batch.to_pylist()]

    def schema(self, path, **config):
        task = self.open(path, **config)
        schema = task.outputs()[0].schema
        task.close()
        return schema

    def write(self, path, table, ending="commit", **config):
        import pyarrow as pa

        task = self.writer(dict(config, path=str(path)), [table.schema], Context())
        task.open()
        batches = table.to_batches(max_chunksize=1000) if isinstance(table, pa.Table) else [table]
        for batch in batches:
            task.write(batch)
        if ending == "abort":
            task.abort()
            return []
        task.prepare()
        return task.commit()

    def assertRefused(self, code, *parts, call):
        with self.assertRaises(TaskError) as caught:
            call()
        self.assertEqual(caught.exception.code, code, caught.exception.message)
        for part in parts:
            self.assertIn(part, caught.exception.message)
        return caught.exception

    def names(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

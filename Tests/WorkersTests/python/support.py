"""What tests of the worker share: the package on the path, and a host that drives a real worker process."""

import os
import subprocess
import sys

PACKAGE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../../Sources/CWorkerPrograms/python"))
if PACKAGE not in sys.path:
    sys.path.insert(0, PACKAGE)

from beamstack_worker import arrow, arrow_writer  # noqa: E402
from beamstack_worker.frames import Channel  # noqa: E402
from beamstack_worker.values import ANY, Batch, Field, Schema  # noqa: E402

# The host's descriptors may have any number here: the child moves them to 3 and 4 before it becomes a worker.
_BOOT = """
import os, sys
low = [os.dup(int(text)) for text in sys.argv[1:3]]
while min(low) < 5: low = [os.dup(number) for number in low]
os.dup2(low[0], 3); os.dup2(low[1], 4)
os.closerange(5, 64)
sys.path.insert(0, sys.argv[3])
from beamstack_worker.worker import main
main()
"""


class Host:
    """A worker process and the host's side of its pipes."""

    def __init__(self, python=sys.executable):
        from_host, to_worker = os.pipe()
        from_worker, to_host = os.pipe()
        command = [python, "-I", "-X", "utf8", "-u", "-c", _BOOT, str(from_host), str(to_host), PACKAGE]
        self.child = subprocess.Popen(
            command,
            pass_fds=(from_host, to_host),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        os.close(from_host)
        os.close(to_host)
        self._to_worker = to_worker
        self._from_worker = from_worker
        self.channel = Channel(from_worker, to_worker)
        self.hello = self.channel.read()[0]["hello"]

    def call(self, header, bodies=()):
        """Sends a request and takes one reply."""
        self.channel.write(header, bodies)
        return self.channel.read()

    def open(self, name, config, schemas, task=1):
        """Opens a task; returns the reply's header."""
        request = {"op": "open", "task": task, "name": name, "config": config, "folder": ".", "temporary": "/tmp"}
        return self.call(request, [arrow_writer.encode(schema) for schema in schemas])[0]

    def process(self, batch, task=1):
        """Has a batch processed; returns the reply's header and the batches that came."""
        body = arrow_writer.encode(batch.schema, [batch])
        header, bodies = self.call({"op": "process", "task": task, "input": 0}, [body])
        return header, [arrow.decode(body)[1][0] for body in bodies]

    def end(self):
        """Closes the pipes; returns the exit status and what was printed."""
        if self._to_worker is not None:
            os.close(self._to_worker)
            self._to_worker = None
            output, errors = self.child.communicate(timeout=20)
            os.close(self._from_worker)
            self.result = self.child.returncode, output.decode(), errors.decode()
        return self.result

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def batch_of(types, columns):
    """A batch from types and columns by name."""
    return Batch(Schema([Field(name, type) for name, type in types.items()]), list(columns.values()))


def functions(*specs, **common):
    """The configuration of `functions.rows`."""
    defaults = {"language": "python", "form": "callable", "path": "pipelines/x.yaml", "line": 14}
    return {
        "functions": [{**defaults, **common, **spec} for spec in specs],
        "outputNames": [f"f{index}" for index in range(len(specs))],
    }


def apply(batch, *specs, types=None, **common):
    """Runs functions in this process; returns the columns, and failures as (row, type, message)."""
    from beamstack_worker.functions import RowFunctions
    from beamstack_worker.tasks import Context

    fields = [Field(f"f{index}", type) for index, type in enumerate(types or [ANY] * len(specs))]
    task = RowFunctions(functions(*specs, **common), [batch.schema, Schema(fields)], Context())
    needed = task.needs()[0]
    if needed is not None:
        names = [name for name in batch.schema.names if name in needed]
        batch = Batch(
            Schema([batch.schema[name] for name in names]), [batch.column(name) for name in names], batch.count
        )
    result = task.process(batch)
    task.close()
    # What cannot be encoded is no value of a column.
    body = arrow_writer.encode(result.batches[0].schema, result.batches)
    columns = arrow.decode(body)[1][0].columns
    return columns, [(f.row, type(f.error).__name__, str(f.error)) for f in result.failures]

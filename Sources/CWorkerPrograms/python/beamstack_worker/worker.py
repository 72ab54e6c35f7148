"""The worker's loop: requests of the host come in, the tasks that it opened answer."""

import importlib
import os
import sys

from beamstack_worker.exchange import EXCHANGES
from beamstack_worker.frames import Channel, EndOfInput
from beamstack_worker.tasks import REGISTRY, Context, TaskError
from beamstack_worker.traces import message_of, trace_of

PROTOCOL = 1

# The module that registers the tasks of a prefix.
TASK_MODULES = {
    "anomaly": "anomaly",
    "avro": "avro",
    "databases": "databases",
    "embeddings": "embeddings",
    "enrichment": "enrichment",
    "functions": "functions",
    "inference": "inference",
    "mltransform": "mltransform",
    "mongodb": "mongodb",
    "object_store": "object_store",
    "parquet": "parquet",
    "transforms": "transforms",
    "vector_stores": "vector_stores",
    "web": "web",
}


class Opened:
    """A task and what the loop must remember of it."""

    def __init__(self, task):
        self.task = task
        self.exchange = EXCHANGES[task.exchange]
        self.is_loaded = False
        self.is_writing = False

    def loaded(self):
        """The task, ready to work."""
        if not self.is_loaded:
            self.is_loaded = True
            self.task.open()
        return self.task


def _described(output):
    described = {"name": output.name, "extendsInput": output.extends_input}
    # The type of elements that are no rows, which a later transform is given back.
    if getattr(output, "bare", None):
        described["bare"] = output.bare
    return described


class Worker:
    """Answers requests, one after the other."""

    def __init__(self, channel):
        self._channel = channel
        self._tasks = {}

    def serve(self):
        """Works until the host closes its end."""
        version = ".".join(map(str, sys.version_info[:3]))
        self._channel.write({"hello": {"python": version, "protocol": PROTOCOL}})
        while True:
            try:
                request, bodies = self._channel.read()
            except EndOfInput:
                break
            try:
                header, replies = self._answer(request, bodies)
            except BaseException as error:
                # Code of a person's may raise anything, 'SystemExit' included: the worker goes on.
                header, replies = {"error": describe(error)}, ()
            # The log's lines come before the answer to what printed them.
            flush()
            self._channel.write(header, replies)
            # Batches must not live until the next one has come.
            request = bodies = header = replies = None
        self._end()

    def _answer(self, request, bodies):
        handler = getattr(self, "_do_" + request["op"], None)
        if handler is None:
            raise ValueError(f"an unknown request '{request['op']}'")
        reply, *replies = handler(request, bodies)
        return dict({"ok": True}, **reply), replies

    def _do_open(self, request, bodies):
        name = request["name"]
        if name not in REGISTRY:
            prefix = name.partition(".")[0]
            importlib.import_module("beamstack_worker." + TASK_MODULES.get(prefix, prefix))
        cls = REGISTRY[name]
        exchange = EXCHANGES[cls.exchange]
        context = Context(request.get("folder") or ".", request.get("temporary") or "/tmp", _log)
        task = cls(request["config"], [exchange.schema(body) for body in bodies], context)
        outputs = task.outputs()
        self._tasks[request["task"]] = Opened(task)
        reply = {
            "mode": getattr(task, "mode", "elementwise"),
            "wantsTime": bool(getattr(task, "wants_time", False)),
            "outputs": [_described(output) for output in outputs],
            "needs": [None if names is None else list(names) for names in task.needs()],
        }
        reason = getattr(task, "mode_reason", None)
        if reason:
            reply["reason"] = reason
        return [reply] + [exchange.schema_body(output.schema) for output in outputs]

    def _do_process(self, request, bodies):
        opened = self._tasks[request["task"]]
        result = opened.loaded().process(opened.exchange.batch(bodies[0]), request.get("input", 0))
        rows = result.rows or [None] * len(result.batches)
        present = [batch is not None for batch in result.batches]
        failures = [
            {
                "row": int(failure.row),
                "type": type(failure.error).__name__,
                "message": message_of(failure.error),
                "trace": failure.trace,
                "function": getattr(failure, "function", 0),
            }
            for failure in result.failures
        ]
        reply = {"present": present, "rows": [row is not None for row in rows], "failures": failures}
        parts = [opened.exchange.body(*part) for part in zip(result.batches, rows) if part[0] is not None]
        return [reply] + parts

    def _do_run(self, request, bodies):
        opened = self._tasks[request["task"]]
        task = opened.loaded()

        def reader(path):
            return lambda: opened.exchange.reader(path)

        schemas = [output.schema for output in task.outputs()]
        writers = [opened.exchange.writer(*part) for part in zip(request["outputs"], schemas)]
        try:
            task.run([reader(path) for path in request["inputs"]], writers)
        finally:
            for writer in writers:
                writer.close()
        return [{"counts": [writer.count for writer in writers]}]

    def _do_prune(self, request, bodies):
        self._tasks[request["task"]].task.prune(request.get("columns"), request.get("comparisons", []))
        return [{}]

    def _do_partitions(self, request, bodies):
        return [{"partitions": self._tasks[request["task"]].loaded().partitions()}]

    def _do_read(self, request, bodies):
        opened = self._tasks[request["task"]]
        for batch in opened.loaded().read(request["partition"]):
            body = opened.exchange.body(batch)
            flush()
            self._channel.write({"ok": True, "more": True}, [body])
        return [{"more": False}]

    def _do_write(self, request, bodies):
        opened = self._tasks[request["task"]]
        opened.is_writing = True
        opened.loaded().write(opened.exchange.batch(bodies[0]))
        return [{}]

    def _do_prepare(self, request, bodies):
        opened = self._tasks[request["task"]]
        # A sink that got no rows writes all the same: an empty file, a table's truncation.
        opened.is_writing = True
        return [{"bytes": int(opened.loaded().prepare() or 0)}]

    def _do_commit(self, request, bodies):
        opened = self._tasks[request["task"]]
        written = opened.loaded().commit()
        opened.is_writing = False
        return [{"written": [str(name) for name in written or []]}]

    def _do_abort(self, request, bodies):
        opened = self._tasks[request["task"]]
        opened.is_writing = False
        opened.task.abort()
        return [{}]

    def _do_close(self, request, bodies):
        opened = self._tasks.pop(request["task"], None)
        if opened and opened.is_loaded:
            opened.task.close()
        return [{}]

    def _end(self):
        """Leaves the world as it was where the host has gone without a word."""
        for opened in self._tasks.values():
            try:
                if opened.is_writing:
                    opened.task.abort()
                if opened.is_loaded:
                    opened.task.close()
            except Exception as error:
                print(f"{type(error).__name__}: {message_of(error)}", file=sys.stderr)
        flush()


def describe(error):
    """An exception as the host wants it."""
    if isinstance(error, TaskError):
        return {
            "code": error.code,
            "message": error.message,
            "path": error.path,
            "hint": error.hint,
            "notes": error.notes,
        }
    return {
        "code": "worker-failed",
        "type": type(error).__name__,
        "message": message_of(error),
        "trace": trace_of(error),
    }


def flush():
    """Sends on what a person's code has printed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            # Closed or replaced by the person's code: there is nothing to send.
            pass


def _log(message):
    print(message)


def main(input=3, output=4):
    """Serves the host on two descriptors until it closes the first."""
    import signal

    # Ctrl-C is the host's business: it ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A line at a time, however the interpreter was started: one write for each, and none late.
    sys.stdout.reconfigure(line_buffering=True, write_through=False)
    Worker(Channel(input, output)).serve()
    # Threads and finalisers of other people's libraries must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()

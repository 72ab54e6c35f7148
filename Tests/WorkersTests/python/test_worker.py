"""The loop, driven through a real process and its pipes."""

import os
import sys
import tempfile
import textwrap
import unittest

from support import Host, arrow, arrow_writer, batch_of, functions
from beamstack_worker.values import ANY, INT64, Batch, Field, Schema

NUMBERS = batch_of({"id": INT64}, {"id": [1, 2, 3]})
RESULT = Schema([Field("f0", ANY)])


class WorkerTests(unittest.TestCase):
    def test_a_task_from_opening_to_closing(self):
        with Host() as host:
            self.assertEqual(host.hello, {"python": "%d.%d.%d" % sys.version_info[:3], "protocol": 1})
            opened = host.open(
                "functions.rows", functions({"source": "lambda row: row.id * 2"}), [NUMBERS.schema, RESULT]
            )
            bodies = opened.pop("bodies")
            self.assertEqual(len(bodies), 1)
            self.assertEqual(
                opened,
                {
                    "ok": True,
                    "mode": "elementwise",
                    "wantsTime": False,
                    "needs": [["id"]],
                    "outputs": [{"name": "output", "extendsInput": False}],
                },
            )
            reply, batches = host.process(NUMBERS)
            reply.pop("bodies")
            self.assertEqual(reply, {"ok": True, "present": [True], "rows": [False], "failures": []})
            self.assertEqual(batches[0].column("f0"), [2, 4, 6])
            self.assertEqual(host.process(Batch(NUMBERS.schema, [[]], 0))[1][0].count, 0)
            self.assertEqual(host.call({"op": "close", "task": 1})[0], {"ok": True})
        self.assertEqual(host.end(), (0, "", ""))

    def test_printing_goes_to_the_log_before_the_reply(self):
        source = textwrap.dedent("""\
            import os
            def f(row):
              print('row', row.id)
              print('x', end='')
              os.system('echo child')
              return 1
            """)
        with Host() as host:
            host.open("functions.rows", functions({"source": source}), [NUMBERS.schema, RESULT])
            host.process(NUMBERS)
        status, output, errors = host.end()
        self.assertEqual((status, errors), (0, ""))
        words = ["row", "1", "row", "2", "row", "3"] + ["child"] * 3
        self.assertEqual(sorted(output.replace("x", "").split()), sorted(words))

    def test_children_do_not_hold_the_pipes(self):
        source = textwrap.dedent("""\
            import subprocess
            def f(row):
              return subprocess.run(["ls", "-1", "/proc/self/fd"], capture_output=True, text=True).stdout.split()
            """)
        if not os.path.isdir("/proc/self/fd"):
            self.skipTest("no /proc here")
        with Host() as host:
            host.open("functions.rows", functions({"source": source}), [NUMBERS.schema, RESULT])
            (batch,) = host.process(NUMBERS)[1]
        # 3 is the folder that is listed.
        self.assertEqual(batch.column("f0")[0], ["0", "1", "2", "3"])

    def test_failing_rows(self):
        with Host() as host:
            host.open(
                "functions.rows", functions({"source": "lambda row: 1 // (row.id - 2)"}), [NUMBERS.schema, RESULT]
            )
            reply, batches = host.process(NUMBERS)
        self.assertEqual(
            reply["failures"],
            [
                {
                    "row": 1,
                    "type": "ZeroDivisionError",
                    "message": "integer division or modulo by zero",
                    "function": 0,
                    "trace": 'Traceback (most recent call last):\n  File "pipelines/x.yaml", line 14, in <lambda>\n'
                    "ZeroDivisionError: integer division or modulo by zero",
                }
            ],
        )
        self.assertEqual(batches[0].column("f0"), [-1, None, 1])

    def test_errors_leave_the_worker_usable(self):
        with Host() as host:
            reply = host.open("functions.rows", functions({"source": "lambda"}), [NUMBERS.schema, RESULT])
            self.assertEqual((reply["error"]["code"], reply["error"]["path"]), ("invalid-callable", ["functions", "0"]))
            reply = host.open("functions.rows", functions({"source": "lambda row: exit(3)"}), [NUMBERS.schema, RESULT])
            self.assertEqual(reply["mode"], "elementwise")
            reply, _ = host.process(NUMBERS)
            self.assertEqual((reply["error"]["code"], reply["error"]["type"]), ("worker-failed", "SystemExit"))
            reply, _ = host.call({"op": "dance"})
            self.assertEqual(
                (reply["error"]["type"], reply["error"]["message"]), ("ValueError", "an unknown request 'dance'")
            )
            reply, _ = host.call({"op": "process", "task": 1}, [b"garbage"])
            self.assertEqual(reply["error"]["code"], "worker-failed")
            self.assertEqual(host.process(NUMBERS)[0]["error"]["type"], "SystemExit")

    def test_modules_beside_the_pipeline(self):
        with tempfile.TemporaryDirectory() as folder, Host() as host:
            with open(os.path.join(folder, "beside.py"), "w") as file:
                file.write("def f(row):\n  return row.id + 1\n")
            request = {
                "op": "open",
                "task": 1,
                "name": "functions.rows",
                "folder": folder,
                "temporary": folder,
                "config": functions({"form": "name", "source": "beside.f"}),
            }
            host.call(request, [arrow_writer.encode(NUMBERS.schema), arrow_writer.encode(RESULT)])
            self.assertEqual(host.process(NUMBERS)[1][0].column("f0"), [2, 3, 4])

    def test_an_interrupt_is_not_for_workers(self):
        import signal

        with Host() as host:
            os.kill(host.child.pid, signal.SIGINT)
            reply = host.open("functions.rows", functions({"source": "lambda row: 1"}), [NUMBERS.schema, RESULT])
            self.assertTrue(reply["ok"])
        self.assertEqual(host.end()[0], 0)


class TaskKindTests(unittest.TestCase):
    """Sources, sinks and collection tasks, with tasks made for the test."""

    MODULE = textwrap.dedent("""\
        from beamstack_worker.tasks import Output, Result, Sink, Source, Transform, task
        from beamstack_worker.values import INT64, STRING, Batch, Field, Schema

        SCHEMA = Schema([Field("id", INT64)])

        @task("kinds.count")
        class Count(Source):
            exchange = "rows"
            def outputs(self):
                return [Output(SCHEMA)]
            def partitions(self):
                return [{"from": 0, "bytes": 16, "rows": 2}, {"from": 2}]
            def read(self, partition):
                for start in (0, 10):
                    print("reading", start)
                    yield Batch(SCHEMA, [[partition["from"] + start, len(self.comparisons)]])

        @task("kinds.log")
        class Log(Sink):
            exchange = "rows"
            def open(self):
                self.rows = []
            def write(self, batch):
                self.rows += batch.column("id")
            def prepare(self):
                return 8 * len(self.rows)
            def commit(self):
                return self.rows
            def abort(self):
                print("aborted", self.rows)

        @task("kinds.reverse")
        class Reverse(Transform):
            exchange = "rows"
            mode = "collection"
            def outputs(self):
                return [Output(self.inputs[0]), Output(SCHEMA, "empty")]
            def run(self, inputs, outputs):
                (batches,) = inputs
                rows = [row for batch in batches() for row in batch.column(0)]
                assert rows == [row for batch in batches() for row in batch.column(0)]
                outputs[0].write(Batch(self.inputs[0], [rows[::-1]]))

        @task("kinds.repeat")
        class Repeat(Transform):
            exchange = "rows"
            def outputs(self):
                return [Output(SCHEMA), Output(SCHEMA, "none")]
            def process(self, batch, input=0):
                ids = batch.column("id")
                rows = [row for row, id in enumerate(ids) for _ in range(id)]
                return Result([Batch(SCHEMA, [[ids[row] for row in rows]]), None], [rows, None])
        """)

    def host(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(os.path.join(folder.name, "kinds.py"), "w") as file:
            file.write(self.MODULE)
        host = Host()
        self.addCleanup(host.end)
        # Loads the test's tasks into the worker: a callable's text runs when it is opened.
        text = f"import sys\nsys.path.append({folder.name!r})\nimport kinds\nlambda row: 1"
        self.assertTrue(
            host.open("functions.rows", functions({"source": text}), [NUMBERS.schema, RESULT], task=9)["ok"]
        )
        return host

    def test_source(self):
        host = self.host()
        host.open("kinds.count", {}, [])
        self.assertEqual(
            host.call({"op": "prune", "task": 1, "columns": ["id"], "comparisons": [["id", ">", 1]]})[0], {"ok": True}
        )
        reply, _ = host.call({"op": "partitions", "task": 1})
        self.assertEqual(reply["partitions"], [{"from": 0, "bytes": 16, "rows": 2}, {"from": 2}])
        host.channel.write({"op": "read", "task": 1, "partition": {"from": 2}})
        replies = [host.channel.read() for _ in range(3)]
        self.assertEqual([reply["more"] for reply, _ in replies], [True, True, False])
        self.assertEqual([arrow.decode(bodies[0])[1][0].column(0) for _, bodies in replies[:2]], [[2, 1], [12, 1]])

    def test_sink(self):
        host = self.host()
        host.open("kinds.log", {}, [NUMBERS.schema])
        body = arrow_writer.encode(NUMBERS.schema, [NUMBERS])
        self.assertEqual(host.call({"op": "write", "task": 1}, [body])[0], {"ok": True})
        self.assertEqual(host.call({"op": "prepare", "task": 1})[0], {"ok": True, "bytes": 24})
        self.assertEqual(host.call({"op": "commit", "task": 1})[0], {"ok": True, "written": ["1", "2", "3"]})
        self.assertEqual(host.end()[1], "")

    def test_a_sink_is_undone_where_the_host_goes_away(self):
        host = self.host()
        host.open("kinds.log", {}, [NUMBERS.schema])
        host.call({"op": "write", "task": 1}, [arrow_writer.encode(NUMBERS.schema, [NUMBERS])])
        self.assertEqual(host.end()[:2], (0, "aborted [1, 2, 3]\n"))

    def test_collection(self):
        host = self.host()
        self.assertEqual(host.open("kinds.reverse", {}, [NUMBERS.schema])["mode"], "collection")
        paths = [os.path.join(self.folder, name) for name in ("in", "out", "empty")]
        writer = arrow_writer.StreamWriter(NUMBERS.schema)
        with open(paths[0], "wb") as file:
            file.write(writer.start() + b"".join(b"".join(map(bytes, writer.batch(NUMBERS))) for _ in range(2)))
            file.write(arrow.END_OF_STREAM)
        reply, _ = host.call({"op": "run", "task": 1, "inputs": paths[:1], "outputs": paths[1:]})
        self.assertEqual(reply, {"ok": True, "counts": [6, 0]})
        with open(paths[1], "rb") as file:
            (batch,) = arrow.StreamReader(file.read)
        self.assertEqual(batch.column(0), [3, 2, 1, 3, 2, 1])
        with open(paths[2], "rb") as file:
            self.assertEqual(list(arrow.StreamReader(file.read)), [])

    def test_rows_of_other_numbers_name_their_source(self):
        host = self.host()
        host.open("kinds.repeat", {}, [NUMBERS.schema])
        reply, (batch,) = host.process(NUMBERS)
        self.assertEqual((reply["present"], reply["rows"]), ([True, False], [True, False]))
        self.assertEqual(batch.schema.names, ["id", "__beamstack_row"])
        self.assertEqual(batch.schema["__beamstack_row"].type.kind, "int32")
        self.assertEqual(batch.columns, [[1, 2, 2, 3, 3, 3], [0, 1, 1, 2, 2, 2]])


@unittest.skipUnless(os.environ.get("BEAMSTACK_TEST_PYARROW"), "BEAMSTACK_TEST_PYARROW names no Python with pyarrow")
class ArrowExchangeTests(unittest.TestCase):
    """Tasks that exchange `pyarrow` objects."""

    MODULE = textwrap.dedent("""\
        import pyarrow as pa
        import pyarrow.compute as pc
        from beamstack_worker.tasks import Output, Result, Source, TaskError, Transform, task

        SCHEMA = pa.schema([pa.field("double", pa.int64())])

        @task("arrows.double")
        class Double(Transform):
            def __init__(self, config, inputs, context):
                super().__init__(config, inputs, context)
                if "fail" in config:
                    raise TaskError("invalid-configuration", "no", path=["fail", 1], hint="yes", notes=["perhaps"])
            def outputs(self):
                return [Output(SCHEMA, extends_input=True), Output(self.inputs[0], "odd")]
            def process(self, batch, input=0):
                ids = batch.column("id")
                odd = pa.array([row for row in range(len(ids)) if ids[row].as_py() % 2], pa.int64())
                doubled = pa.RecordBatch.from_arrays([pc.multiply(ids, 2)], schema=SCHEMA)
                return Result([doubled, batch.take(odd)], [None, odd])

        @task("arrows.all")
        class All(Transform):
            mode = "collection"
            def outputs(self):
                return [Output(self.inputs[0])]
            def run(self, inputs, outputs):
                for batch in inputs[0]():
                    outputs[0].write(batch)

        @task("arrows.read")
        class Read(Source):
            def outputs(self):
                return [Output(SCHEMA)]
            def read(self, partition):
                yield pa.RecordBatch.from_arrays([pa.array([1, None, 3])], schema=SCHEMA)
        """)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(os.path.join(folder.name, "arrows.py"), "w") as file:
            file.write(self.MODULE)
        self.host = Host(os.environ["BEAMSTACK_TEST_PYARROW"])
        self.addCleanup(self.host.end)
        text = f"import sys\nsys.path.append({folder.name!r})\nimport arrows\nlambda row: 1"
        config = functions({"source": text})
        self.assertTrue(self.host.open("functions.rows", config, [NUMBERS.schema, RESULT], task=9)["ok"])

    def test_transform(self):
        opened = self.host.open("arrows.double", {}, [NUMBERS.schema])
        self.assertEqual([output["extendsInput"] for output in opened["outputs"]], [True, False])
        reply, (doubled, odd) = self.host.process(NUMBERS)
        self.assertEqual((reply["present"], reply["rows"]), ([True, True], [False, True]))
        self.assertEqual((doubled.columns, odd.columns), ([[2, 4, 6]], [[1, 3], [0, 2]]))
        reply, batches = self.host.process(Batch(NUMBERS.schema, [[]], 0))
        self.assertEqual([batch.count for batch in batches], [0, 0])

    def test_collection(self):
        self.host.open("arrows.all", {}, [NUMBERS.schema])
        paths = [os.path.join(self.folder, name) for name in ("in", "out")]
        with open(paths[0], "wb") as file:
            file.write(arrow_writer.encode(NUMBERS.schema, [NUMBERS, NUMBERS]))
        reply, _ = self.host.call({"op": "run", "task": 1, "inputs": paths[:1], "outputs": paths[1:]})
        self.assertEqual(reply, {"ok": True, "counts": [6]})
        with open(paths[1], "rb") as file:
            self.assertEqual([batch.column(0) for batch in arrow.StreamReader(file.read)], [[1, 2, 3]] * 2)

    def test_source(self):
        self.host.open("arrows.read", {}, [])
        self.assertEqual(self.host.call({"op": "partitions", "task": 1})[0]["partitions"], [{}])
        reply, bodies = self.host.call({"op": "read", "task": 1, "partition": {}})
        self.assertEqual(arrow.decode(bodies[0])[1][0].columns, [[1, None, 3]])
        self.assertEqual(self.host.channel.read()[0], {"ok": True, "more": False})

    def test_errors_of_a_task(self):
        reply = self.host.open("arrows.double", {"fail": 1}, [NUMBERS.schema])
        self.assertEqual(
            reply,
            {
                "error": {
                    "code": "invalid-configuration",
                    "message": "no",
                    "path": ["fail", "1"],
                    "hint": "yes",
                    "notes": ["perhaps"],
                }
            },
        )


if __name__ == "__main__":
    unittest.main()

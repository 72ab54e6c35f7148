"""Expressions and callables in JavaScript; they need the package quickjs-ng."""

import unittest

from support import apply, batch_of
from beamstack_worker.tasks import TaskError
from beamstack_worker.times import Timestamp
from beamstack_worker.values import BYTES, DOUBLE, INT64, STRING, TIMESTAMP, list_of

try:
    import quickjs
except ImportError:
    quickjs = None

ROWS = batch_of(
    {"id": INT64, "name": STRING, "score": DOUBLE},
    {"id": [1, 2, 3], "name": ["ann", 'bo"b', "céline"], "score": [1.5, None, float("inf")]},
)


@unittest.skipIf(quickjs is None, "quickjs-ng is not installed")
class JavaScriptTests(unittest.TestCase):
    def apply(self, source, form="callable", batch=ROWS, **more):
        return apply(batch, {"source": source, "form": form, "language": "javascript", **more})

    def test_forms(self):
        cases = [
            ("expression", "id + 1", [2, 3, 4]),
            ("expression", "name.toUpperCase() + id", ["ANN1", 'BO"B2', "CÉLINE3"]),
            ("expression", "score === null ? 'none' : score > 2", [False, "none", True]),
            ("expression", "id / 2 // half", [0.5, 1, 1.5]),
            ("callable", "row => row.name.length", [3, 4, 6]),
            ("callable", "function (row) { return row['id'] * 2; };", [2, 4, 6]),
            ("callable", "(row) => { const {id} = row; return [id, [id]]; }", [[1, [1]], [2, [2]], [3, [3]]]),
            ("callable", "row => undefined", [None, None, None]),
            ("callable", "row => Object.keys(row)", [["id", "name", "score"]] * 3),
            ("callable", "row => 2n ** 40n", [2**40] * 3),
            ("callable", "row => row.score", [1.5, None, float("inf")]),
            ("callable", "row => new Date(row.id)", [f"1970-01-01T00:00:00.00{i}Z" for i in (1, 2, 3)]),
            ("callable", "row => new Map([['a', row.id]])", [{"a": 1}, {"a": 2}, {"a": 3}]),
            ("callable", "row => new Uint8Array([row.id])", [b"\1", b"\2", b"\3"]),
        ]
        for form, source, expected in cases:
            with self.subTest(source=source):
                self.assertEqual(self.apply(source, form), ([expected], []))

    def test_objects_are_rows(self):
        columns, failures = self.apply("row => ({a: row.id, b: {c: row.name}})")
        self.assertEqual(repr(columns[0][0]), "Row(a=1, b=Row(c='ann'))")

    def test_named_function_of_a_file(self):
        source = "function one(row) { return 1; }\nfunction two(row) { return 2; }"
        self.assertEqual(self.apply(source, functionName="one")[0], [[1, 1, 1]])

    def test_values_that_json_has_not(self):
        batch = batch_of(
            {"t": TIMESTAMP, "b": BYTES, "l": list_of(TIMESTAMP)},
            {"t": [Timestamp(1.5)], "b": [b"ab"], "l": [[Timestamp(0)]]},
        )
        columns, failures = self.apply("row => [row.t.getTime(), row.b, row.l[0].toISOString()]", batch=batch)
        self.assertEqual((columns, failures), ([[[1500, "ab", "1970-01-01T00:00:00.000Z"]]], []))

    def test_failing_rows(self):
        columns, failures = self.apply("row => {\n  return row.score.toFixed(1);\n}")
        self.assertEqual(columns, [["1.5", None, "Infinity"]])
        self.assertEqual(failures, [(1, "TypeError", "cannot read property 'toFixed' of null")])
        self.assertEqual(self.apply("row => { throw 'no'; }")[1][0], (0, "Error", "no"))

    def test_traces_show_the_file_of_the_pipeline(self):
        from beamstack_worker.functions import RowFunctions
        from beamstack_worker.tasks import Context
        from support import functions

        source = {"source": "row => {\n  return row.score.toFixed(1);\n}", "language": "javascript"}
        task = RowFunctions(functions(source), [ROWS.schema], Context())
        (failure,) = task.process(ROWS).failures
        first, second = failure.trace.split("\n")
        self.assertEqual(first, "TypeError: cannot read property 'toFixed' of null")
        self.assertRegex(second, r"^    at .*pipelines/x.yaml:15:\d+\)$")

    def test_code_that_cannot_run(self):
        for source, text in [
            ("row => {", "this is no JavaScript: SyntaxError"),
            ("42", "gives no function"),
            ("missing", "fails when it is loaded: ReferenceError: missing is not defined"),
        ]:
            with self.subTest(source=source), self.assertRaises(TaskError) as caught:
                self.apply(source)
            self.assertEqual(caught.exception.code, "invalid-callable")
            self.assertIn(text, caught.exception.message)

    def test_limits(self):
        from beamstack_worker.functions import RowFunctions
        from beamstack_worker.tasks import Context
        from support import functions

        config = functions({"source": "row => { while (row.id > 1); }", "language": "javascript"})
        task = RowFunctions(dict(config, timeout=0.2), [ROWS.schema], Context())
        with self.assertRaises(TaskError) as caught:
            task.process(ROWS)
        self.assertEqual(
            caught.exception.message, "the JavaScript code ran longer than 0.2 s; it was at row 1 of its batch"
        )
        fill = "while (row.id == 2) all.push('x'.repeat(1 << 20) + all.length);"
        columns, failures = self.apply("row => { const all = []; " + fill + " return 1; }")
        self.assertEqual((columns, [failure[:2] for failure in failures]), ([[1, None, 1]], [(1, "InternalError")]))


if __name__ == "__main__":
    unittest.main()

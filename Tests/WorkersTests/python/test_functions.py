"""Expressions, callables and combiners in Python."""

import sys
import textwrap
import unittest
import unittest.mock

from support import apply, batch_of
from beamstack_worker.functions import RowFunctions
from beamstack_worker.python_code import Code, fields_read, load_callable
from beamstack_worker.tasks import Context, TaskError
from beamstack_worker.values import (
    ANY,
    BOOLEAN,
    DOUBLE,
    INT64,
    STRING,
    Field,
    Schema,
    list_of,
    map_of,
    row_of,
)
from support import functions

PEOPLE = batch_of(
    {"id": INT64, "name": STRING, "score": DOUBLE},
    {"id": [1, 2, 3], "name": ["ann", "bob", "céline"], "score": [1.5, None, -2.0]},
)


class FormTests(unittest.TestCase):
    """What counts as a function."""

    CASES = [
        ("expression", "id + 1", [2, 3, 4]),
        ("expression", "name.upper() + str(id)", ["ANN1", "BOB2", "CÉLINE3"]),
        ("expression", "score if score is not None else 0.0", [1.5, 0.0, -2.0]),
        ("expression", "\n  [c for c in name\n   if c < 'c']\n", [["a"], ["b", "b"], []]),
        ("expression", "42  # the answer", [42, 42, 42]),
        ("callable", "lambda row: row.name[0]", ["a", "b", "c"]),
        ("callable", "lambda row: row['name'][0]", ["a", "b", "c"]),
        ("callable", "lambda row: row[0]", [1, 2, 3]),
        ("callable", "lambda r: len(r)", [3, 3, 3]),
        ("callable", "lambda row: sorted(row._asdict())", [["id", "name", "score"]] * 3),
        ("callable", "import re\nlambda row: re.sub('[aeiou]', '', row.name)", ["nn", "bb", "céln"]),
        ("callable", "  def f(row):\n    return row.id * 2\n", [2, 4, 6]),
        ("callable", "def twice(x):\n  return 2 * x\n\ndef f(row):\n  return twice(row.id)", [2, 4, 6]),
        ("callable", "def f(row, by=10):\n  return row.id * by", [10, 20, 30]),
        ("callable", "def f(*args):\n  return args[0].id", [1, 2, 3]),
        ("callable", "def f(row):\n  for part in row.name[:2]:\n    yield part", [["a", "n"], ["b", "o"], ["c", "é"]]),
        ("callable", "class F:\n  def __call__(self, row):\n    return row.id\nF()", [1, 2, 3]),
        ("callable", "f = lambda row: row.id", [1, 2, 3]),
        ("callable", "from functools import lru_cache\n@lru_cache\ndef f(row):\n  return row.id", [1, 2, 3]),
        ("callable", "lambda row: (\n    row.id +\n    1\n)", [2, 3, 4]),
        ("callable", "len", [3, 3, 3]),
        ("name", "builtins.len", [3, 3, 3]),
    ]

    def test_forms(self):
        for form, source, expected in self.CASES:
            with self.subTest(source=source):
                self.assertEqual(apply(PEOPLE, {"form": form, "source": source}), ([expected], []))

    def test_named_function_of_a_file(self):
        source = "def first(row):\n  return 1\n\ndef second(row):\n  return 2\n"
        self.assertEqual(apply(PEOPLE, {"source": source, "functionName": "first"})[0], [[1, 1, 1]])

    def test_values_of_all_kinds(self):
        cases = [
            ("(row.id, row.name)", [1, "ann"]),
            ("{'k': row.id}", {"k": 1}),
            ("{1, 1}", [1]),
            ("None", None),
            ("range(2)", [0, 1]),
            ("b'x'", b"x"),
            ("bytearray(b'x')", b"x"),
        ]
        for source, expected in cases:
            with self.subTest(source=source):
                columns, failures = apply(PEOPLE, {"source": f"lambda row: {source}"})
                self.assertEqual((columns[0][0], failures), (expected, []))

    def test_rows_as_results(self):
        sources = [
            "import collections\nP = collections.namedtuple('P', 'a b')\nlambda row: P(row.id, row.name)",
            "import typing\nclass P(typing.NamedTuple):\n  a: int\n  b: str\ndef f(row):\n  return P(row.id, row.name)",
            "import dataclasses\n@dataclasses.dataclass\nclass P:\n  a: int\n  b: str\nlambda row: P(row.id, row.name)",
        ]
        for source in sources:
            columns, failures = apply(PEOPLE, {"source": source})
            self.assertEqual(failures, [])
            self.assertEqual(columns[0][0].as_dict(), {"a": 1, "b": "ann"})
        declared = row_of([Field("b", STRING), Field("a", DOUBLE)])
        columns, failures = apply(PEOPLE, {"source": "lambda row: {'a': 1, 'b': 'x'}"}, types=[declared])
        self.assertEqual((repr(columns[0][0]), failures), ("Row(b='x', a=1.0)", []))

    def test_rows_of_beam_need_no_beam(self):
        with unittest.mock.patch.dict(sys.modules, {"apache_beam": None}):
            columns, failures = apply(PEOPLE, {"form": "expression", "source": "beam.Row(a=id, b=name)"})
            self.assertEqual((repr(columns[0][0]), failures), ("Row(a=1, b='ann')", []))
            with self.assertRaises(TaskError) as caught:
                apply(PEOPLE, {"form": "expression", "source": "beam.Row(a=beam.Create([id]))"})
        self.assertIn("not installed", caught.exception.message)


class FailureTests(unittest.TestCase):
    """Rows that fail, and code that cannot run at all."""

    def test_failing_rows_leave_the_others(self):
        calls = "calls = []\ndef f(row):\n  calls.append(row.id)\n  return 6 // (row.id - 2), len(calls)"
        columns, failures = apply(PEOPLE, {"source": calls})
        self.assertEqual(columns, [[[-6, 1], None, [6, 3]]], "each row is tried once")
        self.assertEqual(failures, [(1, "ZeroDivisionError", "integer division or modulo by zero")])

    def test_stop_iteration_ends_one_row_only(self):
        columns, failures = apply(PEOPLE, {"source": "lambda row: row.id if row.id != 2 else next(iter(()))"})
        self.assertEqual((columns[0], [failure[:2] for failure in failures]), ([1, None, 3], [(1, "StopIteration")]))

    def test_the_first_failing_function_is_told(self):
        sources = [f"lambda row: 1 / (row.id - {id})" for id in (1, 1, 3)]
        columns, failures = apply(PEOPLE, *[{"source": source} for source in sources])
        self.assertEqual([failure[0] for failure in failures], [0, 2])

    def test_traces_show_the_file_of_the_pipeline(self):
        source = textwrap.dedent("""\
            def inner(x):
              return 1 / x

            def f(row):
              return inner(row.id - 2)
            """)
        task = RowFunctions(
            functions({"source": source, "line": 30}), [PEOPLE.schema, Schema([Field("f0", ANY)])], Context()
        )
        (failure,) = task.process(PEOPLE).failures
        self.assertEqual(
            failure.trace.splitlines(),
            [
                "Traceback (most recent call last):",
                '  File "pipelines/x.yaml", line 34, in f',
                '  File "pipelines/x.yaml", line 31, in inner',
                "ZeroDivisionError: division by zero",
            ],
        )

    def test_declared_types_are_checked(self):
        cases = [
            (INT64, "row.id if row.id != 2 else 'x'", "'x' (str) where an int64 is declared"),
            (STRING, "'a' if row.id != 2 else 7", "7 (int) where a string is declared"),
            (DOUBLE, "row.id if row.id != 2 else '1'", "'1' (str) where a double is declared"),
            (BOOLEAN, "True if row.id != 2 else 1", "1 (int) where a boolean is declared"),
            (list_of(INT64), "[row.id] if row.id != 2 else ['a']", "'a' (str) where an int64 is declared"),
            (list_of(STRING), "['a'] if row.id != 2 else 'abc'", "'abc' (str) where a list<string> is declared"),
            (
                map_of(STRING, INT64),
                "{'a': 1} if row.id != 2 else {'a': 1.5}",
                "1.5 (float) where an int64 is declared",
            ),
            (INT64, "1 if row.id != 2 else 2 ** 63", "an integer of more than 64 bits"),
            (ANY, "1 if row.id != 2 else 2 ** 63", "an integer of more than 64 bits"),
            (
                ANY,
                "1 if row.id != 2 else object()",
                "a value of type 'object' has no place in a row; convert it, with 'str(…)' for instance",
            ),
            (
                ANY,
                "'a' if row.id != 2 else chr(0xd800)",
                "a text with the lone surrogate '\\ud800', which UTF-8 does not have",
            ),
        ]
        for type, source, message in cases:
            with self.subTest(source=source):
                columns, failures = apply(PEOPLE, {"source": f"lambda row: {source}"}, types=[type])
                self.assertEqual([(failure[0], failure[2]) for failure in failures], [(1, message)])
                self.assertIsNone(columns[0][1])
                self.assertIsNotNone(columns[0][2])

    def test_ints_are_doubles_where_declared(self):
        self.assertEqual(repr(apply(PEOPLE, {"source": "lambda row: row.id"}, types=[DOUBLE])[0]), "[[1.0, 2.0, 3.0]]")

    def test_null_where_none_may_be(self):
        task = RowFunctions(
            functions({"source": "lambda row: row.score"}),
            [PEOPLE.schema, Schema([Field("f0", DOUBLE, False)])],
            Context(),
        )
        self.assertEqual(
            [str(failure.error) for failure in task.process(PEOPLE).failures], ["None where a double is declared"]
        )

    def test_code_that_cannot_run(self):
        cases = [
            ("lambda row: row.", "invalid-callable", "this is no Python"),
            ("import nowhere_to_be_found\nlambda row: 1", "missing-package", "imports 'nowhere_to_be_found'"),
            ("nowhere_to_be_found.f", "missing-package", "there is no module 'nowhere_to_be_found'"),
            ("os.path.nothing", "invalid-callable", "'os.path' has no 'nothing'"),
            ("42", "invalid-callable", "no function"),
            ("x: int", "invalid-callable", "does not end with a function"),
            ("lambda: 1", "invalid-callable", "takes no argument"),
            ("lambda a, b: 1", "invalid-callable", "wants 2 arguments (a, b)"),
            ("async def f(row):\n  return 1", "invalid-callable", "asynchronous"),
            ("1 / 0\nlambda row: 1", "invalid-callable", "ZeroDivisionError: division by zero"),
            ("", "invalid-callable", "does not end with a function"),
        ]
        for source, code, text in cases:
            with self.subTest(source=source):
                with self.assertRaises(TaskError) as caught:
                    apply(PEOPLE, {"source": "lambda row: 1"}, {"source": source})
                self.assertEqual((caught.exception.code, caught.exception.path), (code, ["functions", "1"]))
                self.assertIn(text, caught.exception.message)

    def test_a_name_that_is_not_there(self):
        with self.assertRaises(TaskError) as caught:
            apply(PEOPLE, {"source": "def f(row):\n  return 1", "functionName": "g"})
        self.assertEqual(caught.exception.message, "the code has no function 'g'")
        self.assertEqual(caught.exception.hint, "it has 'f'")

    def test_syntax_errors_name_the_line_of_the_file(self):
        with self.assertRaises(TaskError) as caught:
            apply(PEOPLE, {"source": "def f(row):\n  return 1 +\n", "line": 20})
        self.assertIn("(line 21)", caught.exception.message)


class NeedsTests(unittest.TestCase):
    """Which fields code reads."""

    def test_fields_read(self):
        cases = [
            ("lambda row: row.name", ["name"]),
            ("lambda row: row['id'] + row.score", ["id", "score"]),
            ("lambda row: 1", []),
            ("lambda row: row._asdict()", None),
            ("lambda row: row", None),
            ("lambda row: getattr(row, 'id')", None),
            ("lambda row: row[0]", None),
            ("lambda row: eval('row.id')", None),
            ("def f(row):\n  row = row.id\n  return row", None),
            ("def f(row):\n  return [row.id for i in range(3)]", ["id"]),
            ("lambda row: [row.name for row in row.score]", None),
            ("if True:\n  def f(row):\n    return row\ndef f(row):\n  return 1", None),
        ]
        for source, expected in cases:
            with self.subTest(source=source):
                definition = load_callable(Code(source))[1]
                self.assertEqual(fields_read(definition, PEOPLE.schema.names), expected)

    def test_only_needed_columns_are_asked_for(self):
        config = functions({"source": "lambda row: row.name"}, {"form": "expression", "source": "score"})
        task = RowFunctions(config, [PEOPLE.schema, Schema([Field("f0", ANY), Field("f1", ANY)])], Context())
        self.assertEqual(task.needs(), [["name", "score"]])


class CombineTests(unittest.TestCase):
    """Combiners get the list in their field."""

    GROUPS = batch_of({"v": list_of(INT64)}, {"v": [[3, 1, 2], [5]]})

    def combine(self, source, arguments=None):
        return apply(self.GROUPS, {"form": "combine", "source": source, "arguments": arguments, "fields": ["v"]})

    def test_functions_of_an_iterable(self):
        self.assertEqual(self.combine("sum"), ([[6, 5]], []))
        self.assertEqual(self.combine("statistics.median"), ([[2, 5]], []))
        self.assertEqual(self.combine("lambda values: sorted(values)[0]"), ([[1, 5]], []))

    COMBINER = textwrap.dedent("""\
        class Scaled:
          def __init__(self, by=1):
            self.by = by
          def setup(self):
            self.ready = True
          def create_accumulator(self):
            return 0
          def add_input(self, accumulator, value):
            return accumulator + value * self.by
          def merge_accumulators(self, accumulators):
            return sum(accumulators)
          def extract_output(self, accumulator):
            return accumulator if self.ready else None
        """)

    def test_combiners(self):
        self.assertEqual(self.combine(self.COMBINER, {"by": 10}), ([[60, 50]], []))
        self.assertEqual(self.combine(self.COMBINER), ([[6, 5]], []))
        self.assertEqual(self.combine("__constructor__", {"source": self.COMBINER, "by": 2}), ([[12, 10]], []))

    def test_arguments_that_do_not_fit(self):
        with self.assertRaises(TaskError) as caught:
            self.combine(self.COMBINER, {"factor": 10})
        self.assertIn("the combiner cannot be made: TypeError", caught.exception.message)


if __name__ == "__main__":
    unittest.main()

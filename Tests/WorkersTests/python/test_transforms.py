"""Transforms of Beam's Python SDK. Real Beam YAML is the oracle for what they compute."""

import datetime
import decimal
import importlib.util
import io
import json
import logging
import os
import tempfile
import textwrap
import unittest
from contextlib import redirect_stdout

from support import Host
from beamstack_worker import arrow, arrow_writer
from beamstack_worker.tasks import TIMESTAMP as TIME
from beamstack_worker.tasks import WINDOW_END, WINDOW_START, Context, TaskError
from beamstack_worker.traces import trace_of
from beamstack_worker.values import (
    ANY,
    BOOLEAN,
    BYTES,
    DATE,
    DATETIME,
    DECIMAL,
    DOUBLE,
    DURATION,
    INT64,
    STRING,
    TIMESTAMP,
    Batch,
    Field,
    Schema,
    list_of,
    map_of,
    row_class,
    row_of,
)

# The extra 'yaml' comes with pandas.
HAS_BEAM = importlib.util.find_spec("apache_beam") and importlib.util.find_spec("pandas")
if HAS_BEAM:
    from beamstack_worker.transforms import BeamTransform
    from beamstack_worker.transforms_types import ELEMENT_KEY

MINUTE = 60_000_000
LOWEST, GLOBAL_END = -9_223_372_036_854_775_000, 9_223_371_950_454_775_000

ROWS = [{"col2": 1, "key": "a"}, {"col2": 2, "key": "b"}, {"col2": 3, "key": "a"}]


def batch_of(rows=ROWS, times=None, windows=None):
    fields = [Field("col2", INT64, False), Field("key", STRING, False)]
    columns = [[row[field.name] for row in rows] for field in fields]
    if times:
        fields += [Field(name, INT64, False) for name in (TIME, WINDOW_START, WINDOW_END)]
        windows = windows or [(LOWEST, GLOBAL_END)] * len(rows)
        columns += [times, [start for start, _ in windows], [end for _, end in windows]]
    return Batch(Schema(fields), columns)


def code(source, *args, **kwargs):
    """A step's configuration with `__constructor__`."""
    source = textwrap.dedent(source)
    return {"constructor": "__constructor__", "args": [source, *args], "kwargs": kwargs, "path": "p.yaml", "line": 20}


class Writer:
    def __init__(self):
        self.batches = []

    def write(self, batch):
        self.batches.append(batch)


class Ran:
    """A task over batches, one for each input, and all that it gave."""

    def __init__(self, config, *batches, **more):
        config = {"args": [], "kwargs": {}, **config, **more}
        schemas = [Schema([field for field in batch.schema if not field.name.startswith("__")]) for batch in batches]
        self.task = task = BeamTransform(config, schemas, Context())
        self.mode, self.reason = task.mode, task.mode_reason
        self.schemas = {output.name: output.schema for output in task.outputs()}
        self.failures, self.sources = [], []
        outputs = {name: [] for name in self.schemas}
        task.open()
        if task.mode == "elementwise":
            for index, batch in enumerate(batches):
                result = task.process(batch, index)
                self.failures += result.failures
                for position, (name, made) in enumerate(zip(outputs, result.batches)):
                    if made:
                        rows = result.rows[position]
                        self.sources.append(list(range(made.count)) if rows is None else rows)
                        outputs[name].append(made)
        else:
            writers = [Writer() for _ in outputs]
            task.run([lambda batch=batch: iter([batch]) for batch in batches], writers)
            outputs = dict(zip(outputs, (writer.batches for writer in writers)))
        task.close()
        self.batches = outputs
        # What cannot be encoded is no value of a column.
        for batch in [batch for batches in outputs.values() for batch in batches]:
            arrow.decode(arrow_writer.encode(batch.schema, [batch]))

    def column(self, field, output=None):
        output = next(iter(self.batches)) if output is None else output
        return [value for batch in self.batches[output] for value in batch.column(field)]

    def rows(self, output=None):
        """The rows as dictionaries, or the elements that are none."""
        name = next(iter(self.batches)) if output is None else output
        schema = self.schemas[name]
        if any(ELEMENT_KEY in field.metadata for field in schema):
            return self.column("element", name)
        return [dict(zip(schema.names, row)) for row in zip(*[self.column(field, name) for field in schema.names])]


def normal(value):
    """What two implementations must agree on: rows by names, tuples as lists."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {str(name): normal(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)) or type(value).__name__ == "_UnwindowedValues":
        return [normal(item) for item in value]
    return value


def of_beam(step, rows, providers=None):
    """What a step of Beam YAML makes of rows, as sorted texts for each output."""
    import apache_beam as beam
    from apache_beam.yaml.yaml_provider import ExternalProvider
    from apache_beam.yaml.yaml_transform import YamlTransform

    known = {}
    for spec in providers or []:
        provider = ExternalProvider.provider_from_spec("", spec)
        known.update({name: [provider] for name in provider.provided_transforms()})
    with tempfile.TemporaryDirectory() as folder:
        with beam.Pipeline(runner="FnApiRunner") as pipeline:
            start = pipeline if rows is None else pipeline | beam.Create([beam.Row(**row) for row in rows])
            results = start | YamlTransform(json.dumps(step), providers=known)
            results = results if isinstance(results, dict) else {"out": results}
            for name, result in results.items():
                path = os.path.join(folder, name)
                result | f"{name} text" >> beam.Map(_text) | name >> beam.io.WriteToText(path, num_shards=1)
        found = {}
        for name in results:
            with open(os.path.join(folder, f"{name}-00000-of-00001")) as file:
                found[name] = sorted(file.read().splitlines())
        return found


def _text(element):
    return repr(normal(element))


@unittest.skipUnless(HAS_BEAM, "apache-beam[yaml] is not installed")
class TransformTests(unittest.TestCase):
    maxDiff = None

    def compare(self, config, rows=ROWS, mode=None):
        """Runs a `PyTransform` here and in Beam; returns what ran here."""
        ran = Ran(config, *([] if rows is None else [batch_of(rows)]))
        self.assertEqual(ran.failures, [])
        wanted = {key: value for key, value in config.items() if key in ("constructor", "args", "kwargs")}
        step = {"type": "PyTransform", "config": wanted}
        expected = of_beam(step if rows is not None else {**step, "input": {}}, rows)
        self.assertEqual({name: sorted(map(_text, ran.rows(name))) for name in ran.batches}, expected)
        if mode:
            self.assertEqual(ran.mode, mode, ran.reason)
        return ran


class DocumentationTests(TransformTests):
    """Every form that Beam's documentation shows."""

    def test_constructor(self):
        source = "def create_my_transform(inc):\n  return beam.Map(lambda x: beam.Row(a=x.col2 + inc))\n"
        for config in (
            {"constructor": "__constructor__", "kwargs": {"source": source, "inc": 10}},
            {"constructor": "__constructor__", "args": [source, 10]},
            {"constructor": "__constructor__", "args": [source], "kwargs": {"inc": 10}},
        ):
            ran = self.compare(config, mode="elementwise")
            self.assertEqual(ran.schemas["out"], Schema([Field("a", INT64, False)]))
            self.assertEqual(ran.sources, [[0, 1, 2]])

    def test_class(self):
        source = """\
            class MyPTransform(beam.PTransform):
              def __init__(self, inc):
                self._inc = inc
              def expand(self, pcoll):
                return pcoll | beam.Map(lambda x: beam.Row(a=x.col2 + self._inc))
            """
        self.compare(code(source, inc=10), mode="elementwise")

    def test_callable(self):
        source = "def my_ptransform(pcoll, inc):\n  return pcoll | beam.Map(lambda x: beam.Row(a=x.col2 + inc))\n"
        config = {"constructor": "__callable__", "kwargs": {"source": source, "inc": 10}}
        self.compare(config, mode="elementwise")

    def test_qualified_name(self):
        self.compare({"constructor": "apache_beam.transforms.util.Distinct"}, ROWS + ROWS, mode="collection")
        config = {"constructor": "apache_beam.transforms.combiners.Count.Globally"}
        self.assertEqual(self.compare(config, mode="collection").rows(), [3])
        self.compare({"constructor": "apache_beam.Create", "args": [[1, 2]]}, None, mode="collection")
        self.compare({"constructor": "apache_beam.Create", "kwargs": {"values": [{"a": 1}]}}, None)

    def test_reading_text(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "lines.txt")
            with open(path, "w") as file:
                file.write("one\ntwo\n")
            ran = self.compare({"constructor": "apache_beam.io.ReadFromText", "args": [path]}, None)
            self.assertEqual((ran.rows(), ran.reason), (["one", "two"], "it reads no input"))

    def test_reading_csv(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "a.tsv"), "w") as file:
                file.write("a\tb\n1\tyes\n#\n\n2\tno\n")
            kwargs = {
                "path": os.path.join(folder, "*.tsv"),
                "sep": "\t",
                "skip_blank_lines": True,
                "true_values": ["yes"],
                "false_values": ["no"],
                "comment": "#",
                "on_bad_lines": "skip",
                "binary": False,
                "splittable": False,
            }
            config = {"constructor": "apache_beam.io.ReadFromCsv", "kwargs": kwargs}
            ran = self.compare(config, None)
            self.assertEqual(ran.rows(), [{"a": 1, "b": True}, {"a": 2, "b": False}])

    def test_providers(self):
        source = textwrap.dedent("""\
            @beam.ptransform_fn
            def ToCase(pcoll, upper):
              if upper:
                return pcoll | beam.Map(lambda x: x.key.upper())
              else:
                return pcoll | beam.Map(lambda x: x.key.lower())
            """)
        cases = [
            (source, {"upper": True}),
            ("lambda n: beam.Filter(lambda x: x.col2 > n)", {"n": 1}),
            ("apache_beam.transforms.util.Distinct", {}),
            ("class T(beam.PTransform):\n  def expand(self, p):\n    return p | beam.GroupBy('key')", {}),
        ]
        for text, kwargs in cases:
            with self.subTest(text=text):
                providers = [{"type": "python", "config": {}, "transforms": {"Mine": text}}]
                expected = of_beam({"type": "Mine", "config": kwargs}, ROWS, providers)
                # So the planner gives them: a name is a constructor, code stands beside it.
                name = text if "\n" not in text and " " not in text else "__constructor__"
                ran = Ran({"constructor": name, "source": None if name == text else text, "kwargs": kwargs}, batch_of())
                self.assertEqual(sorted(map(_text, ran.rows())), expected["out"])


class ModeTests(TransformTests):
    ELEMENTWISE = [
        "lambda: beam.Filter(lambda x: x.col2 > 1)",
        "lambda: beam.FlatMap(lambda x: [x.key] * x.col2)",
        "lambda: beam.Map(lambda x, n: x.col2 + n, 5)",
        "lambda: beam.Select('key', double=lambda x: x.col2 * 2)",
        "lambda: beam.WithKeys(lambda x: x.key) | beam.Reshuffle() | beam.Keys()",
        "lambda: beam.Map(lambda x: (x.key, x.col2)) | beam.MapTuple(lambda k, v: beam.Row(k=k, v=v))",
    ]
    COLLECTION = [
        ("lambda: beam.GroupBy('key') | beam.MapTuple(lambda k, v: (k, sorted(x.col2 for x in v)))", "GroupByKey"),
        ("lambda: beam.Map(lambda x: (x.key, x.col2)) | beam.CombinePerKey(sum)", "GroupByKey"),
        ("lambda: beam.GroupBy('key').aggregate_field('col2', sum, 'total')", "GroupByKey"),
        ("lambda: beam.Map(lambda x: x.col2) | beam.CombineGlobally(max)", "GroupByKey"),
        ("lambda: beam.Map(lambda x: x.col2) | beam.combiners.ToList() | beam.Map(sorted)", "GroupByKey"),
        (
            """\
            class Numbered(beam.DoFn):
              COUNT = beam.transforms.userstate.CombiningValueStateSpec('n', sum)
              def process(self, element, count=beam.DoFn.StateParam(COUNT)):
                count.add(1)
                yield element[0], element[1] > 0
            def make():
              return beam.Map(lambda x: (x.key, x.col2)) | beam.ParDo(Numbered())
            """,
            "keeps state",
        ),
    ]

    def test_what_goes_by_batches(self):
        for source in self.ELEMENTWISE:
            with self.subTest(source=source):
                self.compare(code(source), mode="elementwise")

    def test_what_must_see_everything(self):
        for source, reason in self.COLLECTION:
            with self.subTest(source=source):
                self.assertIn(reason, self.compare(code(source), mode="collection").reason)

    def test_side_inputs(self):
        source = "lambda p: p | beam.Map(lambda x, n: x.col2 / n, n=beam.pvalue.AsSingleton(p | COUNT))"
        source = "COUNT = beam.combiners.Count.Globally()\n" + source
        ran = self.compare({"constructor": "__callable__", "args": [source]}, mode="collection")
        self.assertEqual(sorted(ran.rows()), [1 / 3, 2 / 3, 1.0])

    SPLITTABLE = textwrap.dedent("""\
        from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
        class Ranges(beam.transforms.core.RestrictionProvider):
          def initial_restriction(self, element): return OffsetRange(0, element.col2)
          def create_tracker(self, restriction): return OffsetRestrictionTracker(restriction)
          def restriction_size(self, element, restriction): return restriction.size()
        class Count(beam.DoFn):
          def process(self, element, tracker=beam.DoFn.RestrictionParam(Ranges())):
            for position in range(element.col2):
              if tracker.try_claim(position): yield position
        lambda p: p | beam.ParDo(Count())
        """)

    def test_splitting(self):
        ran = self.compare({"constructor": "__callable__", "args": [self.SPLITTABLE]}, mode="collection")
        self.assertEqual(sorted(ran.rows()), [0, 0, 0, 1, 1, 2])

    def test_other_reasons(self):
        for source, reason in [
            ("lambda p: p | beam.Map(lambda x, n: n, beam.pvalue.AsIter(p))", "has a side input"),
            ("lambda p: (p, p.pipeline | beam.Create([1])) | beam.Flatten()", "'Create' makes a collection of its own"),
            (self.SPLITTABLE, "splits its elements"),
        ]:
            with self.subTest(source=source):
                task = BeamTransform({"constructor": "__callable__", "args": [source]}, [batch_of().schema], Context())
                self.assertEqual((task.mode, reason in task.mode_reason), ("collection", True), task.mode_reason)

    def test_life_of_a_function(self):
        source = """\
            class Loud(beam.DoFn):
              def setup(self): print('setup')
              def start_bundle(self): print('start')
              def process(self, element): print(element.col2); yield element.col2
              def finish_bundle(self):
                print('finish')
                yield beam.transforms.window.GlobalWindows.windowed_value(-1, 7)
              def teardown(self): print('teardown')
            """
        source += "\n            def make(): return beam.ParDo(Loud())"
        printed = io.StringIO()
        with redirect_stdout(printed):
            task = BeamTransform(code(source), [batch_of().schema], Context())
            task.open()
            first, second = task.process(batch_of()), task.process(batch_of(ROWS[:1]))
            task.close()
        self.assertEqual(printed.getvalue().split(), "setup start 1 2 3 finish start 1 finish teardown".split())
        self.assertEqual(first.batches[0].column("element"), [1, 2, 3, -1])
        self.assertEqual((first.rows, second.rows), ([[0, 1, 2, 2]], [[0, 0]]))
        self.assertEqual(first.batches[0].column(TIME), [LOWEST, LOWEST, LOWEST, 7_000_000])


class OutputTests(TransformTests):
    def test_tags(self):
        source = """\
            def make():
              def split(x):
                if x.col2 % 2: yield beam.pvalue.TaggedOutput('odd', x.col2)
                else: yield x.key
              return beam.FlatMap(split).with_outputs('odd', main='even')
            """
        ran = Ran(code(source), batch_of())
        self.assertEqual({name: ran.rows(name) for name in ran.batches}, {"even": ["b"], "odd": [1, 3]})
        self.assertEqual(ran.sources, [[1], [0, 2]])
        partition = Ran(code("lambda: beam.Partition(lambda x, n: x.col2 % n, 2)"), batch_of())
        self.assertEqual([len(partition.rows(name)) for name in ("0", "1")], [1, 2])

    def test_dictionaries_and_tuples(self):
        for source in (
            "lambda p: {'a': p | beam.Map(lambda x: x.col2), 'b': p | beam.combiners.Count.Globally()}",
            "lambda p: {'a': p | beam.Map(lambda x: x.col2), 'b': p}",
            "lambda p: (p | beam.Map(lambda x: x.col2), p | 'two' >> beam.Map(lambda x: beam.Row(k=x.key)))",
        ):
            with self.subTest(source=source):
                self.compare({"constructor": "__callable__", "args": [source]})

    def test_several_inputs(self):
        source = "lambda p: {'n': p['x'] | beam.Map(lambda e: e.col2), 'all': (p['x'], p['y']) | beam.Flatten()}"
        ran = Ran(
            {"constructor": "__callable__", "args": [source], "inputNames": ["x", "y"]}, batch_of(), batch_of(ROWS[:1])
        )
        self.assertEqual((ran.mode, ran.rows("n"), ran.rows("all")), ("elementwise", [1, 2, 3], ROWS + ROWS[:1]))
        source = "lambda p: ({'l': p['x'] | 'l' >> beam.WithKeys(lambda e: e.key), 'r': p['y'] | 'r' >> beam.WithKeys("
        source += "lambda e: e.key)}) | beam.CoGroupByKey() | beam.MapTuple(lambda k, v: (k, len(v['l']), len(v['r'])))"
        ran = Ran(
            {"constructor": "__callable__", "args": [source], "inputNames": ["x", "y"]}, batch_of(), batch_of(ROWS[:1])
        )
        self.assertEqual((ran.mode, sorted(ran.rows())), ("collection", [["a", 2, 1], ["b", 1, 0]]))

    def test_dead_letters(self):
        ran = Ran(code("lambda: beam.Map(lambda x: 6 // (x.col2 - 2)).with_exception_handling()"), batch_of())
        self.assertEqual((ran.rows("good"), ran.failures), ([-6, 6], []))
        ((element, (kind, message, _)),) = ran.rows("bad")
        self.assertEqual((element.col2, kind), (2, "ZeroDivisionError"))
        self.assertIn("ZeroDivisionError", message)

    def test_writing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out")
            source = f"lambda p: p | beam.Map(lambda x: x.key) | beam.io.WriteToText({path!r}, num_shards=1)"
            Ran({"constructor": "__callable__", "args": [source]}, batch_of())
            with open(path + "-00000-of-00001") as file:
                self.assertEqual(file.read().split(), ["a", "b", "a"])

    def test_several_batches_of_output(self):
        ran = Ran(code("lambda: beam.Create(list(range(20000)))"))
        self.assertEqual(sorted(ran.rows()), list(range(20000)))
        self.assertGreater(len(ran.batches["out"]), 1)

    def test_nothing(self):
        ran = Ran(code("lambda: beam.Filter(lambda x: False)"), batch_of())
        self.assertEqual(ran.batches, {"out": []})
        self.assertEqual(ran.task.process(batch_of([])).batches, [None])


class ValueTests(TransformTests):
    def values(self):
        from apache_beam.utils.timestamp import Duration, Timestamp

        inner = row_class(["x", "y"])
        zone = datetime.timezone(datetime.timedelta(hours=2))
        return [
            ("boolean", BOOLEAN, [True, None]),
            ("int64", INT64, [-(2**63), 2**63 - 1]),
            ("double", DOUBLE, [1.5, float("inf")]),
            ("string", STRING, ["é\0", None]),
            ("bytes", BYTES, [b"\0\xff", b""]),
            ("timestamp", TIMESTAMP, [Timestamp(micros=1_234_567), Timestamp(micros=-1)]),
            ("duration", DURATION, [Duration(micros=5), None]),
            ("date", DATE, [datetime.date(2026, 1, 2), None]),
            (
                "datetime",
                DATETIME,
                [datetime.datetime(2026, 1, 2, 3, 4, 5, 6), datetime.datetime(2026, 1, 2, tzinfo=zone)],
            ),
            ("decimal", DECIMAL, [decimal.Decimal("1.20"), decimal.Decimal("-3")]),
            ("list", list_of(STRING), [["a", None], []]),
            ("map", map_of(STRING, INT64), [{"a": 1, "b": None}, {}]),
            ("row", row_of([Field("x", INT64), Field("y", list_of(DATE))]), [inner._make([1, [None]]), None]),
            ("rows", list_of(row_of([Field("x", INT64), Field("y", STRING)])), [[inner._make([1, "a"])], None]),
            ("any", ANY, [[1, "a", {"k": None}], inner._make([1, b"x"])]),
        ]

    def test_every_type_there_and_back(self):
        values = self.values()
        batch = Batch(Schema([Field(name, type) for name, type, _ in values]), [column for _, _, column in values])
        # Elements of the second one are encoded and decoded by Beam.
        whole = "p | beam.combiners.ToList() | beam.FlatMap(lambda x: x).with_output_types(p.element_type)"
        for source in ("lambda p: p | beam.Filter(lambda x: True)", f"lambda p: {whole}"):
            with self.subTest(source=source):
                ran = Ran({"constructor": "__callable__", "args": [source]}, batch)
                self.assertEqual(ran.failures, [])
                self.assertEqual(ran.schemas["out"], batch.schema)
                for name, _, column in values:
                    self.assertEqual(normal(ran.column(name)), normal(column), name)

    def test_what_code_sees(self):
        values = self.values()
        batch = Batch(Schema([Field(name, type) for name, type, _ in values]), [column for _, _, column in values])
        source = "lambda: beam.Map(lambda row: {name: type(value).__name__ for name, value in row.as_dict().items()})"
        seen = Ran(code(source), batch).rows()[0]
        names = "bool int float str bytes Timestamp Duration date datetime Decimal list dict Row list list".split()
        self.assertEqual(seen, dict(zip(batch.schema.names, names)))

    def test_names_that_python_has_no_attributes_for(self):
        batch = Batch(Schema([Field("a b", INT64), Field("class", STRING)]), [[1], ["x"]])
        for source in (
            "lambda: beam.Map(lambda r: r['a b'] + 1)",
            "lambda: beam.Map(lambda r: r[0] + 1) | beam.Distinct()",
        ):
            self.assertEqual(Ran(code(source), batch).rows(), [2])

    def test_rows_of_other_kinds(self):
        named = "import typing\nclass P(typing.NamedTuple):\n  x: int\n  y: typing.Optional[str]\n"
        data = "import dataclasses, typing\n@dataclasses.dataclass\nclass P:\n  x: int\n  y: typing.Optional[str]\n"
        for source in (named, data):
            source += "lambda: beam.Map(lambda r: P(r.col2, r.key)).with_output_types(P)"
            ran = Ran(code(source), batch_of())
            self.assertEqual(ran.schemas["out"], Schema([Field("x", INT64, False), Field("y", STRING)]))
            self.assertEqual(ran.rows()[0], {"x": 1, "y": "a"})


class ElementTests(TransformTests):
    """Elements that are no rows, from one transform to the next."""

    def chained(self, first, second):
        made = Ran(code(first), batch_of())
        schema = made.schemas["out"]
        batch = Batch(schema, [made.column("element")])
        carried = Ran(code(second), batch)
        # The host carries the text as it came with the output instead of the field's metadata.
        plain = Batch(Schema([Field(schema.fields[0].name, schema.fields[0].type)]), batch.columns)
        told = Ran(code(second), plain, bareInputs=[made.task.outputs()[0].bare])
        self.assertEqual(carried.rows(), told.rows())
        self.assertEqual((carried.mode, carried.schemas), (told.mode, told.schemas))
        return carried

    def test_scalars(self):
        ran = self.chained("lambda: beam.Map(lambda x: x.col2)", "lambda: beam.Map(lambda x: x + 1)")
        self.assertEqual(ran.rows(), [2, 3, 4])

    def test_pairs(self):
        pairs = "lambda: beam.Map(lambda x: (x.key, x.col2))"
        ran = self.chained(pairs, "lambda: beam.Map(lambda x: str(type(x)) + x[0])")
        self.assertEqual(ran.rows()[0], "<class 'tuple'>a")
        ran = self.chained(pairs, "lambda: beam.CombinePerKey(sum)")
        self.assertEqual((ran.mode, ran.rows()), ("collection", [["a", 4], ["b", 2]]))

    def test_groups(self):
        ran = self.chained(
            "lambda: beam.GroupBy('key')", "lambda: beam.MapTuple(lambda k, v: (k, [x.col2 for x in v]))"
        )
        self.assertEqual(ran.rows(), [["a", [1, 3]], ["b", [2]]])

    def test_an_element_of_unknown_type(self):
        batch = Batch(Schema([Field("element", ANY)]), [[["a", 1], ["b", 2], ["a", 3]]])
        ran = Ran(code("lambda: beam.CombinePerKey(sum)"), batch, bareInputs=[True])
        self.assertEqual(ran.rows(), [["a", 4], ["b", 2]])
        batch = Batch(Schema([Field("element", INT64, False)]), [[1, 2]])
        self.assertEqual(Ran(code("lambda: beam.Map(lambda x: x + 1)"), batch, bareInputs=[True]).rows(), [2, 3])
        self.assertEqual(Ran(code("lambda: beam.Map(lambda x: x[0])"), batch, bareInputs=[False]).rows(), [1, 2])

    def test_nested(self):
        ran = self.chained(
            "lambda: beam.Map(lambda x: {'k': ({1, x.col2}, (x.key,), None)}).with_output_types("
            "beam.typehints.Dict[str, beam.typehints.Tuple[beam.typehints.Set[int], beam.typehints.Tuple[str, ...], "
            "beam.typehints.Optional[int]]])",
            "lambda: beam.Map(repr)",
        )
        self.assertEqual(ran.rows()[1], "{'k': ({1, 2}, ('b',), None)}")

    def test_a_row_with_a_field_element_is_a_row(self):
        batch = Batch(Schema([Field("element", INT64, False)]), [[1, 2]])
        self.assertEqual(Ran(code("lambda: beam.Map(lambda x: x.element)"), batch).rows(), [1, 2])


class TimeTests(TransformTests):
    TIMES = [MINUTE // 2, MINUTE // 2, 2 * MINUTE]
    WINDOWS = [(0, MINUTE), (0, MINUTE), (2 * MINUTE, 3 * MINUTE)]
    FIXED = [{"type": "fixed", "size": MINUTE, "offset": 0}]

    def test_parameters(self):
        source = """\
            class Times(beam.DoFn):
              def process(self, element, time=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam):
                yield [time.micros, window.start.micros, window.end.micros]
            lambda: beam.ParDo(Times())
            """
        ran = Ran(code(source), batch_of(times=self.TIMES, windows=self.WINDOWS))
        self.assertEqual(ran.rows(), [[time, *window] for time, window in zip(self.TIMES, self.WINDOWS)])
        # They are their rows' own: nothing needs to be sent.
        self.assertNotIn(TIME, ran.batches["out"][0].schema)

    def test_new_times(self):
        source = "lambda: beam.Map(lambda x: beam.window.TimestampedValue(x, 90) if x.col2 > 1 else x)"
        for windowing in (None, self.FIXED):
            ran = Ran(code(source), batch_of(times=self.TIMES, windows=self.WINDOWS), windowing=windowing)
            self.assertEqual(ran.column(TIME), [MINUTE // 2, 90_000_000, 90_000_000])
            self.assertEqual(ran.column(WINDOW_START), [0, MINUTE, MINUTE])
            self.assertEqual(ran.column(WINDOW_END), [MINUTE, 2 * MINUTE, 2 * MINUTE])
        ran = Ran(code(source), batch_of(times=self.TIMES))
        self.assertEqual(ran.column(WINDOW_END), [GLOBAL_END] * 3)

    def test_new_times_and_their_windows_on_the_way(self):
        source = """\
            class Moved(beam.DoFn):
              def process(self, element, time=beam.DoFn.TimestampParam):
                yield beam.window.TimestampedValue(element, time + 60)
            class Times(beam.DoFn):
              def process(self, element, time=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam):
                yield [time.micros, window.start.micros]
            lambda: beam.ParDo(Moved()) | beam.ParDo(Times())
            """
        moved = [time + MINUTE for time in self.TIMES]
        starts = [start + MINUTE for start, _ in self.WINDOWS]
        for windowing in (None, self.FIXED):
            ran = Ran(code(source), batch_of(times=self.TIMES, windows=self.WINDOWS), windowing=windowing)
            self.assertEqual(ran.rows(), [list(pair) for pair in zip(moved, starts)])
            self.assertEqual((ran.column(TIME), ran.column(WINDOW_START)), (moved, starts))
        sliding = [{"type": "sliding", "size": 2 * MINUTE, "period": MINUTE, "offset": 0}]
        ran = Ran(code(source), batch_of(ROWS[:1], [0], [(0, 2 * MINUTE)]), windowing=sliding)
        self.assertEqual((sorted(ran.column(WINDOW_START)), ran.sources), ([0, MINUTE], [[0, 0]]))

    def test_grouping_keeps_windows_apart(self):
        source = "lambda: beam.Map(lambda x: ('k', x.col2)) | beam.CombinePerKey(sum)"
        for windowing in (None, self.FIXED):
            ran = Ran(code(source), batch_of(times=self.TIMES, windows=self.WINDOWS), windowing=windowing)
            self.assertEqual(ran.rows(), [["k", 3], ["k", 3]])
            self.assertEqual(ran.column(WINDOW_START), [0, 2 * MINUTE])
        ran = Ran(code(source), batch_of(times=self.TIMES))
        self.assertEqual((ran.rows(), ran.column(WINDOW_END)), ([["k", 6]], [GLOBAL_END]))

    def test_sliding_windows_are_the_rows(self):
        # The host has put each row into its windows already.
        sliding = [{"type": "sliding", "size": 2 * MINUTE, "period": MINUTE, "offset": 0}]
        windows = [(-MINUTE, MINUTE), (0, 2 * MINUTE), (0, 2 * MINUTE)]
        batch = batch_of(times=[30_000_000, 30_000_000, 90_000_000], windows=windows)
        ran = Ran(code("lambda: beam.combiners.Count.Globally().without_defaults()"), batch, windowing=sliding)
        self.assertEqual(sorted(zip(ran.column(WINDOW_START), ran.rows())), [(-MINUTE, 1), (0, 2)])

    def test_rows_that_have_no_windows_yet(self):
        # The host assigns windows only where it groups: workers get the global one.
        sliding = [{"type": "sliding", "size": 2 * MINUTE, "period": MINUTE, "offset": 0}]
        sessions = [{"type": "sessions", "gap": MINUTE}]
        total = "lambda: beam.Map(lambda x: ('k', x.col2)) | beam.CombinePerKey(sum)"
        seen = """\
            class Starts(beam.DoFn):
              def process(self, element, window=beam.DoFn.WindowParam):
                yield [element.col2, window.start.micros]
            lambda: beam.ParDo(Starts())
            """
        move = "lambda: beam.Map(lambda x: beam.window.TimestampedValue(x, 90) if x.col2 > 1 else x)"
        batch = batch_of(times=self.TIMES)
        ran = Ran(code(total), batch, windowing=self.FIXED)
        self.assertEqual(list(zip(ran.rows(), ran.column(WINDOW_START))), [(["k", 3], 0), (["k", 3], 2 * MINUTE)])
        ran = Ran(code(total), batch, windowing=sliding)
        self.assertEqual(
            sorted(zip(ran.column(WINDOW_START), ran.column("element"))),
            [(-MINUTE, ["k", 3]), (0, ["k", 3]), (MINUTE, ["k", 3]), (2 * MINUTE, ["k", 3])],
        )
        ran = Ran(code(total), batch, windowing=sessions)
        ends = [MINUTE // 2 + MINUTE, 3 * MINUTE]
        self.assertEqual(list(zip(ran.rows(), ran.column(WINDOW_END))), list(zip([["k", 3]] * 2, ends)))
        ran = Ran(code(seen), batch, windowing=self.FIXED)
        self.assertEqual(ran.rows(), [[1, 0], [2, 0], [3, 2 * MINUTE]])
        ran = Ran(code(seen), batch, windowing=sliding)
        self.assertEqual(ran.sources, [[0, 0, 1, 1, 2, 2]])
        self.assertEqual([start for _, start in ran.rows()], ran.column(WINDOW_START))
        self.assertEqual(sorted(start for _, start in ran.rows()), [-MINUTE, -MINUTE, 0, 0, MINUTE, 2 * MINUTE])
        ran = Ran(code(move), batch, windowing=self.FIXED)
        self.assertEqual(ran.column(WINDOW_START), [0, MINUTE, MINUTE])

    def test_sessions(self):
        times = [0, MINUTE // 2, 5 * MINUTE]
        batch = batch_of(times=times, windows=[(time, time + MINUTE) for time in times])
        source = "lambda: beam.Map(lambda x: ('k', x.col2)) | beam.CombinePerKey(sum)"
        ran = Ran(code(source), batch, windowing=[{"type": "sessions", "gap": MINUTE}])
        found = sorted(zip(ran.column(WINDOW_START), ran.column(WINDOW_END), ran.rows()))
        self.assertEqual(found, [(0, 3 * MINUTE // 2, ["k", 3]), (5 * MINUTE, 6 * MINUTE, ["k", 3])])

    def test_windows_of_its_own(self):
        with self.assertRaises(TaskError) as raised:
            Ran(code("lambda: beam.WindowInto(beam.window.FixedWindows(60))"), batch_of())
        self.assertIn("FixedWindows", raised.exception.message)
        self.assertIn("WindowInto", raised.exception.hint)


class FailureTests(TransformTests):
    def raised(self, config):
        """The exception of a run, and the frames of its traceback that are not this file's."""
        try:
            Ran(config, batch_of())
        except Exception as error:
            lines = trace_of(error).splitlines()
            return error, [line for line in lines if line.startswith("  File") and __file__ not in line]
        self.fail("nothing was raised")

    def test_an_element_that_fails(self):
        source = """\
            def make():
              def emit(x):
                yield x.col2
                yield 6 // (x.col2 - 2)
              return beam.FlatMap(emit) | beam.Map(lambda y: y + 1)
            """
        ran = Ran(code(source), batch_of())
        # Nothing of a failed row stays.
        self.assertEqual((ran.rows(), ran.sources), ([2, -5, 4, 7], [[0, 0, 2, 2]]))
        (failure,) = ran.failures
        self.assertEqual((failure.row, type(failure.error)), (1, ZeroDivisionError))
        self.assertEqual(
            failure.trace.splitlines(),
            [
                "Traceback (most recent call last):",
                '  File "p.yaml", line 23, in emit',
                "ZeroDivisionError: integer division or modulo by zero",
            ],
        )

    def test_elements_that_are_not_what_was_inferred(self):
        ran = Ran(
            code("lambda: beam.Map(lambda x: x.col2 / 2 if x.col2 > 1 else 0).with_output_types(int)"), batch_of()
        )
        self.assertEqual(ran.rows(), [0])
        self.assertEqual([failure.row for failure in ran.failures], [1, 2])
        self.assertIn("1.5 (float)", str(ran.failures[1].error))
        source = "lambda: beam.Map(lambda x: beam.Row(a=x.col2) if x.col2 < 3 else {'a': 1}).with_output_types("
        source += "beam.row_type.RowTypeConstraint.from_fields([('a', int)]))"
        ran = Ran(code("from apache_beam.typehints import row_type\n" + source.replace("beam.row", "row")), batch_of())
        self.assertEqual((ran.rows(), [failure.row for failure in ran.failures]), ([{"a": 1}, {"a": 2}], [2]))
        self.assertIn("{'a': 1} is of type 'dict', not a row with the fields a", str(ran.failures[0].error))

    def test_what_has_no_place_in_a_row(self):
        ran = Ran(code("lambda: beam.Map(lambda x: object() if x.col2 == 2 else x.col2)"), batch_of())
        self.assertEqual((ran.rows(), [failure.row for failure in ran.failures]), ([1, 3], [1]))
        self.assertIn("'object' has no place in a row", str(ran.failures[0].error))

    def test_failures_of_whole_batches(self):
        source = "class D(beam.DoFn):\n  def process(self, x): yield x\n  def {}: raise ValueError('broken')\n"
        source += "lambda: beam.ParDo(D())"
        for method in ("setup(self)", "start_bundle(self)", "finish_bundle(self)"):
            with self.subTest(method=method):
                error, frames = self.raised(code(source.format(method)))
                self.assertEqual(repr(error), "ValueError('broken')")
                self.assertEqual(frames, [f'  File "p.yaml", line 22, in {method.partition("(")[0]}'])

    def test_functions_that_hold_elements_back(self):
        # The batch that fails has earlier elements in it, too.
        source = "lambda: beam.BatchElements(2, 2) | beam.Map(lambda batch: 1 // 0)"
        with self.assertRaises(ZeroDivisionError):
            Ran(code(source), batch_of())

    def test_a_collection_that_fails(self):
        source = """\
            def check(x):
              if x.col2 == 2: raise ValueError('two is too many')
              return x.col2
            def make():
              return beam.Map(check) | beam.combiners.Count.Globally()
            """
        errors = io.StringIO()
        handler = logging.StreamHandler(errors)
        logging.getLogger().addHandler(handler)
        try:
            error, frames = self.raised(code(source))
        finally:
            logging.getLogger().removeHandler(handler)
        self.assertEqual(repr(error), "ValueError('two is too many')")
        self.assertEqual(frames, ['  File "p.yaml", line 21, in check'])
        # Said once, by whoever gets the exception.
        self.assertNotIn("two is too many", errors.getvalue())

    def test_what_cannot_be_made(self):
        cases = [
            (code("lambda: 5"), "invalid-transform", ["args", "0"], "of type 'int', which is no transform"),
            (code("def f(a): return beam.Map(a)"), "invalid-transform", ["args", "0"], "missing 1 required"),
            (code("def f(): pass", b=3), "invalid-transform", ["kwargs", "b"], "unexpected keyword argument 'b'"),
            (code("def f(): raise KeyError('no')"), "invalid-transform", ["args", "0"], "KeyError: 'no'"),
            (code("import nothere\nlambda: 1"), "missing-package", ["args", "0"], "'nothere'"),
            (
                code("def f(): raise ImportError('install apache_beam[gcp]')"),
                "missing-package",
                ["args", "0"],
                "beam[gcp]",
            ),
            (code("lambda:"), "invalid-callable", ["args", "0"], "this is no Python"),
            (code("lambda: beam.ParDo(3)"), "invalid-transform", ["args", "0"], "callable object"),
            ({"constructor": "apache_beam.Nope"}, "invalid-transform", ["constructor"], "has no 'Nope'"),
            ({"constructor": "apache_beam.version.__version__"}, "invalid-transform", ["constructor"], "'str'"),
            ({"constructor": "nope.Nope"}, "missing-package", ["constructor"], "no module 'nope'"),
            ({"constructor": "apache_beam.Map", "args": ["x"]}, "invalid-transform", ["constructor"], "callable"),
            ({"constructor": "apache_beam.Map", "args": 3}, "invalid-transform", ["args"], "'args' must be a list"),
            ({"constructor": "__constructor__"}, "invalid-transform", ["constructor"], "needs the Python code"),
            ({"constructor": "apache_beam.GroupByKey"}, "invalid-transform", ["constructor"], "cannot be applied"),
            ({"constructor": "apache_beam.Create", "args": [[1]]}, "invalid-transform", ["constructor"], "applied"),
            ({"constructor": "__callable__", "args": ["lambda p: 7"]}, "invalid-transform", ["constructor"], "'int'"),
        ]
        for config, name, place, part in cases:
            with self.subTest(config=config), self.assertRaises(TaskError) as raised:
                Ran(config, batch_of())
            error = raised.exception
            self.assertEqual((error.code, error.path), (name, place), error.message)
            self.assertIn(part, error.message)
            self.assertNotIn("\n", error.message)

    def test_the_person_s_frames(self):
        source = "def f():\n  return g()\ndef g():\n  raise OSError('gone')\nf"
        with self.assertRaises(TaskError) as raised:
            Ran(code(source), batch_of())
        notes = [
            "Traceback (most recent call last):",
            '  File "p.yaml", line 21, in f',
            '  File "p.yaml", line 23, in g',
        ]
        self.assertEqual(raised.exception.notes, notes)


@unittest.skipUnless(HAS_BEAM, "apache-beam[yaml] is not installed")
class WorkerTests(unittest.TestCase):
    """The tasks in a worker process, as the host sees them."""

    def test_batches(self):
        with Host() as host:
            config = code("def f(x):\n  print('row', x.col2)\n  return (x.key, x.col2)\nlambda: beam.Map(f)")
            opened = host.open("transforms.beam", config, [batch_of().schema])
            self.assertEqual(opened["mode"], "elementwise", opened)
            self.assertNotIn("reason", opened)
            reply, (made,) = host.process(batch_of(times=TimeTests.TIMES))
            self.assertEqual((reply["rows"], reply["failures"]), ([False], []))
            self.assertEqual(made.columns, [[["a", 1], ["b", 2], ["a", 3]]])
        self.assertEqual(host.end(), (0, "row 1\nrow 2\nrow 3\n", ""))

    def test_a_collection(self):
        with tempfile.TemporaryDirectory() as folder, Host() as host:
            batch = batch_of(times=TimeTests.TIMES, windows=TimeTests.WINDOWS)
            source, target = os.path.join(folder, "in"), os.path.join(folder, "out")
            stream = arrow_writer.StreamWriter(batch.schema)
            with open(source, "wb") as file:
                file.write(stream.start())
                for _ in range(2):
                    file.writelines(stream.batch(batch))
                file.write(arrow.END_OF_STREAM)
            opened = host.open("transforms.beam", code("lambda: beam.GroupBy('key')"), [batch_of().schema])
            self.assertEqual(
                (opened["mode"], opened["reason"]), ("collection", "GroupByKey must see the whole collection")
            )
            reply, _ = host.call({"op": "run", "task": 1, "inputs": [source], "outputs": [target]})
            self.assertEqual(reply.get("counts"), [3], reply)
            with open(target, "rb") as file:
                _, batches = arrow.decode(file.read())
            elements = [value for made in batches for value in made.column("element")]
            starts = [value for made in batches for value in made.column(WINDOW_START)]
            found = [(key, [row.col2 for row in rows], start) for (key, rows), start in zip(elements, starts)]
            self.assertEqual(sorted(found), [("a", [1, 1], 0), ("a", [3, 3], 2 * MINUTE), ("b", [2, 2], 0)])
        status, _, errors = host.end()
        self.assertEqual((status, errors), (0, ""))

    def test_an_error(self):
        with Host() as host:
            opened = host.open("transforms.beam", {"constructor": "apache_beam.Nope"}, [batch_of().schema])
            self.assertEqual(opened["error"]["code"], "invalid-transform")


if __name__ == "__main__":
    unittest.main()

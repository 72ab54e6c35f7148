"""Functions whose code uses Apache Beam; they need the package, and take its own answers as the truth."""

import importlib.util
import unittest

from support import apply, batch_of
from beamstack_worker.times import Duration, Timestamp
from beamstack_worker.values import ANY, DURATION, INT64, STRING, TIMESTAMP, list_of

GROUPS = batch_of(
    {"v": list_of(STRING), "n": list_of(INT64)},
    {"v": [["🍓", "🥕", "🍆", "🍅"], ["🥕", "🍅", "🌽"], ["🍆"]], "n": [[3, 2], [1], [4, 5, 3]]},
)


@unittest.skipUnless(importlib.util.find_spec("apache_beam"), "apache-beam is not installed")
class BeamTests(unittest.TestCase):
    def combine(self, field, source, arguments=None):
        return apply(GROUPS, {"form": "combine", "source": source, "arguments": arguments, "fields": [field]})

    def test_top(self):
        top = "apache_beam.transforms.combiners.TopCombineFn"
        # What Beam's examples of aggregations expect.
        self.assertEqual(self.combine("v", top, {"n": 3}), ([[["🥕", "🍓", "🍆"], ["🥕", "🍅", "🌽"], ["🍆"]]], []))
        self.assertEqual(self.combine("n", top, {"n": 2}), ([[[3, 2], [1], [5, 4]]], []))
        self.assertEqual(self.combine("n", top, {"n": 2, "reverse": True}), ([[[2, 3], [1], [3, 4]]], []))

    def test_other_combiners_as_beam_runs_them(self):
        import apache_beam as beam

        for source, arguments in [
            ("apache_beam.transforms.combiners.MeanCombineFn", None),
            ("apache_beam.transforms.combiners.CountCombineFn", None),
            ("apache_beam.transforms.combiners.ToListCombineFn", None),
            ("apache_beam.transforms.combiners.Largest", {"n": 2}),
        ]:
            with self.subTest(source=source):
                name = source.rpartition(".")[2]
                made = getattr(beam.transforms.combiners, name)(**(arguments or {}))
                expected = [made.apply(values) for values in GROUPS.column("n")]
                self.assertEqual(self.combine("n", source, arguments), ([expected], []))

    def test_beam_is_in_scope(self):
        columns, failures = apply(GROUPS, {"source": "lambda row: beam.Row(a=len(row.n), b=row.v[0])"})
        self.assertEqual(failures, [])
        self.assertEqual(repr(columns[0][0]), "Row(a=2, b='🍓')")
        self.assertEqual(
            apply(GROUPS, {"form": "expression", "source": "beam.Row(a=n)"})[0][0][2].as_dict(), {"a": [4, 5, 3]}
        )

    def test_beam_s_times(self):
        batch = batch_of({"t": TIMESTAMP}, {"t": [Timestamp(1.5)]})
        code = "from apache_beam.utils.timestamp import Duration, Timestamp\ndef f(row):\n  "
        columns, failures = apply(batch, {"source": code + "return [row.t + 1, isinstance(row.t, Timestamp)]"})
        self.assertEqual(failures, [])
        columns, failures = apply(
            batch,
            {"source": code + "return Timestamp(micros=7)"},
            {"source": code + "return Duration(2)"},
            {"source": code + "return Timestamp(2)"},
            types=[TIMESTAMP, DURATION, ANY],
        )
        self.assertEqual(failures, [])
        self.assertEqual([columns[0][0].micros, columns[1][0].micros, columns[2][0].micros], [7, 2_000_000, 2_000_000])


class TimesTests(unittest.TestCase):
    """Our own times behave as Beam's do."""

    EXPRESSIONS = [
        "Timestamp(1.5)",
        "Timestamp(1)",
        "Timestamp(-1.5)",
        "Timestamp(micros=1)",
        "Duration(3)",
        "Timestamp(5) + 3",
        "3 + Timestamp(5)",
        "Timestamp(5) - 3",
        "Timestamp(5) - Timestamp(2)",
        "Timestamp(5) + Duration(1)",
        "Duration(1) + Timestamp(5)",
        "Timestamp(7) % 4",
        "Timestamp(7) < 8",
        "Timestamp(7) == 7",
        "Timestamp(7) == 'x'",
        "Timestamp(7) == Timestamp(7)",
        "Duration(2) * 3",
        "-Duration(2)",
        "Duration(5) - 2",
        "5 - Duration(2)",
        "Duration(5) % 3",
        "float(Timestamp(1.25))",
        "int(Timestamp(1.75))",
        "Timestamp(1.75).seconds()",
        "Timestamp(1.75).to_utc_datetime()",
        "Timestamp(1.75).to_utc_datetime(has_tz=True).isoformat()",
        "Timestamp(1).to_rfc3339()",
        "Timestamp(1.75).to_rfc3339()",
        "Timestamp.from_rfc3339('2026-01-02T03:04:05.678Z')",
        "Timestamp(1).predecessor()",
        "Timestamp(1).successor()",
        "Timestamp.of(3)",
        "Timestamp.of(Timestamp(3))",
        "Duration.of(3)",
        "sorted([Timestamp(3), Timestamp(1)])",
        "{Timestamp(1): 2}[Timestamp(1)]",
        "Timestamp('1')",
        "Timestamp.of(Duration(1))",
        "Timestamp(1) + Timestamp(1)",
        "Duration.of(Timestamp(1))",
        "Timestamp(1) < 'x'",
        "Timestamp(True)",
        "str(Timestamp(2.000001))",
    ]

    @unittest.skipUnless(importlib.util.find_spec("apache_beam"), "apache-beam is not installed")
    def test_the_same_as_beam_s(self):
        from apache_beam.utils import timestamp as theirs

        def outcome(text, scope):
            try:
                return repr(eval(text, scope))
            except Exception as error:
                return type(error).__name__

        ours = {"Timestamp": Timestamp, "Duration": Duration}
        for text in self.EXPRESSIONS:
            with self.subTest(text=text):
                self.assertEqual(outcome(text, dict(ours)), outcome(text, dict(vars(theirs))))


if __name__ == "__main__":
    unittest.main()

"""`mltransform.run`: the values of TensorFlow Transform, which `mltransform_oracle.py` asked, and artifacts."""

import json
import math
import os
import random
import tempfile
import unittest
from importlib.util import find_spec
from unittest import mock

import support  # noqa: F401
from beamstack_worker.tasks import TIMESTAMP, Context, TaskError

HAS_ARROW = bool(find_spec("pyarrow") and find_spec("numpy"))
if HAS_ARROW:
    import numpy as np
    import pyarrow as pa
    from beamstack_worker import mltransform_quantiles
    from beamstack_worker.mltransform import ARTIFACTS, RunMLTransform
    from beamstack_worker.mltransform_hashes import fingerprint, keyed_hash

EXPECTED = os.path.join(os.path.dirname(__file__), "mltransform_expected.json")


class Writer:
    """Takes what a task writes."""

    def __init__(self, schema):
        self.batches, self.schema = [], schema

    def write(self, batch):
        assert batch.schema == self.schema, (batch.schema, self.schema)
        self.batches.append(batch)


def spec(type, **config):
    return {"type": type, "config": config}


@unittest.skipUnless(HAS_ARROW, "needs pyarrow and numpy")
class TransformTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.artifacts = os.path.join(self.folder, "artifacts")

    def task(self, config, schema):
        task = RunMLTransform(config, [schema], Context(self.folder, self.folder))
        self.addCleanup(task.close)
        return task

    def run_rows(self, config, table, size=3):
        """The rows that come out, through batches of a few rows."""
        batches = table.to_batches(max_chunksize=size)
        plain = pa.schema([field for field in table.schema if not field.name.startswith("__")])
        task = self.task(config, plain)
        planned = task.outputs()[0].schema
        task.open()
        if task.mode == "elementwise":
            made = [task.process(batch).batches[0] for batch in batches]
            for batch in made:
                self.assertEqual(batch.schema, planned)
            return pa.Table.from_batches(made).to_pylist()
        writer = Writer(task.outputs()[0].schema)
        task.run([lambda: iter(batches)], [writer])
        return pa.Table.from_batches(writer.batches, writer.schema).to_pylist()

    def learn(self, transforms, size=3, **columns):
        rows = self.run_rows({"transforms": transforms}, pa.table(columns), size)
        return [{name: value for name, value in row.items() if not name.startswith("__")} for row in rows]

    def refused(self, code, path, config, **columns):
        with self.assertRaises(TaskError) as raised:
            self.run_rows(config, pa.table(columns or {"x": [1.0], "name": ["a"]}))
        error = raised.exception
        self.assertEqual((error.code, error.path), (code, [str(part) for part in path]), error.message)
        return error

    def assert_close(self, ours, theirs, message):
        if isinstance(theirs, list) and not isinstance(ours, list):
            # TensorFlow has lists of one element where we have values.
            self.assertEqual(len(theirs), 1, message)
            theirs = theirs[0]
        if isinstance(theirs, list):
            self.assertEqual(len(ours), len(theirs), message)
            for pair in zip(ours, theirs):
                self.assert_close(*pair, message)
        elif isinstance(theirs, float):
            # TensorFlow computes with 32 bits.
            self.assertAlmostEqual(ours, theirs, delta=2e-6 * max(1, abs(theirs)), msg=message)
        else:
            self.assertEqual(ours, theirs, message)

    def test_values_are_those_of_tensorflow_transform(self):
        with open(EXPECTED, encoding="utf-8") as file:
            cases = json.load(file)
        self.assertGreater(len(cases), 30)
        for case in cases:
            names = case["rows"][0]
            table = pa.table({name: [row[name] for row in case["rows"]] for name in names})
            for size in (2, 1000):
                with self.subTest(case["name"], size=size):
                    ours = self.run_rows({"transforms": case["transforms"]}, table, size)
                    for row, expected in zip(ours, case["expected"]):
                        for name, value in expected.items():
                            self.assert_close(row[name], value, f"{case['name']}: {row} for {expected}")

    def test_nothing_but_the_columns_changes(self):
        table = pa.table({"x": [1.0, None, 3.0], "id": ["a", "b", None], TIMESTAMP: [30, 20, 10]})
        rows = self.run_rows({"transforms": [spec("ScaleTo01", columns=["x"])]}, table, size=2)
        self.assertEqual(
            [(row["x"], row["id"], row[TIMESTAMP]) for row in rows], [(0.0, "a", 30), (None, "b", 20), (1.0, None, 10)]
        )

    def test_nulls_stay_null(self):
        lists = pa.array([[1, None], None, [3]], pa.list_(pa.int64()))
        self.assertEqual(
            self.learn([spec("ScaleTo01", columns=["x"])], x=lists), [{"x": [0.0, None]}, {"x": None}, {"x": [1.0]}]
        )
        texts = ["a b", None, "", "a"]
        for type, expected in [
            ("ComputeAndApplyVocabulary", [[0, 1], None, [], [0]]),
            ("NGrams", [["a", "b"], None, [], ["a"]]),
            ("BagOfWords", [["a", "b"], None, [], ["a"]]),
        ]:
            found = self.learn([spec(type, columns=["x"], split_string_by_delimiter=" ")], x=texts)
            self.assertEqual([row["x"] for row in found], expected, type)
        found = self.learn(
            [spec("ComputeAndApplyVocabulary", columns=["x"]), spec("TFIDF", columns=["x"])], x=["a", None, "b"]
        )
        self.assertEqual([row["x_vocab_index"] for row in found], [[1], None, [0]])
        self.assertEqual(self.learn([spec("HashStrings", columns=["x"], hash_buckets=7)], x=["a", None])[1]["x"], None)

    def test_no_rows_and_no_numbers(self):
        for transform in ["ScaleTo01", "ScaleToZScore", "Bucketize"]:
            made = spec(transform, columns=["x"], **({"num_buckets": 3} if transform == "Bucketize" else {}))
            self.assertEqual(self.learn([made], x=pa.array([], pa.float64())), [])
            self.assertEqual(self.learn([made], x=pa.array([None, None], pa.float64())), [{"x": None}] * 2)

    def test_a_chain_learns_from_what_the_steps_before_it_give(self):
        values = [float(n) for n in range(11)]
        chain = [
            spec("ScaleByMinMax", columns=["x"], max_value=100),
            spec("ScaleToZScore", columns=["x", "y"]),
            spec("Bucketize", columns=["y"], num_buckets=2),
        ]
        rows = self.learn(chain, x=values, y=values)
        self.assertAlmostEqual(sum(row["x"] for row in rows), 0, places=9)
        self.assertAlmostEqual(sum(row["x"] ** 2 for row in rows) / 11, 1, places=9)
        self.assertEqual([row["y"] for row in rows], [0] * 5 + [1] * 6)

    def test_artifacts_are_read_again(self):
        chain = [
            spec("ComputeAndApplyVocabulary", columns=["name"], split_string_by_delimiter=" "),
            spec("TFIDF", columns=["name"]),
            spec("ScaleTo01", columns=["x"]),
            spec("Bucketize", columns=["y"], num_buckets=2),
            spec("HashStrings", columns=["key"], hash_buckets=9),
        ]
        table = pa.table({"name": ["a b", "b", "c b"], "x": [1, 5, 3], "y": [1.5, 2.5, 9.0], "key": ["k", "l", "m"]})
        learnt = self.run_rows({"transforms": chain, "write_artifact_location": self.artifacts}, table)
        read = self.run_rows({"read_artifact_location": self.artifacts}, table)
        learnt = [{name: value for name, value in row.items() if not name.startswith("__")} for row in learnt]
        self.assertEqual(read, learnt)
        other = pa.table({"name": ["b z"], "x": [9], "y": [0.0], "key": ["k"], "more": [True]})
        row = self.run_rows({"read_artifact_location": "artifacts"}, other)[0]
        self.assertEqual((row["name"], row["x"], row["y"], row["more"]), ([0, -1], 2.0, 0, True))
        self.assertEqual(os.listdir(self.artifacts), [ARTIFACTS])
        with open(os.path.join(self.artifacts, ARTIFACTS)) as file:
            content = json.load(file)
        self.assertEqual(content["transforms"][0]["learnt"]["name"]["vocabulary"], ["b", "c", "a"])
        self.assertEqual(content["transforms"][2]["learnt"]["x"], {"min": 1.0, "max": 5.0})
        self.assertEqual(content["input"], {"name": "string", "x": "int64", "y": "double", "key": "string"})

    def test_what_learns_nothing_runs_batch_by_batch(self):
        config = {"transforms": [spec("NGrams", columns=["x"])], "write_artifact_location": self.artifacts}
        self.assertEqual(self.task(config, pa.schema({"x": pa.string()})).mode, "elementwise")
        self.run_rows(config, pa.table({"x": ["a"]}))
        self.assertEqual(
            self.run_rows({"read_artifact_location": self.artifacts}, pa.table({"x": ["b"]})), [{"x": ["b"]}]
        )
        learning = self.task({"transforms": [spec("ScaleTo01", columns=["x"])]}, pa.schema({"x": pa.int64()}))
        self.assertEqual((learning.mode, learning.wants_time), ("collection", True))
        self.assertIn("ScaleTo01", learning.mode_reason)

    def test_word_counts_are_artifacts(self):
        config = {
            "transforms": [spec("BagOfWords", columns=["x"], split_string_by_delimiter=" ", compute_word_count=True)],
            "write_artifact_location": self.artifacts,
        }
        self.run_rows(config, pa.table({"x": ["b a b", "a"]}))
        with open(os.path.join(self.artifacts, ARTIFACTS)) as file:
            self.assertEqual(json.load(file)["transforms"][0]["learnt"]["x"]["word_counts"], {"a": 2, "b": 2})

    def test_quantiles_are_exact_however_many_numbers(self):
        dice = random.Random(2)
        for values in [
            [dice.gauss(0, 1e3) for _ in range(5000)],
            [dice.choice([-0.0, 0.0, 1e-300, -1e300, 3.5, math.inf, -math.inf]) for _ in range(3000)],
            [7.0] * 2000,
        ]:
            expected = sorted(values)
            with mock.patch.object(mltransform_quantiles, "_LIMIT", 1000):
                quantiles = mltransform_quantiles.Quantiles([(k, 10) for k in range(1, 10)])
                passes = 0
                while True:
                    for start in range(0, len(values), 700):
                        quantiles.add(np.array(values[start : start + 700]))
                    passes += 1
                    if quantiles.finish_pass():
                        break
            self.assertEqual(quantiles.values, [expected[k * len(values) // 10] for k in range(1, 10)])
            self.assertEqual(passes, 4)

    def test_hashes(self):
        # What `tf.strings.to_hash_bucket_fast` and `to_hash_bucket_strong` with the key [123, 456] give of 2**62.
        for text, fast, strong in HASHES:
            self.assertEqual(fingerprint(text.encode()) % 2**62, fast)
            self.assertEqual(keyed_hash(text.encode(), (123, 456)) % 2**62, strong)

    @unittest.skipUnless(find_spec("wordllama"), "needs wordllama")
    def test_embeddings(self):
        config = {
            "transforms": [spec("WordLlamaEmbeddings", columns=["x"], dimensions=64)],
            "write_artifact_location": self.artifacts,
        }
        rows = self.run_rows(config, pa.table({"x": ["a cat", None, ""], "id": [1, 2, 3]}))
        self.assertEqual([row["x"] and len(row["x"]) for row in rows], [64, None, None])
        again = self.run_rows({"read_artifact_location": self.artifacts}, pa.table({"x": ["a cat"]}))
        self.assertEqual(again[0]["x"], rows[0]["x"])

    def test_embeddings_of_an_endpoint_keep_no_key(self):
        from test_embeddings import Endpoint

        with Endpoint() as server:
            made = spec(
                "OpenAITextEmbeddings", columns=["x"], model_name="lengths", base_url=server.url, api_key="secret-key"
            )
            config = {"transforms": [made], "write_artifact_location": self.artifacts}
            self.assertEqual(self.run_rows(config, pa.table({"x": ["abc"]})), [{"x": [3.0, 1.0]}])
            with open(os.path.join(self.artifacts, ARTIFACTS)) as file:
                self.assertNotIn("secret-key", file.read())
            made["config"]["model_name"] = "other"
            error = self.refused("model-not-found", ["transforms", 0, "config", "model_name"], config, x=["a"])
            self.assertNotIn("secret-key", error.message)

    def test_configuration_is_checked(self):
        wrong, place = "invalid-configuration", ["transforms", 0, "config"]
        self.refused(wrong, [], {})
        self.refused(wrong, ["transforms", 0, "type"], {"transforms": [spec("ScaleTo02", columns=["x"])]})
        error = self.refused(wrong, ["transforms", 0, "type"], {"transforms": [spec("ScaleToGaussian", columns=["x"])]})
        self.assertIn("TensorFlow", error.hint)
        self.refused(wrong, ["transforms", 0], {"transforms": [spec("ScaleTo01")]})
        self.refused(wrong, [*place, "columns"], {"transforms": [spec("ScaleTo01", columns=["y"])]})
        self.refused(wrong, [*place, "columns"], {"transforms": [spec("ScaleTo01", columns=["name"])]})
        self.refused(wrong, [*place, "columns"], {"transforms": [spec("NGrams", columns=["x"])]})
        self.refused(wrong, [*place, "max"], {"transforms": [spec("ScaleTo01", columns=["x"], max=3)]})
        self.refused(wrong, [*place, "max_value"], {"transforms": [spec("ScaleByMinMax", columns=["x"], max_value=0)]})
        self.refused(wrong, [*place, "num_buckets"], {"transforms": [spec("Bucketize", columns=["x"])]})
        boundaries = spec("ApplyBuckets", columns=["x"], bucket_boundaries=[3, 1])
        self.refused(wrong, [*place, "bucket_boundaries"], {"transforms": [boundaries]})
        self.refused(wrong, ["transforms", 0], {"transforms": [spec("TFIDF", columns=["x"])]}, x=[1])
        self.refused(wrong, ["transforms", 0], {"transforms": [spec("NGrams", columns=["name"], ngram_range=[1, 2])]})
        self.refused(
            wrong, [*place, "ngram_range"], {"transforms": [spec("NGrams", columns=["name"], ngram_range=[2, 1])]}
        )
        self.refused(
            wrong, [*place, "key"], {"transforms": [spec("HashStrings", columns=["name"], hash_buckets=2, key=[1])]}
        )
        both = {"read_artifact_location": "a", "write_artifact_location": "b"}
        self.refused(wrong, ["read_artifact_location"], both)
        self.refused("model-not-found", ["read_artifact_location"], {"read_artifact_location": "nothing"})
        os.mkdir(self.artifacts)
        with open(os.path.join(self.artifacts, ARTIFACTS), "w") as file:
            file.write('{"format": 1')
        self.refused("damaged-file", ["read_artifact_location"], {"read_artifact_location": self.artifacts})
        blocked = {"transforms": [spec("ScaleTo01", columns=["x"])], "write_artifact_location": EXPECTED}
        self.refused("write-refused", ["write_artifact_location"], blocked)

    def test_artifacts_that_do_not_fit_the_input(self):
        config = {"transforms": [spec("ScaleTo01", columns=["x"])], "write_artifact_location": self.artifacts}
        self.run_rows(config, pa.table({"x": [1.0]}))
        place = ["read_artifact_location", "config", "columns"]
        self.refused("invalid-configuration", place, {"read_artifact_location": self.artifacts}, y=[1.0])
        self.refused("invalid-configuration", place, {"read_artifact_location": self.artifacts}, x=["text"])


HASHES = [
    ("", 1936946117179621455, 887865449656487406),
    ("x", 107802420385376258, 3848351551366819037),
    ("xxx", 3091163115821544028, 2622880214484265669),
    ("xxxx", 1720235418723337390, 4035423082699370004),
    ("xxxxxxxx", 416454844068956798, 1024470411271664115),
    ("x" * 16, 3320895591121647644, 661598402011599954),
    ("x" * 17, 2082709914559524773, 1067430206084356362),
    ("x" * 32, 3678204687145032709, 555245353989937375),
    ("x" * 33, 3046993373088323127, 35790345289312529),
    ("x" * 64, 2304502108871267256, 1159936546045141416),
    ("x" * 65, 323337772074164025, 3976137836744202026),
    ("x" * 128, 1256696753479420951, 1197249533018174010),
    ("x" * 129, 3958089325734133430, 3060066102746049446),
    ("\u028b\u0206\u02a1\u0273d\u028d.\u03c3\u037a", 4047746268793654686, 777468059375988781),
    (
        "\u0392\u00bb\u010e\u02ab\u00bc\u0399\u03d5\u0238\u01b0\u03180\u02d0\u033cb\u00c4\u0329\u03f5",
        2064760198866936746,
        3772494384199218471,
    ),
    (
        "\u0279\u0173\u0255\u03a7\u03d1\u013e\u0226\u0112E\u015e(o\u008f\u0287\u0245A\u03ec\u00eb\u01c2\u014b\u0292\u012e\u00c0\u02e3L\u0399\u017c\u0162\u0191\u03f6\u00ae\u03b7\u0393\u01a3\u01a2\u01f8\u039b",
        3704154029295022088,
        3488467322211897443,
    ),
    (
        '\u009e\u0244\u03ad\u0365\u009b\u00d0\u0116\u034b\u0139\u03d0\u03af\u035a\u00a4\u036c\u03cf(\u0214\u02a4\u0269\u0394\u01baT\u0327\u0136\u011f\u0134\u0299\u023c\u0235\u01d2U\u0205\u016b\u033c\u0368"\u038eY\u033a\u00a2P\u00a0Tg\u020fB\u038b\u02fay\u0230\u0223\u0216\u0164\u00c1\u0163j\u0188\u01ac\u02b7\u01af\u0279',
        473648354325785445,
        4305454740989445844,
    ),
    (
        "\u00b7\u0278\u0230\u0163\u03de\u010e\u0388\u02e4\u0247\u03f1\u033f\u014f\u02d0\u02f3\u038c\u01c8\u0282\u038b\u0277\u0277\u0132\u03af\u00ff\u015b8\u0133\u020b\u0358\u01a8\u00ee\u00d1\u0268\u0192\u0115\u016a\u020f\u0339\u0395\u00b4\u01cd\u02eb\u020c\u02ef\u0286\u00f3\u0200\u0273\u0377\u03bc\u036a\u02bd\u025b=\u020d\u0303k\u038e\u03eb\u01ba\u0342\u0310\u03a8\u03f8O\u01ff\u03c5\u010c\u03b1\u0111\u02b8\u02ff\u033c\u02d4g\u03f6\u00ff\u038b",
        3426674541175393726,
        35594975828979634,
    ),
]

if __name__ == "__main__":
    unittest.main()

"""Makes `mltransform_expected.json`: what Beam's own MLTransform gives, with TensorFlow Transform, for each case.

TensorFlow Transform needs an environment of its own, which only Python 3.9 to 3.11 can have:

    pip install --no-deps tensorflow-transform==1.16.0 tfx-bsl==1.16.1
    pip install tensorflow-cpu==2.16.2 'numpy<2' apache-beam==2.60.0 'protobuf<5' 'tensorflow-metadata<1.17' \
        'pandas<2' tf_keras==2.16.0 pydot google-api-python-client tensorflow-serving-api==2.16.1 'pyarrow<11'
"""

import json
import os
import random
import sys
import tempfile

import apache_beam as beam
import numpy as np
from apache_beam.ml.transforms import tft
from apache_beam.ml.transforms.base import MLTransform

dice = random.Random(5)
NUMBERS = [round(dice.gauss(10, 4), 3) for _ in range(57)]
TEXTS = ["I love apples", "apples are apples", "pears and plums", "", "love, love and plums"]


def case(name, transforms, rows):
    return {"name": name, "transforms": [{"type": type, "config": config} for type, config in transforms], "rows": rows}


def column(values, name="x"):
    return [{name: value} for value in values]


CASES = [
    case("ScaleTo01", [("ScaleTo01", {"columns": ["x"]})], column([1, 2, 5, 9])),
    case("ScaleTo01 of equal values", [("ScaleTo01", {"columns": ["x"]})], column([3.0, 3.0])),
    case("ScaleTo01 of lists", [("ScaleTo01", {"columns": ["x"]})], column([[1.0, 2.0], [5.0, 9.0]])),
    case("ScaleToZScore", [("ScaleToZScore", {"columns": ["x"]})], column([1.0, 2.0, 5.0, 9.0])),
    case("ScaleToZScore of equal values", [("ScaleToZScore", {"columns": ["x"]})], column([3.0, 3.0])),
    case(
        "ScaleByMinMax",
        [("ScaleByMinMax", {"columns": ["x"], "min_value": -1.0, "max_value": 3.0})],
        column([1.0, 2.0, 5.0, 9.0]),
    ),
    case(
        "ScaleByMinMax of equal values",
        [("ScaleByMinMax", {"columns": ["x"], "min_value": -1.0, "max_value": 3.0})],
        column([4.0, 4.0]),
    ),
    case(
        "ApplyBuckets",
        [("ApplyBuckets", {"columns": ["x"], "bucket_boundaries": [2, 5, 8]})],
        column([1.0, 2.0, 4.9, 5.0, 8.0, 100.0, float("nan")]),
    ),
    case(
        "ApplyBucketsWithInterpolation",
        [("ApplyBucketsWithInterpolation", {"columns": ["x"], "bucket_boundaries": [2.0, 5.0, 8.0]})],
        column([1.0, 2.0, 3.5, 5.0, 6.5, 8.0, 100.0]),
    ),
    case(
        "ApplyBucketsWithInterpolation with one boundary",
        [("ApplyBucketsWithInterpolation", {"columns": ["x"], "bucket_boundaries": [2.0]})],
        column([1.0, 2.0, 3.5]),
    ),
    case(
        "Bucketize 1..10 into 3",
        [("Bucketize", {"columns": ["x"], "num_buckets": 3})],
        column([float(n) for n in range(1, 11)]),
    ),
    case(
        "Bucketize 1..100 into 4",
        [("Bucketize", {"columns": ["x"], "num_buckets": 4})],
        column([float(n) for n in range(1, 101)]),
    ),
    case("Bucketize normal numbers into 7", [("Bucketize", {"columns": ["x"], "num_buckets": 7})], column(NUMBERS)),
    case(
        "Bucketize repeated numbers",
        [("Bucketize", {"columns": ["x"], "num_buckets": 4})],
        column([1.0] * 8 + [2.0, 3.0]),
    ),
    case("Bucketize whole numbers", [("Bucketize", {"columns": ["x"], "num_buckets": 2})], column([5, 1, 3, 2, 4])),
    case("Bucketize two numbers into 2", [("Bucketize", {"columns": ["x"], "num_buckets": 2})], column([5.0, 1.0])),
    case(
        "ComputeAndApplyVocabulary",
        [("ComputeAndApplyVocabulary", {"columns": ["x"]})],
        column(["b", "a", "c", "b", "a", "b", "d"]),
    ),
    case(
        "ComputeAndApplyVocabulary of lists",
        [("ComputeAndApplyVocabulary", {"columns": ["x"]})],
        column([["I", "like", "pie"], ["yum", "yum", "pie"]]),
    ),
    case(
        "ComputeAndApplyVocabulary split",
        [("ComputeAndApplyVocabulary", {"columns": ["x"], "split_string_by_delimiter": " ,"})],
        column(TEXTS),
    ),
    case(
        "ComputeAndApplyVocabulary top_k",
        [("ComputeAndApplyVocabulary", {"columns": ["x"], "top_k": 2, "default_value": -9})],
        column(["b", "a", "c", "b", "a", "b", "d"]),
    ),
    case(
        "ComputeAndApplyVocabulary frequency",
        [("ComputeAndApplyVocabulary", {"columns": ["x"], "frequency_threshold": 2})],
        column(["b", "a", "c", "b", "a", "b", "d"]),
    ),
    case(
        "ComputeAndApplyVocabulary buckets",
        [("ComputeAndApplyVocabulary", {"columns": ["x"], "top_k": 1, "num_oov_buckets": 5})],
        column(["b", "a", "c", "b", "a", "b", "d", "ü", ""]),
    ),
    case(
        "TFIDF",
        [
            ("ComputeAndApplyVocabulary", {"columns": ["x"], "split_string_by_delimiter": " "}),
            ("TFIDF", {"columns": ["x"]}),
        ],
        column(["I like pie pie pie", "yum yum pie"]),
    ),
    case(
        "TFIDF not smooth",
        [
            ("ComputeAndApplyVocabulary", {"columns": ["x"], "split_string_by_delimiter": " "}),
            ("TFIDF", {"columns": ["x"], "smooth": False}),
        ],
        column(["I like pie pie pie", "yum yum pie"]),
    ),
    case(
        "TFIDF with a size", [("TFIDF", {"columns": ["x"], "vocab_size": 4})], column([[0, 1, 1], [1, 2, 3, 3], [0, 0]])
    ),
    case(
        "NGrams",
        [
            (
                "NGrams",
                {"columns": ["x"], "split_string_by_delimiter": " ", "ngram_range": [1, 3], "ngrams_separator": " "},
            )
        ],
        column(["I like pie", "yum yum pie"]),
    ),
    case("NGrams alone", [("NGrams", {"columns": ["x"], "split_string_by_delimiter": ", "})], column(TEXTS)),
    case(
        "BagOfWords",
        [("BagOfWords", {"columns": ["x"], "split_string_by_delimiter": " "})],
        column(["I like pie pie pie", "yum yum pie"]),
    ),
    case(
        "BagOfWords of pairs",
        [
            (
                "BagOfWords",
                {"columns": ["x"], "split_string_by_delimiter": " ,", "ngram_range": [1, 2], "ngrams_separator": "+"},
            )
        ],
        column(TEXTS),
    ),
    case(
        "HashStrings",
        [("HashStrings", {"columns": ["x"], "hash_buckets": 10})],
        column(["a", "b", "", "ünï", "a longer text than thirty-two bytes has", "x" * 100, "0123456789abcdef0"]),
    ),
    case(
        "HashStrings with a key",
        [("HashStrings", {"columns": ["x"], "hash_buckets": 1000, "key": [123, 456]})],
        column(["a", "b", "", "ünï", "01234567", "0123456789abcdef0"]),
    ),
    case(
        "DeduplicateTensorPerRow",
        [("DeduplicateTensorPerRow", {"columns": ["x"]})],
        column([["b", "a", "b"], ["c"], ["c", "c"]]),
    ),
    case(
        "a chain",
        [
            ("ScaleTo01", {"columns": ["x"]}),
            ("Bucketize", {"columns": ["x"], "num_buckets": 2}),
            ("ScaleToZScore", {"columns": ["y"]}),
        ],
        [{"x": n, "y": float(n * n)} for n in range(6)],
    ),
]


def plain(value):
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, bytes):
        return value.decode()
    return value


def run(case):
    made = [
        getattr(tft, each["type"])(
            **{k: tuple(v) if k in ("ngram_range", "key") else v for k, v in each["config"].items()}
        )
        for each in case["transforms"]
    ]
    out = os.path.join(tempfile.mkdtemp(), "out")
    # A row of scalars is one of lists to TensorFlow; Beam's coders fall over scalars that are integers.
    rows = [{key: value if isinstance(value, list) else [value] for key, value in row.items()} for row in case["rows"]]
    rows = [dict(row, row_number=[index]) for index, row in enumerate(rows)]
    with beam.Pipeline(options=beam.options.pipeline_options.PipelineOptions(["--runner=DirectRunner"])) as pipeline:
        result = (
            pipeline
            | beam.Create(rows)
            | beam.Map(lambda row: beam.Row(**row)).with_output_types(
                beam.typehints.row_type.RowTypeConstraint.from_fields([(k, kind(v)) for k, v in rows[0].items()])
            )
            | MLTransform(write_artifact_location=tempfile.mkdtemp(), transforms=made)
            | beam.Map(lambda row: json.dumps({k: plain(v) for k, v in row.as_dict().items()}))
            | beam.io.WriteToText(out, num_shards=1)
        )
    with open(out + "-00000-of-00001") as file:
        found = [json.loads(line) for line in file]
    found.sort(key=lambda row: row["row_number"])
    for row in found:
        row.pop("row_number")
    return found


def kind(value):
    import typing

    if isinstance(value, list):
        return typing.List[type(value[0])]
    return type(value)


expected = []
for each in CASES:
    if len(sys.argv) > 2 and sys.argv[2] not in each["name"]:
        continue
    try:
        expected.append({**each, "expected": run(each)})
        print("ok", each["name"], json.dumps(expected[-1]["expected"])[:400])
    except Exception as error:
        print("FAILED", each["name"], type(error), str(error)[-600:])
with open(sys.argv[1], "w") as file:
    lines = ",\n".join("  " + json.dumps(each, ensure_ascii=False) for each in expected)
    file.write("[\n" + lines + "\n]\n")

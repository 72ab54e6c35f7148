"""`anomaly.detect`: the same scores, labels and thresholds as Beam's own detectors, row for row."""

import math
import random
import unittest
from importlib.util import find_spec

import support  # noqa: F401
from beamstack_worker.anomaly import DetectAnomalies
from beamstack_worker.tasks import TIMESTAMP, WINDOW_END, WINDOW_START, Context, TaskError
from beamstack_worker.values import DOUBLE, INT64, STRING, Batch, Field, Schema

VALUES = [1.0, 1.0, 5.0, 9.0, None, 20.0, 10.0, 1.0, math.nan, 3.0]


class Writer:
    """Takes what a task writes."""

    def __init__(self):
        self.batches = []

    def write(self, batch):
        self.batches.append(batch)


def detect(detector, batches, **config):
    """The rows that come out, as (example, predictions), of batches of one schema."""
    task = DetectAnomalies({"detector": detector, **config}, [plain(batches[0].schema)], Context())
    task.open()
    writer = Writer()
    task.run([lambda: iter(batches)], [writer])
    return [row for batch in writer.batches for row in batch.rows()]


def plain(schema):
    return Schema([field for field in schema if not field.name.startswith("__")])


def numbers(values, size=4):
    """Batches of one column."""
    schema = Schema([Field("x", DOUBLE)])
    return [Batch(schema, [values[start : start + size]]) for start in range(0, len(values), size)]


def comparable(prediction):
    """A prediction, with NaN as something that equals itself."""
    parts = [prediction.model_id, prediction.score, prediction.label, prediction.threshold]
    parts = ["NaN" if isinstance(part, float) and part != part else part for part in parts]
    return parts + [
        prediction.source_predictions and [comparable_source(each) for each in prediction.source_predictions]
    ]


def comparable_source(prediction):
    score = prediction.score
    return [prediction.model_id, "NaN" if score is not None and score != score else score, prediction.label]


def spec(type, **config):
    return {"type": type, "config": config}


class DetectorTests(unittest.TestCase):
    def scores(self, detector, values, **config):
        return [row.predictions[0].score for row in detect(detector, numbers(values), **config)]

    def refused(self, detector, path, schema=None, **config):
        schema = schema or Schema([Field("x", DOUBLE), Field("y", INT64), Field("name", STRING)])
        with self.assertRaises(TaskError) as raised:
            DetectAnomalies({"detector": detector, **config}, [schema], Context())
        self.assertEqual((raised.exception.code, raised.exception.path), ("invalid-configuration", path))
        return raised.exception

    def test_scores_of_beams_documentation(self):
        scores = self.scores(spec("ZScore"), [1, 1, 5, 9, 20, 10, 1])
        self.assertTrue(all(score != score for score in scores[:2]))
        self.assertEqual(
            scores[2:], [0.0, 2.8867513459481287, 4.177863742936748, 0.35502819053868157, 0.932910509720565]
        )
        self.assertEqual(
            self.scores(spec("RobustZScore"), [1, 1, 5, 7, 20, 6, 1])[1:], [0, 0, 0, 5.73325, 0.168625, 1.349]
        )

    def test_rows_keep_fields_order_and_time(self):
        schema = Schema([Field("shop", STRING), Field("x", INT64), Field(TIMESTAMP, INT64)])
        batches = [Batch(schema, [["a", "b"], [1, 2], [70, 60]]), Batch(schema, [["a"], [3], [50]])]
        rows = detect(spec("ZScore", features=["x"]), batches)
        self.assertEqual(
            [row.example.as_dict() for row in rows],
            [{"shop": "a", "x": 1}, {"shop": "b", "x": 2}, {"shop": "a", "x": 3}],
        )
        self.assertEqual([row[TIMESTAMP] for row in rows], [70, 60, 50])

    def test_keys_and_windows_have_detectors_of_their_own(self):
        schema = Schema(
            [Field("shop", STRING), Field("x", INT64), Field(WINDOW_START, INT64), Field(WINDOW_END, INT64)]
        )
        columns = [["a", "b"] * 4, [1, 100, 2, 200, 3, 300, 2, 200], [0] * 6 + [10] * 2, [10] * 6 + [20] * 2]
        rows = detect(spec("ZScore", features=["x"]), [Batch(schema, columns)], key="shop")
        scores = [row.predictions[0].score for row in rows]
        self.assertEqual([score == score for score in scores], [False] * 4 + [True] * 2 + [False] * 2)
        self.assertEqual(scores[4], scores[5])

    def test_rows_without_a_value_have_no_score_and_change_none(self):
        with_gaps = self.scores(spec("IQR"), [1.0, 2.0, None, 4.0, 50.0])
        without = self.scores(spec("IQR"), [1.0, 2.0, 4.0, 50.0])
        self.assertIsNone(with_gaps[2])
        self.assertEqual([score for score in with_gaps if score is not None][1:], without[1:])

    def test_no_rows(self):
        self.assertEqual(detect(spec("ZScore"), [Batch(Schema([Field("x", DOUBLE)]), [[]])]), [])

    def test_configuration_is_checked(self):
        good = {"features": ["x"]}
        self.assertIn("did you mean 'ZScore'", self.refused(spec("Zscore"), ["detector", "type"]).hint)
        self.refused({"type": "ZScore", "configs": {}}, ["detector", "configs"])
        self.refused(None, ["detector"])
        self.assertIn("several fields", self.refused(spec("ZScore"), ["detector"]).message)
        self.refused(spec("ZScore", features=["x", "y"]), ["detector", "config", "features"])
        self.refused(spec("ZScore", features=["z"]), ["detector", "config", "features"])
        self.refused(spec("ZScore", features=["name"]), ["detector", "config", "features"])
        self.refused(spec("ZScore", **good, window=3), ["detector", "config", "window"])
        self.refused(spec("ZScore", **good), ["key"], key=["shop"])
        tracker = spec("IncSlidingMeanTracker", window_size=0)
        self.refused(
            spec("ZScore", **good, sub_stat_tracker=tracker),
            ["detector", "config", "sub_stat_tracker", "config", "window_size"],
        )
        threshold = spec("FixedThreshold", cutoff="high")
        self.refused(
            spec("ZScore", **good, threshold_criterion=threshold),
            ["detector", "config", "threshold_criterion", "config", "cutoff"],
        )
        self.refused(spec("EnsembleAnomalyDetector", sub_detectors=[]), ["detector", "config", "sub_detectors"])
        self.refused(
            spec("EnsembleAnomalyDetector", sub_detectors=[spec("ZScore", **good), spec("LOF")]),
            ["detector", "config", "sub_detectors", 1, "type"][:3] + ["1", "type"],
        )
        median = spec("MedianTracker", quantile_tracker=spec("BufferedLandmarkQuantileTracker", q=0.4))
        self.refused(
            spec("RobustZScore", **good, mad_tracker=spec("MadTracker", median_tracker=median)),
            [
                "detector",
                "config",
                "mad_tracker",
                "config",
                "median_tracker",
                "config",
                "quantile_tracker",
                "config",
                "q",
            ],
        )


@unittest.skipUnless(find_spec("apache_beam"), "needs apache-beam")
class BeamTests(unittest.TestCase):
    """Each detector against Beam's classes, which are made from the same specification."""

    def setUp(self):
        dice = random.Random(11)
        self.values = [
            dice.gauss(10, 3) if dice.random() > 0.05 else dice.choice([math.nan, 60.0, -40.0]) for _ in range(1300)
        ]

    def check(self, detector, values=None):
        values = values or self.values
        ours = [[comparable(each) for each in row.predictions] for row in detect(detector, numbers(values, 100))]
        theirs = [[comparable(each) for each in predictions] for predictions in Oracle(detector).predict_all(values)]
        self.assertEqual(ours, theirs)

    def test_detectors_with_their_defaults(self):
        for type in ("ZScore", "RobustZScore", "IQR"):
            with self.subTest(type):
                self.check(spec(type))
                self.check(spec(type), [3.0] * 8 + [4.0, 3.0])

    def test_trackers(self):
        for detector in [
            spec(
                "ZScore", sub_stat_tracker=spec("IncLandmarkMeanTracker"), stdev_tracker=spec("IncLandmarkStdevTracker")
            ),
            spec(
                "ZScore",
                sub_stat_tracker=spec("IncSlidingMeanTracker", window_size=7),
                stdev_tracker=spec("SimpleSlidingStdevTracker", window_size=150),
            ),
            spec("ZScore", sub_stat_tracker=spec("SimpleSlidingMeanTracker", window_size=150)),
            spec("IQR", q1_tracker=spec("BufferedSlidingQuantileTracker", window_size=20, q=0.25)),
            spec("IQR", q1_tracker=spec("BufferedLandmarkQuantileTracker", q=0.25)),
            spec(
                "IQR",
                q1_tracker=spec("SimpleSlidingQuantileTracker", window_size=20, q=0.25),
                q3_tracker=spec("BufferedSlidingQuantileTracker", window_size=20, q=0.75),
            ),
            spec(
                "RobustZScore",
                mad_tracker=spec(
                    "MadTracker",
                    median_tracker=spec(
                        "MedianTracker", quantile_tracker=spec("BufferedSlidingQuantileTracker", window_size=9, q=0.5)
                    ),
                ),
            ),
        ]:
            with self.subTest(detector):
                self.check(detector)

    def test_thresholds(self):
        for threshold in [
            spec("FixedThreshold", cutoff=2, outlier_label=7, missing_label=-1),
            spec("QuantileThreshold", quantile=0.9),
            spec("QuantileThreshold", quantile_tracker=spec("BufferedLandmarkQuantileTracker", q=0.99)),
            None,
        ]:
            with self.subTest(threshold):
                self.check(spec("ZScore", model_id="mine", threshold_criterion=threshold))

    def test_ensembles(self):
        detectors = [
            spec("ZScore", threshold_criterion=spec("FixedThreshold", cutoff=1)),
            spec("IQR"),
            spec("RobustZScore"),
        ]
        for aggregation, threshold in [
            (None, None),
            (None, spec("FixedThreshold", cutoff=2)),
            (spec("AnyVote"), None),
            (spec("AllVote"), None),
            (spec("MajorityVote", tie_breaker=1, include_source_predictions=True), None),
            (spec("AverageScore", agg_model_id="mean"), spec("QuantileThreshold")),
            (spec("MaxScore"), None),
        ]:
            with self.subTest(aggregation):
                config = {"aggregation_strategy": aggregation} if aggregation else {}
                if threshold:
                    config["threshold_criterion"] = threshold
                self.check(spec("EnsembleAnomalyDetector", sub_detectors=detectors, **config))


class Oracle:
    """Runs Beam's detectors, thresholds and aggregations on one row after the other, as Beam's transforms do."""

    def __init__(self, detector):
        import apache_beam.ml.anomaly.aggregations  # noqa: F401
        import apache_beam.ml.anomaly.detectors.iqr  # noqa: F401
        import apache_beam.ml.anomaly.detectors.robust_zscore  # noqa: F401
        import apache_beam.ml.anomaly.detectors.zscore  # noqa: F401
        from apache_beam.ml.anomaly.base import AnomalyPrediction

        self._prediction = AnomalyPrediction
        config = dict(detector["config"])
        self._parts, self._aggregation, self._threshold = None, None, None
        if detector["type"] == "EnsembleAnomalyDetector":
            self._parts = [Oracle(part) for part in config["sub_detectors"]]
            self._aggregation = made(config.get("aggregation_strategy"))
            self._threshold = made(config.get("threshold_criterion"))
            if self._aggregation:
                self._aggregation._set_agg_model_id_if_unset("custom")
        else:
            self._detector = made(detector)
            self._threshold = self._detector._threshold_criterion

    def predict_all(self, values):
        return [self.predict(value) for value in values]

    def predict(self, value):
        import dataclasses

        import apache_beam as beam

        if self._parts:
            predictions = [prediction for part in self._parts for prediction in part.predict(value)]
            if self._aggregation:
                predictions = [self._aggregation.apply(predictions)]
        else:
            row = beam.Row(x=value)
            score = self._detector.score_one(row)
            self._detector.learn_one(row)
            predictions = [self._prediction(model_id=self._detector._model_id, score=score)]
        if self._threshold:
            predictions = [
                dataclasses.replace(each, label=self._threshold.apply(each.score), threshold=self._threshold.threshold)
                for each in predictions
            ]
        return predictions


def made(value):
    """Beam's object of a specification."""
    from apache_beam.ml.anomaly.specifiable import Spec, Specifiable

    if isinstance(value, dict) and "type" in value:
        config = {key: made_spec(part) for key, part in value["config"].items()}
        return Specifiable.from_spec(Spec(value["type"], config))
    return value


def made_spec(value):
    from apache_beam.ml.anomaly.specifiable import Spec

    if isinstance(value, dict):
        return Spec(value["type"], {key: made_spec(part) for key, part in value["config"].items()})
    return value


if __name__ == "__main__":
    unittest.main()

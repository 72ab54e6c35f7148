"""Detectors, thresholds and votes by Beam's names, with Beam's results."""

import math
import statistics

from beamstack_worker import anomaly_trackers as trackers
from beamstack_worker.specs import Spec

NORMAL, OUTLIER, MISSING = 0, 1, -2
_WINDOW = 1000
_TINY = 1e-9
_NAN = float("nan")


class Prediction:
    """What a detector says of a row.

    score: NaN while the detector has seen too little, `None` where the row has no value.
    """

    __slots__ = ("model_id", "score", "label", "threshold", "sources")

    def __init__(self, model_id, score=None, label=None, threshold=None, sources=None):
        self.model_id = model_id
        self.score = score
        self.label = label
        self.threshold = threshold
        self.sources = sources


# Trackers


def _window_size(spec):
    return spec.number("window_size", low=1, whole=True)


def _quantile(spec):
    return spec.number("q", low=0, high=1)


_MEANS = {
    "IncSlidingMeanTracker": (("window_size",), lambda spec, _: trackers.Mean(_window_size(spec))),
    "IncLandmarkMeanTracker": ((), lambda spec, _: trackers.Mean()),
    "SimpleSlidingMeanTracker": (("window_size",), lambda spec, _: trackers.simple_mean(_window_size(spec))),
}
_DEVIATIONS = {
    "IncSlidingStdevTracker": (("window_size",), lambda spec, _: trackers.StandardDeviation(_window_size(spec))),
    "IncLandmarkStdevTracker": ((), lambda spec, _: trackers.StandardDeviation()),
    "SimpleSlidingStdevTracker": (
        ("window_size",),
        lambda spec, _: trackers.simple_standard_deviation(_window_size(spec)),
    ),
}
_QUANTILES = {
    "BufferedSlidingQuantileTracker": (
        ("window_size", "q"),
        lambda spec, _: trackers.Quantile(_quantile(spec), _window_size(spec)),
    ),
    "BufferedLandmarkQuantileTracker": (("q",), lambda spec, _: trackers.Quantile(_quantile(spec))),
    "SimpleSlidingQuantileTracker": (
        ("window_size", "q"),
        lambda spec, _: trackers.SimpleQuantile(_window_size(spec), _quantile(spec)),
    ),
    # Beam has a master in its configuration, which would be another tracker than the first: the first is meant.
    "SecondaryBufferedQuantileTracker": (
        ("master", "q"),
        lambda spec, master: trackers.SharedQuantile(master, _quantile(spec)),
    ),
}


def _median(spec, _):
    return _tracker(spec, "quantile_tracker", _QUANTILES, lambda: trackers.Quantile(0.5, _WINDOW), q=0.5)


_MEDIANS = {"MedianTracker": (("quantile_tracker",), _median)}


def _median_deviation(spec, _):
    return trackers.MedianDeviation(
        _tracker(spec, "median_tracker", _MEDIANS, None), _tracker(spec, "diff_median_tracker", _MEDIANS, None)
    )


_MEDIAN_DEVIATIONS = {"MadTracker": (("median_tracker", "diff_median_tracker"), _median_deviation)}


def _tracker(spec, name, table, default, q=None, master=None):
    """The tracker that a parameter describes."""
    nested = spec.nested(name, "tracker")
    if nested is None:
        return default() if default else None
    known, make = nested.choose(table)
    nested.check_parameters(known)
    if nested.type == "SecondaryBufferedQuantileTracker" and type(master) is not trackers.Quantile:
        raise nested.error("there is no buffered tracker before this one to share values with", "type")
    tracker = make(nested, master)
    if q is not None and tracker.q != q:
        raise nested.error(f"'{name}' must track the quantile {q}, not {tracker.q}", "config", "q")
    return tracker


# Thresholds

_LABELS = ("normal_label", "outlier_label", "missing_label")


class FixedThreshold:
    """Scores from a cutoff on are outliers."""

    def __init__(self, spec):
        self._normal, self._outlier, self._missing = _labels(spec)
        self._cutoff = float(spec.number("cutoff"))

    parameters = ("cutoff", *_LABELS)

    def _current(self, score):
        return self._cutoff

    def apply(self, prediction):
        """Sets label and threshold of a prediction."""
        score = prediction.score
        prediction.threshold = threshold = self._current(score)
        if score is None:
            prediction.label = None
        elif score != score:
            prediction.label = self._missing
        else:
            prediction.label = self._normal if score < threshold else self._outlier


class QuantileThreshold(FixedThreshold):
    """Scores from a quantile of the latest scores on, this one included, are outliers."""

    def __init__(self, spec):
        self._normal, self._outlier, self._missing = _labels(spec)
        q = spec.number("quantile", 0.95, low=0, high=1)
        self._tracker = _tracker(spec, "quantile_tracker", _QUANTILES, lambda: trackers.Quantile(q, 100))

    parameters = ("quantile", "quantile_tracker", *_LABELS)

    def _current(self, score):
        self._tracker.push(_NAN if score is None else score)
        return self._tracker.get()


def _labels(spec):
    return [spec.number(name, default, whole=True) for name, default in zip(_LABELS, (NORMAL, OUTLIER, MISSING))]


_THRESHOLDS = {"FixedThreshold": FixedThreshold, "QuantileThreshold": QuantileThreshold}


def _threshold(spec, cutoff=None):
    """The threshold of a detector: the one it names, none if it names null, else the detector's own cutoff."""
    if "threshold_criterion" in spec.config:
        nested = spec.nested("threshold_criterion", "threshold")
    elif cutoff is not None:
        nested = Spec({"type": "FixedThreshold", "config": {"cutoff": cutoff}}, spec.path, "threshold")
    else:
        nested = None
    if nested is None:
        return None
    cls = nested.choose(_THRESHOLDS)
    nested.check_parameters(cls.parameters)
    return cls(nested)


# Votes


class Aggregation:
    """Several predictions as one: by their labels, or by their scores."""

    def __init__(self, spec, kind, model_id):
        by_label = kind in _VOTES
        self._function = _VOTES[kind] if by_label else _SCORES[kind]
        self._by_label = by_label
        self._model_id = spec.config.get("agg_model_id") or model_id
        self._keeps_sources = spec.flag("include_source_predictions")
        self._labels = _labels(spec) if by_label else (NORMAL, OUTLIER, MISSING)
        self._tie = spec.number("tie_breaker", NORMAL, whole=True) if kind == "MajorityVote" else None

    @staticmethod
    def parameters(kind):
        """The parameters of an aggregation."""
        common = ("agg_model_id", "include_source_predictions")
        return common + (_LABELS if kind in _VOTES else ()) + (("tie_breaker",) if kind == "MajorityVote" else ())

    def apply(self, predictions):
        """The one prediction."""
        result = Prediction(self._model_id, sources=predictions if self._keeps_sources else None)
        if self._by_label:
            missing = self._labels[2]
            labels = [each.label for each in predictions if each.label is not None and each.label != missing]
            if labels:
                result.label = self._function(labels, self._labels[0], self._labels[1], self._tie)
            else:
                result.label = None if all(each.label is None for each in predictions) else missing
        else:
            scores = [each.score for each in predictions if each.score is not None and each.score == each.score]
            if scores:
                result.score = self._function(scores)
            else:
                result.score = None if all(each.score is None for each in predictions) else _NAN
        return result


def _majority(labels, normal, outlier, tie):
    normals, outliers = labels.count(normal), labels.count(outlier)
    return tie if normals == outliers else outlier if normals < outliers else normal


_VOTES = {
    "AnyVote": lambda labels, normal, outlier, _: outlier if outlier in labels else normal,
    "AllVote": lambda labels, normal, outlier, _: outlier if set(labels) == {outlier} else normal,
    "MajorityVote": _majority,
}
_SCORES = {"AverageScore": statistics.mean, "MaxScore": max}


# Detectors

_COMMON = ("model_id", "features", "target", "threshold_criterion")


class Detector:
    """Learns from rows one by one, and scores each by those before it. `index`: the field that it looks at."""

    parameters = ()
    cutoff = None

    def __init__(self, spec, index):
        self._model_id = spec.config.get("model_id") or spec.type
        self._index = index
        self._threshold = _threshold(spec, self.cutoff)

    def predict(self, row):
        """The predictions for a row, a list of one; the row is learnt from."""
        value = row[self._index]
        missing = value is None or value != value
        prediction = Prediction(self._model_id, None if missing else self.score(value))
        self.learn(_NAN if missing else value)
        if self._threshold:
            self._threshold.apply(prediction)
        return [prediction]

    def score(self, value):
        """How far from the ordinary a value is."""
        raise NotImplementedError

    def learn(self, value):
        """Takes one more value, NaN for a missing one."""
        raise NotImplementedError


class ZScore(Detector):
    """Standard deviations from the mean."""

    parameters = ("sub_stat_tracker", "stdev_tracker")
    cutoff = 3

    def __init__(self, spec, index):
        super().__init__(spec, index)
        self._mean = _tracker(spec, "sub_stat_tracker", _MEANS, lambda: trackers.Mean(_WINDOW))
        self._deviation = _tracker(spec, "stdev_tracker", _DEVIATIONS, lambda: trackers.StandardDeviation(_WINDOW))

    def score(self, value):
        mean, deviation = self._mean.get(), self._deviation.get()
        if deviation != deviation or mean != mean:
            return _NAN
        return 0.0 if abs(deviation) < _TINY else abs((value - mean) / deviation)

    def learn(self, value):
        self._deviation.push(value)
        self._mean.push(value)


class RobustZScore(Detector):
    """Median absolute deviations from the median, scaled so that they compare with standard deviations."""

    parameters = ("mad_tracker",)
    cutoff = 3

    def __init__(self, spec, index):
        super().__init__(spec, index)
        self._deviation = _tracker(spec, "mad_tracker", _MEDIAN_DEVIATIONS, trackers.MedianDeviation)

    def score(self, value):
        median, deviation = self._deviation.median(), self._deviation.get()
        if deviation != deviation or median != median:
            return _NAN
        return 0.0 if abs(deviation) < _TINY else abs(0.6745 * (value - median) / deviation)

    def learn(self, value):
        self._deviation.push(value)


class IQR(Detector):
    """Interquartile ranges from the nearer quartile."""

    parameters = ("q1_tracker", "q3_tracker")
    cutoff = 1.5

    def __init__(self, spec, index):
        super().__init__(spec, index)
        self._q1 = first = _tracker(spec, "q1_tracker", _QUANTILES, lambda: trackers.Quantile(0.25, _WINDOW), q=0.25)
        # A tracker that keeps no values in order cannot share them.
        spare = spec.config.get("q3_tracker") is None and type(first) is not trackers.Quantile
        if spare:
            raise spec.error("with this 'q1_tracker' the detector needs a 'q3_tracker' too", "config", "q1_tracker")
        self._q3 = _tracker(
            spec, "q3_tracker", _QUANTILES, lambda: trackers.SharedQuantile(first, 0.75), q=0.75, master=first
        )

    def score(self, value):
        low, high = self._q1.get(), self._q3.get()
        if math.isnan(low) or math.isnan(high):
            return _NAN
        spread = high - low
        if abs(spread) < _TINY:
            return 0.0
        return (value - high) / spread if value > high else (low - value) / spread if value < low else 0.0

    def learn(self, value):
        self._q1.push(value)
        self._q3.push(value)


class Ensemble:
    """Several detectors, whose predictions become one where there is an aggregation."""

    parameters = ("sub_detectors", "aggregation_strategy")

    def __init__(self, spec, detectors):
        self._detectors = detectors
        model_id = spec.config.get("model_id") or "custom"
        nested = spec.nested("aggregation_strategy", "aggregation")
        self._aggregation = None
        if nested is not None:
            nested.choose({**_VOTES, **_SCORES})
            nested.check_parameters(Aggregation.parameters(nested.type))
            self._aggregation = Aggregation(nested, nested.type, model_id)
        self._threshold = _threshold(spec)

    def predict(self, row):
        """The predictions for a row, which is learnt from."""
        predictions = [prediction for detector in self._detectors for prediction in detector.predict(row)]
        if self._aggregation:
            predictions = [self._aggregation.apply(predictions)]
        if self._threshold:
            for prediction in predictions:
                self._threshold.apply(prediction)
        return predictions


DETECTORS = {"ZScore": ZScore, "RobustZScore": RobustZScore, "IQR": IQR}
ENSEMBLE = "EnsembleAnomalyDetector"


def make(spec, field_index):
    """The detector that a spec describes; `field_index` gives the index of the field that a spec's detector sees."""
    if spec.type == ENSEMBLE:
        spec.check_parameters(Ensemble.parameters + _COMMON)
        nested = spec.config.get("sub_detectors")
        if not isinstance(nested, list) or not nested:
            raise spec.error("an ensemble needs 'sub_detectors', a list of detectors", "config", "sub_detectors")
        places = [[*spec.place("sub_detectors"), index] for index in range(len(nested))]
        return Ensemble(spec, [make(Spec(*part, "detector"), field_index) for part in zip(nested, places)])
    cls = spec.choose({**DETECTORS, ENSEMBLE: Ensemble})
    spec.check_parameters(cls.parameters + _COMMON)
    return cls(spec, field_index(spec))

"""The task `anomaly.detect`: scores rows by how far they are from the ones before them."""

from beamstack_worker.anomaly_detectors import make
from beamstack_worker.event_time import timed, times
from beamstack_worker.specs import Spec, suggestion
from beamstack_worker.tasks import WINDOW_END, WINDOW_START, Output, TaskError, Transform, task
from beamstack_worker.values import DOUBLE, INT64, STRING, Batch, Field, Schema, list_of, row_class, row_of

_NUMBERS = ("int64", "double", "boolean", "decimal")
_PREDICTION = [
    Field("model_id", STRING, True),
    Field("score", DOUBLE, True),
    Field("label", INT64, True),
    Field("threshold", DOUBLE, True),
    Field("info", STRING, False),
]
_SOURCE_ROW = row_class([field.name for field in _PREDICTION])._make
_SOURCES = Field("source_predictions", list_of(row_of(_PREDICTION), False), True)
_PREDICTION_ROW = row_class([field.name for field in [*_PREDICTION, _SOURCES]])._make


@task("anomaly.detect")
class DetectAnomalies(Transform):
    """Gives Beam's `AnomalyResult` for each row: `example`, the row, and `predictions`.

    config: `detector`, as Beam nests it, and `key`, the fields whose values have detectors of their own.
    """

    exchange = "rows"
    mode = "collection"
    mode_reason = "each score depends on the rows before it"
    wants_time = True

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        names = inputs[0].names
        key = config.get("key") or []
        self._key = [self._field(name, ["key"]) for name in ([key] if isinstance(key, str) else key)]
        self._spec = Spec(config.get("detector"), ["detector"], "detector")
        self._make_detector()
        self._example = row_class(names)._make
        example = Field("example", row_of(inputs[0].fields), False)
        self._schema = Schema([example, Field("predictions", list_of(row_of([*_PREDICTION, _SOURCES]), False), False)])
        self._is_running = False

    def outputs(self):
        return [Output(timed(self._schema) if self._is_running else self._schema)]

    def open(self):
        # From here on what goes out is the file of `run`, which has event time as columns of its own.
        self._is_running = True

    def run(self, inputs, outputs):
        detectors = {}
        schema = timed(self._schema)
        for batch in inputs[0]():
            fields = [batch.column(name) for name in self.inputs[0].names]
            keys = [fields[index] for index in self._key]
            if WINDOW_START in batch.schema:
                keys += [batch.column(WINDOW_START), batch.column(WINDOW_END)]
            numbers = [
                list(map(_number, column)) if index in self._used else column for index, column in enumerate(fields)
            ]
            predictions = []
            for row, key in zip(zip(*numbers), zip(*keys) if keys else [()] * batch.count):
                key = tuple(map(_hashable, key))
                detector = detectors.get(key)
                if detector is None:
                    detector = detectors[key] = self._make_detector()
                predictions.append(
                    [_PREDICTION_ROW([*_values(each), _sources(each)]) for each in detector.predict(row)]
                )
            examples = list(map(self._example, zip(*fields)))
            outputs[0].write(Batch(schema, [examples, predictions, *times(batch)], batch.count))

    def _make_detector(self):
        self._used = set()
        return make(self._spec, self._feature)

    def _feature(self, spec):
        """The index of the one field that a detector looks at."""
        features = spec.config.get("features")
        if isinstance(features, str):
            features = [features]
        schema = self.inputs[0]
        if features is None and len(schema) == 1:
            features = schema.names
        if not isinstance(features, list) or len(features) != 1:
            found = "several fields" if features is None else f"{len(features)} fields"
            raise TaskError(
                "invalid-configuration",
                f"'{spec.type}' looks at one field, and is given {found}",
                path=spec.place("features") if features else spec.path,
                hint="name the field in 'features: [NAME]'; for several fields make an 'EnsembleAnomalyDetector'",
            )
        index = self._field(features[0], spec.place("features"))
        kind = schema.fields[index].type.kind
        if kind not in (*_NUMBERS, "any"):
            raise TaskError(
                "invalid-configuration",
                f"the field '{features[0]}' holds no numbers but {schema.fields[index].type!r}",
                path=spec.place("features"),
                hint="make a number of it with 'MapToFields'",
            )
        self._used.add(index)
        return index

    def _field(self, name, path):
        index = self.inputs[0].index(name) if isinstance(name, str) else None
        if index is None:
            raise TaskError(
                "invalid-configuration",
                f"'{name}' is not a field of the input",
                path=path,
                hint=suggestion(str(name), self.inputs[0].names, "the input has "),
            )
        return index


def _number(value):
    return None if value is None else float(value)


def _hashable(value):
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value


def _values(prediction):
    return prediction.model_id, prediction.score, prediction.label, prediction.threshold, ""


def _sources(prediction):
    if prediction.sources is None:
        return None
    return [_SOURCE_ROW(_values(each)) for each in prediction.sources]

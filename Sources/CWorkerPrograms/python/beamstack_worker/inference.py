"""The task `inference.run`: appends what a model says of each row."""

from beamstack_worker.conversion import conform, plain
from beamstack_worker.functions import apply_to_each
from beamstack_worker.inference_functions import PredictionResult, load_function, type_of
from beamstack_worker.inference_handlers import handler_class, set_environment
from beamstack_worker.python_code import add_folders
from beamstack_worker.specs import Spec
from beamstack_worker.tasks import Failure, Output, Result, TaskError, Transform, task
from beamstack_worker.traces import trace_of
from beamstack_worker.values import ANY, STRING, Batch, Field, Schema, row_class, row_of

_ROW = row_class(PredictionResult._fields)._make
_PREDICTION = row_of([Field("example", ANY), Field("inference", ANY), Field("model_id", STRING)])


@task("inference.run")
class RunInference(Transform):
    """Beam's RunInference. The field that is appended is a PredictionResult, what 'postprocess' makes of it, or with
    'output_type' the model's plain result.
    """

    exchange = "rows"

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        add_folders(".", context.folder)
        schema = inputs[0]
        self._spec = spec = Spec(config.get("model_handler"), ["model_handler"], "model handler")
        self._handler = handler_class(spec)(spec, schema, context)
        self._preprocess = self._postprocess = None
        if spec.config.get("preprocess"):
            self._preprocess, self._fields = load_function(spec, "preprocess", context, schema.names)
        else:
            self._examples, self._fields = self._handler.examples()
        if spec.config.get("postprocess"):
            self._postprocess, _ = load_function(spec, "postprocess", context)
        self._batch_size = spec.number("max_batch_size", self._handler.batch_size, low=1, whole=True, optional=True)
        self._arguments = config.get("inference_args") or {}
        self._is_plain = config.get("output_type") is not None
        if self._is_plain:
            kind = type_of(config["output_type"], ["output_type"])
        else:
            kind = ANY if self._postprocess else _PREDICTION
        self._field = Field(config.get("inference_tag") or "inference", kind, True)
        if self._field.name in schema:
            raise TaskError(
                "invalid-configuration",
                f"the input has a field '{self._field.name}' already",
                path=["inference_tag"] if config.get("inference_tag") else [],
                hint="name another one in 'inference_tag'",
            )

    def outputs(self):
        return [Output(Schema([self._field]), extends_input=True)]

    def needs(self):
        return [self._fields]

    def open(self):
        set_environment(self._spec)
        self._handler.load()

    def close(self):
        self._handler.close()

    def process(self, batch, input=0):
        failures = {}

        def keep(found, rows):
            for failure in found:
                row = rows[failure.row]
                failures.setdefault(row, Failure(row, failure.error, failure.trace))

        rows = range(batch.count)
        if self._preprocess:
            examples, failed = apply_to_each(self._preprocess, list(batch.rows()))
            keep(failed, rows)
            if failures:
                rows = [row for row in rows if row not in failures]
                examples = [examples[row] for row in rows]
        else:
            examples = self._examples(batch)
        results = []
        size = self._batch_size or max(len(rows), 1)
        for start in range(0, len(rows), size):
            results += self._inferred(examples[start : start + size])
        keep([Failure(i, each, trace_of(each)) for i, each in enumerate(results) if _is_exception(each)], rows)
        made, failed = self._made(examples, results)
        keep(failed, rows)
        values = [None] * batch.count
        for row, value in zip(rows, made):
            values[row] = value
        for row in failures:
            values[row] = None
        if self._field.type is not _PREDICTION:
            values, misfits = conform(values, self._field)
            keep([Failure(row, error, trace_of(error)) for row, error in misfits.items()], range(batch.count))
        ordered = [failures[row] for row in sorted(failures)]
        return Result([Batch(Schema([self._field]), [values], batch.count)], failures=ordered)

    def _made(self, examples, results):
        """The field's values from results, and the failures of making them; exceptions among results stay."""
        if self._postprocess:
            good = [index for index, result in enumerate(results) if not _is_exception(result)]
            given = [PredictionResult(examples[index], results[index], self._handler.model_id) for index in good]
            made, failed = apply_to_each(self._postprocess, given)
            for index, value in zip(good, made):
                results[index] = value
            return results, [Failure(good[failure.row], failure.error, failure.trace) for failure in failed]
        if self._is_plain:
            return results, []
        # Each part once, and not the row once more: this is the greater part of the work around a small model.
        model_id = self._handler.model_id
        if hasattr(examples, "tolist"):
            examples = examples.tolist()

        def row(example, result):
            return None if _is_exception(result) else _ROW([plain(example), plain(result), model_id])

        return apply_to_each(row, examples, results)

    def _inferred(self, examples):
        """Results and exceptions for examples. One that spoils its batch is found by halving the batch."""
        try:
            results = self._handler.infer(examples, self._arguments)
        except TaskError:
            raise
        except Exception as error:
            if len(examples) == 1:
                return [error]
            middle = len(examples) // 2
            return self._inferred(examples[:middle]) + self._inferred(examples[middle:])
        if len(results) != len(examples):
            raise TaskError(
                "invalid-configuration",
                f"the model gave {len(results)} results for {len(examples)} examples",
                path=self._spec.path,
                hint="it must take a batch and give a result for each example of it",
            )
        # Functions of a person's get what the model gives, such as arrays.
        return results.tolist() if self._postprocess is None and hasattr(results, "tolist") else list(results)


def _is_exception(value):
    return isinstance(value, BaseException)

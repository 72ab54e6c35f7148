"""The task `inference.run`: appends what a model says of each row."""

from beamstack_worker.conversion import conform
from beamstack_worker.functions import apply_to_each
from beamstack_worker.inference_functions import PredictionResult, load_function, type_of
from beamstack_worker.inference_handlers import handler_class, set_environment
from beamstack_worker.python_code import add_folders
from beamstack_worker.specs import Spec
from beamstack_worker.tasks import Failure, Output, Result, TaskError, Transform, task
from beamstack_worker.traces import trace_of
from beamstack_worker.values import ANY, STRING, Batch, Field, Schema, row_of

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

        everything = range(batch.count)
        if self._preprocess:
            examples, failed = apply_to_each(self._preprocess, list(batch.rows()))
            keep(failed, everything)
        else:
            examples = self._examples(batch)
        wanted = [row for row in everything if row not in failures]
        results = [None] * batch.count
        size = self._batch_size or max(len(wanted), 1)
        for start in range(0, len(wanted), size):
            part = wanted[start : start + size]
            for row, result in zip(part, self._inferred([examples[row] for row in part])):
                if isinstance(result, BaseException):
                    keep([Failure(0, result, trace_of(result))], [row])
                else:
                    results[row] = self._prediction(examples[row], result)
        if self._postprocess:
            good = [row for row in wanted if row not in failures]
            made, failed = apply_to_each(self._postprocess, [results[row] for row in good])
            for row, value in zip(good, made):
                results[row] = value
            keep(failed, good)
        values, misfits = conform(results, self._field)
        keep([Failure(row, error, trace_of(error)) for row, error in misfits.items()], everything)
        ordered = [failures[row] for row in sorted(failures)]
        return Result([Batch(Schema([self._field]), [values], batch.count)], failures=ordered)

    def _prediction(self, example, result):
        if self._is_plain and not self._postprocess:
            return result
        return PredictionResult(example, result, self._handler.model_id)

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
        return results

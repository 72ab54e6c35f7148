"""Models that are Python code: a function, or an object of a class, of any package or of the pipeline itself."""

import importlib.util
from functools import partial

from beamstack_worker.functions import apply_to_each
from beamstack_worker.inference_functions import code_of
from beamstack_worker.inference_handlers import Handler, Textual, split
from beamstack_worker.python_code import add_folders, load_callable


class PythonCode(Handler):
    """A function from an example to a result. A class is made once, in each worker, with 'arguments'; 'method' is what
    is called of what that gives. The example is the field in 'field', or else the row.
    """

    parameters = ("model", "arguments", "method", "field", "batched")

    def __init__(self, spec, schema, context):
        super().__init__(spec, schema, context)
        if not spec.config.get("model"):
            raise spec.error(
                "'PythonModelHandler' needs the parameter 'model'", hint="name it: 'package.module.function'"
            )
        self._code = code_of(spec, "model", context)
        self._arguments = spec.mapping("arguments")
        self._method = spec.text("method")
        self._batched = spec.flag("batched")
        self._function = None
        add_folders(".", context.folder)
        name = self._code.source.strip()
        # Looking for its package loads nothing yet; the model may be large.
        if self._code.name is None and all(part.isidentifier() for part in name.split(".")):
            self.model_id = name
            top = name.partition(".")[0]
            if "." in name and importlib.util.find_spec(top) is None:
                raise self._code.missing(ModuleNotFoundError(name=top))

    def examples(self):
        if self.spec.config.get("field") is not None:
            return Textual.examples(self)
        return lambda batch: list(batch.rows(self.schema.names)), None

    def load(self):
        found, _ = load_callable(self._code)
        try:
            if isinstance(found, type):
                found = found(**self._arguments)
            elif self._arguments:
                found = partial(found, **self._arguments)
        except Exception as error:
            raise self.unloadable("arguments" if self._arguments else "model", error) from None
        if self._method:
            found = getattr(found, self._method, None)
        if not callable(found):
            raise self.spec.error(
                f"the model has no method '{self._method}'" if self._method else "the model cannot be called",
                "config",
                "method" if self._method else "model",
                hint=None if self._method else "name the method to call in 'method'",
            )
        self._function = found

    def infer(self, examples, arguments):
        function = partial(self._function, **arguments) if arguments else self._function
        if self._batched:
            return split(function(examples))
        results, failures = apply_to_each(function, examples)
        for failure in failures:
            results[failure.row] = failure.error
        return results

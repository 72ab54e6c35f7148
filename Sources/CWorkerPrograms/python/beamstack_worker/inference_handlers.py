"""Model handlers: what loads a model and asks it for a batch of examples. They have the names of Beam's."""

import importlib
import importlib.util
import os

from beamstack_worker.tasks import TaskError

# Parameters that all handlers have, some of which Beam's runners need and ours does not.
COMMON = (
    "preprocess",
    "postprocess",
    "min_batch_size",
    "max_batch_size",
    "max_batch_duration_secs",
    "max_batch_weight",
    "large_model",
    "model_copies",
    "env_vars",
)


class Handler:
    """A model of one kind. Constructing it checks what the specification says; `load` makes it ready."""

    parameters = ()
    # How many examples the model gets at once unless the step says otherwise; `None` for as many as there are.
    batch_size = None
    # What stands as 'model_id' in the results.
    model_id = None

    def __init__(self, spec, schema, context):
        self.spec = spec
        self.schema = schema
        self.context = context
        spec.check_parameters(self.parameters + COMMON)

    def examples(self):
        """Without 'preprocess': a function from a batch to its examples, and the names of the fields it reads."""
        raise self.spec.error(f"'{self.spec.type}' needs 'preprocess', a function from a row to the model's input")

    def load(self):
        """Loads the model."""

    def infer(self, examples, arguments):
        """The model's results for examples, a sequence as long as theirs; a result may be an exception.

        examples: a list, or an array where `examples` makes one.
        """
        raise NotImplementedError

    def close(self):
        """Lets go of the model."""

    # For subclasses

    def imported(self, name, package=None):
        """A module, or the error that says which package to install."""
        return imported(name, self.spec.path, package)

    def unloadable(self, parameter, error):
        """The error of a model that cannot be loaded."""
        if isinstance(error, TaskError):
            return error
        if isinstance(error, ModuleNotFoundError):
            name = (error.name or "").partition(".")[0]
            return TaskError(
                "missing-package",
                f"the model needs the module '{error.name}', which is not installed for it",
                path=self.spec.place(parameter),
                hint=f"add the package of '{name}' to 'dependencies', or put '{name}.py' beside the pipeline",
            )
        reason = (str(error).strip().splitlines() or [""])[0]
        return TaskError(
            "model-not-found",
            f"the model cannot be loaded: {type(error).__name__}: {reason[:400]}",
            path=self.spec.place(parameter),
            hint="check that it is a model of the kind that the handler loads, and was not cut off",
        )


class Tabular(Handler):
    """A model of numbers: without 'preprocess' its input are the fields in 'features', or all fields of the input."""

    def examples(self):
        import numpy as np

        names = self.features()
        kinds = [self.schema[name].type for name in names]
        for name, kind in zip(names, kinds):
            element = kind.element if kind.kind == "list" else kind
            if element.kind not in ("int64", "double", "boolean", "decimal", "any"):
                raise self.spec.error(
                    f"the field '{name}' holds no numbers but {kind!r}",
                    *(["config", "features"] if self.spec.config.get("features") else []),
                    hint="name the model's inputs in 'features', or make them from a row in 'preprocess'",
                )
        if len(kinds) == 1 and kinds[0].kind == "list":
            return lambda batch: [np.asarray(value, np.float64) for value in batch.column(names[0])], names
        columns = lambda batch: [np.array(batch.column(name), np.float64) for name in names]  # noqa: E731
        return lambda batch: np.stack(columns(batch), axis=1), names

    def features(self):
        """The names of the model's input fields."""
        names = self.spec.texts("features") or self.schema.names
        for name in names:
            if name not in self.schema:
                raise self.spec.error(
                    f"'{name}' is not a field of the input",
                    "config",
                    "features",
                    hint="the input has: " + ", ".join(self.schema.names),
                )
        return names


class Textual(Handler):
    """A model of texts: without 'preprocess' its input is the field in 'field', or the input's only text."""

    def examples(self):
        name = self.spec.text("field")
        if name is None:
            texts = [field.name for field in self.schema if field.type.kind == "string"]
            if len(texts) != 1:
                raise self.spec.error(
                    f"the input has {len(texts)} fields of text" if texts else "the input has no field of text",
                    hint="name the one to use in 'field'",
                )
            name = texts[0]
        elif name not in self.schema:
            raise self.spec.error(
                f"'{name}' is not a field of the input",
                "config",
                "field",
                hint="the input has: " + ", ".join(self.schema.names),
            )
        return lambda batch: batch.column(name), [name]


def stacked(examples):
    """Examples as one array, which they may be already."""
    import numpy as np

    return examples if isinstance(examples, np.ndarray) else np.stack(examples, axis=0)


def split(results):
    """Results of a batch as a sequence of its examples' results: a model may give a map of sequences."""
    if isinstance(results, dict):
        return [dict(zip(results, parts)) for parts in zip(*results.values())]
    return results if hasattr(results, "__len__") else list(results)


def imported(name, path, package=None):
    """A module, or the error that says which package to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = package or name.partition(".")[0]
        raise TaskError(
            "missing-package",
            f"'{package}' cannot be imported: {error}",
            path=path,
            hint=f"add '{package}' to 'dependencies'",
        ) from None


def handler_class(spec):
    """The class of a model handler."""
    module, name = spec.choose(_TYPES)
    if module is None:
        raise TaskError(
            "invalid-configuration",
            f"'{spec.type}' asks Vertex AI",
            path=[*spec.path, "type"],
            hint="Beamstack has no connection to Google Cloud; run this pipeline with Beam",
        )
    return getattr(importlib.import_module("beamstack_worker." + module), name)


_TYPES = {
    "SklearnModelHandlerNumpy": ("inference_tabular", "SklearnNumpy"),
    "SklearnModelHandlerPandas": ("inference_tabular", "SklearnPandas"),
    "OnnxModelHandlerNumpy": ("inference_tabular", "OnnxNumpy"),
    "PytorchModelHandlerTensor": ("inference_torch", "PytorchTensor"),
    "HuggingFacePipelineModelHandler": ("inference_torch", "HuggingFacePipeline"),
    "HuggingFacePipeline": ("inference_torch", "HuggingFacePipeline"),
    "OpenAIModelHandler": ("inference_openai", "OpenAI"),
    "PythonModelHandler": ("inference_python", "PythonCode"),
    "VertexAIModelHandlerJSON": (None, None),
}


def set_environment(spec):
    """Sets the variables in 'env_vars' before a model is loaded."""
    for name, value in spec.mapping("env_vars").items():
        os.environ[str(name)] = str(value)

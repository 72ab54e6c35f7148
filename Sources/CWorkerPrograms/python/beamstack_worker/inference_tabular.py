"""Models of numbers in files: scikit-learn's, and ONNX."""

import os

from beamstack_worker.inference_files import locate
from beamstack_worker.inference_handlers import Tabular, split, stacked


class SklearnNumpy(Tabular):
    """A pickled model of scikit-learn that takes an array. A pickle is code: it is run when the model is loaded."""

    parameters = ("model_uri", "model_file_type", "features", "method")
    _method = "predict"

    def __init__(self, spec, schema, context):
        super().__init__(spec, schema, context)
        self.model_id = spec.text("model_uri", required=True)
        self._file = locate(self.model_id, context, spec.place("model_uri"))
        self._form = (spec.text("model_file_type") or _form(self._file)).upper()
        if self._form not in ("PICKLE", "JOBLIB"):
            raise spec.error("'model_file_type' must be 'pickle' or 'joblib'", "config", "model_file_type")
        self._name = spec.text("method", self._method)
        self.model = None

    def load(self):
        import warnings

        loader = self.imported("pickle" if self._form == "PICKLE" else "joblib")
        self.imported("sklearn", "scikit-learn")
        try:
            with open(self._file, "rb") as file, warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                self.model = loader.load(file)
        except Exception as error:  # a pickle may raise anything
            raise self.unloadable("model_uri", error) from None
        for warning in caught:
            if type(warning.message).__name__ == "InconsistentVersionWarning":
                self.context.log(
                    f"'{self.model_id}' was made with scikit-learn {warning.message.original_sklearn_version}, and "
                    f"{warning.message.current_sklearn_version} runs it: name the former in 'dependencies'"
                )
                break
        if not callable(getattr(self.model, self._name, None)):
            raise self.spec.error(
                f"a '{type(self.model).__name__}' has no method '{self._name}'",
                "config",
                "method" if self.spec.config.get("method") else "model_uri",
            )

    def infer(self, examples, arguments):
        return split(getattr(self.model, self._name)(self._matrix(examples), **arguments))

    def _matrix(self, examples):
        return stacked(examples)


class SklearnPandas(SklearnNumpy):
    """A pickled model of scikit-learn that takes a data frame: columns keep their names, and may be texts."""

    def examples(self):
        names = self.features()
        return lambda batch: list(batch.rows(names)), names

    def _matrix(self, examples):
        pandas = self.imported("pandas")
        if hasattr(examples[0], "_fields"):
            frame = pandas.DataFrame.from_records(examples, columns=list(examples[0]._fields))
            trained = getattr(self.model, "feature_names_in_", None)
            # Fields that the model does not know would be refused, and so would another order.
            if trained is not None and set(trained) <= set(frame.columns):
                frame = frame[list(trained)]
            return frame
        if any(len(frame) != 1 for frame in examples):
            raise ValueError("'preprocess' must give data frames of one row")
        return pandas.concat(examples, axis=0)


def _form(path):
    return "JOBLIB" if os.path.splitext(path)[1] in (".joblib", ".jl") else "PICKLE"


class OnnxNumpy(Tabular):
    """A model in ONNX: without 'preprocess' its only input gets one row of numbers an example."""

    parameters = ("model_uri", "features", "output", "providers", "provider_options", "threads", "device")

    def __init__(self, spec, schema, context):
        super().__init__(spec, schema, context)
        self._file = locate(spec.text("model_uri", required=True), context, spec.place("model_uri"))
        self._output = spec.text("output")
        self._threads = spec.number("threads", 1, low=0, whole=True)
        self._device = spec.text("device", "cpu").lower()
        self._session = None

    def load(self):
        runtime = self.imported("onnxruntime")
        options = runtime.SessionOptions()
        # Each core has a worker of its own already.
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        wanted = self.spec.texts("providers") or {
            "cpu": ["CPUExecutionProvider"],
            "mps": ["CoreMLExecutionProvider", "CPUExecutionProvider"],
            "auto": runtime.get_available_providers(),
        }.get(self._device, ["CUDAExecutionProvider", "CPUExecutionProvider"])
        # As in Beam, where the accelerator is missing the processor does it.
        providers = [name for name in wanted if name in runtime.get_available_providers()]
        try:
            self._session = runtime.InferenceSession(self._file, options, providers=providers or None)
        except Exception as error:  # the runtime's exceptions have no common base
            raise self.unloadable("model_uri", error) from None
        names = [output.name for output in self._session.get_outputs()]
        if self._output is not None and self._output not in names:
            raise self.spec.error(
                f"the model has no output '{self._output}'", "config", "output", hint="it has: " + ", ".join(names)
            )

    def infer(self, examples, arguments):
        import numpy as np

        inputs = self._session.get_inputs()
        if isinstance(examples[0], dict):
            fed = {one.name: np.stack([example[one.name] for example in examples]) for one in inputs}
        else:
            fed = {inputs[0].name: stacked(examples)}
        for one in inputs:
            kind = _KINDS.get(one.type)
            if kind and one.name in fed and fed[one.name].dtype != kind:
                fed[one.name] = fed[one.name].astype(kind)
        return split(self._session.run([self._output] if self._output else None, {**fed, **arguments})[0])


# Element types that numbers are brought to; a field of the engine has 64 bits, most models have 32.
_KINDS = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(bool)": "bool",
}

"""Models of PyTorch, and the pipelines of Hugging Face's transformers."""

import os

from beamstack_worker.inference_files import locate
from beamstack_worker.inference_functions import code_of, load_function
from beamstack_worker.inference_handlers import Tabular, Textual, split
from beamstack_worker.python_code import load_callable


def device_of(text, torch, log):
    """The device that a text means: Beam's CPU and GPU, PyTorch's names, or `auto`.

    As in Beam, where the accelerator is missing the processor does it.
    """
    name = (text or "cpu").lower()
    name = "cuda" if name == "gpu" else name
    has_metal = torch.backends.mps.is_available()
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if has_metal else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available() or name == "mps" and not has_metal:
        log(f"the device '{name}' is not available: the model runs on the processor")
        return "cpu"
    return name


class PytorchTensor(Tabular):
    """A model of PyTorch that takes one tensor: TorchScript, or a class with its saved state."""

    parameters = (
        "torch_script_model_path",
        "state_dict_path",
        "model_class",
        "model_params",
        "load_model_args",
        "device",
        "features",
        "threads",
    )
    batch_size = 256

    def __init__(self, spec, schema, context):
        super().__init__(spec, schema, context)
        self._device_name = spec.text("device")
        script, state = spec.text("torch_script_model_path"), spec.text("state_dict_path")
        if (script is None) == (state is None):
            raise spec.error(
                "'PytorchModelHandlerTensor' needs either 'torch_script_model_path' or 'state_dict_path'",
                hint="save the model with 'torch.jit.save', or name its class in 'model_class'",
            )
        self._parameter = "state_dict_path" if script is None else "torch_script_model_path"
        self._file = locate(script or state, context, spec.place(self._parameter))
        self._class = None
        if state is not None:
            if not spec.config.get("model_class"):
                raise spec.error(
                    "'state_dict_path' holds no code: it needs 'model_class' too", "config", "state_dict_path"
                )
            self._class = code_of(spec, "model_class", context)
        self._threads = spec.number("threads", 1, low=0, whole=True)
        self._loading = spec.mapping("load_model_args")
        self._device = self._model = self._torch = None

    def load(self):
        torch = self._torch = self.imported("torch")
        if self._threads:
            # Each core has a worker of its own already.
            torch.set_num_threads(self._threads)
        self._device = device_of(self._device_name, torch, self.context.log)
        try:
            if self._class is None:
                self._model = torch.jit.load(self._file, map_location=self._device, **self._loading)
            else:
                make, _ = load_callable(self._class)
                self._model = make(**self.spec.mapping("model_params"))
                self._model.load_state_dict(torch.load(self._file, map_location=self._device, **self._loading))
        except Exception as error:  # the person's class may raise anything
            raise self.unloadable(self._parameter, error) from None
        self._model.to(self._device)
        self._model.eval()

    def infer(self, examples, arguments):
        torch = self._torch
        if isinstance(examples, list):
            examples = torch.stack([_tensor(torch, example) for example in examples])
        with torch.no_grad():
            results = self._model(_tensor(torch, examples).to(self._device), **arguments)
        return split(results)


def _tensor(torch, value):
    return value if isinstance(value, torch.Tensor) else torch.as_tensor(value, dtype=torch.float32)


class HuggingFacePipeline(Textual):
    """A pipeline of transformers: a task, and a model in a folder, in a package or on the hub."""

    parameters = (
        "task",
        "model",
        "device",
        "inference_fn",
        "load_pipeline_args",
        "field",
        "threads",
    )
    batch_size = 32

    def __init__(self, spec, schema, context):
        super().__init__(spec, schema, context)
        task, model = spec.text("task"), spec.text("model")
        if task is None and model is None:
            raise spec.error(f"'{spec.type}' needs 'task' or 'model'")
        if model is not None:
            place = spec.place("model")
            if model.startswith("package:"):
                model = locate(model, context, place)
            elif model.startswith((".", "/", "~")):
                model = locate(model, context, place, "folder")
            elif os.path.isdir(os.path.join(context.folder, model)):
                model = os.path.join(context.folder, model)
        self._made_of = {"task": task, "model": model}
        self._inference = None
        if spec.config.get("inference_fn"):
            self._inference, _ = load_function(spec, "inference_fn", context)
        self._threads = spec.number("threads", 1, low=0, whole=True)
        self._loading = spec.mapping("load_pipeline_args")
        self._pipeline = None

    def load(self):
        transformers = self.imported("transformers")
        torch = self.imported("torch")
        if self._threads:
            torch.set_num_threads(self._threads)
        arguments = dict(self._loading)
        if "device_map" not in arguments:
            arguments.setdefault("device", device_of(self.spec.text("device", "auto"), torch, self.context.log))
        given = {name: value for name, value in self._made_of.items() if value is not None}
        try:
            self._pipeline = transformers.pipeline(**given, **arguments)
        except Exception as error:  # the library's exceptions have no common base
            raise self.unloadable("model" if given.get("model") else "task", error) from None

    def infer(self, examples, arguments):
        if self._inference:
            return split(self._inference(examples, self._pipeline, arguments))
        return split(self._pipeline(examples, **arguments))

"""The task `mltransform.run`: prepares columns for models, with what it learns from the data or learnt before."""

import importlib
import json
import os
import tempfile

import pyarrow as pa

from beamstack_worker.event_time import timed_arrow, times_arrow
from beamstack_worker.mltransform_operations import REGISTRY
from beamstack_worker.specs import Spec, suggestion
from beamstack_worker.tasks import Output, Result, TaskError, Transform, task

ARTIFACTS = "mltransform.json"
_FORMAT = 1
_SECRETS = ("api_key", "hf_token")
_MODULES = ("numbers", "texts", "embeddings")
# What Beam has and Beamstack has not, and why.
_ABSENT = {
    "ScaleToGaussian": "Beam has it from TensorFlow Transform, whose result depends on how the rows are batched",
    "VertexAITextEmbeddings": "it asks Vertex AI, and Beamstack has no connection to Google Cloud",
    "VertexAIMultiModalEmbeddings": "it asks Vertex AI, and Beamstack has no connection to Google Cloud",
    "TensorflowHubTextEmbeddings": "it needs TensorFlow; use 'SentenceTransformerEmbeddings'",
    "InferenceAPIEmbeddings": "use 'OpenAITextEmbeddings' with a 'base_url'",
}


@task("mltransform.run")
class RunMLTransform(Transform):
    """Beam's MLTransform, without TensorFlow. What was learnt is a file of JSON in the artifacts' folder."""

    wants_time = True

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        self._written = config.get("write_artifact_location")
        read = config.get("read_artifact_location")
        if self._written and read:
            raise TaskError(
                "invalid-configuration",
                "the step has both 'write_artifact_location' and 'read_artifact_location'",
                path=["read_artifact_location"],
                hint="learn in one step or pipeline, and read in another",
            )
        if read:
            self._read(read)
        else:
            self._make(config.get("transforms"), ["transforms"])
        learning = [each for each in self._operations if each.learnt is None]
        self.mode = "collection" if learning else "elementwise"
        self.wants_time = bool(learning)
        if learning:
            self.mode_reason = f"'{learning[0].spec.type}' learns from all rows before it changes the first"
        self._is_running = False

    def _make(self, transforms, path):
        """Makes the operations; each sees the columns as the ones before leave them."""
        for name in _MODULES:
            importlib.import_module("beamstack_worker.mltransform_" + name)
        if not isinstance(transforms, list) or not transforms:
            raise TaskError(
                "invalid-configuration",
                "the step has no 'transforms'",
                path=[],
                hint="list some, or name the folder of earlier ones in 'read_artifact_location'",
            )
        self._operations = []
        self._schema = self.inputs[0]
        for index, value in enumerate(transforms):
            spec = Spec(value, [*path, index] if path == ["transforms"] else path, "transform")
            if spec.type in _ABSENT:
                raise spec.error(f"'{spec.type}' is not supported", "type", hint=_ABSENT[spec.type])
            if spec.type not in REGISTRY:
                raise spec.error(
                    f"there is no transform '{spec.type}'",
                    "type",
                    hint=suggestion(spec.type, REGISTRY, "the choices are "),
                )
            made = REGISTRY[spec.type](spec, self._schema, self.context, self._operations)
            self._schema = made.schema(self._schema)
            self._operations.append(made)

    # Artifacts

    def _read(self, folder):
        path = ["read_artifact_location"]
        if self.config.get("transforms"):
            raise TaskError(
                "invalid-configuration",
                "with 'read_artifact_location' the step takes no 'transforms'",
                path=["transforms"],
                hint="the folder says which transforms were learnt",
            )
        file = self._found(folder, path)
        try:
            with open(file, encoding="utf-8") as opened:
                content = json.load(opened)
            if content["format"] != _FORMAT:
                raise ValueError(f"it has the format {content['format']}")
            transforms = [{"type": each["type"], "config": each["config"]} for each in content["transforms"]]
            learnt = [each["learnt"] for each in content["transforms"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TaskError(
                "damaged-file",
                f"the artifacts in '{file}' cannot be read: {error}",
                path=path,
                hint="run the pipeline that learns once more",
            ) from None
        self._make(transforms, path)
        for operation, known in zip(self._operations, learnt):
            operation.learnt = known

    def _found(self, folder, path):
        folders = [folder, os.path.join(self.context.folder, folder)]
        for candidate in folders:
            if os.path.isfile(os.path.join(candidate, ARTIFACTS)):
                return os.path.join(candidate, ARTIFACTS)
        hint = "run the pipeline that has it as 'write_artifact_location' first"
        if any(os.path.isdir(os.path.join(each, "transform_fn")) or self._has_beams(each) for each in folders):
            hint = "these artifacts are of TensorFlow Transform: let Beamstack learn once"
        raise TaskError("model-not-found", f"there are no artifacts of MLTransform in '{folder}'", path=path, hint=hint)

    @staticmethod
    def _has_beams(folder):
        return os.path.isdir(folder) and any(name.endswith(".json") for name in os.listdir(folder))

    def _write(self):
        """Writes what was learnt: the file appears whole or not at all."""
        if not self._written:
            return
        transforms = [
            {
                "type": each.spec.type,
                "config": {name: value for name, value in each.spec.config.items() if name not in _SECRETS},
                "learnt": each.learnt,
            }
            for each in self._operations
        ]
        columns = dict.fromkeys(name for each in self._operations for name in each.columns)
        names = self.inputs[0].names
        inputs = {name: str(self.inputs[0].field(name).type) for name in columns if name in names}
        content = {"format": _FORMAT, "input": inputs, "transforms": transforms}
        try:
            os.makedirs(self._written, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._written, prefix=".", suffix=".partial", delete=False
            ) as file:
                json.dump(content, file, ensure_ascii=False, indent=1)
                file.write("\n")
            # Private by default, which no other file is that a pipeline writes.
            os.chmod(file.name, 0o644)
            os.replace(file.name, os.path.join(self._written, ARTIFACTS))
        except OSError as error:
            raise TaskError(
                "write-refused",
                f"the artifacts cannot be written to '{self._written}': {error.strerror}",
                path=["write_artifact_location"],
            ) from None

    # Rows

    def outputs(self):
        return [Output(timed_arrow(self._schema) if self._is_running else self._schema)]

    def open(self):
        # From here on what goes out is the file of `run`, which has event time as columns of its own.
        self._is_running = self.mode == "collection"
        for each in self._operations:
            each.open()
        if not self._is_running:
            # Nothing to learn: every worker writes the same.
            self._write()

    def close(self):
        for each in self._operations:
            each.close()

    def process(self, batch, input=0):
        came = {name: batch.column(name) for name in batch.schema.names}
        columns = dict(came)
        for each in self._operations:
            each.apply(columns)
        fields = []
        for field in self._schema:
            # What nothing has touched goes on as it came: a dynamic column may have another form in each batch.
            is_old = columns[field.name] is came.get(field.name)
            known = batch.schema.field(field.name) if is_old else field
            fields.append(known.with_type(columns[field.name].type))
        schema = pa.schema(fields)
        return Result([pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)])

    def run(self, inputs, outputs):
        while any(each.learnt is None for each in self._operations):
            self._learn(inputs[0]())
        schema = timed_arrow(self._schema)
        for batch in inputs[0]():
            changed = self.process(batch).batches[0]
            columns = [_cast(*part) for part in zip(changed.columns, self._schema)] + times_arrow(batch)
            outputs[0].write(pa.RecordBatch.from_arrays(columns, schema=schema))
        self._write()

    def _learn(self, batches):
        """One pass: every operation looks at its columns as soon as all before it are ready to be applied to them."""
        ready, waiting = [], set()
        for each in self._operations:
            is_free = not waiting & set(each.columns)
            if is_free:
                ready.append(each)
            if each.learnt is None or not is_free:
                waiting |= set(each.columns)
        for batch in batches:
            columns = {name: batch.column(name) for name in batch.schema.names}
            for each in ready:
                if each.learnt is None:
                    each.observe(columns)
                else:
                    each.apply(columns)
        for each in ready:
            if each.learnt is None:
                each.finish_pass()


def _cast(column, field):
    return column if column.type == field.type else column.cast(field.type)

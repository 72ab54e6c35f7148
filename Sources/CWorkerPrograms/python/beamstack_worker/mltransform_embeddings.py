"""Texts become vectors within MLTransform, by the models that `CreateEmbeddings` has."""

import numpy as np
import pyarrow as pa

from beamstack_worker.embeddings_models import model_of
from beamstack_worker.mltransform_columns import lists
from beamstack_worker.mltransform_operations import Operation, operation
from beamstack_worker.mltransform_texts import NUMBERS
from beamstack_worker.tasks import TaskError


class Embeddings(Operation):
    """Replaces texts by vectors; null and empty texts become null."""

    accepts = "text"
    # The parameters of Beam's class, and of them what the model's configuration calls otherwise.
    model_type = None
    names = {}
    ignored = ("min_batch_size", "large_model", "load_model_args", "inference_args", "max_seq_length")

    def __init__(self, spec, schema, context, earlier):
        self.parameters = (*self.names, *self.ignored)
        super().__init__(spec, schema, context, earlier)
        given = {ours: spec.config[name] for name, ours in self.names.items() if spec.config.get(name) is not None}
        self._model = self._told(lambda: model_of({"type": self.model_type, **given}, context))

    def _told(self, action):
        """Runs an action of the model; its errors point at the parameters that this configuration has."""
        try:
            return action()
        except TaskError as error:
            theirs = {ours: name for name, ours in self.names.items()}
            parts = [theirs.get(part, part) for part in error.path[1:]]
            error.path = [str(part) for part in (*self.spec.path, *(["config", *parts] if parts else []))]
            raise

    def type_after(self, type):
        return NUMBERS

    def open(self):
        self._told(self._model.load)

    def close(self):
        self._model.close()

    def schema(self, schema):
        schema = super().schema(schema)
        for name in self.columns:
            schema = schema.set(schema.get_field_index(name), pa.field(name, NUMBERS, True))
        return schema

    def applied(self, column, learnt):
        texts = column.to_pylist()
        wanted = [index for index, text in enumerate(texts) if text and not text.isspace()]
        vectors, errors = self._told(lambda: self._model.vectors([texts[index] for index in wanted]))
        if errors:
            raise errors[min(errors)]
        vectors = np.asarray(vectors, np.float64).reshape(len(wanted), -1)
        lengths = np.zeros(len(texts), np.int64)
        lengths[wanted] = vectors.shape[1] if wanted else 0
        absent = np.ones(len(texts), bool)
        absent[wanted] = False
        return lists(pa.array(vectors.reshape(-1)), lengths, absent)


@operation("SentenceTransformerEmbeddings")
class SentenceTransformerEmbeddings(Embeddings):
    """Beam's embeddings of sentence-transformers."""

    model_type = "SentenceTransformers"
    names = {"model_name": "name", "device": "device", "max_batch_size": "batch_size"}


@operation("OpenAITextEmbeddings")
class OpenAITextEmbeddings(Embeddings):
    """Beam's embeddings of OpenAI, from any endpoint that speaks its protocol."""

    model_type = "OpenAI"
    names = {
        "model_name": "name",
        "api_key": "api_key",
        "api_key_variable": "api_key_variable",
        "base_url": "base_url",
        "dimensions": "dimensions",
        "max_batch_size": "batch_size",
        "concurrency": "concurrency",
    }
    ignored = (*Embeddings.ignored, "organization", "user")


@operation("WordLlamaEmbeddings")
class WordLlamaEmbeddings(Embeddings):
    """Static vectors that come in a package, which Beam does not have."""

    model_type = "WordLlama"
    names = {"dimensions": "dimensions"}

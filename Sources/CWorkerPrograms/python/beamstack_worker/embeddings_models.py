"""Models that turn texts into vectors: in packages, in folders, on a hub, or behind an HTTP endpoint."""

import importlib
import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from beamstack_worker.http_json import JSONService, secret
from beamstack_worker.tasks import TaskError

_PATH = ["model"]


class Model:
    """A model; constructing it checks what `model` says, `load` makes it ready."""

    parameters = ()

    def __init__(self, config, context):
        self.config = config
        self.context = context
        for name in config:
            if name != "type" and name not in self.parameters:
                raise TaskError(
                    "invalid-configuration",
                    f"a model of type '{config['type']}' takes no '{name}'",
                    path=[*_PATH, name],
                    hint="it takes: " + ", ".join(self.parameters),
                )

    def load(self):
        """Loads what is expensive."""

    def close(self):
        """Lets go of it."""

    def vectors(self, texts):
        """An array of as many vectors as texts, less those that were refused; and the errors of those by position."""
        raise NotImplementedError

    def _integer(self, name, default):
        value = self.config.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise TaskError(
                "invalid-configuration",
                f"'{name}' is {value!r}, and must be a whole number from 1",
                path=[*_PATH, name],
            )
        return value


class WordLlama(Model):
    """Static word vectors of the package `wordllama`: no download, no accelerator, tens of thousands texts a second."""

    parameters = ("dimensions",)
    _dimensions = (64, 128, 256)

    def __init__(self, config, context):
        super().__init__(config, context)
        self.dimensions = self._integer("dimensions", 256)
        if self.dimensions not in self._dimensions:
            raise TaskError(
                "invalid-configuration",
                f"WordLlama has no vectors of {self.dimensions} dimensions",
                path=[*_PATH, "dimensions"],
                hint="choices: 64, 128, 256",
            )
        self._model = None

    def load(self):
        wordllama = _imported("wordllama")
        folder = Path(wordllama.__file__).parent
        cut = self.dimensions if self.dimensions < 256 else None
        # The weights are in the package: without these arguments a hub would be asked first.
        self._model = wordllama.WordLlama.load(cache_dir=folder, dim=256, trunc_dim=cut, disable_download=True)

    def vectors(self, texts):
        if not texts:
            return [], {}
        return self._model.embed(texts, norm=False), {}


class SentenceTransformers(Model):
    """A model of `sentence-transformers`: a folder, a package that holds one (`package:NAME`), or a name on the hub."""

    parameters = ("name", "device", "batch_size", "prompt", "dimensions", "trust_remote_code")

    def __init__(self, config, context):
        super().__init__(config, context)
        self.name = config.get("name")
        self.batch_size = self._integer("batch_size", 32)
        if not self.name:
            raise TaskError(
                "invalid-configuration",
                "a model of sentence-transformers needs a 'name'",
                path=_PATH,
                hint="a folder, 'package:NAME', or a name on the hub such as 'all-MiniLM-L6-v2'",
            )
        self._model = None

    def load(self):
        library = _imported("sentence_transformers")
        place = self._place()
        try:
            self._model = library.SentenceTransformer(
                place,
                device=self.config.get("device"),
                truncate_dim=self._integer("dimensions", None),
                trust_remote_code=self.config.get("trust_remote_code") is True,
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise TaskError(
                "model-not-found",
                f"the model '{self.name}' cannot be loaded: {str(error).splitlines()[0]}",
                path=[*_PATH, "name"],
                hint="check the name, or give the path of a folder that holds the model",
            ) from None

    def vectors(self, texts):
        if not texts:
            return [], {}
        prompt = {"prompt": self.config["prompt"]} if self.config.get("prompt") else {}
        return self._model.encode(
            texts, batch_size=self.batch_size, convert_to_numpy=True, show_progress_bar=False, **prompt
        ), {}

    def _place(self):
        if self.name.startswith("package:"):
            return _packaged(self.name[len("package:") :])
        for folder in (self.name, os.path.join(self.context.folder, self.name)):
            if os.path.isdir(folder):
                return folder
        if self.name.startswith((".", "/", "~")):
            raise TaskError(
                "model-not-found",
                f"there is no folder '{self.name}'",
                path=[*_PATH, "name"],
                hint="paths are tried from the working directory, then from the pipeline's folder",
            )
        return self.name


class OpenAI(Model):
    """The embeddings endpoint of OpenAI, and of the many servers that speak its protocol."""

    parameters = (
        "name",
        "base_url",
        "api_key",
        "api_key_variable",
        "dimensions",
        "batch_size",
        "concurrency",
        "timeout",
        "retries",
    )

    def __init__(self, config, context):
        super().__init__(config, context)
        if not config.get("name"):
            raise TaskError(
                "invalid-configuration",
                "a model behind an endpoint needs a 'name'",
                path=_PATH,
                hint="such as 'text-embedding-3-small'",
            )
        self.batch_size = self._integer("batch_size", 128)
        self.concurrency = self._integer("concurrency", 4)
        self.url = config.get("base_url") or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        self._service = self._pool = None

    def load(self):
        key = secret(self.config, "api_key", "OPENAI_API_KEY", path=_PATH)
        self._service = JSONService(
            self.url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=float(self.config.get("timeout") or 60),
            attempts=self._integer("retries", 5),
            path=[*_PATH, "base_url"],
            credentials=[*_PATH, "api_key"],
        )
        self._pool = ThreadPoolExecutor(self.concurrency)

    def close(self):
        if self._pool:
            self._pool.shutdown()
            self._service.close()

    def vectors(self, texts):
        starts = range(0, len(texts), self.batch_size)
        found, errors = [], {}
        for start, (vectors, refused) in zip(
            starts, self._pool.map(lambda start: self._batch(texts[start : start + self.batch_size]), starts)
        ):
            found += vectors
            errors.update((start + position, error) for position, error in refused.items())
        return found, errors

    def _batch(self, texts):
        request = {"model": self.config["name"], "input": texts, "encoding_format": "float"}
        if self.config.get("dimensions"):
            request["dimensions"] = self._integer("dimensions", None)
        answer = self._service.request("POST", "/embeddings", request)
        if answer.status == 200:
            data = sorted(answer.json.get("data") or [], key=lambda item: item["index"])
            if len(data) != len(texts):
                raise TaskError(
                    "unreachable-service",
                    f"{self._service.url} gave {len(data)} embeddings for {len(texts)} texts",
                    path=[*_PATH, "base_url"],
                    hint="is it an OpenAI-compatible endpoint?",
                )
            return [item["embedding"] for item in data], {}
        if answer.status in (400, 413, 422) and self._is_about_text(answer):
            if len(texts) == 1:
                return [], {0: ValueError(f"the endpoint refused the text ({answer.reason})")}
            # One text too long spoils its batch: the others are not to blame.
            found, errors = [], {}
            for position, text in enumerate(texts):
                vectors, refused = self._batch([text])
                found += vectors
                if refused:
                    errors[position] = refused[0]
            return found, errors
        if answer.status == 404:
            raise TaskError(
                "model-not-found",
                f"{self._service.url} has no model '{self.config['name']}' ({answer.reason})",
                path=[*_PATH, "name"],
                hint="check the name and 'base_url'",
            )
        raise TaskError(
            "unreachable-service",
            f"{self._service.url} does not give embeddings ({answer.reason})",
            path=[*_PATH, "base_url"],
            hint="try later, or lower 'concurrency' and 'batch_size'",
        )

    @staticmethod
    def _is_about_text(answer):
        error = answer.json.get("error") if isinstance(answer.json, dict) else None
        return not (isinstance(error, dict) and error.get("code") in ("model_not_found", "invalid_api_key"))


_TYPES = {"WordLlama": WordLlama, "SentenceTransformers": SentenceTransformers, "OpenAI": OpenAI}


def model_of(config, context):
    """The model that a configuration describes."""
    kind = config.get("type")
    if kind not in _TYPES:
        message = f"there is no type of embedding model '{kind}'" if kind else "the embedding model has no 'type'"
        raise TaskError(
            "invalid-configuration",
            message,
            path=[*_PATH, "type"] if kind else _PATH,
            hint="choices: " + ", ".join(_TYPES),
        )
    return _TYPES[kind](config, context)


def _imported(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.replace("_", "-")
        raise TaskError(
            "missing-package",
            f"'{package}' cannot be imported: {error}",
            path=_PATH,
            hint=f"add '{package}' to 'dependencies'",
        ) from None


def _packaged(package):
    """The folder below a package that holds a model of sentence-transformers."""
    spec = importlib.util.find_spec(package.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise TaskError(
            "missing-package",
            f"there is no package '{package}' to take the model from",
            path=[*_PATH, "name"],
            hint=f"add '{package}' to 'dependencies'",
        )
    root = Path(next(iter(spec.submodule_search_locations)))
    found = sorted(root.glob("**/modules.json"))
    if not found:
        raise TaskError(
            "model-not-found",
            f"the package '{package}' holds no model of sentence-transformers",
            path=[*_PATH, "name"],
            hint="such a model is a folder with 'modules.json'",
        )
    return str(found[0].parent)

"""Models behind an HTTP endpoint that speaks OpenAI's protocol: OpenAI, Ollama, vLLM, LiteLLM and many others."""

import json
import os
import string
from concurrent.futures import ThreadPoolExecutor

from beamstack_worker.http_json import JSONService, secret
from beamstack_worker.inference_handlers import Handler, Textual
from beamstack_worker.tasks import TaskError
from beamstack_worker.values import Row

_PATHS = {"chat": "/chat/completions", "completions": "/completions", "embeddings": "/embeddings"}
_REFUSED = (400, 413, 422)


class OpenAI(Handler):
    """One request an example, several at once. Status 429 and 5xx are tried again; a refused example fails its row."""

    parameters = (
        "model",
        "base_url",
        "endpoint",
        "prompt",
        "system",
        "field",
        "answer",
        "api_key",
        "api_key_variable",
        "organization",
        "concurrency",
        "timeout",
        "retries",
    )

    def __init__(self, spec, schema, context):
        super().__init__(spec, schema, context)
        self.model_id = spec.text("model", required=True)
        self._endpoint = spec.choice("endpoint", list(_PATHS), "chat")
        self._answer = spec.choice("answer", ["text", "json", "response"], "text")
        self._system = spec.text("system")
        self._prompt = spec.text("prompt")
        self._prompt_fields = self._fields_of(self._prompt) if self._prompt else None
        self._concurrency = spec.number("concurrency", 4, low=1, whole=True)
        self._timeout = spec.number("timeout", 60, low=0.001)
        self._attempts = spec.number("retries", 5, low=0, whole=True) + 1
        self._url = spec.text("base_url") or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        self._service = self._pool = None
        self._tokens = {}

    def examples(self):
        if self._prompt is None:
            return Textual.examples(self)
        fields = self._prompt_fields

        def filled(batch):
            rows = zip(*[batch.column(name) for name in fields]) if fields else [()] * batch.count
            return [self._prompt.format_map(_Texts(zip(fields, row))) for row in rows]

        return filled, fields

    def _fields_of(self, template):
        """The fields that a template names in braces."""
        try:
            parts = list(string.Formatter().parse(template))
        except ValueError as error:
            raise self.spec.error(
                f"the prompt is no template: {error}", "config", "prompt", hint="write '{{' for a brace of the text"
            ) from None
        names = [part[1] for part in parts if part[1] is not None]
        for name in names:
            if name not in self.schema:
                raise self.spec.error(
                    f"the prompt names '{name}', which is not a field of the input",
                    "config",
                    "prompt",
                    hint="the input has: " + ", ".join(self.schema.names) + "; write '{{' for a brace of the text",
                )
        return list(dict.fromkeys(names))

    def load(self):
        place = [*self.spec.path, "config"]
        key = secret(self.spec.config, "api_key", "OPENAI_API_KEY", path=place)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if self.spec.text("organization"):
            headers["OpenAI-Organization"] = self.spec.text("organization")
        self._service = JSONService(
            self._url,
            headers=headers,
            timeout=float(self._timeout),
            attempts=self._attempts,
            path=self.spec.place("base_url"),
            credentials=self.spec.place("api_key"),
        )
        self._pool = ThreadPoolExecutor(self._concurrency)

    def close(self):
        if self._pool:
            self._pool.shutdown()
            self._service.close()
        if self._tokens:
            counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(self._tokens.items()))
            self.context.log(f"{self.model_id}: {counts}")

    def infer(self, examples, arguments):
        results = []
        for answer in self._pool.map(lambda example: self._asked(example, arguments), examples):
            if isinstance(answer, Exception):
                results.append(answer)
                continue
            for name, count in (answer.get("usage") or {}).items():
                if isinstance(count, int):
                    self._tokens[name] = self._tokens.get(name, 0) + count
            try:
                results.append(self._result(answer))
            except (KeyError, IndexError, TypeError):
                results.append(ValueError(f"the endpoint's answer has no result: {json.dumps(answer)[:200]}"))
            except ValueError:
                results.append(ValueError("the model's answer is no JSON"))
        return results

    def _asked(self, example, arguments):
        """The endpoint's answer to an example, or the exception that fails its row."""
        if example is None:
            return ValueError("the row has no text to ask about")
        try:
            request = {"model": self.model_id, **arguments, **self._request(example)}
            answer = self._service.request("POST", _PATHS[self._endpoint], request)
        except TaskError:
            raise
        except TypeError as error:
            return error
        if answer.status == 200:
            return answer.json
        error = answer.json.get("error") if isinstance(answer.json, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        if answer.status == 404 or code == "model_not_found":
            raise TaskError(
                "model-not-found",
                f"{self._service.url} has no model '{self.model_id}' ({answer.reason})",
                path=self.spec.place("model"),
                hint="check the name and 'base_url'",
            )
        if answer.status in _REFUSED:
            return ValueError(f"the endpoint refused the request ({answer.reason})")
        raise TaskError(
            "unreachable-service",
            f"{self._service.url} gives no answers ({answer.reason})",
            path=self.spec.place("base_url"),
            hint="try later, or lower 'concurrency'",
        )

    def _request(self, example):
        """The part of the request that the example makes: a text, messages, or what 'preprocess' put into a map."""
        if isinstance(example, Row):
            example = example.as_dict()
        if isinstance(example, dict):
            return example
        if self._endpoint == "embeddings":
            return {"input": example, "encoding_format": "float"}
        if self._endpoint == "completions":
            return {"prompt": example}
        messages = example if isinstance(example, list) else [{"role": "user", "content": example}]
        if self._system:
            messages = [{"role": "system", "content": self._system}, *messages]
        return {"messages": messages}

    def _result(self, answer):
        if self._answer == "response":
            return answer
        if self._endpoint == "embeddings":
            return answer["data"][0]["embedding"]
        choice = answer["choices"][0]
        text = choice["text"] if self._endpoint == "completions" else choice["message"]["content"]
        if self._answer == "text":
            return text
        # Many models put JSON into a fence, whatever they are told.
        text = text.strip()
        if text.startswith("```"):
            text = text.partition("\n")[2].rpartition("```")[0]
        return json.loads(text)


class _Texts(dict):
    """Values for a template: what is missing is an empty text."""

    def __init__(self, pairs):
        super().__init__((name, "" if value is None else value) for name, value in pairs)

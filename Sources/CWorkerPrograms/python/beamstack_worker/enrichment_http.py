"""HTTP services that `enrichment.lookup` asks, one request a key."""

import datetime
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

import pyarrow as pa

from beamstack_worker.enrichment_sources import CONFIG, Cached
from beamstack_worker.http_json import JSONService, secret
from beamstack_worker.tagged_json import to_json

_ANY = {b"beamstack.type": b"any", b"beamstack.encoding": b"json"}
_TYPES = {
    "any": pa.string(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "string": pa.string(),
}
_FIELD = re.compile(r"\{([^{}]*)\}")


class Http(Cached):
    """A service that answers GET with JSON. The address names fields in braces; those are the key."""

    parameters = (
        *Cached.parameters,
        "url",
        "headers",
        "api_key",
        "api_key_variable",
        "api_key_header",
        "concurrency",
        "retries",
        "ca_certs",
        "verify_certs",
    )

    def __init__(self, config, schema, context):
        super().__init__(config, schema, context)
        self._url = self.required("url", "such as 'https://api.example.org/cities/{city}'")
        parts = urlsplit(self._url)
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._target = self._url[len(self._base) :] if self._url.startswith(self._base) else "/"
        if "{" in self._base:
            raise self.error(
                "the address's host cannot come from a field",
                "url",
                hint="a row could send the key to any host; name it",
            )
        self.key_fields = list(dict.fromkeys(_FIELD.findall(self._target)))
        if not self.key_fields:
            raise self.error("the address names no field", "url", hint="write a field's name in braces: '{city}'")
        for name in self.key_fields:
            self._check_type(self.input_field(name, "url"))
        self.fields, self._paths = self._chosen()
        self._concurrency = int(self.number("concurrency", 8, 1))
        self._attempts = int(self.number("retries", 5, 0)) + 1
        self._headers = self.config.get("headers") or {}
        if not isinstance(self._headers, dict):
            raise self.error("'headers' must be a map", "headers")
        self._service = self._pool = None
        self._make_service({})

    def _check_type(self, field):
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type):
            raise self.error(f"the field '{field.name}' is {field.type}, which has no place in an address", "url")

    def _chosen(self):
        """What is taken from an answer: fields, and the path of each within the JSON."""
        chosen = self.config.get("fields")
        if chosen is None:
            return [pa.field("response", pa.string(), True, _ANY)], [[]]
        if not isinstance(chosen, (dict, list)) or not chosen:
            raise self.error("'fields' must be a list of names, or a map of names and paths", "fields")
        fields, paths = [], []
        for name, part in chosen.items() if isinstance(chosen, dict) else [(name, name) for name in chosen]:
            part = {"path": part} if isinstance(part, str) else part
            where = ["fields", name] if isinstance(chosen, dict) else ["fields"]
            if not isinstance(name, str) or not isinstance(part, dict) or set(part) - {"path", "type"}:
                raise self.error(
                    f"the field '{name}' has no path",
                    *where,
                    hint="write 'NAME: path.in.the.answer', or 'NAME: {path: …, type: string}'",
                )
            kind = part.get("type", "any")
            if kind not in _TYPES:
                raise self.error(
                    f"there is no type '{kind}' for a field of an answer",
                    *where,
                    "type",
                    hint="choices: " + ", ".join(_TYPES),
                )
            fields.append(pa.field(name, _TYPES[kind], True, _ANY if kind == "any" else None))
            path = str(part.get("path", name))
            paths.append(path.split(".") if path else [])
        return fields, paths

    def _make_service(self, headers):
        return JSONService(
            self._base,
            headers={**{str(k): str(v) for k, v in self._headers.items()}, **headers},
            timeout=self.timeout,
            attempts=self._attempts,
            verifies=self.config.get("verify_certs") is not False,
            authorities=self.config.get("ca_certs"),
            path=[CONFIG, "url"],
            credentials=[CONFIG, "api_key"],
        )

    def open(self):
        headers = {}
        if self.config.get("api_key") or self.config.get("api_key_variable"):
            key = secret(self.config, "api_key", path=[CONFIG])
            name = self.config.get("api_key_header")
            headers = {name: key} if name else {"Authorization": f"Bearer {key}"}
        self._service = self._make_service(headers)
        self._pool = ThreadPoolExecutor(self._concurrency)

    def close(self):
        if self._pool:
            self._pool.shutdown()
            self._service.close()

    def fetch(self, keys):
        return dict(zip(keys, self._pool.map(self._asked, keys)))

    def _asked(self, key):
        """A record, `None` where the service has none, or the exception that fails its rows."""
        texts = {name: quote(_text(part), safe="") for name, part in zip(self.key_fields, key)}
        answer = self._service.request("GET", _FIELD.sub(lambda match: texts[match[1]], self._target))
        if answer.status in (404, 410) or answer.status == 204:
            return None
        if answer.status != 200:
            return ValueError(f"the service refused the request ({answer.reason})")
        try:
            return tuple(map(self._value, self.fields, self._paths, [answer.json] * len(self.fields)))
        except (TypeError, ValueError) as error:
            return error

    def _value(self, field, path, value):
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.lstrip("-").isdigit() and -len(value) <= int(step) < len(value):
                value = value[int(step)]
            else:
                value = None
        if value is None:
            return None
        if field.metadata:
            return to_json(value)
        wanted = {"bool": bool, "int64": int, "double": (int, float), "string": str}[str(field.type)]
        if not isinstance(value, wanted) or isinstance(value, bool) and wanted is not bool:
            raise ValueError(f"the answer's '{'.'.join(path)}' is {value!r}, and no {field.type}")
        return value


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, (datetime.date, datetime.datetime)) else str(value)

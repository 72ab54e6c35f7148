"""Elasticsearch 8 and later, over its HTTP interface."""

import base64
import json
import math
import time
from urllib.parse import quote

from beamstack_worker import vector_stores
from beamstack_worker.http_json import JSONService, basic, secret
from beamstack_worker.tasks import TaskError
from beamstack_worker.vector_stores import Match

_SIMILARITIES = {"cosine": "cosine", "dot": "max_inner_product", "euclidean": "l2_norm"}
_BATCH = 500
_SEARCHES = 100
_ATTEMPTS = 6


class Store(vector_stores.Store):
    """An index whose documents have a text, a dense vector and `metadata`."""

    parameters = (
        "url",
        "index",
        "username",
        "password",
        "password_variable",
        "api_key",
        "api_key_variable",
        "cloud_id",
        "verify_certs",
        "ca_certs",
        "text_field",
        "vector_field",
        "timeout",
    )

    def __init__(self, config, context):
        super().__init__(config, context)
        self.name = self._required("index", "the index's name; it is made where it is missing")
        if not config.get("cloud_id"):
            self._required("url", "such as https://localhost:9200")
        self.text = config.get("text_field") or "text"
        self.vector = config.get("vector_field") or "embedding"
        self._path = "/" + quote(self.name, safe="")
        self._service = None

    def connect(self):
        if self._service is not None:
            return
        headers = {}
        key = secret(self.config, "api_key", path=["store"])
        password = secret(self.config, "password", path=["store"])
        if key:
            headers["Authorization"] = f"ApiKey {key}"
        elif self.config.get("username"):
            headers["Authorization"] = basic(self.config["username"], password or "")
        self._service = JSONService(
            self.config.get("url") or _cloud_address(self.config["cloud_id"]),
            headers=headers,
            timeout=float(self.config.get("timeout") or 60),
            verifies=self.config.get("verify_certs") is not False,
            authorities=self.config.get("ca_certs"),
            path=["store", "url"],
            credentials=["store", "api_key" if key else "password"],
        )
        self._expect(self._service.request("GET", "/"))

    def begin(self, dimensions, replaces):
        if replaces:
            answer = self._service.request("DELETE", self._path)
            if answer.status != 404:
                self._expect(answer)
        if dimensions is None or self._has_index(dimensions):
            return
        properties = {
            self.text: {"type": "text"},
            self.vector: {
                "type": "dense_vector",
                "dims": dimensions,
                "index": True,
                "similarity": _SIMILARITIES[self.distance],
            },
            "metadata": {"type": "object"},
        }
        self._expect(self._service.request("PUT", self._path, {"mappings": {"properties": properties}}))

    def upsert(self, records):
        for start in range(0, len(records), _BATCH):
            part = records[start : start + _BATCH]
            for attempt in range(_ATTEMPTS):
                part = self._sent(part)
                if not part:
                    break
                if attempt == _ATTEMPTS - 1:
                    raise TaskError(
                        "write-refused",
                        f"{self._service.url} stays too busy to take documents",
                        path=["store", "url"],
                        hint="try later",
                    )
                time.sleep(0.5 * 2**attempt)

    def _sent(self, records):
        """Sends documents, and returns those that the server was too busy for."""
        lines = []
        for record in records:
            lines.append(json.dumps({"index": {"_id": str(record.id)}}))
            lines.append(json.dumps({self.text: record.text, self.vector: record.vector, "metadata": record.metadata}))
        body = ("\n".join(lines) + "\n").encode()
        answer = self._expect(self._service.request("POST", self._path + "/_bulk", body, "application/x-ndjson"))
        busy = []
        for record, item in zip(records, answer.json.get("items") or []):
            outcome = item["index"]
            if outcome["status"] == 429:
                busy.append(record)
            elif outcome["status"] >= 300:
                reason = outcome.get("error", {}).get("reason", f"status {outcome['status']}")
                raise TaskError(
                    "write-refused",
                    f"Elasticsearch refused the document '{record.id}': {reason}",
                    path=["store"],
                    notes=["documents before it have been written"],
                )
        return busy

    def finish(self):
        answer = self._service.request("POST", self._path + "/_refresh")
        if answer.status != 404:
            self._expect(answer)

    def commit(self):
        return self.name

    def close(self):
        if self._service is not None:
            self._service.close()
            self._service = None

    def search(self, vectors, limit, conditions):
        for dimensions in {len(vector) for vector in vectors}:
            if not self._has_index(dimensions):
                raise self._unknown(f"index '{self.name}'")
        found = []
        for start in range(0, len(vectors), _SEARCHES):
            found += self._searched(vectors[start : start + _SEARCHES], limit, conditions)
        return found

    def _searched(self, vectors, limit, conditions):
        lines = []
        for vector in vectors:
            nearest = {
                "field": self.vector,
                "query_vector": vector,
                "k": limit,
                "num_candidates": min(10_000, max(100, 4 * limit)),
            }
            if conditions:
                nearest["filter"] = [_condition(f"metadata.{name}", wanted) for name, wanted in conditions.items()]
            lines.append("{}")
            lines.append(json.dumps({"knn": nearest, "size": limit, "_source": [self.text, "metadata"]}))
        body = ("\n".join(lines) + "\n").encode()
        answer = self._expect(self._service.request("POST", self._path + "/_msearch", body, "application/x-ndjson"))
        found = []
        for response in answer.json["responses"]:
            if "error" in response:
                reason = response["error"].get("reason", response["error"])
                raise TaskError("write-refused", f"Elasticsearch refused the search: {reason}", path=["store"])
            found.append([self._match(hit) for hit in response["hits"]["hits"]])
        return found

    def _match(self, hit):
        source = hit.get("_source") or {}
        return Match(
            hit["_id"], _score(hit["_score"], self.distance), source.get(self.text), source.get("metadata") or {}
        )

    def _has_index(self, dimensions):
        answer = self._service.request("GET", self._path + "/_mapping")
        if answer.status == 404:
            return False
        self._expect(answer)
        for index in answer.json.values():
            field = index["mappings"].get("properties", {}).get(self.vector)
            if field is None or field.get("type") != "dense_vector":
                raise TaskError(
                    "invalid-configuration",
                    f"the index '{self.name}' has no dense vectors '{self.vector}'",
                    path=["store", "index"],
                    hint="name them in 'vector_field', or another index: a missing one is made",
                )
            if field.get("dims") not in (None, dimensions):
                raise self._wrong_dimensions(dimensions, field["dims"], f"the index '{self.name}'")
        return True

    def _expect(self, answer):
        if answer.status >= 300:
            raise TaskError("write-refused", f"{self._service.url} refused ({answer.reason})", path=["store"])
        return answer


def _condition(field, wanted):
    if isinstance(wanted, list):
        return {"bool": {"should": [_condition(field, choice) for choice in wanted], "minimum_should_match": 1}}
    # Texts in `metadata` are indexed both as words and, below `keyword`, as they are.
    return {"term": {field + ".keyword" if isinstance(wanted, str) else field: wanted}}


def _score(score, distance):
    """The measure that was asked for: Elasticsearch turns each into a positive number."""
    if distance == "cosine":
        return 2.0 * score - 1.0
    if distance == "euclidean":
        return math.sqrt(max(0.0, 1.0 / score - 1.0))
    return score - 1.0 if score >= 1.0 else 1.0 - 1.0 / score


def _cloud_address(cloud_id):
    """The address in an id of Elastic Cloud: `name:` and base 64 of `domain$id$…`."""
    try:
        domain, key = base64.b64decode(cloud_id.rpartition(":")[2]).decode().split("$")[:2]
    except ValueError:
        raise TaskError(
            "invalid-configuration",
            "'cloud_id' is no id of Elastic Cloud",
            path=["store", "cloud_id"],
            hint="copy it from the deployment's page, or name the 'url'",
        ) from None
    host, _, port = domain.partition(":")
    return f"https://{key}.{host}:{port or 443}"

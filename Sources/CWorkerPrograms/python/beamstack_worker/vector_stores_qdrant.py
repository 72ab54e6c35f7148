"""Qdrant: a server, or a folder that needs none."""

import os
import uuid

from beamstack_worker import vector_stores
from beamstack_worker.http_json import secret, without_password
from beamstack_worker.tasks import TaskError
from beamstack_worker.vector_stores import Match
from beamstack_worker.vector_stores_records import NAMESPACE

_BATCH = 512


class Store(vector_stores.Store):
    """A collection whose points carry `id`, `text` and `metadata`."""

    parameters = ("url", "path", "collection", "api_key", "api_key_variable", "timeout")

    def __init__(self, config, context):
        super().__init__(config, context)
        self.name = self._required("collection", "the collection's name; it is made where it is missing")
        if bool(config.get("url")) == bool(config.get("path")):
            raise TaskError(
                "invalid-configuration",
                "a Qdrant store is a server's 'url' or a folder's 'path'",
                path=["store"],
                hint="such as 'url: http://localhost:6333' or 'path: vectors'",
            )
        self.is_shared = bool(config.get("url"))
        self._client = None

    def connect(self):
        if self._client is not None:
            return
        qdrant = _qdrant()
        if not self.is_shared:
            try:
                self._client = qdrant.QdrantClient(path=self._folder())
            except RuntimeError as error:
                if "already accessed" not in str(error):
                    raise
                raise TaskError(
                    "unreachable-service",
                    f"the folder '{self.config['path']}' is in use by another process",
                    path=["store", "path"],
                    hint="wait for it, or run a Qdrant server and name its 'url'",
                ) from None
            return
        key = secret(self.config, "api_key", "QDRANT_API_KEY", path=["store"])
        self._client = qdrant.QdrantClient(
            url=self.config["url"],
            api_key=key,
            timeout=int(self.config.get("timeout") or 60),
            check_compatibility=False,
        )
        self._run(self._client.get_collections)

    def _folder(self):
        path = os.path.expanduser(str(self.config["path"]))
        if os.path.isabs(path) or os.path.isdir(path):
            return path
        beside = os.path.join(self.context.folder, path)
        return beside if os.path.isdir(beside) else path

    def begin(self, dimensions, replaces):
        models = _qdrant().models
        exists = self._run(self._client.collection_exists, self.name)
        if replaces and exists:
            self._run(self._client.delete_collection, self.name)
            exists = False
        if dimensions is None:
            return
        if exists:
            self._check(dimensions)
            return
        distance = {"cosine": models.Distance.COSINE, "dot": models.Distance.DOT, "euclidean": models.Distance.EUCLID}
        self._run(
            self._client.create_collection,
            self.name,
            vectors_config=models.VectorParams(size=dimensions, distance=distance[self.distance]),
        )

    def upsert(self, records):
        models = _qdrant().models
        for start in range(0, len(records), _BATCH):
            part = records[start : start + _BATCH]
            payloads = [{"id": str(record.id), "text": record.text, "metadata": record.metadata} for record in part]
            points = models.Batch(
                ids=[_point(record.id) for record in part],
                vectors=[record.vector for record in part],
                payloads=payloads,
            )
            self._run(self._client.upsert, self.name, points=points, wait=True)

    def commit(self):
        return self.name

    def close(self):
        if self._client is not None:
            self._client.close()
            self._client = None

    def search(self, vectors, limit, conditions):
        models = _qdrant().models
        if not self._run(self._client.collection_exists, self.name):
            raise self._unknown(f"collection '{self.name}'")
        for dimensions in {len(vector) for vector in vectors}:
            self._check(dimensions)
        requests = [
            models.QueryRequest(query=vector, limit=limit, filter=_filter(conditions), with_payload=True)
            for vector in vectors
        ]
        found = []
        for start in range(0, len(requests), _BATCH):
            answers = self._run(self._client.query_batch_points, self.name, requests=requests[start : start + _BATCH])
            found += [[_match(point) for point in answer.points] for answer in answers]
        return found

    def _check(self, dimensions):
        there = self._run(self._client.get_collection, self.name).config.params.vectors
        if not hasattr(there, "size"):
            raise TaskError(
                "invalid-configuration",
                f"the collection '{self.name}' has named vectors",
                path=["store", "collection"],
                hint="name another collection: it is made where it is missing",
            )
        if there.size != dimensions:
            raise self._wrong_dimensions(dimensions, there.size, f"the collection '{self.name}'")

    def _run(self, call, *arguments, **named):
        from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

        try:
            return call(*arguments, **named)
        except UnexpectedResponse as error:
            address = without_password(self.config["url"])
            if error.status_code in (401, 403):
                raise TaskError(
                    "login-refused",
                    f"Qdrant at {address} refused the key",
                    path=["store", "api_key"],
                    hint="give it in 'api_key', or in the environment variable QDRANT_API_KEY",
                ) from None
            reason = (error.content or b"").decode("utf-8", "replace")[:500]
            raise TaskError(
                "write-refused", f"Qdrant at {address} refused (status {error.status_code}): {reason}", path=["store"]
            ) from None
        except ResponseHandlingException as error:
            address = without_password(self.config["url"])
            raise TaskError(
                "unreachable-service",
                f"Qdrant at {address} does not answer: {error}",
                path=["store", "url"],
                hint="check the address, and that the server is up",
            ) from None


def _qdrant():
    try:
        import qdrant_client
    except ImportError as error:
        raise TaskError(
            "missing-package",
            f"'qdrant-client' cannot be imported: {error}",
            path=["store", "type"],
            hint="add 'qdrant-client' to 'dependencies'",
        ) from None
    return qdrant_client


def _point(key):
    """Qdrant's ids are numbers from zero or UUIDs: any other text becomes a UUID that is always the same."""
    if isinstance(key, int) and not isinstance(key, bool) and key >= 0:
        return key
    text = str(key)
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid5(NAMESPACE, text))


def _match(point):
    payload = point.payload or {}
    metadata = payload.get("metadata")
    if metadata is None:
        metadata = {name: value for name, value in payload.items() if name not in ("id", "text")}
    return Match(str(payload.get("id", point.id)), float(point.score), payload.get("text"), metadata)


def _filter(conditions):
    if not conditions:
        return None
    models = _qdrant().models
    must = []
    for name, wanted in conditions.items():
        match = models.MatchAny(any=wanted) if isinstance(wanted, list) else models.MatchValue(value=wanted)
        must.append(models.FieldCondition(key=f"metadata.{name}", match=match))
    return models.Filter(must=must)

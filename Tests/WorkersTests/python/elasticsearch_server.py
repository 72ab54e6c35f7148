"""A small HTTP server that speaks the part of Elasticsearch's interface that the vector store uses, in memory.

There is no Elasticsearch that can be installed from PyPI or Debian. Like the real one it refuses vectors of another
length than the mapping's, unknown logins and unknown indexes, makes documents searchable at `_refresh`, and gives the
scores that its documentation states for each similarity.
"""

import base64
import json
import math
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Elasticsearch(ThreadingHTTPServer):
    """`busy`: how many documents of the next bulk requests are turned away with status 429."""

    def __init__(self, user="elastic", password="changed", busy=0):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.login = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.busy = busy
        self.indexes = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        self.shutdown()
        self.server_close()


class _Index:
    def __init__(self, mappings):
        self.mappings = mappings
        self.pending, self.documents = {}, {}

    @property
    def vector(self):
        return next(
            (name, field) for name, field in self.mappings["properties"].items() if field["type"] == "dense_vector"
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != self.server.login:
            return self.answer(401, _error("security_exception", "unable to authenticate user"))
        parts = [part for part in self.path.split("/") if part]
        if not parts:
            return self.answer(200, {"version": {"number": "8.15.0"}})
        name, action = parts[0], parts[1] if len(parts) > 1 else ""
        index = self.server.indexes.get(name)
        if self.command == "PUT":
            if index:
                return self.answer(400, _error("resource_already_exists_exception", f"index [{name}] already exists"))
            self.server.indexes[name] = _Index(json.loads(body)["mappings"])
            return self.answer(200, {"acknowledged": True})
        if index is None:
            return self.answer(404, _error("index_not_found_exception", f"no such index [{name}]"))
        if self.command == "DELETE":
            del self.server.indexes[name]
            return self.answer(200, {"acknowledged": True})
        if action == "_mapping":
            return self.answer(200, {name: {"mappings": index.mappings}})
        if action == "_refresh":
            index.documents = dict(index.pending)
            return self.answer(200, {})
        lines = [json.loads(line) for line in body.decode().splitlines()]
        if not body.endswith(b"\n") or "ndjson" not in self.headers["Content-Type"]:
            return self.answer(
                400, _error("illegal_argument_exception", "The bulk request must be terminated by a newline")
            )
        pairs = list(zip(lines[::2], lines[1::2]))
        if action == "_bulk":
            items = [{"index": self.put(index, head["index"]["_id"], document)} for head, document in pairs]
            return self.answer(200, {"errors": any(item["index"]["status"] > 299 for item in items), "items": items})
        if action == "_msearch":
            return self.answer(200, {"responses": [_search(index, request) for _, request in pairs]})
        return self.answer(404, _error("no_handler", self.path))

    do_GET = do_PUT = do_POST = do_DELETE = handle_request

    def put(self, index, key, document):
        name, field = index.vector
        if self.server.busy:
            self.server.busy -= 1
            return {"_id": key, "status": 429, **_error("es_rejected_execution_exception", "queue full")}
        if len(document[name]) != field["dims"]:
            return {"_id": key, "status": 400, **_error("document_parsing_exception", "different number of dimensions")}
        if field["similarity"] == "cosine" and not any(document[name]):
            return {"_id": key, "status": 400, **_error("document_parsing_exception", "zero magnitude vectors")}
        index.pending[key] = document
        return {"_id": key, "status": 201, "result": "created"}

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def _search(index, request):
    knn = request["knn"]
    field = index.mappings["properties"].get(knn["field"])
    if field is None:
        return _error("query_shard_exception", f"field [{knn['field']}] does not exist in the mapping")
    hits = []
    for key, document in index.documents.items():
        if all(_holds(condition, document) for condition in knn.get("filter", [])):
            score = _score(field["similarity"], knn["query_vector"], document[knn["field"]])
            source = {name: document[name] for name in request["_source"]}
            hits.append({"_id": key, "_score": score, "_source": source})
    hits.sort(key=lambda hit: (-hit["_score"], hit["_id"]))
    return {"hits": {"hits": hits[: min(knn["k"], request["size"])]}}


def _holds(condition, document):
    if "bool" in condition:
        return any(_holds(choice, document) for choice in condition["bool"]["should"])
    ((path, wanted),) = condition["term"].items()
    names = path.split(".")
    if isinstance(wanted, str):
        assert names.pop() == "keyword", "texts are matched whole by their keyword field"
    value = document
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value == wanted


def _score(similarity, query, vector):
    dot = sum(a * b for a, b in zip(query, vector))
    if similarity == "cosine":
        return (1 + dot / (math.hypot(*query) * math.hypot(*vector))) / 2
    if similarity == "l2_norm":
        return 1 / (1 + sum((a - b) ** 2 for a, b in zip(query, vector)))
    return dot + 1 if dot >= 0 else 1 / (1 - dot)


def _error(kind, reason):
    return {"error": {"type": kind, "reason": reason, "root_cause": [{"type": kind, "reason": reason}]}}

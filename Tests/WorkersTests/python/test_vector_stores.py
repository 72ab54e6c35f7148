"""`vector_stores.write` and `.search`: a real PostgreSQL with pgvector, a real Qdrant folder, and Elasticsearch's HTTP
interface as `elasticsearch_server` speaks it."""

import datetime
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import unittest
from importlib.util import find_spec

import support  # noqa: F401
from beamstack_worker.tasks import Context, TaskError
from elasticsearch_server import Elasticsearch

if find_spec("pyarrow"):
    import pyarrow as pa

    from beamstack_worker import vector_stores
    from beamstack_worker.vector_stores_records import tagged


class StoreTests:
    """What every store must do; `store()` gives a new, empty one."""

    is_transactional = False

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.log = []
        self.context = Context(folder=self.folder, temporary=self.folder, log=self.log.append)

    def sink(self, store, schema, **more):
        sink = vector_stores.WriteVectors({"store": store, **more}, [schema], self.context)
        self.addCleanup(sink.close)
        return sink

    def write(self, store, *batches, **more):
        batches = [batch if isinstance(batch, pa.RecordBatch) else rows(**batch) for batch in batches]
        sink = self.sink(store, batches[0].schema, **more)
        try:
            for batch in batches:
                sink.write(batch)
            sink.prepare()
            return sink.commit()
        except TaskError:
            sink.abort()
            raise
        finally:
            sink.close()

    def search(self, store, *vectors, **more):
        batch = rows(question=[f"q{i}" for i in range(len(vectors))], embedding=list(vectors))
        search = vector_stores.SearchVectors({"store": store, **more}, [batch.schema], self.context)
        try:
            result = search.process(batch)
        finally:
            search.close()
        return [] if result.batches[0] is None else result.batches[0].to_pylist()

    def refusal(self, call, *arguments, **named):
        with self.assertRaises(TaskError) as raised:
            call(*arguments, **named)
        return raised.exception

    def test_nearest_come_first(self):
        store = self.store()
        names = self.write(
            store,
            {
                "id": ["a", "b", "c"],
                "text": ["east", "north", "north-east"],
                "lang": ["en", None, "en"],
                "n": [1, 2, 3],
                "embedding": [[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]],
            },
        )
        self.assertEqual(len(names), 1)
        found = self.search(store, [3.0, 0.1], None, [0.0, 1.0], limit=2)
        self.assertEqual(
            [(row["question"], row["match_rank"], row["match_id"], row["match_text"]) for row in found],
            [
                ("q0", 1, "a", "east"),
                ("q0", 2, "c", "north-east"),
                ("q2", 1, "b", "north"),
                ("q2", 2, "c", "north-east"),
            ],
        )
        self.assertAlmostEqual(found[2]["match_score"], 1.0, places=5)
        self.assertAlmostEqual(found[3]["match_score"], math.sqrt(0.5), places=5)
        self.assertEqual(json.loads(found[0]["match_metadata"]), {"$row": {"lang": "en", "n": 1}})
        self.assertNotIn("embedding", found[0])

    def test_a_repeated_run_does_not_duplicate(self):
        store = self.store()
        for text in ("old", "new"):
            self.write(store, {"id": [1, 2], "text": [text, text], "embedding": [[1.0, 0.0], [0.0, 1.0]]})
        found = self.search(store, [1.0, 0.0], limit=10)
        self.assertEqual([(row["match_id"], row["match_text"]) for row in found], [("1", "new"), ("2", "new")])

    def test_ids_of_content(self):
        store = self.store()
        for _ in range(2):
            self.write(store, {"text": ["x", "y"], "embedding": [[1.0, 0.0], [0.0, 1.0]]})
        self.assertEqual(len(self.search(store, [1.0, 0.0], limit=10)), 2)

    def test_of_rows_with_one_id_the_last_wins(self):
        store = self.store()
        self.write(
            store,
            {"id": ["a", "a"], "text": ["first", "second"], "embedding": [[1.0, 0.0], [1.0, 0.0]]},
            {"id": ["a"], "text": ["third"], "embedding": [[1.0, 0.0]]},
        )
        self.assertEqual([row["match_text"] for row in self.search(store, [1.0, 0.0])], ["third"])

    def test_chunks_have_ids_of_their_own(self):
        store = self.store()
        self.write(
            store, {"id": ["a", "a"], "chunk": [0, 1], "text": ["x", "y"], "embedding": [[1.0, 0.0], [0.0, 1.0]]}
        )
        self.assertEqual([row["match_id"] for row in self.search(store, [1.0, 0.0])], ["a:0", "a:1"])

    def test_replace_leaves_only_the_new(self):
        store = self.store()
        self.write(store, {"id": ["a", "b"], "embedding": [[1.0, 0.0], [0.0, 1.0]]})
        self.write(store, {"id": ["c"], "embedding": [[1.0, 0.0]]}, mode="replace")
        self.assertEqual([row["match_id"] for row in self.search(store, [1.0, 0.0])], ["c"])
        self.write(store, {"id": ["d"], "embedding": pa.array([None], pa.list_(pa.float64()))}, mode="replace")
        self.assertIn("1 rows without a vector were left out", self.log)

    def test_filter(self):
        store = self.store()
        self.write(
            store,
            {
                "id": ["a", "b", "c"],
                "lang": ["en", "de", "fr"],
                "year": [2024, 2025, 2025],
                "embedding": [[1.0, 0.0], [1.0, 0.1], [1.0, 0.2]],
            },
        )

        def ids(**conditions):
            return [row["match_id"] for row in self.search(store, [1.0, 0.0], filter=conditions)]

        self.assertEqual(ids(lang="de"), ["b"])
        self.assertEqual(ids(year=2025), ["b", "c"])
        self.assertEqual(ids(lang=["en", "fr"]), ["a", "c"])
        self.assertEqual(ids(lang="de", year=2024), [])

    def test_least_score(self):
        store = self.store()
        self.write(store, {"id": ["a", "b"], "embedding": [[1.0, 0.0], [0.0, 1.0]]})
        self.assertEqual(len(self.search(store, [1.0, 0.0], min_score=0.5)), 1)

    def test_distances(self):
        for distance, score in [("dot", 6.0), ("euclidean", 1.0)]:
            store = {**self.store(), "distance": distance}
            self.write(store, {"id": ["near", "far"], "embedding": [[3.0, 0.0], [-9.0, 1.0]]})
            found = self.search(store, [2.0, 0.0])
            self.assertEqual([row["match_id"] for row in found], ["near", "far"])
            self.assertAlmostEqual(found[0]["match_score"], score, places=4)

    def test_other_dimensions_are_refused(self):
        store = self.store()
        self.write(store, {"id": ["a"], "embedding": [[1.0, 0.0]]})
        for call in (
            lambda: self.write(store, {"id": ["b"], "embedding": [[1.0, 0.0, 0.0]]}),
            lambda: self.search(store, [1.0, 0.0, 0.0]),
        ):
            error = self.refusal(call)
            self.assertEqual((error.code, error.path), ("invalid-configuration", ["store"]))
            self.assertIn("3 dimensions", error.message)
        error = self.refusal(self.write, self.store(), {"id": ["a", "b"], "embedding": [[1.0], [1.0, 2.0]]})
        self.assertIn("'b' has 2 dimensions", error.message)

    def test_a_store_that_is_not_there(self):
        error = self.refusal(self.search, self.store(), [1.0, 0.0])
        self.assertEqual((error.code, error.path), ("unknown-table", ["store"]))

    def test_aborting_leaves_the_store_as_it_was(self):
        store = self.store()
        self.write(store, {"id": ["a"], "embedding": [[1.0, 0.0]]})
        batch = rows(id=["b"], embedding=[[1.0, 0.0]])
        sink = self.sink(store, batch.schema)
        sink.write(batch)
        if self.is_transactional:
            sink.prepare()
        sink.abort()
        self.assertEqual([row["match_id"] for row in self.search(store, [1.0, 0.0])], ["a"])
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".arrow")], [])

    def test_all_kinds_of_metadata(self):
        store = self.store()
        when = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
        dynamic = pa.array(['{"$row":{"x":[1,{"$date":2}]}}'])
        batch = rows(
            id=["a"],
            when=pa.array([when], pa.timestamp("us", "UTC")),
            tags=[["x", "y"]],
            nested=[{"k": 1.5}],
            nan=[math.nan],
            raw=[b"\x00\xff"],
            zero=["a\0b"],
            embedding=[[1.0, 0.0]],
        )
        batch = batch.append_column(
            pa.field("any", pa.string(), metadata={"beamstack.type": "any", "beamstack.encoding": "json"}), dynamic
        )
        self.write(store, batch)
        metadata = json.loads(self.search(store, [1.0, 0.0])[0]["match_metadata"])["$row"]
        self.assertEqual(metadata["when"], "2026-01-02T03:04:05+00:00")
        self.assertEqual((metadata["tags"], metadata["nested"]), (["x", "y"], {"$row": {"k": 1.5}}))
        self.assertEqual((metadata["nan"], metadata["raw"]), (None, "AP8="))
        self.assertEqual(metadata["any"], {"$row": {"x": [1, 2]}})

    def test_many_vectors(self):
        store, dice = self.store(), random.Random(3)
        vectors = [[dice.gauss(0, 1) for _ in range(16)] for _ in range(2000)]
        batches = [rows(id=list(range(i, i + 500)), embedding=vectors[i : i + 500]) for i in range(0, 2000, 500)]
        self.write(store, *batches)
        found = self.search(store, *vectors[::40], limit=1)
        self.assertEqual([row["match_id"] for row in found], [str(i) for i in range(0, 2000, 40)])


@unittest.skipUnless(find_spec("qdrant_client") and find_spec("pyarrow"), "needs qdrant-client and pyarrow")
class QdrantTests(StoreTests, unittest.TestCase):
    def store(self):
        self.counter = getattr(self, "counter", 0) + 1
        return {"type": "Qdrant", "path": os.path.join(self.folder, f"store{self.counter}"), "collection": "docs"}

    def test_one_process_at_a_time(self):
        store = self.store()
        self.write(store, {"id": ["a"], "embedding": [[1.0, 0.0]]})
        code = (
            "import qdrant_client, sys; c = qdrant_client.QdrantClient(path=sys.argv[1]); print(1, flush=True); input()"
        )
        other = subprocess.Popen([sys.executable, "-c", code, store["path"]], stdin=-1, stdout=-1)
        self.addCleanup(other.communicate, b"\n")
        other.stdout.readline()
        error = self.refusal(self.search, store, [1.0, 0.0])
        self.assertEqual((error.code, error.path), ("unreachable-service", ["store", "path"]))

    def test_a_folder_is_searched_by_one_worker(self):
        schema = rows(embedding=[[1.0]]).schema
        for store, mode in [({"path": "x"}, "collection"), ({"url": "http://localhost:1"}, "elementwise")]:
            config = {"store": {"type": "Qdrant", "collection": "c", **store}}
            self.assertEqual(vector_stores.SearchVectors(config, [schema], self.context).mode, mode)

    def test_nobody_there(self):
        store = {"type": "Qdrant", "url": "http://127.0.0.1:9", "collection": "c", "api_key": "hidden"}
        error = self.refusal(self.search, store, [1.0])
        self.assertEqual((error.code, error.path), ("unreachable-service", ["store", "url"]))
        self.assertNotIn("hidden", error.message)


@unittest.skipUnless(
    find_spec("pgserver") and find_spec("psycopg") and find_spec("pyarrow"), "needs pgserver, psycopg and pyarrow"
)
class PgVectorTests(StoreTests, unittest.TestCase):
    is_transactional = True

    @classmethod
    def setUpClass(cls):
        import pgserver

        cls.data = tempfile.TemporaryDirectory()
        cls.server = pgserver.get_server(os.path.join(cls.data.name, "data"))
        cls.tables = 0

    @classmethod
    def tearDownClass(cls):
        cls.server.cleanup()
        cls.data.cleanup()

    def store(self):
        type(self).tables += 1
        return {"type": "PgVector", "url": self.server.get_uri(), "table": f"docs{self.tables}"}

    def psql(self, command):
        return self.server.psql(command)

    def test_nothing_is_visible_before_commit(self):
        store = self.store()
        batch = rows(id=["a"], embedding=[[1.0, 0.0]])
        sink = self.sink(store, batch.schema)
        sink.write(batch)
        sink.prepare()
        self.assertEqual(self.refusal(self.search, store, [1.0, 0.0]).code, "unknown-table")
        sink.commit()
        self.assertEqual(len(self.search(store, [1.0, 0.0])), 1)

    def test_an_index_is_made(self):
        store = self.store()
        self.write(store, {"id": ["a"], "embedding": [[1.0, 0.0]]})
        self.assertIn("hnsw", self.psql(f"SELECT indexdef FROM pg_indexes WHERE tablename = '{store['table']}'"))

    def test_logins(self):
        self.psql("CREATE ROLE reader LOGIN")
        store = {**self.store(), "username": "reader"}
        error = self.refusal(self.write, store, {"id": ["a"], "embedding": [[1.0]]})
        self.assertEqual(error.code, "write-refused")
        store["username"] = "nobody_known"
        error = self.refusal(self.write, store, {"id": ["a"], "embedding": [[1.0]]})
        self.assertEqual((error.code, error.path), ("login-refused", ["store", "url"]))

    def test_errors(self):
        store = {"type": "PgVector", "url": "postgresql://me:hidden@127.0.0.1:9/x", "table": "t"}
        error = self.refusal(self.write, store, {"id": ["a"], "embedding": [[1.0]]})
        self.assertEqual((error.code, error.path), ("unreachable-service", ["store", "url"]))
        self.assertNotIn("hidden", error.message)
        self.psql("CREATE TABLE plain (id text)")
        error = self.refusal(self.write, {**self.store(), "table": "plain"}, {"id": ["a"], "embedding": [[1.0]]})
        self.assertEqual((error.code, error.path), ("invalid-configuration", ["store", "table"]))
        error = self.refusal(self.write, {**self.store(), "table": "nowhere.t"}, {"id": ["a"], "embedding": [[1.0]]})
        self.assertEqual((error.code, error.path), ("unknown-table", ["store", "table"]))


@unittest.skipUnless(find_spec("pyarrow"), "needs pyarrow")
class ElasticsearchTests(StoreTests, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.server = Elasticsearch()
        self.addCleanup(self.server.__exit__)
        self.counter = 0

    def store(self):
        self.counter += 1
        return {
            "type": "Elasticsearch",
            "url": self.server.url,
            "index": f"docs{self.counter}",
            "username": "elastic",
            "password": "changed",
        }

    def test_fields_have_the_wanted_names(self):
        store = {**self.store(), "text_field": "documentation", "vector_field": "documentation_vector"}
        self.write(store, {"id": ["a"], "text": ["x"], "url": ["u"], "embedding": [[1.0, 0.0]]})
        self.assertEqual(
            self.server.indexes["docs1"].documents,
            {"a": {"documentation": "x", "documentation_vector": [1.0, 0.0], "metadata": {"url": "u"}}},
        )
        self.assertEqual(self.search(store, [1.0, 0.0])[0]["match_text"], "x")

    def test_what_a_busy_server_turns_away_is_sent_again(self):
        store = self.store()
        self.server.busy = 2
        self.write(store, {"id": ["a", "b", "c"], "embedding": [[1.0], [2.0], [3.0]]})
        self.assertEqual(sorted(self.server.indexes["docs1"].documents), ["a", "b", "c"])

    def test_errors(self):
        batch = {"id": ["a"], "embedding": [[0.0, 0.0]]}
        error = self.refusal(self.write, {**self.store(), "password": "hidden"}, batch)
        self.assertEqual((error.code, error.path), ("login-refused", ["store", "password"]))
        self.assertNotIn("hidden", error.message)
        error = self.refusal(self.write, self.store(), batch)
        self.assertEqual(error.code, "write-refused")
        self.assertIn("'a': zero magnitude", error.message)


@unittest.skipUnless(find_spec("pyarrow"), "needs pyarrow")
class ConfigurationTests(unittest.TestCase):
    def test_checks(self):
        schema = rows(id=[1], embedding=[[1.0]]).schema
        pg = {"type": "PgVector", "url": "postgresql://x/y", "table": "t"}
        for config, path in [
            ({}, ["store"]),
            ({"store": {"type": "Chroma"}}, ["store", "type"]),
            ({"store": {"type": "PgVector", "table": "t"}}, ["store"]),
            ({"store": {**pg, "url": "mysql://x"}}, ["store", "url"]),
            ({"store": {**pg, "colour": 1}}, ["store", "colour"]),
            ({"store": {**pg, "distance": "manhattan"}}, ["store", "distance"]),
            ({"store": {"type": "Qdrant", "collection": "c"}}, ["store"]),
            ({"store": pg, "embedding_field": "id"}, ["embedding_field"]),
            ({"store": pg, "id_field": "x"}, ["id_field"]),
            ({"store": pg, "metadata_fields": ["x"]}, ["metadata_fields"]),
            ({"store": pg, "mode": "append"}, ["mode"]),
        ]:
            with self.assertRaises(TaskError) as raised:
                vector_stores.WriteVectors(config, [schema], Context())
            self.assertEqual((raised.exception.code, raised.exception.path), ("invalid-configuration", path), config)
        for config, path in [({"store": pg, "limit": 0}, ["limit"])]:
            with self.assertRaises(TaskError) as raised:
                vector_stores.SearchVectors(config, [schema], Context())
            self.assertEqual(raised.exception.path, path)

    def test_tagged(self):
        self.assertEqual(tagged({"a": [{"b": 1}], "c": None}), {"$row": {"a": [{"$row": {"b": 1}}], "c": None}})


def rows(**columns):
    return pa.record_batch(columns)


if __name__ == "__main__":
    unittest.main()

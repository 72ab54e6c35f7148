"""`enrichment.lookup`: records from files, from databases, and from an HTTP service that is not always well."""

import datetime
import decimal
import json
import os
import sqlite3
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from unittest import mock

import support  # noqa: F401
import test_databases
from beamstack_worker.tagged_json import from_json
from beamstack_worker.tasks import Context, TaskError

if find_spec("pyarrow"):
    import pyarrow as pa
    from beamstack_worker.enrichment import Enrich

    ORDERS = pa.schema(
        [pa.field("id", pa.int64(), False), pa.field("item", pa.string()), pa.field("shop", pa.string())]
    )
ROWS = [
    {"id": 1, "item": "tea", "shop": "mall"},
    {"id": 2, "item": "jam", "shop": "harbour"},
    {"id": 3, "item": None, "shop": "mall"},
    {"id": 4, "item": "tea", "shop": "harbour"},
]


@unittest.skipUnless(find_spec("pyarrow"), "needs pyarrow")
class EnrichmentTests(unittest.TestCase):
    handler = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def task(self, settings, schema=None, handler=None, **config):
        config = {"enrichment_handler": handler or self.handler, "handler_config": settings, **config}
        task = Enrich(config, [schema or ORDERS], Context(self.folder, self.folder))
        self.addCleanup(task.close)
        return task

    def enriched(self, settings, rows=ROWS, schema=None, **config):
        """What is appended, as rows with 'id', and failures by row."""
        task = self.task(settings, schema, **config)
        task.open()
        return self.process(task, rows, schema)

    def process(self, task, rows=ROWS, schema=None):
        batch = pa.RecordBatch.from_pylist(rows, schema or ORDERS)
        needed = task.needs()[0]
        # As the host does it, only what the task reads is there.
        result = task.process(batch if needed is None else batch.select(needed))
        made = result.batches[0]
        made.validate(full=True)
        self.assertEqual(made.schema.names, task.outputs()[0].schema.names)
        rows = made.to_pylist()
        if result.rows:
            self.assertEqual(len(result.rows[0]), len(rows))
        return rows, {failure.row: str(failure.error) for failure in result.failures}

    def refused(self, code, path, settings, **config):
        with self.assertRaises(TaskError) as raised:
            self.enriched(settings, **config)
        error = raised.exception
        self.assertEqual((error.code, error.path), (code, path), error.message)
        return error

    def file(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)


class FileTests(EnrichmentTests):
    handler = "File"

    def setUp(self):
        super().setUp()
        self.file("items.csv", "item,price,since,code\ntea,2.5,2024-01-01,007\njam,4,2023-05-06,x\n")

    def test_all_columns_but_the_key(self):
        rows, failures = self.enriched({"path": "items.csv", "key": "item"})
        self.assertEqual(rows[0], {"price": 2.5, "since": rows[0]["since"], "code": "007"})
        self.assertEqual([row["price"] for row in rows], [2.5, 4.0, None, 2.5])
        self.assertEqual(failures, {})

    def test_names_on_both_sides(self):
        self.file("items.jsonl", '{"name": "tea", "about": {"tags": ["hot"]}, "n": 1}\n{"name": "jam", "n": 2}\n')
        rows, _ = self.enriched(
            {"path": "items.jsonl", "key": {"item": "name"}, "fields": {"count": "n", "about": "about"}}
        )
        self.assertEqual(
            rows[:3],
            [{"count": 1, "about": {"tags": ["hot"]}}, {"count": 2, "about": None}, {"count": None, "about": None}],
        )

    def test_a_json_list_and_parquet(self):
        import pyarrow.parquet

        self.file("items.json", json.dumps([{"item": "tea", "n": 1}, {"item": "jam", "n": None}]))
        self.assertEqual(
            [row["n"] for row in self.enriched({"path": "items.json", "key": "item"})[0]], [1, None, None, 1]
        )
        table = pa.table({"item": ["jam"], "n": pa.array([7], pa.int8()), "kind": pa.array(["a"]).dictionary_encode()})
        pyarrow.parquet.write_table(table, os.path.join(self.folder, "items.parquet"))
        task = self.task({"path": "items.parquet", "key": "item"})
        self.assertEqual([str(field.type) for field in task.outputs()[0].schema], ["int64", "string"])
        task.open()
        self.assertEqual(self.process(task)[0][1], {"n": 7, "kind": "a"})

    def test_a_key_of_two_fields(self):
        self.file("prices.csv", "item,shop,price\ntea,mall,1\ntea,harbour,2\n")
        rows, _ = self.enriched({"path": "prices.csv", "key": ["item", "shop"]})
        self.assertEqual([row["price"] for row in rows], [1, None, None, 2])

    def test_what_becomes_of_rows_without_a_record(self):
        rows, failures = self.enriched({"path": "items.csv", "key": "item", "fields": "price", "missing": "drop"})
        self.assertEqual([(row["id"], row["price"]) for row in rows], [(1, 2.5), (2, 4.0), (4, 2.5)])
        rows, failures = self.enriched({"path": "items.csv", "key": "item", "fields": "price", "missing": "fail"})
        self.assertEqual(failures, {2: "there is no record of item = None"})

    def test_a_value_far_down_makes_the_type(self):
        lines = [f"{number},{number}" for number in range(200_000)] + ["200000,late"]
        self.file("many.csv", "id,value\n" + "\n".join(lines) + "\n")
        rows, _ = self.enriched({"path": "many.csv", "key": "id"}, [{"id": 200000}, {"id": 5}, {"id": -1}])
        self.assertEqual([row["value"] for row in rows], ["late", "5", None])

    def test_errors(self):
        good = {"path": "items.csv", "key": "item"}
        config = "handler_config"
        self.refused("no-file-matches", [config, "path"], {**good, "path": "item.csv"})
        self.refused("invalid-configuration", [config, "path"], {**good, "path": "items"})
        self.refused("invalid-configuration", [config, "pth"], {**good, "pth": "x"})
        self.refused("invalid-configuration", [config], {"path": "items.csv"})
        self.refused("invalid-configuration", [config, "key"], {**good, "key": "itm"})
        self.refused("invalid-configuration", [config, "key"], {**good, "key": {"item": "name"}})
        error = self.refused("invalid-configuration", [config, "key"], {**good, "key": {"id": "code"}})
        self.assertIn("cannot be equal", error.message)
        self.refused("invalid-configuration", [config, "fields"], {**good, "fields": ["cost"]})
        self.refused("invalid-configuration", [config, "missing"], {**good, "missing": "skip"})
        error = self.refused("invalid-configuration", [config, "fields"], {**good, "fields": {"shop": "code"}})
        self.assertIn("already", error.message)
        self.file("twice.csv", "item,n\ntea,1\ntea,2\n")
        error = self.refused("invalid-configuration", [config, "key"], {**good, "path": "twice.csv"})
        self.assertEqual(error.message, "two records have item = 'tea'")
        self.file("broken.json", '{"item": ')
        self.refused("damaged-file", [config, "path"], {**good, "path": "broken.json"})
        self.file("broken.parquet", "PAR1")
        self.refused("damaged-file", [config, "path"], {**good, "path": "broken.parquet"})
        error = self.refused("invalid-configuration", ["enrichment_handler"], {}, handler="BigTable")
        self.assertIn("Google", error.hint)


class SQLTests(EnrichmentTests):
    handler = "Sql"

    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.folder, "shop.db")
        with sqlite3.connect(self.path) as connection:
            connection.execute("CREATE TABLE items (item TEXT, shop TEXT, price REAL, stock INTEGER)")
            rows = [
                ("tea", "mall", 2.5, 3),
                ("jam", "harbour", 4.0, None),
                ("o'clock", "x'); DROP TABLE items; --", 1.0, 1),
            ]
            connection.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", rows)
        self.good = {"url": f"jdbc:sqlite:{self.path}", "table": "items", "key": "item", "fields": ["price", "stock"]}

    def test_a_table(self):
        rows, failures = self.enriched(self.good)
        self.assertEqual(
            [(row["price"], row["stock"]) for row in rows], [(2.5, 3), (4.0, None), (None, None), (2.5, 3)]
        )
        self.assertEqual(failures, {})

    def test_a_query_and_two_keys(self):
        settings = {**self.good, "key": ["item", "shop"], "query": "SELECT item, shop, price * 2 AS price FROM items;"}
        settings.update(table=None, fields={"double": "price"})
        self.assertEqual([row["double"] for row in self.enriched(settings)[0]], [5.0, 8.0, None, None])

    def test_keys_are_values_and_no_code(self):
        rows = [
            {"id": 1, "item": "o'clock", "shop": "x'); DROP TABLE items; --"},
            {"id": 2, "item": "a\0b", "shop": "x"},
        ]
        found, _ = self.enriched({**self.good, "key": ["item", "shop"]}, rows)
        self.assertEqual([row["price"] for row in found], [1.0, None])
        self.assertEqual(self.enriched(self.good)[0][0]["price"], 2.5)

    def test_each_key_is_asked_for_once(self):
        task = self.task({**self.good, "batch_size": 1})
        task.open()
        statements = []
        task._source._database._connection.set_trace_callback(statements.append)
        self.process(task)
        self.process(task)
        # 'tea' and 'jam', each by itself, and neither again.
        self.assertEqual(sum("WHERE" in statement for statement in statements), 2, statements)

    def test_memory_and_its_limits(self):
        for settings, expected in (({"cache_size": 0}, 6.0), ({"cache_seconds": 0.01}, 6.0), ({}, 2.5)):
            task = self.task({**self.good, **settings})
            task.open()
            self.process(task)
            with sqlite3.connect(self.path) as connection:
                connection.execute("UPDATE items SET price = 6 WHERE item = 'tea'")
            time.sleep(0.02)
            self.assertEqual(self.process(task)[0][0]["price"], expected, settings)
            with sqlite3.connect(self.path) as connection:
                connection.execute("UPDATE items SET price = 2.5 WHERE item = 'tea'")

    def test_errors(self):
        config = "handler_config"
        self.refused("unknown-table", [config, "table"], {**self.good, "table": "itms"})
        self.refused("invalid-configuration", [config, "query"], {**self.good, "table": None, "query": "SELEC 1"})
        self.refused("invalid-configuration", [config, "url"], {**self.good, "url": "jdbc:mongo://x"})
        self.refused("unreachable-service", [config, "url"], {**self.good, "url": "jdbc:sqlite:/nowhere.db"})
        self.refused("invalid-configuration", [config, "cache_size"], {**self.good, "cache_size": -1})
        with sqlite3.connect(self.path) as connection:
            connection.execute("INSERT INTO items VALUES ('tea', 'mall', 1, 1)")
        error = self.refused("invalid-configuration", [config, "key"], self.good)
        self.assertEqual(error.message, "two records have item = 'tea'")


class ServerTests:
    """What SQLite cannot show: a server, its quoting of texts, and its own idea of what texts are equal."""

    handler = "Sql"

    def test_keys_of_all_types(self):
        self.statements(
            "CREATE TABLE goods (n integer NOT NULL, name varchar(40), day date, price numeric(8, 2))",
            "INSERT INTO goods VALUES (1, 'tea', '2024-01-02', 2.50)",
            "INSERT INTO goods VALUES (2, 'it''s', '2024-02-03', 1)",
        )
        schema = pa.schema([("n", pa.int64()), ("name", pa.string()), ("day", pa.date32())])
        rows = [
            {"n": 1, "name": "tea", "day": datetime.date(2024, 1, 2)},
            {"n": 2, "name": "it's", "day": datetime.date(2024, 2, 3)},
            {"n": 3, "name": "TEA", "day": datetime.date(2024, 1, 3)},
            {"n": None, "name": "\\' OR 1 = 1 -- ", "day": None},
        ]
        for key in ("n", "name", "day", ["n", "name"], ["day", "n"]):
            found, _ = self.enriched({**self.good, "table": "goods", "key": key, "fields": "price"}, rows, schema)
            prices = [row["price"] for row in found]
            self.assertEqual(prices, [decimal.Decimal("2.50"), decimal.Decimal("1.00"), None, None], key)

    def test_a_refused_login(self):
        settings = {**self.good, "table": "goods", "key": "item", "password": "wrong"}
        error = self.refused("login-refused", ["handler_config", "password"], settings)
        self.assertNotIn(test_databases.PASSWORD, error.message)

    @classmethod
    def setUpClass(cls):
        cls.server.setUpClass()
        cls.addClassCleanup(cls.server.tearDownClass)

    def setUp(self):
        super().setUp()
        self.good = {"url": self.server.url, "username": self.server.user, "password": test_databases.PASSWORD}

    def statements(self, *texts):
        """Runs statements in an empty database."""
        server = self.server("sql")
        server.setUp()
        for text in texts:
            server.sql(text)


class PostgresTests(ServerTests, EnrichmentTests):
    """PostgreSQL."""

    server = test_databases.PostgresTests


class MariaDBTests(ServerTests, EnrichmentTests):
    """MariaDB, to which 'tea' and 'TEA' are equal."""

    server = test_databases.MariaDBTests


class Service(ThreadingHTTPServer):
    """Knows items. script: statuses to answer with first, or 'sleep'."""

    daemon_threads = True

    def __init__(self, script=()):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.paths, self.headers = list(script), [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """A client that gave up is what a test wants."""

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    items = {
        "tea": {"price": 2.5, "tags": ["hot", "dry"], "from": {"land": "India"}},
        "jam": {"price": 4, "tags": []},
        "a%2Fb%20%C3%A9": {"price": 9},
    }

    def do_GET(self):
        self.server.paths.append(self.path)
        self.server.headers.append(dict(self.headers))
        first = self.server.script.pop(0) if self.server.script else None
        if first == "sleep":
            time.sleep(0.5)
        item = self.items.get(self.path.rpartition("/")[2].partition("?")[0])
        status = first if isinstance(first, int) else 200 if item else 404
        body = json.dumps(item or {"error": "no such item"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class HTTPTests(EnrichmentTests):
    handler = "Http"

    def test_the_whole_answer(self):
        with Service() as service:
            rows, failures = self.enriched({"url": service.url + "/items/{item}"})
        self.assertEqual(from_json(rows[0]["response"]), _Handler.items["tea"])
        self.assertEqual([rows[2]["response"], failures], [None, {}])
        # A key that comes twice is asked for once, a missing one not at all.
        self.assertEqual(sorted(service.paths), ["/items/jam", "/items/tea"])

    def test_parts_of_the_answer(self):
        fields = {
            "price": {"path": "price", "type": "number"},
            "tag": {"path": "tags.0", "type": "string"},
            "land": "from.land",
        }
        with Service() as service:
            rows, _ = self.enriched({"url": service.url + "/items/{item}?shop={shop}", "fields": fields})
        self.assertEqual((rows[0]["price"], rows[0]["tag"], from_json(rows[0]["land"])), (2.5, "hot", "India"))
        self.assertEqual(rows[1], {"price": 4.0, "tag": None, "land": None})
        self.assertIn("/items/tea?shop=mall", service.paths)

    def test_a_value_cannot_leave_its_place_in_the_address(self):
        rows = [{"id": 1, "item": "a/b é", "shop": "x"}]
        with Service() as service:
            found, _ = self.enriched(
                {"url": service.url + "/items/{item}", "fields": {"price": {"type": "integer"}}}, rows
            )
        self.assertEqual(found, [{"price": 9}])

    def test_a_busy_service_is_asked_again(self):
        with Service([429, 503]) as service:
            rows, _ = self.enriched({"url": service.url + "/items/{item}", "fields": ["price"]}, ROWS[:1])
        self.assertEqual((rows, len(service.paths)), ([{"price": "2.5"}], 3))

    def test_a_row_without_a_record(self):
        nobody = [{"id": 1, "item": "nobody", "shop": "x"}]
        with Service() as service:
            url = service.url + "/items/{item}"
            self.assertEqual(self.enriched({"url": url, "missing": "drop"}, nobody)[0], [])
            self.assertIn(0, self.enriched({"url": url, "missing": "fail"}, nobody)[1])

    def test_a_refused_row_fails_alone_and_is_asked_again_later(self):
        with Service([400]) as service:
            task = self.task({"url": service.url + "/items/{item}", "concurrency": 1})
            task.open()
            self.assertEqual(list(self.process(task)[1]), [0, 3])
            self.assertEqual(self.process(task)[1], {})

    def test_a_value_of_another_type_fails_its_row(self):
        with Service() as service:
            settings = {"url": service.url + "/items/{item}", "fields": {"price": {"type": "integer"}}}
            rows, failures = self.enriched(settings)
        self.assertEqual(list(failures), [0, 3])
        self.assertEqual(rows[1], {"price": 4})

    def test_keys_come_from_the_environment(self):
        with Service() as service, mock.patch.dict(os.environ, {"ITEMS_KEY": "s3cret"}):
            settings = {"url": service.url + "/items/{item}", "api_key_variable": "ITEMS_KEY"}
            self.enriched(settings, ROWS[:1])
            self.enriched({**settings, "api_key_header": "X-Key", "headers": {"X-Version": 2}}, ROWS[:1])
            service.script = [401]
            error = self.refused("login-refused", ["handler_config", "api_key"], settings)
        self.assertEqual(service.headers[0]["Authorization"], "Bearer s3cret")
        self.assertEqual((service.headers[1]["X-Key"], service.headers[1]["X-Version"]), ("s3cret", "2"))
        self.assertNotIn("s3cret", error.message + str(error.hint))

    def test_errors(self):
        config = "handler_config"
        for url in ("http://{item}.example.org/x", "http://example.org/x", "http://example.org/{itm}", "{item}"):
            self.refused("invalid-configuration", [config, "url"], {"url": url})
        url = "http://127.0.0.1:9/{item}"
        self.refused(
            "invalid-configuration", [config, "fields", "a", "type"], {"url": url, "fields": {"a": {"type": "int"}}}
        )
        self.refused(
            "invalid-configuration", [config, "api_key_variable"], {"url": url, "api_key_variable": "NO_SUCH_KEY"}
        )
        self.refused("unreachable-service", [config, "url"], {"url": url, "retries": 0})
        with Service(["sleep"]) as service:
            settings = {"url": service.url + "/items/{item}", "retries": 0}
            self.refused("unreachable-service", [config, "url"], settings, timeout=0.1)


if __name__ == "__main__":
    unittest.main()

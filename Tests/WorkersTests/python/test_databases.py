"""Databases, against real servers that the tests start: PostgreSQL and MariaDB where they are installed, and SQLite."""

import datetime
import decimal
import glob
import os
import pathlib
import pwd
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Sources/CWorkerPrograms/python"))

from beamstack_worker.databases_location import locate  # noqa: E402
from beamstack_worker.tasks import Context, TaskError  # noqa: E402

try:
    import pyarrow as pa

    from beamstack_worker.databases import Read, Write, boundaries
except ImportError:
    pa = None

PASSWORD = "secr3t/w@rd"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def own_user(name):
    """Arguments of `subprocess` for a server that refuses to run as root, and the folder's owner."""
    if os.getuid() != 0:
        return {}, None
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}, entry


class LocationTests(unittest.TestCase):
    def test_jdbc_and_other_urls(self):
        cases = {
            "jdbc:postgresql://db.example:6000/shop?user=ann&password=p%40ss": (
                "postgres", "db.example", 6000, "shop", "ann", "p@ss"),
            "postgresql://ann:p%2Fw@localhost/shop": ("postgres", "localhost", 5432, "shop", "ann", "p/w"),
            "jdbc:postgresql:shop": ("postgres", "localhost", 5432, "shop", None, None),
            "jdbc:mariadb://h/shop": ("mysql", "h", 3306, "shop", None, None),
            "jdbc:sqlserver://h:1444;databaseName=shop;user=ann;password=pw": (
                "sqlserver", "h", 1444, "shop", "ann", "pw"),
            "jdbc:oracle:thin:@//h:1522/service": ("oracle", "h", 1522, "service", None, None),
            "jdbc:oracle:thin:ann/pw@h:1521:sid": ("oracle", "h", 1521, "sid", "ann", "pw"),
            "jdbc:sqlite:/tmp/a.db": ("sqlite", "", None, "/tmp/a.db", None, None),
            "sqlite:////tmp/a.db": ("sqlite", "", None, "/tmp/a.db", None, None),
        }
        os.environ["HOME"], home = "/nonexistent", os.environ.get("HOME", "")
        try:
            for url, expected in cases.items():
                place = locate(url)
                found = (place.kind, place.host, place.port, place.database, place.user, place.password)
                self.assertEqual(found, expected, url)
        finally:
            os.environ["HOME"] = home

    def test_a_bad_url_does_not_show_the_password(self):
        with self.assertRaises(TaskError) as caught:
            locate("postgresql://ann:12/34@host/db")
        self.assertEqual(caught.exception.path, ["url"])
        self.assertNotIn("12", caught.exception.message)

    def test_properties_and_parameters(self):
        place = locate("jdbc:mysql://h/d?user=a", "bob", "pw", "useSSL=false;user=carl")
        self.assertEqual((place.user, place.password, place.properties), ("bob", "pw", {"useSSL": "false"}))


@unittest.skipIf(pa is None, "pyarrow is not installed")
class BoundariesTests(unittest.TestCase):
    def test_ranges(self):
        self.assertEqual(boundaries(0, 100, 4), [25, 50, 75])
        self.assertEqual(boundaries(1, 3, 8), [2])
        self.assertEqual(boundaries(5, 5, 8), [])
        day = datetime.date(2024, 1, 1)
        self.assertEqual(boundaries(day, datetime.date(2024, 1, 11), 2), [datetime.date(2024, 1, 6)])


class DatabaseCase(unittest.TestCase):
    """Helpers; subclasses set `url` and `user`."""

    user = "tester"
    maxDiff = None

    def config(self, **parameters):
        return dict({"url": self.url, "username": self.user, "password": PASSWORD}, **parameters)

    def read(self, prune=None, **parameters):
        task = Read(self.config(**parameters), [], self.context())
        schema = task.outputs()[0].schema
        if prune:
            task.prune(*prune)
        try:
            parts = task.partitions()
            batches = [batch for part in parts for batch in task.read(part)]
        finally:
            task.close()
        self.assertTrue(all(prune or batch.schema.equals(schema) for batch in batches))
        return pa.Table.from_batches(batches, None if prune and batches else schema)

    def write(self, rows, commit=True, **parameters):
        task = Write(self.config(**parameters), [rows.schema], self.context())
        try:
            task.open()
            for batch in rows.to_batches(max_chunksize=1000):
                task.write(batch)
            task.prepare()
        except TaskError:
            task.abort()
            task.close()
            raise
        if commit:
            names = task.commit()
        else:
            names = task.abort()
        task.close()
        return names

    def context(self):
        return Context(temporary=tempfile.gettempdir(), log=self.logged.append)

    def setUp(self):
        self.logged = []

    def assert_fails(self, code, path, action, *args, saying=""):
        with self.assertRaises(TaskError) as caught:
            action(*args) if args else action()
        error = caught.exception
        self.assertEqual((error.code, error.path), (code, path), error.message)
        self.assertIn(saying, error.message)
        for text in [error.message, error.hint or "", *error.notes]:
            self.assertNotIn(PASSWORD, text)
        return error


def sample(rows=5000):
    """A table of all the types that each database can keep."""
    utc = datetime.timezone.utc
    start = datetime.datetime(2024, 2, 28, 23, 59, 58, 123456)
    numbers = range(rows)

    def sparse(values):
        return [None if index % 7 == 3 else value for index, value in enumerate(values)]

    return pa.table({
        "id": pa.array(numbers, pa.int64()),
        "name": pa.array(sparse(f"tab\t'{i}\"\\ né\n" for i in numbers), pa.string()),
        "price": pa.array(sparse(i * 0.1 for i in numbers), pa.float64()),
        "paid": pa.array(sparse(i % 2 == 0 for i in numbers), pa.bool_()),
        "amount": pa.array(sparse(decimal.Decimal(i - 50).scaleb(-2) for i in numbers), pa.decimal128(38, 2)),
        "day": pa.array(sparse(start.date() + datetime.timedelta(i) for i in numbers), pa.date32()),
        "seen": pa.array(sparse(start.replace(tzinfo=utc) + datetime.timedelta(hours=i) for i in numbers),
                         pa.timestamp("us", "UTC")),
        "local": pa.array(sparse(start + datetime.timedelta(hours=i) for i in numbers), pa.timestamp("us")),
        "data": pa.array(sparse(bytes([i % 256, 0, 9, 92]) for i in numbers), pa.binary()),
    })


class CommonTests:
    """What holds for every kind of database."""

    # Decimals that come back as they are.
    keeps_decimals = True

    def test_round_trip_into_a_new_table(self):
        table = sample()
        self.assertEqual(self.write(table, table="made", create_table=True), ["made"])
        back = self.read(table="made").sort_by("id")
        if not self.keeps_decimals:
            index = back.schema.get_field_index("amount")
            back = back.set_column(index, "amount", back.column(index).cast(pa.decimal128(38, 2)))
        self.assertEqual(back.to_pydict(), table.to_pydict())

    def test_modes(self):
        def rows(*pairs):
            return pa.table({"id": [pair[0] for pair in pairs], "v": [pair[1] for pair in pairs]})

        def stored():
            found = self.read(query="SELECT id, v FROM modes ORDER BY id").to_pydict()
            return list(zip(found["id"], found["v"]))

        self.sql("CREATE TABLE modes (id bigint PRIMARY KEY, v varchar(20))")
        self.write(rows((1, "a"), (2, "b")), table="modes")
        self.write(rows((3, "c")), table="modes")
        self.assertEqual(stored(), [(1, "a"), (2, "b"), (3, "c")])
        self.write(rows((2, "B"), (4, "d"), (2, "BB")), table="modes", mode="upsert", key=["id"])
        self.assertEqual(stored(), [(1, "a"), (2, "BB"), (3, "c"), (4, "d")])
        self.write(rows((9, "z")), table="modes", mode="replace", commit=False)
        self.assertEqual(len(stored()), 4)
        self.write(rows((9, "z")), table="modes", mode="replace")
        self.assertEqual(stored(), [(9, "z")])
        self.write(rows((10, "q")), query="INSERT INTO modes (id, v) VALUES (? + 1, ?)")
        self.assertEqual(stored(), [(9, "z"), (11, "q")])
        self.assert_fails("invalid-configuration", ["key"],
                          lambda: self.write(rows((1, "a")), table="modes", mode="upsert", key=["v"]))

    def test_a_write_that_fails_leaves_the_table_as_it_was(self):
        self.sql("CREATE TABLE whole (id bigint PRIMARY KEY, v varchar(20) NOT NULL)")
        self.sql("INSERT INTO whole VALUES (4999, 'kept')")
        table = pa.table({"id": list(range(5000)), "v": ["x"] * 5000})
        error = self.assert_fails("write-refused", ["table"], lambda: self.write(table, table="whole"))
        self.assertIn("nothing was written", " ".join(error.notes))
        self.assertEqual(self.read(table="whole").to_pydict(), {"id": [4999], "v": ["kept"]})
        nulls = pa.table({"id": [1], "v": pa.array([None], pa.string())})
        self.assert_fails("write-refused", ["table"], lambda: self.write(nulls, table="whole"))

    def test_partitions_give_every_row_once(self):
        self.sql("CREATE TABLE parts (id bigint, v varchar(20))")
        ids = [None, None] + list(range(1000))
        self.write(pa.table({"id": pa.array(ids, pa.int64()), "v": ["x"] * 1002}), table="parts")
        task = Read(self.config(table="parts", partition_column="id", num_partitions=4), [], self.context())
        self.assertEqual(len(task.partitions()), 4)
        task.close()
        back = self.read(table="parts", partition_column="id", num_partitions=4)
        self.assertEqual(back.column("id").to_pylist(), ids)
        back = self.read(query="SELECT id FROM parts WHERE id > 5", partition_column="id")
        self.assertEqual(sorted(back.column("id").to_pylist()), list(range(6, 1000)))

    def test_pruning(self):
        self.sql("CREATE TABLE pruned (a bigint, b varchar(20), c double precision)")
        self.sql("INSERT INTO pruned VALUES (1, 'x', 0.5), (2, 'y', 1.5), (NULL, 'z', 2.5)")
        back = self.read(table="pruned", prune=(["b"], [["a", ">", 1]]))
        self.assertEqual(back.to_pydict(), {"b": ["y", "z"]})
        back = self.read(query="SELECT * FROM pruned ORDER BY c DESC", prune=(["b"], []))
        self.assertEqual(back.to_pydict(), {"b": ["z", "y", "x"]})
        self.assertEqual(self.read(table="pruned", prune=([], [])).num_rows, 3)

    def test_mistakes(self):
        self.sql("CREATE TABLE strict (id bigint NOT NULL, v varchar(20) NOT NULL)")
        one = pa.table({"id": [1]})
        self.assert_fails("unknown-table", ["table"], lambda: self.read(table="missing"), saying="missing")
        self.assert_fails("unknown-table", ["table"], lambda: self.write(one, table="missing"), saying="missing")
        self.assert_fails("invalid-configuration", ["query"], lambda: self.read(query="SELEC 1"))
        self.assert_fails("invalid-configuration", ["table"], lambda: self.write(one, table="strict"), saying="'v'")
        extra = pa.table({"id": [1], "v": ["a"], "w": [1]})
        self.assert_fails("invalid-configuration", ["table"], lambda: self.write(extra, table="strict"), saying="'w'")
        self.assert_fails("invalid-configuration", ["partition_column"],
                          lambda: self.read(table="strict", partition_column="v"))
        self.assert_fails("invalid-configuration", ["query"],
                          lambda: self.write(one, query="INSERT INTO strict VALUES (?, ?)"), saying="2 placeholders")
        self.assert_fails("invalid-configuration", ["query"], lambda: self.read(table="strict", query="SELECT 1"))


class ServerTests:
    """What holds for those that have users and ports."""

    def test_login_and_address(self):
        self.assert_fails("login-refused", ["password"],
                          lambda: Read(self.config(table="t", password="wrong"), [], self.context()))
        with self.assertRaises(TaskError) as caught:
            Read(dict(self.config(table="t"), url=self.url.replace(str(self.port), str(free_port()))), [],
                 self.context())
        self.assertEqual((caught.exception.code, caught.exception.path), ("unreachable-service", ["url"]))


@unittest.skipIf(pa is None, "pyarrow is not installed")
class SQLiteTests(CommonTests, DatabaseCase):
    keeps_decimals = False

    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "shop.db")
        self.url = "jdbc:sqlite:" + self.path
        sqlite3.connect(self.path).close()
        self.sql("PRAGMA user_version = 1")

    def tearDown(self):
        self.folder.cleanup()

    def sql(self, statement):
        connection = sqlite3.connect(self.path)
        connection.execute(statement)
        connection.commit()
        connection.close()

    def test_types_without_declaration(self):
        self.sql("CREATE TABLE loose (a, b, c INTEGER)")
        self.sql("INSERT INTO loose VALUES (NULL, 1, 2), ('x', 2.5, 'text')")
        back = self.read(query="SELECT a, b, c + 1 AS d FROM loose")
        self.assertEqual(back.to_pydict(), {"a": [None, "x"], "b": [1.0, 2.5], "d": [3, 1]})
        self.assert_fails("unsupported-column-type", ["table"], lambda: self.read(table="loose"), saying="'c'")

    def test_a_missing_file(self):
        self.url = "jdbc:sqlite:/nonexistent/a.db"
        self.assert_fails("unreachable-service", ["url"], lambda: self.read(table="t"))


@unittest.skipIf(pa is None, "pyarrow is not installed")
class PostgresTests(CommonTests, ServerTests, DatabaseCase):
    @classmethod
    def setUpClass(cls):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or [shutil.which("initdb")]
        if not found[-1]:
            raise unittest.SkipTest("PostgreSQL is not installed")
        try:
            import adbc_driver_postgresql  # noqa: F401
        except ImportError:
            raise unittest.SkipTest("adbc-driver-postgresql is not installed") from None
        cls.folder = tempfile.mkdtemp(prefix="beamstack-pg-")
        cls.identity, entry = own_user("postgres")
        if entry:
            os.chown(cls.folder, entry.pw_uid, entry.pw_gid)
        cls.tools = os.path.dirname(found[-1])
        secret = os.path.join(cls.folder, "password")
        pathlib.Path(secret).write_text(PASSWORD)
        os.chmod(secret, 0o644)
        cls.port = free_port()
        cls.url = f"jdbc:postgresql://127.0.0.1:{cls.port}/postgres"
        data = os.path.join(cls.folder, "data")
        cls.run_tool("initdb", "-D", data, "-A", "scram-sha-256", "-U", cls.user, f"--pwfile={secret}", "-E", "UTF8",
                     "--locale=C.UTF-8", "--no-sync")
        cls.run_tool("pg_ctl", "-D", data, "-w", "-l", os.path.join(cls.folder, "log"), "-o",
                     f"-p {cls.port} -k {cls.folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start")

    @classmethod
    def run_tool(cls, name, *arguments):
        subprocess.run([os.path.join(cls.tools, name), *arguments], check=True, cwd=cls.folder,
                       stdout=subprocess.DEVNULL, **cls.identity)

    @classmethod
    def tearDownClass(cls):
        cls.run_tool("pg_ctl", "-D", os.path.join(cls.folder, "data"), "-m", "immediate", "stop")
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        super().setUp()
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def sql(self, statements):
        import adbc_driver_postgresql.dbapi as driver

        uri = f"postgresql://{self.user}@127.0.0.1:{self.port}/postgres"
        os.environ["PGPASSWORD"] = PASSWORD
        try:
            with driver.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
                cursor.executescript(statements)
        finally:
            del os.environ["PGPASSWORD"]

    def test_types(self):
        self.sql("""CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN score AS numeric(6, 2);
            CREATE TABLE kinds (a smallint NOT NULL, b real, c numeric(12, 3), d numeric, e uuid, f jsonb, g mood,
                h int[], i text[], j score, k time, l inet, m timestamptz, n timestamp, o numeric(30, 4), p money,
                q char(3), r numeric(4, 2)[], s uuid[]);
            INSERT INTO kinds VALUES (1, 1.5, -12.345, 1.25, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"x": [1, null]}',
                'bad', '{1,NULL}', '{a,"b c"}', 7.5, '12:30', '10.0.0.1', '2024-01-01 00:00+01', '2024-01-01',
                12345678901234567890.1234, '5.25', 'ab', '{1.5}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}');
            INSERT INTO kinds (a) VALUES (2)""")
        for parameters in ({"table": "kinds"}, {"query": "SELECT * FROM kinds ORDER BY a;"}):
            back = self.read(**parameters)
            row = back.slice(0, 1).to_pylist()[0]
            D = decimal.Decimal
            uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
            self.assertEqual(row, {
                "a": 1, "b": 1.5, "c": D("-12.345"), "d": D("1.25"), "e": uuid, "f": '{"x": [1, null]}', "g": "bad",
                "h": [1, None], "i": ["a", "b c"], "j": D("7.50"), "k": "12:30:00", "l": "10.0.0.1",
                "m": datetime.datetime(2023, 12, 31, 23, tzinfo=datetime.timezone.utc),
                "n": datetime.datetime(2024, 1, 1), "o": D("12345678901234567890.1234"), "p": D("5.25"), "q": "ab ",
                "r": [D("1.50")], "s": [uuid]})
            self.assertEqual(set(back.slice(1, 1).to_pylist()[0].values()), {2, None})
            self.assertEqual(back.schema.field("a").nullable, "query" in parameters)
            self.assertEqual(back.schema.field("c").type, pa.decimal128(38, 3))

    def test_unsupported_types_are_named(self):
        self.sql("CREATE TABLE odd (id int, span interval)")
        error = self.assert_fails("unsupported-column-type", ["table"], lambda: self.read(table="odd"), saying="'span'")
        self.assertIn("extract(epoch", error.hint)

    def test_columns_of_other_types_than_the_fields(self):
        self.sql("CREATE TABLE narrow (a int, b jsonb, c uuid, d numeric(8, 2), e real, f int[])")
        table = pa.table({"a": [1], "b": [{"x": 1}], "c": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"], "d": [3],
                          "e": [0.5], "f": [[1, 2]]})
        self.write(table, table="public.narrow")
        row = self.read(table="narrow").to_pylist()[0]
        self.assertEqual((row["a"], row["b"], row["d"], row["f"]), (1, '{"x": 1}', decimal.Decimal(3), [1, 2]))
        self.sql("CREATE TABLE small (a smallint)")
        self.assert_fails("write-refused", ["table"], lambda: self.write(pa.table({"a": [70000]}), table="small"),
                          saying="'a'")
        self.assert_fails("invalid-configuration", ["table"],
                          lambda: self.write(pa.table({"a": ["text"]}), table="small"), saying="smallint")

    def test_deferred_constraints_are_checked_before_the_commit(self):
        self.sql("CREATE TABLE parents (id bigint PRIMARY KEY); CREATE TABLE children "
                 "(parent bigint REFERENCES parents DEFERRABLE INITIALLY DEFERRED)")
        self.assert_fails("write-refused", ["table"],
                          lambda: self.write(pa.table({"parent": [1]}), table="children"), saying="children")

    def test_a_table_that_may_not_be_made(self):
        table = pa.table({"a": [1]})
        self.assert_fails("write-refused", ["table"],
                          lambda: self.write(table, table="nowhere.made", create_table=True), saying="nowhere")

    def test_large_tables_come_in_parts_of_one_state(self):
        from beamstack_worker import databases_postgres

        self.sql("CREATE TABLE wide AS SELECT i::bigint AS id, repeat('x', 500) AS v FROM generate_series(1, 20000) i; "
                 "ANALYZE wide")
        pages, databases_postgres.PART_PAGES = databases_postgres.PART_PAGES, 256
        try:
            task = Read(self.config(table="wide"), [], self.context())
            parts = task.partitions()
            self.assertGreater(len(parts), 3)
            self.sql("DELETE FROM wide WHERE id > 10")
            ids = [i for part in parts for batch in task.read(part) for i in batch.column("id").to_pylist()]
            task.close()
        finally:
            databases_postgres.PART_PAGES = pages
        self.assertEqual(ids, list(range(1, 20001)))


@unittest.skipIf(pa is None, "pyarrow is not installed")
class MariaDBTests(CommonTests, ServerTests, DatabaseCase):
    @classmethod
    def setUpClass(cls):
        server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
        if not server:
            raise unittest.SkipTest("MariaDB is not installed")
        try:
            import mysql.connector
        except ImportError:
            raise unittest.SkipTest("mysql-connector-python is not installed") from None
        cls.folder = tempfile.mkdtemp(prefix="beamstack-my-")
        identity, entry = own_user("mysql")
        if entry:
            os.chown(cls.folder, entry.pw_uid, entry.pw_gid)
        data, cls.port = os.path.join(cls.folder, "data"), free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **identity}
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
                        "--auth-root-authentication-method=normal"], check=True, **quiet)
        cls.socket = os.path.join(cls.folder, "socket")
        cls.server = subprocess.Popen([server, "--no-defaults", f"--datadir={data}", f"--port={cls.port}",
                                       "--bind-address=127.0.0.1", f"--socket={cls.socket}",
                                       f"--pid-file={cls.folder}/pid"], **quiet)
        cls.url = f"jdbc:mariadb://127.0.0.1:{cls.port}/shop"
        deadline = time.monotonic() + 60
        while True:
            try:
                cls.root = mysql.connector.connect(user="root", unix_socket=cls.socket, autocommit=True,
                                                   collation="utf8mb4_general_ci")
                break
            except mysql.connector.Error:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        cursor = cls.root.cursor()
        cursor.execute(f"CREATE USER tester@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
        cursor.execute("GRANT ALL ON shop.* TO tester@'127.0.0.1'")

    @classmethod
    def tearDownClass(cls):
        cls.root.close()
        cls.server.terminate()
        cls.server.wait(30)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        super().setUp()
        self.sql("DROP DATABASE IF EXISTS shop")
        self.sql("CREATE DATABASE shop CHARACTER SET utf8mb4")
        self.sql("USE shop")

    def sql(self, statement):
        cursor = self.root.cursor()
        cursor.execute(statement)
        cursor.close()

    def test_types(self):
        self.sql("""CREATE TABLE kinds (a tinyint NOT NULL, b boolean, c decimal(12, 3), d float, e enum('x', 'y'),
            f json, g time, h year, i bit(9), j datetime, k timestamp NULL, l varbinary(9), m uuid, n bigint unsigned)""")
        self.sql("""INSERT INTO kinds VALUES (1, true, -12.345, 1.5, 'y', '{"x": 1}', '12:30:00', 2024, b'100000001',
            '2024-01-01', '2024-01-01 00:00:00', x'00ff', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 7)""")
        self.sql("INSERT INTO kinds (a) VALUES (2)")
        for parameters in ({"table": "kinds"}, {"query": "SELECT * FROM kinds ORDER BY a"}):
            back = self.read(**parameters)
            row = back.slice(0, 1).to_pylist()[0]
            row["k"] = row["k"] is not None
            self.assertEqual(row, {
                "a": 1, "b": True, "c": decimal.Decimal("-12.345"), "d": 1.5, "e": "y", "f": '{"x": 1}',
                "g": "12:30:00", "h": 2024, "i": 257, "j": datetime.datetime(2024, 1, 1), "k": True, "l": b"\x00\xff",
                "m": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "n": 7})
            self.assertEqual(back.schema.field("c").type, pa.decimal128(38, 3))

    def test_servers_that_take_no_files(self):
        self.sql("SET GLOBAL local_infile = 0")
        try:
            self.write(sample(100), table="inserted", create_table=True)
            self.assertEqual(self.read(table="inserted").to_pydict(), sample(100).to_pydict())
        finally:
            self.sql("SET GLOBAL local_infile = 1")


@unittest.skipIf(pa is None, "pyarrow is not installed")
class UnreachableTests(unittest.TestCase):
    """Kinds of which no server can be had here: what a driver says without one."""

    def assert_unreachable(self, module, make, path):
        try:
            __import__(module)
        except ImportError:
            raise unittest.SkipTest(f"{module} is not installed") from None
        with self.assertRaises(TaskError) as caught:
            make()
        self.assertEqual((caught.exception.code, caught.exception.path), ("unreachable-service", path))
        self.assertNotIn(PASSWORD, caught.exception.message)

    def read(self, url):
        return Read({"url": url, "table": "t", "username": "ann", "password": PASSWORD}, [], Context())

    def test_sql_server(self):
        url = f"jdbc:sqlserver://127.0.0.1:{free_port()};databaseName=shop"
        self.assert_unreachable("pytds", lambda: self.read(url), ["url"])

    def test_oracle(self):
        url = f"jdbc:oracle:thin:@//127.0.0.1:{free_port()}/shop"
        self.assert_unreachable("oracledb", lambda: self.read(url), ["url"])

    def test_mongodb(self):
        def read():
            from beamstack_worker import mongodb

            uri = f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=300"
            config = {"uri": uri, "database": "d", "collection": "c",
                      "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
            return mongodb.Read(config, [], Context())

        self.assert_unreachable("pymongo", read, ["uri"])


@unittest.skipIf(pa is None, "pyarrow is not installed")
class MongoDBValueTests(unittest.TestCase):
    def setUp(self):
        try:
            import bson
        except ImportError:
            raise unittest.SkipTest("pymongo is not installed") from None
        self.bson = bson

    def test_documents_to_rows(self):
        from beamstack_worker import mongodb

        schema = {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}, "n": {"type": "integer"}, "x": {"type": "number"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "place": {"type": "object", "properties": {"city": {"type": "string"}}}}}
        fields = mongodb.arrow_fields(schema, ["schema"])
        self.assertEqual([field.nullable for field in fields], [False, True, True, True, True])
        reader = mongodb.Read.__new__(mongodb.Read)
        oid = self.bson.ObjectId()
        documents = [
            {"id": oid, "n": 1, "x": self.bson.Decimal128("1.5"), "tags": ["a", 2], "place": {"city": "Rom", "zip": 1}},
            {"id": "b"}]
        self.assertEqual(reader.batch(documents, fields).to_pylist(), [
            {"id": str(oid), "n": 1, "x": 1.5, "tags": ["a", "2"], "place": {"city": "Rom"}},
            {"id": "b", "n": None, "x": None, "tags": None, "place": None}])
        for wrong in ({"id": "a", "n": "text"}, {"n": 1}):
            with self.assertRaises(TaskError) as caught:
                reader.batch([wrong], fields)
            self.assertEqual(caught.exception.code, "unsupported-column-type")

    def test_rows_to_documents(self):
        from beamstack_worker import mongodb

        row = {"d": decimal.Decimal("1.20"), "day": datetime.date(2024, 1, 2), "l": [{"a": 1}], "m": [("k", 1)]}
        back = self.bson.decode(self.bson.encode(mongodb.document_of(row)))
        self.assertEqual(str(back["d"]), "1.20")
        self.assertEqual((back["day"], back["l"], back["m"]), (datetime.datetime(2024, 1, 2), [{"a": 1}], {"k": 1}))


if __name__ == "__main__":
    unittest.main()

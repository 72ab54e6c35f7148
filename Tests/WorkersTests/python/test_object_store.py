"""Object stores, against a server that speaks S3's protocol: listings, ranges, uploads that appear whole, errors."""

import os
import socket
import subprocess
import sys
import time
import unittest

from columnar_support import Context, FileCase, TaskError

try:
    import botocore.session
    import moto  # noqa: F401
    import pyarrow as pa

    from beamstack_worker import avro, files, object_store, parquet, s3
except ImportError:
    pa = None

SECRET = "v3ry-s3cret-key"
KEY = "AKIATESTINGKEY"


@unittest.skipIf(pa is None, "pyarrow, botocore or moto is not installed")
class StoreCase(FileCase):
    @classmethod
    def setUpClass(cls):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        cls.server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.server.wait)
        cls.addClassCleanup(cls.server.kill)
        cls.environment = dict(os.environ)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        cls.addClassCleanup(cls._restore)
        os.environ.update({
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"})
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        cls.store = botocore.session.get_session().create_client("s3")

    @classmethod
    def _restore(cls):
        os.environ.clear()
        os.environ.update(cls.environment)
        s3._client = None

    def setUp(self):
        super().setUp()
        s3._client = None
        self.bucket = f"bucket-{id(self)}-{time.monotonic_ns()}"
        self.store.create_bucket(Bucket=self.bucket)

    def put(self, **objects):
        for key, content in objects.items():
            self.store.put_object(Bucket=self.bucket, Key=key, Body=content)

    def keys(self):
        return [entry["Key"] for entry in self.store.list_objects_v2(Bucket=self.bucket).get("Contents", ())]

    def uploads(self):
        return self.store.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])

    def found(self, pattern, **options):
        start = f"s3://{self.bucket}/"
        return [file.path[len(start) :] for file in files.find(start + pattern, **options)]


class ListingTests(StoreCase):
    def test_patterns(self):
        for key in ("a.csv", "b.csv", "c.txt", ".hidden.csv", "sub/d.csv", "sub/deep/e.csv", "we[i]rd.csv", "é.csv",
                    "logs/2026-01/x", "logs/2026-02/x", "logs/2026-02/_SUCCESS"):
            self.put(**{key: b"1"})
        self.assertEqual(self.found("*.csv"), ["a.csv", "b.csv", "we[i]rd.csv", "é.csv"])
        self.assertEqual(self.found("?.csv"), ["a.csv", "b.csv", "é.csv"])
        self.assertEqual(self.found("[!a].csv"), ["b.csv", "é.csv"])
        self.assertEqual(self.found("{a,c}.{csv,txt}"), ["a.csv", "c.txt"])
        self.assertEqual(self.found("**/*.csv"),
                         ["a.csv", "b.csv", "sub/d.csv", "sub/deep/e.csv", "we[i]rd.csv", "é.csv"])
        self.assertEqual(self.found("s*/*.csv"), ["sub/d.csv"])
        self.assertEqual(self.found("we[i]rd.csv"), ["we[i]rd.csv"])
        self.assertEqual(self.found("logs/2026-*/x"), ["logs/2026-01/x", "logs/2026-02/x"])
        self.assertEqual(self.found("logs", expands_folders=True), ["logs/2026-01/x", "logs/2026-02/x"])

    def test_the_same_as_for_local_files(self):
        from beamstack_worker import file_patterns

        keys = ["a", "ab", "a.b", ".a", "x/a", "x/.a", "x/y/a", "x/y/z/ab", "a[b]", "a{b}", "x/**"]
        for key in keys:
            path = self.folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
            self.put(**{key: b""})
        for pattern in ("*", "a*", "**", "**/a", "x/**", "x/*/a", "*/*", "?", "[a-b]*", "[!x]", "a[[]b]", "{a,x/a}",
                        "x/{a,y/*}", ".*", "**/.a", "x/**/z/*", "a{b}", "*b*", "x/y*/**/ab"):
            local = [path[len(str(self.folder)) + 1 :]
                     for path in file_patterns.local_files(f"{self.folder}/{pattern}")]
            try:
                remote = self.found(pattern)
            except Exception as error:
                self.assertEqual(error.code, "no-file-matches")
                remote = []
            self.assertEqual(remote, local, pattern)

    def test_more_objects_than_a_page_has(self):
        keys = [f"many/{number:04}" for number in range(1001)]
        for key in keys:
            self.put(**{key: b""})
        self.assertEqual(self.found("many/*"), keys)

    def test_nothing_matches(self):
        self.put(**{"in/orders.csv": b"1"})
        error = self.assertRefused("no-file-matches", f"s3://{self.bucket}/in/order.csv",
                                   call=lambda: self.found("in/order.csv"))
        self.assertIn("in/orders.csv", error.notes[0])


class TransferTests(StoreCase):
    def test_ranges(self):
        content = os.urandom(3_000_000)
        self.put(blob=content)
        path = f"s3://{self.bucket}/blob"
        task = object_store.Read({"path": path}, [], Context())
        part, = task.partitions()
        self.assertEqual((part["path"], part["bytes"]), (path, len(content)))
        for offset, length in ((0, 10), (5, 2_500_000), (2_999_999, 1), (0, 3_000_000)):
            batches = list(task.read({"path": path, "size": len(content), "offset": offset, "length": length}))
            data = b"".join(batch.column("bytes")[0].as_py() for batch in batches)
            self.assertEqual(data, content[offset : offset + length])
            self.assertLessEqual(max(batch.nbytes for batch in batches), (1 << 20) + 100)

    def test_an_object_that_changed(self):
        self.put(blob=b"12345")
        path = f"s3://{self.bucket}/blob"
        task = object_store.Read({"path": path}, [], Context())
        self.assertRefused("damaged-file", "changed", call=lambda: list(
            task.read({"path": path, "size": 10, "offset": 0, "length": 10})))
        self.store.delete_object(Bucket=self.bucket, Key="blob")
        self.assertRefused("unknown-object", path, call=lambda: list(
            task.read({"path": path, "size": 5, "offset": 0, "length": 5})))

    def upload(self, *pieces):
        schema = pa.schema([("path", pa.utf8()), ("bytes", pa.binary())])
        task = object_store.Write({"path": f"s3://{self.bucket}/out"}, [schema], Context())
        task.open()
        for key, data in pieces:
            task.write(pa.record_batch([[f"s3://{self.bucket}/{key}"], pa.array([data], pa.binary())],
                                       ["path", "bytes"]))
        return task

    def test_uploads_appear_whole(self):
        large = [os.urandom(1 << 20) for _ in range(20)]
        task = self.upload(*[("large", piece) for piece in large], ("small", b"x"), ("empty", b""))
        self.assertEqual(task.prepare(), (20 << 20) + 1)
        self.assertEqual(self.keys(), [])
        written = task.commit()
        self.assertEqual(written, [f"s3://{self.bucket}/{key}" for key in ("large", "small", "empty")])
        self.assertEqual(self.store.get_object(Bucket=self.bucket, Key="large")["Body"].read(), b"".join(large))
        self.assertEqual(self.store.get_object(Bucket=self.bucket, Key="empty")["Body"].read(), b"")
        self.assertEqual(self.uploads(), [])

    def test_an_aborted_upload_leaves_nothing(self):
        task = self.upload(("a", b"x" * (9 << 20)), ("b", b"y"))
        self.assertEqual(len(self.uploads()), 2)
        task.abort()
        self.assertEqual((self.uploads(), self.keys()), ([], []))

    def test_an_upload_that_the_store_dropped(self):
        task = self.upload(("a", b"x"), ("b", b"y"))
        self.store.abort_multipart_upload(Bucket=self.bucket, Key="a", UploadId=self.uploads()[0]["UploadId"])
        with self.assertRaises(TaskError) as caught:
            task.prepare()
        self.assertIn(f"s3://{self.bucket}/a", caught.exception.message)
        task.abort()
        self.assertEqual((self.uploads(), self.keys()), ([], []))

    def test_parquet_and_avro(self):
        table = pa.table({f"c{number}": [float(row * number) for row in range(50_000)] for number in range(20)})
        for module in (parquet, avro):
            self.reader, self.writer = module.Read, module.Write
            path = f"s3://{self.bucket}/{module.__name__}/year=2026/x"
            self.write(path, table, ending="abort")
            self.assertEqual(self.keys_of(module), [])
            self.write(path, table, num_shards=2)
            self.assertEqual(len(self.keys_of(module)), 2)
            batches = self.batches(f"s3://{self.bucket}/{module.__name__}/", columns=["c3"])
            values = pa.Table.from_batches(batches)["c3"].to_pylist()
            self.assertEqual(sorted(values), sorted(table["c3"].to_pylist()))
        self.assertEqual(self.uploads(), [])

    def keys_of(self, module):
        return [key for key in self.keys() if key.startswith(module.__name__)]

    def test_only_the_bytes_of_needed_columns_are_fetched(self):
        import random

        draw = random.Random(3)
        table = pa.table({f"c{number}": [draw.random() for _ in range(100_000)] for number in range(20)})
        self.reader, self.writer = parquet.Read, parquet.Write
        path, = self.write(f"s3://{self.bucket}/wide", table)
        fetched = []
        original = s3.ObjectReader._fetch
        self.addCleanup(setattr, s3.ObjectReader, "_fetch", original)

        def counting(reader, start, end):
            fetched.append(end - start)
            return original(reader, start, end)

        s3.ObjectReader._fetch = counting
        batches = self.batches(path, columns=["c3", "c17"])
        self.assertEqual(sum(batch.num_rows for batch in batches), 100_000)
        size = self.store.head_object(Bucket=self.bucket, Key="wide-00000-of-00001")["ContentLength"]
        self.assertLess(sum(fetched), size / 5)
        self.assertLess(len(fetched), 20)


class ProblemTests(StoreCase):
    def test_a_bucket_that_does_not_exist(self):
        error = self.assertRefused("unknown-object", "'no-such-bucket'",
                                   call=lambda: files.find("s3://no-such-bucket/x*"))
        self.assertEqual(error.path, ["path"])
        self.assertRefused("unknown-object", "'no-such-bucket'", call=lambda: files.create("s3://no-such-bucket/x"))
        self.assertRefused("invalid-configuration", call=lambda: files.find("s3://*/x"))
        self.assertRefused("invalid-configuration", "key", call=lambda: files.create(f"s3://{self.bucket}/"))

    def test_nobody_answers(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            os.environ["AWS_ENDPOINT_URL"], before = (
                f"http://user:{SECRET}@127.0.0.1:{listener.getsockname()[1]}", os.environ["AWS_ENDPOINT_URL"])
            self.addCleanup(os.environ.__setitem__, "AWS_ENDPOINT_URL", before)
            s3._client = None
            error = self.assertRefused("unreachable-service", "s3://bucket/y",
                                       call=lambda: files.find("s3://bucket/y"))
        self.assertNotIn(SECRET, str((error.message, error.notes, error.hint)))

    def test_what_stores_refuse(self):
        from botocore.exceptions import ClientError, NoCredentialsError

        def refusal(code, status):
            return ClientError({"Error": {"Code": code, "Message": f"The key {KEY} is bad"},
                                "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")

        cases = (("AccessDenied", 403, "login-refused"), ("InvalidAccessKeyId", 403, "login-refused"),
                 ("SignatureDoesNotMatch", 403, "login-refused"), ("ExpiredToken", 400, "login-refused"),
                 ("NoSuchKey", 404, "unknown-object"), ("SlowDown", 503, "unreachable-service"))
        for code, status, expected in cases:
            error = s3.problem(refusal(code, status), "read", "s3://bucket/key")
            self.assertEqual(error.code, expected, code)
            self.assertNotIn(KEY, str((error.message, error.notes, error.hint)))
        self.assertEqual(s3.problem(NoCredentialsError(), "read", "s3://bucket/key").code, "login-refused")

    def test_without_credentials_nothing_is_signed(self):
        from botocore import UNSIGNED

        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            self.addCleanup(os.environ.__setitem__, name, os.environ.pop(name))
        s3._client = None
        self.assertIs(s3.client().meta.config.signature_version, UNSIGNED)
        self.put(open=b"1")
        self.assertEqual(self.found("op*"), ["open"])

    def test_profiles(self):
        path = self.folder / "config"
        path.write_text(f"[profile lab]\nendpoint_url = {os.environ['AWS_ENDPOINT_URL']}\nregion = eu-west-1\n"
                        f"aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
        changes = {"AWS_PROFILE": "lab", "AWS_CONFIG_FILE": str(path)}
        removed = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION")
        before = {name: os.environ.get(name) for name in (*changes, *removed)}

        def restore():
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
            s3._client = None

        self.addCleanup(restore)
        for name in removed:
            del os.environ[name]
        os.environ.update(changes)
        s3._client = None
        self.put(mine=b"1")
        self.assertEqual(self.found("mi*"), ["mine"])
        self.assertEqual(s3.client().meta.region_name, "eu-west-1")


if __name__ == "__main__":
    unittest.main()

"""Parquet files: types, columns and row groups that need not be read, folders' keys, and writes that appear whole."""

import datetime
import decimal
import os
import subprocess
import sys
import unittest

from columnar_support import ROOT, Context, FileCase

try:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from beamstack_worker.parquet import Read, Write
except ImportError:
    pa = Read = Write = None

UTC = datetime.timezone.utc


@unittest.skipIf(pa is None, "pyarrow is not installed")
class ParquetCase(FileCase):
    reader, writer = Read, Write

    def file(self, name, table, **options):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, **options)
        return path


class TypeTests(ParquetCase):
    def test_every_type_of_the_engine_comes_back(self):
        schema = pa.schema([
            pa.field("i", pa.int64(), nullable=False), ("s", pa.utf8()), ("t", pa.timestamp("us", "UTC")),
            ("dt", pa.timestamp("us")), ("dur", pa.duration("us")), ("d", pa.date32()), ("dec", pa.decimal128(38, 2)),
            ("l", pa.list_(pa.field("item", pa.int64()))), ("m", pa.map_(pa.utf8(), pa.int64())),
            ("st", pa.struct([pa.field("a", pa.int64(), nullable=False), ("b", pa.list_(pa.utf8()))])),
            ("by", pa.binary()), ("bo", pa.bool_()), ("f", pa.float64()), ("nothing", pa.null()),
        ])
        row = {
            "i": 1, "s": "ÿ", "t": datetime.datetime(1960, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
            "dt": datetime.datetime(1960, 1, 1, 0, 0, 0, 5), "dur": datetime.timedelta(microseconds=-5),
            "d": datetime.date(2020, 2, 29), "dec": decimal.Decimal("-1.20"), "l": [1, None], "m": [("k", None)],
            "st": {"a": 1, "b": ["q", None]}, "by": b"\xff\x00", "bo": False, "f": -0.0, "nothing": None,
        }
        nulls = dict.fromkeys(row, None)
        nulls["i"] = 2
        rows = [row, nulls] * 3
        paths = self.write(self.folder / "a", pa.RecordBatch.from_pylist(rows, schema=schema))
        self.assertEqual(paths, [str(self.folder / "a-00000-of-00001")])
        self.assertEqual(self.rows(self.folder / "a*"), rows)
        self.assertTrue(self.schema(self.folder / "a*").equals(schema))

    def test_unusual_types_become_the_engines(self):
        when = [datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), None]
        cases = {
            "i8": (pa.array([-1, None], pa.int8()), pa.int64(), [-1, None]),
            "u64": (pa.array([2**63 - 1, None], pa.uint64()), pa.int64(), [2**63 - 1, None]),
            "f16": (pa.array([1.5, None], pa.float16()), pa.float64(), [1.5, None]),
            "f32": (pa.array([1.5, None], pa.float32()), pa.float64(), [1.5, None]),
            "dict": (pa.array(["a", None]).dictionary_encode(), pa.utf8(), ["a", None]),
            "large": (pa.array(["a", None], pa.large_utf8()), pa.utf8(), ["a", None]),
            "fixed": (pa.array([b"ab", None], pa.binary(2)), pa.binary(), [b"ab", None]),
            "d256": (pa.array([decimal.Decimal("1.5"), None], pa.decimal256(50, 1)), pa.decimal128(38, 1),
                     [decimal.Decimal("1.5"), None]),
            "ms": (pa.array([1, None], pa.timestamp("ms")), pa.timestamp("us"),
                   [datetime.datetime(1970, 1, 1, 0, 0, 0, 1000), None]),
            # The last nanosecond before the epoch lies in the last microsecond before it.
            "ns": (pa.array([-1, None], pa.timestamp("ns")), pa.timestamp("us"), when),
            "zone": (pa.array([-1, None], pa.timestamp("ns", "Europe/Berlin")), pa.timestamp("us", "UTC"),
                     [when[0].replace(tzinfo=UTC), None]),
            "list": (pa.array([["a", None], None], pa.large_list(pa.dictionary(pa.int32(), pa.utf8()))),
                     pa.list_(pa.utf8()), [["a", None], None]),
            "pair": (pa.array([[1, 2], None], pa.list_(pa.int16(), 2)), pa.list_(pa.int64()), [[1, 2], None]),
            "deep": (pa.array([{"x": [{"y": 1}]}, None], pa.struct([("x", pa.list_(pa.struct([("y", pa.int8())])))])),
                     pa.struct([("x", pa.list_(pa.struct([("y", pa.int64())])))]), [{"x": [{"y": 1}]}, None]),
            "map": (pa.array([[("a", 1)], None], pa.map_(pa.utf8(), pa.int8())), pa.map_(pa.utf8(), pa.int64()),
                    [[("a", 1)], None]),
        }
        if int(pa.__version__.split(".")[0]) < 26:
            # Older pyarrow cannot read null among lists of a fixed size.
            cases["pair"] = (pa.array([[1, 2], [3, 4]], pa.list_(pa.int16(), 2)), pa.list_(pa.int64()), [[1, 2], [3, 4]])
        path = self.file("a.parquet", {name: case[0] for name, case in cases.items()})
        schema = self.schema(path)
        rows = self.rows(path)
        for name, (_, type, values) in cases.items():
            self.assertEqual(schema.field(name).type, type, name)
            self.assertEqual([row[name] for row in rows], values, name)

    def test_a_slice_of_nested_values(self):
        # More rows than a batch has, so that batches are slices of what was decoded.
        values = [None if i % 7 == 0 else [i, None] for i in range(150_000)]
        path = self.file("a.parquet", {"l": pa.array(values, pa.large_list(pa.int32())),
                                       "s": [None if i % 5 == 0 else {"a": i} for i in range(150_000)]})
        rows = self.rows(path)
        self.assertEqual([row["l"] for row in rows], values)
        self.assertEqual(rows[149_999]["s"], {"a": 149_999})
        self.assertIsNone(rows[149_995]["s"])

    def test_times_of_day_are_refused_by_name(self):
        path = self.file("a.parquet", {"id": [1], "at": pa.array([1], pa.time64("us"))})
        error = self.assertRefused("unsupported-column-type", "'at'", str(path), "time64", call=lambda: self.open(path))
        self.assertIn("columns", error.hint)
        task = Read({"path": str(path), "columns": ["id"]}, [], Context())
        self.assertEqual([b.to_pylist() for part in task.partitions() for b in task.read(part)], [[{"id": 1}]])
        self.assertRefused("invalid-configuration", "'nope'",
                           call=lambda: Read({"path": str(path), "columns": ["nope"]}, [], Context()))

    def test_a_number_that_does_not_fit(self):
        path = self.file("a.parquet", {"big": pa.array([2**63], pa.uint64())})
        self.assertRefused("unsupported-column-type", "'big'", str(path), call=lambda: self.rows(path))

    def test_old_timestamps_of_96_bits(self):
        value = datetime.datetime(9999, 12, 31)
        column = pa.array([value], pa.timestamp("us"))
        path = self.file("a.parquet", {"t": column}, use_deprecated_int96_timestamps=True)
        self.assertEqual(self.rows(path), [{"t": value}])


class DatasetTests(ParquetCase):
    def test_folders_keys_are_columns(self):
        self.file("year=2025/city=Den%20Haag/a.parquet", {"v": [1]})
        self.file("year=2026/city=__HIVE_DEFAULT_PARTITION__/b.parquet", {"v": [2]})
        self.file("year=2026/_temporary/c.parquet", {"v": [3]})
        (self.folder / "_SUCCESS").write_text("")
        rows = [{"v": 1, "year": 2025, "city": "Den Haag"}, {"v": 2, "year": 2026, "city": None}]
        self.assertEqual(self.rows(self.folder), rows)
        self.assertEqual(self.rows(self.folder / "*" / "city=*" / "*.parquet", columns=["year"]),
                         [{"year": 2025}, {"year": 2026}])
        self.assertEqual(self.schema(self.folder).field("year").type, pa.int64())
        task = self.open(self.folder, comparisons=[["year", "==", 2026]])
        self.assertEqual([part["rows"] for part in task.partitions()], [1])

    def test_keys_of_dates_and_text(self):
        self.file("day=2026-01-31/size=01x/a.parquet", {"v": [1]})
        self.assertEqual(self.rows(self.folder), [{"v": 1, "day": datetime.date(2026, 1, 31), "size": "01x"}])
        task = self.open(self.folder, comparisons=[["day", "<", {"$date": 20000}]])
        self.assertEqual(task.partitions(), [])

    def test_columns_that_some_files_lack_are_null(self):
        required = pa.schema([pa.field("a", pa.int64(), nullable=False)])
        self.file("1.parquet", pa.table({"a": [1]}, schema=required))
        self.file("2.parquet", {"b": ["x"], "a": pa.array([2], pa.int32())})
        self.assertEqual(self.rows(self.folder / "*"), [{"a": 1, "b": None}, {"a": 2, "b": "x"}])
        self.assertFalse(self.schema(self.folder / "1*").field("a").nullable)

    def test_types_that_conflict(self):
        first = self.file("1.parquet", {"a": [1]})
        second = self.file("2.parquet", {"a": ["x"]})
        self.assertRefused("inconsistent-columns", "'a'", str(first), str(second), "int64", "string",
                           call=lambda: self.open(self.folder / "*"))

    def test_files_that_are_missing_or_none(self):
        self.file("orders.parquet", {"a": [1]})
        error = self.assertRefused("no-file-matches", "order.parquet",
                                   call=lambda: self.open(self.folder / "order.parquet"))
        self.assertEqual((error.hint, error.path), ("did you mean 'orders.parquet'?", ["path"]))
        (self.folder / "x.csv").write_text("a,b\n1,2\n")
        self.assertRefused("damaged-file", "x.csv", call=lambda: self.open(self.folder / "x.csv"))
        data = (self.folder / "orders.parquet").read_bytes()
        (self.folder / "cut.parquet").write_bytes(data[:-20])
        self.assertRefused("damaged-file", "cut.parquet", call=lambda: self.open(self.folder / "cut.parquet"))
        middle = bytearray(self.file("z.parquet", {"a": list(range(5000))}).read_bytes())
        middle[40:400] = b"\xff" * 360
        (self.folder / "z.parquet").write_bytes(middle)
        self.assertRefused("damaged-file", "z.parquet", call=lambda: self.rows(self.folder / "z.parquet"))
        self.assertRefused("unsupported-file-system", "gs://", call=lambda: self.open("gs://bucket/a.parquet"))


class PruningTests(ParquetCase):
    def partitions(self, path, *comparisons):
        return self.open(path, comparisons=comparisons, prunes=True).partitions()

    def test_row_groups_are_left_out_by_their_statistics(self):
        import beamstack_worker.parquet as module

        self.addCleanup(setattr, module, "PARTITION_BYTES", module.PARTITION_BYTES)
        module.PARTITION_BYTES = 1
        path = self.file("a.parquet", {"id": list(range(1000)), "name": [f"n{i:04}" for i in range(1000)],
                                       "hole": [None if i == 555 else i for i in range(1000)],
                                       "f": [float("nan") if i == 5 else 1.0 for i in range(1000)]}, row_group_size=100)

        def groups(*comparisons):
            return [part["groups"][0] for part in self.partitions(path, *comparisons)]

        self.assertEqual(len(groups()), 10)
        self.assertEqual(groups(["id", "<", 100]), [0])
        self.assertEqual(groups(["id", "<=", 100]), [0, 1])
        self.assertEqual(groups(["id", ">=", 850.5], ["id", "<", 900]), [8])
        self.assertEqual(groups(["id", "==", 300]), [3])
        self.assertEqual(groups(["id", "==", 5000]), [])
        self.assertEqual(groups(["name", ">", "n0899"]), [9])
        # A comparison with null fails, and the failure must not be lost.
        self.assertEqual(groups(["hole", "<", 100]), [0, 5])
        # Statistics know nothing of NaN, which differs from 1.
        self.assertEqual(len(groups(["f", "!=", 1.0])), 10)
        self.assertEqual(len(groups(["name", "==", 3])), 10)
        self.assertEqual(self.rows(path, columns=["id"], comparisons=[["id", ">", 998]])[-1], {"id": 999})

    def test_partitions_are_runs_of_row_groups(self):
        path = self.file("a.parquet", {"id": list(range(1000))}, row_group_size=10)
        self.assertEqual([part["groups"] for part in self.partitions(path)], [[0, 100]])
        self.assertEqual(self.rows(path), [{"id": i} for i in range(1000)])

    def test_rows_without_columns_still_count(self):
        path = self.file("k=1/a.parquet", {"id": list(range(100_000))})
        self.assertEqual(sum(batch.num_rows for batch in self.batches(path, columns=[])), 100_000)
        self.assertEqual(sum(batch.num_rows for batch in self.batches(path, columns=["k"])), 100_000)

    def test_batches_are_bounded(self):
        path = self.file("a.parquet", {"id": list(range(300_000))})
        self.assertEqual(max(batch.num_rows for batch in self.batches(path)), 65_536)
        long = self.file("b.parquet", {"text": [os.urandom(50_000) for _ in range(2000)]})
        self.assertLess(max(batch.nbytes for batch in self.batches(long)), 32 << 20)

    @unittest.skipUnless(os.path.exists("/proc/self/io"), "the system does not count what is read")
    def test_only_the_bytes_of_needed_columns_are_read(self):
        import random

        draw = random.Random(5)
        columns = {f"c{i}": [draw.random() for _ in range(100_000)] for i in range(20)}
        path = self.file("a.parquet", columns, row_group_size=25_000)
        program = """
import sys
sys.path.insert(0, sys.argv[1])
from beamstack_worker.parquet import Read
from beamstack_worker.tasks import Context
import pyarrow.parquet, beamstack_worker.parquet_dataset
def count():
    return next(int(line.split()[1]) for line in open("/proc/self/io") if line.startswith("rchar"))
before = count()
task = Read({"path": sys.argv[2]}, [], Context())
task.prune(["c3", "c17"], [])
rows = sum(batch.num_rows for part in task.partitions() for batch in task.read(part))
print(rows, count() - before)
"""
        command = [sys.executable, "-c", program, str(ROOT / "Sources/CWorkerPrograms/python"), str(path)]
        rows, read = map(int, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
        self.assertEqual(rows, 100_000)
        self.assertLess(read, path.stat().st_size / 5)


class WriteTests(ParquetCase):
    def test_nothing_is_visible_before_commit(self):
        table = pa.table({"a": list(range(10))})
        task = Write({"path": str(self.folder / "sub/x.parquet"), "num_shards": 2}, [table.schema], Context())
        task.open()
        for batch in table.to_batches():
            task.write(batch)
        size = task.prepare()
        self.assertTrue(all(os.path.basename(name).startswith(".") for name in self.names()), self.names())
        written = task.commit()
        self.assertEqual(self.names(), ["sub/x.parquet-00000-of-00002", "sub/x.parquet-00001-of-00002"])
        self.assertEqual(size, sum(os.path.getsize(path) for path in written))
        self.assertEqual([pq.read_table(path)["a"].to_pylist() for path in written],
                         [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])

    def test_abort_leaves_nothing(self):
        self.write(self.folder / "x", pa.table({"a": [1]}), ending="abort")
        self.assertEqual(self.names(), [])

    def test_no_rows_give_a_file_with_the_schema(self):
        paths = self.write(str(self.folder) + "/", pa.table({"a": pa.array([], pa.int64())}))
        self.assertEqual(self.names(), ["part-00000-of-00001"])
        self.assertEqual(pq.read_schema(paths[0]).names, ["a"])
        self.assertEqual(self.rows(self.folder), [])

    def test_row_groups_are_bounded(self):
        import beamstack_worker.parquet as module

        self.addCleanup(setattr, module, "ROW_GROUP_ROWS", module.ROW_GROUP_ROWS)
        module.ROW_GROUP_ROWS = 2000
        path, = self.write(self.folder / "x", pa.table({"a": list(range(10_500))}), compression="zstd")
        metadata = pq.read_metadata(path)
        self.assertEqual([metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)], [2000] * 5 + [500])
        self.assertEqual(metadata.row_group(0).column(0).compression, "ZSTD")
        self.assertEqual(pq.read_table(path)["a"].to_pylist(), list(range(10_500)))

    def test_codecs(self):
        for name, stored in (("snappy", "SNAPPY"), ("gzip", "GZIP"), ("none", "UNCOMPRESSED"), ("lz4", "LZ4")):
            path, = self.write(self.folder / name, pa.table({"a": [1]}), compression=name)
            self.assertEqual(pq.read_metadata(path).row_group(0).column(0).compression, stored)
        self.assertRefused("invalid-configuration", "'rar'",
                           call=lambda: self.write(self.folder / "x", pa.table({"a": [1]}), compression="rar"))

    def test_fields_without_a_type_are_refused_by_name(self):
        dynamic = pa.field("x", pa.utf8(), metadata={"beamstack.type": "any", "beamstack.encoding": "json"})
        for field, name in ((dynamic, "'x'"), (pa.field("l", pa.list_(dynamic)), "'l's items'"),
                            (pa.field("r", pa.struct([dynamic])), "'r.x'")):
            schema = pa.schema([field])
            self.assertRefused("unsupported-column-type", name,
                               call=lambda: Write({"path": "x"}, [schema], Context()))

    def test_a_folder_that_cannot_be_made(self):
        (self.folder / "file").write_text("")
        self.assertRefused("unwritable-file", "file/x",
                           call=lambda: self.write(self.folder / "file" / "x", pa.table({"a": [1]})))


if __name__ == "__main__":
    unittest.main()

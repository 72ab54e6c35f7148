"""Avro files: types, codecs, parts of a file, and writes that other readers understand."""

import datetime
import decimal
import json
import unittest

from columnar_support import Context, FileCase

try:
    import fastavro
    import pyarrow as pa

    from beamstack_worker.avro import Read, Write
except ImportError:
    pa = Read = Write = None

UTC = datetime.timezone.utc


@unittest.skipIf(pa is None, "pyarrow or fastavro is not installed")
class AvroCase(FileCase):
    reader, writer = Read, Write

    def file(self, name, schema, records, **options):
        path = self.folder / name
        with open(path, "wb") as file:
            fastavro.writer(file, schema, records, **options)
        return path

    def record(self, **types):
        return {"type": "record", "name": "R", "fields": [{"name": n, "type": t} for n, t in types.items()]}


class TypeTests(AvroCase):
    def test_every_type_of_the_engine_comes_back(self):
        schema = pa.schema([
            pa.field("i", pa.int64(), nullable=False), ("s", pa.utf8()), ("t", pa.timestamp("us", "UTC")),
            ("dt", pa.timestamp("us")), ("d", pa.date32()), ("dec", pa.decimal128(38, 2)),
            ("l", pa.list_(pa.field("item", pa.int64()))), ("m", pa.map_(pa.utf8(), pa.timestamp("us", "UTC"))),
            ("st", pa.struct([pa.field("a", pa.int64(), nullable=False), ("b", pa.list_(pa.date32()))])),
            ("by", pa.binary()), ("bo", pa.bool_()), ("f", pa.float64()),
        ])
        when = datetime.datetime(1960, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
        row = {
            "i": -2**63, "s": "ÿ", "t": when, "dt": datetime.datetime(1960, 1, 1, 0, 0, 0, 5),
            "d": datetime.date(1914, 2, 28), "dec": decimal.Decimal("-1.28"), "l": [1, None],
            "m": [("k", when), ("n", None)], "st": {"a": 1, "b": [datetime.date(2020, 2, 29), None]}, "by": b"\xff\x00",
            "bo": False, "f": 0.1,
        }
        nulls = dict.fromkeys(row, None)
        nulls["i"] = 2
        rows = [row, nulls, row]
        for codec in ("none", "deflate", "snappy", "zstandard", "bzip2", "xz"):
            path, = self.write(self.folder / codec, pa.RecordBatch.from_pylist(rows, schema=schema), codec=codec)
            self.assertEqual(self.rows(path), rows, codec)
            self.assertTrue(self.schema(path).equals(schema))
            with open(path, "rb") as file:
                reader = fastavro.reader(file)
                self.assertEqual(reader.codec, "null" if codec == "none" else codec)
                other = next(reader)
            # What another reader makes of it.
            self.assertEqual(other, dict(row, m=dict(row["m"])))

    def test_every_decimal_of_another_writer(self):
        schema = self.record(a={"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 3},
                             b={"type": "fixed", "name": "F", "size": 9, "logicalType": "decimal", "precision": 20,
                                "scale": 0})
        values = [0, 1, -1, 127, 128, -128, -129, 255, 256, -32768, -32769, 10**15]
        records = [{"a": decimal.Decimal(v).scaleb(-3), "b": decimal.Decimal(v)} for v in values]
        path = self.file("a", schema, records)
        self.assertEqual(self.rows(path), records)
        table = pa.table({"a": pa.array([r["a"] for r in records], pa.decimal128(38, 3))})
        path, = self.write(self.folder / "b", table)
        with open(path, "rb") as file:
            self.assertEqual([r["a"] for r in fastavro.reader(file)], [r["a"] for r in records])

    def test_logical_types_and_names(self):
        schema = self.record(
            millis={"type": "long", "logicalType": "timestamp-millis"},
            local={"type": "long", "logicalType": "local-timestamp-millis"},
            enum={"type": "enum", "name": "E", "symbols": ["A", "B"]}, again="E",
            fixed={"type": "fixed", "name": "F", "size": 2},
            uuid={"type": "string", "logicalType": "uuid"},
            inner={"type": "record", "name": "space.I", "fields": [{"name": "x", "type": ["null", "float"]}]},
            more={"type": "array", "items": "space.I"}, number=["null", "int", "double"])
        import uuid

        key = uuid.UUID(int=5)
        path = self.file("a", schema, [{
            "millis": datetime.datetime(2026, 1, 1, tzinfo=UTC), "local": datetime.datetime(1969, 12, 31, 23),
            "enum": "A", "again": "B", "fixed": b"xy", "uuid": key, "inner": {"x": 1.5}, "more": [{"x": None}],
            "number": 3}])
        self.assertEqual(self.rows(path), [{
            "millis": datetime.datetime(2026, 1, 1, tzinfo=UTC), "local": datetime.datetime(1969, 12, 31, 23),
            "enum": "A", "again": "B", "fixed": b"xy", "uuid": str(key), "inner": {"x": 1.5}, "more": [{"x": None}],
            "number": 3.0}])
        # Its type is defined in a field that is left out.
        self.assertEqual(self.rows(path, columns=["again"]), [{"again": "B"}])
        self.assertEqual(self.rows(path, columns=["more", "enum"]), [{"enum": "A", "more": [{"x": None}]}])

    def test_unions_of_unlike_types(self):
        schema = self.record(u=["null", "long", "string", {"type": "array", "items": "boolean"}, self.record(q="int")])
        schema["fields"][0]["type"][4]["name"] = "Q"
        path = self.file("a", schema, [{"u": 1}, {"u": "x"}, {"u": None}, {"u": [True]}, {"u": {"q": 5}}])
        field = self.schema(path).field("u")
        self.assertEqual(field.metadata[b"beamstack.type"], b"any")
        self.assertEqual([row["u"] for row in self.rows(path)],
                         ["1", '"x"', None, "[true]", '{"$row":{"q":5}}'])

    def test_types_without_a_counterpart(self):
        for name, type in (("clock", {"type": "int", "logicalType": "time-millis"}),
                           ("span", {"type": "fixed", "name": "D", "size": 12, "logicalType": "duration"}),
                           ("next", ["null", "R"])):
            path = self.file("a", self.record(**{name: type}), [])
            self.assertRefused("unsupported-column-type", name, str(path), call=lambda: self.open(path))

    def test_a_file_without_records(self):
        path = self.file("a", "long", [1, 2, 3])
        self.assertEqual(self.rows(path), [{"value": 1}, {"value": 2}, {"value": 3}])
        path = self.file("b", self.record(x="long"), [])
        self.assertEqual((self.rows(path), self.schema(path).names), ([], ["x"]))


class PartTests(AvroCase):
    def test_parts_of_any_size_give_each_record_once(self):
        import beamstack_worker.avro as module

        self.addCleanup(setattr, module, "PARTITION_BYTES", module.PARTITION_BYTES)
        records = [{"id": i, "s": "x" * (i % 50)} for i in range(3000)]
        for codec in ("null", "deflate"):
            path = self.file("a", self.record(id="long", s="string"), records, codec=codec, sync_interval=200)
            size = path.stat().st_size
            for part in (1, 7, 16, 100, 997, size - 1, size, size + 1):
                if part < 7 and codec == "null":
                    continue
                module.PARTITION_BYTES = part
                self.assertEqual(self.rows(path), records, part)
        module.PARTITION_BYTES = 500
        self.assertGreater(len(self.open(path).partitions()), 10)
        self.assertEqual(sum(batch.num_rows for batch in self.batches(path, columns=[])), 3000)

    def test_damaged_files(self):
        path = self.file("a", self.record(id="long"), [{"id": i} for i in range(1000)], codec="deflate")
        data = path.read_bytes()
        for name, content in (("cut", data[:-5]), ("marker", data[:-3] + b"???"), ("text", b"hello"), ("empty", b""),
                              ("header", data[:30])):
            (self.folder / name).write_bytes(content)
            self.assertRefused("damaged-file", name, call=lambda: self.rows(self.folder / name))
        # Whatever is wrong, it is either told or does no harm.
        from beamstack_worker.tasks import TaskError

        for position in range(0, len(data), 3):
            (self.folder / "flipped").write_bytes(
                data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :])
            try:
                self.rows(self.folder / "flipped")
            except TaskError as error:
                self.assertIn(error.code, ("damaged-file", "unsupported-column-type", "missing-package"))

    def test_files_of_different_schemas(self):
        self.file("1", self.record(a="long", b="string"), [{"a": 1, "b": "x"}])
        self.file("2", self.record(b="string", a=["null", "long"]), [{"a": None, "b": "y"}])
        self.assertEqual(self.rows(self.folder / "*"), [{"a": 1, "b": "x"}, {"a": None, "b": "y"}])
        self.file("3", self.record(a="string", b="string"), [])
        self.assertRefused("inconsistent-columns", "'a'", "3", call=lambda: self.open(self.folder / "*"))
        self.file("3", self.record(a="long"), [])
        self.assertRefused("inconsistent-columns", "'b'", "3", call=lambda: self.open(self.folder / "*"))


class WriteTests(AvroCase):
    def test_shards_and_abort(self):
        paths = self.write(self.folder / "x.avro", pa.table({"a": list(range(10))}), num_shards=3)
        self.assertEqual([[row["a"] for row in self.rows(path)] for path in paths],
                         [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]])
        names = self.names()
        self.write(self.folder / "y", pa.table({"a": [1]}), ending="abort")
        self.assertEqual(self.names(), names)

    def test_no_rows_give_a_file_with_the_schema(self):
        path, = self.write(self.folder / "x", pa.table({"a": pa.array([], pa.int64())}))
        self.assertEqual((self.rows(path), self.schema(path).names), ([], ["a"]))

    def test_the_same_rows_give_the_same_bytes(self):
        table = pa.table({"a": list(range(5000))})
        first, second = ((self.folder / self.names()[index]).read_bytes()
                         for index, name in enumerate("xy") if self.write(self.folder / name, table))
        self.assertEqual(first, second)

    def test_a_schema_of_ones_own(self):
        schema = {"type": "record", "name": "shop.Order", "fields": [
            {"name": "id", "type": "int"}, {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "SENT"]}},
            {"name": "note", "type": ["null", "string"], "default": None}]}
        when = datetime.datetime(2026, 1, 1, tzinfo=UTC)
        table = pa.table({"id": [1], "state": ["NEW"], "at": pa.array([when], pa.timestamp("us", "UTC"))})
        for given in (schema, json.dumps(schema)):
            path, = self.write(self.folder / "x", table, schema=given)
            with open(path, "rb") as file:
                reader = fastavro.reader(file)
                self.assertEqual(reader.writer_schema["name"], "shop.Order")
                self.assertEqual(list(reader), [{"id": 1, "at": when, "state": "NEW", "note": None}])
        self.assertRefused("write-refused", call=lambda: self.write(
            self.folder / "y", table.set_column(1, "state", pa.array(["LOST"])), schema=schema))
        self.assertRefused("invalid-configuration", "'extra'", call=lambda: self.write(
            self.folder / "y", table.append_column("extra", pa.array([1])), schema=schema))
        self.assertRefused("invalid-configuration", "'state'", call=lambda: self.write(
            self.folder / "y", table.drop_columns(["state"]), schema=schema))
        self.assertRefused("invalid-configuration", call=lambda: self.write(self.folder / "y", table, schema="{"))

    def test_what_avro_cannot_hold(self):
        cases = {
            "two words": pa.field("two words", pa.int64()), "dur": pa.field("dur", pa.duration("us")),
            "m": pa.field("m", pa.map_(pa.int64(), pa.int64())),
            "x": pa.field("x", pa.utf8(), metadata={"beamstack.type": "any"}),
        }
        for name, field in cases.items():
            self.assertRefused("unsupported-column-type", f"'{name}'",
                               call=lambda: Write({"path": "x"}, [pa.schema([field])], Context()))


if __name__ == "__main__":
    unittest.main()

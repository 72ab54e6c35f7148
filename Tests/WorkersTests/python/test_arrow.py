"""The codec of Arrow streams against itself and, where there is one, against pyarrow."""

import os
import subprocess
import struct
import unittest

from support import arrow, arrow_writer
from beamstack_worker.times import Timestamp
from beamstack_worker.values import ANY, BOOLEAN, DECIMAL, INT64, STRING, Batch, Field, Schema, list_of, row_class

FOLDER = os.path.dirname(os.path.abspath(__file__))


class ArrowTests(unittest.TestCase):
    def round_trip(self, fields, columns):
        schema = Schema(fields)
        received, batches = arrow.decode(arrow_writer.encode(schema, [Batch(schema, columns)]))
        self.assertEqual(received, schema)
        return batches[0]

    def test_nulls_and_bits_across_bytes(self):
        flags = [index % 3 == 0 if index % 5 else None for index in range(67)]
        numbers = [None if index % 7 == 0 else index for index in range(67)]
        batch = self.round_trip([Field("flag", BOOLEAN), Field("number", INT64)], [flags, numbers])
        self.assertEqual(batch.columns, [flags, numbers])

    def test_columns_decode_when_touched(self):
        batch = self.round_trip([Field("a", INT64), Field("b", STRING)], [[1, 2], ["x", "y"]])
        self.assertTrue(all(callable(column) for column in batch._columns))
        self.assertEqual([row.b for row in batch.rows(["b"])], ["x", "y"])
        self.assertTrue(callable(batch._columns[0]))

    def test_dynamic_columns_travel_as_the_type_they_have(self):
        for values, physical in [
            (["a", None], "string"),
            ([1, 2], "int64"),
            ([1.5], "double"),
            ([True], "boolean"),
            ([["a"], [], None], "list"),
            ([Timestamp(1)], "timestamp"),
            ([1, "a"], "json"),
            ([{"a": 1}], "json"),
            ([row_class(["a"])._make([1])], "row"),
            ([None], "json"),
            ([], "json"),
        ]:
            with self.subTest(values=values):
                schema = Schema([Field("x", ANY)])
                received, batches = arrow.decode(arrow_writer.encode(schema, [Batch(schema, [values])]))
                self.assertEqual(received.fields[0].physical.kind, physical)
                self.assertEqual(batches[0].column("x"), values)

    def test_a_decimal_beyond_38_digits_is_refused(self):
        from decimal import Decimal

        with self.assertRaises(OverflowError):
            self.round_trip([Field("d", DECIMAL)], [[Decimal("1e30"), Decimal("1e-20")]])

    def test_schema_alone(self):
        schema = Schema([Field("a", list_of(INT64), False)])
        self.assertEqual(arrow.decode(arrow_writer.encode(schema)), (schema, []))

    def test_what_is_no_stream(self):
        whole = arrow_writer.encode(Schema([Field("a", INT64)]), [Batch(Schema([Field("a", INT64)]), [[1, 2]])])
        for data in (b"", b"12345678", whole[:20], whole[:-20]):
            with self.subTest(length=len(data)), self.assertRaises((ValueError, struct.error)):
                arrow.decode(data)

    @unittest.skipUnless(
        os.environ.get("BEAMSTACK_TEST_PYARROW"), "BEAMSTACK_TEST_PYARROW names no Python with pyarrow"
    )
    def test_generated_schemas_against_pyarrow(self):
        command = [os.environ["BEAMSTACK_TEST_PYARROW"], os.path.join(FOLDER, "arrow_oracle.py"), "300"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual((result.stdout.strip(), result.stderr), ("equal", ""))


if __name__ == "__main__":
    unittest.main()

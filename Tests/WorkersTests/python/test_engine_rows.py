"""Functions of rows as Spark calls them, with the texts of values that have no fixed type."""

import json
import pickle
import unittest

import support  # noqa: F401 (finds the package)
from beamstack_worker.engine_rows import RowFunction
from beamstack_worker.json_schema import violation
from beamstack_worker.json_text import json_text
from beamstack_worker.tagged_json import from_json, to_json
from beamstack_worker.times import Duration, Timestamp
from beamstack_worker.values import row_class

# The texts that `TaggedJSONTests.swift` has.
TEXTS = [
    (1, "1"),
    (1.0, "1.0"),
    (True, "true"),
    (1e16, "1e+16"),
    (1.2e16, "1.2e+16"),
    (1e-7, "1e-07"),
    (-0.0, "-0.0"),
    (float("-inf"), '{"$double":"-inf"}'),
    ('é"\\\n\x01\x7f\u2028\U0001f600', '"é\\"\\\\\\n\\u0001\x7f\u2028\U0001f600"'),
    (b"\x00\xff", '{"$bytes":"AP8="}'),
    (Timestamp(micros=-1), '{"$timestamp":-1}'),
    ([None, []], "[null,[]]"),
    ({"a": 1, 2: None}, '{"$map":[["a",1],[2,null]]}'),
    (row_class(["a", "é"])._make([1, ""]), '{"$row":{"a":1,"é":""}}'),
]


def code(source, **others):
    return {"language": "python", "form": "callable", "source": source, "path": "p.yaml", "line": 1, **others}


class ValueTests(unittest.TestCase):
    """How values come and go."""

    def test_texts_are_those_of_the_other_side(self):
        for value, text in TEXTS:
            with self.subTest(text=text):
                self.assertEqual(to_json(value), text)
                self.assertEqual(to_json(from_json(text)), text)

    def test_values_of_no_fixed_type_come_and_go_as_texts(self):
        arguments = [("v", "any", True), ("l", "list", False, [("item", "any", True)])]
        function = RowFunction([code("lambda row: [row.v, *row.l]")], arguments, [("value_0", *arguments[1][1:])])
        self.assertEqual(function('"a"', ["1", None, '{"$bytes":"eA=="}']), (['"a"', "1", None, '{"$bytes":"eA=="}'],))
        self.assertEqual(function(None, []), ([None],))

    def test_moments_come_and_go_as_microseconds(self):
        field = [("t", "timestamp", False)]
        function = RowFunction([code("lambda row: row.t")], field, field)
        self.assertEqual(function(1_500_000), (1_500_000,))

    def test_it_travels_without_its_modules(self):
        function = RowFunction([code("lambda row: row.v")], [("v", "any", True)], [("value_0", "any", True)])
        self.assertEqual(function("1"), ("1",))
        self.assertEqual(pickle.loads(pickle.dumps(function))('"x"'), ('"x"',))


class FormTests(unittest.TestCase):
    """What has no code of the person's."""

    PLACE = '  File "p.yaml", line 3, in Step\n'

    def call(self, spec, fields, result, *values):
        spec = {"place": self.PLACE, **spec}
        return RowFunction([spec], fields, [("value_0", *result)], catches_errors=True)(*values)

    def test_elements(self):
        spec = {"form": "elements", "fields": ["v"], "manner": "zip"}
        result = ("list", False, [("item", "any", True)])
        for value, expected in [
            ('"aé"', ['"a"', '"é"']),
            ("[1,null]", ["1", None]),
            ('{"$map":[["k",1]]}', ['"k"']),
        ]:
            self.assertEqual(self.call(spec, [("v", "any", True)], result, value), (expected, None, None))
        _, message, trace = self.call(spec, [("v", "any", True)], result, None)
        self.assertEqual(message, "TypeError(\"'NoneType' object is not iterable\")")
        self.assertEqual(trace, self.PLACE + "TypeError: 'NoneType' object is not iterable")

    def test_lists_side_by_side_and_crossed(self):
        fields = [(name, "list", False, [("item", "int64", False)]) for name in "ab"]
        rows = [("element_0", "int64", True), ("element_1", "int64", True)]
        result = ("list", False, [("item", "row", False, rows)])
        for manner, expected in [("zip", [(1, 3), (2, None)]), ("product", [(1, 3), (2, 3)])]:
            spec = {"form": "elements", "fields": ["a", "b"], "manner": manner}
            self.assertEqual(self.call(spec, fields, result, [1, 2], [3]), (expected, None, None))

    def test_conversions(self):
        for then, kind, value, expected in [
            ("microseconds", "int64", "1.5", 1_500_000),
            ("microseconds", "int64", "true", 1_000_000),
            ("microseconds", "int64", '{"$timestamp":7}', 7),
            ("truth", "boolean", "[]", False),
            ("truth", "boolean", "0.5", True),
            ("name", "string", "1", None),
            ("name", "string", '"one"', "one"),
            ("cell", "string", '{"$map":[["a",[1.0,true]]]}', '{"a":[1.0,true]}'),
            ("cell", "string", "true", "True"),
            ("cell", "string", '{"$timestamp":0}', "1970-01-01T00:00:00Z"),
            ("line", "string", None, "None"),
        ]:
            with self.subTest(then=then, value=value):
                spec = {"form": "field", "field": "v", "then": then}
                outcome = self.call(spec, [("v", "any", True)], (kind, True), value)
                self.assertEqual(outcome, (expected, None, None))

    def test_what_is_no_moment(self):
        spec = {"form": "field", "field": "v", "then": "microseconds"}
        for value, words in [
            ('"x"', "x <class 'str'>"),
            ('{"$double":"nan"}', "nan <class 'float'>"),
            ("9223372036854775807", "9223372036854775807 <class 'int'>"),
        ]:
            _, message, _ = self.call(spec, [("v", "any", True)], ("int64", True), value)
            self.assertEqual(message, repr(TypeError(f"Cannot interpret {words} as Timestamp.")))

    def test_a_failure_of_the_persons_code_keeps_its_own_trace(self):
        spec = code("lambda row: row.v.nothing", then="microseconds")
        _, message, trace = self.call(spec, [("v", "any", True)], ("int64", True), "1")
        self.assertIn("AttributeError", message)
        self.assertNotIn(self.PLACE, trace)

    def test_records(self):
        fields = [("d", "double", True), ("v", "any", True)]
        outcome = self.call({"form": "record"}, fields, ("string", False), float("nan"), '[{"$double":"nan"}]')
        self.assertEqual(outcome, ('{"d":null,"v":[NaN]}', None, None))

    def test_files(self):
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            for name in ("b.txt", "a.txt", "c.csv"):
                with open(f"{folder}/{name}", "w") as file:
                    file.write("12345")
            names = ["path", "size_in_bytes", "last_updated_in_seconds"]
            kinds = ["string", "int64", "double"]
            row = [(name, kind, False) for name, kind in zip(names, kinds)]
            result = ("list", False, [("item", "row", False, row)])
            spec = {"form": "files", "field": "p", "treatment": "ALLOW_IF_WILDCARD", "names": names, "folder": folder}
            for pattern in (f"{folder}/*.txt", "*.txt"):
                files, *_ = self.call(spec, [("p", "string", False)], result, pattern)
                prefix = pattern[: -len("*.txt")]
                self.assertEqual([file[:2] for file in files], [(prefix + "a.txt", 5), (prefix + "b.txt", 5)])
            self.assertEqual(self.call(spec, [("p", "string", False)], result, f"{folder}/*.no")[0], [])
            _, message, _ = self.call(spec, [("p", "string", False)], result, f"{folder}/no")
            self.assertIn("no file matches", message)


class SchemaTests(unittest.TestCase):
    """JSON Schema, with the messages that `JSONSchemaTests.swift` has of the native check."""

    def test_rules(self):
        row = row_class(["n", "s", "l", "x"])._make([3, "abc", [1, "a"], None])
        for rules, expected in [
            ([["type", ["array"]]], '{"n":3,"s":"abc","l":[1,"a"],"x":null} is not of type \'array\''),
            ([["required", ["n", "x"]]], "'x' is a required property"),
            ([["properties", {"schemas": [["n", [["minimum", 4.0]]]], "allowsOthers": True}]],
             "'n': 3 is less than the minimum of 4"),
            ([["properties", {"schemas": [["n", []], ["s", []]], "allowsOthers": False}]],
             "additional property 'l' is not allowed"),
            ([["properties", {"schemas": [["l", [["items", [["type", ["string", "null"]]]]]]], "allowsOthers": True}]],
             "'l[0]': 1 is not of type 'string', 'null'"),
            ([["properties", {"schemas": [["s", [["pattern", "^b"]]]], "allowsOthers": True}]],
             "'s': \"abc\" does not match '^b'"),
            ([["properties", {"schemas": [["s", [["maxLength", 2]]]], "allowsOthers": True}]], "'s': \"abc\" is too long"),
            ([["properties", {"schemas": [["n", [["multipleOf", 0.7]]]], "allowsOthers": True}]],
             "'n': 3 is not a multiple of 0.7"),
            ([["not", [["required", ["n"]]]]],
             '{"n":3,"s":"abc","l":[1,"a"],"x":null} should not be valid under the given schema'),
            ([["properties", {"schemas": [["n", [["type", ["integer"]], ["exclusiveMaximum", 4.0]]]],
                              "allowsOthers": True}]], None),
        ]:  # fmt: skip
            with self.subTest(rules=json.dumps(rules)):
                self.assertEqual(violation(rules, row), expected)

    def test_texts_in_messages(self):
        for value, text in [
            ({"a": [1.0, None], 2: b"x"}, '{"a":[1.0,null],"2":"x"}'),
            (Duration(micros=1_500_000), "1.5"),
            (Duration(micros=-2_000_000), "-2"),
            (float("nan"), "NaN"),
        ]:
            self.assertEqual(json_text(value), text)


if __name__ == "__main__":
    unittest.main()

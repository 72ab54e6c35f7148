"""Avro's schemas as the engine's types and back.

Values of times, dates and the like are decoded and encoded as the plain numbers that they are stored as, since a Python
object for each would take longer than all the rest; Arrow then says what the numbers mean.
"""

import decimal
import re

import pyarrow as pa

from beamstack_worker.columnar_types import DATETIME, TIMESTAMP, written_schema
from beamstack_worker.tasks import TaskError

ANY = {b"beamstack.type": b"any", b"beamstack.encoding": b"json"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PRIMITIVES = {
    "null": pa.null(), "boolean": pa.bool_(), "int": pa.int64(), "long": pa.int64(), "float": pa.float64(),
    "double": pa.float64(), "bytes": pa.binary(), "string": pa.utf8(),
}
# Logical types of numbers: the type, and the microseconds (or days) of one.
_TIMES = {
    "date": (pa.date32(), None),
    "timestamp-millis": (TIMESTAMP, 1000), "timestamp-micros": (TIMESTAMP, 1), "timestamp-nanos": (TIMESTAMP, -1000),
    "local-timestamp-millis": (DATETIME, 1000), "local-timestamp-micros": (DATETIME, 1),
    "local-timestamp-nanos": (DATETIME, -1000),
}


class Column:
    """A type of Avro as the engine has it.

    type: Arrow's. nullable: whether a union has null. is_any: a union of unlike types, as tagged JSON.
    convert: from a value of the plain schema to what `pyarrow.array` takes, or `None` where it is that already.
    """

    def __init__(self, type, nullable=False, convert=None, is_any=False):
        self.type = type
        self.nullable = nullable
        self.convert = convert
        self.is_any = is_any

    def field(self, name):
        """The field of this type."""
        return pa.field(name, self.type, self.nullable, ANY if self.is_any else None)


class SchemaReader:
    """Translates the schema of a file. `plain` is the schema to decode by: the same bytes, without times."""

    def __init__(self, path, schema):
        self._path = path
        self._named = {}
        self._open = []
        column, self.plain = self._translate(schema, "", None)
        self._named = {}
        if isinstance(schema, dict) and schema.get("type") == "record":
            self.fields = column.fields
        else:
            # Files may hold other things than records; they are rows of one field.
            self.fields = [("value", column)]
        self.is_record = hasattr(column, "fields")

    def _translate(self, schema, place, namespace):
        if isinstance(schema, list):
            return self._union(schema, place, namespace)
        if isinstance(schema, str):
            return self._name(schema, place, namespace)
        kind = schema.get("type")
        if isinstance(kind, (list, dict)):
            return self._translate(kind, place, namespace)
        logical = schema.get("logicalType")
        if kind in ("record", "error"):
            return self._record(schema, place, namespace)
        if kind == "enum":
            return self._define(schema, namespace, Column(pa.utf8()), schema)
        if kind == "fixed":
            return self._fixed(schema, logical, place, namespace)
        if kind == "array":
            item, plain = self._translate(schema["items"], place, namespace)
            convert = item.convert and _each(item.convert)
            return Column(pa.list_(item.field("item")), convert=convert), {"type": "array", "items": plain}
        if kind == "map":
            item, plain = self._translate(schema["values"], place, namespace)
            return (Column(pa.map_(pa.utf8(), item.field("value")), convert=_entries(item.convert)),
                    {"type": "map", "values": plain})
        if logical is not None:
            found = self._logical(schema, logical, place)
            if found:
                return found
        return self._name(kind, place, namespace)

    def _name(self, name, place, namespace):
        if name in _PRIMITIVES:
            return Column(_PRIMITIVES[name], nullable=name == "null"), name
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        full = full if full in self._named else name
        if full in self._open:
            raise self._unsupported(place, f"the recursive type '{name}'")
        if full not in self._named:
            raise TaskError("damaged-file", f"the schema of '{self._path}' has no type '{name}'", path=["path"])
        return self._named[full], full

    def _define(self, schema, namespace, column, plain):
        full = self._full_name(schema, namespace)
        self._named[full] = column
        plain = {key: value for key, value in plain.items() if key not in ("namespace", "logicalType")}
        return column, dict(plain, name=full)

    def _full_name(self, schema, namespace):
        name = schema.get("name", "")
        space = schema.get("namespace", namespace)
        return name if "." in name or not space else f"{space}.{name}"

    def _record(self, schema, place, namespace):
        full = self._full_name(schema, namespace)
        self._open.append(full)
        fields, plain = [], []
        for field in schema["fields"]:
            inner = f"{place}.{field['name']}" if place else field["name"]
            column, type = self._translate(field["type"], inner, full.rpartition(".")[0])
            fields.append((field["name"], column))
            plain.append({"name": field["name"], "type": type})
        self._open.pop()
        converters = [(name, column.convert) for name, column in fields if column.convert]
        column = Column(pa.struct([column.field(name) for name, column in fields]),
                        convert=_members(converters) if converters else None)
        column.fields = fields
        self._named[full] = column
        return column, {"type": "record", "name": full, "fields": plain}

    def _fixed(self, schema, logical, place, namespace):
        if logical == "decimal":
            column = self._decimal(schema, place)
        elif logical == "duration":
            raise self._unsupported(place, "Avro's 'duration' of months, days and milliseconds")
        else:
            column = Column(pa.binary())
        return self._define(schema, namespace, column, schema)

    def _decimal(self, schema, place):
        scale = int(schema.get("scale", 0))
        if not 0 <= scale <= 38:
            raise self._unsupported(place, f"a decimal of scale {scale}")
        context = decimal.Context(prec=80)

        def convert(data):
            return context.scaleb(decimal.Decimal(int.from_bytes(data, "big", signed=True)), -scale)

        return Column(pa.decimal128(38, scale), convert=convert)

    def _logical(self, schema, logical, place):
        kind = schema["type"]
        if logical == "decimal" and kind == "bytes":
            return self._decimal(schema, place), "bytes"
        if logical in _TIMES and kind in ("int", "long"):
            type, factor = _TIMES[logical]
            convert = None
            if factor and factor > 1:
                convert = factor.__mul__
            elif factor and factor < 0:
                convert = (-factor).__rfloordiv__
            return Column(type, convert=convert), kind
        if logical in ("time-millis", "time-micros"):
            raise self._unsupported(place, f"'{logical}', a time without a day,")
        return None

    def _union(self, schema, place, namespace):
        kinds = [member for member in schema if member != "null"]
        translated = [self._translate(member, place, namespace) for member in kinds]
        nullable = len(kinds) < len(schema)
        rest = iter(translated)
        plain = ["null" if member == "null" else next(rest)[1] for member in schema]
        columns = [column for column, _ in translated]
        if not columns:
            return Column(pa.null(), nullable=True), plain
        first = columns[0]
        if len(columns) == 1:
            column = Column(first.type, True if nullable else first.nullable, _unless_null(first.convert, nullable),
                            first.is_any)
            return column, plain
        types = {str(column.type) for column in columns}
        if len(types) == 1 and not any(column.convert or column.is_any for column in columns):
            return Column(first.type, nullable), plain
        if types <= {"int64", "double"} and not any(column.convert for column in columns):
            return Column(pa.float64(), nullable, convert=_number), plain
        return self._any(columns, nullable), plain

    def _any(self, columns, nullable):
        # Decoded values say what they are, but for times and decimals: those are plain numbers and bytes by now.
        if any(column.convert or pa.types.is_temporal(column.type) for column in columns):
            raise TaskError(
                "unsupported-column-type",
                f"'{self._path}' has a union of unlike types with times, decimals or maps among them", path=["path"],
                hint="name the columns to read with 'columns', without this one")
        return Column(pa.utf8(), nullable, convert=_tagged, is_any=True)

    def _unsupported(self, place, what):
        return TaskError(
            "unsupported-column-type", f"the column '{place or 'value'}' of '{self._path}' is {what} which rows cannot "
            "have", path=["path"], hint="name the columns to read with 'columns', without this one")


def _each(convert):
    return lambda values: None if values is None else [None if v is None else convert(v) for v in values]


def _entries(convert):
    if convert is None:
        return lambda values: None if values is None else list(values.items())
    return lambda values: None if values is None else [
        (key, None if value is None else convert(value)) for key, value in values.items()]


def _members(converters):
    def convert(record):
        if record is None:
            return None
        record = dict(record)
        for name, change in converters:
            value = record[name]
            if value is not None:
                record[name] = change(value)
        return record

    return convert


def _unless_null(convert, nullable):
    if convert is None or not nullable:
        return convert
    return lambda value: None if value is None else convert(value)


def _number(value):
    return None if value is None else float(value)


def _tagged(value):
    from beamstack_worker.tagged_json import to_json
    from beamstack_worker.values import row_class

    def rows(value):
        if isinstance(value, dict):
            return row_class(value)(map(rows, value.values()))
        return [rows(item) for item in value] if isinstance(value, list) else value

    return None if value is None else to_json(rows(value))


# MARK: Writing


def avro_schema(schema):
    """The schema of a file for the engine's rows: (what the header says, what is encoded by)."""
    schema = written_schema(schema, "Avro")
    return (_record_of("Row", schema, schema, True), _record_of("Row", schema, schema, False))


def _record_of(name, fields, place, logical):
    return {"type": "record", "name": name,
            "fields": [_field_of(field, name, logical) for field in fields]}


def _field_of(field, owner, logical):
    if not _NAME.fullmatch(field.name):
        raise TaskError(
            "unsupported-column-type", f"'{field.name}' is no name that Avro's fields can have",
            hint="rename it before with 'MapToFields': letters, digits and '_', and no digit in front")
    entry = {"name": field.name, "type": _avro_type(field, f"{owner}_{field.name}", logical)}
    if field.nullable:
        entry["default"] = None
    return entry


def _avro_type(field, name, logical):
    type = _plain_avro_type(field.type, name, field.name, logical)
    return ["null", type] if field.nullable and type != "null" else type


def _plain_avro_type(type, name, place, logical):
    kinds = pa.types
    for check, text in ((kinds.is_boolean, "boolean"), (kinds.is_integer, "long"), (kinds.is_floating, "double"),
                        (kinds.is_string, "string"), (kinds.is_binary, "bytes"), (kinds.is_null, "null")):
        if check(type):
            return text
    if kinds.is_date(type):
        return {"type": "int", "logicalType": "date"} if logical else "int"
    if kinds.is_timestamp(type):
        text = "timestamp-micros" if type.tz else "local-timestamp-micros"
        return {"type": "long", "logicalType": text} if logical else "long"
    if kinds.is_decimal(type):
        return {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": type.scale} if logical else "bytes"
    if kinds.is_list(type):
        return {"type": "array", "items": _avro_type(type.value_field, name, logical)}
    if kinds.is_map(type):
        if not kinds.is_string(type.key_type):
            raise TaskError("unsupported-column-type", f"the keys of the map '{place}' are {type.key_type}, and Avro's "
                            "are text", hint="make them text before with 'MapToFields'")
        return {"type": "map", "values": _avro_type(type.item_field, name, logical)}
    if kinds.is_struct(type):
        return _record_of(name, type, place, logical)
    raise TaskError("unsupported-column-type", f"the field '{place}' is a {type}, which Avro has no type for",
                    hint="make it a number or text before with 'MapToFields'")


def plain_lists(batch):
    """The columns of a batch as lists of what the plain schema encodes."""
    return [_plain(column) for column in batch.columns]


def _plain(array):
    kinds = pa.types
    type = array.type
    if kinds.is_timestamp(type):
        return array.cast(pa.int64()).to_pylist()
    if kinds.is_date(type):
        return array.cast(pa.int32()).to_pylist()
    if kinds.is_decimal(type):
        scale = type.scale
        return [None if value is None else _unscaled(value, scale) for value in array.to_pylist()]
    if kinds.is_struct(type):
        names = [field.name for field in type]
        rows = zip(*[_plain(child) for child in array.flatten()])
        return [dict(zip(names, row)) if valid else None
                for row, valid in zip(rows, array.is_valid().to_pylist())]
    if kinds.is_list(type) or kinds.is_map(type):
        spans = list(zip(array.offsets.to_pylist(), array.offsets.to_pylist()[1:], array.is_valid().to_pylist()))
        if kinds.is_list(type):
            items = _plain(array.values)
            return [items[start:end] if valid else None for start, end, valid in spans]
        keys, items = _plain(array.keys), _plain(array.items)
        return [dict(zip(keys[start:end], items[start:end])) if valid else None for start, end, valid in spans]
    return array.to_pylist()


def _unscaled(value, scale):
    number = int(value.scaleb(scale, decimal.Context(prec=80)))
    # One bit more for the sign; the shortest form is what other writers make, too.
    return number.to_bytes((number + (number < 0)).bit_length() // 8 + 1, "big", signed=True)

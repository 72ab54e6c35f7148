"""PostgreSQL's types beside the engine's, in both directions."""

from beamstack_worker.databases_connection import Column

# Digits behind the point of a numeric that states none: half of what a decimal holds.
UNSTATED_SCALE = 18
_NUMBERS = ("int2", "int4", "int8", "oid")
_TEXTS = ("text", "varchar", "bpchar", "name", "json", "citext", "unknown")
# Read by the text that PostgreSQL itself prints.
_PRINTED = (
    "uuid", "jsonb", "xml", "time", "timetz", "cidr", "macaddr", "macaddr8", "bit", "varbit", "char",
    "regclass", "regtype", "regproc", "ltree", "pg_lsn",
)


def column_of(database, row, nullable=None):
    """A column of the catalogue as one of the engine; the row is one of `_COLUMNS`."""
    name, type_name, modifier, family, printed, not_null = row[:6]
    base, base_family, base_modifier, element, element_family = row[8:]
    nullable = not not_null if nullable is None else nullable
    if base:
        # A domain is its base type with a constraint.
        type_name, family, modifier = base, base_family, base_modifier
    if element:
        return _list(database, name, element, element_family, modifier, printed, nullable)
    found = _scalar(type_name, family, modifier)
    if found is None:
        raise database.unsupported(name, printed, _hint(database, name, type_name))
    type, expression, decode = found
    return Column(name, type, nullable, expression, decode)


def _scalar(type_name, family, modifier):
    import pyarrow as pa

    if type_name in _NUMBERS:
        return pa.int64(), "{}", None
    if type_name in _TEXTS:
        return pa.string(), "{}", None
    if family == "e" or type_name in _PRINTED:
        return pa.string(), "{}::text", None
    if type_name == "numeric":
        return _numeric(modifier)
    if type_name == "inet":
        return pa.string(), "abbrev({})", None
    if type_name == "money":
        return pa.decimal128(38, 2), "{}::numeric", None
    if type_name == "vector":
        return pa.list_(pa.float64()), "{}::real[]", None
    types = {
        "bool": pa.bool_(), "float4": pa.float64(), "float8": pa.float64(), "bytea": pa.binary(), "date": pa.date32(),
        "timestamptz": pa.timestamp("us", "UTC"), "timestamp": pa.timestamp("us"),
    }
    return (types[type_name], "{}", None) if type_name in types else None


def precision_and_scale(modifier):
    """What `numeric(12, 2)` says, or None for a numeric without."""
    if modifier < 4:
        return None
    precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
    # Eleven bits with a sign, since version 15.
    return precision, scale - 2048 if scale >= 1024 else scale


def _numeric(modifier):
    import pyarrow as pa

    stated = precision_and_scale(modifier)
    if stated is None:
        return pa.decimal128(38, UNSTATED_SCALE), "{}", None
    precision, scale = stated
    if precision > 38 or scale > 38:
        return pa.string(), "{}::text", None
    scale = max(scale, 0)
    type = pa.decimal128(38, scale)
    if precision > 18 or scale > precision:
        return type, "{}", None
    # Travels as an integer of the smallest unit, at an eighth of the cost of its text.
    return type, "({} * 1" + "0" * scale + ")::bigint", lambda array: scaled(array, type)


def scaled(array, type):
    """Integers of the smallest unit as decimals: the same digits under another type."""
    import pyarrow as pa

    wide = array.cast(pa.decimal128(38, 0))
    return pa.Array.from_buffers(type, len(wide), wide.buffers(), offset=wide.offset)


def _list(database, name, element, family, modifier, printed, nullable):
    import pyarrow as pa

    found = _scalar(element, family, modifier)
    if found is None or pa.types.is_list(found[0]):
        raise database.unsupported(name, printed, _hint(database, name, element))
    type, expression, _ = found
    cast = "{}::text[]" if expression == "{}::text" else "{}"
    return Column(name, pa.list_(type), nullable, cast)


def _hint(database, name, type_name):
    quoted = database.quoted(name)
    cast = f"extract(epoch FROM {quoted})::float8 AS {quoted}" if type_name == "interval" else f"{quoted}::text"
    return f"cast it in 'query', such as 'SELECT {cast} FROM …', or leave it out"


class FieldPlan:
    """How a field goes into a column.

    stage_type: the column of the temporary table. expression: from that column to the target's. is_direct: whether
    `direct` is the form that COPY takes for the target's own type.
    """

    def __init__(self, stage_type, expression="{}", direct=None, convert=None):
        self.stage_type = stage_type
        self.expression = expression
        self.is_direct = direct is not None
        self._direct = direct
        self._convert = convert

    def encode(self, array, is_direct):
        """The array as COPY takes it."""
        if self._convert:
            array = self._convert(array)
        if is_direct and array.type != self._direct:
            return array.cast(self._direct)
        return array


def plan_of(database, field, column):
    """How a field of the input goes into a column of the table."""
    import pyarrow as pa

    from beamstack_worker.databases_writing import json_texts

    type, base = field.type, column.base
    if pa.types.is_int64(type):
        directs = {"int2": pa.int16(), "int4": pa.int32(), "int8": pa.int64(), "numeric": pa.decimal128(38, 0),
                   "float8": pa.float64()}
        return FieldPlan("bigint", direct=directs.get(base))
    if pa.types.is_floating(type):
        return FieldPlan("double precision", direct={"float4": pa.float32(), "float8": pa.float64()}.get(base))
    if pa.types.is_boolean(type):
        return FieldPlan("boolean", direct=type if base == "bool" else None)
    if pa.types.is_string(type):
        if base in _TEXTS:
            return FieldPlan("text", direct=type)
        checked = ("int2", "int4", "int8", "float4", "float8", "numeric", "bool", "date", "timestamp", "timestamptz")
        # Where a text is the only way to write the type, it is cast; a number must not come from a text by accident.
        return FieldPlan("text", "{}" if base in checked else "CAST({} AS " + column.type + ")")
    if pa.types.is_binary(type):
        return FieldPlan("bytea", direct=type if base == "bytea" else None)
    if pa.types.is_timestamp(type):
        name = "timestamptz" if type.tz else "timestamp"
        return FieldPlan(name, direct=type if base == name else None)
    if pa.types.is_date(type):
        return FieldPlan("date", direct=type if base == "date" else None)
    if pa.types.is_decimal(type):
        return FieldPlan("numeric", direct=type if base == "numeric" else None)
    if pa.types.is_duration(type):
        return FieldPlan("bigint", "({} * interval '1 microsecond')", convert=lambda array: array.cast(pa.int64()))
    if pa.types.is_list(type) and column.element and base.startswith("_"):
        elements = {"bool": pa.bool_(), "int8": pa.int64(), "int4": pa.int32(), "float8": pa.float64(),
                    "text": pa.string()}
        if column.element in elements:
            sent = pa.list_(elements[column.element])
            return FieldPlan(column.type, direct=sent, convert=lambda array: array.cast(sent))
    if base in ("json", "jsonb", "text", "varchar"):
        return FieldPlan("text", "CAST({} AS " + column.type + ")", convert=json_texts,
                         direct=pa.string() if base != "jsonb" else None)
    raise database.unsupported(field.name, column.type, f"the field is a {type}; write it to a column of type 'jsonb'")


def created_type(database, type):
    """The type of a column that is made for a field."""
    import pyarrow as pa

    if pa.types.is_timestamp(type):
        return "timestamptz" if type.tz else "timestamp"
    if pa.types.is_decimal(type):
        return f"numeric(38, {type.scale})"
    if pa.types.is_list(type) and not pa.types.is_nested(type.value_type):
        return created_type(database, type.value_type) + "[]" if _is_plain(type.value_type) else "jsonb"
    if pa.types.is_nested(type):
        return "jsonb"
    if pa.types.is_duration(type):
        return "interval"
    names = {"bool": "boolean", "int64": "bigint", "double": "double precision", "string": "text", "binary": "bytea",
             "date32[day]": "date"}
    return names[str(type)]


def _is_plain(type):
    return str(type) in ("bool", "int64", "double", "string")

"""The types of columnar files as the engine's: what a column becomes, and the conversion of its arrays."""

import pyarrow as pa
import pyarrow.compute as pc

from beamstack_worker.tasks import TaskError

DATETIME = pa.timestamp("us")
TIMESTAMP = pa.timestamp("us", tz="UTC")
TYPE_KEY = b"beamstack.type"


class Unsupported(Exception):
    """A type that the engine has no counterpart for."""

    def __init__(self, type, reason=None):
        super().__init__(str(type))
        self.type = type
        self.reason = reason


def engine_field(field):
    """A file's field as the engine has it. Raises `Unsupported`."""
    return pa.field(field.name, engine_type(field.type), field.nullable)


def engine_type(type):
    """A file's type as the engine has it. Raises `Unsupported`."""
    kinds = pa.types
    if isinstance(type, pa.BaseExtensionType):
        return engine_type(type.storage_type)
    if kinds.is_dictionary(type):
        return engine_type(type.value_type)
    if kinds.is_boolean(type) or kinds.is_null(type) or kinds.is_date32(type):
        return type
    if kinds.is_integer(type):
        return pa.int64()
    if kinds.is_floating(type):
        return pa.float64()
    if kinds.is_string(type) or kinds.is_large_string(type) or _is(type, "is_string_view"):
        return pa.utf8()
    if kinds.is_binary(type) or kinds.is_large_binary(type) or kinds.is_fixed_size_binary(type) or _is(
            type, "is_binary_view"):
        return pa.binary()
    if kinds.is_timestamp(type):
        return DATETIME if type.tz is None else TIMESTAMP
    if kinds.is_duration(type):
        return pa.duration("us")
    if kinds.is_date64(type):
        return pa.date32()
    if kinds.is_decimal(type):
        if type.scale < 0 or type.scale > 38:
            raise Unsupported(type)
        return pa.decimal128(38, type.scale)
    if kinds.is_struct(type):
        return pa.struct([engine_field(type.field(index)) for index in range(type.num_fields)])
    if kinds.is_map(type):
        value = type.item_field
        return pa.map_(engine_type(type.key_type), pa.field("value", engine_type(value.type), value.nullable))
    if _is_list(type):
        return pa.list_(pa.field("item", engine_type(type.value_type), type.value_field.nullable))
    raise Unsupported(type)


def _is(type, name):
    # Some kinds are younger than the oldest version that we take.
    check = getattr(pa.types, name, None)
    return check is not None and check(type)


def _is_list(type):
    return pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type) or _is(
        type, "is_list_view") or _is(type, "is_large_list_view")


def convert(array, type):
    """An array as the engine's type. Raises `pyarrow.ArrowInvalid` where a value does not fit."""
    if array.type.equals(type):
        return array
    if isinstance(array.type, pa.BaseExtensionType):
        return convert(array.storage, type)
    if pa.types.is_dictionary(array.type):
        return convert(array.dictionary_decode(), type)
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), type)
    if pa.types.is_struct(type):
        children = [convert(child, type.field(index).type) for index, child in enumerate(_children(array))]
        return pa.StructArray.from_arrays(children, fields=list(type), mask=_mask(array))
    if pa.types.is_map(type):
        keys, items = convert(array.keys, type.key_type), convert(array.items, type.item_type)
        return pa.MapArray.from_arrays(_offsets(array), keys, items, type=type)
    if pa.types.is_list(type):
        if not (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
            # Lists of one size have no offsets and values under null, and views of lists overlap.
            array = array.cast(pa.large_list(array.type.value_field))
            ends = pc.cumulative_sum(pc.fill_null(pc.list_value_length(array), 0))
            offsets = pa.concat_arrays([pa.array([0], ends.type), ends])
            array = pa.LargeListArray.from_arrays(_nullable_offsets(offsets, array), array.flatten())
        return pa.ListArray.from_arrays(_offsets(array).cast(pa.int32()), convert(array.values, type.value_type),
                                        type=type)
    if pa.types.is_timestamp(type):
        return _microseconds(array, type)
    if pa.types.is_duration(type) and array.type.unit == "ns":
        return pc.divide(array.cast(pa.int64()), 1000).cast(type)
    return array.cast(type)


def _children(array):
    # `field` is of the array's slice, and does not have the validity of the struct itself.
    return [array.field(index) for index in range(array.type.num_fields)]


def _mask(array):
    return array.is_null() if array.null_count else None


def _offsets(array):
    """The offsets of lists, null where a list is null."""
    return _nullable_offsets(array.offsets, array)


def _nullable_offsets(offsets, array):
    if not array.null_count:
        return offsets
    mask = pa.concat_arrays([array.is_null(), pa.array([False])])
    return pc.if_else(mask, pa.scalar(None, offsets.type), offsets)


def _microseconds(array, type):
    if array.type.unit == "ns":
        # Towards the past, as everywhere else: a cast would round the times before 1970 towards zero.
        numbers = array.cast(pa.int64())
        rounded = pc.divide(numbers, 1000)
        inexact = pc.and_(pc.less(numbers, 0), pc.not_equal(pc.multiply(rounded, 1000), numbers))
        array = pc.subtract(rounded, inexact.cast(pa.int64())).cast(pa.timestamp("us", array.type.tz))
    return array.cast(pa.timestamp("us", array.type.tz)).cast(type)


def written_schema(schema, format):
    """The schema of a file for the rows of the engine: without the engine's own annotations.

    Raises a `TaskError` for the first field whose type the format has no form for.
    """
    return pa.schema([_written(field, field.name, format) for field in schema])


def _written(field, place, format):
    if (field.metadata or {}).get(TYPE_KEY) == b"any":
        raise TaskError(
            "unsupported-column-type",
            f"the field '{place}' has no type of its own ('any'), and each column of {format} has one",
            hint=f"give it one before with 'MapToFields', such as '{field.name}: {{expression: str({field.name}), "
            "output_type: string}', or leave it out")
    type = field.type
    if pa.types.is_struct(type):
        type = pa.struct([_written(type.field(index), f"{place}.{type.field(index).name}", format)
                          for index in range(type.num_fields)])
        if type.num_fields == 0:
            raise TaskError("unsupported-column-type", f"the field '{place}' is a row without fields, which {format} "
                            "cannot store", hint="leave it out with 'MapToFields'")
    elif pa.types.is_map(type):
        item = type.item_field
        type = pa.map_(_written(type.key_field, f"{place}'s keys", format).type,
                       _written(pa.field("value", item.type, item.nullable, item.metadata), f"{place}'s values",
                                format))
    elif pa.types.is_list(type):
        value = type.value_field
        type = pa.list_(_written(pa.field("element", value.type, value.nullable, value.metadata), f"{place}'s items",
                                 format))
    return pa.field(field.name, type, field.nullable)


def as_written(batch, schema):
    """A batch under the schema of the file, whose types differ from the engine's by names alone."""
    columns = [column if column.type.equals(field.type) else column.cast(field.type)
               for column, field in zip(batch.columns, schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)

"""Beam's types and ours: schemas of collections both ways, and the description of elements that are no rows.

Beam's elements may be anything, ours are rows. An element that is no row becomes the row of one field `element`. What
it was before is the field's metadata `beamstack.element`: a JSON text from which a later transform restores the element
itself. In it a name stands for a scalar type, an object of one member for the others: `{"tuple": ["str", "int"]}`.
"""

import json

from beamstack_worker.values import (
    ANY,
    BOOLEAN,
    BYTES,
    DATE,
    DATETIME,
    DECIMAL,
    DOUBLE,
    DURATION,
    INT64,
    STRING,
    TIMESTAMP,
    Field,
    Schema,
    list_of,
    map_of,
    row_of,
)

ELEMENT = "element"
ELEMENT_KEY = "beamstack.element"


def _scalars():
    """Name, Python type and our type of each scalar."""
    import datetime
    import decimal

    from apache_beam.utils.timestamp import Duration, Timestamp

    return [
        ("bool", bool, BOOLEAN),
        ("int", int, INT64),
        ("float", float, DOUBLE),
        ("str", str, STRING),
        ("bytes", bytes, BYTES),
        ("timestamp", Timestamp, TIMESTAMP),
        ("duration", Duration, DURATION),
        ("datetime", datetime.datetime, DATETIME),
        ("date", datetime.date, DATE),
        ("decimal", decimal.Decimal, DECIMAL),
    ]


def hint_of_schema(schema):
    """The type hint of rows of a schema, as Beam YAML gives it to its collections."""
    from apache_beam.typehints import typehints

    return _row_hint(schema.fields) or typehints.Any


def _row_hint(fields):
    from apache_beam.typehints.row_type import RowTypeConstraint

    try:
        return RowTypeConstraint.from_fields([(field.name, _hint(field.type, field.nullable)) for field in fields])
    except ValueError:
        # Beam makes a named tuple of it, which not every field name of ours can be a part of.
        return None


def hint_of_type(field):
    """The type hint of a field's values."""
    return _hint(field.type, field.nullable)


def _hint(type_, nullable):
    import typing

    kind = type_.kind
    if kind == "list":
        found = typing.Sequence[_hint(type_.element, type_.fields[0].nullable)]
    elif kind == "map":
        found = typing.Mapping[tuple(_hint(field.type, field.nullable) for field in type_.fields)]
    elif kind == "row":
        found = _row_hint(type_.fields) or typing.Any
    else:
        found = next((python for _, python, ours in _scalars() if ours.kind == kind), typing.Any)
    return typing.Optional[found] if nullable and found is not typing.Any else found


def schema_of_hint(hint):
    """The schema of a collection's rows, and whether its elements are rows; others have their type in `element`."""
    fields = row_fields(hint)
    if fields is not None:
        return Schema([Field(name, *type_of_hint(member)) for name, member in fields]), True
    type_, nullable = type_of_hint(hint)
    description = json.dumps(describe(hint), separators=(",", ":"))
    return Schema([Field(ELEMENT, type_, nullable, metadata={ELEMENT_KEY: description})]), False


def row_fields(hint):
    """Names and hints of a row type's fields; `None` where the hint is no row type."""
    from apache_beam.typehints.row_type import RowTypeConstraint

    row = hint if isinstance(hint, RowTypeConstraint) else RowTypeConstraint.from_user_type(hint)
    return None if row is None else list(row._fields)


def type_of_hint(hint):
    """Our type for a hint, and whether it may be null."""
    form, parts = _parts(hint)
    if form == "optional":
        return type_of_hint(parts[0])[0], True
    if form in ("list", "set", "tuples"):
        return list_of(*type_of_hint(parts[0])), False
    if form == "tuple":
        types = {type_of_hint(part) for part in parts}
        return (list_of(*types.pop()) if len(types) == 1 else ANY), False
    if form == "map":
        return map_of(type_of_hint(parts[0])[0], *type_of_hint(parts[1])), False
    if form == "row":
        return row_of([Field(name, *type_of_hint(part)) for name, part in parts]), False
    for name, _, ours in _scalars():
        if name == form:
            return ours, False
    return ANY, True


def _parts(hint):
    """What a hint is made of: the name of its form, and the hints inside; Beam's and Python's own are alike."""
    from apache_beam.typehints import typehints
    from apache_beam.typehints.native_type_compatibility import convert_to_beam_type

    fields = row_fields(hint)
    if fields is not None:
        return "row", fields
    try:
        hint = convert_to_beam_type(hint)
    except (TypeError, ValueError):
        return "any", ()
    if isinstance(hint, typehints.UnionConstraint):
        members = [member for member in hint.union_types if member is not type(None)]
        if len(members) == 1 and len(hint.union_types) == 2:
            return "optional", members
        return "any", ()
    for form, constraint in (
        ("tuples", typehints.TupleSequenceConstraint),
        ("set", (typehints.SetHint.SetTypeConstraint, typehints.FrozenSetHint.FrozenSetTypeConstraint)),
        ("list", typehints.SequenceTypeConstraint),
        ("list", typehints.IterableTypeConstraint),
    ):
        if isinstance(hint, constraint):
            return form, [hint.inner_type]
    if isinstance(hint, typehints.TupleConstraint):
        return "tuple", list(hint.tuple_types)
    if isinstance(hint, (typehints.DictConstraint, typehints.MappingTypeConstraint)):
        return "map", [hint.key_type, hint.value_type]
    if isinstance(hint, type):
        for name, python, _ in _scalars():
            if issubclass(hint, python):
                return name, ()
        return _NUMPY.get(getattr(hint, "__module__", "") == "numpy" and hint.__name__.rstrip("_0123456789"), "any"), ()
    return "any", ()


_NUMPY = {"bool": "bool", "int": "int", "uint": "int", "float": "float", "str": "str", "bytes": "bytes"}


def describe(hint):
    """A hint as JSON, from which `hint_of` makes one again."""
    form, parts = _parts(hint)
    if form == "row":
        return {"row": [[name, describe(part)] for name, part in parts]}
    if form in ("optional", "list", "set", "tuples"):
        return {form: describe(parts[0])}
    if form in ("tuple", "map"):
        return {form: [describe(part) for part in parts]}
    return form


def hint_of(description):
    """The hint that `describe` made a description of."""
    from apache_beam.typehints import typehints
    from apache_beam.typehints.row_type import RowTypeConstraint

    if isinstance(description, str):
        return next((python for name, python, _ in _scalars() if name == description), typehints.Any)
    ((form, parts),) = description.items()
    if form == "row":
        return RowTypeConstraint.from_fields([(name, hint_of(part)) for name, part in parts])
    if form == "tuple":
        return typehints.Tuple[tuple(map(hint_of, parts))]
    if form == "map":
        return typehints.Dict[tuple(map(hint_of, parts))]
    inner = hint_of(parts)
    if form == "optional":
        return inner if inner is typehints.Any else typehints.Optional[inner]
    if form == "tuples":
        return typehints.Tuple[inner, ...]
    return typehints.Set[inner] if form == "set" else typehints.Iterable[inner]

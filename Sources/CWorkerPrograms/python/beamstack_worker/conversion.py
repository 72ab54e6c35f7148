"""What a person's code gives, as the values that a column of a type takes."""

from array import array
from itertools import chain

from beamstack_worker.times import (
    Duration,
    Timestamp,
    datetime_micros,
    duration_class,
    timedelta_micros,
    timestamp_class,
)
from beamstack_worker.values import (
    BOOLEAN,
    BYTES,
    DATE,
    DATETIME,
    DOUBLE,
    DURATION,
    INT64,
    STRING,
    TIMESTAMP,
    Field,
    Row,
    list_of,
    row_class,
    row_of,
)

_NoneType = type(None)
_LOWEST, _HIGHEST = -(1 << 63), (1 << 63) - 1


def conform(values, field):
    """The values as a field's type takes them, and the errors of those that do not fit, by index.

    In the place of such a one stands `None`.
    """
    kinds = set(map(type, values))
    if (field.nullable or _NoneType not in kinds) and _fits(values, field.type.kind, kinds):
        return values, {}
    convert = _converter(field.type, field.nullable)
    results, errors = [], {}
    for index, value in enumerate(values):
        try:
            results.append(convert(value))
        except Exception as error:  # also what a generator of the person's raises
            results.append(None)
            errors[index] = error
    return results, errors


_SCALARS = {str, bool, int, float, bytes, Timestamp, Duration, _NoneType}
_ACCEPTED = {
    "any": _SCALARS,
    "boolean": {bool, _NoneType},
    "int64": {int, _NoneType},
    "double": {float, _NoneType},
    "string": {str, _NoneType},
    "bytes": {bytes, _NoneType},
    "timestamp": {Timestamp, _NoneType},
    "duration": {Duration, _NoneType},
}


def _fits(values, kind, kinds):
    """Whether all values are right as they are, where that shows at a glance."""
    if kind == "any" and kinds and kinds <= {list, _NoneType}:
        items = list(chain.from_iterable(filter(None, values)))
        return _fits(items, "any", set(map(type, items)))
    if not kinds <= _ACCEPTED.get(kind, frozenset()):
        return False
    if int in kinds:
        try:
            array("q", values if kinds == {int} else [value for value in values if type(value) is int])
        except OverflowError:
            return False
    if str in kinds:
        try:
            "".join(values if kinds == {str} else [value for value in values if type(value) is str]).encode()
        except UnicodeEncodeError:
            return False
    return True


def physical_type(values):
    """The one type that all values have, which must be conformed to the dynamic type; `None` if there is none."""
    kinds = set(map(type, values))
    kinds.discard(_NoneType)
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    found = _TYPES.get(kind)
    if found:
        return found
    if kind is list:
        element = physical_type(list(chain.from_iterable(filter(None, values))))
        return element and list_of(element)
    if issubclass(kind, Row):
        columns = zip(*[value for value in values if value is not None])
        types = [physical_type(column) for column in columns]
        if types and all(types):
            return row_of([Field(name, type) for name, type in zip(kind._fields, types)])
    if kind.__name__ in ("Timestamp", "Duration"):
        return TIMESTAMP if kind.__name__ == "Timestamp" else DURATION
    if kind.__name__ == "date":
        return DATE
    if kind.__name__ == "datetime" and all(value is None or value.tzinfo is None for value in values):
        return DATETIME
    return None


_TYPES = {bool: BOOLEAN, int: INT64, float: DOUBLE, str: STRING, bytes: BYTES, Timestamp: TIMESTAMP, Duration: DURATION}


def plain(value):
    """A value of the dynamic type: of the kinds that `values.Batch` states."""
    kind = type(value)
    if kind is int:
        return _integer(value)
    if kind is str:
        return _text(value)
    if kind in _SCALARS:
        return value
    if kind is list:
        return [plain(item) for item in value]
    if kind is dict:
        return {plain_key(key): plain(item) for key, item in value.items()}
    members = _members(value)
    if members is not None:
        return row_class(members)._make([plain(item) for item in members.values()])
    if isinstance(value, (tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, int):
        return _integer(int(value))
    if isinstance(value, str):
        return _text(str.__str__(value))
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return _plain_of_module(value, kind)


def plain_key(key):
    """A key of a map: what may be one in Python too."""
    key = plain(key)
    return tuple(key) if isinstance(key, list) else key


def _plain_of_module(value, kind):
    import datetime
    import decimal

    name = kind.__name__
    module = kind.__module__
    if module.startswith("numpy") and name in ("datetime64", "timedelta64"):
        if str(value.dtype) != "datetime64[D]":
            value = value.astype(f"{name}[us]")
        moment = value.item()
        return None if moment is None else plain(moment)
    if module.startswith("pandas") and name in ("NAType", "NaTType"):
        return None
    if module.startswith("pandas") and name == "Timestamp":
        value = value.to_pydatetime(warn=False)
    if isinstance(value, datetime.datetime):
        return value if type(value) is datetime.datetime else _exact_datetime(value)
    if isinstance(value, datetime.date):
        return value if type(value) is datetime.date else datetime.date(value.year, value.month, value.day)
    if isinstance(value, datetime.timedelta):
        return duration_class()(micros=timedelta_micros(value))
    if isinstance(value, decimal.Decimal):
        return _decimal(value)
    if name in ("Timestamp", "Duration") and isinstance(getattr(value, "micros", None), int):
        return value
    if callable(getattr(value, "tolist", None)):
        return plain(value.tolist())
    if hasattr(value, "keys") and hasattr(value, "__getitem__"):
        return {plain_key(key): plain(value[key]) for key in value.keys()}
    if hasattr(value, "__iter__"):
        return [plain(item) for item in value]
    raise TypeError(f"a value of type '{name}' has no place in a row; convert it, with 'str(…)' for instance")


def _exact_datetime(value):
    import datetime

    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
    return datetime.datetime(*parts, tzinfo=value.tzinfo, fold=value.fold)


def _integer(value):
    if not _LOWEST <= value <= _HIGHEST:
        raise OverflowError("an integer of more than 64 bits")
    return value


def _text(value):
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"a text with the lone surrogate {value[error.start]!r}, which UTF-8 does not have") from None
    return value


def _decimal(value):
    if not value.is_finite():
        raise ValueError(f"the decimal {value}, which is no number")
    digits, exponent = value.as_tuple()[1:]
    if max(len(digits), -exponent) + max(exponent, 0) > 38:
        raise OverflowError("a decimal of more than 38 digits")
    return value


def _members(value):
    """Names and values of what is a row: ours, Beam's, a named tuple, a data class."""
    kind = type(value)
    if isinstance(value, tuple):
        names = getattr(kind, "_fields", None)
        return dict(zip(names, value)) if names is not None else None
    if kind.__name__ == "Row" and kind.__module__.startswith("apache_beam"):
        return value.as_dict()
    names = getattr(kind, "__dataclass_fields__", None)
    if names is not None:
        return {name: getattr(value, name) for name in names}
    return None


def _converter(type_, nullable):
    """A function that converts a value to a type or raises `TypeError`."""
    convert = _MAKERS[type_.kind](type_)

    def checked(value):
        if value is None:
            if nullable:
                return None
            raise TypeError(f"None where {_described(type_)} is declared")
        if type_.kind in _FROM_ANY and not isinstance(value, _PLAIN_PYTHON):
            value = plain(value)
            if value is None:
                return checked(None)
        return convert(value)

    return checked


# Kinds for which other libraries' scalars are brought to Python's first.
_FROM_ANY = {"boolean", "int64", "double", "string", "bytes", "timestamp", "duration", "date", "datetime", "decimal"}
_PLAIN_PYTHON = (str, int, float, bytes)


def _described(type_):
    kind = repr(type_)
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _mismatch(value, type_):
    text = repr(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return TypeError(f"{text} ({type(value).__name__}) where {_described(type_)} is declared")


def _instance(classes, make=None):
    def maker(type_):
        def convert(value):
            if isinstance(value, classes):
                return make(value) if make else value
            raise _mismatch(value, type_)

        return convert

    return maker


def _timestamp_maker(type_):
    def convert(value):
        if type(value).__name__ == "Timestamp" and hasattr(value, "micros"):
            return value
        if hasattr(value, "utcoffset") and value.tzinfo is not None:
            return timestamp_class()(micros=datetime_micros(value))
        raise _mismatch(value, type_)

    return convert


def _duration_maker(type_):
    def convert(value):
        if type(value).__name__ == "Duration" and hasattr(value, "micros"):
            return value
        raise _mismatch(value, type_)

    return convert


def _date_maker(type_):
    from datetime import date, datetime

    def convert(value):
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise _mismatch(value, type_)

    return convert


def _datetime_maker(type_):
    from datetime import datetime

    return _instance(datetime)(type_)


def _decimal_maker(type_):
    from decimal import Decimal

    def convert(value):
        if isinstance(value, Decimal):
            return _decimal(value)
        if isinstance(value, int):
            return _decimal(Decimal(value))
        raise _mismatch(value, type_)

    return convert


def _list_maker(type_):
    field = type_.fields[0]
    convert = _converter(field.type, field.nullable)

    def items(value):
        if isinstance(value, (str, bytes, dict)) or _is_row(value):
            raise _mismatch(value, type_)
        if hasattr(value, "tolist"):
            value = value.tolist()
        if not hasattr(value, "__iter__"):
            raise _mismatch(value, type_)
        return [convert(item) for item in value]

    return items


def _map_maker(type_):
    key, item = (_converter(field.type, field.nullable) for field in type_.fields)

    def pairs(value):
        if _is_row(value):
            value = _members(value)
        if not hasattr(value, "keys"):
            raise _mismatch(value, type_)
        return {key(name): item(value[name]) for name in value.keys()}

    return pairs


def _row_maker(type_):
    fields = [(field.name, _converter(field.type, field.nullable)) for field in type_.fields]
    make = row_class([field.name for field in type_.fields])._make

    def row(value):
        members = value if isinstance(value, dict) else _members(value)
        if members is None:
            raise _mismatch(value, type_)
        return make([convert(members.get(name)) for name, convert in fields])

    return row


def _is_row(value):
    return _members(value) is not None


_MAKERS = {
    "any": lambda type_: plain,
    "boolean": _instance(bool),
    "int64": _instance(int, lambda value: _integer(int(value))),
    "double": _instance((int, float), float),
    "string": _instance(str, lambda value: _text(str.__str__(value))),
    "bytes": _instance((bytes, bytearray), bytes),
    "timestamp": _timestamp_maker,
    "duration": _duration_maker,
    "date": _date_maker,
    "datetime": _datetime_maker,
    "decimal": _decimal_maker,
    "list": _list_maker,
    "map": _map_maker,
    "row": _row_maker,
}
